"""The minutes of an allocation meeting, on the screen and in print (law.md).

They name people by case number and initials only. The print leaves out hidden people: those with a
protected address, shielded ones, and who shares a household with one. A home that went to one of
them is there, as a home that is held, with the same number and the same words (docs/adr/0007).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Municipality, Role
from casework.letters.words import words
from casework.log.enums import LanguageForm, Process
from casework.log.visibility import visible_persons
from casework.models import Person, Transition
from common import pdf
from common.calendar import local_date
from common.formatting import UNCLEAR, kroner, nbdate, nbdate_long, nbtime

from . import perms
from .enums import ItemOutcome, MeetingState
from .models import AgendaItem, AllocationMeeting, Consideration

if TYPE_CHECKING:
    from accounts.models import User
    from housing.models import Unit


# For everybody without access: nobody is hidden from whoever has it.
PRINTED = ~Q(application__person__in=Person.objects.hidden_from_some())


def items_for(user: User, meeting: AllocationMeeting) -> QuerySet[AgendaItem]:
    """The agenda, each item with `went_to_hidden`; show them through `as_seen`."""
    return _marked(meeting, visible_persons(user, "application__person__"))


def _marked(meeting: AllocationMeeting, seen: Q) -> QuerySet[AgendaItem]:
    chosen = Consideration.objects.filter(item=OuterRef("pk"), chosen=True)
    return meeting.items.annotate(went_to_hidden=Exists(chosen.exclude(seen)))


def as_seen(item: AgendaItem, *, with_reasons: bool) -> AgendaItem:
    """The item of `items_for`, only to be read: a home that went to somebody hidden is held.

    `with_reasons`: with what was written of a hold, which only those who see everybody read.
    """
    if item.went_to_hidden:
        item.outcome, item.released_at = ItemOutcome.HELD, None
    if item.is_held and (item.went_to_hidden or not with_reasons):
        item.reason = item.dissent = item.follow_up = ""
        item.follow_up_by = None
        item._prefetched_objects_cache = {
            **getattr(item, "_prefetched_objects_cache", {}),
            "disqualifications": item.disqualifications.none(),
        }
    return item


def weighed_for(user: User) -> Prefetch:
    """Prefetches the considerations the user may see, as `item.weighed`."""
    return Prefetch(
        "considerations",
        queryset=Consideration.objects.filter(
            visible_persons(user, "application__person__")
        ).select_related("application__person"),
        to_attr="weighed",
    )


def opened_at(meeting: AllocationMeeting) -> datetime | None:
    return (
        Transition.objects.filter(
            process=Process.MEETING, object_id=meeting.pk, to_state=MeetingState.OPEN
        )
        .order_by("at")
        .values_list("at", flat=True)
        .first()
    )


def print_minutes(meeting: AllocationMeeting, at: datetime) -> bytes:
    """The minutes as a PDF. Raises `common.pdf.UnprintableText`."""
    said = content(meeting, at, items=_open_items(meeting))
    day = local_date(meeting.starts_at)
    return pdf.render("minutes", said, title=f"{said['title']} {nbdate(day)}")


def content(
    meeting: AllocationMeeting, at: datetime, *, items: Iterable[AgendaItem]
) -> dict[str, Any]:
    """All the words of the minutes, with these items."""
    on = local_date(at)
    opened = opened_at(meeting)
    municipality = Municipality.objects.get()
    return {
        "made_at": at,
        "sender": {
            "municipality": municipality.name,
            "unit": meeting.unit.name,
            "address": [
                part.strip()
                for part in (meeting.unit.address or municipality.address).split(",")
                if part.strip()
            ],
        },
        "title": _("Protokoll fra tildelingsmøte"),
        "case_number": None,
        "date": nbdate_long(on),
        "meeting": [
            [_("Dato"), nbdate_long(local_date(meeting.starts_at))],
            [_("Tid"), _time(opened or meeting.starts_at, at)],
            [_("Sted"), meeting.place or UNCLEAR],
            [_("Møteleder"), meeting.chair.get_full_name()],
        ],
        "present": _present(meeting, on),
        "absent": [],
        "items": [_item(item, meeting) for item in items],
        "notes": [
            _(
                "Saker som skal holdes for seg (adressebeskyttelse og skjermede personer), og "
                "hvorfor en bolig holdes av, føres i en lukket del og er ikke med i denne "
                "protokollen."
            )
        ],
        "closed": [],
        "signers": [{"name": meeting.chair.get_full_name(), "role": _("møteleder")}],
    }


def readable_items(meeting: AllocationMeeting, user: User) -> list[AgendaItem]:
    """The items as the user may read them on the screen, also what is not printed."""
    rows = (
        items_for(user, meeting)
        .select_related("unit__property", "follow_up_by")
        .prefetch_related("disqualifications__user", weighed_for(user))
    )
    return [as_seen(item, with_reasons=perms.sees_holds(user)) for item in rows]


def _time(start: datetime, end: datetime) -> str:
    if local_date(start) != local_date(end):
        return nbtime(start)
    return _("%(from)s, godkjent %(to)s") % {"from": nbtime(start), "to": nbtime(end)}


def _present(meeting: AllocationMeeting, on: date) -> list[dict[str, str]]:
    attendances = list(meeting.attendances.select_related("user"))
    units: dict[int, str] = {}
    for role in Role.objects.filter(
        user__in=[a.user_id for a in attendances if a.user_id], period__contains=on
    ).select_related("unit"):
        units.setdefault(role.user_id, role.unit.name)
    return [
        {"name": a.name, "role": a.capacity, "unit": units.get(a.user_id, "")} for a in attendances
    ]


def _open_items(meeting: AllocationMeeting) -> list[AgendaItem]:
    """The items for the print, each with the considerations that may be printed."""
    rows = (
        _marked(meeting, PRINTED)
        .select_related("unit__property", "follow_up_by")
        .prefetch_related(
            "disqualifications__user",
            Prefetch(
                "considerations",
                queryset=Consideration.objects.filter(PRINTED).select_related(
                    "application__person"
                ),
                to_attr="weighed",
            ),
        )
    )
    return [as_seen(item, with_reasons=False) for item in rows]


def _item(item: AgendaItem, meeting: AllocationMeeting) -> dict[str, Any]:
    unit = item.unit
    chosen = next((c for c in item.weighed if c.chosen), None)
    reserve = next((c for c in item.weighed if c.reserve), None)
    return {
        "number": str(item.order),
        "dwelling": str(unit),
        "facts": [
            [_("Bolig"), dwelling(unit) or UNCLEAR],
            [_("Husleie"), kroner(unit.rent) if unit.rent is not None else UNCLEAR],
        ],
        "inhabile": [
            {
                "name": d.user.get_full_name(),
                "reason": _("%(why)s (gikk ut)") % {"why": d.reason} if d.left_room else d.reason,
            }
            for d in item.disqualifications.all()
        ],
        "criteria": _criteria(meeting),
        "candidates": [
            {
                "case": c.application.case_number,
                "initials": c.application.person.initials,
                "class": str(c.facts.get("class") or c.class_number),
                "fit": fit_nb(c),
                "outcome": outcome_nb(c),
                "reason": reason_nb(c, item),
            }
            for c in item.weighed
        ],
        "decision": [text for text in (decision_nb(item, chosen), item.reason) if text],
        "reserve": _case(reserve) if reserve else None,
        "dissent": [item.dissent] if item.dissent else [],
        "follow_up": [item.follow_up] if item.follow_up else None,
        "carried_out_by": item.follow_up_by.get_full_name() if item.follow_up_by else None,
    }


def _criteria(meeting: AllocationMeeting) -> list[str]:
    if meeting.policy is None:
        return [_("Kommunens retningslinjer for tildeling.")]
    classes = "; ".join(str(priority.get("name", "")) for priority in meeting.policy.classes)
    return [
        _("%(name)s: %(classes)s.") % {"name": meeting.policy.name, "classes": classes},
        _("Innen en klasse: rekkefølgen i de samme reglene. Krav i boligbehovet må holde."),
    ]


def dwelling(unit: Unit, language: str = LanguageForm.BOKMAL) -> str:
    """The known facts of a dwelling, as in «2 soverom, 48 m², 3. etasje uten heis», or ""."""
    w = words("dwelling", language)
    parts = []
    if unit.bedrooms is not None:
        parts.append(w["bedrooms"].format(n=unit.bedrooms))
    if unit.size_m2:
        parts.append(f"{unit.size_m2} m²")
    if unit.floor is not None:
        lift = "" if unit.lift is None else w["lift" if unit.lift else "no_lift"]
        parts.append(w["floor"].format(floor=unit.floor, lift=lift).strip())
    return ", ".join(parts)


def decision_nb(item: AgendaItem, chosen: Consideration | None) -> str:
    if item.outcome == ItemOutcome.CHOSEN and chosen:
        return _("Boligen tildeles %(case)s.") % {"case": _case(chosen)}
    if item.is_held:
        return _("Boligen holdes av.")
    if item.outcome == ItemOutcome.POSTPONED:
        return _("Saken er utsatt.")
    return _("Ingen av søkerne passer til boligen.")


def _case(consideration: Consideration) -> str:
    application = consideration.application
    return _("sak %(case)s (%(initials)s)") % {
        "case": application.case_number,
        "initials": application.person.initials,
    }


def fit_nb(consideration: Consideration) -> str:
    failed = [v["sentence"] for v in consideration.fit if v["kind"] == "must" and not v["ok"]]
    if failed:
        return _("Nei. %(why)s") % {"why": " ".join(failed)}
    missed = [v["sentence"] for v in consideration.fit if not v["ok"]]
    return _("Ja. %(but)s") % {"but": " ".join(missed)} if missed else _("Ja.")


def outcome_nb(consideration: Consideration) -> str:
    if consideration.chosen:
        return _("Valgt")
    return _("Reserve") if consideration.reserve else _("Ikke valgt")


def reason_nb(consideration: Consideration, item: AgendaItem) -> str:
    """Why the person was chosen or not: the written reason, else the facts they were weighed by."""
    because = " ".join(consideration.facts.get("because", []))
    if item.is_held:  # what was written of the others may tell whom it is held for
        return because or _("Boligen holdes av.")
    if consideration.override_reason:
        return _("Krav fraveket: %(why)s") % {"why": consideration.override_reason}
    if consideration.why_not:
        return consideration.why_not
    if consideration.chosen or item.outcome != ItemOutcome.CHOSEN:
        return because or _("Se begrunnelsen.")
    return _("Se begrunnelsen for valget. %(because)s") % {"because": because}
