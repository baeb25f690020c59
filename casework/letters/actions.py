"""Letters beside the vedtak: how they reach the person, and the forhåndsvarsel."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import ProtectedError
from django.utils.text import slugify
from django.utils.translation import gettext as _

from casework.log import events
from casework.log.event_kinds import CaseEvent
from casework.persons.actions.persons import lock_persons
from casework.persons.models import Person
from common.errors import RuleBroken
from common.formatting import nbdate

from .models import LegalBasis, PlainWord, StandardText

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def agree_on_letters(*, person: Person, words: str, by: User, at: datetime) -> Person:
    """How letters reach somebody whose address is not, or may not be, written (need S3)."""
    # Locked, so that of two who write at once, the second's words are the ones kept and told.
    person = lock_persons(person.pk)[person.pk]
    person.letter_agreement = words.strip()
    person._history_user = by
    person.save(update_fields=["letter_agreement"])
    events.record(
        person,
        CaseEvent.LETTER_AGREEMENT,
        _("Avtale om hvordan brev når fram: %s") % (person.letter_agreement or _("ingen")),
        by=by,
        at=at,
    )
    return person


# What a code is written without.
PLAIN = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "Ae", "Ø": "O", "Å": "A"})


class WordingRefused(RuleBroken):
    """It cannot be so; `field` says which part of the form is to blame."""

    def __init__(self, sentence: str, field: str | None = None) -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def write_text(
    *, version: StandardText | None, start: date, by: User, on: date, **words: Any
) -> StandardText:
    """A new standard text, or with `version` the next version of it, from a day on."""
    if version is None:
        return _first_version(StandardText, words, start, by, on)
    return _next_version(version, words, start, by, on, lambda one: one.vedtak.exists())


@transaction.atomic
def end_text(*, version: StandardText, last_day: date, by: User, on: date) -> None:
    """Not offered after a day."""
    _end(version, last_day, by, on, lambda one: one.vedtak.exists())


@transaction.atomic
def write_basis(
    *, version: LegalBasis | None, start: date, by: User, on: date, **words: Any
) -> LegalBasis:
    """A new hjemmel, or with `version` the next version of it, with its klageinstans."""
    if version is None:
        return _first_version(LegalBasis, words, start, by, on)
    return _next_version(version, words, start, by, on, lambda one: one.applications.exists())


@transaction.atomic
def end_basis(*, version: LegalBasis, last_day: date, by: User, on: date) -> None:
    """In force to a day. An open application under it must then be answered under another."""
    _end(version, last_day, by, on, lambda one: one.applications.exists())


@transaction.atomic
def add_word(*, word: str, instead: str, by: User) -> PlainWord:
    if PlainWord.objects.filter(word__iexact=word).exists():
        raise WordingRefused(_("Ordet står allerede på lista."), "word")
    found = PlainWord(word=word, instead=instead)
    found._history_user = by
    found.save()
    return found


@transaction.atomic
def remove_word(*, word: PlainWord, by: User) -> None:
    word._history_user = by
    word.delete()


def _first_version(model: type, words: dict[str, Any], start: date, by: User, on: date) -> Any:
    _not_past(start, on)
    code = slugify(words["title"].translate(PLAIN)).replace("-", "_")[:40] or "uten_navn"
    if model.objects.filter(code=code).exists():
        raise WordingRefused(_("Noe annet har allerede dette navnet. Velg et annet."), "title")
    return _make(model, code, words, DateRange(start, None), by)


def _next_version(
    one: Any, words: dict[str, Any], start: date, by: User, on: date, used: Callable[[Any], bool]
) -> Any:
    """Ends the version in force the day before. One that would begin the same day or later, and
    that nothing is written with, is written over."""
    _not_past(start, on)
    for each in _versions(one):
        if each.valid.lower is not None and each.valid.lower >= start:
            _remove_unused(each, used, "start")
        elif each.valid.upper is None or each.valid.upper > start:
            _shorten(each, start, by)
    return _make(type(one), one.code, words, DateRange(start, None), by)


def _end(one: Any, last_day: date, by: User, on: date, used: Callable[[Any], bool]) -> None:
    _not_past(last_day, on, "last_day")
    after = last_day + timedelta(days=1)
    for each in _versions(one):
        if each.valid.lower is not None and each.valid.lower >= after:
            _remove_unused(each, used, "last_day")
        elif each.valid.upper is None or each.valid.upper > after:
            _shorten(each, after, by)


def _remove_unused(one: Any, used: Callable[[Any], bool], field: str) -> None:
    """Delete a version nothing is written with; WordingRefused, on `field`, where something is."""
    try:
        if not used(one):
            one.delete()
            return
    except ProtectedError:  # an outcome of a vedtak cites it
        pass
    raise WordingRefused(
        _("Versjonen fra %(day)s er allerede brukt. Velg en senere dag.")
        % {"day": nbdate(one.valid.lower)},
        field,
    )


def _versions(one: Any) -> list[Any]:
    # Locked, so that two who change it at once make one version after the other.
    found = type(one).objects.select_for_update(of=("self",))
    return list(found.filter(code=one.code).order_by("valid"))


def _shorten(one: Any, upper: date, by: User) -> None:
    one.valid = DateRange(one.valid.lower, upper)
    one._history_user = by
    one.save()


def _make(model: type, code: str, words: dict[str, Any], valid: DateRange, by: User) -> Any:
    made = model(code=code, valid=valid, **words)
    made._history_user = by
    made.save()
    return made


def _not_past(day: date, on: date, field: str = "start") -> None:
    if day < on:
        raise WordingRefused(
            _("Velg i dag eller en senere dag. Det som er skrevet før, endres ikke."), field
        )
