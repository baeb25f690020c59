"""Flags for tasks and cases that the receiving unit has not acknowledged (needs C6, C23).

Closed by the job when the facts change, and at once when somebody acknowledges.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import CASE_ROLES, RoleKind
from casework.log import deadlines
from casework.log.enums import PROTECTED, FlagKind
from casework.log.flags import FlagWording, due_words, who
from casework.log.models import Flag
from casework.log.raising import FlagRule, user_name
from common.calendar import next_working_day
from common.formatting import short_date
from common.jobs import JobResult
from common.sql import enum_values, local_day


def transfer_key(transfer_id: int) -> str:
    """The flag key of a case sent to another unit. A task's flag has the task's own key."""
    return f"sak:{transfer_id}"


# The flag belongs to the named receiver; else to a manager at the receiving unit, or another who
# reads cases there, if they may see the person; else to the sender.
UNACKNOWLEDGED = f"""
late AS (
    SELECT h.person_id, h.application_id, h.id::text AS key, h.to_unit_id, h.to_user_id,
        h.sent_by_id, {local_day("h.sent_at")} AS sent,
        jsonb_build_object('handover', h.id, 'what', h.what) AS facts
    FROM casework_handover h
    WHERE {local_day("h.sent_at")} <= %(before)s::date
        AND coalesce({local_day("h.acknowledged_at")} > %(on)s::date, true)
    UNION ALL
    -- When a case is sent again, the new transfer acknowledges the earlier one.
    SELECT a.person_id, a.id, 'sak:' || t.id, t.to_unit_id, NULL, t.sent_by_id,
        {local_day("t.sent_at")}, jsonb_build_object('transfer', t.id, 'why', t.reason)
    FROM casework_unittransfer t
    JOIN casework_application a ON a.id = t.application_id
    WHERE {local_day("t.sent_at")} <= %(before)s::date
        AND coalesce({local_day("t.acknowledged_at")} > %(on)s::date, true)
),
wanted AS (
    SELECT l.person_id, l.application_id, l.key,
        l.facts || jsonb_build_object('sent', l.sent, 'unit', u.name,
            'by', {user_name("l.sent_by_id")}) AS facts,
        coalesce(l.to_user_id, there.user_id, l.sent_by_id) AS owner_id,
        %(due_on)s::date AS due_on
    FROM late l
    JOIN accounts_organisationunit u ON u.id = l.to_unit_id
    JOIN casework_person p ON p.id = l.person_id
    LEFT JOIN LATERAL (
        SELECT r.user_id FROM accounts_role r
        JOIN accounts_user w ON w.id = r.user_id AND w.is_active
        WHERE r.unit_id = l.to_unit_id AND r.period @> %(on)s::date AND r.kind = ANY (%(roles)s)
            AND (NOT (p.protection = ANY (%(protected)s) OR p.beside_protected) OR EXISTS (
                SELECT FROM accounts_role s WHERE s.user_id = r.user_id
                    AND s.period @> %(on)s::date AND s.protected_access))
            AND (NOT (p.shielded OR p.beside_shielded) OR EXISTS (
                SELECT FROM accounts_role s WHERE s.user_id = r.user_id
                    AND s.period @> %(on)s::date AND s.shielded_access))
        ORDER BY r.kind <> %(RoleKind.MANAGER)s, r.user_id LIMIT 1
    ) there ON true
)"""


def _params(on: date) -> dict[str, Any]:
    return {
        "before": deadlines.last_late_start(deadlines.handover, on, "handover_days"),
        "due_on": next_working_day(on),
        "roles": enum_values(CASE_ROLES),
        "protected": enum_values(PROTECTED),
    }


# ------------------------------------------------------------------ in words


def handover_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    values_shown = {
        "who": who(flag),
        "unit": flag.facts["unit"],
        "day": short_date(date.fromisoformat(flag.facts["sent"])),
        "what": flag.facts.get("what", ""),
    }
    if "transfer" in flag.facts:
        why = _(
            "%(who)s sendte saken til %(unit)s %(day)s Ingen der har bekreftet at den er kommet."
        )
        step = _("Åpne saken, bekreft at den er mottatt, og gi den til en som kan ta den.")
        action, sub = _("Åpne saken"), _("sendt sak")
        url = reverse("casework:application", args=[flag.application_id])
    else:
        why = _("%(who)s sendte «%(what)s» til %(unit)s %(day)s Ingen har kvittert.")
        step = _("Kvitter for oppgaven, eller få avklart hvem på enheten som tar den.")
        action, sub = _("Åpne oppgaven"), _("overlevering")
        url = reverse("casework:handover", args=[flag.facts["handover"]])
    return FlagWording(
        why=why % values_shown,
        next=step,
        action=action,
        action_url=url,
        color=color,
        when=when,
        sub=sub,
        icon="Clock",
    )


HANDOVER = FlagRule(
    kind=FlagKind.HANDOVER,
    words=handover_words,
    wanted=UNACKNOWLEDGED,
    params=_params,
    enums=(RoleKind,),
    due_from_run=True,
)


def flag_handovers(on: date) -> JobResult:
    """Flag what nobody has acknowledged within `handover_days` working days, by the setting in
    force on the day it was sent. Safe to run twice, or for any date."""
    return HANDOVER.run(on)
