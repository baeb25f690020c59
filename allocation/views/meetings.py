"""The tildelingsmøter: the list, one meeting, one item, and the minutes."""

from __future__ import annotations

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

from accounts.once import once
from accounts.reads import log_read
from common.access import allowed, require
from common.calendar import DAYS_A_YEAR
from common.form_errors import errors_as_message, errors_on
from common.paging import keyset_page
from housing.models import Unit
from stays import milieu

from .. import minutes, perms, vacancy, weighing
from ..actions import meetings as actions
from ..actions import offers as offer_actions
from ..enums import ItemOutcome, MeetingState, OfferState
from ..forms.meetings import DecisionForm, InhabilForm, MeetingForm, PresentForm
from ..models import AgendaItem, AllocationMeeting, Attendance
from ..processes import MEETING

SIZE = 50
LONGEST_KEY = 12
OFFERED = 40  # vacant homes to choose from on the meeting's page


# ------------------------------------------------------------------ the list


@require_safe
@allowed(perms.can_read_meetings)
def meetings(request: HttpRequest) -> HttpResponse:
    found = AllocationMeeting.objects.select_related("chair", "unit").annotate(
        item_count=Count("items"), decided_count=Count("items", filter=~Q(items__outcome=""))
    )
    state = request.GET.get("tilstand", "")
    if state in MeetingState.values:
        found = found.filter(state=state)
    page = keyset_page(
        found, order=("-starts_at", "-pk"), cursor=request.GET.get("etter"), size=SIZE
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
    request: HttpRequest, found: AllocationMeeting, present: PresentForm | None = None
) -> HttpResponse:
    on = timezone.localdate()
    can_run = perms.can_run_meetings(request.user)
    items = _agenda(request, found, on)
    changeable = can_run and not MEETING.is_final(found)
    free = []
    if changeable:
        taken = AgendaItem.objects.filter(meeting=found, unit=OuterRef("pk"))
        free = [
            {"unit": unit, "days": (on - unit.vacant_since).days if unit.vacant_since else None}
            for unit in vacancy.vacant(on)
            .filter(~Exists(taken))
            .select_related("property__area")[:OFFERED]
        ]
    return render(
        request,
        "allocation/meeting.html",
        {
            "meeting": found,
            "items": items,
            "first": next((i for i in items if not i.outcome), items[0] if items else None),
            "decided": sum(1 for item in items if item.outcome),
            "free": free,
            "attendances": list(found.attendances.select_related("user")),
            "present_form": present or PresentForm(on=on),
            "changeable": changeable,
            "may_open": changeable and MEETING.may(found, MeetingState.OPEN),
            "may_approve": perms.can_approve_minutes(request.user, found)
            and MEETING.may(found, MeetingState.APPROVED),
            "is_open": found.state == MeetingState.OPEN,
            "is_approved": MEETING.is_final(found),
        },
    )


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_add(request: HttpRequest, pk: int) -> HttpResponse:
    found = _to_run(request, pk)
    ids = [key for key in map(_key, request.POST.getlist("bolig")) if key]
    units = list(Unit.objects.select_related("property").filter(pk__in=ids[:OFFERED]))
    units.sort(key=lambda unit: ids.index(unit.pk))
    if not units:
        messages.error(request, _("Kryss av for boligene som skal på agendaen."))
    else:
        with errors_as_message(request):
            actions.add_units(meeting=found, units=units, by=request.user, at=timezone.now())
    return redirect("allocation:meeting", pk)


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_open(request: HttpRequest, pk: int) -> HttpResponse:
    found = _to_run(request, pk)
    with errors_as_message(request):
        actions.open_meeting(meeting=found, by=request.user, at=timezone.now())
        first = found.items.filter(outcome=ItemOutcome.OPEN).first()
        if first:
            return redirect("allocation:item", pk, first.pk)
    return redirect("allocation:meeting", pk)


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_present(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody came."""
    found = _to_run(request, pk)
    form = PresentForm(request.POST, on=timezone.localdate())
    if form.is_valid():
        with errors_on(form):
            actions.note_present(meeting=found, **form.cleaned_data)
            return redirect("allocation:meeting", pk)
    return _meeting_page(request, found, form)


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_absent(request: HttpRequest, pk: int, attendance_pk: int) -> HttpResponse:
    """Somebody on the list did not come."""
    found = _to_run(request, pk)
    attendance = get_object_or_404(Attendance, pk=attendance_pk, meeting=found)
    with errors_as_message(request):
        actions.note_absent(meeting=found, attendance=attendance)
    return redirect("allocation:meeting", pk)


@require_POST
@allowed(perms.can_read_meetings)
@once
def meeting_approve(request: HttpRequest, pk: int) -> HttpResponse:
    found = _meeting(request, pk)
    require(perms.can_approve_minutes(request.user, found))
    with errors_as_message(request):
        actions.approve_minutes(meeting=found, by=request.user, at=timezone.now())
        messages.success(request, _("Protokollen er godkjent og kan ikke lenger endres."))
    return redirect("allocation:meeting", pk)


@require_safe
@allowed(perms.can_read_meetings)
def meeting_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as approved: the stored bytes."""
    found = _meeting(request, pk)
    if found.minutes_id is None:
        raise Http404
    day = timezone.localtime(found.starts_at)
    return HttpResponse(
        bytes(found.minutes.content),
        content_type=found.minutes.media_type,
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
    """Weigh the home's candidates, and write what the meeting decided."""
    found = _item(request, pk, item_pk)
    if request.method == "GET":
        return _item_page(request, found)
    require(perms.can_run_meetings(request.user))
    on = timezone.localdate()
    tick = _key(request.POST.get("chosen", ""))
    if found.outcome:
        messages.error(request, str(actions.AlreadyDecided()))
        return _item_page(request, found)
    weighed = weighing.weigh(found, on, by=request.user, tick=tick)
    form = _decision_form(request, found, weighed, on, request.POST)
    if form.is_valid():
        with errors_on(form):
            actions.decide_item(item=found, by=request.user, at=timezone.now(), **form.decided())
            following = (
                minutes.items_for(request.user, found.meeting)
                .filter(outcome=ItemOutcome.OPEN)
                .first()
            )
            if following:
                return redirect("allocation:item", pk, following.pk)
            return redirect("allocation:meeting", pk)
    return _item_page(request, _item(request, pk, item_pk), weighed, form)


@require_POST
@allowed(perms.can_read_meetings)
@once
def item_move(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Up, down, or off the agenda."""
    found = _item(request, pk, item_pk)
    require(perms.can_run_meetings(request.user))
    where = request.POST.get("hvor", "")
    with errors_as_message(request):
        if where == "ut":
            actions.remove_item(item=found, by=request.user)
        elif where in ("opp", "ned"):
            step = -1 if where == "opp" else 1
            actions.move_item(item=found, step=step, by=request.user)
    return redirect("allocation:meeting", pk)


@require_POST
@allowed(perms.can_read_meetings)
@once
def item_inhabil(request: HttpRequest, pk: int, item_pk: int) -> HttpResponse:
    """Somebody is inhabil in the item; or has now left the room."""
    found = _item(request, pk, item_pk)
    require(perms.can_run_meetings(request.user))
    form = InhabilForm(request.POST, item=found)
    if form.is_valid():
        with errors_on(form):
            actions.declare_inhabil(
                item=found, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            return redirect("allocation:item", pk, item_pk)
    return _item_page(request, found, inhabil=form)


def _item_page(
    request: HttpRequest,
    found: AgendaItem,
    weighed: weighing.Weighing | None = None,
    form: DecisionForm | None = None,
    inhabil: InhabilForm | None = None,
) -> HttpResponse:
    on = timezone.localdate()
    sitting = found.meeting
    items = _agenda(request, sitting, on)
    here = next((i for i in items if i.pk == found.pk), None)
    if here is None:
        raise Http404
    can_run = perms.can_run_meetings(request.user)
    deciding = can_run and sitting.state == MeetingState.OPEN and not found.outcome
    attendances = list(sitting.attendances.select_related("user"))
    context: dict[str, Any] = {}
    if not found.outcome:
        find = request.GET.get("hvorfor", "")[:20]
        weighed = weighed or weighing.weigh(found, on, by=request.user, find=find)
        context = {
            "milieu": milieu.warnings(found.unit, on),
            "weighing": weighed,
            "find": find,
            "form": form or _decision_form(request, found, weighed, on),
            "chosen": (form["chosen"].value() or "") if form else "",
            "inhabil_form": inhabil or InhabilForm(item=found),
            "may_override": sitting.chair_id == request.user.pk,
            "in_cases": _inhabil_in_cases(here, weighed, attendances),
        }
        for candidate in weighed.shown:
            log_read(request, candidate.entry.person_id, "tildelingsmote")
    else:
        for consideration in here.weighed:
            log_read(request, consideration.application.person_id, "tildelingsmote")
        context = {
            "to_offer": offer_actions.to_offer(found) if perms.can_offer(request.user) else None,
        }
        if context["to_offer"] and not _seen(here, context["to_offer"].pk):
            context["to_offer"] = None
    return render(
        request,
        "allocation/meeting_item.html",
        {
            **context,
            "meeting": sitting,
            "item": here,
            "items": items,
            "number": items.index(here) + 1,
            "decided": sum(1 for each in items if each.outcome),
            "attendances": attendances,
            "opened_at": minutes.opened_at(sitting),
            "deciding": deciding,
            "is_open": sitting.state == MeetingState.OPEN,
            "is_approved": MEETING.is_final(sitting),
        },
    )


# ------------------------------------------------------------------ parts


def _key(text: str) -> int:
    """A primary key as it was sent; 0 for what is none."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else 0


def _meeting(request: HttpRequest, pk: int) -> AllocationMeeting:
    return get_object_or_404(
        AllocationMeeting.objects.select_related("chair", "unit", "policy", "approved_by"), pk=pk
    )


def _to_run(request: HttpRequest, pk: int) -> AllocationMeeting:
    found = _meeting(request, pk)
    require(perms.can_run_meetings(request.user))
    return found


def _item(request: HttpRequest, pk: int, item_pk: int) -> AgendaItem:
    sitting = _meeting(request, pk)
    found = get_object_or_404(
        minutes.items_for(request.user, sitting).select_related("unit__property__area"),
        pk=item_pk,
    )
    found.meeting = sitting
    return found


def _agenda(request: HttpRequest, sitting: AllocationMeeting, on: date) -> list[AgendaItem]:
    """The items as the user may see them, each with what the page says of its home."""
    items = list(
        minutes.items_for(request.user, sitting)
        .select_related("unit__property__area", "follow_up_by")
        .prefetch_related(
            minutes.weighed_for(request.user), "disqualifications__user", "offers__letter"
        )
    )
    homes = vacancy.with_status(
        Unit.objects.filter(pk__in=[each.unit_id for each in items]), on
    ).in_bulk()
    for each in items:
        home = homes[each.unit_id]
        each.home_status = home.status
        each.vacant_since = home.vacant_since
        each.days_empty = (on - home.vacant_since).days if home.vacant_since else None
        each.lost = (
            round(each.days_empty * each.unit.rent * 12 / DAYS_A_YEAR)
            if each.days_empty and each.unit.rent
            else None
        )
        each.is_vacant = home.status == vacancy.UnitStatus.VACANT
        each.chosen = next((c for c in each.weighed if c.chosen), None)
        each.reserve = next((c for c in each.weighed if c.reserve), None)
        each.decision = minutes.decision_nb(each, each.chosen) if each.outcome else ""
        seen = {c.application_id for c in each.weighed}
        each.sent = [o for o in each.offers.all() if o.application_id in seen]
        for consideration in each.weighed:
            consideration.fit_text = minutes.fit_nb(consideration)
            consideration.outcome_text = minutes.outcome_nb(consideration)
            consideration.reason_text = minutes.reason_nb(consideration, each)
        each.offer = next((o for o in each.sent if o.state in (OfferState.SENT, "ja")), None)
    return items


def _seen(here: AgendaItem, consideration_pk: int) -> bool:
    return any(c.pk == consideration_pk for c in here.weighed)


def _decision_form(
    request: HttpRequest,
    found: AgendaItem,
    weighed: weighing.Weighing,
    on: date,
    data: Any = None,
) -> DecisionForm:
    return DecisionForm(
        data,
        candidates=[*weighed.shown],
        on=on,
        may_override=found.meeting.chair_id == request.user.pk,
        initial={"shown": ",".join(str(c.pk) for c in weighed.shown)},
    )


def _inhabil_in_cases(
    here: AgendaItem, weighed: weighing.Weighing, attendances: list[Attendance]
) -> list[dict[str, Any]]:
    """Those present who are inhabil in a case weighed, and have not been noted for this item."""
    present = {a.user_id for a in attendances if a.user_id}
    noted = {d.user_id for d in here.disqualifications.all()}
    return [
        {"user": d.user, "case": d.application.case_number, "reason": d.reason}
        for d in weighing.disqualified([c.pk for c in weighed.shown], present - noted)
    ]
