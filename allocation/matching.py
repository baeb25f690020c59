"""Proposes who gets which of several vacant dwellings, matched together (need A6). People decide.

Each dwelling and each person is used at most once, every `must` holds, and no property gets more
people than its limit. The goals, in order: most people of the highest class, then of the next,
and so on; most wishes met; lowest numbers on the list. Each is a mixed-integer program solved by
HiGHS (scipy.optimize.milp); `gap` is how far the proof is from the optimum, 0 when it is proved.
Source: rules-and-scenarios.md, «Joint matching».
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from django.utils.translation import gettext as _
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack

from accounts.models import OrganisationUnit
from common.errors import RuleBroken
from housing.models import Unit

from . import fit, ranking
from .ranking import RankedCase


class NoOptimum(RuleBroken):
    """The solver did not prove an optimum."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """`assigned`: unit id → application id; `per_class`: class number → how many are housed."""

    assigned: dict[int, int]
    per_class: dict[int, int]
    wishes_met: int

    @property
    def houses(self) -> int:
        return len(self.assigned)


@dataclass(frozen=True, slots=True)
class Match:
    """The joint proposal, and beside it what the plain order of the list gives."""

    joint: Assignment
    plain: Assignment
    gap: float


def limits(
    max_in_property: Mapping[int, int] | None = None,
    max_share: Mapping[int, float] | None = None,
) -> dict[int, int]:
    """How many may be placed in each property now, by property id.

    `max_share` is a share (0–1) of all the dwellings of the property, rounded down.
    """
    most = dict(max_in_property or {})
    if max_share:
        sizes = Counter(
            Unit.objects.filter(property__in=max_share).values_list("property_id", flat=True)
        )
        for property_id, share in max_share.items():
            by_share = math.floor(share * sizes[property_id] + 1e-9)
            most[property_id] = min(by_share, most.get(property_id, by_share))
    return most


def match(
    unit_ids: Sequence[int],
    on: date,
    *,
    asking: OrganisationUnit | None = None,
    max_in_property: Mapping[int, int] | None = None,
    max_share: Mapping[int, float] | None = None,
) -> Match:
    """Match the units with the waiting list on the date. Raises NoOptimum."""
    queue = ranking.places(on)
    people = fit.people([place.application_id for place in queue], on, asking=asking)
    table = fit.matrix(people, fit.dwellings(unit_ids, on), on)
    return solve(table, queue, limits(max_in_property, max_share))


def solve(table: fit.FitMatrix, queue: Sequence[RankedCase], most: Mapping[int, int]) -> Match:
    """Match a given queue by a given fit, with `limits`. Raises NoOptimum."""
    classes = [place.class_number for place in queue]
    plain = by_ranking(table, classes, most)
    joint, gap = optimum(table, classes, most)
    return Match(joint, plain, gap)


def by_ranking(table: fit.FitMatrix, classes: Sequence[int], most: Mapping[int, int]) -> Assignment:
    """Down the list, each person gets the free dwelling that meets most of their wishes."""
    where = np.array([dwelling.property_id for dwelling in table.dwellings])
    taken: dict[int, int] = {}
    used: Counter[int] = Counter()
    free, row = table.ok.copy(), -1
    while len(later := np.flatnonzero(free[row + 1 :].any(axis=1))):
        row += 1 + int(later[0])
        best = max(np.flatnonzero(free[row]), key=lambda col: (table.wishes[row, col], -col))
        taken[int(best)] = row
        free[:, best] = False
        used[where[best]] += 1
        if used[where[best]] >= most.get(where[best], math.inf):
            free[:, where == where[best]] = False
    return _assignment(table, classes, [(row, col) for col, row in taken.items()])


def optimum(
    table: fit.FitMatrix, classes: Sequence[int], most: Mapping[int, int]
) -> tuple[Assignment, float]:
    """The best joint assignment and its gap. Raises NoOptimum."""
    rows, cols = _candidate_pairs(table, np.array(classes))
    if not len(rows):
        return _assignment(table, classes, []), 0.0
    blocks = [_incidence(rows, len(table.applications)), _incidence(cols, len(table.dwellings))]
    ceilings = [np.ones(block.shape[0]) for block in blocks]
    if most:
        where = np.array([d.property_id for d in table.dwellings])[cols]
        blocks.append(csr_array(np.array([where == p for p in most], dtype=float)))
        ceilings.append(np.array(list(most.values()), dtype=float))
    constraints = [LinearConstraint(vstack(blocks).tocsr(), ub=np.concatenate(ceilings))]

    of_class = np.array(classes)[rows]
    goals = [(of_class == number).astype(float) for number in sorted(set(of_class))]
    goals.append(table.wishes[rows, cols].astype(float))
    goals.append(-rows.astype(float))
    gap, chosen = 0.0, np.zeros(len(rows))
    for goal in goals:
        if not goal.any():
            continue
        result = milp(
            -goal,
            constraints=constraints,
            integrality=np.ones(len(rows)),
            bounds=Bounds(0, 1),
        )
        if not result.success:
            raise NoOptimum(_("Fant ikke den beste fordelingen. Bruk ventelisten som den er."))
        chosen, best = result.x, round(-result.fun)
        gap = max(gap, float(result.mip_gap or 0.0))
        # The next goals must not make this one worse.
        constraints.append(LinearConstraint(goal.reshape(1, -1), lb=best - 0.5))
    picked = [(int(rows[k]), int(cols[k])) for k in np.flatnonzero(chosen > 0.5)]
    return _assignment(table, classes, picked), gap


def _candidate_pairs(table: fit.FitMatrix, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pairs that are enough to find an optimum: for each dwelling and class, the first N by
    wishes met and then by the list, where N is the number of dwellings.

    No more than N people are housed. So if somebody after the first N got the dwelling, one of the
    first N would be unhoused and could take the place: of the same class, with at least as many
    wishes met, and earlier on the list if equal.
    """
    rows, cols = np.nonzero(table.ok)
    if not len(rows):
        return rows, cols
    order = np.lexsort((rows, -table.wishes[rows, cols].astype(int), classes[rows], cols))
    rows, cols = rows[order], cols[order]
    group = np.flatnonzero(np.r_[True, (np.diff(cols) != 0) | (np.diff(classes[rows]) != 0)])
    place = np.arange(len(rows)) - np.repeat(group, np.diff(np.r_[group, len(rows)]))
    first = place < len(table.dwellings)
    return rows[first], cols[first]


def _incidence(of: np.ndarray, size: int) -> csr_array:
    pairs = np.arange(len(of))
    return coo_array((np.ones(len(of)), (of, pairs)), shape=(size, len(of))).tocsr()


def _assignment(
    table: fit.FitMatrix, classes: Sequence[int], picked: Sequence[tuple[int, int]]
) -> Assignment:
    return Assignment(
        {
            table.dwellings[col].unit_id: table.applications[row]
            for row, col in sorted(picked, key=lambda pair: pair[1])
        },
        dict(sorted(Counter(classes[row] for row, _col in picked).items())),
        int(sum(table.wishes[row, col] for row, col in picked)),
    )
