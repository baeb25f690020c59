"""Which appeals body (klageinstans) the law gives a legal basis: data, asked about when broken."""

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
    for rule in RULES:
        if code in rule.codes or any(law in cited for law in rule.cites):
            return ("", "") if body == rule.body else (str(rule.says), str(rule.law))
    return "", ""
