"""The horizon of leases: those that end within a year, within a month, or have ended (need H8).

A tenant who stays more than three months after the last day, without a written request to leave,
has an indefinite lease (husll. § 9-2). The municipality must act before that day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import (
    Case,
    DateField,
    Exists,
    F,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncDate
from django.db.models.lookups import LessThanOrEqual
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.models import User
from casework.log.enums import APPLICATION_ALIVE, ApplicationKind
from casework.models import Application, Vedtak
from casework.vedtak.completeness import EXTENSION_BASIS
from common.calendar import ONE_DAY, add_months
from common.formatting import nbdate
from common.paging import Page, keyset_page
from common.sql import enum_params, with_positional_params
from stays.enums import RiskOutcome, StepKind
from stays.models import TenancyRisk, TenancyStep

from .date_flags import STEP_STANDS
from .models import Lease

OVER = "utgatt"
MONTHS_DIFFER_DAYS = 4  # more than the difference between a long and a short month


@dataclass(frozen=True, slots=True)
class LeaseStatus:
    """The status of a lease on a date: the warning reached, in months (None: none yet; 0: it has
    ended), how many warnings are left, the days to the end, and the first day the lease is
    indefinite unless the tenant is asked to leave."""

    months: int | None
    warnings_left: int
    days: int
    indefinite_from: date
    asked: bool = False
    is_indefinite: bool = False

    @property
    def is_over(self) -> bool:
        return self.months == 0


def lease_status(
    expires_on: date, on: date, numbers: dict, asked_on: date | None = None
) -> LeaseStatus:
    """The status of a lease that ends on `expires_on`.

    `asked_on` is the day of a written request to leave.
    """
    last_warned = add_months(expires_on, numbers["lease_indefinite_months"])
    indefinite_from = min(last_warned, date.max - ONE_DAY) + ONE_DAY
    asked = asked_on is not None and asked_on < indefinite_from
    days = (expires_on - on).days
    horizon = set(numbers["lease_horizon_months"])
    reached = {months for months in horizon if add_months(expires_on, -months) <= on}
    months = 0 if days < 0 else min(reached, default=None)
    is_indefinite = on >= indefinite_from and not asked
    left = len(horizon - reached)
    return LeaseStatus(months, left, days, indefinite_from, asked, is_indefinite)


def numbers(on: date) -> dict:
    return settings_table.values(
        on, "lease_horizon_months", "lease_indefinite_months", "lease_application_months"
    )


@dataclass(frozen=True, slots=True)
class LeaseRow:
    lease: Lease
    status: LeaseStatus
    next: str
    action: str
    url: str
    application: Application | None

    @property
    def overdue(self) -> int:
        return -self.status.days

    @property
    def color(self) -> str:
        """Red from the last warning, amber from the one before it."""
        if self.status.months is None:
            return "neutral"
        if self.status.warnings_left == 0:
            return "danger"
        return "warning" if self.status.warnings_left == 1 else "neutral"


def board(
    user: User,
    on: date,
    *,
    within: str = "",
    mine: bool = False,
    not_begun: bool = False,
    cursor: str | None = None,
) -> Page[LeaseRow]:
    """A page of leases that end within the horizon or have ended, earliest end first."""
    rules = numbers(on)
    months = rules["lease_horizon_months"]
    leases = (
        Lease.objects.visible_to(user)
        .current(on)
        .filter(_within(on, max(months)))
        .select_related("stay__person__responsible", "stay__unit__property")
    )
    if within == OVER:
        leases = leases.filter(expires_on__lt=on)
    elif within.isdecimal() and int(within) in months:
        leases = leases.filter(_within(on, int(within)), expires_on__gte=on)
    if mine:
        leases = leases.filter(stay__person__responsible=user)
    if not_begun:
        leases = leases.exclude(stay__person__in=_begun(on, rules).values("person_id"))
    page = keyset_page(leases, ("expires_on", "pk"), cursor)
    return Page(rows(page.items, on, rules), page.next_cursor, page.prev_cursor)


def _within(on: date, months: int) -> Q:
    """Leases whose warning this many months before the last day has been reached."""
    back = Func(
        F("expires_on"),
        template=f"(%(expressions)s - interval '{int(months)} months')::date",
        output_field=DateField(),
    )
    # The first condition adds nothing to the second, but can use an index.
    return Q(expires_on__lte=add_months(on, months) + timedelta(days=MONTHS_DIFFER_DAYS)) & Q(
        LessThanOrEqual(back, Value(on))
    )


def rows(leases: Iterable[Lease], on: date, rules: dict | None = None) -> list[LeaseRow]:
    """Each lease with its place, next step and link. Three queries."""
    leases, rules = list(leases), rules or numbers(on)
    persons = [lease.stay.person_id for lease in leases]
    asked = _asked(leases)
    begun = {
        a.person_id: a for a in _begun(on, rules).filter(person__in=persons).order_by("received_at")
    }
    granted = set(
        Vedtak.objects.granted(EXTENSION_BASIS)
        .filter(application__in=begun.values())
        .values_list("application_id", flat=True)
    )
    lines = []
    for lease in leases:
        status = lease_status(lease.expires_on, on, rules, asked.get(lease.pk))
        application = begun.get(lease.stay.person_id)
        lines.append(_row(lease, status, application, application and application.pk in granted))
    return lines


def _asked(leases: list[Lease]) -> dict[int, date]:
    """The first written request to leave for each lease, by lease id. A request from before the
    last renewal was about an earlier end, and does not count."""
    steps = TenancyStep.objects.filter(lease__in=leases, kind=StepKind.ASKED_TO_LEAVE)
    prolonged = Max(TruncDate("lease__renewals__prolonged_at"))
    requests = (
        steps.filter(on__gte=F("lease__starts_on"))
        .annotate(prolonged_on=prolonged)
        .filter(Q(prolonged_on=None) | Q(on__gte=F("prolonged_on")))
        .order_by("-on")
    )
    return dict(requests.values_list("lease_id", "on"))


def _begun(on: date, rules: dict) -> QuerySet[Application]:
    """Applications for a longer lease that have not led to one, and are not too old."""
    return Application.objects.filter(
        Q(lease_renewal__isnull=True),
        kind=ApplicationKind.EXTENSION,
        state__in=APPLICATION_ALIVE,
        received_at__date__gte=add_months(on, -rules["lease_application_months"]),
    )


def _row(lease: Lease, status: LeaseStatus, application: Application | None, granted) -> LeaseRow:
    own = reverse("stays:lease", args=[lease.pk])
    if granted:
        to = reverse("stays:lease_prolong", args=[lease.pk])
        return LeaseRow(
            lease, status, _("Vedtak om forlengelse er fattet."), _("Forleng"), to, application
        )
    if application is not None:
        to = reverse("casework:application", args=[application.pk])
        step = _("Søknad om forlengelse er mottatt, og venter på vedtak.")
        return LeaseRow(lease, status, step, _("Åpne saken"), to, application)
    if status.is_indefinite:
        step = _("Regnes som tidsubestemt fra %(day)s. Avklar leieforholdet videre.") % {
            "day": nbdate(status.indefinite_from)
        }
    elif status.is_over and status.asked:
        step = _("Bedt skriftlig om å flytte. Avklar hvor personen skal bo.")
    elif status.is_over:
        step = _("Forleng, eller be skriftlig om flytting før %(day)s.") % {
            "day": nbdate(status.indefinite_from)
        }
    elif status.warnings_left <= 1:
        step = _("Start forlengelse nå, eller avtal bytte.")
    else:
        step = _("Spør om behovet er det samme, og start forlengelse.")
    return LeaseRow(lease, status, step, _("Åpne"), own, None)


SHOWN_STEPS = 50


def open_steps(user: User, on: date) -> list[TenancyStep]:
    """The steps with a deadline that stand (`STEP_STANDS`) in current tenancies nobody has a plan
    for, the nearest deadline first: they are shown by their dates, whether or not the tenancy is
    reported as at risk."""
    params = {**enum_params(StepKind, RiskOutcome), "on": on}
    standing = RawSQL(
        *with_positional_params(f"SELECT t.id FROM stays_tenancystep t WHERE {STEP_STANDS}", params)
    )
    return list(
        TenancyStep.objects.filter(
            pk__in=standing, lease__in=Lease.objects.visible_to(user).current(on)
        )
        .filter(Q(due_on__isnull=False) | Q(kind=StepKind.EVICTION_DAY))
        .exclude(Exists(TenancyRisk.objects.open().filter(lease=OuterRef("lease"))))
        .annotate(deadline=Case(When(kind=StepKind.EVICTION_DAY, then="on"), default="due_on"))
        .select_related("lease__stay__person", "lease__stay__unit__property")
        .order_by("deadline", "pk")[:SHOWN_STEPS]
    )
