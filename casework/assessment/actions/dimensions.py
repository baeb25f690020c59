"""The dimensions an assessment asks about, decided by the municipality (needs C8, X5).

A change makes a new version from a day. Earlier answers keep the version they answered.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from common.corrections import check_seen
from common.errors import RuleBroken
from common.formatting import nbdate

from ..models import AssessmentAnswer, Dimension

if TYPE_CHECKING:
    from accounts.models import User

# An assessment asks what help and home people need, not what substances they use (need C8).
SUBSTANCE = re.compile(
    r"\b(rus|rop)\b|\brus(mid|av|bruk|prob|ty|fri|mi)|narkoti|alkohol|avhengig", re.IGNORECASE
)
CODE_LETTERS = str.maketrans({"æ": "e", "ø": "o", "å": "a", "Æ": "e", "Ø": "o", "Å": "a"})


class DimensionRefused(RuleBroken):
    """The change to a dimension is not allowed; `field` is the form field in error."""


@transaction.atomic
def add_dimension(
    *, name: str, question: str, staffing: str, start: date, by: User, on: date
) -> Dimension:
    """Ask about a new dimension from the day `start`, last in order. Raises DimensionRefused."""
    _check(name, question, start, on)
    last = Dimension.objects.order_by("-order").values_list("order", flat=True).first() or 0
    code = slugify(name.translate(CODE_LETTERS))[:40] or "omrade"
    if Dimension.objects.filter(code=code).exists():
        raise DimensionRefused(_("Det finnes allerede et område med dette navnet."), "name")
    return _make(code, name, question, staffing, last + 1, DateRange(start, None), by)


@transaction.atomic
def change_dimension(
    *,
    dimension: Dimension,
    name: str,
    question: str,
    staffing: str,
    start: date,
    by: User,
    on: date,
    seen: int | None = None,
) -> Dimension:
    """Make a new version in force from the day `start`; the current one ends the day before.

    Unanswered versions from that day or later are deleted. Raises DimensionRefused."""
    _check(name, question, start, on)
    # Locked, so that two users who change it at once make one version after the other.
    versions = list(
        Dimension.objects.select_for_update(of=("self",)).filter(code=dimension.code).order_by("pk")
    )
    check_seen(history_of(dimension), seen)
    for version in versions:
        if version.valid.lower >= start:
            if _answered(version):
                raise DimensionRefused(
                    _("Versjonen fra %(day)s er allerede brukt. Velg en senere dag.")
                    % {"day": nbdate(version.valid.lower)},
                    "start",
                )
            version.delete()
        elif version.valid.upper is None or version.valid.upper > start:
            version.valid = DateRange(version.valid.lower, start)
            version._history_user = by
            version.save()
    valid = DateRange(start, None)
    return _make(dimension.code, name, question, staffing, dimension.order, valid, by)


@transaction.atomic
def end_dimension(
    *, dimension: Dimension, last_day: date, by: User, on: date, seen: int | None = None
) -> Dimension:
    """Stop asking after `last_day`; answers stay. Raises DimensionRefused if none is left."""
    if last_day < on:
        raise DimensionRefused(
            _("Velg i dag eller en senere dag. Det som er spurt om, endres ikke."), "last_day"
        )
    # All are locked, so that two users cannot end the last two dimensions at once.
    rows = list(Dimension.objects.select_for_update(of=("self",)).order_by("pk"))
    check_seen(history_of(dimension), seen)
    after = date.fromordinal(last_day.toordinal() + 1)
    others = [row for row in rows if row.code != dimension.code and after in row.valid]
    if not others:
        raise DimensionRefused(_("En kartlegging må spørre om minst ett område."))
    for row in rows:
        if row.code != dimension.code:
            continue
        if row.valid.lower >= after:
            row.delete()
        elif row.valid.upper is None or row.valid.upper > after:
            row.valid = DateRange(row.valid.lower, after)
            row._history_user = by
            row.save()
            dimension = row
    return dimension


@transaction.atomic
def move_dimension(*, dimension: Dimension, up: bool, by: User, on: date) -> None:
    """Swap order with the dimension before or after it on the day. Raises DimensionRefused."""
    # Locked, so that two users who move at once do not swap with the same dimension.
    rows = list(
        Dimension.objects.select_for_update(of=("self",), no_key=True)
        .filter(valid__contains=on)
        .order_by("pk")
    )
    rows.sort(key=lambda row: (row.order, row.pk))
    codes = [row.code for row in rows]
    if dimension.code not in codes:
        raise DimensionRefused(_("Området er ikke i bruk i dag."))
    position = codes.index(dimension.code)
    new_position = position - 1 if up else position + 1
    if not 0 <= new_position < len(rows):
        return
    rows[position], rows[new_position] = rows[new_position], rows[position]
    for order, row in enumerate(rows, start=1):
        if row.order != order:
            row.order = order
            row._history_user = by
            row.save()


def history_of(dimension: Dimension) -> QuerySet:
    """The history of all versions of the dimension."""
    return Dimension.history.filter(code=dimension.code)


def _check(name: str, question: str, start: date, on: date) -> None:
    if start < on:
        raise DimensionRefused(
            _("Velg i dag eller en senere dag. Det som er spurt om, endres ikke."), "start"
        )
    for field, text in (("name", name), ("question", question)):
        if SUBSTANCE.search(text):
            raise DimensionRefused(
                _(
                    "Kartleggingen deler ikke folk inn etter rus. Spør hva personen trenger hjelp "
                    "til, for eksempel i hverdagen eller med helsa."
                ),
                field,
            )


def _answered(dimension: Dimension) -> bool:
    return AssessmentAnswer.objects.filter(dimension=dimension).exists()


def _make(
    code: str, name: str, question: str, staffing: str, order: int, valid: DateRange, by: User
) -> Dimension:
    version = Dimension(
        code=code,
        name=name.strip(),
        question=question.strip(),
        staffing=staffing,
        order=order,
        valid=valid,
    )
    version._history_user = by
    version.save()
    return version
