"""The table of what a vedtak is checked for before it is sent and issued (needs C12, C13).

A check that bars stands in the law or in good sense; one that asks is a matter of judgement, and
the drafter's answer is kept with the vedtak. The page and the guide show the table itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import settings_table
from casework.assessment.needs import bedrooms, bedrooms_nb
from casework.letters import appeals_bodies, letters
from casework.letters.words import words
from casework.log.enums import (
    AFTER_APPEAL,
    MAY_HARM,
    AppealBody,
    LanguageForm,
    Outcome,
    ReversalGround,
)
from casework.persons.children import live_elsewhere_too
from common.calendar import add_months
from common.formatting import nbdate
from common.reasons import PLACE, REASON, STATEMENT, Least, same, says_something

from .completeness import (
    HELP_BASIS,
    NEW_DWELLING_BASES,
    PARTS,
    PLACE_BASIS,
    Check,
    Contents,
    Found,
    changes_of,
    in_force,
    notice_before,
    worse_than_before,
)

if TYPE_CHECKING:
    from casework.letters.models import LegalBasis

    from .models import Vedtak

# Limits that catch typing errors in the dates.
FROM_MONTHS = 12  # before or after today
LASTS_YEARS = 10


# ------------------------------------------------------------------ texts


def _headings(content: Contents) -> set[str]:
    """Words that stand in the letter anyway, and are no reasons when they are copied."""
    headings = {str(name) for name in PARTS.values()}
    for language in LanguageForm.values:
        vedtak_words = words("vedtak", language)
        headings |= {text for text in words("frame", language).values() if isinstance(text, str)}
        headings |= {text for name, text in vedtak_words.items() if name.endswith("title")}
        headings |= {text for each in vedtak_words["bases"].values() for text in each.values()}
    for basis in content.bases:
        headings |= {basis.title, basis.title_nn, basis.citation, basis.citation_nn}
    return headings


def _text(
    text: str, field: str, part: str, ask: str, content: Contents, least: Least = STATEMENT
) -> Iterator[Found]:
    """Missing when nothing is written, or when what is written says nothing."""
    if not text.strip():
        yield f"{part}: {ask}", field
    elif not says_something(text, least, _headings(content)):
        yield (
            _("%(part)s: det som står der, sier ikke nok. %(ask)s")
            % {
                "part": part,
                "ask": ask[:1].upper() + ask[1:],
            },
            field,
        )


def _reversal(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if vedtak.replaces_id is None:
        return
    if not vedtak.reversal_ground:
        yield _("Omgjøring: velg hva som gir rett til å endre vedtaket"), "reversal_ground"
    yield from _text(
        vedtak.reversal_reason,
        "reversal_reason",
        _("Omgjøring"),
        _("skriv hvorfor vedtaket endres"),
        content,
    )


def _to_harm(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    """To the person's harm: on a ground that allows it, with reasons of its own, and after an
    advance notice whose last day is past or that is answered (fvl. §§ 16 and 35). An appeal gives
    no right to it (§ 33 second paragraph)."""
    if vedtak.replaces_id is None:
        return
    # After an appeal it is asked only when something gets worse.
    if vedtak.to_harm is None and vedtak.reversal_ground not in AFTER_APPEAL:
        yield _("Omgjøring: svar på om endringen er til skade for personen"), "to_harm"
        return
    if not vedtak.to_harm:
        for worse in worse_than_before(vedtak, content, on):
            words = {"basis": worse.basis, "what": worse.what}
            sentence = _("Omgjøring: «%(basis)s»: %(what)s, og det er til skade for personen")
            yield sentence % words, "to_harm"
        return
    if vedtak.reversal_ground == ReversalGround.APPEAL:
        yield (
            _(
                "Omgjøring: etter klage kan vedtaket bare endres til fordel for personen "
                "(fvl. § 33). "
                "Velg et grunnlag i § 35 som gir rett til å endre det til skade"
            ),
            "reversal_ground",
        )
    elif vedtak.reversal_ground and vedtak.reversal_ground not in (
        *MAY_HARM,
        # The appeals body may change it so, with a notice of its own (fvl. § 34).
        ReversalGround.INSTANCE,
    ):
        sentence = _("Omgjøring: «%s» gir ikke rett til å endre vedtaket til skade for personen")
        yield sentence % vedtak.get_reversal_ground_display(), "reversal_ground"
    ask = _("skriv hvorfor vedtaket kan endres til skade for personen")
    yield from _text(vedtak.harm_reason, "harm_reason", _("Omgjøring"), ask, content)
    notice = notice_before(vedtak, content, on)
    if notice is None:
        sentence = _("Omgjøring: send forhåndsvarsel, så personen kan si sin mening først")
        yield sentence, "", reverse("casework:notice_new", args=[vedtak.application_id])
    elif not notice.is_heard(on):
        sentence = _("Omgjøring: personen kan svare på forhåndsvarselet til og med %s. Vent på det")
        url = reverse("casework:notice_answer", args=[notice.pk])
        yield sentence % nbdate(notice.due_on), "", url


def _another_than_before(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    """What is another than before without being countably less: only a person can judge it."""
    if vedtak.replaces_id is None or vedtak.to_harm:
        return
    for before, now in changes_of(vedtak, content):
        if not (now.is_granted and before.is_granted):
            continue
        earlier = before.vedtak
        fields = {HELP_BASIS: "help_content", PLACE_BASIS: "place"}
        field = fields.get(now.basis.code, "")
        if now.basis.code in NEW_DWELLING_BASES:
            field = "dwelling_type"
        if field and getattr(earlier, field) and not same(*_both(earlier, vedtak, field)):
            yield _not_less(_both(earlier, vedtak, field)), field
        if before.refused and now.refused and not same(before.refused, now.refused):
            yield _not_less((before.refused, now.refused)), f"refused_{now.basis_id}"
    if vedtak.conditions.strip() and not same(vedtak.replaces.conditions, vedtak.conditions):
        before = vedtak.replaces.conditions.strip() or _("ingen vilkår")
        yield _not_less((before, vedtak.conditions)), "conditions"


def _both(earlier: Vedtak, vedtak: Vedtak, field: str) -> tuple[str, str]:
    """What the field says in each vedtak."""
    if field == "dwelling_type":
        return str(earlier.get_dwelling_type_display()), str(vedtak.get_dwelling_type_display())
    return getattr(earlier, field), getattr(vedtak, field)


def _not_less(texts: tuple[str, str]) -> str:
    before, now = (Truncator(" ".join(text.split())).chars(150) for text in texts)
    return _(
        "Omgjøring: før sto det «%(before)s», nå «%(now)s». "
        "Er det sikkert at det ikke er til skade for personen?"
    ) % {"before": before, "now": now}


def _facts(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    ask = _("skriv hva dere bygger på, og kilden til det")
    yield from _text(vedtak.facts, "facts", _("Fakta"), ask, content)


def _rules(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    # The rules begin with the title of the legal basis, so titles are not taken out here.
    ask = _("skriv hvilke regler dere har brukt")
    if not says_something(vedtak.rules, Least(6, 1)):
        yield f"{_('Regler')}: {ask}", "rules"


def _reasoning(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    text = vedtak.reasoning
    if not text.strip():
        yield _("Vurdering: skriv hva som talte for og imot"), "reasoning"
    elif not says_something(text, REASON, _headings(content)):
        yield _("Vurdering: skriv hvorfor. Nå står bare konklusjonen"), "reasoning"
    elif any(same(text, other) for other in (vedtak.facts, vedtak.rules, vedtak.person_view)):
        yield (
            _("Vurdering: her står den samme teksten som et annet sted. Skriv hvorfor"),
            "reasoning",
        )


def _person_view(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    ask = _("skriv hva personen selv mener")
    yield from _text(vedtak.person_view, "person_view", _("Personens syn"), ask, content)


def _best_interests(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if not content.weighs_best_interests:
        return
    number = len(content.children)
    if not number:
        ask = _("søkeren eller partneren er under 18 år, må vurderes")
    elif number == 1:
        ask = _("ett barn i husstanden, må vurderes")
    else:
        ask = _("%d barn i husstanden, må vurderes") % number
    text = vedtak.best_interests
    yield from _text(text, "best_interests", _("Barnets beste"), ask, content)


def _conditions(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    for line in filter(str.strip, vedtak.conditions.splitlines()):
        if not says_something(line, Least(6, 2)):
            yield _("Vilkår: «%s» sier ikke hva som kreves") % line.strip()[:40], "conditions"


# ------------------------------------------------------------------ outcomes


def _asked_for(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if not content.bases:
        yield _("Hjemmel: velg på søknaden hva det er søkt om"), "language"


def _outcomes(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    for basis in content.bases:
        if not content.outcome_of(basis):
            sentence = _("Utfall: «%s» er søkt om, men ikke besvart") % basis
            yield sentence, f"outcome_{basis.pk}"


def _grounds(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    for basis in content.bases:
        refused = content.outcome_of(basis) == Outcome.REFUSED
        if refused and basis.code in NEW_DWELLING_BASES and not content.ground_of(basis):
            yield _("Utfall: velg hvorfor «%s» avslås") % basis, f"ground_{basis.pk}"


def _partly(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    for basis in content.bases:
        if content.outcome_of(basis) == Outcome.PARTLY:
            ask = _("skriv hva av «%s» som ikke innvilges, og hvorfor") % basis
            text = content.refused_of(basis)
            yield from _text(text, f"refused_{basis.pk}", _("Delvis innvilget"), ask, content)


def _bases_in_force(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    answered = [outcome.basis for outcome in content.outcomes]
    for basis in {basis.pk: basis for basis in [*content.bases, *answered]}.values():
        if not in_force(basis, on):
            yield _not_in_force(basis, on), f"outcome_{basis.pk}"


def _not_in_force(basis: LegalBasis, on: date) -> str:
    if basis.valid.lower and on < basis.valid.lower:
        return _("Hjemmel: «%(basis)s» gjelder først fra %(day)s") % {
            "basis": basis,
            "day": nbdate(basis.valid.lower),
        }
    ended = _("Hjemmel: «%(basis)s» gjelder ikke lenger fra %(day)s") % {
        "basis": basis,
        "day": nbdate(basis.valid.upper),
    }
    advice = _("Be lederen legge inn det som gjelder nå, under Innstillinger, Hjemler.")
    return f"{ended}. {advice}"


# ------------------------------------------------------------------ what is given


def _dwelling(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if not (content.unmet or content.gives_new_dwelling):
        return
    unmet = content.unmet and not content.gives_new_dwelling
    if not vedtak.dwelling_type:
        yield (
            _("Bolig: velg typen kommunen mangler") if unmet else _("Bolig: velg type"),
            "dwelling_type",
        )
    if vedtak.bedrooms is None:
        yield (
            _("Bolig: velg størrelsen kommunen mangler") if unmet else _("Bolig: velg størrelse"),
            "bedrooms",
        )


def _lease_years(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if content.gives_dwelling and not vedtak.lease_years:
        yield _("Bolig: velg leietid"), "lease_years"


def _short_lease(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    """A lease shorter than the municipality's own rule, or than three years (husll. § 9-3)."""
    if content.is_short_lease(vedtak.lease_years):
        rule = content.lease_rule
        who = _("med barn") if rule.children else _("uten barn")
        yield (
            _(
                "Bolig: leietiden er %(years)d år, og regelen for husstander %(who)s er %(rule)d "
                "år. Under tre år må boligen være for vanskeligstilte (husleieloven §§ 9-3 og "
                "11-1). Er leietiden riktig, og står grunnen i vurderingen?"
            )
            % {"years": vedtak.lease_years, "who": who, "rule": rule.years},
            "lease_years",
        )


def _size(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    """A home with fewer bedrooms than the household needs, its children counted."""
    if not content.gives_new_dwelling or vedtak.bedrooms is None:
        return
    derived = bedrooms(content.people)
    decided = content.need.bedrooms if content.need else 0
    if vedtak.bedrooms < derived.value:
        yield (
            _(
                "Bolig: vedtaket gir %(given)s, og husstanden trenger %(needed)s: %(why)s "
                "Er boligen stor nok?"
            )
            % {
                "given": bedrooms_nb(vedtak.bedrooms),
                "needed": bedrooms_nb(derived.value),
                "why": derived.why,
            },
            "bedrooms",
        )
    elif vedtak.bedrooms < decided:
        yield (
            _(
                "Bolig: vedtaket gir %(given)s, og boligbehovet i saken er %(needed)s. "
                "Er boligen stor nok?"
            )
            % {"given": bedrooms_nb(vedtak.bedrooms), "needed": bedrooms_nb(decided)},
            "bedrooms",
        )


def _place(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if content.gives_place and not says_something(vedtak.place, PLACE):
        yield _("Sted: skriv hvor personen kan bo"), "place"


def _help(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if HELP_BASIS in content.granted:
        ask = _("skriv hovedinnholdet i hjelpen: hva, av hvem og hvor mye")
        yield from _text(vedtak.help_content, "help_content", _("Hjelpen"), ask, content)


def _dates(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if not content.granted:
        return
    if vedtak.valid_from is None:
        yield _("Varighet: skriv når vedtaket begynner å gjelde"), "valid_from"
    for basis in content.bases:
        row = content.row_of(basis)
        if content.has_own_days(basis) and row and row.is_granted and row.valid_to is None:
            sentence = _("Varighet: skriv hvor lenge personen kan bo på det midlertidige stedet")
            yield sentence, f"to_{basis.pk}"
    if vedtak.valid_to is None:
        yield _("Varighet: skriv hvor lenge det gjelder"), "valid_to"


class Period(NamedTuple):
    """A first and last day to check, with their fields; whether it is of a temporary place."""

    start: date | None
    end: date | None
    from_field: str
    to_field: str
    place: bool


def _periods(vedtak: Vedtak, content: Contents) -> Iterator[Period]:
    """The days of the vedtak and of each outcome with its own, where something is granted."""
    own = [
        Period(row.first_day, row.last_day, f"from_{basis.pk}", f"to_{basis.pk}", place=True)
        for basis in content.bases
        if content.has_own_days(basis) and (row := content.own_days(basis)) and row.is_granted
    ]
    if content.granted:
        place = content.granted == {PLACE_BASIS} and not own
        yield Period(vedtak.valid_from, vedtak.valid_to, "valid_from", "valid_to", place=place)
    yield from own


def _plausible(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    for start, end, from_field, to_field, _place in _periods(vedtak, content):
        if start and not add_months(on, -FROM_MONTHS) <= start <= add_months(on, FROM_MONTHS):
            sentence = _("Varighet: vedtaket gjelder fra %s. Se om årstallet er riktig")
            yield sentence % nbdate(start), from_field
        if start and end and end <= start:
            yield _("Varighet: vedtaket må gjelde til en dato etter at det begynner"), to_field
        elif end and end > add_months(on, 12 * LASTS_YEARS):
            sentence = _("Varighet: vedtaket gjelder til %s. Se om årstallet er riktig")
            yield sentence % nbdate(end), to_field


def _over(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    for period in _periods(vedtak, content):
        if period.end and period.end < on:
            sentence = _("Varighet: vedtaket går ut %s, før det fattes. Er det riktig?")
            yield sentence % nbdate(period.end), period.to_field


def _long(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    numbers = settings_table.values(on, "vedtak_long_months", "temporary_stay_advice_months")
    for start, end, _from, field, place in _periods(vedtak, content):
        months = numbers["temporary_stay_advice_months" if place else "vedtak_long_months"]
        if not (start and end) or end <= add_months(start, months):
            continue
        if place:
            sentence = _(
                "Varighet: et midlertidig sted skal bare unntaksvis vare over %(n)d måneder "
                "(R35-00), og vedtaket gjelder til %(day)s. Står grunnen i vurderingen?"
            )
        else:
            sentence = _(
                "Varighet: vedtaket gjelder i mer enn %(n)d måneder, til %(day)s. Er det riktig?"
            )
        yield sentence % {"n": months, "day": nbdate(end)}, field


# ------------------------------------------------------------------ the person


def _unknown_age(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    number = content.people.unknown_age
    if number:
        yield (
            _(
                "Barnets beste: fødselsdatoen mangler for %d i husstanden som ikke er ført som "
                "barn. Er det sikkert at alle er over 18 år?"
            )
            % number,
            "",
            reverse("casework:household", args=[vedtak.application.person_id]),
        )


def _two_homes(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    for child in live_elsewhere_too(content.children, on):
        yield (
            _(
                "Barnets beste: %s står som «bor fast» også i en annen husstand. Er det samme "
                "barn, og bor barnet fast begge steder?"
            )
            % child,
            "",
            reverse("casework:household", args=[vedtak.application.person_id]),
        )


def _choices(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if content.decides_matter and not content.talks and not content.is_place_only:
        yield (
            _("Valg og konsekvenser: skriv hva personen kunne velge mellom, og hva svaret var"),
            "",
            reverse("casework:choices", args=[vedtak.application_id]),
        )


def _choices_tonight(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if content.decides_matter and not content.talks and content.is_place_only:
        yield (
            _(
                "Valg og konsekvenser: det står ikke hva personen kunne velge mellom. Kan det "
                "skrives etterpå, siden søknaden avgjøres i dag?"
            ),
            "",
            reverse("casework:choices", args=[vedtak.application_id]),
        )


def _letter(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if not content.is_place_only:
        yield from _unreached(vedtak, content)


def _letter_tonight(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    if content.is_place_only:
        for sentence, *where in _unreached(vedtak, content):
            handed = _("Får alle brevet i hånden, siden søknaden avgjøres i dag?")
            yield f"{sentence} {handed}", *where


def _appeals_body(vedtak: Vedtak, content: Contents, on: date) -> Iterator[Found]:
    """The letter must say where an appeal goes, and only a manager can write the address."""
    for body in appeals_bodies.without_address({basis.appeal_body for basis in content.bases}):
        sentence = _(
            "Brev: klageinstansen «%s» mangler adresse. Be lederen skrive den under "
            "Innstillinger, Klageinstanser"
        )
        url = reverse("casework:appeals_body", args=[body])
        yield sentence % AppealBody(body).label, "", url


def _unreached(vedtak: Vedtak, content: Contents) -> Iterator[Found]:
    person = vedtak.application.person
    unreached = [] if letters.can_reach(person) else [person]
    unreached += [each for each in content.copied_to if not each.is_reached]
    for each in unreached:
        yield _("Brev: %s") % letters.no_address_text(each), "", letters.agreement_url(each)


_l = gettext_lazy
CHECKS = (
    Check("omgjoring", _l("Grunnlag og begrunnelse når et vedtak endres"), "fvl. § 35", _reversal),
    Check("omgjoring", _l("Endring til skade for personen"), "fvl. §§ 16, 33 og 35", _to_harm),
    Check(
        "omgjoring",
        _l("Noe er et annet enn før: hjelp, sted, boligtype eller vilkår"),
        "fvl. § 35",
        _another_than_before,
        bars=False,
    ),
    Check("utfall", _l("Et utfall for alt det er søkt om"), "fvl. § 23", _outcomes),
    Check("utfall", _l("Hvorfor en ny bolig avslås"), "fvl. § 25", _grounds),
    Check("utfall", _l("Hva som ikke innvilges, og hvorfor"), "fvl. §§ 23–25", _partly),
    Check("hjemmel", _l("Søknaden sier hva det er søkt om"), "fvl. § 24", _asked_for),
    Check("hjemmel", _l("Hjemmelen gjelder på vedtaksdagen"), "fvl. § 25", _bases_in_force),
    Check("bolig", _l("Type og størrelse på en ny bolig"), "fvl. § 23", _dwelling),
    Check("bolig", _l("Leietid"), "husll. § 9-3", _lease_years),
    Check(
        "bolig",
        _l("Leietid kortere enn regelen"),
        "husll. §§ 9-3 og 11-1",
        _short_lease,
        bars=False,
    ),
    Check("bolig", _l("Sted ved midlertidig botilbud"), "R35-00, § 27", _place),
    Check("bolig", _l("Færre soverom enn husstanden trenger"), "C11", _size, bars=False),
    Check("gyldighet", _l("Første og siste dag"), "fvl. § 23", _dates),
    Check("gyldighet", _l("Datoer og årstall som kan stemme"), "fvl. § 23", _plausible),
    Check("gyldighet", _l("Vedtaket går ut før det fattes"), "", _over, bars=False),
    Check("gyldighet", _l("Vedtaket gjelder uvanlig lenge"), "R35-00, § 27", _long, bars=False),
    Check("hjelp", _l("Hovedinnholdet i hjelpen"), "boligsosialloven § 6", _help),
    Check("fakta", _l("Fakta med kilde"), "fvl. § 25", _facts),
    Check("regler", _l("Reglene som er brukt"), "fvl. § 25", _rules),
    Check("vurdering", _l("En vurdering, ikke bare konklusjonen"), "fvl. § 25", _reasoning),
    Check("syn", _l("Hva personen selv mener"), "C10, C12", _person_view),
    Check("barn", _l("Barnets beste når noen er under 18 år"), "Grl. § 104", _best_interests),
    Check("barn", _l("Fødselsdato som mangler i husstanden"), "C2", _unknown_age, bars=False),
    Check("barn", _l("Barn som bor fast i to husstander"), "C2", _two_homes, bars=False),
    Check("vilkar", _l("Vilkår som sier hva som kreves"), "fvl. § 23", _conditions),
    Check("valg", _l("Samtalen om valg og konsekvenser"), "C21", _choices),
    Check("valg", _l("Samtalen, når § 27 avgjøres i dag"), "R35-00", _choices_tonight, bars=False),
    Check("brev", _l("Klageinstansens adresse"), "fvl. § 27", _appeals_body),
    Check("brev", _l("Brevet når fram til alle som skal ha det"), "fvl. §§ 12 og 27", _letter),
    Check("brev", _l("Brevet, når § 27 avgjøres i dag"), "R35-00", _letter_tonight, bars=False),
)
