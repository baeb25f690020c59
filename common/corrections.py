"""Correcting what is registered, without undoing a correction that somebody else just saved.

The form has a hidden field, `seen`: the revision of the row when the page was opened. The action
locks the row and refuses a form that was opened before the latest change:

    class StepForm(SeenMixin, OnceFormMixin, forms.Form): ...

    form = StepForm(posted(request), row=step)

    @transaction.atomic
    def correct_step(step, *, seen, by, at, **facts):
        step = TenancyStep.objects.select_for_update(…).get(pk=step.pk)
        check_seen(step, seen)

The page is then shown again with what was typed, and can be sent once more.
"""

from __future__ import annotations

import zlib
from typing import Any

from django import forms
from django.db import models
from django.utils.translation import gettext as _

from . import changes
from .errors import RuleBroken

FIELD = "seen"


class Overwritten(RuleBroken):
    """Somebody has changed the row since the page was opened. `told` says by whom and when,
    and `changes` what differs from the revision that was seen."""

    field = FIELD

    def __init__(self, row: models.Model | models.QuerySet, seen: int) -> None:
        self.told, self.changes = changes.of_row(row, seen)
        super().__init__(
            _(
                "Noen har endret dette etter at du åpnet siden, og ingenting er lagret. Det du "
                "skrev, står her. Se hva som er nytt, og lagre igjen hvis det fortsatt stemmer."
            )
        )


def revision(row: models.Model | models.QuerySet) -> int:
    """A number that changes each time the row is saved: from its history, or, if the model keeps
    none, from its values. 0 for a row that is not saved yet.

    What is kept in several rows (the versions of a text) is given as their history rows."""
    if isinstance(row, models.QuerySet):
        return row.aggregate(last=models.Max("history_id"))["last"] or 0
    if row.pk is None:
        return 0
    if hasattr(row, "history"):
        return row.history.aggregate(last=models.Max("history_id"))["last"] or 0
    values = type(row)._base_manager.filter(pk=row.pk).values_list().first()
    return zlib.crc32(repr(values).encode())


def check_seen(row: models.Model | models.QuerySet, seen: int | None) -> None:
    """Raise `Overwritten` if the locked row has changed since. `seen` is None in jobs and tests."""
    if seen is not None and seen != revision(row):
        raise Overwritten(row, seen)


class SeenMixin:
    """Gives a form the hidden `seen` of `row`. The first base, before `OnceFormMixin`.

    A form that also makes new rows gets no `row` then, and has no `seen`."""

    def __init__(
        self, *args: Any, row: models.Model | models.QuerySet | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.row = row
        if row is None:
            return
        self.fields[FIELD] = forms.IntegerField(
            required=False, widget=forms.HiddenInput, initial=revision(row)
        )

    def add_error(self, field: str | None, error: Any) -> None:
        if field == FIELD:
            # Told of the change, the user may send the form again.
            self.data = self.data.copy()
            self.data[self.add_prefix(FIELD)] = str(revision(self.row))
            field = None
        super().add_error(field, error)
