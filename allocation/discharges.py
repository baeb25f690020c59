"""People who will leave an institution or prison, and whether a home is ready (needs C19, A13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.models import User
from casework.log.enums import APPLICATION_ALIVE
from casework.models import Application, Person, TransitionPlan
from common.calendar import last_day
from common.paging import Page, keyset_page
from stays.enums import HOMES, StayKind
from stays.models import Stay

from .models import Offer, Reservation


@dataclass(frozen=True, slots=True)
class Discharge:
    """One line of the board: who, the day, from where, and the home that is ready, if any."""

    person: Person
    out_on: date
    days: int
    stay: Stay | None
    plan: TransitionPlan | None
    home: Stay | None
    offer: Offer | None
    reservation: Reservation | None
    application: Application | None
    color: str

    @property
    def where(self) -> str:
        if self.stay:
            return self.stay.place or self.stay.get_institution_display()
        return self.plan.institution if self.plan else ""

    @property
    def is_ready(self) -> bool:
        return bool(self.home or self.offer or self.reservation)

    @property
    def overdue(self) -> int:
        return -self.days

    @property
    def last_day(self) -> date | None:
        """The last day of the reservation."""
        return self.reservation and last_day(self.reservation.period)

    @property
    def alarm(self) -> str:
        """The warning for somebody who is near the day without a home, or ""."""
        if self.is_ready or not self.color:
            return ""
        if self.days < 0:
            return _("Dagen er gått, uten bolig")
        return _("Haster: ingen bolig") if self.color == "danger" else _("Ingen bolig")


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


def without_home(persons: QuerySet[Person], on: date) -> QuerySet[Person]:
    """The persons without a home, an offer that holds a unit, or a reservation."""
    own = {"application__person": OuterRef("pk")}
    return persons.filter(
        ~Exists(_homes(on).filter(person=OuterRef("pk"))),
        ~Exists(Offer.objects.reserving().filter(**own)),
        ~Exists(Reservation.objects.in_force(on).filter(**own)),
    )


def _homes(on: date) -> QuerySet[Stay]:
    return Stay.objects.filter(
        Q(period__upper_inf=True) | Q(period__endswith__gt=on), kind__in=HOMES
    )


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
    """Six queries, whatever the number of rows."""
    ids = [person.pk for person in persons]
    of_person = {"person__in": ids}
    of_case = {"application__person__in": ids}
    inside = _inside(on).filter(**of_person).order_by("-planned_out")
    stay_of = {stay.person_id: stay for stay in inside}
    plans = TransitionPlan.objects.filter(settled_on__isnull=True, **of_person)
    plan_of = {plan.person_id: plan for plan in plans}
    homes = _homes(on).filter(**of_person).select_related("unit__property")
    home_of = {home.person_id: home for home in homes.order_by("period")}
    offers = Offer.objects.reserving().filter(**of_case)
    offer_of = {
        offer.application.person_id: offer
        for offer in offers.select_related("application", "unit__property").order_by("sent_at")
    }
    reservations = Reservation.objects.in_force(on).filter(**of_case)
    reservation_of = {
        reservation.application.person_id: reservation
        for reservation in reservations.select_related("application", "unit__property").order_by(
            "pk"
        )
    }
    cases = Application.objects.filter(state__in=APPLICATION_ALIVE, **of_person)
    case_of = {case.person_id: case for case in cases.order_by("received_at", "pk")}
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
                home_of.get(person.pk),
                offer_of.get(person.pk),
                reservation_of.get(person.pk),
                case_of.get(person.pk),
                color,
            )
        )
    return rows
