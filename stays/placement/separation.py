"""A household splits: who moves out, from which day, and where to, in one act that can be undone
(needs C2, T1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from casework.applications.actions.applications import register_application, withdraw
from casework.log import events
from casework.log.enums import (
    APPLICATION_ALIVE,
    APPLICATION_OPEN,
    ApplicationChannel,
    ApplicationKind,
)
from casework.log.event_kinds import CaseEvent
from casework.log.saving import save
from casework.models import Application, Household, HouseholdSplit, Person, Vedtak
from casework.persons.actions.persons import lock_persons, own_household
from casework.persons.actions.splitting import (
    as_date,
    as_kept,
    put_members_back,
    split_household,
)
from common.calendar import ONE_DAY, local_date
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import locked, locked_rows
from housing.models import Unit
from stays.actions import (
    StayRefused,
    check_overlap,
    check_unit,
    check_unoccupied,
    check_unpromised,
    lock_homes,
    record_end,
    register_stay,
    save_stay,
    void,
)
from stays.enums import StayEvent, StayKind, VoidedAs
from stays.leases.cancelling import cancel_lease
from stays.leases.takeover import record_taken_over, taken_over
from stays.models import Lease, Stay


@transaction.atomic
def separate(
    *,
    head: Person,
    moving: Collection[Person],
    shared: Collection[Person],
    new_head: Person,
    since: date,
    own_case: bool,
    by: User,
    at: datetime,
    **stay: Any,
) -> list[Application]:
    """Split the household of `head`: `moving` live from `since` as `stay` says (see
    `register_stay`), with `new_head` as head of their own household.

    Those who are left keep the home: when the one who moves was the tenant, the one who now heads
    the old household goes on with the stay and its lease. A case belongs to its applicant. With
    `own_case`, an adult head who has none gets one; the new cases are returned. Nights stay with
    each person. Raises `StayRefused`, `MembershipRefused`.
    """
    persons = lock_persons(head.pk, *(person.pk for person in [*moving, *shared]))
    if stay.get("unit"):
        # Before the household's rows, in the order of docs/adr/0006.
        locked(Unit.objects.all(), stay["unit"].pk)
    old = own_household(head, since)
    cases = list(
        Application.objects.filter(household=old, state__in=APPLICATION_ALIVE)
        .select_related("responsible", "unit")
        .order_by("pk")
    )
    split = split_household(
        head=head,
        moving=moving,
        shared=shared,
        new_head=new_head,
        since=since,
        by=by,
        at=at,
    )
    moved = _move_cases(cases, {person.pk for person in moving}, split.new_household, by)
    heads = [new_head, *([split.head] if moved else [])]
    new_cases = _own_cases(heads, cases[-1] if cases else None, by, at) if own_case else []
    split.changed |= {
        "cases_moved": moved,
        "cases_begun": [case.pk for case in new_cases],
        "stays_ended": {},
        "stays_begun": {},
    }
    for person in moving:
        _hand_on_home(split, persons[person.pk])
    place = register_stay(person=persons[new_head.pk], starts_on=since, by=by, at=at, **stay)
    split.changed["stays_begun"][str(place.pk)] = as_kept(place.period.upper)
    split.save(update_fields=["changed"])
    return new_cases


def _move_cases(
    cases: list[Application], moving: set[int], household: Household, by: User
) -> list[int]:
    """Let the cases of those who move follow them; returns their keys."""
    locked = Application.objects.select_for_update(of=("self",), no_key=True)
    own = [case.pk for case in cases if case.person_id in moving]
    for application in locked.filter(pk__in=own).order_by("pk"):
        save(application, by, household=household)
    return own


def _own_cases(
    heads: list[Person], old_case: Application | None, by: User, at: datetime
) -> list[Application]:
    """An application for each head who has none, where the household's case is dealt with."""
    words = _("Husstanden er delt.")
    if old_case:
        words = _("Husstanden er delt. Egen sak etter sak %s.") % old_case.case_number
    return [
        register_application(
            person=person,
            kind=ApplicationKind.NEW,
            channel=ApplicationChannel.ORAL,
            received_at=at,
            unit=old_case.unit if old_case else by.current_roles[0].unit,
            responsible=old_case.responsible if old_case else by,
            words=words,
            by=by,
            at=at,
        )
        for person in heads
        if not person.applications.filter(state__in=APPLICATION_ALIVE).exists()
    ]


def _hand_on_home(split: HouseholdSplit, person: Person) -> None:
    """End where somebody who moves lived; whoever is left goes on there. An institution is their
    own and stays as it is."""
    since, left, by, at = split.since, split.head, split.split_by, split.split_at
    stays = (
        Stay.objects.select_for_update(of=("self",), no_key=True)
        .filter(person=person, period__contains=since)
        .exclude(kind=StayKind.INSTITUTION)
        .order_by("pk")
    )
    for stay in stays:
        if stay.period.lower >= since:
            raise StayRefused(
                _("%(name)s bor i %(where)s fra %(day)s. Rett det først, eller velg en dag etter.")
                % {"name": person, "where": stay.where, "day": nbdate(stay.period.lower)},
                "since",
            )
        until = stay.period.upper
        split.changed["stays_ended"][str(stay.pk)] = [as_kept(until), stay.end_reason]
        stay._history_user = by
        stay.period = DateRange(stay.period.lower, since)
        stay.end_reason = _("Flyttet ut da husstanden ble delt")
        save_stay(stay)
        record_end(stay, by=by, at=at)
        lives = Stay.objects.filter(person=left, period__contains=since)
        if not lives.exclude(kind=StayKind.INSTITUTION).exists():
            for row in taken_over(stay, left, since, until=until, by=by, at=at):
                row._history_user = by
                save_stay(row)
                if isinstance(row, Stay):
                    split.changed["stays_begun"][str(row.pk)] = as_kept(row.period.upper)
            record_taken_over(stay, left, since, _("Husstanden er delt."), by=by, at=at)


# ------------------------------------------------------------------ undoing


class NotUndone(RuleBroken):
    """The separation cannot be undone: something that came later rests on it."""


@transaction.atomic
def undo_separation(*, split: HouseholdSplit, reason: str, by: User, at: datetime) -> None:
    """Undo a separation registered by mistake: everyone lives where they did, and has the cases
    they had. A case it registered is withdrawn.

    Nothing is undone when later facts rest on it: somebody has moved on, or into the new
    household; a case has a vedtak; the lease that was taken over has changed. Raises `NotUndone`,
    `MembershipRefused` or `StayRefused`, in words that say what to do first.
    """
    lock_persons(*{split.head_id, split.new_head_id, *(m.person_id for m in split.moved())})
    split = HouseholdSplit.objects.select_related("head", "new_head").get(pk=split.pk)
    if split.undone_at is not None:
        raise NotUndone(_("Delingen er allerede angret %(on)s.") % {"on": nbdate(split.undone_at)})
    if not reason.strip():
        raise NotUndone(_("Skriv hvorfor delingen angres."), "reason")
    moved = [member.person_id for member in split.moved()]
    since = split.since
    later = HouseholdSplit.objects.in_force().filter(pk__gt=split.pk)
    if later.filter(household__in=[split.household_id, split.new_household_id]).exists():
        raise NotUndone(_("Husstanden er delt igjen etterpå. Angre den siste delingen først."))
    keys = split.keys("stays_ended") + split.keys("stays_begun")
    # Before the rows of the household, in the order of docs/adr/0006.
    lock_homes(*Stay.objects.filter(pk__in=keys).values_list("unit_id", flat=True))
    put_members_back(split, by=by)
    _cases_back(split, by, at)
    _refuse_moved_on(split, moved)
    for lease in Lease.objects.filter(stay__in=split.keys("stays_begun")).order_by("pk"):
        _refuse_changed(lease, split)
        cancel_lease(lease=lease, how=VoidedAs.MISTAKEN, reason=reason, by=by, at=at)
    stays = locked_rows(
        Stay.objects.select_related("person", "unit__property").filter(pk__in=keys).order_by("pk"),
        no_key=False,
    )
    for stay in stays:
        if stay.pk in split.keys("stays_begun"):
            void(stay, how=VoidedAs.MISTAKEN, reason=reason, by=by, at=at)
    for stay in stays:
        if stay.pk in split.keys("stays_ended"):
            _go_on(stay, *split.changed["stays_ended"][str(stay.pk)], by=by, at=at)
    new_household, split.new_household = split.new_household, None
    split.undone_at, split.undone_by, split.undo_reason = at, by, reason.strip()
    split.save()
    for person in (split.head, split.new_head):
        event = events.record(
            person,
            CaseEvent.HOUSEHOLD_SPLIT_UNDONE,
            _("Delingen av husstanden %(day)s er angret: %(why)s")
            % {"day": nbdate(since), "why": split.undo_reason},
            by=by,
            at=at,
            household=new_household.pk,
        )
        events.take_back(event, household=new_household.pk)
    if not new_household.splits.exists():
        new_household.delete()


def _cases_back(split: HouseholdSplit, by: User, at: datetime) -> None:
    """Let the cases that moved be the old household's again, and withdraw those that were made.

    Raises `NotUndone` for a case of the new household with a vedtak, or that came later.
    """
    moved, begun = split.keys("cases_moved"), split.keys("cases_begun")
    cases = locked_rows(
        Application.objects.filter(
            Q(pk__in=[*moved, *begun]) | Q(household=split.new_household_id)
        ).order_by("pk")
    )
    decided = Vedtak.objects.filter(application__in=cases, issued_at__gte=split.split_at)
    if vedtak := decided.select_related("application").order_by("pk").first():
        raise NotUndone(
            _("Sak %(case)s har fått vedtak etter delingen, og vedtaket regner med den.")
            % {"case": vedtak.application.case_number}
        )
    for case in cases:
        if case.pk not in [*moved, *begun]:
            raise NotUndone(
                _("Sak %(case)s er registrert på den nye husstanden. Trekk den først.")
                % {"case": case.case_number}
            )
        save(case, by, household_id=split.household_id)
        if case.pk in begun and case.state in APPLICATION_OPEN:
            why = _("Husstanden ble ikke delt likevel.")
            withdraw(application=case, reason=why, by=by, at=at)


def _refuse_moved_on(split: HouseholdSplit, moved: list[int]) -> None:
    """Refuse when somebody has left, or got another place, since the split."""
    begun = split.changed["stays_begun"]
    found = {stay.pk: stay for stay in Stay.objects.filter(pk__in=split.keys("stays_begun"))}
    for key, until in begun.items():
        stay = found.get(int(key))
        if stay is None:
            raise NotUndone(
                _(
                    "Oppholdet etter delingen er ført som feilregistrert. Rett medlemmene og "
                    "oppholdene hver for seg."
                )
            )
        if as_kept(stay.period.upper) != until:
            raise NotUndone(
                _("%(name)s sluttet å bo i %(where)s %(day)s. Rett det først.")
                % {"name": stay.person, "where": stay.where, "day": nbdate(stay.period.upper)}
                if stay.period.upper
                else _(
                    "Oppholdet til %(name)s i %(where)s er endret etter delingen. Rett det først."
                )
                % {"name": stay.person, "where": stay.where}
            )
        if stay.renewals.filter(renewed_at__gte=split.split_at).exists():
            raise NotUndone(
                _("Oppholdet til %(name)s i %(where)s er forlenget etter delingen.")
                % {"name": stay.person, "where": stay.where}
            )
    elsewhere = (
        Stay.objects.filter(
            person__in=[*moved, split.head_id],
            recorded_at__gte=split.split_at,
            period__overlap=DateRange(split.since, None),
        )
        .exclude(pk__in=found)
        .exclude(kind=StayKind.INSTITUTION)
    )
    if other := elsewhere.select_related("person", "unit__property").order_by("pk").first():
        raise NotUndone(
            _("%(name)s bor i %(where)s fra %(day)s, registrert etter delingen. Rett det først.")
            % {"name": other.person, "where": other.where, "day": nbdate(other.period.lower)}
        )


def _refuse_changed(lease: Lease, split: HouseholdSplit) -> None:
    """Refuse when something has been registered on the lease that was taken over."""
    since = split.split_at
    if (
        lease.adjustments.exists()
        or lease.renewals.exists()
        or lease.steps.filter(logged_at__gt=since).exists()
        or lease.risks.filter(Q(opened_at__gt=since) | Q(closed_at__gt=since)).exists()
    ):
        raise NotUndone(
            _("Det er ført noe på leieforholdet til %(name)s etter delingen. Rett det først.")
            % {"name": lease.stay.person}
        )


def _go_on(stay: Stay, kept: str | None, reason: str, *, by: User, at: datetime) -> None:
    """Let the stay end as it did before the split, if the place is still free until then."""
    ended, until = stay.period.upper, as_date(kept)
    stay.period, stay.end_reason = DateRange(stay.period.lower, until), reason
    stay._history_user = by
    check_overlap(stay)
    if stay.unit:
        again = DateRange(ended, until)
        check_unoccupied(stay.unit, again)
        check_unit(
            stay.unit, stay.kind, DateRange(ended, until or max(local_date(at), ended) + ONE_DAY)
        )
        check_unpromised(stay.unit, again, stay.person, local_date(at))
    save_stay(stay)
    events.record(
        stay.person,
        StayEvent.STAY_REOPENED,
        _("Bor fortsatt i %(where)s. Husstanden ble ikke delt likevel.") % {"where": stay.where},
        by=by,
        at=at,
        stay=stay.pk,
    )
