"""Roles that wait for a second person, and the log of access."""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.access import allowed, require
from common.calendar import last_day
from common.form_errors import errors_as_message, errors_on
from common.paging import keyset_page

from .. import leaving, perms, settings_table
from ..enums import CONFIRMING_ROLES, RoleKind
from ..forms import RefuseForm, StopForm
from ..models import AccessEvent, Role, RoleProposal, User
from ..once import once
from . import actions
from .rights import all_rights
from .waiting import waiting

PROPOSALS = RoleProposal.objects.select_related("user", "unit", "proposed_by", "answered_by")


@require_GET
@allowed(perms.can_see_access_log)
def access(request: HttpRequest) -> HttpResponse:
    """Proposals nobody has answered, and everything that was done to anybody's access."""
    on = timezone.localdate()
    days = settings_table.value("proposal_days", on)
    rows = [
        {
            "proposal": proposal,
            "mine": perms.can_confirm_role(request.user, proposal),
            "by": proposal.proposed_by,
            "since": proposal.proposed_at,
            "lapses": timezone.localdate(proposal.proposed_at) + timedelta(days=days),
        }
        for proposal in waiting()
    ]
    events = AccessEvent.objects.select_related("user", "unit", "by")
    page = keyset_page(events, order=("-at", "-pk"), cursor=request.GET.get("etter"))
    for event in page.items:
        event.last_day = last_day(event.period) if event.period else None
    context = {
        "rows": rows,
        "page": page,
        "confirmers": _confirmers(),
        "tabs": _tabs(request),
        "may_manage_users": perms.can_manage_users(request.user),
    }
    return render(request, "accounts/access/list.html", context)


@require_GET
@allowed(perms.can_see_access_log)
def rights(request: HttpRequest) -> HttpResponse:
    """Every role and every right, from the code that decides."""
    on = timezone.localdate()
    held = Role.objects.filter(period__contains=on, user__is_active=True)
    number = dict(held.values_list("kind").annotate(n=Count("user", distinct=True)).order_by())
    access = held.aggregate(
        protected=Count("user", distinct=True, filter=Q(protected_access=True)),
        shielded=Count("user", distinct=True, filter=Q(shielded_access=True)),
    )
    areas = [(area, list(rows)) for area, rows in groupby(all_rights(), lambda one: one.area)]
    context = {
        "areas": areas,
        "roles": [(kind.label, number.get(kind, 0)) for kind in RoleKind],
        "columns": len(RoleKind) + 1,
        "number": sum(len(rows) for _area, rows in areas),
        "access": access,
        "tabs": _tabs(request),
    }
    return render(request, "accounts/access/rights.html", context)


def _tabs(request: HttpRequest) -> list[dict[str, object]]:
    pages = (("accounts:access", _("Forslag og logg")), ("accounts:rights", _("Rettigheter")))
    return [
        {"text": text, "url": reverse(name), "current": request.path == reverse(name)}
        for name, text in pages
    ]


@require_http_methods(["GET", "POST"])
@allowed(perms.can_see_access_log)
@once
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what the role is, who is to have it, and the form that refuses it. A POST
    refuses."""
    proposal = get_object_or_404(PROPOSALS, pk=pk)
    may_answer = perms.can_confirm_role(request.user, proposal)
    form = RefuseForm(request.POST or None)
    if request.method == "POST":
        require(may_answer)
        if form.is_valid():
            with errors_on(form):
                actions.refuse_role(
                    proposal=proposal, by=request.user, at=timezone.now(), **form.cleaned_data
                )
                messages.success(request, _("Rollen er avvist."))
                return redirect("accounts:access")
    today = timezone.localdate()
    roles = Role.objects.filter(user=proposal.user, period__contains=today).select_related("unit")
    context = {
        "proposal": proposal,
        "last_day": last_day(proposal.period),
        "roles": roles.order_by("pk"),
        "may_answer": proposal.is_waiting and may_answer,
        "may_withdraw": proposal.is_waiting and perms.can_manage_users(request.user),
        "may_manage_users": perms.can_manage_users(request.user),
        "form": form,
    }
    return render(request, "accounts/access/proposal.html", context)


@require_POST
@allowed(perms.can_confirm_roles)
@once
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = get_object_or_404(PROPOSALS, pk=pk)
    require(perms.can_confirm_role(request.user, proposal))
    with errors_as_message(request):
        actions.confirm_role(proposal=proposal, by=request.user, at=timezone.now())
        messages.success(request, _("Rollen er bekreftet."))
        return redirect("accounts:access")
    return redirect("accounts:proposal", pk)


@require_POST
@allowed(perms.can_manage_users)
@once
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = get_object_or_404(PROPOSALS, pk=pk)
    with errors_as_message(request):
        actions.withdraw_role(proposal=proposal, by=request.user, at=timezone.now())
        messages.success(request, _("Forslaget er trukket."))
    return redirect("accounts:user", proposal.user_id)


# ------------------------------------------------------------------ stopping, signing out


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_users)
@once
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a user at once; with what they hold, which somebody must take over."""
    person = get_object_or_404(User, pk=pk)
    back = redirect("accounts:user", pk)
    form = StopForm(request.POST or None, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.stop_user(user=person, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Brukeren er stoppet, og logget ut overalt."))
            return back
    context = {"form": form, "person": person, "held": leaving.held_by(person)}
    return render(request, "accounts/access/stop.html", context)


@require_POST
@allowed(perms.can_manage_users)
@once
def start(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    with errors_as_message(request):
        actions.start_user(user=person, by=request.user, at=timezone.now())
        messages.success(request, _("Brukeren kan logge inn igjen, med rollene som gjelder i dag."))
    return redirect("accounts:user", pk)


@require_POST
@allowed(perms.can_manage_users)
@once
def sign_out(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    actions.sign_out_everywhere(user=person, by=request.user, at=timezone.now())
    messages.success(request, _("Brukeren er logget ut overalt."))
    return redirect("accounts:user", pk)


@require_POST
def sign_out_me(request: HttpRequest) -> HttpResponse:
    """The user signs out on every machine, this one too. Open to everyone signed in."""
    actions.sign_out_everywhere(user=request.user, by=request.user, at=timezone.now())
    logout(request)
    return redirect(settings.LOGIN_URL)


def _confirmers() -> list[User]:
    """Who may confirm today."""
    roles = Role.objects.filter(kind__in=CONFIRMING_ROLES, period__contains=timezone.localdate())
    users = User.objects.filter(is_active=True, pk__in=roles.values("user"))
    return list(users.order_by("full_name", "pk"))
