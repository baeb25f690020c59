"""A priority class set by hand: one says why, another approves (need A2, the priority policy).

The class the rules give is computed as before, and shown beside. Class 0 takes the case back to
the rules, by the same four eyes.
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

from .. import policy as policies
from .. import ranking
from ..enums import AllocationEvent
from ..models import ManualClass

BY_THE_RULES = 0


class ClassRefused(RuleBroken):
    """The class cannot be set, or approved, so; `field` says which part is to blame."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def propose_class(
    *, application: Application, class_number: int, reason: str, by: User, at: datetime
) -> ManualClass:
    """Say which class the case should have, and why. It counts when another has approved it."""
    # Held, so that of two who propose at once the second is told.
    application = (
        Application.objects.select_for_update(of=("self",), no_key=True)
        .select_related("person")
        .get(pk=application.pk)
    )
    if is_disqualified(by, application):
        raise ClassRefused(_("Du er inhabil i denne saken. En annen må ta den."))
    waits = application.manual_classes.pending().select_related("set_by").first()
    if waits:
        raise ClassRefused(
            _("%(name)s har allerede foreslått en prioritet, og den er ikke godkjent ennå.")
            % {"name": waits.set_by}
        )
    on = local_date(at)
    names = {each.number: each.name for each in policies.in_force(on).classes}
    if class_number != BY_THE_RULES and class_number not in names:
        raise ClassRefused(_("Prioriteten finnes ikke i reglene som gjelder nå."), "class_number")
    try:
        entry = ranking.explain(application.pk, on).entry
    except ranking.NotWaiting as no:
        raise ClassRefused(_("Saken står ikke på ventelisten lenger.")) from no
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
    _tell(proposal, AllocationEvent.CLASS_PROPOSED, text, names, by=by, at=at)
    return proposal


@transaction.atomic
def approve_class(proposal: ManualClass, *, by: User, at: datetime) -> ManualClass:
    """From now on the case stands where another than the approver has said."""
    proposal = _held(proposal)
    if proposal.set_by_id == by.pk:
        raise ClassRefused(_("Den som foreslo prioriteten, kan ikke godkjenne den."))
    if is_disqualified(by, proposal.application):
        raise ClassRefused(_("Du er inhabil i denne saken. En annen må ta den."))
    save(proposal, by, approved_at=at, approved_by=by)
    names = {each.number: each.name for each in policies.in_force(local_date(at)).classes}
    _tell(
        proposal,
        AllocationEvent.CLASS_APPROVED,
        _("Godkjent %(what)s: %(why)s"),
        names,
        by=by,
        at=at,
    )
    return proposal


@transaction.atomic
def decline_class(proposal: ManualClass, *, reason: str, by: User, at: datetime) -> None:
    """Said no to, or taken back by who proposed it. The history and the timeline keep it."""
    proposal = _held(proposal)
    names = {each.number: each.name for each in policies.in_force(local_date(at)).classes}
    proposal._history_user = by
    text = _("Ikke godkjent %(what)s: %(why)s")
    if proposal.set_by_id == by.pk:
        text = _("Trukket forslag om %(what)s: %(why)s")
    proposal.reason = reason.strip()
    _tell(proposal, AllocationEvent.CLASS_DECLINED, text, names, by=by, at=at)
    proposal.delete()


def _held(proposal: ManualClass) -> ManualClass:
    # Of two who answer, the second sees that it is done, or gone.
    found = (
        ManualClass.objects.select_for_update(of=("self",), no_key=True)
        .select_related("application__person")
        .filter(pk=proposal.pk, approved_at__isnull=True)
        .first()
    )
    if found is None:
        raise ClassRefused(_("Forslaget er allerede svart på."))
    return found


def _tell(
    proposal: ManualClass,
    kind: AllocationEvent,
    text: str,
    names: dict[int, str],
    *,
    by: User,
    at: datetime,
) -> None:
    number = proposal.class_number
    what = _("prioritet %(n)s %(name)s") % {"n": number, "name": names.get(number, "")}
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
