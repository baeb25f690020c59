"""Flags of applications: an interim reply that is due, and papers that have not come (need C6).

The SQL of an interim reply counts as `deadlines.interim_reply`.
"""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.settings_table import in_force
from casework.log.enums import (
    APPLICATION_ALIVE,
    APPLICATION_OPEN,
    ApplicationState,
    FlagKind,
    LetterKind,
)
from casework.log.flags import FlagWording, due_words, registered_by, who
from casework.log.models import Flag
from casework.log.raising import FlagRule, user_name
from common.calendar import first_working_day, holidays_around
from common.formatting import short_date
from common.jobs import JobResult
from common.sql import enum_values, local_day

# From the first day to warn until somebody has replied. A case that is decided without a vedtak in
# Varig is older than Varig, and was answered then.
UNANSWERED = f"""
received AS (
    SELECT a.id, a.person_id, a.responsible_id, a.registered_by_id,
        {local_day("a.received_at")} AS received
    FROM casework_application a
    WHERE a.state = ANY(%(alive)s) AND {local_day("a.received_at")} <= %(on)s::date
        AND (a.state <> %(ApplicationState.DECIDED)s OR EXISTS (
            SELECT FROM casework_vedtak v
            WHERE v.application_id = a.id AND v.issued_on > %(on)s::date))
        AND coalesce({local_day("a.interim_reply_at")} > %(on)s::date, true)
        AND NOT EXISTS (
            SELECT FROM casework_vedtak v
            WHERE v.application_id = a.id AND v.issued_on <= %(on)s::date)
),
clock AS (
    SELECT r.*, r.received + {in_force("interim_reply_warn_days", "r.received")} AS warn,
        (r.received + make_interval(
            months => {in_force("interim_reply_months", "r.received")}))::date AS falls
    FROM received r
),
wanted AS (
    SELECT c.person_id, c.id AS application_id, c.id::text AS key,
        jsonb_build_object('received', c.received, 'warn', c.warn, 'due', d.due,
            'by', {user_name("c.registered_by_id")}) AS facts,
        coalesce(c.responsible_id, p.responsible_id) AS owner_id, d.due AS due_on
    FROM clock c
    JOIN casework_person p ON p.id = c.person_id
    CROSS JOIN LATERAL (SELECT {first_working_day("c.falls")} AS due) d
    WHERE c.warn <= %(on)s::date
)"""

# Papers we asked for by letter, missing after the due day; one flag for each letter.
MISSING = f"""
wanted AS (
    SELECT a.person_id, a.id AS application_id, r.id::text AS key,
        jsonb_build_object('asked', {local_day("r.asked_at")}, 'papers', count(*),
            'due', r.due_on, 'by', {user_name("r.asked_by_id")}) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, r.due_on
    FROM casework_paperrequest r
    JOIN casework_missingpaper m ON m.request_id = r.id
        AND coalesce(m.received_on > %(on)s::date, true)
    JOIN casework_application a ON a.id = r.application_id AND a.state = ANY(%(open)s)
    JOIN casework_person p ON p.id = a.person_id
    WHERE r.due_on < %(on)s::date
    GROUP BY r.id, a.id, p.responsible_id
)"""

# Who wrote the letter that promised the day.
PROMISED_BY = """coalesce((
        SELECT letter.made_by_id FROM casework_letter letter
        WHERE letter.application_id = a.id AND letter.kind = %(LetterKind.INTERIM)s
        ORDER BY letter.made_at DESC LIMIT 1), a.interim_reply_by_id)"""

# The day the person was told to expect an answer comes soon, or has come, and there is none. A new
# letter with a new day is a new matter.
PROMISES = f"""
wanted AS (
    SELECT a.person_id, a.id AS application_id, a.id || ':' || a.promised_on AS key,
        jsonb_build_object('promised', a.promised_on, 'by', {user_name(PROMISED_BY)}) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, a.promised_on AS due_on
    FROM casework_application a
    JOIN casework_person p ON p.id = a.person_id
    WHERE a.promised_on - {in_force("promised_warn_days", "%(on)s::date")} <= %(on)s::date
        AND a.state = ANY(%(open)s)
        AND NOT EXISTS (
            SELECT FROM casework_vedtak v
            WHERE v.application_id = a.id AND v.issued_on <= %(on)s::date)
)"""


def interim_words(flag: Flag, on: date) -> FlagWording:
    """What the flag of an interim reply says (fvl. § 11 a)."""
    received = date.fromisoformat(flag.facts["received"])
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("Søknaden kom %(date)s Du må svare innen én måned (fvl. § 11 a).")
        % {"date": short_date(received)}
        + registered_by(flag),
        next=_("Send foreløpig svar, eller fatt vedtak."),
        action=_("Skriv svar"),
        action_url=reverse("casework:interim_reply", args=[flag.application_id]),
        color=color,
        when=when,
        sub=_("foreløpig svar"),
        icon="Clock",
    )


def papers_words(flag: Flag, on: date) -> FlagWording:
    """What the flag of missing papers says: the case goes on with what is known."""
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("%(who)s ba om papirer %(asked)s De skulle vært her %(due)s Vår frist løper.")
        % {
            "who": who(flag),
            "asked": short_date(date.fromisoformat(flag.facts["asked"])),
            "due": short_date(date.fromisoformat(flag.facts["due"])),
        },
        next=_("Ring, og hjelp til å skaffe dem, eller avgjør saken med det vi har."),
        action=_("Åpne saken"),
        action_url=reverse("casework:application", args=[flag.application_id]) + "#papirer",
        color=color,
        when=when,
        sub=_("papirer"),
        icon="FileText",
    )


def promised_words(flag: Flag, on: date) -> FlagWording:
    """What the flag of a promised day says."""
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("%(who)s skrev til personen at svaret skal komme innen %(day)s")
        % {"who": who(flag), "day": short_date(date.fromisoformat(flag.facts["promised"]))},
        next=_("Fatt vedtak, eller send et nytt foreløpig svar med ny dag."),
        action=_("Åpne saken"),
        action_url=reverse("casework:application", args=[flag.application_id]),
        color=color,
        when=when,
        sub=_("lovet svar"),
        icon="Clock",
    )


INTERIM_REPLY = FlagRule(
    kind=FlagKind.INTERIM_REPLY,
    words=interim_words,
    wanted=UNANSWERED,
    params=lambda on: {"alive": enum_values(APPLICATION_ALIVE), "holidays": holidays_around(on)},
    enums=(ApplicationState,),
)
PAPERS = FlagRule(
    kind=FlagKind.PAPERS,
    words=papers_words,
    wanted=MISSING,
    params=lambda on: {"open": enum_values(APPLICATION_OPEN)},
)


PROMISED = FlagRule(
    kind=FlagKind.PROMISED,
    words=promised_words,
    wanted=PROMISES,
    params=lambda on: {"open": enum_values(APPLICATION_OPEN)},
    enums=(LetterKind,),
)


def flag_deadlines(on: date) -> JobResult:
    """Update the flags of interim replies as of a date (fvl. § 11 a). Safe to run twice."""
    return INTERIM_REPLY.run(on)


def flag_papers(on: date) -> JobResult:
    """Update the flags of missing papers as of a date. Safe to run twice."""
    return PAPERS.run(on)


def flag_promises(on: date) -> JobResult:
    """Flag the days people were promised an answer by. Safe to run twice, and for any date."""
    return PROMISED.run(on)
