from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as page_of_csrf_failure
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from common.access import allowed
from common.calendar import ONE_DAY, last_day
from common.changes import log
from common.errors import RuleBroken
from common.form_errors import errors_on
from common.formatting import nbtime
from common.paging import keyset_page
from common.windows import Late

from . import absence as absences
from . import actions, drafts, jobs, leaving, perms, sessions
from .access.actions import propose_role
from .access.waiting import waiting
from .forms import (
    AbsenceForm,
    ColleagueForm,
    EndRoleForm,
    HandOverForm,
    ProfileForm,
    ReadLogFilter,
    RoleForm,
    SettingForm,
    UserForm,
    counted,
    shown,
)
from .middleware import kept_for_later
from .models import Absence, Draft, ReadLog, Role, Setting, User
from .once import once
from .reads import PAGES
from .settings_table import KEYS, values

RUNS_SHOWN = 5

BACKEND = settings.AUTHENTICATION_BACKENDS[0]


@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """The user's own profile, open to everyone signed in."""
    user = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=user, row=user)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.save_profile(user=form.instance, seen=form.cleaned_data["seen"])
            messages.success(request, _("Profilen er lagret."))
            return redirect("accounts:me")
    return render(request, "accounts/me.html", {"form": form, "roles": request.user.current_roles})


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_users)
@once
def users(request: HttpRequest) -> HttpResponse:
    """All users with their roles today, and a form to add one."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            user = actions.add_user(by=request.user, **form.cleaned_data)
            messages.success(request, _("Brukeren er lagt til. Gi brukeren en rolle."))
            return redirect("accounts:user", user.pk)
    text = request.GET.get("navn", "").strip()[:80].replace("\x00", "")
    accounts = User.objects.prefetch_related(
        Prefetch(
            "roles",
            Role.objects.filter(period__contains=timezone.localdate())
            .select_related("unit")
            .order_by("pk"),
            to_attr="roles_now",
        )
    )
    if text:
        accounts = accounts.filter(full_name__icontains=text)
    page = keyset_page(accounts, order=("full_name", "pk"), cursor=request.GET.get("etter"))
    leavers = [] if text else leaving.leavers(timezone.localdate())
    context = {"form": form, "page": page, "text": text, "leavers": leavers}
    return render(request, "accounts/users.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_users)
@once
def user(request: HttpRequest, pk: int) -> HttpResponse:
    """One user's roles, past and present; and a form to give another."""
    person = get_object_or_404(User, pk=pk)
    today = timezone.localdate()
    form = RoleForm(request.POST or None, instance=Role(user=person))
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            facts = {"user": person, "by": request.user, "at": timezone.now(), **form.cleaned_data}
            if form.needs_confirmation:
                propose_role(**facts)
                messages.success(
                    request,
                    _(
                        "Rollen er foreslått. Den gjelder når en leder eller personvernombudet har"
                        " bekreftet den."
                    ),
                )
            else:
                actions.give_role(**facts)
                messages.success(request, _("Rollen er gitt."))
            return redirect("accounts:user", person.pk)
    roles = list(person.roles.select_related("unit").order_by("-period", "pk"))
    for role in roles:
        role.is_over = role.period.upper is not None and role.period.upper <= today
        role.last_day = last_day(role.period)
        role.is_coming = role.period.lower is not None and role.period.lower > today
    departures = person.departures.select_related("receiver", "planned_by")
    context = {
        "form": form,
        "person": person,
        "roles": roles,
        "held": leaving.held_by(person),
        "sessions": len(sessions.of_user(person, timezone.now())),
        "proposals": waiting().filter(user=person),
        "departures": [(each, leaving.moved_words(each)) for each in departures],
    }
    return render(request, "accounts/user.html", context)


@require_GET
@allowed(perms.can_see_jobs)
def jobs_page(request: HttpRequest) -> HttpResponse:
    """The last runs of each job: how long, and what they raised. Nothing about persons."""
    all_jobs = jobs.health(timezone.now(), last=RUNS_SHOWN)
    all_jobs.sort(key=lambda health: not (health.late or health.failed))
    late = [health for health in all_jobs if health.late]
    return render(request, "accounts/jobs.html", {"jobs": all_jobs, "late": late})


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_users)
def role_end(request: HttpRequest, pk: int) -> HttpResponse:
    role = get_object_or_404(Role.objects.select_related("user", "unit"), pk=pk)
    at = timezone.now()
    today = timezone.localdate(at)
    back = redirect("accounts:user", role.user_id)
    held = leaving.held_by(role.user)
    receivers = leaving.receivers(role.user, today)
    standing_in = absences.stands_in_from(role.user, today, without=role)
    form = EndRoleForm(
        request.POST or None,
        initial={"last_day": today},
        receivers=receivers if held else None,
        is_last=not leaving.has_role_after(role.user, today, without=role),
        stand_ins=receivers if standing_in else None,
        row=role,
        cancel=back.url,
    )
    if request.method == "POST" and form.is_valid():
        at_once = form.cleaned_data["at_once"]
        last = today - ONE_DAY if at_once else form.cleaned_data["last_day"]
        with errors_on(form):
            actions.end_role(
                role=role,
                last_day=last,
                first_day_after=last + ONE_DAY,
                at_once=at_once,
                receiver=form.cleaned_data.get("receiver"),
                stand_in=form.cleaned_data.get("stand_in"),
                seen=form.cleaned_data["seen"],
                by=request.user,
                at=at,
            )
            messages.success(request, _("Rollen er avsluttet."))
            return back
    ends = [(row, last_day(row.period)) for row in standing_in]
    context = {"form": form, "role": role, "held": held, "standing_in": ends}
    return render(request, "accounts/role_end.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_manage_users)
@once
def hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """What a user holds, in numbers, and the form that gives it to another now."""
    person = get_object_or_404(User, pk=pk)
    at = timezone.now()
    today = timezone.localdate(at)
    back = redirect("accounts:user", pk)
    held = leaving.held_by(person)
    form = HandOverForm(
        request.POST or None, receivers=leaving.receivers(person, today), cancel=back.url
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            leaving.plan_departure(
                user=person, on=today, by=request.user, at=at, **form.cleaned_data
            )
            if left := leaving.held_by(person):
                rest = ", ".join(f"{label.lower()}: {number}" for label, number in left)
                messages.warning(
                    request,
                    _("Dette kan ikke mottakeren ta over, og må få en annen: %s.") % rest,
                )
            else:
                messages.success(request, _("Alt er overført."))
            return back
    return render(
        request, "accounts/hand_over.html", {"form": form, "person": person, "held": held}
    )


@require_http_methods(["GET", "POST"])
@once
def my_absence(request: HttpRequest) -> HttpResponse:
    """The user's own absences, open to everyone signed in. Whoever may register the absence of
    others chooses them here."""
    others = User.objects.none()
    if perms.can_register_absence(request.user):
        working = Role.objects.filter(period__contains=timezone.localdate())
        others = User.objects.filter(is_active=True, pk__in=working.values("user"))
    choice = ColleagueForm(
        request.GET if "bruker" in request.GET else None,
        others=others.exclude(pk=request.user.pk).order_by("full_name", "pk"),
    )
    if choice.is_bound and choice.is_valid():
        return redirect("accounts:absence", choice.cleaned_data["bruker"].pk)
    return _absence(request, request.user, reverse("accounts:me"), choice)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_register_absence)
@once
def absence(request: HttpRequest, pk: int) -> HttpResponse:
    """The absences of another user, who may be ill."""
    return _absence(request, get_object_or_404(User, pk=pk), "")


def _absence(
    request: HttpRequest, person: User, back: str, choice: ColleagueForm | None = None
) -> HttpResponse:
    at = timezone.now()
    today = timezone.localdate(at)
    here = redirect(request.path)
    rows = person.absences.filter(period__endswith__gt=today).select_related("stand_in")
    if "slutt" in request.POST:
        pk = request.POST["slutt"]
        ended = get_object_or_404(rows, pk=pk if pk.isdecimal() and len(pk) < 10 else 0)
        absences.end_absence(absence=ended, by=request.user, at=at)
        messages.success(request, _("Fraværet er avsluttet."))
        return here
    stand_ins = leaving.receivers(person, today)
    form = AbsenceForm(request.POST or None, stand_ins=stand_ins, cancel=back)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            absences.register_absence(user=person, by=request.user, at=at, **form.cleaned_data)
            messages.success(request, _("Fraværet er ført."))
            return here
    lines = [
        (row, last_day(row.period), Absence.objects.standing(max(today, row.period.lower)))
        for row in rows.order_by("period", "pk")
    ]
    lines = [(row, last, those.filter(pk=row.pk).exists()) for row, last, those in lines]
    context = {"form": form, "person": person, "lines": lines, "mine": bool(back)}
    context |= {"may_manage_users": perms.can_manage_users(request.user), "choice": choice}
    return render(request, "accounts/absence.html", context)


@require_GET
@allowed(perms.can_change_settings)
def settings_page(request: HttpRequest) -> HttpResponse:
    """The municipality's settings today, and planned changes."""
    today = timezone.localdate()
    now = values(today)
    rows: dict[str, list[Setting]] = {}
    for row in Setting.objects.order_by("valid", "pk"):
        rows.setdefault(row.key, []).append(row)
    lines = []
    for key, about in KEYS.items():
        in_force = [row for row in rows.get(key, []) if today in row.valid]
        coming = [row for row in rows.get(key, []) if row.valid.lower and row.valid.lower > today]
        lines.append(
            {
                "key": key,
                "about": about,
                "value": counted(now[key], about.unit),
                "against": about.against(now[key]),
                "since": in_force[0].valid.lower if in_force else None,
                "coming": [(shown(row.value), row.valid.lower) for row in coming],
            }
        )
    return render(request, "accounts/settings.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
@allowed(perms.can_change_settings)
@once
def setting(request: HttpRequest, key: str) -> HttpResponse:
    if key not in KEYS:
        raise Http404
    today = timezone.localdate()
    back = redirect("accounts:settings")
    form = SettingForm(
        request.POST or None,
        key=key,
        row=Setting.history.filter(key=key),
        initial={"start": today},
        cancel=back.url,
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.change_setting(key=key, by=request.user, on=today, **form.cleaned_data)
            messages.success(request, _("Innstillingen er endret."))
            return back
    about = KEYS[key]
    first = {capfirst(Setting._meta.get_field("value").verbose_name): shown(about.default)}
    now = values(today, key)[key]
    return render(
        request,
        "accounts/setting.html",
        {
            "form": form,
            "about": about,
            "value": counted(now, about.unit),
            "against": about.against(now),
            "default": shown(about.default),
            "changes": log(Setting.history.filter(key=key).select_related("history_user"), first),
        },
    )


@require_GET
@allowed(perms.can_read_log)
def read_log(request: HttpRequest) -> HttpResponse:
    """Who has read whose record, for the privacy officer; persons are shown by key only."""
    form = ReadLogFilter(request.GET)
    reads = ReadLog.objects.select_related("user")
    if form.is_valid():
        chosen = form.cleaned_data
        if chosen["person"]:
            reads = reads.of(chosen["person"])
        if chosen["user"]:
            reads = reads.filter(user=chosen["user"])
        if chosen["start"]:
            reads = reads.filter(at__date__gte=chosen["start"])
    else:
        reads = reads.none()
    page = keyset_page(reads, order=("-at", "-pk"), cursor=request.GET.get("etter"))
    rows = [(read, PAGES.get(read.page, read.page)) for read in page.items]
    return render(request, "accounts/read_log.html", {"form": form, "page": page, "rows": rows})


# ------------------------------------------------------------------ drafts


# The ticket is signed for one user and one page, so no other site can make it; and a page that
# stood open while its user signed in again has the CSRF token of the earlier session.
@csrf_exempt
@login_not_required
@require_POST
def draft_save(request: HttpRequest) -> HttpResponse:
    """Keep what is typed in a form (`drafts`). The answer has the clock it was kept at, and a CSRF
    token the form can be sent with; or 401, when it is kept for one who must sign in again, also
    as another has signed in on the same machine."""
    ticket = drafts.ticket_of(request)
    if ticket is None:
        return JsonResponse({}, status=400)
    at = timezone.now()
    try:
        kept = drafts.keep(request, ticket, at)
    except Late:
        kept = None  # this window has already kept newer text
    except Draft.DoesNotExist:
        return JsonResponse({}, status=404)
    except drafts.TooLong:
        return JsonResponse({}, status=413)
    except RuleBroken:
        return JsonResponse({}, status=409)
    if request.user.pk != ticket.user:
        return JsonResponse({}, status=401)
    return JsonResponse({"clock": nbtime(at) if kept else "", "csrf": get_token(request)})


@require_POST
def draft_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw one of the user's drafts away from a list, where its form may be gone."""
    draft = get_object_or_404(Draft, pk=pk, user=request.user)
    drafts.throw_away(Draft.objects.filter(pk=draft.pk), timezone.now())
    messages.success(request, _("Utkastet er forkastet."))
    return redirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def draft_discard(request: HttpRequest) -> HttpResponse:
    """Throw the draft away, and show the form without it."""
    ticket = drafts.ticket_of(request)
    if ticket is None or ticket.user != request.user.pk:
        raise Http404
    drafts.end(request, timezone.now())
    messages.success(request, _("Utkastet er forkastet."))
    return redirect(ticket.path.split("?")[0])


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from before its user signed in again is kept as a draft, to be looked at and sent;
    also when another has signed in on the same machine, who is not shown it."""
    ticket, page = drafts.ticket_of(request), kept_for_later(request)
    if page and ticket.user == request.user.pk:
        messages.warning(
            request,
            _("Du har logget inn på nytt. Se over det du skrev, og send igjen."),
        )
        return redirect(page)
    return page_of_csrf_failure(request, reason)
