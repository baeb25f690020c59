"""The pages of allocation meetings: the list, one meeting, one item, and the minutes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import drafts
from accounts.once import once
from accounts.reads import log_reads
from common.access import allowed, require
from common.form_errors import errors_as_message, errors_on
from common.paging import keyset_page
from housing.models import Unit
from housing.rent import rent_lost
from stays import milieu
from stays.availability import first_free

from .. import minutes, perms, reading, vacancy, weighing
from ..actions import meetings as actions
from ..actions import offers as offer_actions
from ..enums import RESERVING_OFFERS, ItemOutcome, MeetingState
from ..forms.meetings import ApproveForm, DecisionForm, InhabilForm, MeetingForm, PresentForm
from ..models import AgendaItem, AllocationMeeting, Attendance, Consideration
from ..processes import MEETING

SIZE = 50
LONGEST_KEY = 12
MOST_VACANT = 40  # homes to choose from on the meeting's page


# ------------------------------------------------------------------ the list


@require_safe
@allowed(perms.can_read_meetings)
def meetings(request: HttpRequest) -> HttpResponse:
    listed = AllocationMeeting.objects.select_related("chair", "unit").annotate(
        item_count=Count("items"), decided_count=Count("items", filter=~Q(items__outcome=""))
    )
    state = request.GET.get("tilstand", "")
    if state in MeetingState.values:
        listed = listed.filter(state=state)
    page = keyset_page(
        listed, order=("-starts_at", "-pk"), cursor=request.GET.get("etter"), size=SIZE
    )
    return render(
        request,
        "allocation/meeting_list.html",
        {
            "page": page,
            "states": MeetingState.choices,
            "can_run": perms.can_run_meetings(request.user),
        },
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_run_meetings)
@once
def meeting_new(request: HttpRequest) -> HttpResponse:
    form = MeetingForm(
        request.POST or None,
        on=timezone.localdate(),
        cancel=reverse("allocation:meetings"),
        initial={"unit": request.user.main_unit, "time": "09.00"},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        meeting = actions.call_meeting(
            unit=data["unit"],
            starts_at=form.starts_at(),
            place=data["place"],
            chair=data["chair"],
            attendees=data["attendees"],
            by=request.user,
            at=timezone.now(),
        )
        return redirect("allocation:meeting", meeting.pk)
    return render(request, "allocation/meeting_new.html", {"form": form})


# ------------------------------------------------------------------ one meeting


@require_safe
@allowed(perms.can_read_meetings)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    return _meeting_page(request, _meeting(request, pk))


def _meeting_page(
    request: HttpRequest,
    meeting: AllocationMeeting,
    present: PresentForm | None = None,
    approving: ApproveForm | None = None,
) -> HttpResponse:
    on = timezone.localdate()
    can_run = perms.can_run_meetings(request.user)
    items = _agenda(request, meeting, on)
    changeable = can_run and not MEETING.is_final(meeting)
    free = []
    if changeable:
        free = _free(meeting, on)
    may_approve = (
        perms.can_approve_minutes(request.user, meeting)
        and MEETING.may(meeting, MeetingState.APPROVED)
        and bool(items)
        and all(item.outcome for item in items)
    )
    if may_approve and approving is None:
        now = reading.of_minutes(meeting, by=request.user, at=timezone.now())
        approving = ApproveForm(reading=now)
    return render(
        request,
        "allocation/meeting.html",
        {
            "meeting": meeting,
            "items": items,
            "first": next((i for i in items if not i.outcome), items[0] if items else None),
            "decided": sum(1 for item in items if item.outcome),
            "free": free,
            "attendances": list(meeting.attendances.select_related("user")),
            "present_form": present or PresentForm(on=on),
            "changeable": changeable,
            "may_open": changeable and MEETING.may(meeting, MeetingState.OPEN),
            "may_approve": may_approve,
            "approving": approving,
            "is_open": meeting.state == MeetingState.OPEN,
            "is_approved": MEETING.is_final(meeting),
        },
    )


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_add(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _to_run(request, pk)
    ids = [key for key in map(_key, request.POST.getlist("bolig")) if key]
    units = list(Unit.objects.select_related("property").filter(pk__in=ids[:MOST_VACANT]))
    units.sort(key=lambda unit: ids.index(unit.pk))
    if not units:
        messages.error(request, _("Kryss av for boligene som skal på agendaen."))
    else:
        with errors_as_message(request):
            actions.add_units(meeting=meeting, units=units, by=request.user, at=timezone.now())
    return redirect("allocation:meeting", pk)


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_open(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _to_run(request, pk)
    with errors_as_message(request):
        actions.open_meeting(meeting=meeting, by=request.user, at=timezone.now())
        first = meeting.items.filter(outcome=ItemOutcome.OPEN).first()
        if first:
            return redirect("allocation:item", pk, first.pk)
    return redirect("allocation:meeting", pk)


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_present(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _to_run(request, pk)
    form = PresentForm(request.POST, on=timezone.localdate())
    if form.is_valid():
        with errors_on(form):
            actions.note_present(meeting=meeting, **form.cleaned_data)
            return redirect("allocation:meeting", pk)
    return _meeting_page(request, meeting, form)


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_absent(request: HttpRequest, pk: int, attendance_pk: int) -> HttpResponse:
    meeting = _to_run(request, pk)
    attendance = get_object_or_404(Attendance, pk=attendance_pk, meeting=meeting)
    with errors_as_message(request):
        actions.note_absent(meeting=meeting, attendance=attendance)
    return redirect("allocation:meeting", pk)


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_approve(request: HttpRequest, pk: int) -> HttpResponse:
    meeting = _meeting(request, pk)
    require(perms.can_approve_minutes(request.user, meeting))
    at = timezone.now()
    form = ApproveForm(request.POST, reading=reading.of_minutes(meeting, by=request.user, at=at))
    if form.is_valid():
        with errors_on(form):
            actions.approve_minutes(meeting=meeting, by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _("Protokollen er godkjent og kan ikke lenger endres."))
            return redirect("allocation:meeting", pk)
    return _meeting_page(request, meeting, approving=form)


@require_safe
@allowed(perms.can_read_meetings)
def meeting_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The approved minutes, as stored."""
    meeting = _meeting(request, pk)
    if meeting.minutes_id is None:
        raise Http404
    day = timezone.localtime(meeting.starts_at)
    return HttpResponse(
        bytes(meeting.minutes.content),
        content_type=meeting.minutes.media_type,
        headers={
            "Content-Disposition": f'inline; filename="protokoll-{day:%Y-%m-%d}.pdf"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )


# ------------------------------------------------------------------ one item


@require_http_methods(["GET", "POST"])
@allowed(perms.can_read_meetings)
@once
def item(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Compare the candidates for the home, and register what the meeting decided."""
    item = _item(request, pk, item_pk)
    if request.method == "GET":
        return _item_page(request, item)
    require(perms.can_run_meetings(request.user))
    on = timezone.localdate()
    tick = _key(request.POST.get("chosen", ""))
    if item.outcome:
        messages.error(request, str(actions.AlreadyDecided()))
        return _item_page(request, item)
    weighed = weighing.weigh(item, on, by=request.user, tick=tick)
    form = _decision_form(request, item, weighed, on, request.POST)
    if form.is_valid():
        with errors_on(form):
            actions.decide_item(item=item, by=request.user, at=timezone.now(), **form.decided())
            drafts.end_on_page(request.path, DecisionForm.__name__, timezone.now())
            items = minutes.items_for(request.user, item.meeting)
            next_item = items.filter(outcome=ItemOutcome.OPEN).first()
            if next_item:
                return redirect("allocation:item", pk, next_item.pk)
            return redirect("allocation:meeting", pk)
    return _item_page(request, _item(request, pk, item_pk), weighed, form)


@require_POST
@allowed(perms.can_read_meetings)
@once
def item_move(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Move an item up or down, or take it off the agenda."""
    item = _item(request, pk, item_pk)
    require(perms.can_run_meetings(request.user))
    where = request.POST.get("hvor", "")
    with errors_as_message(request):
        if where == "ut":
            actions.remove_item(item=item, by=request.user)
        elif where in ("opp", "ned"):
            step = -1 if where == "opp" else 1
            actions.move_item(item=item, step=step, by=request.user)
    return redirect("allocation:meeting", pk)


@require_POST
@allowed(perms.can_release_hold)
@once
def item_release(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """The home is held no longer."""
    item = _item(request, pk, item_pk)
    with errors_as_message(request):
        actions.release_hold(item=item, by=request.user, at=timezone.now())
        messages.success(request, _("Boligen holdes ikke av lenger, og kan gis til noen."))
    return redirect("allocation:item", pk, item_pk)


@require_POST
@allowed(perms.can_read_meetings)
@once
def item_inhabil(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Note that a user is disqualified in the item, or has now left the room."""
    item = _item(request, pk, item_pk)
    require(perms.can_run_meetings(request.user))
    form = InhabilForm(request.POST, item=item)
    if form.is_valid():
        with errors_on(form):
            actions.declare_inhabil(
                item=item, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            return redirect("allocation:item", pk, item_pk)
    return _item_page(request, item, inhabil=form)


def _item_page(
    request: HttpRequest,
    item: AgendaItem,
    weighed: weighing.Weighing | None = None,
    form: DecisionForm | None = None,
    inhabil: InhabilForm | None = None,
) -> HttpResponse:
    on = timezone.localdate()
    meeting = item.meeting
    items = _agenda(request, meeting, on)
    shown = next((i for i in items if i.pk == item.pk), None)
    if shown is None:
        raise Http404
    can_run = perms.can_run_meetings(request.user)
    deciding = can_run and meeting.state == MeetingState.OPEN and not item.outcome
    attendances = list(meeting.attendances.select_related("user"))
    context: dict[str, Any] = {}
    if not item.outcome:
        find = request.GET.get("hvorfor", "")[:20]
        weighed = weighed or weighing.weigh(item, on, by=request.user, find=find)
        context = {
            "milieu": milieu.warnings(item.unit, on),
            "weighing": weighed,
            "find": find,
            "form": form or _decision_form(request, item, weighed, on),
            "chosen": (form["chosen"].value() or "") if form else "",
            "inhabil_form": inhabil or InhabilForm(item=item),
            "may_override": meeting.chair_id == request.user.pk,
            "in_cases": _inhabil_in_cases(shown, weighed, attendances),
        }
        log_reads(request, (c.entry.person_id for c in weighed.shown), "tildelingsmote")
    else:
        log_reads(request, (c.application.person_id for c in shown.weighed), "tildelingsmote")
        offers = perms.can_offer(request.user) and not item.is_held
        to_offer = offer_actions.next_to_offer(item) if offers else None
        may_see = to_offer and any(c.pk == to_offer.pk for c in shown.weighed)
        context = {
            "to_offer": to_offer if may_see else None,
            "let_go": _let_go(item, shown.weighed),
            "may_release": (
                item.is_held and not item.released_at and perms.can_release_hold(request.user)
            ),
        }
    return render(
        request,
        "allocation/meeting_item.html",
        {
            **context,
            "meeting": meeting,
            "item": shown,
            "items": items,
            "number": items.index(shown) + 1,
            "decided": sum(1 for other in items if other.outcome),
            "attendances": attendances,
            "opened_at": minutes.opened_at(meeting),
            "deciding": deciding,
            "is_open": meeting.state == MeetingState.OPEN,
            "is_approved": MEETING.is_final(meeting),
        },
    )


# ------------------------------------------------------------------ parts


def _free(meeting: AllocationMeeting, on: date) -> list[dict[str, Any]]:
    """Homes for the agenda: the vacant ones first, then those free on a later day."""
    taken = AgendaItem.objects.filter(meeting=meeting, unit=OuterRef("pk"))
    vacant = (vacancy.vacant_units(on).filter(~Exists(taken)).select_related("property__area"))[
        :MOST_VACANT
    ]
    rows = [
        {"unit": unit, "days": (on - unit.vacant_since).days if unit.vacant_since else None}
        for unit in vacant
    ]
    days = vacancy.free_later(on)
    later = Unit.objects.filter(~Exists(taken), pk__in=days).select_related("property__area")
    rows += [
        {"unit": unit, "free_from": days[unit.pk]}
        for unit in sorted(later, key=lambda unit: (days[unit.pk], unit.sort_name, unit.pk))
    ]
    return rows[:MOST_VACANT]


def _let_go(item: AgendaItem, seen: Sequence[Consideration]) -> bool:
    """The chosen case no longer waits, and the home was not offered to anybody."""
    choices = item.considerations.not_offered().filter(pk__in=[each.pk for each in seen])
    return choices.exists() and not choices.can_be_offered().exists()


def _key(text: str) -> int:
    """The primary key that was sent; 0 if it is none."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else 0


def _meeting(request: HttpRequest, pk: int) -> AllocationMeeting:
    return get_object_or_404(
        AllocationMeeting.objects.select_related("chair", "unit", "policy", "approved_by"), pk=pk
    )


def _to_run(request: HttpRequest, pk: int) -> AllocationMeeting:
    meeting = _meeting(request, pk)
    require(perms.can_run_meetings(request.user))
    return meeting


def _item(request: HttpRequest, pk: int, item_pk: int) -> AgendaItem:
    meeting = _meeting(request, pk)
    item = get_object_or_404(
        minutes.items_for(request.user, meeting).select_related("unit__property__area"),
        pk=item_pk,
    )
    item.meeting = meeting
    return minutes.as_seen(item, with_reasons=perms.sees_holds(request.user))


def _agenda(request: HttpRequest, meeting: AllocationMeeting, on: date) -> list[AgendaItem]:
    """The items the user may see, each with what the page shows about its home."""
    items = list(
        minutes.items_for(request.user, meeting)
        .select_related("unit__property__area", "follow_up_by")
        .prefetch_related(
            minutes.weighed_for(request.user), "disqualifications__user", "offers__letter"
        )
    )
    homes = vacancy.with_status(
        Unit.objects.filter(pk__in=[item.unit_id for item in items]), on
    ).in_bulk()
    days = first_free(homes, on)
    with_reasons = perms.sees_holds(request.user)
    for item in items:
        minutes.as_seen(item, with_reasons=with_reasons)
        home = homes[item.unit_id]
        held = home.reserved_by or home.is_held
        item.free_from = None if held else days.get(item.unit_id)
        item.vacant_since = home.vacant_since
        item.days_empty = (on - home.vacant_since).days if home.vacant_since else None
        known = item.days_empty and item.unit.rent
        item.lost = rent_lost(item.days_empty, item.unit.rent) if known else None
        item.is_vacant = item.free_from == on
        item.chosen = next((c for c in item.weighed if c.chosen), None)
        item.reserve = next((c for c in item.weighed if c.reserve), None)
        item.decision = minutes.decision_nb(item, item.chosen) if item.outcome else ""
        visible = {c.application_id for c in item.weighed}
        item.sent = [o for o in item.offers.all() if o.application_id in visible]
        for consideration in item.weighed:
            consideration.fit_text = minutes.fit_nb(consideration)
            consideration.outcome_text = minutes.outcome_nb(consideration)
            consideration.reason_text = minutes.reason_nb(consideration, item)
        item.offer = next((o for o in item.sent if o.state in RESERVING_OFFERS), None)
    return items


def _decision_form(
    request: HttpRequest,
    item: AgendaItem,
    weighed: weighing.Weighing,
    on: date,
    data: Any = None,
) -> DecisionForm:
    return DecisionForm(
        data,
        reading=reading.of_item(item, weighed, by=request.user, at=timezone.now()),
        candidates=[*weighed.shown],
        on=on,
        may_override=item.meeting.chair_id == request.user.pk,
        initial={"shown": ",".join(str(c.pk) for c in weighed.shown)},
    )


def _inhabil_in_cases(
    item: AgendaItem, weighed: weighing.Weighing, attendances: list[Attendance]
) -> list[dict[str, Any]]:
    """Users present who are disqualified in a case weighed, but not noted so in this item."""
    present = {a.user_id for a in attendances if a.user_id}
    noted = {d.user_id for d in item.disqualifications.all()}
    return [
        {"user": d.user, "case": d.application.case_number, "reason": d.reason}
        for d in weighing.disqualified([c.pk for c in weighed.shown], present - noted)
    ]
