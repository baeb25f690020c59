"""A year of allocation meetings: candidates, decisions, offers, and the next meeting."""

from __future__ import annotations

from datetime import date, timedelta

from allocation.enums import DeclineCode, ItemOutcome, MeetingState, OfferState
from allocation.models import AgendaItem, AllocationMeeting, Attendance, Consideration, Offer
from casework.log import deadlines
from casework.models import StoredFile

from .lives import Lives, at

WHY = [
    "Boligen ligger der søkeren selv ønsker, og størrelsen passer.",
    "Har ventet lengst av dem boligen passer for.",
    "Har barn, og bor midlertidig. Boligen ligger nær skolen.",
    "Kan flytte inn på dagen, og trenger første etasje.",
]
WHY_NOT = [
    "Trenger heis eller første etasje.",
    "Ønsker et annet område.",
    "Boligen er for liten.",
    "Reserve.",
]


def build(lives: Lives) -> None:
    """Add a past meeting for each Tuesday on which homes were allocated, and the next meeting."""
    tuesdays = _tuesdays(lives.today, lives.size.meetings)
    by_meeting: dict[date, list] = {day: [] for day in tuesdays}
    for case in lives.moved:
        if case.home is None or case.lease is None:
            continue
        held = max(
            (day for day in tuesdays if case.issued <= day <= case.moved_in - timedelta(days=10)),
            default=None,
        )
        if held and (case.moved_in - held).days < 35:
            by_meeting[held].append(case)
    for held, cases in sorted(by_meeting.items()):
        if cases:
            _held(lives, held, cases[:60])
    _next(lives)


def _tuesdays(today: date, count: int) -> list[date]:
    last = today - timedelta(days=(today.weekday() - 1) % 7 or 7)
    return [last - timedelta(weeks=week) for week in range(count)]


def _held(lives: Lives, held: date, cases: list) -> None:
    rng, bulk = lives.rng, lives.bulk
    chair = lives.users["marit"]
    meeting = bulk.take(AllocationMeeting)
    also = [case for case in lives.waiting if case.issued <= held]
    rng.shuffle(also)
    # Those not considered for the longest time first, so that everyone is considered.
    also.sort(key=lambda case: lives.considered.get(case.application, case.issued))
    lines = []
    for order, case in enumerate(cases, start=1):
        item = bulk.take(AgendaItem)
        bulk.add(
            AgendaItem,
            id=item,
            meeting_id=meeting,
            unit_id=case.home.id,
            order=order,
            outcome=ItemOutcome.CHOSEN,
            reason=rng.choice(WHY),
            decided_at=at(held, 9, min(order * 4, 59)),
            decided_by_id=chair.pk,
            follow_up="Sende tilbud og avtale visning",
            follow_up_by_id=case.someone.responsible,
        )
        others, also = also[:5], also[5:] + also[:5]
        for other in others:
            lives.considered[other.application] = held
        for rank, candidate in enumerate([case, *others], start=1):
            bulk.add(
                Consideration,
                item_id=item,
                application_id=candidate.application,
                rank=rank,
                class_number=rng.choice([1, 2, 2, 3, 4]),
                facts={},
                fit=[],
                chosen=candidate is case,
                reserve=rank == 2 and candidate is not case,
                why_not="" if candidate is case else rng.choice(WHY_NOT),
                considered_at=at(held, 9, min(order * 4, 59)),
            )
        _offers(lives, case, item, held, others)
        lines.append((order, case, others))
    minutes = _minutes_file(lives, held, lines)
    bulk.add(
        AllocationMeeting,
        id=meeting,
        unit_id=lives.office,
        starts_at=at(held, 9),
        place="Møterom Skagen og Teams",
        chair_id=chair.pk,
        state=MeetingState.APPROVED,
        called_at=at(held - timedelta(days=7)),
        called_by_id=chair.pk,
        approved_at=at(held, 14),
        approved_by_id=chair.pk,
        minutes_id=minutes,
    )
    for user, capacity in (
        ("marit", "møteleder"),
        ("ingrid", "boligkontoret"),
        ("kari", "Nav"),
        ("anders", "eiendom"),
    ):
        person = lives.users[user]
        bulk.add(
            Attendance,
            meeting_id=meeting,
            user_id=person.pk,
            name=person.full_name,
            capacity=capacity,
        )


def _offers(lives: Lives, case, item: int, held: date, others: list) -> None:
    rng, bulk = lives.rng, lives.bulk
    if others and rng.random() < 0.15:
        other = rng.choice(others)
        bulk.add(
            Offer,
            application_id=other.application,
            unit_id=case.home.id,
            item_id=item,
            state=OfferState.DECLINED,
            available_from=case.moved_in,
            answer_by=deadlines.offer_answer(held).due,
            sent_at=at(held - timedelta(days=6), 13),
            sent_by_id=other.someone.responsible,
            answered_at=at(held - timedelta(days=2), 11),
            answered_by_id=other.someone.responsible,
            decline_code=rng.choice(list(DeclineCode)),
            decline_words="Det er for langt fra skolen til ungene.",
        )
    bulk.add(
        Offer,
        application_id=case.application,
        unit_id=case.home.id,
        item_id=item,
        state=OfferState.ACCEPTED,
        available_from=case.moved_in,
        answer_by=deadlines.offer_answer(held).due,
        sent_at=at(held, 13),
        sent_by_id=case.someone.responsible,
        answered_at=at(held + timedelta(days=2), 11),
        answered_by_id=case.someone.responsible,
        lease_id=case.lease,
    )


def _minutes_file(lives: Lives, held: date, lines: list) -> int:
    """Store the minutes of a past meeting as PDF and return the key of the file."""
    from .minutes import minutes_pdf

    return StoredFile.objects.create(
        content=minutes_pdf(lives, held, lines), made_at=at(held, 14)
    ).pk


def _next(lives: Lives) -> None:
    """The next meeting: vacant homes on the agenda, nothing decided."""
    chair, bulk = lives.users["marit"], lives.bulk
    tuesday = lives.today + timedelta(days=(1 - lives.today.weekday()) % 7 or 7)
    meeting = bulk.add(
        AllocationMeeting,
        unit_id=lives.office,
        starts_at=at(tuesday, 9),
        place="Møterom Skagen og Teams",
        chair_id=chair.pk,
        state=MeetingState.PLANNED,
        called_at=at(lives.today - timedelta(days=2)),
        called_by_id=chair.pk,
    )
    for order, home in enumerate(lives.vacant[:6], start=1):
        bulk.add(AgendaItem, meeting_id=meeting, unit_id=home.id, order=order)
    for user, capacity in (
        ("marit", "møteleder"),
        ("ingrid", "boligkontoret"),
        ("kari", "Nav"),
        ("anders", "eiendom"),
    ):
        person = lives.users[user]
        bulk.add(
            Attendance,
            meeting_id=meeting,
            user_id=person.pk,
            name=person.full_name,
            capacity=capacity,
        )
