"""Actions on how letters reach a person, and on legal bases, standard texts and plain words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import ProtectedError, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import Municipality
from casework.log import events
from casework.log.enums import LanguageForm, LetterWay
from casework.log.event_kinds import CaseEvent
from casework.persons.actions.persons import lock_persons
from casework.persons.models import Person
from common.corrections import check_seen
from common.errors import RuleBroken
from common.formatting import nbdate
from common.lawful import check_lawful

from . import lawful
from .models import AppealBodyAddress, LegalBasis, LetterText, PlainWord, StandardText
from .words import forget, standard, wrong_placeholders

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def agree_on_letters(
    *,
    person: Person,
    words: str,
    way: str = LetterWay.PAPER,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> Person:
    """Save how letters reach a person, also one whose address must not be written (need S3).

    A vedtak issued later counts as arrived as `way` says; one issued already is not changed.
    """
    # Locked, so that if two users save at once, the log and the row have the same words.
    person = lock_persons(person.pk)[person.pk]
    check_seen(person, seen)
    person.letter_agreement, person.letter_way = words.strip(), way
    person._history_user = by
    person.save(update_fields=["letter_agreement", "letter_way"])
    events.record(
        person,
        CaseEvent.LETTER_AGREEMENT,
        _("Avtale om brev: %s.")
        % ". ".join(filter(None, [str(LetterWay(way).label), person.letter_agreement.rstrip(".")])),
        by=by,
        at=at,
    )
    return person


# Norwegian letters in a name, replaced in its code.
CODE_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "Æ": "Ae", "Ø": "O", "Å": "A"})


class WordingRefused(RuleBroken):
    """The change to a wording is not allowed; `field` is the form field in error."""


@transaction.atomic
def write_text(
    *,
    version: StandardText | None,
    start: date,
    by: User,
    on: date,
    seen: int | None = None,
    **words: Any,
) -> StandardText:
    """Make a standard text, or the next version of `version`, in force from the day `start`.

    Raises `WordingRefused`."""
    if version is None:
        return _first_version(StandardText, words, start, by, on)
    used = _used_in_vedtak
    return _next_version(version, words, start, by, on, used, seen)


@transaction.atomic
def end_text(
    *, version: StandardText, last_day: date, by: User, on: date, seen: int | None = None
) -> None:
    """Stop offering the standard text after `last_day`. Raises `WordingRefused`."""
    _end(version, last_day, by, on, _used_in_vedtak, seen)


@transaction.atomic
def write_basis(
    *,
    version: LegalBasis | None,
    start: date,
    by: User,
    on: date,
    reason: str = "",
    seen: int | None = None,
    **words: Any,
) -> LegalBasis:
    """Make a legal basis, or the next version of `version`, in force from the day `start`.

    An appeals body other than the one the law gives needs a `reason`, which is kept in the history.
    Raises `OutsideLaw` without one, and `WordingRefused`."""
    citations = f"{words['citation']} {words['citation_nn']}"
    code = version.code if version else ""
    why = check_lawful(*lawful.against(code, citations, words["appeal_body"]), reason)
    if version is None:
        return _first_version(LegalBasis, words, start, by, on, why)
    return _next_version(version, words, start, by, on, _used_in_applications, seen, why)


@transaction.atomic
def end_basis(
    *, version: LegalBasis, last_day: date, by: User, on: date, seen: int | None = None
) -> None:
    """End the legal basis after `last_day`; open applications under it then need another.

    Raises `WordingRefused`."""
    _end(version, last_day, by, on, _used_in_applications, seen)


def _used_in_vedtak(row: StandardText) -> bool:
    return row.vedtak.exists()


def _used_in_applications(row: LegalBasis) -> bool:
    return row.applications.exists()


@transaction.atomic
def add_word(*, word: str, instead: str, by: User) -> PlainWord:
    """Add a word to avoid. Raises `WordingRefused` if it is listed already."""
    if PlainWord.objects.filter(word__iexact=word).exists():
        raise WordingRefused(_("Ordet står allerede på lista."), "word")
    plain_word = PlainWord(word=word, instead=instead)
    plain_word._history_user = by
    plain_word.save()
    return plain_word


@transaction.atomic
def remove_word(*, word: PlainWord, by: User) -> None:
    word._history_user = by
    word.delete()


@transaction.atomic
def write_letter_text(
    *,
    code: str,
    text: str,
    text_nn: str,
    start: date,
    by: User,
    on: date,
    reason: str = "",
    seen: int | None = None,
) -> LetterText:
    """Put the municipality's own words in place of a fixed text of letters, from the day `start`.

    A text that a law wants in the letter (`lawful.DUTIES`) needs a `reason`, which is kept in the
    history. Raises `OutsideLaw` without one, `WordingRefused` where something that is filled in is
    missing or misspelt, and for a day that is past; KeyError for an unknown code."""
    for field, form, written in (
        ("text", LanguageForm.BOKMAL, text),
        ("text_nn", LanguageForm.NYNORSK, text_nn),
    ):
        if wrong := wrong_placeholders(written, code, form):
            raise WordingRefused(wrong, field)
    law, says = lawful.duty(code)
    why = check_lawful(
        says,
        law,
        reason,
        asks=_(
            "Loven krever at brevet sier dette: %(against)s (%(law)s). Sier teksten din det, kryss "
            "av og skriv hvorfor dere endrer den."
        ),
        kept=_("Teksten sier det %(law)s krever. Hvorfor den er endret: %(reason)s"),
    )
    return _letter_text(code, {"text": text, "text_nn": text_nn}, start, by, on, seen, why)


@transaction.atomic
def take_back_letter_text(
    *, code: str, start: date, by: User, on: date, seen: int | None = None
) -> LetterText:
    """Take the standard text of a code back into use, from the day `start`.

    Raises `WordingRefused` for a day that is past."""
    texts = standard(code)
    words = {"text": texts[LanguageForm.BOKMAL], "text_nn": texts[LanguageForm.NYNORSK]}
    return _letter_text(code, {**words, "is_standard": True}, start, by, on, seen)


def _letter_text(
    code: str,
    words: dict[str, Any],
    start: date,
    by: User,
    on: date,
    seen: int | None,
    why: str | None = None,
) -> LetterText:
    forget()
    row = LetterText(code=code)
    return _next_version(row, words, start, by, on, lambda _version: False, seen, why)


@transaction.atomic
def check_appeals_body(
    *,
    body: str,
    name: str,
    name_nn: str,
    address: str,
    by: User,
    at: datetime,
    seen: int | None = None,
) -> AppealBodyAddress:
    """Write the name and address of an appeals body, which somebody has checked: in letters now.

    Raises `Overwritten` when somebody has changed it since `seen`."""
    # Locked, so that of two who change it at once the second is told.
    locked = AppealBodyAddress.objects.select_for_update(of=("self",), no_key=True)
    row = locked.filter(body=body).first() or AppealBodyAddress(body=body)
    check_seen(AppealBodyAddress.history.filter(body=body), seen)
    row.name, row.name_nn, row.address = name, name_nn, address
    row.municipality_number = Municipality.objects.get().number
    row.checked_at, row.checked_by = at, by
    row._history_user, row._change_reason = by, _("Navn og adresse er kontrollert.")
    row.save()
    return row


def _first_version(
    model: type, words: dict[str, Any], start: date, by: User, on: date, why: str | None = None
) -> Any:
    _not_past(start, on)
    code = slugify(words["title"].translate(CODE_LETTERS)).replace("-", "_")[:40] or "uten_navn"
    if model.objects.filter(code=code).exists():
        raise WordingRefused(_("Noe annet har allerede dette navnet. Velg et annet."), "title")
    return _make(model, code, words, DateRange(start, None), by, why)


def _next_version(
    row: Any,
    words: dict[str, Any],
    start: date,
    by: User,
    on: date,
    used: Callable[[Any], bool],
    seen: int | None,
    why: str | None = None,
) -> Any:
    """Make a version from the day `start`, and end the one in force the day before.

    Unused versions from that day or later are deleted."""
    _not_past(start, on)
    for earlier in _versions(row, seen):
        if earlier.valid.lower is not None and earlier.valid.lower >= start:
            _remove_unused(earlier, used, "start", by)
        elif earlier.valid.upper is None or earlier.valid.upper > start:
            _shorten(earlier, start, by)
    return _make(type(row), row.code, words, DateRange(start, None), by, why)


def _end(
    version: Any,
    last_day: date,
    by: User,
    on: date,
    used: Callable[[Any], bool],
    seen: int | None,
) -> None:
    _not_past(last_day, on, "last_day")
    after = last_day + timedelta(days=1)
    for existing in _versions(version, seen):
        if existing.valid.lower is not None and existing.valid.lower >= after:
            _remove_unused(existing, used, "last_day", by)
        elif existing.valid.upper is None or existing.valid.upper > after:
            _shorten(existing, after, by)


def _remove_unused(version: Any, used: Callable[[Any], bool], field: str, by: User) -> None:
    """Delete an unused version. Raises `WordingRefused`, with `field`, if it is used."""
    try:
        if not used(version):
            version._history_user = by
            version.delete()
            return
    except ProtectedError:  # an outcome of a vedtak refers to it
        pass
    raise WordingRefused(
        _("Versjonen fra %(day)s er allerede brukt. Velg en senere dag.")
        % {"day": nbdate(version.valid.lower)},
        field,
    )


def _versions(version: Any, seen: int | None) -> list[Any]:
    """All versions, locked: two users who change it at once make one version after the other, and
    the second, who has not seen it, gets `Overwritten`."""
    locked = type(version).objects.select_for_update(of=("self",))
    versions = list(locked.filter(code=version.code).order_by("valid"))
    check_seen(history_of(version), seen)
    return versions


def history_of(version: Any) -> QuerySet:
    """The history of all versions of a text or a legal basis."""
    return type(version).history.filter(code=version.code)


def _shorten(version: Any, upper: date, by: User) -> None:
    version.valid = DateRange(version.valid.lower, upper)
    version._history_user = by
    version.save()


def _make(
    model: type,
    code: str,
    words: dict[str, Any],
    valid: DateRange,
    by: User,
    why: str | None = None,
) -> Any:
    version = model(code=code, valid=valid, **words)
    version._history_user, version._change_reason = by, why
    version.save()
    return version


def _not_past(day: date, on: date, field: str = "start") -> None:
    if day < on:
        raise WordingRefused(
            _("Velg i dag eller en senere dag. Det som er skrevet før, endres ikke."), field
        )
