"""Corrections of stays and of the log of searches: what was wrong is changed or taken away, with a
reason on the person's timeline and a trace in the history of the row (docs/adr/0013)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from casework.log.corrections import NotTakenBack
from casework.log.events import record
from casework.persons.actions.deaths import PersonIsDead
from casework.persons.models.deaths import died_on
from common.calendar import ONE_DAY, local_date
from common.corrections import check_seen
from common.formatting import nbdate
from common.locking import JustGone, locked

from .actions import (
    StayRefused,
    check_days,
    check_overlap,
    check_planned_out,
    check_reasonable,
    check_suited,
    check_unit,
    check_unpromised,
    lock_homes,
    locked_stay,
    refuse_after_death,
    refuse_lease,
    save_stay,
    void,
)
from .enums import IN_UNIT, SLEEPS, StayEvent, StayKind, VoidedAs
from .models import PlaceSearch, Stay, VoidedStay

# The kinds of stay that may have ended because the person moved on to another.
ENDED_BY_ANOTHER = (*SLEEPS, StayKind.LEASE, StayKind.INSTITUTION)


@transaction.atomic
def change_stay(
    *,
    stay: Stay,
    starts_on: date,
    ends_on: date | None,
    why: str,
    by: User,
    at: datetime,
    seen: int | None = None,
    **facts: Any,
) -> Stay:
    """Correct a stay, or add new facts about it; `why` is kept on the timeline.

    `facts` are columns of the stay; those of another kind of stay are emptied. The days and the
    home of a lease follow its contract. All clocks count what is corrected as if it had been right
    from the start. Raises `StayRefused`, and `Overwritten` if it has changed since `seen`.
    """
    lock_homes(stay.unit_id, getattr(facts.get("unit"), "pk", None))
    stay = locked_stay(stay)
    check_seen(stay, seen)
    on, old = local_date(at), Stay.objects.get(pk=stay.pk)
    for name, value in facts.items():
        setattr(stay, name, value.strip() if isinstance(value, str) else value)
    stay.period = DateRange(starts_on, ends_on)
    if old.kind == StayKind.LEASE and (stay.period, stay.kind, stay.unit_id) != (
        old.period,
        old.kind,
        old.unit_id,
    ):
        raise StayRefused(_("Datoene følger leieforholdet. Rett dem der."), "starts_on")
    _empty_what_does_not_apply(stay)
    if old.is_temporary and not stay.is_temporary and stay.renewals.exists():
        raise StayRefused(
            _("Oppholdet er forlenget, og kan ikke få en annen type. Velg «Feilregistrert»."),
            "kind",
        )
    check_days(stay.person, starts_on, ends_on, stay.planned_out, stay.must_leave_by)
    refuse_after_death(stay.person, stay.kind, starts_on, ends_on)
    changed = {
        "starts_on": starts_on if starts_on != old.period.lower else None,
        "ends_on": ends_on if ends_on != old.period.upper else None,
        **{
            name: getattr(stay, name)
            for name in ("planned_out", "must_leave_by", "granted_until")
            if getattr(stay, name) != getattr(old, name)
        },
    }
    check_reasonable(on, **changed)
    if stay.planned_out != old.planned_out:
        check_planned_out(stay.planned_out, ends_on, on)
    _check_place(stay, old, on)
    check_overlap(stay)
    if stay.unit and (stay.unit_id, stay.period) != (old.unit_id, old.period):
        check_unpromised(stay.unit, stay.period, stay.person, on)
    save_stay(stay)
    newest = stay.renewals.order_by("-starts_on", "-pk").first()
    if newest and stay.granted_until and stay.granted_until != newest.until:
        newest.until = stay.granted_until
        newest._history_user = by
        save_stay(newest)
    record(
        stay.person,
        StayEvent.STAY_CHANGED,
        _("Bosituasjon rettet: %(kind)s fra %(date)s, %(where)s. %(why)s")
        % {
            "kind": stay.get_kind_display(),
            "date": nbdate(starts_on),
            "where": stay.where,
            "why": why.strip(),
        },
        by=by,
        at=at,
        stay=stay.pk,
    )
    return stay


def _empty_what_does_not_apply(stay: Stay) -> None:
    if stay.kind in IN_UNIT:
        stay.place = ""
    else:
        stay.unit, stay.unsuited_for, stay.unsuited_reason = None, "", ""
    if stay.kind != StayKind.INSTITUTION:
        stay.institution, stay.planned_out = "", None
    if not stay.is_temporary:
        stay.night_price = stay.granted_until = stay.vedtak = None
    if stay.period.upper is None:
        stay.end_reason = ""


def _new_days(stay: Stay, old: Stay, on: date) -> DateRange | None:
    """The days the home must be open for the correction to hold, or None when there are none new.

    Of what is past, only the first day is asked about: a room may have been closed on some days.
    An open stay must be possible up to today.
    """
    first, last = stay.period.lower, stay.period.upper
    if (stay.unit_id, stay.kind, first) == (old.unit_id, old.kind, old.period.lower):
        first = old.period.upper  # it was let to then
        if first is None or (last is not None and last <= first):
            return None
    elif last is not None and last <= on:
        return DateRange(first, None)
    return DateRange(first, last or max(on, first) + ONE_DAY)


def _check_place(stay: Stay, old: Stay, on: date) -> None:
    """Check a corrected home, or that there still is a reason for an unsuited one."""
    if stay.kind not in IN_UNIT or stay.kind == StayKind.LEASE:
        return
    if stay.unit is None:
        raise StayRefused(_("Velg boligen oppholdet er i."), "unit")
    if days := _new_days(stay, old, on):
        check_unit(stay.unit, stay.kind, days)
    if stay.unit_id != old.unit_id:
        stay.unsuited_for = check_suited(
            stay.person, stay.unit, stay.period.lower, stay.unsuited_reason
        )
    if not stay.unsuited_for:
        stay.unsuited_reason = ""
    elif not stay.unsuited_reason:
        raise StayRefused(
            _("Stedet er ikke egnet for barn eller unge. Skriv hvorfor det likevel brukes."),
            "unsuited_reason",
        )


@transaction.atomic
def void_stay(
    *,
    stay: Stay,
    how: str,
    reason: str,
    by: User,
    at: datetime,
    reopen: Iterable[Stay] = (),
    seen: int | None = None,
) -> VoidedStay:
    """A stay that never was: on the wrong person, registered twice, or given and not used.

    It no longer counts anywhere, and stands with its reason on the person's page. `reopen` are the
    stays that ended because of it. Raises `StayRefused`.
    """
    reopen = list(reopen)
    lock_homes(stay.unit_id, *(ended.unit_id for ended in reopen))
    stay = locked_stay(stay)
    check_seen(stay, seen)
    refuse_lease(stay)
    voided = void(stay, how=VoidedAs(how), reason=reason, by=by, at=at)
    for ended in reopen:
        reopen_locked(stay=ended, reason=voided.reason, by=by, at=at)
    return voided


def ended_by(stay: Stay) -> QuerySet[Stay]:
    """The person's stays that ended on the day this one began, and may have ended because of it."""
    return (
        Stay.objects.filter(
            person=stay.person_id, kind__in=ENDED_BY_ANOTHER, period__endswith=stay.period.lower
        )
        .exclude(pk=stay.pk)
        .select_related("unit__property")
        .order_by("period", "pk")
    )


@transaction.atomic
def reopen_stay(*, stay: Stay, reason: str, by: User, at: datetime) -> Stay:
    """The person has not left after all. The stay goes on, at most until the next stay of the
    person, or of somebody else in the same home. Raises `StayRefused`."""
    lock_homes(stay.unit_id)
    return reopen_locked(stay=stay, reason=reason, by=by, at=at)


def reopen_locked(*, stay: Stay, reason: str, by: User, at: datetime) -> Stay:
    """`reopen_stay`, of a stay whose home is locked."""
    stay = locked_stay(stay)
    ended = stay.period.upper
    if ended is None:
        raise StayRefused(_("Oppholdet er ikke avsluttet."))
    if day := died_on(stay.person):
        raise PersonIsDead(day)
    later = Stay.objects.filter(period__startswith__gte=ended).exclude(pk=stay.pk)
    one_at_a_time = SLEEPS if stay.kind in SLEEPS else (stay.kind,)
    own = Q(person=stay.person_id, kind__in=one_at_a_time)
    in_the_way = Q(unit=stay.unit_id) | own if stay.unit_id else own
    following = later.filter(in_the_way).order_by("period", "pk").first()
    if following and following.period.lower == ended:
        raise StayRefused(
            _("Andre bor i boligen fra %(day)s, så %(where)s kan ikke åpnes igjen.")
            % {"day": nbdate(ended), "where": stay.where}
            if following.person_id != stay.person_id
            else _(
                "Personen bodde et annet sted fra %(day)s. Rett eller slett det oppholdet først."
            )
            % {"day": nbdate(ended)}
        )
    if stay.unit_id:
        until = max(local_date(at), ended) + ONE_DAY
        if following:
            until = min(until, following.period.lower)
        check_unit(stay.unit, stay.kind, DateRange(ended, until))
    stay.period = DateRange(stay.period.lower, following.period.lower if following else None)
    if stay.unit:
        again = DateRange(ended, stay.period.upper)
        check_unpromised(stay.unit, again, stay.person, local_date(at))
    stay.end_reason = ""
    stay._history_user = by
    save_stay(stay)
    record(
        stay.person,
        StayEvent.STAY_REOPENED,
        _("Åpnet igjen: %(where)s, som sto som avsluttet %(day)s. %(why)s")
        % {"where": stay.where, "day": nbdate(ended), "why": reason.strip()},
        by=by,
        at=at,
        stay=stay.pk,
    )
    return stay


# ------------------------------------------------------------------ searches for a place


@transaction.atomic
def correct_search(
    search: PlaceSearch,
    *,
    why: str,
    by: User,
    at: datetime,
    seen: int | None = None,
    **facts: Any,
) -> PlaceSearch:
    """Correct a line of the log of searches. Raises `StayRefused`, `Overwritten`."""
    search = _locked_search(search)
    check_seen(search, seen)
    check_reasonable(local_date(at), on=facts["on"])
    for name, value in facts.items():
        setattr(search, name, value.strip() if isinstance(value, str) else value)
    search._history_user = by
    save_stay(search)
    if not why.strip():
        raise StayRefused(_("Skriv hvorfor."), "why")
    record(
        search.person,
        StayEvent.STAY_SEARCH_CHANGED,
        _("Rettet i loggen: %(what)s %(day)s. %(why)s")
        % {"what": search.get_outcome_display(), "day": nbdate(search.on), "why": why.strip()},
        by=by,
        at=at,
        application=search.application,
    )
    return search


def _locked_search(search: PlaceSearch) -> PlaceSearch:
    # Locked, so that two who correct it do so one after the other.
    try:
        rows = PlaceSearch.objects.select_related("person", "application")
        return locked(rows, search.pk, no_key=False)
    except JustGone as gone:
        raise NotTakenBack.already() from gone
