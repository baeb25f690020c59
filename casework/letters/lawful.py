"""What the law says of the words of letters: the appeals body (klageinstans) of a legal basis, and
which fixed texts carry a duty. Data, asked about when they are changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from casework.log.enums import AppealBody


@dataclass(frozen=True)
class BodyRule:
    """The appeals body of legal bases with one of these codes, or that cite one of these laws."""

    codes: tuple[str, ...]
    cites: tuple[str, ...]
    body: AppealBody
    law: Any
    says: Any


RULES = (
    BodyRule(
        ("boligsosialloven_6",),
        ("boligsosialloven", "bustadsosiallova"),
        AppealBody.STATE,
        _("boligsosialloven"),
        _(
            "Et vedtak om hjelp etter boligsosialloven § 6 påklages til statsforvalteren, ikke til "
            "kommunens klagenemnd."
        ),
    ),
    BodyRule(
        ("sosialtjenesteloven_27",),
        ("sosialtjenesteloven", "sosialtenestelova"),
        AppealBody.STATE,
        _("sosialtjenesteloven § 47"),
        _(
            "Et vedtak etter sosialtjenesteloven § 27 påklages til statsforvalteren, ikke til "
            "kommunens klagenemnd (sosialtjenesteloven § 47)."
        ),
    ),
    BodyRule(
        ("kommunal_bolig", "bytte", "forlengelse"),
        (),
        AppealBody.MUNICIPAL,
        "fvl. § 28",
        _(
            "Et vedtak etter kommunens egne retningslinjer påklages til kommunens klagenemnd, ikke "
            "til statsforvalteren (forvaltningsloven § 28 andre ledd)."
        ),
    ),
)


def against(code: str, citations: str, body: str) -> tuple[str, str]:
    """What the law says, and which law, when it gives the legal basis another appeals body.

    Two empty texts when it does not."""
    cited = citations.lower()
    # By its code first: a basis may cite another law too.
    by_code = [rule for rule in RULES if code in rule.codes]
    for rule in by_code or [rule for rule in RULES if any(law in cited for law in rule.cites)]:
        return ("", "") if body == rule.body else (str(rule.says), str(rule.law))
    return "", ""


# Fixed texts that a law wants in the letter, with the law and what the text must say. A code with
# a dot at the end is all texts below it.
DUTIES: dict[str, tuple[Any, Any]] = {
    "vedtak.deadline": ("fvl. § 27", _("klagefristen, og når den begynner")),
    "vedtak.last_day": ("fvl. § 27", _("siste dag å klage")),
    "vedtak.decides": ("fvl. § 27", _("hvem som avgjør klagen")),
    "vedtak.how": ("fvl. § 27", _("hvor klagen sendes, og hvordan")),
    "vedtak.help_appeal": ("fvl. §§ 11 og 12", _("at personen kan få hjelp, og bruke fullmektig")),
    "vedtak.access": ("fvl. §§ 18 og 27", _("retten til å se dokumentene i saken")),
    "vedtak.suspension": ("fvl. §§ 27 og 42", _("at det går an å be om at vedtaket venter")),
    "vedtak.costs": ("fvl. § 36", _("retten til å få dekket sakskostnader, og fristen")),
    "vedtak.basis": ("fvl. § 25", _("reglene vedtaket bygger på")),
    "vedtak.dismissed_basis": ("fvl. §§ 2 og 28", _("at avvisningen kan påklages")),
    "vedtak.lapsed_basis": ("fvl. §§ 2 og 28", _("at avslutningen kan påklages")),
    "vedtak.partly_refused": ("fvl. § 25", _("hva som ikke er innvilget, og hvorfor")),
    "vedtak.help_content": ("boligsosialloven § 6", _("hovedinnholdet i hjelpen")),
    "vedtak.place": (_("rundskriv R35-00, § 27"), _("stedet personen kan bo")),
    "vedtak.stay": (_("rundskriv R35-00, § 27"), _("hvor lenge personen kan bo der")),
    "vedtak.under_three": ("husll. §§ 9-3 og 11-1", _("hvorfor leietiden kan være kortere")),
    "vedtak.reversal_rule": ("fvl. § 35", _("hva som gir rett til å endre vedtaket")),
    "interim.expected": ("fvl. § 11 a", _("når personen kan vente svar")),
    "notice.considering": ("fvl. § 16", _("hva dere vurderer")),
    "notice.how_text": ("fvl. §§ 16 og 18", _("hvordan personen kan si sin mening")),
    "notice.due": ("fvl. § 16", _("fristen for å svare")),
    "appeal.party_text": ("fvl. §§ 18 og 33", _("at personen får kopi og kan uttale seg")),
    "appeal.dismiss_instance": ("fvl. § 27", _("hvem som avgjør klager på avvisningen")),
    "appeal.how_dismissal": ("fvl. § 27", _("hvor klagen sendes, og hvordan")),
    "appeal.weeks_letter": ("fvl. §§ 27 og 29", _("fristen for å klage på avvisningen")),
    "appeal.can_text": ("fvl. § 42", _("at klageinstansen kan bestemme at vedtaket skal vente")),
    "appeal.grounds.": ("fvl. § 25", _("hvorfor klagen er avvist, og etter hvilken regel")),
    "rent.intro": ("husll. § 4-2", _("at varselet kommer minst en måned før")),
    "rent.new": ("husll. § 4-2", _("den nye husleien, og dagen den gjelder fra")),
    "lease_information.term_text": ("husll. § 11-1", _("hvorfor leien er tidsbestemt")),
    "lease_information.deposit_text": ("husll. § 3-5", _("at depositumet står på egen konto")),
}


def duty(code: str) -> tuple[str, str]:
    """The law that wants a fixed text in the letter, and what it must say; else two empty texts."""
    law, says = DUTIES.get(code) or DUTIES.get(f"{code.rpartition('.')[0]}.", ("", ""))
    return str(law), str(says)
