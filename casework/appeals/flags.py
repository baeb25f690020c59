"""Flags of appeals: those we must reverse or forward, and those the appeals body must answer.

The SQL counts as `deadlines.appeal_prepared` and `deadlines.appeal_answered`.
"""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.settings_table import in_force
from casework.log.enums import AppealState, FlagKind
from casework.log.flags import FlagWording, due_words, registered_by, who
from casework.log.models import Flag
from casework.log.raising import FlagRule, user_name
from common.calendar import first_working_day, holidays_around
from common.formatting import short_date
from common.jobs import JobResult
from common.sql import local_day

from .words import REVERSE_OR_FORWARD

# With us until forwarded or closed, and again when the appeals body requires a new vedtak.
WITH_US = f"""
    SELECT a.id, w.person_id, v.application_id, a.id::text AS key, a.received_on AS began,
        false AS is_new, coalesce(a.reviewer_id, w.responsible_id, p.responsible_id) AS owner_id,
        a.registered_by_id AS by_id
    FROM casework_appeal a
    JOIN casework_vedtak v ON v.id = a.vedtak_id
    JOIN casework_application w ON w.id = v.application_id
    JOIN casework_person p ON p.id = w.person_id
    WHERE a.received_on <= %(on)s::date AND (a.closed_on IS NULL OR a.closed_on > %(on)s::date)
        AND coalesce({local_day("a.forwarded_at")} > %(on)s::date,
            a.state <> %(AppealState.FORWARDED)s)
    UNION ALL
    SELECT a.id, w.person_id, v.application_id, a.id || ':svar', a.outcome_on, true,
        coalesce(w.responsible_id, p.responsible_id, a.reviewer_id), a.outcome_by_id
    FROM casework_appeal a
    JOIN casework_vedtak v ON v.id = a.vedtak_id
    JOIN casework_application w ON w.id = v.application_id
    JOIN casework_person p ON p.id = w.person_id
    WHERE a.state IN (%(AppealState.CHANGED)s, %(AppealState.RETURNED)s)
        AND a.closed_on <= %(on)s::date AND a.outcome_on IS NOT NULL
        AND (a.about_dismissal_id IS NULL OR EXISTS (
            SELECT FROM casework_appeal d
            WHERE d.id = a.about_dismissal_id AND d.state = %(AppealState.DISMISSED)s))
        AND NOT EXISTS (
            SELECT FROM casework_vedtak n
            WHERE n.id = a.new_vedtak_id AND n.issued_on <= %(on)s::date)"""

# With the appeals body, counted from the day it was forwarded or they were last asked.
WITH_APPEALS_BODY = f"""
    SELECT a.id, w.person_id, v.application_id, a.id || ':' || s.began AS key, s.began,
        false AS is_new, coalesce(a.reviewer_id, w.responsible_id, p.responsible_id) AS owner_id,
        a.forwarded_by_id AS by_id
    FROM casework_appeal a
    JOIN casework_vedtak v ON v.id = a.vedtak_id
    JOIN casework_application w ON w.id = v.application_id
    JOIN casework_person p ON p.id = w.person_id
    CROSS JOIN LATERAL (
        SELECT max({local_day("moment")}) AS began
        FROM (VALUES (a.forwarded_at), (a.reminded_at)) moments (moment)
        WHERE {local_day("moment")} <= %(on)s::date
    ) s
    WHERE {local_day("a.forwarded_at")} <= %(on)s::date
        AND (a.closed_on IS NULL OR a.closed_on > %(on)s::date)"""


def _due_soon(running: str, weeks: str, warn_days: str) -> str:
    """SQL for the flags of appeals whose deadline has passed or is near.

    `running` selects appeals whose clock runs on the date: id, person, case, key, the start day,
    whether it is for a new vedtak, and owner. `weeks` is a setting key; `warn_days` is SQL for the
    number of days before the deadline.
    """
    return f"""
    running AS ({running}),
    clock AS (
        SELECT r.*, {first_working_day(f"r.began + 7 * {in_force(weeks, 'r.began')}")} AS due,
            {warn_days} AS warn_days
        FROM running r
    ),
    wanted AS (
        SELECT c.person_id, c.application_id, c.key,
            jsonb_build_object('appeal', c.id, 'began', c.began, 'due', c.due, 'new', c.is_new,
                'by', {user_name("c.by_id")}) AS facts,
            c.owner_id, c.due AS due_on
        FROM clock c WHERE c.due - c.warn_days <= %(on)s::date
    )"""


# ------------------------------------------------------------------ texts


def appeal_words(flag: Flag, on: date) -> FlagWording:
    began = short_date(date.fromisoformat(flag.facts["began"]))
    when, color = due_words(flag.due_on, on)
    if flag.facts["new"]:
        why = _("Klageinstansen endret eller opphevet vedtaket %(date)s") % {"date": began}
        step = _("Skriv nytt vedtak, og få det godkjent.")
    else:
        why = _("Klagen kom %(date)s Den skal være vurdert på nytt (fvl. § 33).") % {"date": began}
        step = str(REVERSE_OR_FORWARD)
    return FlagWording(
        why=why + registered_by(flag),
        next=step,
        action=_("Åpne klagen"),
        action_url=reverse("casework:appeal", args=[flag.facts["appeal"]]),
        color=color,
        when=when,
        sub=_("klage"),
        icon="Gavel",
    )


def body_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_(
            "Klageinstansen har hatt klagen siden %(date)s, og har ikke svart. %(who)s sendte den."
        )
        % {
            "date": short_date(date.fromisoformat(flag.facts["began"])).rstrip("."),
            "who": who(flag),
        },
        next=_("Spør hvordan det går, og si fra til personen."),
        action=_("Åpne klagen"),
        action_url=reverse("casework:appeal", args=[flag.facts["appeal"]]),
        color=color,
        when=when,
        sub=_("hos klageinstansen"),
        icon="Gavel",
    )


APPEAL = FlagRule(
    kind=FlagKind.APPEAL,
    words=appeal_words,
    wanted=_due_soon(
        WITH_US, "appeal_prepare_weeks", in_force("appeal_prepare_warn_days", "r.began")
    ),
    params=lambda on: {"holidays": holidays_around(on)},
    enums=(AppealState,),
)
APPEAL_BODY = FlagRule(
    kind=FlagKind.APPEAL_BODY,
    words=body_words,
    wanted=_due_soon(WITH_APPEALS_BODY, "appeal_remind_weeks", "0"),
    params=lambda on: {"holidays": holidays_around(on)},
)


def flag_appeals(on: date) -> JobResult:
    """Update the flags of appeals, with us and with the appeals body. Safe to run twice."""
    return APPEAL.run(on) + APPEAL_BODY.run(on)
