"""A priority class set by hand: one user proposes it with a reason, another approves it (need A2).

The class by the rules is still computed, and shown beside it. Class 0 returns the case to the
rules, and also needs approval by another user.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from casework.applications.perms import is_disqualified
from casework.log import events
from casework.log.saving import save
from casework.models import Application
from common.calendar import local_date
from common.errors import RuleBroken
from common.locking import JustGone, locked
from common.readings import approval, check_read

from .. import policy as policies
from .. import ranking, reading
from ..enums import AllocationEvent
from ..models import ManualClass

BY_THE_RULES = 0


class ClassRefused(RuleBroken):
    """The class cannot be proposed, approved or declined."""


@transaction.atomic
def propose_class(
    *, application: Application, class_number: int, reason: str, by: User, at: datetime
) -> ManualClass:
    """Propose a class for the case, with a reason. It applies once another user approves it.

    `class_number` is a class of the policy in force, or 0 (by the rules). Raises ClassRefused.
    """
    # Locked: of two users who propose at once, the second is refused.
    application = locked(Application.objects.select_related("person"), application.pk)
    if is_disqualified(by, application):
        raise ClassRefused(_("Du er inhabil i denne saken. En annen må ta den."))
    pending = application.manual_classes.pending().select_related("set_by").first()
    if pending:
        raise ClassRefused(
            _("%(name)s har allerede foreslått en prioritet, og den er ikke godkjent ennå.")
            % {"name": pending.set_by}
        )
    on = local_date(at)
    policy = policies.in_force(on)
    if class_number != BY_THE_RULES and class_number not in policy.numbers:
        raise ClassRefused(_("Prioriteten finnes ikke i reglene som gjelder nå."), "class_number")
    try:
        entry = ranking.explain(application.pk, on).entry
    except ranking.NotWaiting as error:
        raise ClassRefused(_("Saken står ikke på ventelisten lenger.")) from error
    if class_number == BY_THE_RULES and not entry.is_manual:
        raise ClassRefused(_("Saken har allerede prioritet etter reglene."), "class_number")
    if entry.is_manual and entry.priority.number == class_number:
        raise ClassRefused(_("Saken har allerede denne prioriteten."), "class_number")
    proposal = save(
        ManualClass(application=application),
        by,
        class_number=class_number,
        reason=reason.strip(),
        set_at=at,
        set_by=by,
    )
    text = _("Foreslått %(what)s: %(why)s")
    _record(proposal, AllocationEvent.CLASS_PROPOSED, text, policy, by=by, at=at)
    return proposal


@approval
@transaction.atomic
def approve_class(
    proposal: ManualClass, *, by: User, at: datetime, read: str | None = None
) -> ManualClass:
    """Approve the proposed class, which applies from now on.

    Raises ClassRefused for the user who proposed it, and for a disqualified user (fvl. § 6), and
    ChangedSinceRead.
    """
    proposal = _locked(proposal)
    if proposal.set_by_id == by.pk:
        raise ClassRefused(_("Den som foreslo prioriteten, kan ikke godkjenne den."))
    if is_disqualified(by, proposal.application):
        raise ClassRefused(_("Du er inhabil i denne saken. En annen må ta den."))
    check_read(reading.of_class(proposal, by=by, at=at), read)
    save(proposal, by, approved_at=at, approved_by=by)
    text = _("Godkjent %(what)s: %(why)s")
    policy = policies.in_force(local_date(at))
    _record(proposal, AllocationEvent.CLASS_APPROVED, text, policy, by=by, at=at)
    return proposal


@approval
@transaction.atomic
def decline_class(
    proposal: ManualClass, *, reason: str, by: User, at: datetime, read: str | None = None
) -> None:
    """Delete the proposal: declined by an approver, or withdrawn by the user who proposed it.

    The history and the timeline keep it. Raises ClassRefused when it is answered already.
    """
    proposal = _locked(proposal)
    check_read(reading.of_class(proposal, by=by, at=at), read)
    policy = policies.in_force(local_date(at))
    proposal._history_user = by
    text = _("Ikke godkjent %(what)s: %(why)s")
    if proposal.set_by_id == by.pk:
        text = _("Trukket forslag om %(what)s: %(why)s")
    proposal.reason = reason.strip()
    _record(proposal, AllocationEvent.CLASS_DECLINED, text, policy, by=by, at=at)
    proposal.delete()


def _locked(proposal: ManualClass) -> ManualClass:
    # Of two users who answer at once, the second is refused.
    unanswered = ManualClass.objects.filter(approved_at__isnull=True)
    try:
        return locked(unanswered.select_related("application__person"), proposal.pk)
    except JustGone as gone:
        raise ClassRefused(_("Forslaget er allerede svart på.")) from gone


def _record(
    proposal: ManualClass,
    kind: AllocationEvent,
    text: str,
    policy: policies.Policy,
    *,
    by: User,
    at: datetime,
) -> None:
    number = proposal.class_number
    name = policy.numbers[number].name if number in policy.numbers else ""
    what = _("prioritet %(n)s %(name)s") % {"n": number, "name": name}
    if number == BY_THE_RULES:
        what = _("prioritet etter reglene")
    events.record(
        proposal.application.person,
        kind,
        (text % {"what": what, "why": proposal.reason})[:400],
        by=by,
        at=at,
        application=proposal.application,
    )
