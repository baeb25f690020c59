"""Flags for the dates of a tenancy and of what was granted (needs H9, H10, T8).

* `tenancy`: a step whose deadline is here and that no later step has followed; a day of eviction
  from the day it is known; a plan that should have been looked at again.
* `readiness`: something agreed for before moving in (a viewing, keys …) whose day is past.
* `grant`: a vedtak that runs out within `grant_warn_days`, or has run out, without a home.

A tenancy is shown by its dates, whether or not somebody has reported it as at risk.
"""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.log.enums import (
    APPLICATION_ALIVE,
    GRANTED,
    FlagKind,
    VedtakState,
)
from casework.log.flags import FlagWording, due_words
from casework.log.raising import LEVEL, FlagRule
from casework.models import Flag
from casework.vedtak.completeness import PLACE_BASIS
from casework.vedtak.standing import LAST_DAY, STANDS
from common.formatting import short_date
from common.jobs import JobResult
from common.sql import enum_values, local_day
from stays.enums import Readiness, StayKind, StepKind

OWNER = """coalesce((
        SELECT risk.responsible_id FROM stays_tenancyrisk risk
        WHERE risk.lease_id = l.id AND risk.closed_at IS NULL LIMIT 1),
        a.responsible_id, p.responsible_id)"""

LEASE = """
    FROM stays_lease l
    JOIN stays_stay s ON s.id = l.stay_id
        AND lower(s.period) <= %(on)s::date
        AND coalesce(upper(s.period), 'infinity'::date) > %(on)s::date
    JOIN casework_person p ON p.id = s.person_id
    LEFT JOIN casework_application a ON a.id = l.application_id"""

STEPS = f"""
wanted AS (
    SELECT s.person_id, l.application_id, 'steg:' || t.id AS key,
        jsonb_build_object('lease', l.id, 'step', t.kind, 'taken', t.on,
            'due', coalesce(t.due_on, t.on)) AS facts,
        {OWNER} AS owner_id, coalesce(t.due_on, t.on) AS due_on
    {LEASE}
    JOIN stays_tenancystep t ON t.lease_id = l.id
    WHERE (t.kind = %(StepKind.EVICTION_DAY)s AND {local_day("t.logged_at")} <= %(on)s::date
            OR t.due_on <= %(on)s::date AND t.on <= %(on)s::date)
        AND NOT EXISTS (
            SELECT FROM stays_tenancystep later
            WHERE later.lease_id = l.id AND {local_day("later.logged_at")} <= %(on)s::date
                AND (later.on, later.id) > (t.on, t.id))
        -- A risk that is closed since settles the step.
        AND NOT EXISTS (
            SELECT FROM stays_tenancyrisk settled
            WHERE settled.lease_id = l.id AND {local_day("settled.closed_at")} >= t.on
                AND {local_day("settled.closed_at")} <= %(on)s::date
                AND settled.closed_at >= t.logged_at)
    UNION ALL
    SELECT s.person_id, l.application_id, 'plan:' || r.id || ':' || r.review_on,
        jsonb_build_object('lease', l.id, 'step', '', 'due', r.review_on),
        r.responsible_id, r.review_on
    {LEASE}
    JOIN stays_tenancyrisk r ON r.lease_id = l.id
    WHERE r.review_on <= %(on)s::date AND {local_day("r.opened_at")} <= %(on)s::date
        AND coalesce({local_day("r.closed_at")} > %(on)s::date, true)
)"""

NOT_READY = f"""
wanted AS (
    SELECT s.person_id, l.application_id, i.id || ':' || i.due_on AS key,
        jsonb_build_object('lease', l.id, 'kind', i.kind, 'due', i.due_on) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, i.due_on
    FROM stays_readinessitem i
    JOIN stays_lease l ON l.id = i.lease_id
    JOIN stays_stay s ON s.id = l.stay_id
        AND coalesce(upper(s.period), 'infinity'::date) > %(on)s::date
    JOIN casework_person p ON p.id = s.person_id
    LEFT JOIN casework_application a ON a.id = l.application_id
    WHERE i.due_on < %(on)s::date AND i.not_needed = ''
        AND coalesce({local_day("i.done_at")} > %(on)s::date, true)
)"""

# What stands in each case that grants something with a last day: the newest for each legal basis.
# A temporary place matters while the person is in one; the others until there is a home.
GRANTS = f"""
newest AS (
    SELECT DISTINCT ON (v.application_id, b.code) v.id, v.application_id, v.issued_on,
        {LAST_DAY} AS valid_to, b.code = %(place_basis)s AS is_place
    FROM casework_vedtak v
    JOIN casework_vedtakoutcome o ON {STANDS} AND o.outcome = ANY(%(granted)s)
    JOIN casework_legalbasis b ON b.id = o.basis_id
    ORDER BY v.application_id, b.code, v.issued_on DESC, v.id DESC
),
wanted AS (
    -- Two grants of a vedtak that end on the same day are one flag.
    SELECT DISTINCT ON (v.id, v.valid_to)
        a.person_id, a.id AS application_id, v.id || ':' || v.valid_to AS key,
        CASE WHEN v.valid_to < %(on)s::date THEN 2 ELSE 1 END AS level,
        jsonb_build_object('vedtak', v.id, 'valid_to', v.valid_to) AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, v.valid_to AS due_on
    FROM newest v
    JOIN casework_application a ON a.id = v.application_id AND a.state = ANY(%(alive)s)
    JOIN casework_person p ON p.id = a.person_id
    WHERE v.valid_to <= %(on)s::date + %(days)s::int
        AND CASE WHEN v.is_place THEN EXISTS (
                SELECT FROM stays_stay t
                WHERE t.person_id = a.person_id AND t.kind = %(StayKind.TEMPORARY)s
                    AND t.period @> %(on)s::date)
            ELSE NOT EXISTS (
                SELECT FROM stays_lease l
                WHERE l.application_id = a.id AND l.agreed_on <= %(on)s::date)
                AND NOT EXISTS (
                SELECT FROM stays_stay home
                WHERE home.person_id = a.person_id AND home.kind = %(StayKind.LEASE)s
                    AND lower(home.period) BETWEEN v.issued_on AND %(on)s::date)
                AND NOT EXISTS (
                SELECT FROM stays_leaserenewal r WHERE r.application_id = a.id)
            END
)"""


def tenancy_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    due = short_date(date.fromisoformat(flag.facts["due"]))
    if not flag.facts["step"]:
        why = _("Planen for at personen skal bli boende, skulle vært sett på %(due)s") % {
            "due": due
        }
        step = _("Se på planen sammen, og velg en ny dag.")
    else:
        kind = StepKind(flag.facts["step"])
        if kind == StepKind.EVICTION_DAY:
            why = _("Utkastelse er berammet %(due)s") % {"due": due}
            step = _("Prøv å stanse den, og avklar hvor personen skal bo.")
        else:
            why = _("%(step)s %(taken)s Fristen var %(due)s") % {
                "step": kind.label,
                "taken": short_date(date.fromisoformat(flag.facts["taken"])),
                "due": due,
            }
            step = _("Ta stilling til neste steg, eller før at saken er løst.")
    return FlagWording(
        why=why,
        next=step,
        action=_("Åpne leieforholdet"),
        action_url=reverse("stays:lease", args=[flag.facts["lease"]]),
        color=color,
        when=when,
        sub=_("leieforhold"),
        icon="Calendar",
    )


def readiness_words(flag: Flag, on: date) -> FlagWording:
    when, color = due_words(flag.due_on, on)
    return FlagWording(
        why=_("Avtalt dag er gått: %(what)s, %(due)s")
        % {
            "what": str(Readiness(flag.facts["kind"]).label).lower(),
            "due": short_date(date.fromisoformat(flag.facts["due"])),
        },
        next=_("Skriv at det er gjort, eller avtal en ny dag."),
        action=_("Åpne leieforholdet"),
        action_url=reverse("stays:lease", args=[flag.facts["lease"]]),
        color=color,
        when=when,
        sub=_("før innflytting"),
        icon="Calendar",
    )


def grant_words(flag: Flag, on: date) -> FlagWording:
    valid_to = date.fromisoformat(flag.facts["valid_to"])
    when, color = due_words(flag.due_on, on)
    if valid_to < on:
        why = _("Vedtaket gikk ut %(day)s, uten at personen har fått et hjem.")
        color = "danger"
    else:
        why = _("Vedtaket går ut %(day)s, og personen har ikke fått et hjem.")
    return FlagWording(
        why=why % {"day": short_date(valid_to)},
        next=_("Fatt nytt vedtak, eller avslutt saken med en begrunnelse."),
        action=_("Åpne saken"),
        action_url=reverse("casework:application", args=[flag.application_id]),
        color=color,
        when=when,
        sub=_("vedtak"),
        icon="FileText",
    )


TENANCY = FlagRule(kind=FlagKind.TENANCY, words=tenancy_words, wanted=STEPS, enums=(StepKind,))
READINESS = FlagRule(kind=FlagKind.READINESS, words=readiness_words, wanted=NOT_READY)
GRANT = FlagRule(
    kind=FlagKind.GRANT,
    words=grant_words,
    wanted=GRANTS,
    params=lambda on: {
        "granted": enum_values(GRANTED),
        "place_basis": PLACE_BASIS,
        "alive": enum_values(APPLICATION_ALIVE),
        "days": settings_table.value("grant_warn_days", on),
    },
    enums=(VedtakState, StayKind),
    level=LEVEL,
)


def flag_dates(on: date) -> JobResult:
    """Flag the dates of tenancies and grants. Safe to run twice, and for any date."""
    return TENANCY.run(on) + READINESS.run(on) + GRANT.run(on)
