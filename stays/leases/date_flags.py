"""Flags for the dates of a tenancy and of what was granted (needs H9, H10, T8).

* `tenancy`: a step that stands and whose deadline is here; a day of eviction from the day it is
  known (level 1), and again `eviction_red_days` before it (level 2); a plan that should have been
  looked at again.
* `readiness`: something agreed for before moving in (a viewing, keys …) whose day is past.
* `grant`: a vedtak that runs out within `grant_warn_days` (level 1), or has run out (level 2),
  without a home; a temporary place that was granted until a day that is past, whether or not its
  vedtak is in Varig, and the person is still there. One flag for each case, and for each place.
* `longest_stay`: the day the person should have moved on by, since the house has a longest stay, is
  within `grant_warn_days` (level 1), or has gone (level 2).

A tenancy is shown by its dates, whether or not somebody has reported it as at risk.
"""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import settings_table
from casework.applications.present_case import PRESENT_CASE, case_params
from casework.log.enums import (
    APPLICATION_ALIVE,
    GRANTED,
    FlagKind,
    VedtakState,
)
from casework.log.flags import FlagWording, due_words, registered_by
from casework.log.raising import LEVEL, FlagRule, user_name
from casework.models import Flag
from casework.vedtak.completeness import PLACE_BASIS
from casework.vedtak.standing import LAST_DAY, STANDS
from common.formatting import months_nb, short_date
from common.jobs import JobResult
from common.sql import enum_values, local_day
from stays.enums import Readiness, RiskOutcome, StayKind, StepKind
from stays.homes import has_home, has_home_params
from stays.households import HOUSEHOLDS

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


def _taken(step: str) -> str:
    """SQL for the day a step was taken: for a day of eviction ahead, the day it became known."""
    return f"least({step}.on, {local_day(f'{step}.logged_at')})"


# SQL condition: the step `t` stands on the date. No later step of the legal course has followed,
# and no risk that is closed since settles it. A conversation settles only an earlier one. A day of
# eviction stands until there is another, the tenant may stay, or the tenancy is over.
STEP_STANDS = f"""
    {_taken("t")} <= %(on)s::date
    AND NOT EXISTS (
        SELECT FROM stays_tenancystep later
        WHERE later.lease_id = t.lease_id AND {_taken("later")} <= %(on)s::date
            AND ({_taken("later")}, later.id) > ({_taken("t")}, t.id)
            AND (later.kind = t.kind OR later.kind <> %(StepKind.CONTACT)s
                AND t.kind <> %(StepKind.EVICTION_DAY)s))
    AND NOT EXISTS (
        SELECT FROM stays_tenancyrisk settled
        WHERE settled.lease_id = t.lease_id AND settled.closed_at >= t.logged_at
            AND {local_day("settled.closed_at")} <= %(on)s::date
            AND (t.kind <> %(StepKind.EVICTION_DAY)s OR settled.outcome <> %(RiskOutcome.LOST)s))"""

STEPS = f"""
wanted AS (
    SELECT s.person_id, l.application_id, concat_ws(':', 'steg', t.id, d.due) AS key,
        CASE WHEN t.kind = %(StepKind.EVICTION_DAY)s AND d.due - %(red)s::int <= %(on)s::date
            THEN 2 ELSE 1 END AS level,
        jsonb_build_object('lease', l.id, 'step', t.kind, 'taken', t.on, 'due', d.due,
            'by', {user_name("t.logged_by_id")}) AS facts,
        {OWNER} AS owner_id, d.due AS due_on
    {LEASE}
    JOIN stays_tenancystep t ON t.lease_id = l.id
    CROSS JOIN LATERAL (
        SELECT CASE t.kind WHEN %(StepKind.EVICTION_DAY)s THEN t.on ELSE t.due_on END AS due) d
    WHERE (t.kind = %(StepKind.EVICTION_DAY)s OR d.due <= %(on)s::date) AND {STEP_STANDS}
    UNION ALL
    -- Another day for the plan is another matter, however near, so it is in the key twice.
    SELECT s.person_id, l.application_id, concat_ws(':', 'plan', r.id, r.review_on, r.review_on),
        1, jsonb_build_object('lease', l.id, 'step', '', 'due', r.review_on),
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

# What stands of what is granted with a last day: the newest for each legal basis of a case. For a
# temporary place the newest of the person, since it may be renewed under a new application.
GRANTS = f"""
{PRESENT_CASE},
newest AS (
    SELECT DISTINCT ON (w.whose, b.code)
        v.id, v.application_id, v.issued_on, {LAST_DAY} AS valid_to, a.person_id,
        b.code = %(place_basis)s AS is_place
    FROM casework_vedtak v
    JOIN casework_vedtakoutcome o ON {STANDS} AND o.outcome = ANY(%(granted)s)
    JOIN casework_legalbasis b ON b.id = o.basis_id
    JOIN casework_application a ON a.id = v.application_id AND a.state = ANY(%(alive)s)
    CROSS JOIN LATERAL (
        SELECT CASE b.code WHEN %(place_basis)s THEN a.person_id ELSE a.id END AS whose) w
    ORDER BY w.whose, b.code, v.issued_on DESC, v.id DESC
),
-- Who lives in a temporary place: its holder, and those who share it.
living_there AS (
    SELECT s.id, s.person_id AS holder_id, s.person_id, s.granted_until FROM stays_stay s
    WHERE s.kind = %(StayKind.TEMPORARY)s AND s.period @> %(on)s::date
    UNION ALL
    SELECT s.id, s.person_id, me.person_id, s.granted_until FROM stays_stay s
    JOIN {HOUSEHOLDS} ON other.person_id = s.person_id
    WHERE s.kind = %(StayKind.TEMPORARY)s AND s.period @> %(on)s::date
        AND me.period @> %(on)s::date AND other.period @> %(on)s::date
        AND me.living <> %(LivingArrangement.VISITING)s
        AND NOT EXISTS (
            SELECT FROM stays_stay own
            WHERE own.person_id = me.person_id AND own.kind = %(StayKind.TEMPORARY)s
                AND own.period @> %(on)s::date)
),
-- A renewal on the stay, or a newer vedtak, whichever runs longest.
place AS (
    SELECT DISTINCT ON (l.id) l.id AS stay_id, coalesce(v.person_id, l.holder_id) AS person_id,
        v.id AS vedtak_id, v.application_id, v.valid_to,
        greatest(v.valid_to, l.granted_until) AS ends
    FROM living_there l
    LEFT JOIN newest v ON v.person_id = l.person_id AND v.is_place
    ORDER BY l.id, v.valid_to DESC NULLS LAST, v.id DESC
),
ending AS (
    SELECT DISTINCT ON (person_id) person_id, application_id, vedtak_id, stay_id, ends
    FROM place
    WHERE ends < %(on)s::date OR ends = valid_to AND ends <= %(on)s::date + %(days)s::int
    ORDER BY person_id, ends DESC, stay_id
),
promised AS (
    -- Two grants of a vedtak that end on the same day are one flag.
    SELECT DISTINCT ON (v.id, v.valid_to)
        v.person_id, v.application_id, v.id AS vedtak_id, NULL::bigint AS stay_id,
        v.valid_to AS ends
    FROM newest v
    WHERE NOT v.is_place AND v.valid_to <= %(on)s::date + %(days)s::int
        AND NOT EXISTS (
            SELECT FROM stays_lease l
            WHERE l.application_id = v.application_id AND l.agreed_on <= %(on)s::date)
        AND NOT EXISTS (
            SELECT FROM stays_leaserenewal r WHERE r.application_id = v.application_id)
        AND NOT {has_home("v.person_id", "%(on)s::date", "AND lower(home.period) >= v.issued_on")}
),
wanted AS (
    SELECT w.person_id, coalesce(w.application_id, a.id) AS application_id,
        concat_ws(':', coalesce(w.vedtak_id::text, 'opphold:' || w.stay_id),
            CASE WHEN w.vedtak_id + w.stay_id IS NOT NULL THEN 'plass' END, w.ends) AS key,
        CASE WHEN w.ends < %(on)s::date THEN 2 ELSE 1 END AS level,
        jsonb_build_object('vedtak', w.vedtak_id, 'stay', w.stay_id, 'valid_to', w.ends) AS facts,
        coalesce(c.responsible_id, p.responsible_id) AS owner_id, w.ends AS due_on
    FROM (SELECT * FROM ending UNION ALL SELECT * FROM promised) w
    JOIN casework_person p ON p.id = w.person_id
    LEFT JOIN present_case a ON a.person_id = w.person_id
    LEFT JOIN casework_application c ON c.id = coalesce(w.application_id, a.id)
)"""


# Counted as `longest.longest_until`: moving between rooms of the house does not begin anew.
LONGEST = f"""
{PRESENT_CASE},
wanted AS (
    SELECT s.person_id, a.id AS application_id, h.id || ':' || since AS key,
        CASE WHEN d.until < %(on)s::date THEN 2 ELSE 1 END AS level,
        jsonb_build_object('house', h.name, 'months', h.max_stay_months, 'until', d.until)
            AS facts,
        coalesce(a.responsible_id, p.responsible_id) AS owner_id, d.until AS due_on
    FROM stays_stay s
    JOIN housing_unit u ON u.id = s.unit_id
    JOIN housing_property h ON h.id = u.property_id AND h.max_stay_months IS NOT NULL
    JOIN casework_person p ON p.id = s.person_id
    LEFT JOIN present_case a ON a.person_id = s.person_id
    CROSS JOIN LATERAL (
        SELECT lower(run) AS since FROM (
            SELECT unnest(range_agg(e.period)) AS run
            FROM stays_stay e JOIN housing_unit room ON room.id = e.unit_id
            WHERE e.person_id = s.person_id AND room.property_id = h.id) runs
        WHERE run @> %(on)s::date) r
    CROSS JOIN LATERAL (
        SELECT (r.since + make_interval(months => h.max_stay_months))::date AS until) d
    WHERE s.period @> %(on)s::date AND d.until <= %(on)s::date + %(days)s::int
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
            why = _("Utkastelse er berammet %(due)s") % {"due": due} + registered_by(flag)
            step = _("Prøv å stanse den, og avklar hvor personen skal bo.")
            color = "danger" if flag.facts.get("level", 1) > 1 else color
        else:
            why = _("%(step)s %(taken)s Fristen var %(due)s") % {
                "step": kind.label,
                "taken": short_date(date.fromisoformat(flag.facts["taken"])),
                "due": due,
            }
            why += registered_by(flag)
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
    stay, is_over = flag.facts.get("stay"), valid_to < on
    if stay and not flag.facts["vedtak"]:
        why = _("Oppholdet var innvilget til %(day)s, og personen bor der fortsatt.")
    elif stay and is_over:
        why = _("Vedtaket om midlertidig bolig gikk ut %(day)s, og personen bor der fortsatt.")
    elif stay:
        why = _("Vedtaket om midlertidig bolig går ut %(day)s, og personen bor der.")
    elif is_over:
        why = _("Vedtaket gikk ut %(day)s, uten at personen har fått et hjem.")
    else:
        why = _("Vedtaket går ut %(day)s, og personen har ikke fått et hjem.")
    if stay:
        step = _("Forleng oppholdet med en begrunnelse, eller finn et annet sted.")
        action, url = _("Forleng"), reverse("stays:renew", args=[stay])
    else:
        step = _("Fatt nytt vedtak, eller avslutt saken med en begrunnelse.")
        action = _("Åpne saken")
        url = reverse("casework:application", args=[flag.application_id])
    return FlagWording(
        why=why % {"day": short_date(valid_to)},
        next=step,
        action=action,
        action_url=url,
        color="danger" if is_over else color,
        when=when,
        sub=_("midlertidig bolig") if stay else _("vedtak"),
        icon="FileText",
    )


def longest_words(flag: Flag, on: date) -> FlagWording:
    facts, until = flag.facts, date.fromisoformat(flag.facts["until"])
    when, color = due_words(flag.due_on, on)
    is_over = until < on
    over = _("Lengste opphold i %(house)s er %(months)s. Det var ute %(day)s")
    ahead = _("Lengste opphold i %(house)s er %(months)s. Det er ute %(day)s")
    return FlagWording(
        why=(over if is_over else ahead)
        % {
            "house": facts["house"],
            "months": months_nb(facts["months"]),
            "day": short_date(until),
        },
        next=_("Avklar hvor personen skal bo videre. Ingen må ut på dagen."),
        action=_("Se hvor personen bor"),
        action_url=reverse("desk:person_stays", args=[flag.person_id]),
        color="danger" if is_over else color,
        when=when,
        sub=_("lengste opphold"),
        icon="Calendar",
    )


TENANCY = FlagRule(
    kind=FlagKind.TENANCY,
    words=tenancy_words,
    wanted=STEPS,
    params=lambda on: {"red": settings_table.value("eviction_red_days", on)},
    enums=(StepKind, RiskOutcome),
    level=LEVEL,
    dated=True,
)
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
        **case_params(),
        **has_home_params(),
    },
    enums=(VedtakState, StayKind),
    level=LEVEL,
)
LONGEST_STAY = FlagRule(
    kind=FlagKind.LONGEST_STAY,
    words=longest_words,
    wanted=LONGEST,
    params=lambda on: {**case_params(), "days": settings_table.value("grant_warn_days", on)},
    level=LEVEL,
    dated=True,
)


def flag_dates(on: date) -> JobResult:
    """Flag the dates of tenancies, grants and houses. Safe to run twice, and for any date."""
    return TENANCY.run(on) + READINESS.run(on) + GRANT.run(on) + LONGEST_STAY.run(on)
