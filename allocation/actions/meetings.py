"""The allocation meeting: called, opened, decided item by item, minutes approved (need A7)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from casework.log import events
from casework.models import Application, StoredFile
from common.calendar import local_date
from common.errors import RuleBroken
from common.locking import locked
from common.readings import approval, check_read
from housing.models import Unit

from .. import minutes, perms, policy, reading, vacancy, weighing
from ..enums import AllocationEvent, ItemOutcome, MeetingState
from ..models import (
    AgendaItem,
    AllocationMeeting,
    Attendance,
    Consideration,
    ItemDisqualification,
    PriorityPolicy,
)
from ..processes import MEETING

if TYPE_CHECKING:
    from accounts.models import OrganisationUnit, User


class MeetingClosed(RuleBroken):
    """The meeting is not open yet, or its minutes are approved."""


class UnitNotVacant(RuleBroken):
    """The home is no longer vacant."""


class AlreadyDecided(RuleBroken):
    """The item is decided already, perhaps in another browser."""

    def __init__(self) -> None:
        super().__init__(
            _("Saken er allerede behandlet. Last siden på nytt for å se hva som ble bestemt.")
        )


class DecisionRefused(RuleBroken):
    """Something is missing or wrong in what was decided."""


class HoldRefused(RuleBroken):
    """The home is not held, or the user may not release it."""


class UserDisqualified(RuleBroken):
    """A disqualified user is in the room, or writes the minutes (fvl. § 6)."""


class NotTheChair(RuleBroken):
    """Only the chair may do this."""


# ------------------------------------------------------------------ before the meeting


@transaction.atomic
def call_meeting(
    *,
    unit: OrganisationUnit,
    starts_at: datetime,
    place: str,
    chair: User,
    attendees: Collection[User],
    by: User,
    at: datetime,
) -> AllocationMeeting:
    """Call a meeting. The chair is always among those present."""
    meeting = AllocationMeeting(
        unit=unit, starts_at=starts_at, place=place, chair=chair, called_at=at, called_by=by
    )
    meeting._history_user = by
    meeting.save()
    MEETING.log(meeting, "", MeetingState.PLANNED, by, at)
    attend(meeting=meeting, user=chair, capacity=_("Møteleder"))
    for user in attendees:
        if user.pk != chair.pk:
            role = user.current_roles[0] if user.current_roles else None
            attend(meeting=meeting, user=user, capacity=role.get_kind_display() if role else "")
    return meeting


@transaction.atomic
def add_units(
    *, meeting: AllocationMeeting, units: Collection[Unit], by: User, at: datetime
) -> int:
    """Put units that are free, or will be on a known day, on the agenda, and return how many were
    added; those already on it stay.

    Raises MeetingClosed, and UnitNotVacant for a unit that is no longer free.
    """
    meeting = _locked(meeting)
    _check_not_approved(meeting)
    free = vacancy.free_days([unit.pk for unit in units], local_date(at))
    on_agenda = set(meeting.items.values_list("unit_id", flat=True))
    last = meeting.items.aggregate(last=Max("order"))["last"] or 0
    added = 0
    for unit in units:
        if unit.pk in on_agenda:
            continue
        if unit.pk not in free:
            raise UnitNotVacant(_("%(unit)s er ikke lenger ledig.") % {"unit": unit})
        added += 1
        item = AgendaItem(meeting=meeting, unit=unit, order=last + added)
        item._history_user = by
        item.save()
    return added


@transaction.atomic
def move_item(*, item: AgendaItem, step: int, by: User) -> None:
    """Move an item up (-1) or down (1) on the agenda; the first and last stay. Or MeetingClosed."""
    meeting = _locked(item.meeting)
    _check_not_approved(meeting)
    items = list(meeting.items.select_for_update(of=("self",), no_key=True))
    index = next(n for n, other in enumerate(items) if other.pk == item.pk)
    target = index + step
    if not 0 <= target < len(items):
        return
    items[index], items[target] = items[target], items[index]
    for order, other in enumerate(items, start=1):
        if other.order != order:
            other.order = order
            other._history_user = by
            other.save(update_fields=["order"])


@transaction.atomic
def remove_item(*, item: AgendaItem, by: User) -> None:
    """Take an item off the agenda. Raises AlreadyDecided and MeetingClosed."""
    meeting = _locked(item.meeting)
    _check_not_approved(meeting)
    item = locked(AgendaItem.objects.all(), item.pk, no_key=False)
    if item.outcome:
        raise AlreadyDecided
    item._history_user = by
    item.delete()


def attend(
    *, meeting: AllocationMeeting, user: User | None = None, name: str = "", capacity: str = ""
) -> Attendance:
    """Note a user or a named person as present; one already present is returned as noted."""
    name = name.strip() or (user.get_full_name() if user else "")
    attendance, _created = Attendance.objects.get_or_create(
        meeting=meeting, name=name, defaults={"user": user, "capacity": capacity.strip()}
    )
    return attendance


@transaction.atomic
def note_present(
    *, meeting: AllocationMeeting, user: User | None, name: str, capacity: str
) -> Attendance:
    """`attend`, until the minutes are approved. Raises MeetingClosed, and DecisionRefused."""
    meeting = _locked(meeting)
    _check_not_approved(meeting)
    if user is None and not name.strip():
        raise DecisionRefused(_("Velg en person, eller skriv et navn."), "name")
    return attend(meeting=meeting, user=user, name=name, capacity=capacity)


@transaction.atomic
def note_absent(*, meeting: AllocationMeeting, attendance: Attendance) -> None:
    """Remove somebody who did not come. Raises DecisionRefused for the chair, or MeetingClosed."""
    meeting = _locked(meeting)
    _check_not_approved(meeting)
    if attendance.user_id == meeting.chair_id:
        raise DecisionRefused(_("Møtelederen må være til stede."))
    attendance.delete()


@transaction.atomic
def open_meeting(*, meeting: AllocationMeeting, by: User, at: datetime) -> None:
    """Open the meeting; it decides by the priority policy in force on this day (need A12)."""
    meeting = _locked(meeting)
    rules = policy.in_force(local_date(at))
    MEETING.move(
        meeting,
        MeetingState.OPEN,
        by=by,
        at=at,
        policy=PriorityPolicy.objects.get(pk=rules.pk),
    )


# ------------------------------------------------------------------ inhabil


@transaction.atomic
def declare_inhabil(
    *, item: AgendaItem, user: User, reason: str, left_room: bool, by: User, at: datetime
) -> ItemDisqualification:
    """Note that a user who is present is disqualified (inhabil) in the item (fvl. §§ 6 and 8).

    Called again when the user has left the room. Raises DecisionRefused, MeetingClosed,
    AlreadyDecided.
    """
    meeting = _locked(item.meeting)
    item = _open_item(meeting, item)
    if not reason.strip():
        raise DecisionRefused(_("Skriv hvorfor."), "reason")
    if not meeting.attendances.filter(user=user).exists():
        raise DecisionRefused(_("%(name)s er ikke til stede.") % {"name": user}, "user")
    disqualification, created = ItemDisqualification.objects.get_or_create(
        item=item,
        user=user,
        defaults={
            "reason": reason.strip()[:200],
            "left_room": left_room,
            "declared_at": at,
            "declared_by": by,
        },
    )
    if not created and left_room and not disqualification.left_room:
        disqualification.left_room = True
        disqualification.save(update_fields=["left_room"])
    return disqualification


# ------------------------------------------------------------------ deciding


@approval
@transaction.atomic
def decide_item(
    *,
    item: AgendaItem,
    outcome: str,
    reason: str,
    by: User,
    at: datetime,
    shown: Collection[int] = (),
    chosen: int | None = None,
    reserve: int | None = None,
    override_reason: str = "",
    why_not: Mapping[int, str] | None = None,
    dissent: str = "",
    follow_up: str = "",
    follow_up_by: User | None = None,
    read: str | None = None,
) -> AgendaItem:
    """Write what the meeting decided about a home, and freeze the facts behind it (need A12).

    `shown` are the ids of the applications compared side by side; `chosen` and `reserve` are
    application ids, among them or further down the list. `why_not` has a reason for each id.

    Raises MeetingClosed when the meeting is not open, AlreadyDecided, Inhabil when a disqualified
    user has not left, UnitNotVacant, and DecisionRefused for a missing reason, a chosen case that
    no longer waits, or a requirement not met that the chair has not set aside in writing; and
    ChangedSinceRead when the home or a candidate is not as it was shown.
    """
    on = local_date(at)
    # Locks in the order of docs/adr/0006, before anything the decision rests on is read.
    meeting = _locked(item.meeting)
    item = _open_item(meeting, item)
    unit = locked(Unit.objects.all(), item.unit_id)
    weighed_ids = {*shown, *filter(None, (chosen, reserve))}
    applications = Application.objects.select_for_update(of=("self",), no_key=True)
    list(applications.filter(pk__in=weighed_ids).order_by("pk"))

    if not reason.strip():
        raise DecisionRefused(_("Skriv begrunnelsen for det møtet bestemte."), "reason")
    weighed = weighing.weigh_cases(item, weighed_ids, on, by=by)
    if outcome == ItemOutcome.CHOSEN:
        _check_choice(chosen, reserve, weighed)
        _check_vacant(unit, on)
        fitted = weighed[chosen][1]
        if not fitted.ok:
            _check_override(meeting, fitted.blocking, override_reason, by)
    elif outcome == ItemOutcome.HELD:
        _check_vacant(unit, on)
        chosen = None
    elif outcome not in (ItemOutcome.POSTPONED, ItemOutcome.NO_CANDIDATE):
        raise DecisionRefused(
            _("Velg om boligen tildeles, holdes av, utsettes, eller ikke passer noen.")
        )
    else:
        chosen = reserve = None
    _check_habile(meeting, item, set(weighed), by)
    if read is not None:
        whole = weighing.weigh(item, on, by=by, tick=chosen or 0)
        picked = {*filter(None, (chosen, reserve))}
        check_read(reading.of_item(item, whole, by=by, at=at, chosen=picked), read)

    item.outcome = outcome
    item.reason = reason.strip()
    item.dissent = dissent.strip()
    item.follow_up = follow_up.strip()
    item.follow_up_by = follow_up_by
    item.decided_at, item.decided_by = at, by
    item._history_user = by
    item.save()
    notes = why_not or {}
    Consideration.objects.bulk_create(
        Consideration(
            item=item,
            application_id=pk,
            rank=entry.rank,
            class_number=entry.priority.number,
            facts={
                **entry.facts.as_json(),
                "class": entry.priority.name,
                "because": [because.sentence for because in entry.because],
                "manual_reason": entry.manual_reason,
                "policy": meeting.policy_id,
            },
            fit=fitted.as_json(),
            override_reason=(
                override_reason.strip()[:400] if pk == chosen and not fitted.ok else ""
            ),
            chosen=pk == chosen,
            reserve=pk == reserve,
            why_not="" if pk == chosen else notes.get(pk, "").strip()[:400],
            considered_at=at,
        )
        for pk, (entry, fitted) in weighed.items()
    )
    _record_decision(item, weighed, chosen, reserve, by=by, at=at)
    return item


def _check_choice(chosen: int | None, reserve: int | None, weighed: Mapping) -> None:
    if chosen is None:
        raise DecisionRefused(_("Velg hvem boligen skal tildeles."), "chosen")
    if chosen not in weighed:
        raise DecisionRefused(
            _("Den valgte står ikke lenger på ventelisten. Last siden på nytt og velg igjen."),
            "chosen",
        )
    if reserve is not None and reserve == chosen:
        raise DecisionRefused(_("Den valgte kan ikke også være reserve."), "reserve")
    if reserve is not None and reserve not in weighed:
        raise DecisionRefused(_("Reserven står ikke lenger på ventelisten."), "reserve")


def _check_vacant(unit: Unit, on) -> None:
    if unit.pk not in vacancy.free_days([unit.pk], on):
        raise UnitNotVacant(
            _("%(unit)s er ikke lenger ledig. Utsett saken, eller ta den av agendaen.")
            % {"unit": unit}
        )


def _check_override(meeting: AllocationMeeting, blocking: list[str], reason: str, by: User) -> None:
    """Only the chair may set a requirement aside, and with a reason (need A5)."""
    if meeting.chair_id != by.pk:
        raise DecisionRefused(
            _("Boligen passer ikke: %(why)s Bare møtelederen kan fravike det, med begrunnelse.")
            % {"why": " ".join(blocking)},
            "chosen",
        )
    if not reason.strip():
        raise DecisionRefused(
            _("Boligen passer ikke: %(why)s Skriv hvorfor den likevel tildeles.")
            % {"why": " ".join(blocking)},
            "override_reason",
        )


def _check_habile(
    meeting: AllocationMeeting, item: AgendaItem, application_ids: set[int], by: User
) -> None:
    """Nobody takes part who is disqualified in the item or in one of the cases weighed."""
    present = set(meeting.attendances.filter(user__isnull=False).values_list("user_id", flat=True))
    declared = {d.user_id: d for d in item.disqualifications.select_related("user")}
    in_cases = {d.user_id: d for d in weighing.disqualified(application_ids, present | {by.pk})}
    if by.pk in declared or by.pk in in_cases:
        raise UserDisqualified(_("Du er inhabil i denne saken. En annen må føre protokollen."))
    for user_id, disqualification in (in_cases | declared).items():
        if user_id in declared and declared[user_id].left_room:
            continue
        if user_id in present:
            raise UserDisqualified(
                _("%(name)s er inhabil. Bekreft at vedkommende har gått ut før saken avgjøres.")
                % {"name": disqualification.user}
            )


def _record_decision(item: AgendaItem, weighed, chosen, reserve, *, by: User, at: datetime) -> None:
    """One event for each person weighed, which names nobody else."""
    cases = Application.objects.select_related("person").in_bulk(weighed)
    for pk, case in cases.items():
        kind, text = AllocationEvent.MEETING_CONSIDERED, _("Vurdert for %(unit)s, ikke valgt.")
        if pk == chosen:
            kind, text = AllocationEvent.MEETING_CHOSEN, _("Valgt til %(unit)s i tildelingsmøtet.")
        elif pk == reserve:
            kind = AllocationEvent.MEETING_RESERVE
            text = _("Reserve til %(unit)s i tildelingsmøtet.")
        events.record(
            case.person,
            kind,
            text % {"unit": item.unit},
            by=by,
            at=at,
            application=case,
            item=item.pk,
        )


@transaction.atomic
def release_hold(*, item: AgendaItem, by: User, at: datetime) -> AgendaItem:
    """The home is held no longer, and can be given again. Raises HoldRefused for a user who may not
    know of holds, and for an item that holds no home."""
    if not perms.can_release_hold(by):
        raise HoldRefused(_("Bare de som kan se alle, kan frigi en bolig som holdes av."))
    # The item alone: nothing else of the meeting changes, also when its minutes are approved.
    item = locked(AgendaItem.objects.all(), item.pk)
    if not item.is_held or item.released_at:
        raise HoldRefused(_("Boligen holdes ikke av lenger."))
    item.released_at, item.released_by = at, by
    item._history_user = by
    item.save(update_fields=["released_at", "released_by"])
    return item


# ------------------------------------------------------------------ after the meeting


@approval
@transaction.atomic
def approve_minutes(
    *, meeting: AllocationMeeting, by: User, at: datetime, read: str | None = None
) -> StoredFile:
    """The chair approves the minutes, which are printed and stored, and cannot change later.

    Raises NotTheChair, MeetingClosed while an item is open or when there are none, and
    ChangedSinceRead.
    """
    meeting = _locked(meeting)
    if not perms.can_approve_minutes(by, meeting):
        raise NotTheChair(_("Bare møtelederen kan godkjenne protokollen."))
    MEETING.check(meeting, MeetingState.APPROVED)
    if not meeting.items.exists():
        raise MeetingClosed(_("Møtet har ingen saker, og det er ikke noe å godkjenne."))
    undecided = meeting.items.filter(outcome=ItemOutcome.OPEN).count()
    if undecided:
        raise MeetingClosed(
            _("%(n)s saker er ikke behandlet. Behandle eller utsett dem først.") % {"n": undecided}
            if undecided > 1
            else _("Én sak er ikke behandlet. Behandle eller utsett den først.")
        )
    check_read(reading.of_minutes(meeting, by=by, at=at), read)
    file = StoredFile.objects.create(content=minutes.print_minutes(meeting, at), made_at=at)
    MEETING.move(
        meeting,
        MeetingState.APPROVED,
        by=by,
        at=at,
        approved_at=at,
        approved_by=by,
        minutes=file,
    )
    return file


# ------------------------------------------------------------------ parts


def _locked(meeting: AllocationMeeting) -> AllocationMeeting:
    # Every change of a meeting is made under its lock, so that the minutes have an order.
    return locked(AllocationMeeting.objects.select_related("policy", "unit", "chair"), meeting.pk)


def _check_not_approved(meeting: AllocationMeeting) -> None:
    if MEETING.is_final(meeting):
        raise MeetingClosed(_("Protokollen er godkjent, og møtet kan ikke endres."))


def _open_item(meeting: AllocationMeeting, item: AgendaItem) -> AgendaItem:
    """The item, locked. Raises MeetingClosed unless the meeting is open, and AlreadyDecided."""
    _check_not_approved(meeting)
    if meeting.state != MeetingState.OPEN:
        raise MeetingClosed(_("Møtet er ikke åpnet ennå."))
    item = locked(meeting.items.select_related("unit__property"), item.pk)
    if item.outcome:
        raise AlreadyDecided
    item.meeting = meeting
    return item
