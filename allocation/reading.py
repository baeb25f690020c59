"""What a meeting, its chair and an approver have read before they decide and sign."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from casework.models import Application, Wish
from common.calendar import local_date
from common.formatting import UNCLEAR, kroner
from common.readings import Reading
from housing.models import Unit

from . import minutes, ranking, weighing
from .models import (
    AgendaItem,
    AllocationMeeting,
    ManualClass,
    PriorityPolicy,
)

if TYPE_CHECKING:
    from accounts.models import User


# ------------------------------------------------------------------ one home in the meeting


def of_item(
    item: AgendaItem,
    weighed: weighing.Weighing,
    *,
    by: User,
    at: datetime,
    chosen: Collection[int] | None = None,
) -> Reading:
    """The home, and the candidates side by side in their order. Those further down count only if
    they are among `chosen` (ids of applications); the page, which knows none yet, has them all."""
    rest = [*weighed.found, *(row for group in weighed.groups for row in group.shown)]
    cases = [candidate.pk for candidate in weighed.shown]
    persons = [candidate.entry.person_id for candidate in weighed.shown]
    return Reading(
        row=item,
        by=by,
        at=at,
        parts={
            _("Boligen"): _home(item.unit),
            _("Inhabile"): "\n".join(
                f"{row.user} · {row.reason}"
                for row in item.disqualifications.select_related("user")
            ),
            _("Regler"): weighed.policy.name,
            **{_heading(candidate.entry): _candidate(candidate) for candidate in weighed.shown},
        },
        also={
            _heading(row.entry): f"{row.entry.priority.name}. {' '.join(row.reasons)}"
            for row in rest
            if chosen is None or row.entry.application_id in chosen
        },
        sources=(
            item.history.all(),
            item.unit.history.all(),
            item.unit.property.history.all(),
            Application.history.filter(id__in=cases),
            Wish.history.filter(person_id__in=persons),
            ManualClass.history.filter(application_id__in=cases),
        ),
    )


def _home(unit: Unit) -> str:
    marks = [
        str(unit._meta.get_field(name).verbose_name)
        for name in ("wheelchair", "step_free", "quiet", "drug_free")
        if getattr(unit, name)
    ]
    facts = [str(unit), minutes.dwelling(unit), str(unit.property.area or ""), *marks]
    rent = kroner(unit.rent) if unit.rent is not None else str(UNCLEAR)
    return ", ".join(filter(None, [*facts, rent]))


def _heading(entry: ranking.Entry) -> str:
    return _("Sak %(case)s") % {"case": entry.case_number}


def _candidate(candidate: weighing.Candidate) -> str:
    reasons = [*candidate.reasons_for, *candidate.reasons_against]
    said = [
        candidate.entry.priority.name,
        candidate.entry.manual_reason,
        *(reason["text"] for reason in reasons),
        candidate.words,
        ", ".join(candidate.avoids),
        *(text for one in candidate.statements for text in (one.text, one.comment)),
    ]
    return "\n".join(str(text) for text in said if text)


# ------------------------------------------------------------------ the minutes


def of_minutes(meeting: AllocationMeeting, *, by: User, at: datetime) -> Reading:
    """The minutes as they will be printed, and the items in the closed part that `by` may see."""
    said = minutes.content(meeting, at, items=minutes.readable_items(meeting, by))
    when = {_("Tid")}  # until they are approved, which is now
    parts = {
        _("Møtet"): "\n".join(f"{name}: {value}" for name, value in said["meeting"]
                              if name not in when),
        _("Til stede"): "\n".join(_words(row) for row in said["present"]),
    }  # fmt: skip
    for item in said["items"]:
        heading = _("Sak %(n)s: %(home)s") % {"n": item["number"], "home": item["dwelling"]}
        parts[heading] = _item(item)
    parts[_("Merknad")] = _words(said["notes"])
    return Reading(
        row=meeting,
        by=by,
        at=at,
        parts={heading: text for heading, text in parts.items() if text},
        sources=(
            meeting.history.all(),
            AgendaItem.history.filter(meeting_id=meeting.pk),
            Unit.history.filter(id__in=meeting.items.values("unit")),
        ),
    )


def _item(item: dict[str, Any]) -> str:
    """The words of one item, a line for each fact and each candidate."""
    lines = [
        *(": ".join(map(str, fact)) for fact in item["facts"]),
        *(": ".join(row.values()) for row in item["inhabile"]),
        *item["criteria"],
        *(" · ".join(filter(None, row.values())) for row in item["candidates"]),
        *item["decision"],
    ]
    rest = ("reserve", "dissent", "follow_up", "carried_out_by")
    return _words([*lines, *(item[key] for key in rest)])


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return _words(list(value.values()))
    if isinstance(value, list | tuple):
        return "\n".join(filter(None, map(_words, value)))
    return "" if value is None or isinstance(value, bool) else str(value)


# ------------------------------------------------------------------ a class set by hand


def of_class(proposal: ManualClass, *, by: User, at: datetime) -> Reading:
    """The proposal, and the class of the case now and by the rules."""
    try:
        why = ranking.explain(proposal.application_id, local_date(at), visible_to=by)
    except ranking.NotWaiting:
        why = None
    entry = why.entry if why else None
    proposed = why.policy.numbers.get(proposal.class_number) if why else None
    name = proposed.name if proposed else ""
    now = [_("Saken står ikke på ventelisten lenger.")]
    if entry:
        now = [
            f"{entry.priority.number} {entry.priority.name}",
            f"{entry.computed.number} {entry.computed.name}",
            *(because.sentence for because in entry.because),
        ]
    application = proposal.application
    return Reading(
        row=proposal,
        by=by,
        at=at,
        parts={
            _("Forslaget"): f"{proposal.class_number} {name}\n{proposal.reason}",
            _("Slik er det nå"): "\n".join(map(str, now)),
        },
        sources=(
            proposal.history.all(),
            application.history.all(),
            application.person.history.all(),
            PriorityPolicy.history.all(),
        ),
    )
