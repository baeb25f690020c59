"""Flags for people who live in a temporary place without services or contact (need T6).

Raised for a person with no active service and no contact in the last `no_service_days`. Closed by
a service, a contact, or the end of the stay. If contact begins and stops again, a new flag is
raised. If a user closed the flag, none is raised again in this chain.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import settings_table
from casework.applications.present_case import PRESENT_CASE, case_params
from casework.follow_up.contact import no_service_sql
from casework.log.enums import FlagKind
from casework.log.flags import FlagWording, due_words, follow_up_url
from casework.log.raising import FlagRule, due_on
from casework.models import Flag
from common.formatting import short_date
from common.jobs import JobResult

from .chains import chain_ctes, chain_params


def _alone() -> str:
    return f"""
{chain_ctes()},
{PRESENT_CASE},
wanted AS (
    SELECT c.person_id, a.id AS application_id, c.chain_start::text AS key,
        %(days)s::int AS threshold,
        jsonb_build_object('chain_start', c.chain_start, 'days', %(days)s::int) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, %(due_on)s::date AS due_on
    FROM chain c
    JOIN casework_person p ON p.id = c.person_id
    LEFT JOIN present_case a ON a.person_id = c.person_id
    WHERE c.is_open AND c.speaks_for AND {no_service_sql("c.person_id")}
)"""


def _params(on: date) -> dict[str, Any]:
    days = settings_table.value("no_service_days", on)
    return {
        **chain_params(on),
        **case_params(),
        "days": days,
        "contact_after": on - timedelta(days=days),
        "due_on": due_on(on),
    }


def no_service_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    since = short_date(date.fromisoformat(flag.facts["chain_start"]))
    days = flag.facts["days"]
    alone = ngettext("på én dag", "på %(days)s dager", days) % {"days": days}
    return FlagWording(
        why=_("Midlertidig bolig siden %(date)s Ingen tjeneste, og ingen kontakt %(alone)s.")
        % {"date": since, "alone": alone},
        next=_("Ta kontakt, og avklar hvem som følger opp."),
        action=_("Følg opp"),
        action_url=follow_up_url(flag),
        color=color,
        when=when,
        sub=_("uten oppfølging"),
        icon="PersonCross",
    )


NO_SERVICE = FlagRule(
    kind=FlagKind.NO_SERVICE,
    words=no_service_words,
    wanted=_alone,  # a function, since other apps register what counts as contact
    params=_params,
    threshold=True,
    due_from_run=True,
    dated=True,
)


def _mark_stays(on: date) -> None:
    """Bring the mark on the open flags of long stays in line with what is so on the date: somebody
    may follow the person up since, or have stopped."""
    alone = no_service_sql("f.person_id")
    statement = f"""
UPDATE casework_flag f SET marks = CASE WHEN m.alone THEN array_append(f.marks, %(mark)s)
    ELSE array_remove(f.marks, %(mark)s) END
FROM (SELECT f.id, {alone} AS alone FROM casework_flag f
      WHERE f.kind = %(kind)s AND f.closed_on IS NULL AND f.raised_on <= %(on)s::date) m
WHERE m.id = f.id AND m.alone <> (f.marks @> ARRAY[%(mark)s]::varchar[])"""
    days = settings_table.value("no_service_days", on)
    params = {
        "on": on,
        "contact_after": on - timedelta(days=days),
        "kind": FlagKind.TEMPORARY_STAY,
        "mark": FlagKind.NO_SERVICE,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def flag_no_service(on: date) -> JobResult:
    """Raise and close the flags of this module, and mark the flags of long stays. Safe to run
    twice, or for any date."""
    result = NO_SERVICE.run(on)
    _mark_stays(on)
    return result
