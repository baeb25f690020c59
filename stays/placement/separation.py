"""A household splits: who moves out, from which day, and where to, in one act (needs C2, T1)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from accounts.models import User
from casework.applications.actions.applications import register_application
from casework.log.enums import APPLICATION_ALIVE, ApplicationChannel, ApplicationKind
from casework.log.saving import save
from casework.models import Application, Household, Person
from casework.persons.actions.persons import lock_persons, own_household
from casework.persons.actions.splitting import split_household
from common.formatting import nbdate
from common.locking import locked
from housing.models import Unit
from stays.actions import StayRefused, record_end, register_stay, save_stay
from stays.enums import StayKind
from stays.leases.takeover import record_taken_over, taken_over
from stays.models import Stay


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
    household, old_head = split_household(
        head=head,
        moving=moving,
        shared=shared,
        new_head=new_head,
        since=since,
        by=by,
        at=at,
    )
    moved = _move_cases(cases, {person.pk for person in moving}, household, by)
    heads = [new_head, *([old_head] if moved else [])]
    new_cases = _own_cases(heads, cases[-1] if cases else None, by, at) if own_case else []
    for person in moving:
        _hand_on_home(persons[person.pk], old_head, since, by, at)
    register_stay(person=persons[new_head.pk], starts_on=since, by=by, at=at, **stay)
    return new_cases


def _move_cases(cases: list[Application], moving: set[int], household: Household, by: User) -> bool:
    """Let the cases of those who move follow them; returns whether there were any."""
    locked = Application.objects.select_for_update(of=("self",), no_key=True)
    own = [case.pk for case in cases if case.person_id in moving]
    for application in locked.filter(pk__in=own).order_by("pk"):
        save(application, by, household=household)
    return bool(own)


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


def _hand_on_home(person: Person, left: Person, since: date, by: User, at: datetime) -> None:
    """End where somebody who moves lived; whoever is left goes on there. An institution is their
    own and stays as it is."""
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
            record_taken_over(stay, left, since, _("Husstanden er delt."), by=by, at=at)
