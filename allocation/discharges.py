"""Who comes out of an institution or prison, when, and whether a home is ready (needs C19, A13)."""

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
from common.paging import Page, keyset_page
from housing.models import Unit
from stays.enums import HOMES, StayKind
from stays.models import Stay

from .models import Offer, Reservation


@dataclass(frozen=True, slots=True)
class Row:
    """One line: who, the day, from where, and the home that waits, if any."""

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
        """The last day the dwelling is kept."""
        return self.reservation and self.reservation.period.upper - timedelta(days=1)

    @property
    def alarm(self) -> str:
        """What is said of somebody near the day without a home."""
        if self.is_ready or not self.color:
            return ""
        if self.days < 0:
            return _("Dagen er gått, uten bolig")
        return _("Haster: ingen bolig") if self.color == "danger" else _("Ingen bolig")


def coming_out(on: date) -> QuerySet[Person]:
    """Those in an institution with a day to leave, or with an open plan that has one; `out_on`."""
    inside = Stay.objects.current(on).filter(kind=StayKind.INSTITUTION, planned_out__isnull=False)
    plans = TransitionPlan.objects.filter(settled_on__isnull=True, expected_out__isnull=False)
    # A plan whose day is past says nothing of somebody who is no longer inside.
    coming = plans.filter(expected_out__gte=on)
    own = {"person": OuterRef("pk")}
    # A union, since an OR of the two would look at every person there is.
    either = inside.order_by().values("person").union(coming.order_by().values("person"))
    return Person.objects.filter(pk__in=either).annotate(
        out_on=Coalesce(
            Subquery(inside.filter(**own).order_by("planned_out").values("planned_out")[:1]),
            Subquery(coming.filter(**own).order_by("expected_out").values("expected_out")[:1]),
        )
    )


def without_home(persons: QuerySet[Person], on: date) -> QuerySet[Person]:
    """Those with neither a home, an offer that stands, nor a dwelling kept for them."""
    own = {"application__person": OuterRef("pk")}
    return persons.filter(
        ~Exists(_homes(on).filter(person=OuterRef("pk"))),
        ~Exists(Offer.objects.reserving().filter(**own)),
        ~Exists(Reservation.objects.standing(on).filter(**own)),
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
) -> Page[Row]:
    """Who comes out, soonest first; for the user's eyes."""
    numbers = settings_table.values(on, "discharge_days", "discharge_red_days")
    found = coming_out(on).visible_to(user)
    if within.isdecimal() and int(within) in numbers.values():
        found = found.filter(out_on__lte=on + timedelta(days=int(within)))
    if no_home:
        found = without_home(found, on)
    if mine:
        found = found.filter(responsible=user)
    page = keyset_page(found.select_related("responsible"), ("out_on", "pk"), cursor)
    return Page(_rows(page.items, on, numbers), page.next_cursor, page.prev_cursor)


def _rows(persons: list[Person], on: date, numbers: dict) -> list[Row]:
    """Six queries, whatever the number of rows."""
    ids = [person.pk for person in persons]
    of_person = {"person__in": ids}
    of_case = {"application__person__in": ids}
    inside = Stay.objects.current(on).filter(
        kind=StayKind.INSTITUTION, planned_out__isnull=False, **of_person
    )
    stays = {stay.person_id: stay for stay in inside.order_by("-planned_out")}
    plans = TransitionPlan.objects.filter(settled_on__isnull=True, **of_person)
    plan_of = {plan.person_id: plan for plan in plans}
    homes = _homes(on).filter(**of_person).select_related("unit__property")
    home_of = {home.person_id: home for home in homes.order_by("period")}
    offers = Offer.objects.reserving().filter(**of_case)
    offer_of = {
        offer.application.person_id: offer
        for offer in offers.select_related("application", "unit__property").order_by("sent_at")
    }
    kept = Reservation.objects.standing(on).filter(**of_case)
    kept_of = {
        each.application.person_id: each
        for each in kept.select_related("application", "unit__property").order_by("pk")
    }
    cases = Application.objects.filter(state__in=APPLICATION_ALIVE, **of_person)
    case_of = {case.person_id: case for case in cases.order_by("received_at", "pk")}
    made = []
    for person in persons:
        days = (person.out_on - on).days
        color = ""
        if days <= numbers["discharge_days"]:
            color = "danger" if days <= numbers["discharge_red_days"] else "warning"
        made.append(
            Row(
                person,
                person.out_on,
                days,
                stays.get(person.pk),
                plan_of.get(person.pk),
                home_of.get(person.pk),
                offer_of.get(person.pk),
                kept_of.get(person.pk),
                case_of.get(person.pk),
                color,
            )
        )
    return made


def free_from(day: date, on: date) -> QuerySet[Unit]:
    """Homes nobody lives in on the day, and that are not kept or offered now."""
    lived_in = Stay.objects.filter(unit=OuterRef("pk"), period__contains=day)
    return Unit.objects.for_letting().filter(
        ~Exists(lived_in),
        ~Exists(Offer.objects.reserving().filter(unit=OuterRef("pk"))),
        ~Exists(Reservation.objects.standing(on).filter(unit=OuterRef("pk"))),
        in_use__contains=day,
    )
