"""Pages for one person's services, support team, transition plan, notices and handovers."""

from __future__ import annotations

from copy import copy
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.once import once
from accounts.perms import can_change_settings
from accounts.reads import log_read
from casework.log import perms
from casework.log.enums import GOING_OUT
from casework.log.visibility import visible_persons
from casework.persons.views.on_person import form_page, part_url, visible_person
from common.access import allowed, require
from common.form_errors import errors_as_message, posted
from common.formatting import days_nb, nbdate

from . import notices
from .actions import handovers, plans, services
from .forms import (
    AcknowledgeForm,
    ChecklistItemForm,
    ChecklistKindForm,
    EndServiceForm,
    HandoverForm,
    HoursForm,
    InstitutionNoticeForm,
    MilestoneForm,
    PlanForm,
    ReopenPlanForm,
    ServiceForm,
    SettlePlanForm,
    TeamMeetingForm,
    TeamMemberForm,
)
from .models import (
    ChecklistItem,
    ChecklistKind,
    Handover,
    Milestone,
    Service,
    TeamMember,
    TransitionPlan,
)
from .perms import can_finish_handover, can_take_handover

PAGE = "person-follow-up"


def _visible_row(request: HttpRequest, rows, pk: int, path: str = "person"):
    """A row of a person the user may see, or 404. `path` leads to the person."""
    return get_object_or_404(
        rows.filter(visible_persons(request.user, f"{path}__")).select_related(path), pk=pk
    )


# ------------------------------------------------------------------ services


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def service_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    back = part_url(person)
    form = ServiceForm(posted(request), cancel=back)
    form.fields["period"].initial = [timezone.localdate(), None]
    return form_page(
        request,
        person,
        form,
        partial(services.add_service, person=person),
        title=_("Ny tjeneste"),
        done=_("Tjenesten er lagret."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def service(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a service; also shows its hours over time, and links to end it."""
    service = _visible_row(request, Service.objects, pk)
    person, back = service.person, part_url(service.person)
    form = ServiceForm(posted(request), instance=copy(service), row=service, cancel=back)
    return form_page(
        request,
        person,
        form,
        partial(services.change_service, service),
        title=service.name,
        done=_("Tjenesten er endret."),
        back=back,
        page=PAGE,
        template="casework/follow_up/service.html",
        service=service,
        steps=list(service.steps.all()),
        goes_on=service.period.upper is None or service.period.upper > timezone.localdate(),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def service_hours(request: HttpRequest, pk: int) -> HttpResponse:
    service = _visible_row(request, Service.objects, pk)
    back = reverse("casework:service", args=[pk])
    form = HoursForm(posted(request), cancel=back, initial={"starts_on": timezone.localdate()})
    return form_page(
        request,
        service.person,
        form,
        partial(services.set_hours, service),
        title=_("Endre timene i %(name)s") % {"name": service.name},
        done=_("Timene er endret."),
        back=back,
        page=PAGE,
        sub=_("En tjeneste kan begynne stort og trappes ned. Hver endring står med sin dag."),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def service_end(request: HttpRequest, pk: int) -> HttpResponse:
    service = _visible_row(request, Service.objects, pk)
    back = part_url(service.person)
    initial = {"last_day": timezone.localdate()}
    form = EndServiceForm(posted(request), row=service, cancel=back, initial=initial)
    return form_page(
        request,
        service.person,
        form,
        partial(services.end_service, service),
        title=_("Avslutt %(name)s") % {"name": service.name},
        done=_("Tjenesten er avsluttet."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def team_member_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    back = part_url(person)
    form = TeamMemberForm(posted(request), cancel=back, initial={"since": timezone.localdate()})
    return form_page(
        request,
        person,
        form,
        partial(services.join_team, person=person),
        title=_("Nytt medlem i ansvarsgruppa"),
        done=_("Medlemmet er lagt til."),
        back=back,
        page=PAGE,
    )


@require_POST
@allowed(perms.can_do_casework)
def team_member_leave(request: HttpRequest, pk: int) -> HttpResponse:
    member = _visible_row(request, TeamMember.objects, pk)
    with errors_as_message(request):
        services.leave_team(member, by=request.user, at=timezone.now())
        messages.success(request, _("%(name)s er ute av ansvarsgruppa.") % {"name": member.name})
    return redirect(part_url(member.person))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def team_meeting_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    back = part_url(person)
    return form_page(
        request,
        person,
        TeamMeetingForm(posted(request), cancel=back),
        partial(services.plan_meeting, person=person),
        title=_("Ansvarsgruppemøte"),
        done=_("Møtet er ført opp."),
        back=back,
        page=PAGE,
    )


# ------------------------------------------------------------------ the plan


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def plan_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    today, back = timezone.localdate(), part_url(person)
    form = PlanForm(
        posted(request), person=person, on=today, cancel=back, initial={"owner": request.user}
    )
    return form_page(
        request,
        person,
        form,
        partial(plans.start_plan, person=person),
        title=_("Overgangsplan"),
        done=_("Planen er begynt, med kommunens sjekkliste."),
        back=back,
        page=PAGE,
        sub=_(
            "Fra første kontakt til personen har funnet seg til rette. Lages sammen med personen."
        ),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def plan_edit(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _visible_row(request, TransitionPlan.objects, pk)
    today, back = timezone.localdate(), part_url(plan.person)
    form = PlanForm(
        posted(request), person=plan.person, on=today, instance=copy(plan), row=plan, cancel=back
    )
    return form_page(
        request,
        plan.person,
        form,
        partial(plans.change_plan, plan),
        title=_("Endre overgangsplanen"),
        done=_("Planen er endret."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def plan_settle(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _visible_row(request, TransitionPlan.objects, pk)
    back = part_url(plan.person)
    return form_page(
        request,
        plan.person,
        SettlePlanForm(posted(request), cancel=back),
        partial(plans.settle_plan, plan),
        title=_("Avslutt overgangsplanen"),
        done=_("Planen er avsluttet."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def plan_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """Reopen a plan that was settled by mistake."""
    plan = _visible_row(request, TransitionPlan.objects.filter(settled_on__isnull=False), pk)
    back = part_url(plan.person)
    return form_page(
        request,
        plan.person,
        ReopenPlanForm(posted(request), cancel=back),
        partial(plans.reopen_plan, plan),
        title=_("Gjenåpne overgangsplanen"),
        done=_("Planen er gjenåpnet."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def milestone_new(request: HttpRequest, pk: int) -> HttpResponse:
    plan = _visible_row(request, TransitionPlan.objects, pk)
    today, back = timezone.localdate(), part_url(plan.person)
    form = MilestoneForm(
        posted(request), person=plan.person, on=today, cancel=back, initial={"owner": plan.owner}
    )
    return form_page(
        request,
        plan.person,
        form,
        partial(plans.add_milestone, plan),
        title=_("Ny milepæl"),
        done=_("Milepælen er lagret."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def milestone(request: HttpRequest, pk: int) -> HttpResponse:
    milestone = _visible_row(request, Milestone.objects, pk, "plan__person")
    person = milestone.plan.person
    today, back = timezone.localdate(), part_url(person)
    form = MilestoneForm(
        posted(request),
        person=person,
        on=today,
        instance=copy(milestone),
        row=milestone,
        cancel=back,
    )
    return form_page(
        request,
        person,
        form,
        partial(plans.change_milestone, milestone),
        title=milestone.title,
        done=_("Milepælen er endret."),
        back=back,
        page=PAGE,
        template="casework/follow_up/milestone.html",
        milestone=milestone,
        late=(today - milestone.due_on).days if milestone.done_at is None else 0,
    )


@require_POST
@allowed(perms.can_do_casework)
def milestone_done(request: HttpRequest, pk: int) -> HttpResponse:
    milestone = _visible_row(request, Milestone.objects, pk, "plan__person")
    with errors_as_message(request):
        if "gjenapne" in request.POST:
            plans.reopen_milestone(milestone, by=request.user, at=timezone.now())
            messages.success(request, _("Milepælen står igjen som ikke nådd."))
        else:
            plans.reach_milestone(milestone, by=request.user, at=timezone.now())
            messages.success(request, _("Milepælen er nådd."))
    return redirect(part_url(milestone.plan.person))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def checklist_item(request: HttpRequest, pk: int) -> HttpResponse:
    item = _visible_row(request, ChecklistItem.objects.select_related("kind"), pk, "plan__person")
    person, back = item.plan.person, part_url(item.plan.person)
    return form_page(
        request,
        person,
        ChecklistItemForm(posted(request), instance=copy(item), row=item, cancel=back),
        partial(plans.set_item, item),
        title=item.kind.name,
        done=_("Punktet er lagret."),
        back=back,
        page=PAGE,
        sub=item.kind.help,
    )


@require_POST
@allowed(perms.can_do_casework)
def checklist_item_done(request: HttpRequest, pk: int) -> HttpResponse:
    item = _visible_row(request, ChecklistItem.objects.select_related("kind"), pk, "plan__person")
    if not item.done_at and not item.helper:
        messages.error(request, _("Skriv hvem som hjelper, før punktet er ferdig."))
        return redirect("casework:checklist_item", pk)
    if item.done_at:
        action, done = plans.reopen_item, _("«%(item)s» er åpnet igjen.")
    else:
        action, done = plans.finish_item, _("«%(item)s» er ferdig.")
    with errors_as_message(request):
        action(item, by=request.user, at=timezone.now())
        messages.success(request, done % {"item": item.kind})
    return redirect(part_url(item.plan.person))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def institution_notice_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    today, back = timezone.localdate(), part_url(person)
    warnings: list[str] = []

    def register(**facts) -> None:
        before = person.plans.open().first()
        notice = plans.register_notice(person=person, **facts)
        after = person.plans.open().first()
        newer = notices.replaced_by(notice) if notice.kind in GOING_OUT else None
        if newer:
            warnings.append(
                _(
                    "Et nyere varsel sier ut %(day)s, og det gjelder fortsatt. Er det feil, endre "
                    "datoen i planen."
                )
                % {"day": nbdate(newer.concerns_on)}
            )
        elif before and after and before.expected_out not in (None, after.expected_out):
            warnings.append(
                _("Forventet ut er flyttet fra %(old)s til %(new)s.")
                % {"old": nbdate(before.expected_out), "new": nbdate(after.expected_out)}
            )
        late = notices.days_late(notice, today)
        if late:
            warnings.append(
                _("Varselet kom %(days)s for sent.") % {"days": days_nb(late)}
                if notice.notified_on
                else _("Varselet mangler, og er %(days)s for sent.") % {"days": days_nb(late)}
            )

    form = InstitutionNoticeForm(posted(request), cancel=back, initial={"notified_on": today})
    response = form_page(
        request,
        person,
        form,
        register,
        title=_("Varsel fra institusjon"),
        done=_("Varselet er registrert."),
        back=back,
        page=PAGE,
        sub=_("Innleggelse, utskriving eller løslatelse. Også når varselet uteble."),
    )
    for text in warnings:
        messages.warning(request, text)
    return response


# ------------------------------------------------------------------ handovers


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def handover_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    today, back = timezone.localdate(), part_url(person)
    form = HandoverForm(
        posted(request),
        person=person,
        user=request.user,
        on=today,
        cancel=back,
        initial={"application": request.GET.get("sak")},
    )
    return form_page(
        request,
        person,
        form,
        partial(handovers.hand_over, person=person),
        title=_("Send en oppgave"),
        done=_("Oppgaven er sendt, og står på Min dag hos mottakeren."),
        back=back,
        page=PAGE,
        sub=_("Mottakeren må kvittere. Gjør ingen det, får du beskjed."),
    )


def _handover(request: HttpRequest, pk: int) -> Handover:
    visible = Handover.objects.visible_to(request.user).select_related(
        "person", "application", "to_unit", "to_user", "sent_by", "acknowledged_by", "done_by"
    )
    return get_object_or_404(visible, pk=pk)


@require_safe
@allowed(perms.can_read_cases)
def handover(request: HttpRequest, pk: int) -> HttpResponse:
    return _handover_page(request, _handover(request, pk))


def _handover_page(
    request: HttpRequest, handover: Handover, form: AcknowledgeForm | None = None
) -> HttpResponse:
    log_read(request, handover.person_id, PAGE)
    takes = handover.acknowledged_at is None and can_take_handover(request.user, handover)
    if takes and form is None:
        form = AcknowledgeForm(cancel=part_url(handover.person))
    if form:
        form.helper.form_action = reverse("casework:handover_acknowledge", args=[handover.pk])
    context = {
        "handover": handover,
        "person": handover.person,
        "form": form if takes else None,
        "finishes": handover.done_at is None and can_finish_handover(request.user, handover),
    }
    return render(request, "casework/follow_up/handover.html", context)


@require_POST
@allowed(perms.can_read_cases)
@once
def handover_acknowledge(request: HttpRequest, pk: int) -> HttpResponse:
    handover = _handover(request, pk)
    require(can_take_handover(request.user, handover))
    form = AcknowledgeForm(request.POST, cancel=part_url(handover.person))
    if form.is_valid():
        with errors_as_message(request):
            handovers.acknowledge(handover, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Oppgaven er din."))
        return redirect("casework:handover", pk)
    return _handover_page(request, _handover(request, pk), form)


@require_POST
@allowed(perms.can_read_cases)
def handover_done(request: HttpRequest, pk: int) -> HttpResponse:
    handover = _handover(request, pk)
    require(can_finish_handover(request.user, handover))
    with errors_as_message(request):
        handovers.finish(handover, by=request.user, at=timezone.now())
        messages.success(request, _("Oppgaven er ferdig."))
    return redirect(part_url(handover.person))


# ------------------------------------------------------------------ the municipality's checklist


@require_http_methods(["GET", "POST"])
@allowed(can_change_settings)
@once
def checklist(request: HttpRequest) -> HttpResponse:
    """The checklist items every new transition plan starts with."""
    today = timezone.localdate()
    kinds = list(ChecklistKind.objects.filter(valid__contains=today).order_by("order", "pk"))
    form = ChecklistKindForm(
        posted(request), initial={"order": max((kind.order for kind in kinds), default=0) + 1}
    )
    if form.is_bound and form.is_valid():
        plans.add_checklist_kind(by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Punktet er med i planer som begynnes fra nå."))
        return redirect("casework:checklist")
    return render(request, "casework/follow_up/checklist.html", {"kinds": kinds, "form": form})


@require_POST
@allowed(can_change_settings)
def checklist_end(request: HttpRequest, pk: int) -> HttpResponse:
    kind = get_object_or_404(ChecklistKind, pk=pk)
    with errors_as_message(request):
        plans.end_checklist_kind(kind, by=request.user, at=timezone.now())
        messages.success(request, _("«%(item)s» er ikke med i nye planer.") % {"item": kind})
    return redirect("casework:checklist")
