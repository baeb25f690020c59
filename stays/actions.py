"""Actions on stays: register, end and renew a stay, and log a search for a place.

What is registered wrong is corrected in `stays.correcting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import settings_table
from accounts.models import User
from casework.log.enums import GOING_OUT, FlagClosed, FlagKind
from casework.log.events import record, take_back
from casework.models import Application, Flag, InstitutionNotice, Person, Vedtak
from casework.persons.actions.deaths import PersonIsDead
from casework.persons.models.deaths import died_on
from common.calendar import local_date
from common.errors import YEARS_AHEAD, RuleBroken, explain_integrity_error, impossible_day
from common.formatting import nbdate
from common.locking import locked, locked_rows
from housing.enums import TEMPORARY_TYPES, TRIAL_TYPES
from housing.models import Unit

from .availability import first_free, promised
from .enums import IN_UNIT, RENTED, SLEEPS, StayEvent, StayKind, UnsuitedFor, VoidedAs
from .models import PlaceSearch, Renewal, Stay, VoidedStay
from .unsuited import unsuited_for

# The kinds of stay that end when the person moves into a lasting home.
ENDED_BY_LEASE = SLEEPS


class StayRefused(RuleBroken):
    """The stay cannot be saved as entered; `field` is the form field with the error."""


class UnitTaken(StayRefused):
    """Somebody lives in the unit, or will move in, during the period."""

    def __init__(self, unit: Unit, starts_on: date) -> None:
        day = first_free([unit.pk], starts_on).get(unit.pk)
        text = (
            _("Det bor noen i %(unit)s. Den er ledig fra %(day)s.")
            if day
            else _("Det bor noen i %(unit)s i perioden. Velg en annen.")
        )
        super().__init__(text % {"unit": unit, "day": day and nbdate(day)}, "unit")


@transaction.atomic
def register_stay(
    *,
    person: Person,
    kind: str,
    starts_on: date,
    by: User,
    at: datetime,
    ends_on: date | None = None,
    unit: Unit | None = None,
    place: str = "",
    institution: str = "",
    planned_out: date | None = None,
    vedtak: Vedtak | None = None,
    reason: str = "",
    night_price: int | None = None,
    unsuited_reason: str = "",
    granted_until: date | None = None,
    must_leave_by: date | None = None,
    unsuitable: str = "",
    unsafe: bool = False,
    moving: bool = False,
    let_out: bool = False,
) -> Stay:
    """Record that a person lives somewhere from a day. `ends_on` is the day they leave.

    A temporary stay needs a vedtak on place and length, or a written reason why there is none
    yet (need T1). `moving` ends the stay where they slept until now, on the same day; between
    temporary places the chain continues. `let_out` ends the stay in an institution or prison, so
    that the flag for people who come straight from there is raised (need T6). `night_price` is
    kroner a night. Raises `StayRefused`.
    """
    check_days(person, starts_on, ends_on, planned_out, must_leave_by)
    check_reasonable(
        local_date(at),
        starts_on=starts_on,
        ends_on=ends_on,
        planned_out=planned_out,
        must_leave_by=must_leave_by,
        granted_until=granted_until,
    )
    refuse_after_death(person, kind, starts_on, ends_on)
    unsuited = ""
    check_planned_out(planned_out, ends_on, local_date(at))
    if kind in IN_UNIT:
        if unit is None:
            raise StayRefused(_("Velg boligen oppholdet er i."), "unit")
        # Locked: an action that takes the unit out of use waits, and then sees this stay.
        unit = locked(Unit.objects.select_related("property"), unit.pk)
        until = ends_on or granted_until
        # What is past is recorded as it was, also in a room that was closed on some of the days.
        is_past = until is not None and until <= local_date(at)
        check_unit(unit, kind, DateRange(starts_on, None if is_past else until))
        unsuited = check_suited(person, unit, starts_on, unsuited_reason.strip())
    if granted_until is not None and granted_until <= starts_on:
        raise StayRefused(
            _("Oppholdet må være innvilget til etter at det begynte."), "granted_until"
        )
    if kind == StayKind.TEMPORARY and vedtak is None and not reason.strip():
        raise StayRefused(
            _("Velg vedtaket oppholdet følger, eller skriv hvorfor det ikke er noe vedtak ennå."),
            "vedtak",
        )
    if moving:
        end_open(person, kinds=SLEEPS, on=starts_on, reason=_("Flyttet"), by=by, at=at)
    if let_out:
        why, inside = _("Rett til midlertidig bolig"), (StayKind.INSTITUTION,)
        end_open(person, kinds=inside, on=starts_on, reason=why, by=by, at=at)
    stay = Stay(
        person=person,
        kind=kind,
        unit=unit if kind in IN_UNIT else None,
        place="" if kind in IN_UNIT else place.strip(),
        institution=institution if kind == StayKind.INSTITUTION else "",
        period=DateRange(starts_on, ends_on),
        planned_out=planned_out,
        vedtak=vedtak,
        night_price=(night_price if night_price is not None else unit.night_price)
        if kind == StayKind.TEMPORARY
        else None,
        granted_until=granted_until if kind == StayKind.TEMPORARY else None,
        unsuited_for=unsuited,
        unsuited_reason=unsuited_reason.strip() if unsuited else "",
        must_leave_by=must_leave_by,
        unsuitable=unsuitable,
        unsafe=unsafe,
        recorded_at=at,
        recorded_by=by,
    )
    check_overlap(stay)
    if stay.unit_id:
        check_unoccupied(unit, stay.period)
        check_unpromised(unit, stay.period, person, local_date(at))
    save_stay(stay)
    text = _("%(kind)s fra %(date)s: %(where)s.") % {
        "kind": stay.get_kind_display(),
        "date": nbdate(starts_on),
        "where": stay.where,
    }
    if reason.strip():
        text = f"{text} {reason.strip()}"
    record(
        person,
        StayEvent.STAY_REGISTERED,
        text[:400],
        by=by,
        at=at,
        application=vedtak.application if vedtak else None,
        stay=stay.pk,
    )
    return stay


@transaction.atomic
def end_stay(
    *, stay: Stay, ends_on: date, reason: str, by: User, at: datetime
) -> Stay | VoidedStay:
    """Record the day a person left; the night before is the last counted.

    Who leaves on the first day has slept no night there: the stay came to nothing, and is kept as
    a `VoidedStay` (docs/adr/0013). Raises `StayRefused`.
    """
    stay = locked_stay(stay)
    if stay.period.upper is not None and stay.period.upper <= local_date(at):
        raise StayRefused(
            _("Oppholdet er allerede avsluttet %(date)s.") % {"date": nbdate(stay.period.upper)}
        )
    if ends_on == stay.period.lower:
        refuse_lease(stay)
        return void(stay, how=VoidedAs.UNUSED, reason=reason, by=by, at=at)
    if ends_on < stay.period.lower:
        raise StayRefused(
            _("Oppholdet begynte %(date)s, og kan ikke slutte før det.")
            % {"date": nbdate(stay.period.lower)},
            "ends_on",
        )
    check_reasonable(local_date(at), ends_on=ends_on)
    stay.period = DateRange(stay.period.lower, ends_on)
    stay.end_reason = reason.strip()
    save_stay(stay)
    record_end(stay, by=by, at=at)
    return stay


@transaction.atomic
def record_end(stay: Stay, *, by: User, at: datetime) -> None:
    """On the timeline: the day the person left, from where and why."""
    record(
        stay.person,
        StayEvent.STAY_ENDED,
        _("Flyttet ut %(date)s: %(where)s. %(reason)s")
        % {"date": nbdate(stay.period.upper), "where": stay.where, "reason": stay.end_reason},
        by=by,
        at=at,
        stay=stay.pk,
    )


@transaction.atomic
def renew_stay(
    *,
    stay: Stay,
    until: date,
    reason: str,
    next_step: str,
    responsible: User,
    by: User,
    at: datetime,
    vedtak: Vedtak | None = None,
) -> Renewal:
    """Grant a temporary stay for longer. Its clock continues and is never reset (needs T1, T3).

    Requires a reason, the next step towards a lasting home, and a user responsible for it.
    Raises `StayRefused`.
    """
    stay = locked_stay(stay)
    today = local_date(at)
    if stay.kind != StayKind.TEMPORARY or (stay.period.upper and stay.period.upper <= today):
        raise StayRefused(_("Bare et midlertidig opphold som pågår, kan forlenges."))
    starts_on = stay.granted_until or max(today, stay.period.lower)
    if until <= max(starts_on, today):
        raise StayRefused(
            _("Skriv en dag etter %(day)s.") % {"day": nbdate(max(starts_on, today))}, "until"
        )
    check_reasonable(today, until=until)
    renewal = Renewal(
        stay=stay,
        starts_on=starts_on,
        until=until,
        reason=reason.strip(),
        next_step=next_step.strip(),
        responsible=responsible,
        vedtak=vedtak,
        renewed_at=at,
        renewed_by=by,
    )
    save_stay(renewal)
    stay.granted_until = until
    stay.save(update_fields=["granted_until"])
    record(
        stay.person,
        StayEvent.STAY_RENEWED,
        _("Midlertidig opphold forlenget til %(day)s. Neste steg: %(step)s (%(who)s).")
        % {"day": nbdate(until), "step": renewal.next_step, "who": responsible.get_full_name()},
        by=by,
        at=at,
        application=vedtak.application if vedtak else None,
        stay=stay.pk,
    )
    return renewal


@transaction.atomic
def log_search(
    *,
    person: Person,
    outcome: str,
    reason: str,
    on: date,
    by: User,
    at: datetime,
    application: Application | None = None,
    unit: Unit | None = None,
    place: str = "",
) -> PlaceSearch:
    """Record one search for a place for the night and its outcome, as a new row (need T4)."""
    check_reasonable(local_date(at), on=on)
    search = PlaceSearch(
        person=person,
        application=application,
        outcome=outcome,
        unit=unit,
        place=place.strip(),
        reason=reason.strip(),
        on=on,
        logged_at=at,
        logged_by=by,
    )
    save_stay(search)
    record(
        person,
        StayEvent.STAY_SEARCH,
        f"{search.get_outcome_display()} {nbdate(on)}. {search.reason}",
        by=by,
        at=at,
        application=application,
    )
    return search


def kind_in(unit: Unit) -> StayKind:
    return StayKind.TRIAL if unit.type in TRIAL_TYPES else StayKind.LEASE


def check_days(
    person: Person,
    starts_on: date,
    ends_on: date | None,
    planned_out: date | None,
    must_leave_by: date | None,
) -> None:
    """Refuse days before birth, an end before the start, or a planned exit before the start."""
    if person.birth_date and starts_on < person.birth_date:
        raise StayRefused(
            _("Personen er født %(born)s, og kan ikke ha bodd der fra %(date)s.")
            % {"born": nbdate(person.birth_date), "date": nbdate(starts_on)},
            "starts_on",
        )
    if ends_on is not None and ends_on <= starts_on:
        raise StayRefused(_("Et opphold må slutte etter at det begynte."), "ends_on")
    if planned_out is not None and planned_out < starts_on:
        raise StayRefused(_("Planlagt utskriving kan ikke være før innleggelsen."), "planned_out")
    if must_leave_by is not None and must_leave_by < starts_on:
        raise StayRefused(
            _("Dagen personen må ut, kan ikke være før personen flyttet inn."), "must_leave_by"
        )


def refuse_after_death(person: Person, kind: str, starts_on: date, ends_on: date | None) -> None:
    """Nobody lives anywhere after their death; only the estate keeps what was rented."""
    day = died_on(person)
    if day is None:
        return
    if starts_on >= day:
        raise PersonIsDead(day)
    if kind not in RENTED and (ends_on is None or ends_on > day):
        raise StayRefused(
            _("Personen døde %(day)s. Skriv når oppholdet sluttet, senest den dagen.")
            % {"day": nbdate(day)},
            "ends_on",
        )


YEARS_TO_BEGIN = 2  # nobody plans a move so far ahead
BEGINNINGS = ("starts_on", "on", "effective_on", "agreed_on")


def check_reasonable(today: date, **days: date | None) -> None:
    """Refuse days that cannot be meant, like the year 2126, by the name of their field."""
    for field, day in days.items():
        years = YEARS_TO_BEGIN if field in BEGINNINGS else YEARS_AHEAD
        if sentence := impossible_day(day, today, years):
            raise StayRefused(sentence, field)


def check_planned_out(planned_out: date | None, ends_on: date | None, today: date) -> None:
    """The planned day out of an open stay must not be in the past."""
    if planned_out is not None and ends_on is None and planned_out < today:
        raise StayRefused(
            _("%(day)s er gått. Skriv en dag som kommer, eller dagen personen kom ut.")
            % {"day": nbdate(planned_out)},
            "planned_out",
        )


def check_overlap(stay: Stay) -> None:
    """Refuse a second place to sleep; the message names the existing stay and what to do.

    For two users who save at the same time, the database also refuses overlapping temporary
    stays and overlapping leases.
    """
    if stay.kind not in SLEEPS:
        return
    other = (
        Stay.objects.filter(person=stay.person, kind__in=SLEEPS, period__overlap=stay.period)
        .exclude(pk=stay.pk)
        .select_related("unit__property")
        .order_by("period", "pk")
        .first()
    )
    if other is None:
        return
    until = (
        _("fram til %(day)s") % {"day": nbdate(other.period.upper)} if other.period.upper else ""
    )
    raise StayRefused(
        _(
            "Det står allerede at personen bor her: %(where)s fra %(from)s%(until)s. "
            "Avslutt eller rett det først."
        )
        % {
            "where": other.where,
            "from": nbdate(other.period.lower),
            "until": f" {until}" if until else "",
        },
        "starts_on",
    )


def check_unoccupied(unit: Unit, period: DateRange) -> None:
    if Stay.objects.filter(unit=unit, period__overlap=period).exists():
        raise UnitTaken(unit, period.lower)


def check_unpromised(unit: Unit, period: DateRange, person: Person, today: date) -> None:
    """Refuse a home that is offered to, chosen or held for somebody else in the period."""
    if sentence := promised(unit, period, person, today):
        raise StayRefused(sentence, "unit")


def lock_homes(*unit_ids: int | None) -> None:
    """Lock the homes, before their stays (docs/adr/0006): who offers one waits, and then sees the
    stay."""
    units = Unit.objects.select_for_update(of=("self",), no_key=True)
    list(units.filter(pk__in=[pk for pk in unit_ids if pk]).order_by("pk").values_list("pk"))


def check_unit(unit: Unit, kind: str, period: DateRange) -> None:
    """Refuse a unit of another type, or one that is not open in the period."""
    if kind == StayKind.TEMPORARY and unit.type not in TEMPORARY_TYPES:
        raise StayRefused(
            _("%(unit)s er ikke et midlertidig bosted. Velg et annet sted.") % {"unit": unit},
            "unit",
        )
    if kind == StayKind.TRIAL and unit.type not in TRIAL_TYPES:
        raise StayRefused(_("%(unit)s er ikke en treningsleilighet.") % {"unit": unit}, "unit")
    this = Unit.objects.filter(pk=unit.pk)
    if not this.open_in(DateRange(period.lower, None)).exists():
        raise StayRefused(
            _("%(unit)s er ikke i bruk %(date)s. Velg et annet sted eller en annen dato.")
            % {"unit": unit, "date": nbdate(period.lower)},
            "unit",
        )
    if not this.open_in(period).exists():
        raise StayRefused(
            _("%(unit)s kan ikke brukes helt til %(date)s. Velg et annet sted eller en annen dato.")
            % {"unit": unit, "date": nbdate(period.upper)},
            "unit",
        )


def check_suited(person: Person, unit: Unit, on: date, reason: str) -> str:
    """Whom the place is unsuited for, or ""; using it then needs a written reason (need T5)."""
    unsuited = unsuited_for(person, unit, on, settings_table.value("young_under_age", on))
    if unsuited and not reason:
        suits = unit.suits_children if unsuited == UnsuitedFor.CHILDREN else unit.suits_young
        if suits is None:
            text = _(
                "Det er ikke avklart om %(unit)s er egnet for %(whom)s. Avklar det, eller skriv "
                "hvorfor stedet likevel brukes."
            )
        else:
            text = _("%(unit)s er ikke egnet for %(whom)s. Skriv hvorfor stedet likevel brukes.")
        raise StayRefused(
            text % {"unit": unit, "whom": UnsuitedFor(unsuited).label.lower()},
            "unsuited_reason",
        )
    return unsuited


@transaction.atomic
def end_open(
    person: Person,
    *,
    kinds: tuple[StayKind, ...],
    on: date,
    reason: str,
    by: User,
    at: datetime,
) -> None:
    """End open stays of these kinds on the day the person moves on.

    One that begins on that very day came to nothing, since nobody slept there. Raises
    `StayRefused` if one begins later.
    """
    # Locked, so that nobody else changes the same stay meanwhile. They may be deleted.
    going_on = locked_rows(
        Stay.objects.select_related("person", "unit__property")
        .filter(person=person, kind__in=kinds)
        .filter(Q(period__upper_inf=True) | Q(period__endswith__gt=on))
        .order_by("pk"),
        no_key=False,
    )
    for stay in going_on:
        if stay.period.lower > on or (stay.period.lower == on and hasattr(stay, "lease")):
            raise StayRefused(
                _("Personen har et opphold fra %(date)s (%(where)s). Avslutt eller rett det først.")
                % {"date": nbdate(stay.period.lower), "where": stay.where},
                "starts_on",
            )
        if stay.period.lower == on:
            void(stay, how=VoidedAs.UNUSED, reason=reason, by=by, at=at)
            continue
        stay.period = DateRange(stay.period.lower, on)
        stay.end_reason = stay.end_reason or str(reason)
        stay._history_user = by
        stay.save()
        record_end(stay, by=by, at=at)


@transaction.atomic
def void(
    stay: Stay,
    *,
    how: VoidedAs,
    reason: str,
    by: User,
    at: datetime,
    application: Application | None = None,
    **data: int,
) -> VoidedStay:
    """Delete the locked stay, and keep what it said as a `VoidedStay` with the reason.

    Flags about a chain that began with it are closed; the jobs raise what the facts now say. What
    was written of it on the timeline, also in the case (`application`), is struck out.
    """
    if not reason.strip():
        raise StayRefused(_("Skriv hvorfor."), "reason")
    voided = VoidedStay(
        person=stay.person,
        kind=stay.kind,
        unit=stay.unit,
        place=stay.place,
        starts_on=stay.period.lower,
        ends_on=stay.period.upper,
        how=how,
        reason=reason.strip(),
        voided_at=at,
        voided_by=by,
    )
    voided.save()
    event = record(
        stay.person,
        StayEvent.STAY_VOIDED if how != VoidedAs.NO_CONTRACT else StayEvent.LEASE_CANCELLED,
        _("%(how)s: %(where)s fra %(day)s. %(why)s")
        % {
            "how": VoidedAs(how).label,
            "where": stay.where,
            "day": nbdate(stay.period.lower),
            "why": voided.reason,
        },
        by=by,
        at=at,
        application=application or (stay.vedtak.application if stay.vedtak_id else None),
        stay=stay.pk,
        **data,
    )
    take_back(event, stay=stay.pk, **data)
    delete_rows(stay.renewals.all(), by=by)
    Flag.objects.open().filter(
        person=stay.person,
        kind__in=[FlagKind.TEMPORARY_STAY, FlagKind.NO_SERVICE],
        key__startswith=stay.period.lower.isoformat(),
    ).update(closed_on=local_date(at), closed_because=FlagClosed.FACTS)
    stay._history_user = by
    stay.delete()
    return voided


@transaction.atomic
def delete_rows(rows: Iterable[models.Model], *, by: User) -> None:
    """Delete rows one by one, so that the history of each says who did it."""
    for row in rows:
        row._history_user = by
        row.delete()


def refuse_lease(stay: Stay) -> None:
    """A stay with a lease is corrected by its lease."""
    if hasattr(stay, "lease"):
        raise StayRefused(
            _("Oppholdet følger en leiekontrakt. Velg «Kontrakten gjelder ikke» på leieforholdet.")
        )


def check_latest(rows: models.Manager, row: models.Model) -> None:
    """Refuse the row when a later one builds on it."""
    latest = rows.first()
    if latest is None or latest.pk != row.pk:
        raise StayRefused(_("Bare den siste kan rettes. Før den siste som feilregistrert først."))


def locked_stay(stay: Stay) -> Stay:
    """The stay as it is now. Locked, so that two who change it do so one after the other; without
    `no_key`, since it may be deleted."""
    rows = Stay.objects.select_related("person", "unit__property")
    return locked(rows, stay.pk, no_key=False)


def save_stay(obj: models.Model) -> None:
    """Save; raise a broken constraint as `StayRefused` with a sentence for the user."""
    try:
        with transaction.atomic():
            obj.save()
    except IntegrityError as error:
        sentence = explain_integrity_error(error)
        if sentence is None:
            raise
        raise StayRefused(sentence) from error


@transaction.atomic
def move_planned_out(notice: InstitutionNotice, *, by: User, at: datetime) -> None:
    """Move the planned day out of the person's institution stay to the day in a notice; the
    waiting list and Min dag read it (need C20)."""
    if notice.kind not in GOING_OUT:
        return
    stay = (
        Stay.objects.current(local_date(at))
        .filter(person=notice.person, kind=StayKind.INSTITUTION)
        # Locked, since another user may end it while the notice is registered.
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
        .first()
    )
    # A day before the stay was recorded is not a plan.
    is_plan = stay and local_date(stay.recorded_at) <= notice.concerns_on
    if is_plan and stay.planned_out != notice.concerns_on:
        old = stay.planned_out
        stay.planned_out = notice.concerns_on
        stay._history_user = by
        stay.save(update_fields=["planned_out"])
        record(
            notice.person,
            StayEvent.STAY_CHANGED,
            _("Planlagt ut er flyttet fra %(old)s til %(new)s.")
            % {"old": nbdate(old), "new": nbdate(notice.concerns_on)}
            if old
            else _("Planlagt ut er %(new)s.") % {"new": nbdate(notice.concerns_on)},
            by=by,
            at=at,
            stay=stay.pk,
        )


def occupied_units_text(units: list[Unit], days: DateRange) -> str:
    """How many of the units have residents on the days, as a sentence; "" if none (need H4)."""
    lives = Stay.objects.filter(unit__in=units, period__overlap=days)
    homes = lives.order_by().values("unit").distinct().count()
    if not homes:
        return ""
    return ngettext(
        "Det bor noen i én bolig. Avklar hvor de skal bo først.",
        "Det bor noen i %(n)s boliger. Avklar hvor de skal bo først.",
        homes,
    ) % {"n": homes}
