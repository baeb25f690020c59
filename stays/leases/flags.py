"""Flags for leases that expire (need H8): some months before the end, and some days after it.

The months are `lease_horizon_months` (12, 6, 3, 1), the days `lease_overdue_days` (0, 30, 60, 80).
A tenant who stays `lease_indefinite_months` after the end without a written request to leave gets
an indefinite lease (husll. § 9-2). Each warning is a level, and replaces the earlier ones. A flag
is about one end date, so a renewal closes it. A written request to leave, if in time, closes
the flags after the end, since the lease no longer becomes indefinite.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.enums import FlagKind
from casework.log.flags import FlagWording, due_words
from casework.log.raising import LEVEL, FlagRule, due_on
from casework.models import Flag
from common.calendar import add_months
from common.formatting import days_nb, short_date
from common.jobs import JobResult
from common.sql import local_day
from stays.enums import StepKind

LEASES = f"""
running AS (
    SELECT l.id, s.person_id, l.application_id, l.expires_on, l.agreed_on,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id,
        (SELECT count(*) FROM unnest(%(months)s::int[]) m
            WHERE (l.expires_on - make_interval(months => m))::date <= %(on)s::date)::int AS before,
        (SELECT count(*) FROM unnest(%(days)s::int[]) d
            WHERE l.expires_on + d <= %(on)s::date)::int AS after,
        EXISTS (
            SELECT FROM stays_tenancystep t
            WHERE t.lease_id = l.id AND t.kind = %(StepKind.ASKED_TO_LEAVE)s AND t.on >= l.starts_on
                AND t.on <= %(on)s::date
                AND t.on <= (l.expires_on + make_interval(months => %(indefinite)s::int))::date
                -- A request from before it was prolonged was about an earlier end.
                AND NOT EXISTS (
                    SELECT FROM stays_leaserenewal r
                    WHERE r.lease_id = l.id AND {local_day("r.prolonged_at")} > t.on)
        ) AS asked
    FROM stays_lease l
    JOIN stays_stay s ON s.id = l.stay_id
    JOIN casework_person p ON p.id = s.person_id
    LEFT JOIN casework_application a ON a.id = l.application_id
    WHERE l.expires_on <= (%(on)s::date + make_interval(months => %(furthest)s::int))::date
        AND l.agreed_on <= %(on)s::date
        AND coalesce(upper(s.period), 'infinity'::date) > %(on)s::date
),
wanted AS (
    SELECT person_id, application_id, id || ':' || expires_on AS key, before + after AS level,
        CASE WHEN after > 0 THEN (%(days)s::int[])[after] ELSE (%(months)s::int[])[before] END
            AS threshold,
        jsonb_build_object('lease', id, 'expires_on', expires_on,
            'stage', CASE WHEN after > 0 THEN 'after' ELSE 'before' END,
            'indefinite_months', %(indefinite)s::int) AS facts,
        owner_id, %(due_on)s::date AS due_on
    FROM running WHERE before + after > 0 AND NOT (after > 0 AND asked)
)"""


def _params(on: date) -> dict[str, Any]:
    numbers = settings_table.values(
        on, "lease_horizon_months", "lease_overdue_days", "lease_indefinite_months"
    )
    months = sorted(numbers["lease_horizon_months"], reverse=True)
    return {
        "months": months,
        "furthest": max(months, default=0),
        "days": sorted(numbers["lease_overdue_days"]),
        "indefinite": numbers["lease_indefinite_months"],
        "due_on": due_on(on),
    }


def lease_words(flag: Flag, on: date) -> FlagWording:
    expires = date.fromisoformat(flag.facts["expires_on"])
    when, color = due_words(flag.due_on, on)
    if flag.facts["stage"] == "after":
        limit = add_months(expires, flag.facts["indefinite_months"])
        over = (on - expires).days
        why = _("Leietiden gikk ut %(date)s, for %(days)s siden. Uten skriftlig krav om å flytte")
        why = f"{why} " + _("før %(limit)s blir leieforholdet tidsubestemt (husll. § 9-2).")
        days = days_nb(max(over, 0))
        values = {"date": short_date(expires), "days": days, "limit": short_date(limit)}
        step = _("Avgjør nå: ny kontrakt, eller skriftlig krav om å flytte.")
        color = "danger"
    else:
        why = _("Leietiden går ut %(date)s (varsles %(months)s måneder før).")
        values = {"date": short_date(expires), "months": flag.threshold}
        step = _("Snakk med leietakeren, og ta stilling til forlengelse.")
    return FlagWording(
        why=why % values,
        next=step,
        action=_("Følg opp"),
        action_url=reverse("stays:lease", args=[flag.facts["lease"]]),
        color=color,
        when=when,
        sub=_("leietid"),
        icon="Calendar",
    )


LEASE = FlagRule(
    kind=FlagKind.LEASE,
    words=lease_words,
    wanted=LEASES,
    params=_params,
    enums=(StepKind,),
    level=LEVEL,
    threshold=True,
    due_from_run=True,
    dated=True,
)


def flag_leases(on: date) -> JobResult:
    """Raise and close the flags for leases that expire. Safe to run twice, or for any date."""
    return LEASE.run(on)
