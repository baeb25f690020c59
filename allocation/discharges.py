"""People who will leave an institution or prison, and whether a home is ready (needs C19, A13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.models import User
from casework.models import Person, TransitionPlan
from casework.vedtak.standing import LAST_DAY
from common.paging import Page, keyset_page
from common.sql import end_of_day, enum_params
from stays.enums import HomeAhead, StayKind
from stays.homes import NAME_OF_UNIT, HomeBy, homes_by
from stays.models import Stay

from .enums import OfferState
from .ranking import HOME_GRANTS, gives_home_params

# Homes promised to people as of %(on)s, for `stays.homes`.
PROMISES = f"""
    SELECT a.person_id, CASE o.state WHEN %(OfferState.ACCEPTED)s
            THEN %(HomeAhead.ACCEPTED)s ELSE %(HomeAhead.OFFERED)s END AS what,
        o.id AS ref, {NAME_OF_UNIT} AS home, o.available_from AS day,
        CASE o.state WHEN %(OfferState.SENT)s THEN o.answer_by END AS until
    FROM allocation_offer o
    JOIN casework_application a ON a.id = o.application_id
    JOIN housing_unit unit ON unit.id = o.unit_id
    JOIN housing_property property ON property.id = unit.property_id
    WHERE o.state = %(OfferState.SENT)s AND o.sent_at < {end_of_day()}
        OR o.state = %(OfferState.ACCEPTED)s AND o.lease_id IS NULL
            AND o.answered_at < {end_of_day()}
    UNION ALL
    SELECT a.person_id, CASE WHEN o.id IS NOT NULL THEN %(HomeAhead.KEPT_OFFER)s WHEN EXISTS (
            SELECT FROM {HOME_GRANTS}
            WHERE v.application_id = a.id AND coalesce({LAST_DAY} >= %(on)s::date, true))
            THEN %(HomeAhead.RESERVED)s ELSE %(HomeAhead.HELD)s END,
        coalesce(o.id, r.id), {NAME_OF_UNIT}, r.moves_in_on, upper(r.period) - 1
    FROM allocation_reservation r
    JOIN casework_application a ON a.id = r.application_id
    JOIN housing_unit unit ON unit.id = r.unit_id
    JOIN housing_property property ON property.id = unit.property_id
    LEFT JOIN allocation_offer o ON o.application_id = a.id AND o.unit_id = r.unit_id
        AND o.state = %(OfferState.SENT)s AND o.sent_at < {end_of_day()}
    WHERE r.released_at IS NULL AND r.period @> %(on)s::date"""


def promise_params() -> dict[str, Any]:
    """The parameters of `PROMISES` besides `%(on)s` and those of `HomeAhead`."""
    return {**enum_params(OfferState), **gives_home_params()}


# The homes ahead that are an offer; `HomeBy.ref` is its id.
OFFERS = (HomeAhead.ACCEPTED, HomeAhead.KEPT_OFFER, HomeAhead.OFFERED)


@dataclass(frozen=True, slots=True)
class Discharge:
    """One line of the board: who, the day, from where, and the home on that day."""

    person: Person
    out_on: date
    days: int
    stay: Stay | None
    plan: TransitionPlan | None
    home: HomeBy
    color: str

    @property
    def where(self) -> str:
        if self.stay:
            return self.stay.place or self.stay.get_institution_display()
        return self.plan.institution if self.plan else ""

    @property
    def overdue(self) -> int:
        return -self.days

    @property
    def alarm(self) -> str:
        """The warning for somebody who is near the day without a home, or ""."""
        if self.home.standing or not self.color:
            return ""
        if self.days < 0:
            return _("Dagen er gått, uten bolig")
        return _("Haster: ingen bolig") if self.color == "danger" else _("Ingen bolig")

    @property
    def offer(self) -> int | None:
        """The id of the offer, when it is what there is."""
        return self.home.ref if self.home.what in OFFERS else None

    @property
    def reservation(self) -> int | None:
        return self.home.ref if self.home.what in (HomeAhead.RESERVED, HomeAhead.HELD) else None


def _inside(on: date) -> QuerySet[Stay]:
    """Stays in an institution on the date with a planned day out."""
    return Stay.objects.current(on).filter(kind=StayKind.INSTITUTION, planned_out__isnull=False)


def coming_out(on: date) -> QuerySet[Person]:
    """People with a planned day out of an institution, or in an open plan; `out_on` is the day."""
    plans = TransitionPlan.objects.filter(settled_on__isnull=True, expected_out__isnull=False)
    # A plan whose day is past does not count: the person may have left.
    plans = plans.filter(expected_out__gte=on)
    own = {"person": OuterRef("pk")}
    # A union: an OR would read every person.
    either = _inside(on).order_by().values("person").union(plans.order_by().values("person"))
    return Person.objects.filter(pk__in=either).annotate(
        out_on=Coalesce(
            Subquery(_inside(on).filter(**own).order_by("planned_out").values("planned_out")[:1]),
            Subquery(plans.filter(**own).order_by("expected_out").values("expected_out")[:1]),
        )
    )


def homes_of(persons: Iterable[Person], on: date) -> dict[int, HomeBy]:
    """What each has for the day they leave (`out_on`), or for today when that is past."""
    homes = homes_by([(person.pk, max(person.out_on, on)) for person in persons], on)
    return {pk: home for (pk, _day), home in homes.items()}


def without_home(persons: QuerySet[Person], on: date) -> QuerySet[Person]:
    """The persons without a home on the day, and without one that is agreed."""
    homes = homes_of(persons.only("pk"), on)
    return persons.filter(pk__in=[pk for pk, home in homes.items() if not home.standing])


def board(
    user: User,
    on: date,
    *,
    within: str = "",
    no_home: bool = False,
    mine: bool = False,
    cursor: str | None = None,
) -> Page[Discharge]:
    """A page of the people who come out and the user may see, soonest first; `within` is days."""
    numbers = settings_table.values(on, "discharge_days", "discharge_red_days")
    persons = coming_out(on).visible_to(user)
    if within.isdecimal() and int(within) in numbers.values():
        persons = persons.filter(out_on__lte=on + timedelta(days=int(within)))
    if no_home:
        persons = without_home(persons, on)
    if mine:
        persons = persons.filter(responsible=user)
    page = keyset_page(persons.select_related("responsible"), ("out_on", "pk"), cursor)
    return Page(_rows(page.items, on, numbers), page.next_cursor, page.prev_cursor)


def _rows(persons: list[Person], on: date, numbers: dict) -> list[Discharge]:
    """Three queries, whatever the number of rows."""
    of_person = {"person__in": [person.pk for person in persons]}
    inside = _inside(on).filter(**of_person).order_by("-planned_out")
    stay_of = {stay.person_id: stay for stay in inside}
    plans = TransitionPlan.objects.filter(settled_on__isnull=True, **of_person)
    plan_of = {plan.person_id: plan for plan in plans}
    home_of = homes_of(persons, on)
    rows = []
    for person in persons:
        days = (person.out_on - on).days
        color = ""
        if days <= numbers["discharge_days"]:
            color = "danger" if days <= numbers["discharge_red_days"] else "warning"
        rows.append(
            Discharge(
                person,
                person.out_on,
                days,
                stay_of.get(person.pk),
                plan_of.get(person.pk),
                home_of[person.pk],
                color,
            )
        )
    return rows
