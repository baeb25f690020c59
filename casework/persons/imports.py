"""The person of a row in a file: found again, or registered (needs C4, X1).

A report never names a person, and says the same of somebody the user may not see as the form for a
new person does.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.file_imports.kinds import TemplateColumn, Work
from accounts.models import User
from casework.log.enums import IdKind
from common import cells, national_id
from common.cells import folded
from common.errors import RuleBroken

from .actions.persons import AlreadyRegistered, register_person, similar_persons
from .models import Person

if TYPE_CHECKING:
    from datetime import date

COLUMNS = (
    TemplateColumn("fødselsnummer", _("elleve siffer, også D-nummer"), "", False),
    TemplateColumn("duf", _("tolv siffer, for den som ikke har fødselsnummer")),
    TemplateColumn("fornavn", _("personens fornavn"), "Kari", True),
    TemplateColumn("etternavn", _("personens etternavn"), "Eksempel", True),
    TemplateColumn("fødselsdato", _("dag, måned og år"), "01.02.1980"),
    TemplateColumn("telefon", _("telefonnummer")),
    TemplateColumn("saksbehandler", _("brukernavn eller e-post; ellers deg selv")),
)
DIGITS = {"fødselsnummer": 11, "duf": 12}


class PersonRefused(RuleBroken):
    """The row does not say clearly which person it is about."""


class _Registered(NamedTuple):
    """Somebody this file has registered. While it is only read, the person is not kept."""

    pk: int
    number: str
    last_name: str


def person_of(row: dict[str, Any], work: Work) -> tuple[Person, bool]:
    """The person of the row, and whether they were registered by it.

    Rows with the same number, or with the same name and birth date and no number, are one person.
    Raises `AlreadyRegistered` for a number that belongs to somebody the user may not see, and
    `PersonRefused` when the person may be registered already.
    """
    by, at = work.by, work.at
    number = _number(row, "fødselsnummer")
    number = number and national_id.parse(number).value
    duf = _number(row, "duf")
    duf = duf and national_id.parse_duf(duf)
    first = cells.one_line(row.get("fornavn"))[:80]
    last = cells.one_line(row.get("etternavn"))[:80]
    born = cells.day(row.get("fødselsdato"), str(_("fødselsdato")))
    if number or duf:
        found = Person.objects.filter(Q(national_id=number) if number else Q(duf=duf)).first()
        if found is not None:
            return _known(found, last, by), False
    if not first or not last:
        raise PersonRefused(str(_("Fornavn og etternavn må fylles ut.")))
    registered = work.once("registered", lambda: _registered_by(work))
    key = (folded(first), folded(last), born)
    earlier = _earlier(registered, key, number or duf, last)
    person = earlier and Person.objects.visible_to(by).filter(pk=earlier.pk).first()
    if person:
        return person, False
    if earlier is None:
        _refuse_similar(first, last, born, bool(number or duf), by)
    facts = {
        "first_name": first,
        "last_name": last,
        "birth_date": born,
        "national_id": number,
        "duf": "" if number else duf,
        "id_kind": IdKind.NATIONAL if number else IdKind.DUF if duf else IdKind.NONE,
        "phone": cells.one_line(row.get("telefon"))[:20],
        "responsible": _responsible(row, by, at),
    }
    person = register_person(by=by, at=at, facts=facts)
    _remember(registered, person)
    return person, earlier is None or work.write


def _registered_by(work: Work) -> dict[Any, list[_Registered]]:
    """Whom an earlier run of this file registered before it stopped: see `_remember`."""
    registered: dict[Any, list[_Registered]] = {}
    for person in Person.objects.filter(created_by=work.by, created_at=work.at).order_by("pk"):
        _remember(registered, person)
    return registered


def _remember(registered: dict[Any, list[_Registered]], person: Person) -> None:
    """Keep the person by their number, and by name and birth date."""
    number = person.national_id or person.duf
    key = (folded(person.first_name), folded(person.last_name), person.birth_date)
    for each in filter(None, (number, key)):
        registered.setdefault(each, []).append(_Registered(person.pk, number, person.last_name))


def _earlier(
    registered: dict[Any, list[_Registered]], key: tuple, number: str, last_name: str
) -> _Registered | None:
    """The one an earlier row of the file registered. Raises `PersonRefused` when it is unclear."""
    if number and number in registered:
        _check_last_name(last_name, registered[number][0].last_name)
        return registered[number][0]
    # Two with a number each are two persons.
    maybe = [each for each in registered.get(key, []) if not (number and each.number)]
    if len(maybe) == 1 and not number and key[-1] is not None:
        return maybe[0]
    if maybe:
        raise PersonRefused(
            str(
                _(
                    "En tidligere rad har samme navn. Er det den samme, må nummeret, eller "
                    "fødselsdatoen når ingen har nummer, stå på begge radene."
                )
            )
        )
    return None


def _number(row: dict[str, Any], name: str) -> str:
    """The digits; Excel drops a leading zero of a number that is not text."""
    cell = row.get(name)
    text = cells.one_line(cell).replace(" ", "").replace("-", "")
    if isinstance(cell, int | float) and len(text) == DIGITS[name] - 1:
        text = text.zfill(DIGITS[name])
    return text


def _known(found: Person, last_name: str, by: User) -> Person:
    visible = Person.objects.visible_to(by).filter(pk=found.merged_into_id or found.pk).first()
    if visible is None:
        raise AlreadyRegistered(None)
    _check_last_name(last_name, visible.last_name)
    return visible


def _check_last_name(written: str, registered: str) -> None:
    if written and not set(folded(written).split()) & set(folded(registered).split()):
        raise PersonRefused(
            str(_("Nummeret er registrert på en person med et annet etternavn. Se etter i filen."))
        )


def _refuse_similar(first: str, last: str, born: date | None, has_number: bool, by: User) -> None:
    """A row with a number is not somebody with another number; without one it may be anybody."""
    for each in similar_persons(user=by, first_name=first, last_name=last, birth_date=born):
        if not has_number or not (each.person.national_id or each.person.duf):
            raise PersonRefused(
                str(
                    _(
                        "En som ligner, er registrert fra før. Søk opp personen: er det den "
                        "samme, skriv nummeret på personen og i filen. Ellers må raden føres inn "
                        "for hånd."
                    )
                )
            )


def _responsible(row: dict[str, Any], by: User, at: datetime) -> User:
    name = cells.one_line(row.get("saksbehandler"))
    if not name:
        return by
    users = User.objects.filter(Q(username__iexact=name) | Q(email__iexact=name), is_active=True)
    user = users.order_by("pk").first()
    if user is None:
        raise PersonRefused(
            str(_("Ingen bruker i Varig heter «%(name)s». Skriv brukernavn eller e-post."))
            % {"name": name}
        )
    return user
