"""The ETHOS Light category of a stay, and whether the person is homeless (bostedsløs) (need C7).

ETHOS Light (law.md) counts where people sleep. By the national definition a person is homeless who
has no owned or rented home, and lives in temporary places, temporarily with friends or family,
outdoors, or in an institution or prison they leave within two months without a home to go to. A
person who lives permanently with close family is not. Both are computed from the stays.

A stay is judged on its last known day: today while it is open, else the night before it ended. A
home to come out to is also that of the household (`stays.households`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.calendar import add_months, last_day
from common.formatting import nbdate
from housing.enums import UnitType

from .enums import LASTING, StayKind
from .homes import is_home_on
from .models import Stay

NEAR_MONTHS = 2  # a day to leave by within this is shown in red
HOMELESS_INSTITUTION_MONTHS = 2  # the national definition (law.md, «Bostedsløs»)

ETHOS = {
    1: gettext_lazy("Sover ute"),
    2: gettext_lazy("Akuttovernatting"),
    3: gettext_lazy("Midlertidig bosted"),
    4: gettext_lazy("Institusjon, skal ut uten bolig"),
    5: gettext_lazy("Ikke en vanlig bolig"),
    6: gettext_lazy("Hos andre, i mangel av egen bolig"),
}
OF_KIND = {
    StayKind.STREET: 1,
    StayKind.TEMPORARY: 3,
    StayKind.TRIAL: 3,
    StayKind.MAKESHIFT: 5,
    StayKind.WITH_OTHERS: 6,
}
# For units of these types, the type decides the category.
OF_UNIT = {UnitType.EMERGENCY: 2, UnitType.SHELTER: 2, UnitType.CABIN: 5}


@dataclass(frozen=True, slots=True)
class Situation:
    """A stay with its ETHOS Light category (1–6). `homeless` is None when it is not known."""

    stay: Stay
    ethos: int | None
    homeless: bool | None
    because: str
    on: date
    now: bool

    @property
    def ethos_name(self) -> str:
        return str(ETHOS[self.ethos]) if self.ethos else ""

    @property
    def answer(self) -> str:
        return {True: _("Ja"), False: _("Nei"), None: _("Ikke avklart")}[self.homeless]

    @property
    def at_risk(self) -> list[tuple[str, str]]:
        """Why the home is at risk: pairs of text and colour."""
        risks = []
        leave_by = self.stay.must_leave_by
        if leave_by and self.now:
            near = leave_by <= add_months(self.on, NEAR_MONTHS)
            risks.append((_("Må ut innen %(day)s") % {"day": nbdate(leave_by)}, _near(near)))
        if self.stay.unsuitable:
            risks.append((_("Uegnet: %(why)s") % {"why": _unsuitable(self.stay)}, "warning"))
        if self.stay.unsafe:
            risks.append((_("Vold eller trusler"), "danger"))
        return risks


def situations(stays: Iterable[Stay], on: date, shared: Iterable[Stay] = ()) -> list[Situation]:
    """The situation in each of a person's stays begun by the date, in the order given.

    `shared` are those of the household (`households.shared_stays`): homes to come out to.
    """
    stays = list(stays)
    homes = [*stays, *shared]
    return [_situation(stay, stays, homes, on) for stay in stays if stay.period.lower <= on]


def current_situation(situations: Iterable[Situation]) -> Situation | None:
    """The situation to show today: of the open stays a homeless one first, then a known one."""
    going_on = [situation for situation in situations if situation.now]
    for answer in (True, False, None):
        for situation in going_on:
            if situation.homeless is answer:
                return situation
    return None


def _situation(stay: Stay, stays: list[Stay], homes: list[Stay], on: date) -> Situation:
    now = stay.period.upper is None or stay.period.upper > on
    day = on if now else last_day(stay.period)
    home = _home_beside(stay, stays, day)
    if stay.kind == StayKind.INSTITUTION:
        homeless, because = _from_institution(stay, homes, day, now)
    elif stay.kind in LASTING:
        homeless, because = False, _("Har egen bolig, leid eller eid.")
    elif stay.kind == StayKind.FAMILY:
        homeless, because = False, _("Bor fast hos nær familie.")
    elif home is not None:
        homeless = False
        because = _("Har samtidig egen bolig: %(where)s.") % {"where": home.where}
    else:
        homeless, because = True, str(BECAUSE[stay.kind])
    return Situation(stay, _ethos(stay, homeless), homeless, because, day, now)


BECAUSE = {
    StayKind.STREET: gettext_lazy("Har ikke noe sted å sove."),
    StayKind.TEMPORARY: gettext_lazy("Har ikke egen bolig, og bor midlertidig."),
    StayKind.TRIAL: gettext_lazy("Har ikke egen bolig; treningsleiligheten er for en periode."),
    StayKind.MAKESHIFT: gettext_lazy("Har ikke egen bolig, og bor i noe som ikke er en bolig."),
    StayKind.WITH_OTHERS: gettext_lazy("Har ikke egen bolig, og bor hos andre for en tid."),
}


def _ethos(stay: Stay, homeless: bool | None) -> int | None:
    if not homeless:
        return None
    if stay.kind == StayKind.INSTITUTION:
        return 4
    if stay.unit and stay.unit.type in OF_UNIT:
        return OF_UNIT[stay.unit.type]
    return OF_KIND[stay.kind]


def _from_institution(
    stay: Stay, homes: list[Stay], day: date, now: bool
) -> tuple[bool | None, str]:
    """Whether a person in an institution is homeless, and the reason as a sentence."""
    out = stay.planned_out if now else stay.period.upper
    if any(is_home_on(home, max(out or day, day)) for home in homes):
        return False, _("Har bolig å komme ut til.")
    if out is None:
        return None, _("Det er ikke avklart når personen skal ut.")
    if out > add_months(day, HOMELESS_INSTITUTION_MONTHS):
        return False, _("Skal ikke ut før %(day)s, mer enn to måneder fram.") % {"day": nbdate(out)}
    if now:
        return True, _("Skal ut %(day)s uten bolig å komme til.") % {"day": nbdate(out)}
    return True, _("Kom ut %(day)s uten bolig.") % {"day": nbdate(out)}


def _home_beside(stay: Stay, stays: list[Stay], day: date) -> Stay | None:
    return next(
        (
            other
            for other in stays
            if other is not stay and other.kind in LASTING and day in other.period
        ),
        None,
    )


def _unsuitable(stay: Stay) -> str:
    label = str(stay.get_unsuitable_display())
    return label[:1].lower() + label[1:]


def _near(near: bool) -> str:
    return "danger" if near else "warning"
