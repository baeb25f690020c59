"""The person of a row in a file: found again, or registered (needs C4, X1).

A report never names a person, and says the same of somebody the user may not see as the form for a
new person does.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.enums import CASE_ROLES
from accounts.file_imports.kinds import Reading, TemplateColumn, Work
from accounts.models import Role, User
from casework.log.enums import IdKind
from common import cells, national_id, phones
from common.calendar import local_date
from common.cells import folded
from common.errors import RuleBroken

from .actions.persons import (
    holder_of,
    register_person,
    similar_persons,
)
from .models import Person

if TYPE_CHECKING:
    from datetime import date

COLUMNS = (
    TemplateColumn("fødselsnummer", _("elleve siffer, også D-nummer"), "", False),
    TemplateColumn("duf", _("tolv siffer, for den som ikke har fødselsnummer")),
    TemplateColumn("fornavn", _("personens fornavn, eller det eneste navnet"), "Kari"),
    TemplateColumn("etternavn", _("personens etternavn"), "Eksempel"),
    TemplateColumn("fødselsdato", _("dag, måned og år"), "01.02.1980"),
    TemplateColumn("telefon", _("telefonnummer")),
    TemplateColumn("saksbehandler", _("brukernavn eller e-post; ellers deg selv")),
)
NO_NAME = _("Fornavn eller etternavn må fylles ut.")
DIGITS = {"fødselsnummer": 11, "duf": 12}


class PersonRefused(RuleBroken):
    """The row does not say clearly which person it is about."""


def person_of(row: dict[str, Any], work: Work, known: QuerySet) -> tuple[Person, bool]:
    """The person of the row, and whether they were registered by it.

    Rows with the same number, or with the same name and birth date and no number, are one person;
    so is somebody in Varig whose lease, stay or case the row is: `known` is the keys of those.
    Raises `PersonRefused` when the person may be registered already, or the number belongs to
    somebody the user may not see.
    """
    by, at = work.by, work.at
    number, duf, first, last, born = read_person(row, work)
    if number or duf:
        found, _before = holder_of(national_id=number, duf="" if number else duf)
        if found is not None:
            return _known(found, last or first, by), False
    if not first and not last:
        raise PersonRefused(str(NO_NAME))
    person = _without_number(first, last, born, number or duf, known, work)
    if person is not None:
        return person, False
    phone = phones.kept(cells.one_line(row.get("telefon")))
    if len(phone) > phones.LONGEST:
        raise PersonRefused(str(_("Telefonnummeret er for langt, og kan ikke leses.")))
    facts = {
        "first_name": first,
        "last_name": last,
        "birth_date": born,
        "national_id": number,
        "duf": "" if number else duf,
        "id_kind": IdKind.NATIONAL if number else IdKind.DUF if duf else IdKind.NONE,
        "phone": phone,
        "responsible": _responsible(row, by, at),
    }
    return register_person(by=by, at=at, facts=facts), True


def read_person(row: dict[str, Any], work: Work) -> tuple[str, str, str, str, date | None]:
    """Number, DUF, first and last name and birth date of the row. Raises `RowRefused`."""
    read = Reading()
    number, duf = _number(row, "fødselsnummer"), _number(row, "duf")
    parsed = read(national_id.parse, number) if number else None
    kept_duf = read(national_id.parse_duf, duf) if duf else ""
    first = (read(cells.one_line, row.get("fornavn")) or "")[:80]
    last = (read(cells.one_line, row.get("etternavn")) or "")[:80]
    born = read(cells.day, row.get("fødselsdato"), str(_("fødselsdato")))
    if born and born > local_date(work.at):
        read.refuse(_("Fødselsdatoen er ikke kommet ennå."))
    if not (number or duf or first or last) and not read.errors:
        read.refuse(NO_NAME)
    read.done()
    return parsed.value if parsed else "", kept_duf or "", first, last, born


def _without_number(
    first: str, last: str, born: date | None, number: str, known: QuerySet, work: Work
) -> Person | None:
    """The person with the name and the birth date, without the help of a number; None for somebody
    new. Raises `PersonRefused` when it is not clear."""

    def of_the_name(persons: QuerySet[Person]) -> list[Person]:
        name = folded(first), folded(last)
        persons = persons.visible_to(work.by).filter(birth_date=born).order_by("pk")
        return [p for p in persons if (folded(p.first_name), folded(p.last_name)) == name]

    of_the_row = [] if number else of_the_name(Person.objects.filter(pk__in=known))
    if len(of_the_row) == 1:
        return of_the_row[0]
    earlier = of_the_name(Person.objects.filter(created_by=work.by, created_at=work.at))
    # Two with a number each are two persons.
    earlier = [p for p in earlier if not (number and (p.national_id or p.duf))]
    if len(earlier) == 1 and not number and born:
        return earlier[0]
    if earlier:
        raise PersonRefused(
            str(
                _(
                    "En tidligere rad har samme navn. Er det den samme, må nummeret, eller "
                    "fødselsdatoen når ingen har nummer, stå på begge radene."
                )
            )
        )
    _refuse_similar(first, last, born, bool(number), work)
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
        raise PersonRefused(str(_("Nummeret må kontrolleres av en annen. Spør lederen din.")))
    registered = folded(visible.last_name or visible.first_name).split()
    if last_name and not set(folded(last_name).split()) & set(registered):
        raise PersonRefused(
            str(_("Nummeret er registrert på en person med et annet etternavn. Se etter i filen."))
        )
    return visible


def _refuse_similar(first: str, last: str, born: date | None, has_number: bool, work: Work) -> None:
    """A row with a number is not somebody with another number; without one it may be anybody."""
    for each in similar_persons(user=work.by, first_name=first, last_name=last, birth_date=born):
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
    named = Q(username__iexact=name) | Q(email__iexact=name)
    roles = Role.objects.filter(kind__in=CASE_ROLES, period__contains=local_date(at))
    users = User.objects.filter(named, is_active=True, pk__in=roles.values("user"))
    user = users.order_by("pk").first()
    if user is None:
        raise PersonRefused(
            str(
                _(
                    "Ingen som kan ha saker i Varig nå, heter «%(name)s». Skriv brukernavn eller "
                    "e-post."
                )
            )
            % {"name": name}
        )
    return user
