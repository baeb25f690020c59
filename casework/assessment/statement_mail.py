"""E-mails about statements: say only that there is a question, where, and by when (need S8)."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import send_mail
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.absence import away
from common.formatting import nbdate

from . import statement_links as links

if TYPE_CHECKING:
    from .models import Statement

ASKED, REMINDED, LATE = "asked", "reminded", "late"
log = logging.getLogger(__name__)


def send(statement: Statement, kind: str) -> bool:
    """Send an e-mail to the one asked; returns whether it was sent.

    A failure is only logged: the question is in Varig, and the link can be sent another way."""
    to = statement.helper_email
    if statement.asked_of:
        # Nobody without a role is written to: they cannot answer.
        today = timezone.localdate()  # noqa: TID251 the mail is sent now
        asked = away(today).get(statement.asked_of_id, statement.asked_of)
        to = asked.email if asked.is_active and asked.current_roles else ""
    if not to:
        return False
    subject, opening = {
        ASKED: (_("Spørsmål om en uttalelse"), _("Du er spurt om en uttalelse.")),
        REMINDED: (_("Påminnelse om en uttalelse"), _("En uttalelse du er spurt om, venter.")),
        LATE: (_("Fristen for en uttalelse er ute"), _("Fristen for en uttalelse er ute.")),
    }[kind]
    if statement.is_outside:
        where = _(
            "Åpne lenken: %(link)s\n\nDu trenger også en kode. Den får du på telefon av den som "
            "spurte deg. Lenken kan brukes én gang, til og med %(until)s."
        ) % {"link": link(statement), "until": nbdate(statement.link_until)}
    else:
        where = _("Logg inn i Varig: den står på Min dag.")
    body = "\n\n".join(
        [
            opening,
            _("Svar gjerne innen %(day)s.") % {"day": nbdate(statement.due_on)},
            where,
            _("Denne e-posten kan ikke besvares."),
        ]
    )
    try:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [to])
    except OSError:
        log.warning("A mail about statement %s could not be sent", statement.pk)
        return False
    return True


def link(statement: Statement) -> str:
    """The full address where an outside helper answers."""
    return statement.origin + reverse("casework:statement_outside", args=[links.token(statement)])
