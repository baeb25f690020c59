"""What the letter of a vedtak says, in bokmål and nynorsk: its nine parts (fvl. §§ 23-27).

The preview on the page and the PDF are made from the same data, so that nobody approves one text
and sends another. The words here are the fixed ones; facts, rules and reasons are what the
caseworker wrote. A lawyer in each municipality confirms the wording (law.md).
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst

from accounts import settings_table
from accounts.models import Municipality
from casework.log.enums import (
    GRANTED,
    AppealBody,
    LanguageForm,
    Outcome,
    RefusalGround,
    ReversalGround,
)
from common import calendar
from common.formatting import nbdate_long
from housing.enums import UnitType

from .completeness import DWELLING_BASES, PLACE_BASIS, Contents

if TYPE_CHECKING:
    from casework.applications.models import Wish
    from casework.assessment.models import ChoiceTalk
    from casework.letters.models import LegalBasis

    from .models import Vedtak

NB, NN = LanguageForm.BOKMAL, LanguageForm.NYNORSK

# Per basis: the heading on a yes and on a no, what was applied for, what a klage is about.
WORDS = {
    NB: {
        "kommunal_bolig": (
            "Du får leie kommunal bolig",
            "Du får ikke leie kommunal bolig nå",
            "kommunal bolig",
            "boligen",
        ),
        "bytte": (
            "Du får bytte kommunal bolig",
            "Du får ikke bytte kommunal bolig nå",
            "å bytte kommunal bolig",
            "byttet",
        ),
        "forlengelse": (
            "Du får leie boligen lenger",
            "Du får ikke leie boligen lenger",
            "å leie boligen lenger",
            "leietiden",
        ),
        "boligsosialloven_6": (
            "Du får hjelp til å bo",
            "Du får ikke hjelp etter boligsosialloven nå",
            "hjelp etter boligsosialloven § 6",
            "hjelpen etter boligsosialloven",
        ),
        PLACE_BASIS: (
            "Du får et midlertidig sted å bo",
            "Du får ikke et midlertidig sted å bo",
            "midlertidig botilbud etter sosialtjenesteloven § 27",
            "det midlertidige botilbudet",
        ),
    },
    NN: {
        "kommunal_bolig": (
            "Du får leige kommunal bustad",
            "Du får ikkje leige kommunal bustad no",
            "kommunal bustad",
            "bustaden",
        ),
        "bytte": (
            "Du får byte kommunal bustad",
            "Du får ikkje byte kommunal bustad no",
            "å byte kommunal bustad",
            "bytet",
        ),
        "forlengelse": (
            "Du får leige bustaden lenger",
            "Du får ikkje leige bustaden lenger",
            "å leige bustaden lenger",
            "leigetida",
        ),
        "boligsosialloven_6": (
            "Du får hjelp til å bu",
            "Du får ikkje hjelp etter bustadsosiallova no",
            "hjelp etter bustadsosiallova § 6",
            "hjelpa etter bustadsosiallova",
        ),
        PLACE_BASIS: (
            "Du får ein mellombels stad å bu",
            "Du får ikkje ein mellombels stad å bu",
            "mellombels butilbod etter sosialtenestelova § 27",
            "det mellombelse butilbodet",
        ),
    },
}
OUTCOMES = {
    NB: {
        Outcome.GRANTED: "Vi har innvilget søknaden din om {what}.",
        Outcome.PARTLY: "Vi har innvilget en del av søknaden din om {what}.",
        Outcome.REFUSED: "Vi har avslått søknaden din om {what}.",
        Outcome.DISMISSED: (
            "Vi har avvist søknaden din om {what}. Det betyr at vi ikke har vurdert innholdet."
        ),
        Outcome.LAPSED: "Søknaden din om {what} er falt bort. Vi behandler den ikke videre.",
    },
    NN: {
        Outcome.GRANTED: "Vi har innvilga søknaden din om {what}.",
        Outcome.PARTLY: "Vi har innvilga ein del av søknaden din om {what}.",
        Outcome.REFUSED: "Vi har avslått søknaden din om {what}.",
        Outcome.DISMISSED: (
            "Vi har avvist søknaden din om {what}. Det vil seie at vi ikkje har vurdert innhaldet."
        ),
        Outcome.LAPSED: "Søknaden din om {what} har falle bort. Vi behandlar han ikkje vidare.",
    },
}
TEXTS = {
    NB: {
        "other_title": "Svar på søknaden din",
        "unmet_title": "Kommunen har ingen bolig som passer for deg nå",
        "dismissed_title": "Vi har avvist søknaden din",
        "lapsed_title": "Søknaden din er falt bort",
        "replaces": "Dette vedtaket erstatter vedtaket vårt fra {day}{rule}.",
        "reversal_rule": " (forvaltningsloven {section})",
        "unmet": (
            "Vi har avslått søknaden din om {what} fordi kommunen ikke har en bolig som passer til "
            "det du trenger. Det er kommunen som mangler boligen."
        ),
        "unmet_type": "Vi har ført opp at det trengs {article} {type} med {rooms}.",
        "article": "en bolig av typen",
        "slot_title": "Brevets overskrift kommer når utfallet er valgt",
        "dwelling": "Du kan leie en bolig med {rooms}{type} i {years} år.",
        "type": ", av typen {type},",
        "rooms": ("ett rom", "{n} rom"),
        "extend": "Du kan leie boligen du bor i, i {years} år til.",
        "place": "Stedet er {place}.",
        "stay": "Du kan bo der fra {start} til {end}.",
        "validity": "Vedtaket gjelder fra {start} til {end}.",
        "basis": "Vedtaket bygger på {citations}.",
        "waiting": (
            "Du står på ventelisten fra vedtaket er fattet. Når vi finner en bolig som passer, får "
            "du et tilbud og kan se boligen før du svarer."
        ),
        "extension": "Vi tar kontakt om en ny leiekontrakt.",
        "help": "{name} tar kontakt, så avtaler vi hjelpen sammen.",
        "lasting": "Vi arbeider videre sammen med deg for å finne et sted du kan bo varig.",
        "refused": (
            "Vi kan fortsatt gi deg råd om bolig. Du kan søke på nytt når som helst, særlig hvis "
            "situasjonen din endrer seg."
        ),
        "deadline": "Du kan klage innen {weeks} uker etter at du har fått dette brevet.",
        "last_day": "Vi regner med at brevet er framme {arrives}. Da er siste dag å klage {due}.",
        "weeks": {1: "en", 2: "to", 3: "tre", 4: "fire", 6: "seks"},
        "municipal": "Klagenemnda i {municipality} avgjør klager om {what}.",
        "state": "Statsforvalteren avgjør klager om {what}.",
        "and": " og ",
        "how": (
            "Send klagen til {unit}. Skriv hva du er uenig i, og hvorfor. Vi ser på saken én gang "
            "til. Hvis vi ikke endrer vedtaket, sender vi klagen videre."
        ),
        "help_appeal": (
            "Vi hjelper deg gjerne med å skrive klagen. Du kan også la en annen klage for deg."
        ),
        "access": "Du har rett til å se dokumentene i saken din. Ta kontakt, så ordner vi det.",
        "suspension": "Du kan be om at vedtaket ikke settes i verk før klagen er avgjort.",
        "approved": "Godkjente vedtaket",
        "drafted": "Saksbehandler",
        "date_slot": "Dato settes ved godkjenning",
        "headings": {
            "vedtak": "Vedtak",
            "next": "Hva skjer nå?",
            "why": "Hvorfor får du dette vedtaket?",
            "facts": "Dette har vi lagt til grunn",
            "rules": "Reglene vi har brukt",
            "assessment": "Slik har vi vurdert saken",
            "own_view": "Dette mener du selv",
            "children": "Barnets beste",
            "conditions": "Vilkår",
            "appeal": "Du kan klage",
            "case": "Sak",
        },
    },
    NN: {
        "other_title": "Svar på søknaden din",
        "unmet_title": "Kommunen har ingen bustad som passar for deg no",
        "dismissed_title": "Vi har avvist søknaden din",
        "lapsed_title": "Søknaden din har falle bort",
        "replaces": "Dette vedtaket kjem i staden for vedtaket vårt frå {day}{rule}.",
        "reversal_rule": " (forvaltingslova {section})",
        "unmet": (
            "Vi har avslått søknaden din om {what} fordi kommunen ikkje har ein bustad som passar "
            "til det du treng. Det er kommunen som manglar bustaden."
        ),
        "unmet_type": "Vi har ført opp at det trengst {article} {type} med {rooms}.",
        "article": "ein bustad av typen",
        "slot_title": "Overskrifta i brevet kjem når utfallet er valt",
        "dwelling": "Du kan leige ein bustad med {rooms}{type} i {years} år.",
        "type": ", av typen {type},",
        "rooms": ("eitt rom", "{n} rom"),
        "extend": "Du kan leige bustaden du bur i, i {years} år til.",
        "place": "Staden er {place}.",
        "stay": "Du kan bu der frå {start} til {end}.",
        "validity": "Vedtaket gjeld frå {start} til {end}.",
        "basis": "Vedtaket byggjer på {citations}.",
        "waiting": (
            "Du står på ventelista frå vedtaket er gjort. Når vi finn ein bustad som passar, får "
            "du eit tilbod og kan sjå bustaden før du svarer."
        ),
        "extension": "Vi tek kontakt om ein ny leigekontrakt.",
        "help": "{name} tek kontakt, så avtalar vi hjelpa saman.",
        "lasting": "Vi arbeider vidare saman med deg for å finne ein stad du kan bu varig.",
        "refused": (
            "Vi kan framleis gi deg råd om bustad. Du kan søkje på nytt når som helst, særleg om "
            "situasjonen din endrar seg."
        ),
        "deadline": "Du kan klage innan {weeks} veker etter at du har fått dette brevet.",
        "last_day": "Vi reknar med at brevet er framme {arrives}. Då er siste dag å klage {due}.",
        "weeks": {1: "ei", 2: "to", 3: "tre", 4: "fire", 6: "seks"},
        "municipal": "Klagenemnda i {municipality} avgjer klager om {what}.",
        "state": "Statsforvaltaren avgjer klager om {what}.",
        "and": " og ",
        "how": (
            "Send klaga til {unit}. Skriv kva du er usamd i, og kvifor. Vi ser på saka éin gong "
            "til. Om vi ikkje endrar vedtaket, sender vi klaga vidare."
        ),
        "help_appeal": (
            "Vi hjelper deg gjerne med å skrive klaga. Du kan òg la ein annan klage for deg."
        ),
        "access": "Du har rett til å sjå dokumenta i saka di. Ta kontakt, så ordnar vi det.",
        "suspension": "Du kan be om at vedtaket ikkje blir sett i verk før klaga er avgjord.",
        "approved": "Godkjende vedtaket",
        "drafted": "Saksbehandlar",
        "date_slot": "Datoen blir sett ved godkjenning",
        "headings": {
            "vedtak": "Vedtak",
            "next": "Kva skjer no?",
            "why": "Kvifor får du dette vedtaket?",
            "facts": "Dette har vi lagt til grunn",
            "rules": "Reglane vi har brukt",
            "assessment": "Slik har vi vurdert saka",
            "own_view": "Dette meiner du sjølv",
            "children": "Det beste for barnet",
            "conditions": "Vilkår",
            "appeal": "Du kan klage",
            "case": "Sak",
        },
    },
}
# What allows an issued vedtak to be changed; a new application needs no rule for it.
REVERSED_BY = {
    ReversalGround.APPEAL: "§ 33",
    ReversalGround.FAVOUR: "§ 35 bokstav a",
    ReversalGround.NOT_TOLD: "§ 35 bokstav b",
    ReversalGround.INVALID: "§ 35 bokstav c",
}
TYPES_NN = {
    UnitType.MUNICIPAL: "kommunal bustad",
    UnitType.COOPERATIVE: "burettslagsleilegheit",
    UnitType.REFERRAL: "tilvisingsbustad",
    UnitType.CARE: "omsorgsbustad",
    UnitType.SHARED: "bufellesskap med base",
    UnitType.STAFFED: "butiltak",
    UnitType.ROBUST: "forsterka bustad",
    UnitType.TRAINING: "treningsleilegheit",
    UnitType.USER_RUN: "brukarstyrt tiltak",
}


def type_name(kind: str, language: str) -> str:
    """A type of dwelling as it stands in a table of a letter."""
    label = str(UnitType(kind).label)
    return capfirst(TYPES_NN.get(UnitType(kind), label)) if language == NN else label


# The main matter gives the letter its heading.
ORDER = (*DWELLING_BASES, PLACE_BASIS, "boligsosialloven_6")


def letter_data(vedtak: Vedtak, content: Contents, on: date) -> dict[str, Any]:
    """The letter's own data (see templates/letters/vedtak.typ). A part not written is None."""
    t = TEXTS[vedtak.language]
    return {
        "title": title(vedtak, content),
        "vedtak": _decision(vedtak, content, t),
        "next": _next(vedtak, content, t),
        "facts": vedtak.facts.strip() or None,
        "rules": vedtak.rules.strip() or None,
        "assessment": vedtak.reasoning.strip() or None,
        "own_view": vedtak.person_view.strip() or None,
        "children": vedtak.best_interests.strip() or None,
        "conditions": [
            line.strip(" -•\t") for line in vedtak.conditions.splitlines() if line.strip()
        ],
        "appeal": _appeal(vedtak, content, on, t),
    }


def title(vedtak: Vedtak, content: Contents) -> str:
    """The outcome in plain words; a yes before a no, the dwelling before the rest."""
    answered = sorted(
        content.outcomes,
        key=lambda o: (o.outcome not in GRANTED, _place_in_order(o.basis.code)),
    )
    t = TEXTS[vedtak.language]
    if not answered:
        return t["slot_title"]
    first = answered[0]
    words = WORDS[vedtak.language].get(first.basis.code)
    if first.outcome == Outcome.DISMISSED:
        return t["dismissed_title"]
    if first.outcome == Outcome.LAPSED:
        return t["lapsed_title"]
    if first.ground == RefusalGround.NO_DWELLING:
        return t["unmet_title"]
    if words is None:
        return t["other_title"]
    return words[0] if first.outcome in GRANTED else words[1]


def rules_of(bases: list[LegalBasis], language: str) -> str:
    """The bases' own words, one paragraph each: what the field is filled with to begin with."""
    nynorsk = language == NN
    return "\n\n".join(
        f"{basis.title_nn if nynorsk else basis.title}: "
        f"{basis.rules_text_nn if nynorsk else basis.rules_text}"
        for basis in bases
    )


def quoted_wish(wish: Wish | None, language: str) -> str:
    """The person's own words, as they stand in «Dette mener du selv»."""
    if wish is None:
        return ""
    return ("Du seier: «%s»" if language == NN else "Du sier: «%s»") % wish.words


def quoted_talk(talk: ChoiceTalk | None, language: str) -> str:
    """What the person could choose between, what they answered, and what came of it (C21)."""
    if talk is None:
        return ""
    what = "; ".join(each.what for each in talk.alternatives.all())
    words = (
        "{day} snakka vi om kva du kunne velje: {what}. Du svarte: «{answer}» {changed}"
        if language == NN
        else "{day} snakket vi om hva du kunne velge: {what}. Du svarte: «{answer}» {changed}"
    )
    return words.format(
        day=nbdate_long(talk.held_on).replace("\u00a0", " "),
        what=what,
        answer=talk.answer,
        changed=talk.changed,
    )


def signers(vedtak: Vedtak) -> list[dict[str, str]]:
    """Who approved it first, then who wrote it."""
    t = TEXTS[vedtak.language]
    found = [{"name": vedtak.drafted_by.get_full_name(), "role": t["drafted"]}]
    if vedtak.issued_by_id:
        found.insert(0, {"name": vedtak.issued_by.get_full_name(), "role": t["approved"]})
    return found


def rules_in(text: str, bases: list[LegalBasis], language: str) -> str:
    """The rules in the letter's målform, when they are still the bases' own words."""
    written = "".join(text.split())
    if any(written == "".join(rules_of(bases, form).split()) for form in (NB, NN)):
        return rules_of(bases, language)
    return text


def appeal_body(basis: LegalBasis, municipality: str) -> str:
    return body_name(basis.appeal_body, municipality)


def body_name(body: str, municipality: str) -> str:
    if body == AppealBody.STATE:
        return "Statsforvalteren"
    return f"Klagenemnda i {municipality}"


def lix(text: str) -> int:
    """Readability (Björnsson 1968): words a sentence plus the percentage of words over six letters.

    Under 30 is very easy, 30-40 easy.
    """
    words = re.findall(r"[^\W\d_]+", text)
    if not words:
        return 0
    sentences = max(1, len(re.findall(r"[.!?:](?=\s|$)", text)))
    return round(len(words) / sentences + 100 * sum(len(w) > 6 for w in words) / len(words))


def _place_in_order(code: str) -> int:
    return ORDER.index(code) if code in ORDER else len(ORDER)


def _what(basis: LegalBasis, language: str, part: int) -> str:
    words = WORDS[language].get(basis.code)
    return words[part] if words else (basis.title_nn if language == NN else basis.title)


def _citation(basis: LegalBasis, language: str) -> str:
    return basis.citation_nn if language == NN else basis.citation


def _decision(vedtak: Vedtak, content: Contents, t: dict) -> list[str]:
    if not content.outcomes:
        return []
    language = vedtak.language
    answered: dict[str, list[str]] = {}
    for outcome in content.outcomes:
        unmet = outcome.ground == RefusalGround.NO_DWELLING and outcome.outcome == Outcome.REFUSED
        words = t["unmet"] if unmet else OUTCOMES[language][outcome.outcome]
        answered.setdefault(words, []).append(_what(outcome.basis, language, 2))
    sentences = [words.format(what=" og om ".join(what)) for words, what in answered.items()]
    sentences += _dwelling(vedtak, content, t)
    if content.gives_place and vedtak.place:
        sentences.append(t["place"].format(place=vedtak.place))
    if content.granted and vedtak.valid_from and vedtak.valid_to:
        only_place = content.granted == {PLACE_BASIS}
        sentences.append(
            t["stay" if only_place else "validity"].format(
                start=nbdate_long(vedtak.valid_from), end=nbdate_long(vedtak.valid_to)
            )
        )
    citations = list(dict.fromkeys(_citation(o.basis, language) for o in content.outcomes))
    paragraphs = [" ".join(sentences), t["basis"].format(citations=_joined(citations, t))]
    if vedtak.replaces_id:
        section = REVERSED_BY.get(vedtak.reversal_ground)
        before = t["replaces"].format(
            day=nbdate_long(vedtak.replaces.issued_on),
            rule=t["reversal_rule"].format(section=section) if section else "",
        )
        paragraphs.insert(0, f"{before} {vedtak.reversal_reason.strip()}".strip())
    return paragraphs


def _dwelling(vedtak: Vedtak, content: Contents, t: dict) -> list[str]:
    """What is given to rent, and for how long; and what is lacking (need C17)."""
    found = []
    if vedtak.bedrooms is not None:
        n = vedtak.bedrooms + 1
        rooms = t["rooms"][0] if n == 1 else t["rooms"][1].format(n=n)
        name = UnitType(vedtak.dwelling_type).label.lower() if vedtak.dwelling_type else ""
        if vedtak.language == NN:
            name = TYPES_NN.get(vedtak.dwelling_type, name)
        if content.gives_new_dwelling and vedtak.lease_years:
            plain_type = not name or vedtak.dwelling_type == UnitType.MUNICIPAL
            kind = "" if plain_type else t["type"].format(type=name)
            found.append(t["dwelling"].format(rooms=rooms, type=kind, years=vedtak.lease_years))
        if content.unmet and name:
            found.append(t["unmet_type"].format(article=t["article"], type=name, rooms=rooms))
    if content.extends and vedtak.lease_years:
        found.append(t["extend"].format(years=vedtak.lease_years))
    return found


def _next(vedtak: Vedtak, content: Contents, t: dict) -> list[str]:
    application = vedtak.application
    name = (application.responsible or vedtak.drafted_by).get_full_name()
    sentences = []
    if content.gives_new_dwelling:
        sentences.append(t["waiting"])
    if content.extends:
        sentences.append(t["extension"])
    if content.gives_place:
        sentences.append(t["lasting"])
    if "boligsosialloven_6" in content.granted or (content.granted and not sentences):
        sentences.append(t["help"].format(name=name))
    if content.outcomes and not content.granted:
        sentences.append(t["refused"])
    return [" ".join(sentences)] if sentences else []


def _appeal(vedtak: Vedtak, content: Contents, on: date, t: dict) -> dict[str, Any]:
    numbers = settings_table.values(on, "appeal_weeks", "paper_arrival_days")
    weeks = numbers["appeal_weeks"]
    deadline = [t["deadline"].format(weeks=t["weeks"].get(weeks, weeks))]
    if vedtak.issued_on:
        arrives = vedtak.issued_on + timedelta(days=numbers["paper_arrival_days"])
        due = calendar.deadline_weeks(arrives, weeks)
        deadline.append(t["last_day"].format(arrives=nbdate_long(arrives), due=nbdate_long(due)))
    bodies: dict[str, list[str]] = {}
    for basis in [o.basis for o in content.outcomes] or content.bases:
        bodies.setdefault(basis.appeal_body, []).append(_what(basis, vedtak.language, 3))
    municipality = Municipality.objects.get().name
    return {
        "deadline": " ".join(deadline),
        "instance": " ".join(
            t["state" if body == AppealBody.STATE else "municipal"].format(
                municipality=municipality, what=_joined(what, t)
            )
            for body, what in bodies.items()
        ),
        "how": t["how"].format(unit=vedtak.application.unit.name),
        "help": t["help_appeal"],
        "access": t["access"],
        "suspension": t["suspension"],
    }


def _joined(parts: list[str], t: dict) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + t["and"] + parts[-1]


def plain(data: dict[str, Any]) -> str:
    """The letter's texts in one, for measuring how readable it is."""
    texts = [*data["vedtak"], *data["next"], *data["conditions"], *data["appeal"].values()]
    texts += [data[key] or "" for key in ("facts", "rules", "assessment", "own_view", "children")]
    return "\n".join(
        text if text.endswith((".", "!", "?", "»")) else f"{text}." for text in texts if text
    )
