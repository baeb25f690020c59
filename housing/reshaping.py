"""A home is split, or several are merged: the old ones end, the new ones begin (need H1, H4).

Stays, voids and repairs stay with the old home, which ends on the day and says what it became. A
home that only gets another number is the same home: change its name, and the page tells the old.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from common.errors import RuleBroken
from common.formatting import nbdate

from .closing import end_on, refuse_if_needed, save_use
from .models import Unit

if TYPE_CHECKING:
    from accounts.models import User

# What a new home does not take over: it must be measured again.
NOT_COPIED = {
    "id", "name", "sort_name", "dwelling_number", "extra_reference", "bedrooms", "size_m2",
    "capacity", "rent", "night_price", "in_use", "revision",
}  # fmt: skip


class CannotReshape(RuleBroken):
    """The homes cannot be split or merged like this."""


@transaction.atomic
def reshape(*, units: Sequence[Unit], into: Sequence[str], on: date, by: User) -> list[Unit]:
    """End the homes on the day, and begin new ones with these names; returns the new.

    One into several is a split, several into one a merge. Bedrooms, size, places and rent of the
    new are not known until somebody writes them. Raises `CannotReshape`, and
    `closing.CannotClose` while somebody lives there or a home is reserved or offered.
    """
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
    first = old[0]
    copied = {
        field.attname: getattr(first, field.attname)
        for field in Unit._meta.concrete_fields
        if field.name not in NOT_COPIED
    }
    new = []
    for name in into:
        unit = Unit(
            name=name,
            bedrooms=None,
            in_use=DateRange(empty=True) if planned else DateRange(on, None),
            **copied,
        )
        unit._history_user = by
        unit.save()
        unit.predecessors.set(old)
        new.append(unit)
    for unit in old:
        save_use(unit, end_on(unit.in_use, on) if on in unit.in_use else unit.in_use, by)
    return new


@transaction.atomic
def undo(*, unit: Unit, by: User) -> list[Unit]:
    """Undo the split or merge this home went into, by mistake; returns the homes that are back.

    Raises `CannotReshape` when one of the new homes has been used for something.
    """
    new = list(unit.successors.order_by("pk"))
    if not new:
        raise CannotReshape(_("Boligen er ikke delt eller slått sammen."))
    old_ids = set(Unit.objects.filter(successors__in=new).values_list("pk", flat=True))
    rows = {row.pk: row for row in _locked([*old_ids, *(each.pk for each in new)])}
    ended = {row.in_use.upper for pk, row in rows.items() if pk in old_ids}
    for each in new:
        row = rows[each.pk]
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
        if ended != {None}:
            save_use(row, DateRange(row.in_use.lower, None), by)
    return old


def _locked(ids: Sequence[int]) -> Sequence[Unit]:
    # Not `no_key`: undoing deletes the new homes, so what points to them must wait.
    homes = Unit.objects.select_for_update(of=("self",)).select_related("property")
    return homes.filter(pk__in=ids).order_by("pk")
