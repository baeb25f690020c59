"""The transition plan (overgangsplan) and institutions' notices (needs C19, C20)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext as _

from casework.log import flags
from casework.log.enums import GOING_OUT, FlagKind, NoticeKind
from casework.log.event_kinds import CaseEvent
from casework.log.events import record
from casework.log.saving import save
from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import days_nb, nbdate
from common.locking import locked

from .. import notices
from ..models import ChecklistItem, ChecklistKind, InstitutionNotice, Milestone, TransitionPlan

if TYPE_CHECKING:
    from accounts.models import User
    from casework.persons.models import Person


class PlanRefused(RuleBroken):
    """The plan cannot be changed like this; `field` is the form field."""


def _locked(plan: TransitionPlan) -> TransitionPlan:
    """The plan, locked, so that nothing is added while another user closes it."""
    plan = locked(TransitionPlan.objects.all(), plan.pk)
    if not plan.is_open:
        raise PlanRefused(_("Planen er avsluttet. Lag en ny hvis den trengs."))
    return plan


@transaction.atomic
def start_plan(
    *,
    person: Person,
    owner: User,
    institution: str,
    expected_out: date | None,
    goal: str,
    by: User,
    at: datetime,
) -> TransitionPlan:
    """Start a transition plan with the municipality's checklist of today."""
    today = local_date(at)
    _check_ahead(expected_out, today)
    plan = save(
        TransitionPlan(
            person=person,
            owner=owner,
            institution=institution,
            expected_out=expected_out,
            goal=goal,
            started_on=today,
            made_at=at,
            made_by=by,
        ),
        by,
    )
    for kind in ChecklistKind.objects.filter(valid__contains=today).order_by("order", "pk"):
        save(ChecklistItem(plan=plan, kind=kind), by)
    record(person, CaseEvent.PLAN_STARTED, _("Overgangsplan begynt."), by=by, at=at, plan=plan.pk)
    return plan


@transaction.atomic
def change_plan(
    plan: TransitionPlan,
    *,
    owner: User,
    institution: str,
    expected_out: date | None,
    goal: str,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> TransitionPlan:
    """Change an open plan. Raises `PlanRefused` for a passed date or a closed plan."""
    plan = _locked(plan)
    moved = plan.expected_out != expected_out
    if moved:
        _check_ahead(expected_out, local_date(at))
    facts = {"owner": owner, "institution": institution, "goal": goal}
    save(plan, by, seen=seen, expected_out=expected_out, **facts)
    if moved:
        _record_moved(plan, by=by, at=at)
    else:
        record(
            plan.person, CaseEvent.PLAN_CHANGED, _("Planen er endret."), by=by, at=at, plan=plan.pk
        )
    return plan


def _check_ahead(expected_out: date | None, today: date) -> None:
    if expected_out is not None and expected_out < today:
        raise PlanRefused(
            _("%(day)s er gått. Skriv en dag som kommer.") % {"day": nbdate(expected_out)},
            "expected_out",
        )


def _record_moved(plan: TransitionPlan, *, by: User, at: datetime) -> None:
    text = (
        _("Planen: forventet ut %(day)s.") % {"day": nbdate(plan.expected_out)}
        if plan.expected_out
        else _("Planen: dato for når personen skal ut, er ikke lenger kjent.")
    )
    record(plan.person, CaseEvent.PLAN_MOVED, text, by=by, at=at, plan=plan.pk)


@transaction.atomic
def settle_plan(plan: TransitionPlan, *, outcome: str, by: User, at: datetime) -> TransitionPlan:
    """Close the plan, with a text on how it went, and close the flags of its milestones."""
    plan = _locked(plan)
    save(plan, by, settled_on=local_date(at), outcome=outcome)
    for milestone in plan.milestones.filter(done_at__isnull=True):
        close_flag(milestone, local_date(at))
    text = _("Overgangsplanen er avsluttet. %(how)s") % {"how": outcome}
    record(plan.person, CaseEvent.PLAN_SETTLED, text, by=by, at=at, plan=plan.pk)
    return plan


@transaction.atomic
def reopen_plan(plan: TransitionPlan, *, why: str, by: User, at: datetime) -> TransitionPlan:
    """Reopen a plan that was settled by mistake. A newer open plan breaks `plan_one_open`."""
    plan = locked(TransitionPlan.objects.select_related("person"), plan.pk)
    save(plan, by, settled_on=None, outcome="")
    text = _("Overgangsplanen er gjenåpnet. %(why)s") % {"why": why.strip()}
    record(plan.person, CaseEvent.PLAN_CHANGED, text, by=by, at=at, plan=plan.pk)
    return plan


@transaction.atomic
def add_milestone(
    plan: TransitionPlan, *, title: str, owner: User, due_on: date, by: User, at: datetime
) -> Milestone:
    """Add a milestone. Raises `PlanRefused` if it is due before the plan started."""
    plan = _locked(plan)
    if due_on < plan.started_on:
        raise PlanRefused(_("Fristen er før planen begynte."), "due_on")
    milestone = save(Milestone(plan=plan, title=title, owner=owner, due_on=due_on), by)
    text = _("Milepæl: %(title)s innen %(day)s.") % {"title": title, "day": nbdate(due_on)}
    record(plan.person, CaseEvent.PLAN_MILESTONE, text, by=by, at=at, milestone=milestone.pk)
    return milestone


@transaction.atomic
def change_milestone(
    milestone: Milestone,
    *,
    title: str,
    owner: User,
    due_on: date,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Milestone:
    """Change a milestone. A new due date closes the flag of the old one."""
    plan = _locked(milestone.plan)
    if due_on < plan.started_on:
        raise PlanRefused(_("Fristen er før planen begynte."), "due_on")
    if due_on != milestone.due_on:
        close_flag(milestone, local_date(at))
    save(milestone, by, seen=seen, title=title, owner=owner, due_on=due_on)
    text = _("Milepælen %(title)s er endret, med frist %(day)s.") % {
        "title": title,
        "day": nbdate(due_on),
    }
    record(plan.person, CaseEvent.PLAN_MILESTONE, text, by=by, at=at, milestone=milestone.pk)
    return milestone


@transaction.atomic
def reach_milestone(milestone: Milestone, *, by: User, at: datetime) -> Milestone:
    """Mark a milestone as reached, once, and close its flag. Raises `PlanRefused`."""
    plan = _locked(milestone.plan)
    milestone = locked(Milestone.objects.all(), milestone.pk)
    if milestone.done_at:
        raise PlanRefused(_("Milepælen er allerede nådd."))
    save(milestone, by, done_at=at, done_by=by)
    close_flag(milestone, local_date(at))
    text = _("Milepæl nådd: %(title)s.") % {"title": milestone.title}
    record(plan.person, CaseEvent.PLAN_MILESTONE, text, by=by, at=at, milestone=milestone.pk)
    return milestone


@transaction.atomic
def reopen_milestone(milestone: Milestone, *, by: User, at: datetime) -> Milestone:
    """Mark a milestone as not reached after all. Its flag comes back with the next run."""
    plan = _locked(milestone.plan)
    save(milestone, by, done_at=None, done_by=None)
    text = _("Ikke nådd likevel: %(title)s.") % {"title": milestone.title}
    record(plan.person, CaseEvent.PLAN_MILESTONE, text, by=by, at=at, milestone=milestone.pk)
    return milestone


def close_flag(milestone: Milestone, on: date) -> None:
    flags.close_by_facts(FlagKind.MILESTONE, f"{milestone.pk}:{milestone.due_on}", on)


@transaction.atomic
def set_item(
    item: ChecklistItem,
    *,
    helper: str,
    not_needed: str,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> ChecklistItem:
    """Write who helps with a checklist item, or why it is not needed."""
    plan = _locked(item.plan)
    if item.done_at and not helper:
        raise PlanRefused(_("Skriv hvem som hjalp: punktet er ferdig."), "helper")
    if item.done_at and not_needed:
        raise PlanRefused(_("Punktet er ferdig, og kan ikke samtidig være unødvendig."))
    save(item, by, seen=seen, helper=helper, not_needed=not_needed)
    text = (
        _("%(item)s trengs ikke: %(why)s")
        if not_needed
        else _("%(item)s: %(helper)s hjelper.")
        if helper
        else _("%(item)s: ingen hjelper ennå.")
    )
    values = {"item": item.kind.name, "why": not_needed, "helper": helper}
    record(plan.person, CaseEvent.PLAN_ITEM, text % values, by=by, at=at, item=item.pk)
    return item


@transaction.atomic
def finish_item(item: ChecklistItem, *, by: User, at: datetime) -> ChecklistItem:
    """Mark a checklist item as done. Raises `PlanRefused` without a named helper (need C19)."""
    plan = _locked(item.plan)
    item = locked(ChecklistItem.objects.all(), item.pk)
    if item.done_at:
        raise PlanRefused(_("Punktet er allerede ferdig."))
    if not item.helper:
        raise PlanRefused(_("Skriv hvem som hjelper, før punktet er ferdig."))
    save(item, by, done_at=at, done_by=by, not_needed="")
    text = _("Ferdig: %(item)s.") % {"item": item.kind.name}
    record(plan.person, CaseEvent.PLAN_ITEM, text, by=by, at=at, item=item.pk)
    return item


@transaction.atomic
def reopen_item(item: ChecklistItem, *, by: User, at: datetime) -> ChecklistItem:
    """Reopen a checklist item: it was not done after all."""
    plan = _locked(item.plan)
    save(item, by, done_at=None, done_by=None)
    text = _("Ikke ferdig likevel: %(item)s.") % {"item": item.kind.name}
    record(plan.person, CaseEvent.PLAN_ITEM, text, by=by, at=at, item=item.pk)
    return item


# ------------------------------------------------------------------ the institution's notice


@transaction.atomic
def register_notice(
    *,
    person: Person,
    kind: NoticeKind,
    institution: str,
    notifier: str,
    notified_on: date | None,
    concerns_on: date,
    comment: str,
    by: User,
    at: datetime,
) -> InstitutionNotice:
    """Register an institution's notice, or that none came, and how late it was (need C20).

    A notice of discharge or release sets the date in the open plan and informs the listeners
    (`notices.listen`), unless a newer notice applies (`notices.replaced_by`).
    """
    today = local_date(at)
    if notified_on and notified_on > today:
        raise PlanRefused(_("Varselet kan ikke ha kommet etter i dag."), "notified_on")
    notice = save(
        InstitutionNotice(
            person=person,
            kind=kind,
            institution=institution,
            notifier=notifier,
            notified_on=notified_on,
            concerns_on=concerns_on,
            comment=comment,
            recorded_at=at,
            recorded_by=by,
        ),
        by,
    )
    late = notices.days_late(notice, today)
    text = _("%(kind)s %(day)s. %(notified)s") % {
        "kind": notice.get_kind_display(),
        "day": nbdate(concerns_on),
        "notified": _("%(who)s varslet %(day)s.")
        % {"who": notifier or institution, "day": nbdate(notified_on)}
        if notified_on
        else _("%(who)s har ikke varslet.") % {"who": institution},
    }
    if late:
        text += " " + _("%(days)s for sent.") % {"days": days_nb(late)}
    newer = notices.replaced_by(notice) if kind in GOING_OUT else None
    if newer:
        text += " " + _("Et nyere varsel gjelder: ut %(day)s.") % {"day": nbdate(newer.concerns_on)}
    record(person, CaseEvent.NOTICE, text, by=by, at=at, notice=notice.pk, late=late)
    if newer:
        return notice
    follow_notice(notice, by=by, at=at)
    return notice


@transaction.atomic
def follow_notice(notice: InstitutionNotice, *, by: User, at: datetime) -> None:
    """Set the day out in the open plan to the notice's, and inform the listeners."""
    if notice.kind in GOING_OUT:
        plans = notice.person.plans.open().select_for_update(of=("self",), no_key=True)
        plan = plans.first()
        # A notice about a day before the plan started does not change the plan.
        if plan and plan.started_on <= notice.concerns_on != plan.expected_out:
            save(
                plan,
                by,
                expected_out=notice.concerns_on,
                institution=plan.institution or notice.institution,
            )
            _record_moved(plan, by=by, at=at)
    notices.inform(notice, by=by, at=at)


# ------------------------------------------------------------------ the municipality's checklist


@transaction.atomic
def add_checklist_kind(
    *, name: str, help: str, order: int, by: User, at: datetime
) -> ChecklistKind:
    """Add an item to the checklist of every plan started from today."""
    kind = ChecklistKind(name=name, help=help, order=order, valid=DateRange(local_date(at), None))
    return save(kind, by)


@transaction.atomic
def end_checklist_kind(kind: ChecklistKind, *, by: User, at: datetime) -> ChecklistKind:
    """Remove an item from plans started from today. Plans that have it keep it."""
    today = local_date(at)
    if kind.valid.lower >= today and not ChecklistItem.objects.filter(kind=kind).exists():
        kind._history_user = by
        kind.delete()
        return kind
    after = max(today, kind.valid.lower + timedelta(days=1))
    return save(kind, by, valid=DateRange(kind.valid.lower, after))
