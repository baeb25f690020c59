"""The waiting list: who waits on a date, and in which order (needs A1–A3).

The order is computed by one SQL statement and never stored, so it cannot be out of date. The
statement finds who waits (`WAITING`), gathers the facts of all of them (`FACTS`), gives each a
class and tie-breaker values by the policy in force (`policy`), and numbers them. The numbers
count only the cases the user may see (docs/adr/0004-rank-and-protected.md).

An application waits if a home is granted in it, by an outcome that stands and is valid on the date
(the last day included), no lease of the application is agreed by the date, and no municipal tenancy
of the person has begun since the vedtak (a tenancy may be imported without a lease).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext as _

from accounts import settings_table
from accounts.enums import CASE_ROLES
from casework.log.enums import (
    APPLICATION_CLOSED,
    APPLICATION_OPEN,
    GRANTED,
    PROTECTED,
    ApplicationKind,
    VedtakState,
)
from casework.models import Application, HousingNeed, VedtakOutcome
from casework.persons.children import child_params, is_child
from casework.vedtak.completeness import PLACE_BASIS
from casework.vedtak.standing import FIRST_DAY, LAST_DAY, STANDS
from common.errors import RuleBroken
from common.sql import end_of_day, enum_params, enum_values, local_day, with_positional_params
from stays.enums import LASTING, StayKind, Unsuitable
from stays.homes import has_home, has_home_params
from stays.households import HOUSEHOLDS
from stays.temporary.chains import HOLDERS, chain_ctes, chain_params
from stays.temporary.section_27 import FOR_TONIGHT

from . import order
from . import policy as policies
from .enums import OfferState
from .facts import Facts
from .order import Order, days, sorted_by
from .policy import Because, Policy, PriorityClass

if TYPE_CHECKING:
    from accounts.models import User
    from stays.models import Stay

PAGE_SIZE = 50
# The legal bases of a new home. § 27 gives a temporary place, forlengelse the current home.
HOME_BASES = ("kommunal_bolig", "bytte", "boligsosialloven_6")

# The outcomes `o` that grant a home and stand on the date, with their vedtak `v`.
HOME_GRANTS = f"""
    casework_vedtak v
    JOIN casework_vedtakoutcome o ON {STANDS}
        AND o.outcome = ANY(%(granted)s) AND o.basis_id = ANY(ARRAY(
            SELECT b.id FROM casework_legalbasis b WHERE b.code = ANY(%(home_bases)s)))"""

# Takes `waiting_params`; {visible} is a condition on the application `a`, or "".
WAITING = f"""
waiting AS (
    SELECT DISTINCT ON (a.id) a.id AS application_id, a.person_id, a.household_id, a.kind,
           a.unit_id, a.responsible_id, a.case_year, a.case_seq, a.received_at,
           v.id AS vedtak_id, v.issued_on
    FROM {HOME_GRANTS}
    JOIN casework_application a ON a.id = v.application_id
    WHERE coalesce({LAST_DAY} >= %(on)s::date, true)
      AND coalesce({FIRST_DAY} <= %(on)s::date, true)
      AND a.state <> ALL(%(closed_states)s)
      AND NOT EXISTS (
          SELECT FROM stays_lease l
          WHERE l.application_id = a.id AND l.agreed_on <= %(on)s::date)
      AND NOT EXISTS (
          SELECT FROM stays_stay home
          WHERE home.person_id = a.person_id AND home.kind = %(StayKind.LEASE)s
            AND lower(home.period) BETWEEN v.issued_on AND %(on)s::date)
      {{visible}}
    -- With two valid grants the case has waited since the first.
    ORDER BY a.id, v.issued_on, v.id
)"""

# The few who are, or lately were, in a temporary place: only their chains are counted.
CHAINED = f"""
    SELECT person_id FROM waiting WHERE person_id IN ({HOLDERS})
    UNION SELECT me.person_id FROM {HOUSEHOLDS}
    WHERE me.person_id IN (SELECT person_id FROM waiting) AND other.person_id IN ({HOLDERS})
        AND me.living <> %(LivingArrangement.VISITING)s"""

# Each fact for all cases at once, joined on the case: no subquery for each row.
FACTS = f"""
living AS (
    SELECT w.application_id, bool_or(s.begun) AS somewhere,
           bool_or(s.begun AND s.kind = %(StayKind.TEMPORARY)s) AS in_temporary,
           bool_or(s.begun AND s.kind = %(StayKind.WITH_OTHERS)s) AS with_others,
           bool_or(s.begun AND s.kind = %(StayKind.STREET)s) AS on_street,
           bool_or(s.begun AND s.kind = %(StayKind.TRIAL)s) AS trial,
           bool_or(s.begun AND s.kind = %(StayKind.MAKESHIFT)s) AS makeshift,
           bool_or(s.begun AND s.kind = ANY(%(lasting)s)) AS has_home,
           bool_or(s.begun AND s.unsafe) AS unsafe,
           bool_or(s.begun AND s.unsuitable = %(Unsuitable.ACCESS)s) AS unsuitable_access,
           bool_or(s.begun AND s.unsuitable = %(Unsuitable.OTHER)s) AS unsuitable_other,
           min(s.must_leave_by) FILTER (WHERE s.begun) AS must_leave_by
    FROM waiting w
    JOIN (
        SELECT *, lower(period) <= %(on)s::date AS begun FROM stays_stay
        WHERE coalesce(upper(period), 'infinity'::date) > %(on)s::date
    ) s ON s.person_id = w.person_id
    GROUP BY w.application_id
),
-- The few who will leave an institution without a home on the day, or today when it is past.
leaving AS (
    SELECT inside.person_id, min(inside.planned_out) AS discharge_on
    FROM stays_stay inside
    WHERE inside.kind = %(StayKind.INSTITUTION)s AND inside.planned_out IS NOT NULL
        AND inside.period @> %(on)s::date
        AND inside.person_id IN (SELECT person_id FROM waiting)
        AND NOT {has_home("inside.person_id", "greatest(inside.planned_out, %(on)s::date)")}
    GROUP BY inside.person_id
),
asked_for_tonight AS (
    SELECT DISTINCT a.person_id FROM casework_application a
    WHERE {FOR_TONIGHT} AND a.state = ANY(%(open_states)s)
      AND a.received_at < {end_of_day()}
),
children AS (
    SELECT w.application_id, count(*)::int AS number,
           count(*) FILTER (WHERE m.living <> %(LivingArrangement.VISITING)s)::int AS live_there
    FROM waiting w
    JOIN casework_householdmember m ON m.household_id = w.household_id
    JOIN casework_person c ON c.id = m.person_id
    WHERE lower(m.period) <= %(on)s::date
      AND coalesce(upper(m.period), 'infinity'::date) > %(on)s::date
      AND {is_child("c", "m", born=False)}
    GROUP BY w.application_id
),
{chain_ctes(CHAINED)},
considered AS (
    SELECT w.application_id, {local_day("max(at)")} AS last_considered,
           bool_or(holds) AS has_offer
    FROM waiting w JOIN (
        SELECT application_id, considered_at AS at, false AS holds FROM allocation_consideration
        UNION ALL
        SELECT application_id, sent_at, state = %(OfferState.SENT)s
               OR (state = %(OfferState.ACCEPTED)s AND lease_id IS NULL)
        FROM allocation_offer) both_kinds ON both_kinds.application_id = w.application_id
    WHERE at < {end_of_day()}
    GROUP BY w.application_id
),
manual AS (
    SELECT * FROM (
        SELECT DISTINCT ON (application_id) application_id, class_number, reason, set_by_id
        FROM allocation_manualclass
        WHERE approved_at < {end_of_day()}
        ORDER BY application_id, approved_at DESC, id DESC
    ) newest WHERE class_number > 0  -- 0: by the rules again
),
facts AS (
    SELECT w.*, {local_day("w.received_at")} AS received_on,
           {{born}} AS born,
           coalesce(c.number, 0) AS children,
           coalesce(c.live_there, 0) AS children_living,
           coalesce(l.in_temporary, ch.is_open, false) AS in_temporary,
           coalesce(ch.days, 0) AS temporary_days, ch.chain_start AS temporary_since,
           coalesce(ch.days > %(long_stay_days)s, false) AS long_temporary,
           coalesce(l.with_others, false) AS with_others,
           coalesce(l.on_street, false) AS on_street,
           coalesce(l.trial, false) AS trial,
           coalesce(l.makeshift, false) AS makeshift,
           coalesce(l.has_home, false) AS has_home,
           coalesce(l.on_street, false)
               OR (t.person_id IS NOT NULL AND NOT coalesce(l.somewhere, ch.is_open, false))
               AS no_place,
           g.discharge_on,
           l.must_leave_by,
           coalesce(l.unsafe, false) AS unsafe,
           coalesce(l.unsuitable_access, false) AS unsuitable_access,
           coalesce(l.unsuitable_other, false) AS unsuitable_other,
           k.last_considered, coalesce(k.has_offer, false) AS has_offer,
           m.class_number AS manual_class, m.reason AS manual_reason,
           m.set_by_id AS manual_by
    FROM waiting w
    LEFT JOIN living l ON l.application_id = w.application_id
    LEFT JOIN leaving g ON g.person_id = w.person_id
    LEFT JOIN asked_for_tonight t ON t.person_id = w.person_id
    LEFT JOIN children c ON c.application_id = w.application_id
    LEFT JOIN chain ch ON ch.person_id = w.person_id
    LEFT JOIN considered k ON k.application_id = w.application_id
    LEFT JOIN manual m ON m.application_id = w.application_id
)"""


def gives_home_params() -> dict[str, Any]:
    """The parameters of `HOME_GRANTS` besides `%(on)s`."""
    return {
        **enum_params(VedtakState),
        "granted": enum_values(GRANTED),
        "home_bases": list(HOME_BASES),
    }


def waiting_params(on: date) -> dict[str, Any]:
    """The parameters of `WAITING`, `HOME_GRANTS`, and the condition on what a user may see."""
    return {
        **enum_params(StayKind),
        **gives_home_params(),
        "on": on,
        "closed_states": enum_values(APPLICATION_CLOSED),
        "protected": enum_values(PROTECTED),
    }


def is_waiting(case: Application, stays: list[Stay], on: date) -> bool:
    """`WAITING` for one case whose vedtak with outcomes, and stays with leases, are read already.

    Runs no query. A test in tests/desk checks that the two agree.
    """
    if case.state in APPLICATION_CLOSED:
        return False
    if any(
        stay.lease.application_id == case.pk and stay.lease.agreed_on <= on
        for stay in stays
        if hasattr(stay, "lease")
    ):
        return False
    for vedtak in case.vedtak.all():
        if not vedtak.is_issued or vedtak.issued_on > on:
            continue
        gives = any(
            outcome.stands
            and outcome.is_granted
            and outcome.basis.code in HOME_BASES
            and (outcome.first_day is None or outcome.first_day <= on)
            and (outcome.last_day is None or outcome.last_day >= on)
            for outcome in vedtak.outcomes.all()
        )
        moved_in = any(
            stay.kind == StayKind.LEASE and vedtak.issued_on <= stay.period.lower <= on
            for stay in stays
        )
        if gives and not moved_in:
            return True
    return False


def not_waiting(case: Application, on: date) -> tuple[str, str]:
    """Why an open case without a lease does not wait on the date (`WAITING`), and what to do.

    One query. The reason is a clause, the step the beginning of a sentence.
    """
    grants = list(
        VedtakOutcome.objects.granted()
        .filter(vedtak__application=case, basis__code__in=HOME_BASES, vedtak__issued_on__lte=on)
        .select_related("vedtak")
    )
    new_vedtak = _("Fatt nytt vedtak, eller lukk saken")
    if not grants:
        return _("vedtaket om bolig gjelder ikke lenger"), new_vedtak
    if all(grant.last_day and grant.last_day < on for grant in grants):
        return _("vedtaket er gått ut"), new_vedtak
    if all(grant.first_day and grant.first_day > on for grant in grants):
        return _("vedtaket gjelder ikke ennå"), _("Vent, eller lukk saken")
    return _("personen har fått en annen kommunal bolig"), _("Lukk saken")


BORN_OF_ALL = "(SELECT p.birth_date FROM casework_person p WHERE p.id = w.person_id)"
BORN = "(SELECT p.birth_date FROM casework_person p WHERE p.id = {}.person_id) AS born"


@dataclass(frozen=True, slots=True)
class Entry:
    """One case on the list. `rank` is 1 for the first case the user may see; `priority` is its
    class, `computed` the class by the rules, which differ when the class is set by hand."""

    rank: int
    priority: PriorityClass
    computed: PriorityClass
    facts: Facts
    household_id: int
    unit_id: int
    responsible_id: int | None
    vedtak_id: int
    last_considered: date | None
    has_offer: bool
    long_temporary: bool
    manual_reason: str
    manual_by: int | None
    because: tuple[Because, ...]

    @property
    def application_id(self) -> int:
        return self.facts.application_id

    @property
    def person_id(self) -> int:
        return self.facts.person_id

    @property
    def case_number(self) -> str:
        return f"{self.facts.case_year}/{self.facts.case_seq:04d}"

    @property
    def is_manual(self) -> bool:
        return bool(self.manual_reason)

    @property
    def days_waited(self) -> int:
        return (self.facts.on - self.facts.issued_on).days

    @property
    def days_since_considered(self) -> int:
        """Days since the last meeting or offer, or else since the vedtak."""
        return (self.facts.on - (self.last_considered or self.facts.issued_on)).days

    @property
    def short_reason(self) -> str:
        if self.is_manual:
            return self.manual_reason
        return self.because[0].short if self.because else self.priority.name


class RankedCase(NamedTuple):
    """A case on the list, with only what shows its place."""

    application_id: int
    person_id: int
    rank: int
    class_number: int
    has_offer: bool
    case_year: int
    case_seq: int

    @property
    def case_number(self) -> str:
        return f"{self.case_year}/{self.case_seq:04d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which cases are shown; ranks are still those of the whole list. `bedrooms` is (low, high)."""

    responsible_id: int | None = None
    families: bool = False
    long_temporary: bool = False
    not_considered_days: int | None = None
    without_offer: bool = False
    class_number: int | None = None
    bedrooms: tuple[int, int] | None = None
    sort: str = ""


@dataclass(frozen=True, slots=True)
class RankedPage:
    """A page of the list; `total` counts after filtering, `counts` each view before it."""

    entries: list[Entry]
    number: int
    size: int
    total: int
    counts: dict[str, int]
    median_days: int | None
    policy: Policy
    long_days: int

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1 if self.entries else 0

    @property
    def last(self) -> int:
        return self.first + len(self.entries) - 1 if self.entries else 0

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many of the same class stand before the case by one tie-breaker, and its text."""

    tie: str
    number: int
    what: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a case has its number on the list (need A2)."""

    entry: Entry
    policy: Policy
    total: int
    in_higher_classes: int
    ahead: list[Ahead]
    next_change: tuple[date, PriorityClass, list[Because]] | None
    would_raise: list[tuple[PriorityClass, list[str]]]

    @property
    def days_to_change(self) -> int | None:
        if self.next_change is None:
            return None
        return self.entry.facts.days_until(self.next_change[0])


class NotWaiting(RuleBroken):
    """The case is not on the waiting list on the date."""


# ------------------------------------------------------------------ the list


def applications_waiting(on: date) -> QuerySet[Application]:
    """The applications that wait on the date, as a queryset."""
    sql = f"WITH {_waiting(None)} SELECT application_id FROM waiting"
    ids = RawSQL(*with_positional_params(sql, waiting_params(on)))
    return Application.objects.filter(pk__in=ids)


def count_waiting(on: date, *, visible_to: User | None = None) -> int:
    """How many wait on the date, without ranking them."""
    sql = f"WITH {_waiting(visible_to)} SELECT count(*) FROM waiting"
    with connection.cursor() as cursor:
        cursor.execute(sql, waiting_params(on))
        return cursor.fetchone()[0]


def waiting(
    on: date,
    *,
    visible_to: User | None = None,
    policy: Policy | None = None,
    application_ids: Collection[int] | None = None,
) -> list[Entry]:
    """The waiting list on the date, in order; all cases when `visible_to` is None (in jobs).

    `application_ids` selects cases, with their numbers on the whole list. Raises NoPolicy.
    """
    policy = policy or policies.in_force(on)
    if application_ids is not None:
        sql = f"""{_placed(policy, visible_to)}, {_numbered(policy)}
        SELECT application_id, rank FROM ranked WHERE application_id = ANY(%(ids)s) ORDER BY rank"""
        rows = _rows(sql, on, {"ids": list(application_ids)})
        return _entries({row["application_id"]: row["rank"] for row in rows}, policy, on)
    sql = f"""{_classed(policy, _waiting(visible_to))}
    SELECT classed.*, row_number() OVER (ORDER BY class, {_ties(policy)})::int AS rank,
           {BORN.format("classed")}
    FROM classed ORDER BY rank"""
    return [_entry(row, policy, on) for row in _rows(sql, on)]


def places(
    on: date, *, visible_to: User | None = None, policy: Policy | None = None
) -> list[RankedCase]:
    """The whole list in order, with few columns; `entries` reads the rest for some of them."""
    policy = policy or policies.in_force(on)
    sql = f"""{_classed(policy, _waiting(visible_to))}
    SELECT application_id, person_id,
           row_number() OVER (ORDER BY class, {_ties(policy)})::int AS rank,
           class, has_offer, case_year, case_seq
    FROM classed ORDER BY rank"""
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(on))
        return [RankedCase._make(row) for row in cursor.fetchall()]


def entries(chosen: Iterable[RankedCase], on: date, *, policy: Policy) -> dict[int, Entry]:
    """These places with all their facts, by application id."""
    ranks = {place.application_id: place.rank for place in chosen}
    return {entry.application_id: entry for entry in _entries(ranks, policy, on)}


def page(
    on: date,
    *,
    visible_to: User,
    filters: Filters,
    number: int = 1,
    size: int = PAGE_SIZE,
    not_considered_days: int | None = None,
) -> RankedPage:
    """A page of the list, with the counts of the views. Raises NoPolicy.

    The order of everyone comes from `order`; facts are read only for the page.
    """
    policy = policies.in_force(on)
    forgotten_on = days(on) - (not_considered_days or settings_table.value("forgotten_days", on))
    params = _params(on)
    long_days = params["long_stay_days"]
    everyone = _order(params, visible_to, policy)
    views = {
        "mine": everyone["responsible_id"] == visible_to.pk,
        "barnefamilier": everyone["children"] > 0,
        "lenge": everyone["temporary_days"] > long_days,
        "ikke_vurdert": everyone["considered"] <= forgotten_on,
    }
    counts = {"alle": len(everyone)} | {name: int(mask.sum()) for name, mask in views.items()}
    shown = sorted_by(
        everyone, filters.sort, np.flatnonzero(_filtered(everyone, filters, on, long_days))
    )
    last_page = max(1, -(-len(shown) // size))
    number = number if number <= last_page else 1  # the list has become shorter
    of_page = shown[(number - 1) * size : number * size].tolist()
    ranks = {int(everyone["application_id"][index]): index + 1 for index in of_page}
    page_entries = _entries(ranks, policy, on)
    median = _median(everyone, on)
    return RankedPage(page_entries, number, size, len(shown), counts, median, policy, long_days)


def _order(params: dict[str, Any], visible_to: User, policy: Policy) -> Order:
    sql = f"""{_classed(policy, _waiting(visible_to))}
    SELECT {order.SELECT} FROM classed ORDER BY class, {_ties(policy)}"""
    return order.cached_order(sql, params)


def _filtered(everyone: Order, filters: Filters, on: date, long_days: int) -> np.ndarray:
    """Who the filters keep, as a mask."""
    kept = np.ones(len(everyone), np.bool_)
    if filters.responsible_id is not None:
        kept &= everyone["responsible_id"] == filters.responsible_id
    if filters.families:
        kept &= everyone["children"] > 0
    if filters.long_temporary:
        kept &= everyone["temporary_days"] > long_days
    if filters.not_considered_days is not None:
        kept &= everyone["considered"] <= days(on) - filters.not_considered_days
    if filters.without_offer:
        kept &= ~everyone["has_offer"]
    if filters.class_number is not None:
        kept &= everyone["class"] == filters.class_number
    if filters.bedrooms:
        needing = _needing(everyone["application_id"][kept].tolist(), filters.bedrooms)
        kept &= np.isin(everyone["application_id"], needing)
    return kept


def _needing(application_ids: list[int], bedrooms: tuple[int, int]) -> list[int]:
    """The applications whose latest housing need has from the fewest to the most bedrooms."""
    newest = HousingNeed.objects.filter(application__in=application_ids)
    newest = newest.order_by("application", "-decided_at", "-pk").distinct("application")
    fewest, most = bedrooms
    return [pk for pk, n in newest.values_list("application", "bedrooms") if fewest <= n <= most]


def _median(everyone: Order, on: date) -> int | None:
    """The median of days waited, the lower of two."""
    if not len(everyone):
        return None
    return int(np.percentile(days(on) - everyone["issued"], 50, method="inverted_cdf"))


def explain(application_id: int, on: date, *, visible_to: User | None = None) -> Explanation:
    """Why the case has its number on the date. Raises NotWaiting and NoPolicy."""
    policy = policies.in_force(on)
    ties = [f"tie_{i}" for i in range(len(policy.tie_breakers))]
    counts, same = [], "o.class = me.class"
    for i, tie in enumerate(ties):
        counts.append(f"count(*) FILTER (WHERE {same} AND o.{tie} < me.{tie})::int AS ahead_{i}")
        same += f" AND o.{tie} = me.{tie}"
    sql = f"""{_placed(policy, visible_to)}, {_numbered(policy)},
    around AS (
        SELECT count(*)::int AS total, count(*) FILTER (WHERE o.class < me.class)::int AS higher,
               {", ".join(counts)}
        FROM ranked o CROSS JOIN (SELECT * FROM ranked WHERE application_id = %(case)s) me
    )
    SELECT around.*, ranked.rank FROM ranked CROSS JOIN around WHERE application_id = %(case)s"""
    rows = _rows(sql, on, {"case": application_id})
    if not rows:
        raise NotWaiting("Saken står ikke på ventelisten denne dagen.")
    (row,) = rows
    (entry,) = _entries({application_id: row["rank"]}, policy, on)
    ahead = [
        Ahead(tie.name, row[f"ahead_{i}"], str(tie.ahead))
        for i, tie in enumerate(policy.tie_breakers)
        if row[f"ahead_{i}"]
    ]
    return Explanation(
        entry,
        policy,
        row["total"],
        row["higher"],
        ahead,
        None if entry.is_manual else policy.next_change(entry.facts),
        [] if entry.is_manual else policy.would_raise(entry.facts),
    )


# ------------------------------------------------------------------ the statement


def _visible(user: User | None) -> str:
    """`casework.log.visibility.sees` as SQL over the application `a`; a test compares them."""
    if user is None:
        return ""
    if not user.has_role(*CASE_ROLES):
        return "AND false"
    hidden = []
    if not user.sees_protected:
        hidden.append("p.protection = ANY(%(protected)s) OR p.beside_protected")
    if not user.sees_shielded:
        hidden.append("p.shielded OR p.beside_shielded")
    if not hidden:
        return ""
    # Hidden people are few and have an index of their own.
    return f"""AND NOT EXISTS (
        SELECT FROM casework_person p WHERE p.id = a.person_id AND ({" OR ".join(hidden)}))"""


def _waiting(visible_to: User | None) -> str:
    return WAITING.format(visible=_visible(visible_to))


def _classed(policy: Policy, waiting: str) -> str:
    """`WITH …, classed AS (…)`: the facts of the cases, with class and tie-breaker values."""
    ties = ", ".join(f"{tie.sql} AS tie_{i}" for i, tie in enumerate(policy.tie_breakers))
    classes, last = policy.class_sql(), policy.classes[-1].number
    # Birth dates are read for the entries shown, and for all only if the policy uses age.
    born = BORN_OF_ALL if "f.born" in classes + ties else "NULL::date"
    return f"""WITH {waiting},
    {FACTS.format(born=born)},
    computed AS (SELECT f.*, {classes} AS computed, {ties} FROM facts f),
    classed AS (
        SELECT *, CASE WHEN manual_class BETWEEN 1 AND {last} THEN manual_class ELSE computed END
               AS class FROM computed
    )"""


def _ties(policy: Policy) -> str:
    return ", ".join(f"tie_{i}" for i in range(len(policy.tie_breakers)))


def _placed(policy: Policy, visible_to: User | None) -> str:
    """`WITH …, placed AS (…)`: only the columns that order and filter the cases."""
    return f"""{_classed(policy, _waiting(visible_to))},
    placed AS (
        SELECT application_id, responsible_id, issued_on, last_considered, has_offer, children,
               temporary_days, class, {_ties(policy)} FROM classed
    )"""


def _numbered(policy: Policy) -> str:
    return f"""ranked AS (
        SELECT *, row_number() OVER (ORDER BY class, {_ties(policy)})::int AS rank FROM placed
    )"""


def _entries(ranks: dict[int, int], policy: Policy, on: date) -> list[Entry]:
    """The cases of `ranks` (application id → rank) with all their facts, in the same order."""
    if not ranks:
        return []
    waiting = WAITING.format(visible="AND a.id = ANY(%(ids)s)")
    sql = f"""{_classed(policy, waiting)} SELECT classed.*, {BORN.format("classed")} FROM classed"""
    by_id = {row["application_id"]: row for row in _rows(sql, on, {"ids": list(ranks)})}
    return [_entry(by_id[pk] | {"rank": rank}, policy, on) for pk, rank in ranks.items()]


def _params(on: date) -> dict[str, Any]:
    """The parameters of the whole statement."""
    return {
        **waiting_params(on),
        **chain_params(on),
        **child_params(on),
        **enum_params(ApplicationKind, OfferState, Unsuitable),
        **has_home_params(),
        "lasting": enum_values(LASTING),
        "open_states": enum_values(APPLICATION_OPEN),
        "place_basis": PLACE_BASIS,
    }


def _rows(sql: str, on: date, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(on) | (params or {}))
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _entry(row: dict[str, Any], policy: Policy, on: date) -> Entry:
    facts = Facts(**{name: row[name] for name in Facts.names() if name != "on"}, on=on)
    computed = policy.numbers[row["computed"]]
    return Entry(
        rank=row["rank"],
        priority=policy.numbers[row["class"]],
        computed=computed,
        facts=facts,
        household_id=row["household_id"],
        unit_id=row["unit_id"],
        responsible_id=row["responsible_id"],
        vedtak_id=row["vedtak_id"],
        last_considered=row["last_considered"],
        has_offer=row["has_offer"],
        long_temporary=row["long_temporary"],
        manual_reason=row["manual_reason"] or "",
        manual_by=row["manual_by"],
        because=tuple(computed.test.because(facts)) if computed.test else (),
    )
