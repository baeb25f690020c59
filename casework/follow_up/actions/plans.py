"""The overgangsplan and what feeds it (needs C19, C20)."""

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

from .. import notices
from ..models import ChecklistItem, ChecklistKind, InstitutionNotice, Milestone, TransitionPlan

if TYPE_CHECKING:
    from accounts.models import User
    from casework.persons.models import Person


class PlanRefused(RuleBroken):
    """The plan cannot be changed so; `field` says where on the form it is."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


def _held(plan: TransitionPlan) -> TransitionPlan:
    """The plan as it is now, locked: nothing is added while another settles it."""
    plan = TransitionPlan.objects.select_for_update(of=("self",), no_key=True).get(pk=plan.pk)
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
    """Begin an overgangsplan, with the municipality's checklist as it is today."""
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
) -> TransitionPlan:
    plan = _held(plan)
    moved = plan.expected_out != expected_out
    if moved:
        _check_ahead(expected_out, local_date(at))
    save(plan, by, owner=owner, institution=institution, expected_out=expected_out, goal=goal)
    if moved:
        _tell_moved(plan, by=by, at=at)
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


def _tell_moved(plan: TransitionPlan, *, by: User, at: datetime) -> None:
    text = (
        _("Planen: forventet ut %(day)s.") % {"day": nbdate(plan.expected_out)}
        if plan.expected_out
        else _("Planen: dato for når personen skal ut, er ikke lenger kjent.")
    )
    record(plan.person, CaseEvent.PLAN_MOVED, text, by=by, at=at, plan=plan.pk)


@transaction.atomic
def settle_plan(plan: TransitionPlan, *, outcome: str, by: User, at: datetime) -> TransitionPlan:
    """The person has settled, or the plan is given up: how it went is told."""
    plan = _held(plan)
    save(plan, by, settled_on=local_date(at), outcome=outcome)
    for milestone in plan.milestones.filter(done_at__isnull=True):
        _close_flag(milestone, local_date(at))
    text = _("Overgangsplanen er avsluttet. %(how)s") % {"how": outcome}
    record(plan.person, CaseEvent.PLAN_SETTLED, text, by=by, at=at, plan=plan.pk)
    return plan


@transaction.atomic
def add_milestone(
    plan: TransitionPlan, *, title: str, owner: User, due_on: date, by: User, at: datetime
) -> Milestone:
    plan = _held(plan)
    if due_on < plan.started_on:
        raise PlanRefused(_("Fristen er før planen begynte."), "due_on")
    milestone = save(Milestone(plan=plan, title=title, owner=owner, due_on=due_on), by)
    text = _("Milepæl: %(title)s innen %(day)s.") % {"title": title, "day": nbdate(due_on)}
    record(plan.person, CaseEvent.PLAN_MILESTONE, text, by=by, at=at, milestone=milestone.pk)
    return milestone


@transaction.atomic
def change_milestone(
    milestone: Milestone, *, title: str, owner: User, due_on: date, by: User, at: datetime
) -> Milestone:
    """A new due date begins a new count: an open flag of the old one is over."""
    plan = _held(milestone.plan)
    if due_on < plan.started_on:
        raise PlanRefused(_("Fristen er før planen begynte."), "due_on")
    if due_on != milestone.due_on:
        _close_flag(milestone, local_date(at))
    save(milestone, by, title=title, owner=owner, due_on=due_on)
    text = _("Milepælen %(title)s er endret, med frist %(day)s.") % {
        "title": title,
        "day": nbdate(due_on),
    }
    record(plan.person, CaseEvent.PLAN_MILESTONE, text, by=by, at=at, milestone=milestone.pk)
    return milestone


@transaction.atomic
def reach_milestone(milestone: Milestone, *, by: User, at: datetime) -> Milestone:
    plan = _held(milestone.plan)
    milestone = Milestone.objects.select_for_update(of=("self",), no_key=True).get(pk=milestone.pk)
    if milestone.done_at:
        raise PlanRefused(_("Milepælen er allerede nådd."))
    save(milestone, by, done_at=at, done_by=by)
    _close_flag(milestone, local_date(at))
    text = _("Milepæl nådd: %(title)s.") % {"title": milestone.title}
    record(plan.person, CaseEvent.PLAN_MILESTONE, text, by=by, at=at, milestone=milestone.pk)
    return milestone


def _close_flag(milestone: Milestone, on: date) -> None:
    flags.close_by_facts(FlagKind.MILESTONE, f"{milestone.pk}:{milestone.due_on}", on)


@transaction.atomic
def set_item(
    item: ChecklistItem, *, helper: str, not_needed: str, by: User, at: datetime
) -> ChecklistItem:
    """Who helps with a line of the checklist, or why it is not needed."""
    plan = _held(item.plan)
    if item.done_at and not helper:
        raise PlanRefused(_("Skriv hvem som hjalp: punktet er ferdig."), "helper")
    if item.done_at and not_needed:
        raise PlanRefused(_("Punktet er ferdig, og kan ikke samtidig være unødvendig."))
    save(item, by, helper=helper, not_needed=not_needed)
    text = (
        _("%(item)s trengs ikke: %(why)s")
        if not_needed
        else _("%(item)s: %(helper)s hjelper.")
        if helper
        else _("%(item)s: ingen hjelper ennå.")
    )
    words = {"item": item.kind.name, "why": not_needed, "helper": helper}
    record(plan.person, CaseEvent.PLAN_ITEM, text % words, by=by, at=at, item=item.pk)
    return item


@transaction.atomic
def finish_item(item: ChecklistItem, *, by: User, at: datetime) -> ChecklistItem:
    """A line of the checklist is done. Refused without a named helper (need C19)."""
    plan = _held(item.plan)
    item = ChecklistItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
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
    """It was not done after all."""
    plan = _held(item.plan)
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
    """An institution told us, or should have: kept with how late it was (need C20).

    A day to go out becomes the open plan's, and is told to whom else it concerns
    (`notices.listen`); not where a newer notice is on file (`notices.overtaken_by`).
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
    newer = notices.overtaken_by(notice) if kind in GOING_OUT else None
    if newer:
        text += " " + _("Et nyere varsel gjelder: ut %(day)s.") % {"day": nbdate(newer.concerns_on)}
    record(person, CaseEvent.NOTICE, text, by=by, at=at, notice=notice.pk, late=late)
    if newer:
        return notice
    if kind in GOING_OUT:
        plan = person.plans.open().select_for_update(of=("self",), no_key=True).first()
        # Told afterwards, of a day before the plan began: the plan has no such day.
        if plan and plan.started_on <= concerns_on != plan.expected_out:
            save(plan, by, expected_out=concerns_on, institution=plan.institution or institution)
            _tell_moved(plan, by=by, at=at)
    notices.tell(notice, by=by, at=at)
    return notice


# ------------------------------------------------------------------ the municipality's checklist


@transaction.atomic
def add_checklist_kind(
    *, name: str, help: str, order: int, by: User, at: datetime
) -> ChecklistKind:
    """A line more in every plan begun from today."""
    kind = ChecklistKind(name=name, help=help, order=order, valid=DateRange(local_date(at), None))
    return save(kind, by)


@transaction.atomic
def end_checklist_kind(kind: ChecklistKind, *, by: User, at: datetime) -> ChecklistKind:
    """Not in plans begun from today on; those that have it keep it."""
    today = local_date(at)
    if kind.valid.lower >= today and not ChecklistItem.objects.filter(kind=kind).exists():
        kind._history_user = by
        kind.delete()
        return kind
    after = max(today, kind.valid.lower + timedelta(days=1))
    return save(kind, by, valid=DateRange(kind.valid.lower, after))
