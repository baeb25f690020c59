from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from casework.log import flags
from casework.models import Flag, Person
from common.errors import RuleBroken
from stays.temporary.board import board
from stays.temporary.chains import chain_of

from . import actions, perms
from .forms import ChangeStayForm, EndStayForm, FollowUpForm, StayForm
from .models import Stay


@require_http_methods(["GET"])
def temporary(request: HttpRequest) -> HttpResponse:
    """Who lives in temporary places today, longest first."""
    if not perms.can_see_stays(request.user):
        raise PermissionDenied
    today = timezone.localdate()
    page = board(
        request.user,
        today,
        over_90=request.GET.get("over90") == "1",
        with_children=request.GET.get("barn") == "1",
        mine=request.GET.get("mine") == "1",
        cursor=request.GET.get("etter", ""),
    )
    context = {
        "page": page,
        "today": today,
        "may_record": perms.can_record_stays(request.user),
        "filtered": any(request.GET.get(name) for name in ("over90", "barn", "mine")),
    }
    return render(request, "stays/temporary.html", context)


@require_http_methods(["GET", "POST"])
@once
def stay_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record where a person lives from a day."""
    if not perms.can_record_stays(request.user):
        raise PermissionDenied
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    today = timezone.localdate()
    initial = {"starts_on": today, "kind": request.GET.get("bor"), "unit": request.GET.get("bolig")}
    back = redirect("desk:person_stays", person.pk)
    form = StayForm(request.POST or None, person=person, on=today, initial=initial, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        try:
            actions.register_stay(
                person=person, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except RuleBroken as no:
            refuse(form, no)
        else:
            messages.success(request, _("Oppholdet er registrert."))
            return back
    log_read(request, person.pk, "stay-new")
    now = Stay.objects.current(today).filter(person=person).select_related("unit__property")
    context = {
        "form": form,
        "person": person,
        "now": now,
        "chain": chain_of(person.pk, today),
        "children": actions.children_in_household(person, today),
    }
    return render(request, "stays/stay_new.html", context)


@require_http_methods(["GET", "POST"])
@once
def stay_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an episode of where somebody lived, or add what is new about it."""
    if not perms.can_record_stays(request.user):
        raise PermissionDenied
    stay = get_object_or_404(
        Stay.objects.visible_to(request.user).select_related("person", "unit__property"), pk=pk
    )
    back = redirect("desk:person_stays", stay.person_id)
    form = ChangeStayForm(request.POST or None, stay=stay, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_stay(stay=stay, by=request.user, at=timezone.now(), **form.cleaned_data)
        except RuleBroken as no:
            refuse(form, no)
        else:
            messages.success(request, _("Bosituasjonen er rettet."))
            return back
    log_read(request, stay.person_id, "stay-change")
    context = {"form": form, "stay": stay, "person": stay.person}
    return render(request, "stays/stay_change.html", context)


@require_http_methods(["GET", "POST"])
@once
def stay_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the day somebody left."""
    if not perms.can_record_stays(request.user):
        raise PermissionDenied
    stay = get_object_or_404(
        Stay.objects.visible_to(request.user).select_related("person", "unit__property"), pk=pk
    )
    today = timezone.localdate()
    back = redirect("desk:person_stays", stay.person_id)
    form = EndStayForm(request.POST or None, initial={"ends_on": today}, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        try:
            actions.end_stay(stay=stay, by=request.user, at=timezone.now(), **form.cleaned_data)
        except RuleBroken as no:
            refuse(form, no)
        else:
            messages.success(request, _("Oppholdet er avsluttet."))
            return back
    log_read(request, stay.person_id, "stay-end")
    context = {"form": form, "stay": stay, "person": stay.person, "nights": stay.nights(today)}
    return render(request, "stays/stay_end.html", context)


@require_http_methods(["GET", "POST"])
@once
def flag(request: HttpRequest, pk: int) -> HttpResponse:
    """Why a flag was raised and what comes next; closed by writing what was done."""
    if not perms.can_see_stays(request.user):
        raise PermissionDenied
    found = get_object_or_404(
        Flag.objects.visible_to(request.user).select_related(
            "person", "application", "owner", "closed_by"
        ),
        pk=pk,
    )
    may_close = perms.can_follow_up_flags(request.user)
    if request.method == "POST" and not may_close:
        raise PermissionDenied
    today = timezone.localdate()
    form = FollowUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            flags.close(found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except RuleBroken as no:
            refuse(form, no)
        else:
            messages.success(request, _("Varselet er fulgt opp og avsluttet."))
            return redirect("desk:person", found.person_id)
    log_read(request, found.person_id, "flag")
    stays = Stay.objects.filter(person=found.person).select_related("unit__property")
    context = {
        "flag": found,
        "person": found.person,
        "words": flags.words(found, today),
        "chain": chain_of(found.person_id, today),
        "stays": list(stays.order_by("-period", "-pk")[:10]),
        "may_close": may_close and found.closed_on is None,
        "form": form,
        "today": today,
    }
    return render(request, "stays/flag.html", context)


def refuse(form, no: RuleBroken) -> None:
    """Show the sentence where it belongs, with what was typed kept."""
    field = getattr(no, "field", None)
    form.add_error(field if field in form.fields else None, str(no))
