"""A home is split, or several are merged: the old ones end, the new ones begin (need H1, H4).

Stays, voids and repairs stay with the old home, which ends on the day and says what it became. A
home that only gets another number is the same home: change its name, and the page tells the old.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import nbdate
from common.locking import locked_rows

from .closing import end_on, fill, refuse_far_ahead, refuse_if_needed, save_use
from .models import Unavailability, Unit

if TYPE_CHECKING:
    from accounts.models import User

# What a new home does not take over: it must be measured again.
NOT_COPIED = {
    "id", "name", "sort_name", "dwelling_number", "extra_reference", "bedrooms", "size_m2",
    "capacity", "rent", "night_price", "in_use", "revision",
}  # fmt: skip
# What a merged home has of them all.
SUMMED = ("bedrooms", "size_m2", "capacity")
# What a home must have; of homes that differ, the new is as the first.
OF_THE_FIRST = ("property", "type")

# Why, in the history of a home that ends here and of what the new take over: undoing reads it.
RESHAPED = "delt eller slått sammen"


class CannotReshape(RuleBroken):
    """The homes cannot be split or merged like this."""


@transaction.atomic
def reshape(
    *,
    units: Sequence[Unit],
    into: Sequence[str],
    on: date,
    by: User,
    at: datetime,
    rent: int | None = None,
) -> list[Unit]:
    """End the homes on the day, and begin new ones with these names; returns the new.

    One into several is a split, several into one a merge. The new end when the first of the old was
    to, and are out of use while one of them was to be. One merged of several has the bedrooms, size
    and places of them all, and what they have in common; its rent is `rent`, in kroner a month.
    What one part of a split has is not known until somebody writes it. Raises `CannotReshape`, and
    `closing.CannotClose` while somebody lives there or a home is reserved or offered.
    """
    refuse_far_ahead(local_date(at), on=on)
    old = list(_locked([unit.pk for unit in units]))
    for unit in old:
        if unit.successors.exists() or not (on in unit.in_use or unit.in_use.isempty):
            raise CannotReshape(
                _("%(home)s er ikke i bruk %(day)s.") % {"home": unit.name, "day": nbdate(on)}
            )
    if len({unit.property_id for unit in old}) > 1:
        raise CannotReshape(_("Boligene må være i samme eiendom."))
    refuse_if_needed(old, DateRange(on, None))
    planned = all(unit.in_use.isempty for unit in old)
    last = min((unit.in_use.upper for unit in old if unit.in_use.upper), default=None)
    copied = _in_common(old)
    if len(into) == 1:
        copied |= {name: total(old, name) for name in SUMMED} | {"rent": rent}
    new = []
    for name in into:
        unit = Unit(
            name=name,
            in_use=DateRange(empty=True) if planned else DateRange(on, last),
            **copied,
        )
        unit._history_user = by
        unit.save()
        unit.predecessors.set(old)
        _take_over_repairs(unit, old, on, by)
        new.append(unit)
    for unit in old:
        unit._change_reason = RESHAPED
        save_use(unit, end_on(unit.in_use, on) if on in unit.in_use else unit.in_use, by)
    return new


def total(homes: Sequence[Unit], name: str) -> int | None:
    """The sum of one of `SUMMED`, None when it is not known of one of the homes."""
    values = [getattr(home, name) for home in homes]
    return None if None in values else sum(values)


def _in_common(old: Sequence[Unit]) -> dict[str, Any]:
    """What the new homes take over: of several, facts that differ are not known of the new."""
    copied: dict[str, Any] = {"bedrooms": None}
    for field in Unit._meta.concrete_fields:
        if field.name in NOT_COPIED:
            continue
        values = {getattr(unit, field.attname) for unit in old}
        if len(values) == 1 or field.name in OF_THE_FIRST:
            copied[field.attname] = getattr(old[0], field.attname)
        else:
            copied[field.attname] = None if field.null else ""
    return copied


def _take_over_repairs(unit: Unit, old: Sequence[Unit], on: date, by: User) -> None:
    """The days the old homes were to be out of use after the day. The cost stays with the old."""
    rows = Unavailability.objects.filter(unit__in=old, period__overlap=DateRange(on, None))
    for row in rows.order_by("period", "pk"):
        days = DateRange(max(row.period.lower or on, on), row.period.upper)
        fill(unit, days, row.cause, by, note=row.note, by_stage=row.by_stage, reason=RESHAPED)


@transaction.atomic
def undo(*, unit: Unit, by: User) -> list[Unit]:
    """Undo the split or merge this home went into, by mistake; returns the homes that are back,
    with the days of use each had before.

    Raises `CannotReshape` when one of the new homes has been used for something, or has been taken
    out of use since.
    """
    new = list(unit.successors.order_by("pk"))
    if not new:
        raise CannotReshape(_("Boligen er ikke delt eller slått sammen."))
    old_ids = set(Unit.objects.filter(successors__in=new).values_list("pk", flat=True))
    rows = {row.pk: row for row in _locked([*old_ids, *(each.pk for each in new)])}
    for each in new:
        row = rows[each.pk]
        if any(_was_registered(repair) for repair in row.unavailabilities.all()):
            raise CannotReshape(
                _("%(home)s er ført som ute av bruk. Feilregistrer det først, så kan dette angres.")
                % {"home": row.name}
            )
        row._history_user = by
        try:
            with transaction.atomic():
                row.delete()
        except ProtectedError as error:
            raise CannotReshape(
                _("%(home)s er tatt i bruk, så dette kan ikke angres.") % {"home": row.name}
            ) from error
    old = [rows[pk] for pk in sorted(old_ids)]
    for row in old:
        save_use(row, _use_before(row), by)
    return old


def _was_registered(row: Unavailability) -> bool:
    """Somebody registered or changed it, after it was taken over if it was."""
    return set(row.history.values_list("history_change_reason", flat=True)) != {RESHAPED}


def _use_before(unit: Unit) -> DateRange:
    """The days of use before the home was split or merged, from its history."""
    ended = unit.history.filter(history_change_reason=RESHAPED).order_by("-history_id").first()
    before = unit.history.filter(history_id__lt=ended.history_id if ended else 0)
    if row := before.order_by("-history_id").first():
        return row.in_use
    return unit.in_use if unit.in_use.isempty else DateRange(unit.in_use.lower, None)


def _locked(ids: Sequence[int]) -> Sequence[Unit]:
    # Not `no_key`: undoing deletes the new homes, so what points to them must wait.
    homes = Unit.objects.select_related("property").filter(pk__in=ids).order_by("pk")
    return locked_rows(homes, no_key=False)
