"""The morning e-mail to users who want it: how many flags wait, and a link. It names nobody.

At most one a day per user, however often the job runs: a user is marked before the mail is sent.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.core import mail
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.absence import away
from accounts.enums import CASE_ROLES, RoleKind
from accounts.models import User
from common.jobs import JobResult

from .models import Flag


def send_summary(on: date) -> JobResult:
    """Send the summary for a date to users who want it and have not had it: three queries each."""
    stand_ins = away(on)
    wanting = User.objects.filter(daily_summary=True)
    # The mail of somebody who is away goes to who stands in for them.
    instead = [u.pk for pk, u in stand_ins.items() if wanting.filter(pk=pk).exists()]
    users = (
        User.objects.filter(Q(daily_summary=True) | Q(pk__in=instead), is_active=True)
        .exclude(pk__in=stand_ins)
        .filter(roles__kind__in=CASE_ROLES, roles__period__contains=on)
        .exclude(email="")
        .exclude(summary_sent_on__gte=on)
        .distinct()
        .order_by("pk")
    )
    emails = []
    for user in users:
        # The mail is sent now, for whatever day the job runs.
        if not any(role.kind in CASE_ROLES for role in user.current_roles):
            continue
        # Marked first, with a condition: two runs at once send one mail.
        unsent = Q(summary_sent_on__isnull=True) | Q(summary_sent_on__lt=on)
        if User.objects.filter(unsent, pk=user.pk).update(summary_sent_on=on):
            absent = [pk for pk, stand_in in stand_ins.items() if stand_in.pk == user.pk]
            emails.append(_email(user, absent, on))
    if emails:
        # A mail that fails is not sent again: better one too few than one too many.
        transaction.on_commit(lambda: mail.get_connection().send_messages(emails))
    return JobResult(raised=len(emails))


def _email(user: User, absent: list[int], on: date) -> mail.EmailMessage:
    """The counts of the user's flags, and of those of the users they stand in for."""
    mine = Q(owner__in=[user.pk, *absent])
    counts = (
        Flag.objects.visible_to(user)
        .open()
        .aggregate(
            mine=Count("pk", filter=mine),
            late=Count("pk", filter=mine & Q(due_on__lt=on)),
            new=Count("pk", filter=mine & Q(raised_on=on)),
            lifted=Count("pk", filter=Q(escalated_on__isnull=False)),
        )
    )
    lines = [
        ngettext("%(n)s varsel venter på deg.", "%(n)s varsler venter på deg.", counts["mine"])
        % {"n": counts["mine"]},
        _("Nye i dag: %(new)s. Over fristen: %(late)s.") % counts,
    ]
    if user.has_role(RoleKind.MANAGER):
        lines.append(_("Løftet til leder: %(lifted)s.") % counts)
    lines += ["", settings.PUBLIC_URL, "", _("Du slår av denne e-posten på «Min profil».")]
    return mail.EmailMessage(_("Varig: det som venter"), "\n".join(lines), to=[user.email])
