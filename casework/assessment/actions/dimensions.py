"""What a kartlegging asks about, decided by the municipality (needs C8, X5).

Nothing is overwritten: a change is a new version from a day, and what was answered before keeps
the version it answered.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.text import slugify
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from common.formatting import nbdate

from ..models import AssessmentAnswer, Dimension

if TYPE_CHECKING:
    from accounts.models import User

# People are not sorted by what they use (need C8): the question is what help and home they need.
SUBSTANCE = re.compile(
    r"\b(rus|rop)\b|\brus(mid|av|bruk|prob|ty|fri|mi)|narkoti|alkohol|avhengig", re.IGNORECASE
)
AWAY = str.maketrans({"æ": "e", "ø": "o", "å": "a", "Æ": "e", "Ø": "o", "Å": "a"})


class DimensionRefused(RuleBroken):
    """It cannot be so; `field` says which part of the form is to blame."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def add_dimension(
    *, name: str, question: str, staffing: str, start: date, by: User, on: date
) -> Dimension:
    """Ask about something new from a day on; it stands last. DimensionRefused says why not."""
    _check(name, question, start, on)
    last = Dimension.objects.order_by("-order").values_list("order", flat=True).first() or 0
    code = slugify(name.translate(AWAY))[:40] or "omrade"
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
) -> Dimension:
    """A new version from a day on. One that would begin the same day is written over, since
    nothing has been answered by it; else the one in force ends the day before."""
    _check(name, question, start, on)
    # Locked, so that two who change it at once make one version after the other.
    versions = list(
        Dimension.objects.select_for_update(of=("self",)).filter(code=dimension.code).order_by("pk")
    )
    for each in versions:
        if each.valid.lower >= start:
            if _answered(each):
                raise DimensionRefused(
                    _("Versjonen fra %(day)s er allerede brukt. Velg en senere dag.")
                    % {"day": nbdate(each.valid.lower)},
                    "start",
                )
            each.delete()
        elif each.valid.upper is None or each.valid.upper > start:
            each.valid = DateRange(each.valid.lower, start)
            each._history_user = by
            each.save()
    valid = DateRange(start, None)
    return _make(dimension.code, name, question, staffing, dimension.order, valid, by)


@transaction.atomic
def end_dimension(*, dimension: Dimension, last_day: date, by: User, on: date) -> Dimension:
    """Ask no more after a day. What has been answered stands. At least one is left to ask."""
    if last_day < on:
        raise DimensionRefused(
            _("Velg i dag eller en senere dag. Det som er spurt om, endres ikke."), "last_day"
        )
    # All are locked, so that two who end the last two do not both succeed.
    rows = list(Dimension.objects.select_for_update(of=("self",)).order_by("pk"))
    after = date.fromordinal(last_day.toordinal() + 1)
    others = [each for each in rows if each.code != dimension.code and after in each.valid]
    if not others:
        raise DimensionRefused(_("En kartlegging må spørre om minst ett område."))
    for each in rows:
        if each.code != dimension.code:
            continue
        if each.valid.lower >= after:
            each.delete()
        elif each.valid.upper is None or each.valid.upper > after:
            each.valid = DateRange(each.valid.lower, after)
            each._history_user = by
            each.save()
            dimension = each
    return dimension


@transaction.atomic
def move_dimension(*, dimension: Dimension, up: bool, by: User, on: date) -> None:
    """Change places with the one before or after it, of those asked on the day."""
    # Locked, so that two who move at once do not both swap with the same one.
    rows = list(
        Dimension.objects.select_for_update(of=("self",), no_key=True)
        .filter(valid__contains=on)
        .order_by("pk")
    )
    rows.sort(key=lambda each: (each.order, each.pk))
    codes = [each.code for each in rows]
    if dimension.code not in codes:
        raise DimensionRefused(_("Området er ikke i bruk i dag."))
    here = codes.index(dimension.code)
    there = here - 1 if up else here + 1
    if not 0 <= there < len(rows):
        return
    rows[here], rows[there] = rows[there], rows[here]
    for number, each in enumerate(rows, start=1):
        if each.order != number:
            each.order = number
            each._history_user = by
            each.save()


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
    made = Dimension(
        code=code,
        name=name.strip(),
        question=question.strip(),
        staffing=staffing,
        order=order,
        valid=valid,
    )
    made._history_user = by
    made.save()
    return made
