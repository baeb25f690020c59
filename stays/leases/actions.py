"""Actions on leases: agree, prepare, extend, adjust the rent, handle risk (needs H8-H10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_DOWN, Decimal

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Exists, OuterRef
from django.utils.formats import date_format
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.models import User
from casework.applications import lease_terms
from casework.applications.actions.applications import register_application
from casework.applications.processes import APPLICATION
from casework.letters.letters import make_letter
from casework.log.enums import (
    APPLICATION_ALIVE,
    ApplicationChannel,
    ApplicationKind,
    ApplicationState,
    LetterKind,
)
from casework.log.events import record
from casework.log.saving import save
from casework.models import Application, Person, Vedtak
from casework.persons.actions.deaths import PersonIsDead
from casework.persons.actions.persons import lock_persons
from casework.persons.models.deaths import died_on
from casework.vedtak.completeness import DWELLING_BASES, EXTENSION_BASIS
from common.calendar import add_months, last_day, local_date, next_working_day
from common.corrections import check_seen
from common.formatting import kroner, nbdate
from common.locking import locked
from housing.enums import TEMPORARY_TYPES
from housing.models import Unit
from stays.actions import (
    ENDED_BY_LEASE,
    StayRefused,
    check_days,
    check_reasonable,
    check_unit,
    check_unoccupied,
    check_unpromised,
    end_open,
    kind_in,
    lock_homes,
    save_stay,
)
from stays.enums import Deposit, Readiness, StayEvent, StayKind, StepKind
from stays.models import (
    LeaseRenewal,
    PriceIndex,
    ReadinessItem,
    RentAdjustment,
    Stay,
    TenancyRisk,
    TenancyStep,
)

from . import letters as lease_letters
from .models import Lease


def check_closes(unit: Unit, expires_on: date | None) -> None:
    """Refuse a lease that goes on after the home is out of use."""
    closes_on = unit.in_use.upper
    if closes_on and (expires_on is None or expires_on >= closes_on):
        raise StayRefused(
            _("%(unit)s er i bruk til og med %(day)s. Leieforholdet kan ikke vare lenger.")
            % {"unit": unit, "day": nbdate(last_day(unit.in_use))},
            "expires_on",
        )


@transaction.atomic
def agree_lease(
    *,
    application: Application,
    unit: Unit,
    starts_on: date,
    expires_on: date | None,
    rent: int,
    by: User,
    at: datetime,
    deposit_kind: str = Deposit.NONE,
    deposit: int = 0,
    short_term_reason: str = "",
) -> Lease:
    """Let a unit to the applicant, who then no longer waits.

    Ends the stays where they live until the lease begins; in an exchange also the old lease, so
    that the tenant does not join the waiting list again (need H9). `rent` is kroner a month,
    `deposit` kroner. Raises `StayRefused` when the unit is taken or is not a home, or when the
    term is shorter than the rule without a reason (husll. § 9-3) or without information to the
    tenant in writing first (§ 11-1).
    """
    # Locked: of two users who let the same unit, the second waits, then sees the first stay and
    # gets a sentence. The constraint `unit_one_at_a_time` would refuse it anyway.
    unit = locked(Unit.objects.all(), unit.pk)
    person = application.person
    if unit.type in TEMPORARY_TYPES:
        raise StayRefused(_("Et midlertidig bosted leies ikke ut med leiekontrakt."), "unit")
    check_reasonable(local_date(at), starts_on=starts_on, expires_on=expires_on)
    check_unit(unit, kind_in(unit), DateRange(starts_on, None))
    check_closes(unit, expires_on)
    shortest = shortest_term(application, starts_on)
    if expires_on is not None:
        check_term(starts_on, expires_on, shortest, short_term_reason.strip())
    informed_in = (
        application.letters.filter(kind=LetterKind.LEASE_INFORMATION)
        .order_by("-made_at", "-pk")
        .first()
    )
    if expires_on is not None and expires_on < shortest and informed_in is None:
        raise StayRefused(
            _(
                "Før en kortere leietid avtales, skal personen ha fått vite skriftlig hvor lenge "
                "leien varer og hvorfor (husll. § 11-1). Lag brevet med informasjon først."
            ),
            "expires_on",
        )
    check_unoccupied(unit, DateRange(starts_on, None))
    ended = ENDED_BY_LEASE
    if application.kind == ApplicationKind.EXCHANGE:
        ended = (*ended, StayKind.LEASE)
    why = _("Flyttet til egen leid bolig")
    end_open(person, kinds=ended, on=starts_on, reason=why, by=by, at=at)
    stay = Stay(
        person=person,
        kind=kind_in(unit),
        unit=unit,
        period=DateRange(starts_on, None),
        recorded_at=at,
        recorded_by=by,
    )
    save_stay(stay)
    lease = Lease(
        stay=stay,
        application=application,
        agreed_on=local_date(at),
        starts_on=starts_on,
        expires_on=expires_on,
        rent=rent,
        deposit_kind=deposit_kind,
        deposit=deposit,
        short_term_reason=short_term_reason.strip(),
        shortest_until=shortest,
        informed_in=informed_in,
        agreed_by=by,
    )
    save_stay(lease)
    record(
        person,
        StayEvent.LEASE_AGREED,
        _("Leieforhold inngått: %(unit)s fra %(date)s.")
        % {"unit": unit, "date": nbdate(starts_on)},
        by=by,
        at=at,
        application=application,
        lease=lease.pk,
    )
    return lease


@transaction.atomic
def take_over_lease(
    *,
    person: Person,
    unit: Unit,
    agreed_on: date,
    starts_on: date,
    expires_on: date | None,
    rent: int,
    by: User,
    at: datetime,
    deposit_kind: str = Deposit.NONE,
    deposit: int = 0,
) -> Lease:
    """Record a lease that is older than Varig, without a case. Its term is what was agreed then.

    Raises `StayRefused` when the unit is not a home, or not in use or taken in the period, when
    the days cannot be right, or when the person sleeps in another place now. A lease somebody has
    fled from is taken in before the place they fled to.
    """
    today = local_date(at)
    # Locked: of two users who let the same unit, the second waits, then gets a sentence.
    unit = locked(Unit.objects.all(), unit.pk)
    if unit.type in TEMPORARY_TYPES:
        raise StayRefused(_("Et midlertidig bosted leies ikke ut med leiekontrakt."), "unit")
    if starts_on > today:
        raise StayRefused(
            _("Leieforholdet har ikke begynt. Et nytt leieforhold inngås fra saken."), "starts_on"
        )
    if agreed_on > today:
        raise StayRefused(_("Kontrakten kan ikke være inngått en dag som kommer."), "agreed_on")
    check_days(person, starts_on, None, None, None)
    check_reasonable(today, agreed_on=agreed_on, starts_on=starts_on, expires_on=expires_on)
    if (day := died_on(person)) and starts_on >= day:
        raise PersonIsDead(day)
    check_unit(unit, kind_in(unit), DateRange(starts_on, None))
    check_unpromised(unit, DateRange(starts_on, None), person, today)
    _check_sleeps_nowhere_else(person, today)
    stay = Stay(
        person=person,
        kind=kind_in(unit),
        unit=unit,
        period=DateRange(starts_on, None),
        recorded_at=at,
        recorded_by=by,
    )
    save_stay(stay)
    lease = Lease(
        stay=stay,
        agreed_on=agreed_on,
        starts_on=starts_on,
        expires_on=expires_on,
        rent=rent,
        deposit_kind=deposit_kind,
        deposit=deposit,
        agreed_by=by,
    )
    save_stay(lease)
    text = _("Leieforholdet er tatt inn fra fil: %(unit)s fra %(date)s.")
    values = {"unit": unit, "date": nbdate(starts_on)}
    _record(lease, StayEvent.LEASE_AGREED, text % values, by=by, at=at)
    return lease


def _check_sleeps_nowhere_else(person: Person, on: date) -> None:
    elsewhere = Stay.objects.current(on).filter(person=person, kind__in=ENDED_BY_LEASE)
    if stay := elsewhere.select_related("unit__property").order_by("pk").first():
        raise StayRefused(
            _(
                "Det står at personen bor i %(where)s fra %(day)s. Er det slutt, så avslutt det "
                "først. Er leieforholdet eldre og personen har måttet dra, så ta inn "
                "leieforholdet før det midlertidige oppholdet."
            )
            % {"where": stay.where, "day": nbdate(stay.period.lower)},
            "starts_on",
        )


def check_term(starts_on: date, expires_on: date, shortest: date, reason: str) -> None:
    """Refuse a lease shorter than the rule without a written reason (husll. § 9-3)."""
    if expires_on <= starts_on:
        raise StayRefused(_("Leieforholdet må slutte etter at det begynner."), "expires_on")
    if expires_on < shortest and not reason:
        raise StayRefused(
            _("Etter regelen leies boligen ut minst til %(day)s. Skriv hvorfor tiden er kortere.")
            % {"day": nbdate(shortest)},
            "short_term_reason",
        )


def shortest_term(application: Application, starts_on: date) -> date:
    """The earliest last day the rule allows: the years of the vedtak, else the municipality's."""
    vedtak = Vedtak.objects.granted(*DWELLING_BASES).filter(application=application).first()
    if vedtak and vedtak.lease_years:
        return lease_terms.last_day(starts_on, vedtak.lease_years)
    renewal = application.kind == ApplicationKind.EXTENSION
    return lease_terms.term(application.person, starts_on, renewal=renewal).last_day(starts_on)


# The setting with each step's deadline, and its unit. For other steps the user enters one.
STEP_DEADLINES = {
    StepKind.WARNING: ("tenancy_warning_days", "days"),
    StepKind.TERMINATION: ("tenancy_protest_months", "months"),
    StepKind.EVICTION_NOTICE: ("eviction_notice_days", "days"),
}

EVICTION = (StepKind.EVICTION_NOTICE, StepKind.EVICTION_CLAIM, StepKind.EVICTION_DAY)


def step_deadline(kind: str, on: date) -> date | None:
    """The tenant's deadline by the rules in force, a working day; None when no rule sets one."""
    key, unit = STEP_DEADLINES.get(StepKind(kind), ("", ""))
    if not key:
        return None
    number = settings_table.lawful_value(key, on)
    ends = add_months(on, number) if unit == "months" else on + timedelta(days=number)
    return next_working_day(ends)


@transaction.atomic
def save_readiness(
    *,
    lease: Lease,
    kind: str,
    helper: str,
    due_on: date | None,
    not_needed: str,
    done: bool,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> ReadinessItem:
    """Save who helps with one thing before moving in, and whether it is done (need H10)."""
    if done and not_needed.strip():
        raise StayRefused(_("Punktet er enten ferdig, eller trengs ikke."), "not_needed")
    if done and not helper.strip():
        raise StayRefused(_("Skriv hvem som hjalp, før punktet er ferdig."), "helper")
    check_reasonable(local_date(at), due_on=due_on)
    # Locked, so that two users who save the same item make one row.
    lease = locked_lease(lease)
    check_seen(ReadinessItem.history.filter(lease_id=lease.pk, kind=kind), seen)
    item = lease.readiness.filter(kind=kind).first() or ReadinessItem(lease=lease, kind=kind)
    was_done = item.done_at is not None
    save(
        item,
        by,
        helper=helper.strip(),
        due_on=due_on,
        not_needed=not_needed.strip(),
        done_at=(item.done_at or at) if done else None,
        done_by=(item.done_by or by) if done else None,
    )
    if done and not was_done:
        _record(
            lease, StayEvent.LEASE_READY, _("På plass: %s.") % Readiness(kind).label, by=by, at=at
        )
    return item


@transaction.atomic
def start_renewal(*, lease: Lease, by: User, at: datetime) -> Application:
    """Register an application for a longer lease, or return the open one. It leads to a vedtak
    like any application."""
    lock_persons(lease.stay.person_id, merged=True)
    lease = locked_lease(lease)
    person = lease.stay.person
    begun = person.applications.filter(
        kind=ApplicationKind.EXTENSION, state__in=APPLICATION_ALIVE, lease_renewal__isnull=True
    ).order_by("-received_at")
    if application := begun.first():
        return application
    if lease.expires_on is None:
        raise StayRefused(_("Leieforholdet har ingen sluttdato, og trenger ingen forlengelse."))
    role = by.current_roles[0]
    unit = lease.application.unit if lease.application_id else role.unit
    return register_application(
        person=person,
        kind=ApplicationKind.EXTENSION,
        channel=ApplicationChannel.ORAL,
        received_at=at,
        unit=unit,
        responsible=person.responsible,
        words=_("Forlengelse av leieforholdet i %(unit)s, som går til %(day)s.")
        % {"unit": lease.stay.where, "day": nbdate(lease.expires_on)},
        by=by,
        at=at,
    )


def granted_renewal(lease: Lease) -> Vedtak | None:
    """The latest vedtak that grants a longer lease and has not been used, or None."""
    return (
        Vedtak.objects.granted(EXTENSION_BASIS)
        .filter(
            application__person=lease.stay.person_id,
            application__kind=ApplicationKind.EXTENSION,
            application__lease_renewal__isnull=True,
        )
        .select_related("application__person")
        .order_by("-issued_on", "-pk")
        .first()
    )


@transaction.atomic
def prolong(
    *, lease: Lease, expires_on: date, short_term_reason: str, by: User, at: datetime
) -> LeaseRenewal:
    """Extend the lease after a vedtak; the tenant signs the new term. Raises `StayRefused`."""
    lock_homes(lease.stay.unit_id)
    lease = locked_lease(lease)
    vedtak = granted_renewal(lease)
    if vedtak is None:
        raise StayRefused(_("Det er ikke fattet noe vedtak om forlengelse."))
    if lease.expires_on is None:
        raise StayRefused(_("Leieforholdet har ingen sluttdato, og trenger ingen forlengelse."))
    starts_on = lease.expires_on + timedelta(days=1)
    shortest = shortest_term(vedtak.application, starts_on)
    check_reasonable(local_date(at), expires_on=expires_on)
    check_closes(lease.stay.unit, expires_on)
    check_term(starts_on, expires_on, shortest, short_term_reason.strip())
    renewal = save(
        LeaseRenewal(lease=lease, application=vedtak.application),
        by,
        old_expires_on=lease.expires_on,
        expires_on=expires_on,
        shortest_until=shortest,
        short_term_reason=short_term_reason.strip(),
        prolonged_at=at,
        prolonged_by=by,
    )
    save(lease, by, expires_on=expires_on)
    text = _("Leieforholdet er forlenget til %(day)s.") % {"day": nbdate(expires_on)}
    _record(lease, StayEvent.LEASE_PROLONGED, text, by=by, at=at)
    return renewal


# ------------------------------------------------------------------ rent


@transaction.atomic
def enter_index(*, month: date, value: Decimal, by: User, at: datetime) -> PriceIndex:
    """Enter the consumer price index of a month."""
    return save(PriceIndex(month=month, value=value, entered_at=at, entered_by=by), by)


def earliest_adjustment(lease: Lease, on: date) -> date:
    """The first day a new rent may apply: after the notice, and a year after the last change."""
    last = lease.last_adjustment()
    since = last.effective_on if last else lease.starts_on
    notice = settings_table.lawful_value("rent_notice_months", on)
    between = settings_table.lawful_value("rent_change_months", on)
    return max(add_months(on, notice), add_months(since, between))


class OtherRent(StayRefused):
    """The new rent is another than the one the user read; `rent` is in kroner a month."""

    def __init__(self, rent: int) -> None:
        super().__init__(
            _(
                "Husleien er regnet ut på nytt siden du åpnet siden, og blir %(rent)s. Les, og "
                "send igjen."
            )
            % {"rent": kroner(rent)},
            "seen_rent",
        )


@dataclass(frozen=True, slots=True)
class NewRent:
    """The rent before and after, in kroner a month, and the index each was set by."""

    old: int
    new: int
    from_index: PriceIndex
    to_index: PriceIndex


def new_rent(lease: Lease, on: date) -> NewRent:
    """The rent by the consumer price index (husll. § 4-2), down to whole kroner. Raises
    `StayRefused` when the index is not known or has not risen."""
    last = lease.last_adjustment()
    from_index = last.to_index if last else _index_of(lease.agreed_on)
    to_index = PriceIndex.objects.filter(month__lte=on).first()
    old = last.new_rent if last else lease.rent
    new = old
    if to_index is not None and to_index.value > from_index.value:
        new = int((Decimal(old) * to_index.value / from_index.value).to_integral_value(ROUND_DOWN))
    if new == old:
        raise StayRefused(_("Konsumprisindeksen har ikke steget siden leien ble satt."))
    return NewRent(old, new, from_index, to_index)


@transaction.atomic
def adjust_rent(
    *, lease: Lease, effective_on: date, by: User, at: datetime, seen_rent: int | None = None
) -> RentAdjustment:
    """Raise the rent by the consumer price index and send the notice letter (husll. § 4-2).

    Raises `StayRefused`, and `OtherRent` when the new rent is not the one the user read."""
    on = local_date(at)
    check_reasonable(on, effective_on=effective_on)
    lock_persons(lease.stay.person_id, merged=True)
    application = _case_of(lease, by, at)
    lease = locked_lease(lease)
    earliest = earliest_adjustment(lease, on)
    if effective_on < earliest:
        raise StayRefused(
            _(
                "Husleien kan reguleres tidligst fra %(day)s: én måneds varsel, og et år siden "
                "sist (husll. § 4-2)."
            )
            % {"day": nbdate(earliest)},
            "effective_on",
        )
    rent = new_rent(lease, on)
    if seen_rent is not None and seen_rent != rent.new:
        raise OtherRent(rent.new)
    words = lease_letters.rent(
        lease, rent.old, rent.new, rent.from_index, rent.to_index, effective_on, application
    )
    letter = make_letter(
        kind=LetterKind.RENT_ADJUSTMENT, application=application, by=by, at=at, **words
    )
    adjustment = save(
        RentAdjustment(
            lease=lease, from_index=rent.from_index, to_index=rent.to_index, letter=letter
        ),
        by,
        old_rent=rent.old,
        new_rent=rent.new,
        notified_on=on,
        effective_on=effective_on,
        adjusted_at=at,
        adjusted_by=by,
    )
    text = _("Varsel om ny husleie fra %(day)s er sendt.") % {"day": nbdate(effective_on)}
    _record(lease, StayEvent.LEASE_RENT, text, by=by, at=at)
    return adjustment


def _index_of(day: date) -> PriceIndex:
    month = day.replace(day=1)
    index = PriceIndex.objects.filter(month=month).first()
    if index is None:
        raise StayRefused(
            _("Konsumprisindeksen for %(month)s er ikke ført inn. Da ble leien sist satt.")
            % {"month": date_format(month, "F Y")}
        )
    return index


# ------------------------------------------------------------------ at risk


@transaction.atomic
def put_at_risk(
    *,
    lease: Lease,
    cause: str,
    what: str,
    amount: int | None,
    responsible: User,
    plan: str,
    person_view: str,
    review_on: date,
    by: User,
    at: datetime,
) -> TenancyRisk:
    """Record that a tenancy is at risk, with a plan to keep it and who is responsible."""
    _check_review(review_on, local_date(at))
    lease = locked_lease(lease)
    risk = save(
        TenancyRisk(lease=lease, opened_at=at, opened_by=by),
        by,
        cause=cause,
        what=what.strip(),
        amount=amount,
        responsible=responsible,
        plan=plan.strip(),
        person_view=person_view.strip(),
        review_on=review_on,
    )
    text = _("Leieforholdet er i fare: %(cause)s. Plan lagt, ansvarlig er %(who)s.") % {
        "cause": risk.get_cause_display().lower(),
        "who": responsible,
    }
    _record(lease, StayEvent.TENANCY_AT_RISK, text, by=by, at=at)
    return risk


@transaction.atomic
def change_risk(
    risk: TenancyRisk, *, by: User, at: datetime, seen: int | None = None, **facts
) -> TenancyRisk:
    """Change the plan, the responsible user or the day of the next review. Raises `Overwritten`."""
    risk = _locked_risk(risk)
    check_seen(risk, seen)
    _check_review(facts["review_on"], local_date(at))
    save(risk, by, **facts)
    _record(
        risk.lease, StayEvent.TENANCY_PLAN, _("Planen for leieforholdet er endret."), by=by, at=at
    )
    return risk


@transaction.atomic
def close_risk(risk: TenancyRisk, *, outcome: str, by: User, at: datetime) -> TenancyRisk:
    """Record that the tenancy is no longer at risk, and the outcome."""
    risk = _locked_risk(risk)
    save(risk, by, outcome=outcome, closed_at=at, closed_by=by)
    text = _("Leieforholdet er ikke lenger i fare: %s.") % risk.get_outcome_display().lower()
    _record(risk.lease, StayEvent.TENANCY_SAFE, text, by=by, at=at)
    return risk


@transaction.atomic
def reopen_risk(risk: TenancyRisk, *, why: str, by: User, at: datetime) -> TenancyRisk:
    """It was closed by mistake: the tenancy is at risk as before, with the same plan. Raises
    `StayRefused` while another is open."""
    risk = _locked_risk(risk, closed=True)
    risk._history_user = by
    risk.outcome, risk.closed_at, risk.closed_by = "", None, None
    save_stay(risk)
    text = _("Leieforholdet er fortsatt i fare, og saken er åpnet igjen. %(why)s")
    text %= {"why": why.strip()}
    _record(risk.lease, StayEvent.TENANCY_AT_RISK, text, by=by, at=at)
    return risk


@transaction.atomic
def take_step(
    *, lease: Lease, kind: str, on: date, due_on: date | None, note: str, by: User, at: datetime
) -> TenancyStep:
    """Record a step in a tenancy. Its deadline is that of the rules, or a later one."""
    due_on = check_step(lease, kind=kind, on=on, due_on=due_on, note=note, at=at)
    step = save(
        TenancyStep(lease=lease, kind=kind, on=on, logged_at=at, logged_by=by),
        by,
        due_on=due_on,
        note=note.strip(),
    )
    text = _("%(step)s %(day)s.") % {"step": step.get_kind_display(), "day": nbdate(on)}
    _record(lease, StayEvent.TENANCY_STEP, f"{text} {step.note}".strip()[:400], by=by, at=at)
    return step


# ------------------------------------------------------------------ parts


def check_step(
    lease: Lease,
    *,
    kind: str,
    on: date,
    due_on: date | None,
    note: str,
    at: datetime,
    corrected: TenancyStep | None = None,
) -> date | None:
    """The deadline of a step that may be recorded: the one given, or that of the rules.

    `corrected` is the step that becomes this one."""
    if on > local_date(at) and kind != StepKind.EVICTION_DAY:
        raise StayRefused(_("Dagen er ikke kommet ennå. Skriv når det ble gjort."), "on")
    if on < lease.starts_on:
        raise StayRefused(
            _("Leieforholdet begynte %(day)s.") % {"day": nbdate(lease.starts_on)}, "on"
        )
    latest = local_date(at) + timedelta(
        days=settings_table.value("step_longest_days", local_date(at))
    )
    for field, day in (("on", on), ("due_on", due_on)):
        if day and day > latest:
            raise StayRefused(
                _("Dagen er for langt fram. Skriv en dag til og med %(day)s.")
                % {"day": nbdate(latest)},
                field,
            )
    if kind == StepKind.EVICTION_DAY:
        _check_claimed(lease, on, corrected)
        if due_on:
            raise StayRefused(
                _("Skriv dagen for utkastelsen i «Dato». En berammet utkastelse har ingen frist."),
                "due_on",
            )
    shortest = step_deadline(kind, on)
    if due_on and shortest and due_on < shortest:
        raise StayRefused(
            _("Leietakeren har tid til %(day)s etter reglene. Fristen kan ikke være før.")
            % {"day": nbdate(shortest)},
            "due_on",
        )
    check_reasonable(local_date(at), on=on, due_on=due_on)
    if due_on and due_on < on:
        raise StayRefused(_("Fristen kan ikke være før dagen steget ble gjort."), "due_on")
    if not note.strip():
        _check_reason(lease, kind, on)
    return due_on or shortest


def _check_reason(lease: Lease, kind: str, on: date) -> None:
    """Refuse a step that needs a written reason. The log records what was done, so an eviction
    claimed too early can be recorded too, but only with the reason."""
    if kind == StepKind.TERMINATION:
        raise StayRefused(
            _("Skriv begrunnelsen. En oppsigelse skal ha den (husll. § 9-7)."), "note"
        )
    if kind != StepKind.EVICTION_CLAIM:
        return
    notice = lease.steps.filter(kind=StepKind.EVICTION_NOTICE, on__lte=on).order_by("-on").first()
    if notice is None:
        raise StayRefused(
            _(
                "Før begjæringen skal leietakeren være varslet (tvangsl. § 4-18), og ikke "
                "noe varsel er ført. Før varselet, eller skriv i merknaden hvorfor det ikke "
                "ble sendt."
            ),
            "note",
        )
    if notice.due_on and on <= notice.due_on:
        raise StayRefused(
            _(
                "Leietakeren har tid til %(day)s etter varselet (tvangsl. § 4-18). Vent til "
                "fristen er ute, eller skriv i merknaden hvorfor begjæringen er sendt før."
            )
            % {"day": nbdate(notice.due_on)},
            "note",
        )


def _check_claimed(lease: Lease, on: date, corrected: TenancyStep | None) -> None:
    """Refuse a day of eviction that nobody has asked the enforcement officer for."""
    claims = lease.steps.filter(kind=StepKind.EVICTION_CLAIM, on__lte=on)
    if not claims.exclude(pk=corrected and corrected.pk).exists():
        raise StayRefused(
            _("En utkastelse berammes etter en begjæring, og ingen er ført. Før den først."),
            "kind",
        )


def check_still_claimed(claim: TenancyStep) -> None:
    """Refuse that a claim is moved or no longer holds, if a day of eviction then has none."""
    claims = claim.lease.steps.filter(kind=StepKind.EVICTION_CLAIM, on__lte=OuterRef("on"))
    days = claim.lease.steps.filter(~Exists(claims), kind=StepKind.EVICTION_DAY)
    if day := days.first():
        raise StayRefused(
            _("Utkastelsen %(day)s er berammet etter begjæringen. Rett utkastelsen først.")
            % {"day": nbdate(day.on)}
        )


def locked_lease(lease: Lease) -> Lease:
    """The current lease, locked: a second user who changes it sees the first change."""
    return locked(
        Lease.objects.select_related(
            "stay__person__responsible", "stay__unit__property", "application__unit"
        ),
        lease.pk,
    )


def _locked_risk(risk: TenancyRisk, *, closed: bool = False) -> TenancyRisk:
    # Locked, so that nobody changes a plan while another user closes it.
    risk = locked(TenancyRisk.objects.select_related("lease__stay__person"), risk.pk)
    if risk.closed_at and not closed:
        raise StayRefused(
            _("Saken er avsluttet. Åpne den igjen, eller meld leieforholdet på nytt.")
        )
    if closed and not risk.closed_at:
        raise StayRefused(_("Saken er ikke avsluttet."))
    return risk


def _check_review(review_on: date, today: date) -> None:
    if review_on < today:
        raise StayRefused(_("Planen må ses på igjen en dag som kommer."), "review_on")
    check_reasonable(today, review_on=review_on)


def _case_of(lease: Lease, by: User, at: datetime) -> Application:
    """The application that a letter about the lease belongs to; the person is locked."""
    lease = Lease.objects.select_related("application", "stay__person__responsible").get(
        pk=lease.pk
    )
    application = lease.application or (
        lease.stay.person.applications.select_related("unit", "responsible")
        .order_by("-received_at", "-pk")
        .first()
    )
    if application is None:
        application = _case_for_old_lease(lease, by, at)
    return application


def _case_for_old_lease(lease: Lease, by: User, at: datetime) -> Application:
    """A case for the letters of a lease that is older than Varig: decided when it was agreed."""
    agreed_at = datetime.combine(lease.agreed_on, time(12), tzinfo=get_default_timezone())
    application = register_application(
        person=lease.stay.person,
        kind=ApplicationKind.NEW,
        channel=ApplicationChannel.LETTER,
        received_at=min(agreed_at, at),
        unit=by.current_roles[0].unit,
        responsible=lease.stay.person.responsible,
        words=_("Leieforholdet er eldre enn Varig. Saken samler brevene om det."),
        by=by,
        at=at,
    )
    APPLICATION.move(application, ApplicationState.DECIDED, by=by, at=at)
    save(lease, by, application=application)
    return application


def _record(lease: Lease, kind: StayEvent, text: str, *, by: User, at: datetime) -> None:
    record(
        lease.stay.person,
        kind,
        text,
        by=by,
        at=at,
        application=lease.application,
        lease=lease.pk,
    )
