"""Making a letter: rendered once, stored with its checksum, never again (need C15).

`make_letter` is for every letter in a case: the caller gives what that kind of letter says, this
module adds what all of them share (sender, recipient, copies, who to ask).

A new kind of letter is a `LetterKind` and a call. Without a template of its own it is drawn by
`templates/letters/plain.typ`, whose data is what `body()` gives:

    make_letter(
        kind=LetterKind.MISSING, application=application, title=words["title"],
        data=body(intro=[…], parts=[(heading, text), …], needed=(heading, [text, …]),
                  box=(heading, text)),
        by=by, at=at,
    )
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from accounts.models import Municipality
from common import pdf
from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import nbdate_long

from .enums import LanguageForm, LetterKind, RepresentativeKind
from .models import Application, Letter, Person, StoredFile, Vedtak

if TYPE_CHECKING:
    from accounts.models import User

TEMPLATES = {
    LetterKind.VEDTAK: "vedtak",
    LetterKind.INTERIM: "interim_reply",
    LetterKind.OFFER: "offer",
}
# A letter without a template of its own.
PLAIN = "plain"
EXEMPT = {
    LanguageForm.BOKMAL: "Unntatt offentlighet, offentleglova § 13",
    LanguageForm.NYNORSK: "Unnateke offentlegheit, offentleglova § 13",
}
BY_AGREEMENT = {
    LanguageForm.BOKMAL: "Sendes etter avtale",
    LanguageForm.NYNORSK: "Blir sendt etter avtale",
}
ROLES = {
    RepresentativeKind.PROXY: ("fullmektig", "fullmektig"),
    RepresentativeKind.GUARDIAN: ("verge", "verje"),
}
SIGNED_BY = {LanguageForm.BOKMAL: "Saksbehandler", LanguageForm.NYNORSK: "Saksbehandlar"}


class NoAddress(RuleBroken):
    """Nothing may or can be printed as the address, and no other way is agreed (need S3)."""

    def __init__(self, person: Person) -> None:
        self.person = person
        super().__init__(no_address(person))


def make_letter(
    *,
    kind: LetterKind,
    application: Application,
    title: str,
    data: dict[str, Any],
    by: User,
    at: datetime,
    template: str = "",
    vedtak: Vedtak | None = None,
) -> Letter:
    """Render and store a letter to the applicant, in the caller's transaction.

    `data` is what `templates/letters/<template>.typ` asks for; what it leaves out of the shared
    part comes from `frame`; without a template it is the kind's own, or `plain`. A letter to
    somebody else (the klageinstans) gives its own `recipient`. Written in the vedtak's language,
    else in the person's own målform. Raises `NoAddress`, and `common.pdf.UnprintableText` when
    something in it cannot be drawn.
    """
    if "recipient" not in data and not reaches(application.person):
        raise NoAddress(application.person)
    language = vedtak.language if vedtak else application.person.language_form
    on = local_date(at)
    shared = frame(application, language=language, on=on, by=by)
    content = {**shared, "made_at": at, "title": title, **data}
    printed = pdf.render(
        template or TEMPLATES.get(kind, PLAIN), content, title=title, language=language
    )
    file = StoredFile.objects.create(content=printed, made_at=at)
    return Letter.objects.create(
        person=application.person,
        application=application,
        vedtak=vedtak,
        kind=kind,
        language=language,
        title=title,
        copies_to=content["copies"],
        file=file,
        made_at=at,
        made_by=by,
    )


def body(
    *,
    intro: list[str],
    parts: list[tuple[str, str | list[str]]] = (),
    needed: tuple[str, list[str]] | None = None,
    box: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """What a letter of `plain.typ` says: an opening, headings with text, a list, and what matters
    most (a deadline) in a box of its own. Empty parts are left out."""
    return {
        "intro": intro,
        "parts": [{"heading": heading, "text": text} for heading, text in parts if text],
        "needed": {"heading": needed[0], "items": needed[1]} if needed and needed[1] else None,
        "box": {"heading": box[0], "text": box[1]} if box else None,
    }


def frame(application: Application, *, language: str, on: date, by: User) -> dict[str, Any]:
    """What every letter has: sender, recipient, copies, case number, date, contact, signer."""
    person, unit = application.person, application.unit
    municipality = Municipality.objects.get()
    answers = application.responsible or by
    return {
        "sender": {
            "municipality": municipality.name,
            "unit": unit.name,
            "address": _lines(unit.address or municipality.address),
        },
        "recipient": {"name": person.name, "address": address(person, language)},
        "copies": copies(person, language=language, on=on),
        "case_number": f"{application.case_year}/{application.case_seq:04d}",
        "date": nbdate_long(on),
        "exempt": EXEMPT[language],
        "contact": {"name": answers.get_full_name(), "phone": unit.phone or municipality.phone},
        "signers": [{"name": by.get_full_name(), "role": SIGNED_BY[language]}],
    }


def address(person: Person, language: str) -> list[str]:
    """Where the letter goes. A protected address is never printed, and neither is a missing one:
    how the letter reaches the person is then agreed with them (need S3)."""
    if not has_address(person):
        return [BY_AGREEMENT[language]]
    return [person.address, f"{person.postcode} {person.city}".strip()]


def has_address(person: Person) -> bool:
    """An address that may be printed, and that the post can find."""
    return bool(not person.is_protected and person.address and (person.postcode or person.city))


def reaches(person: Person) -> bool:
    """Whether a letter can be made: it has an address, or another way is agreed."""
    return has_address(person) or bool(person.letter_agreement.strip())


def no_address(person: Person) -> str:
    """Why no letter can be made, and what to do instead."""
    why = (
        _("%(name)s har adressebeskyttelse, og adressen skal ikke stå i brevet.")
        if person.is_protected
        else _("Vi har ingen adresse til %(name)s.")
    )
    todo = _("Avtal hvordan brevet når fram, og skriv det under «Avtale om brev».")
    return f"{why % {'name': person.name}} {todo}"


def copies(person: Person, *, language: str, on: date) -> list[str]:
    """The fullmektig and the verge receive every letter (need C3, fvl. § 12)."""
    return [
        f"{representative.name} ({ROLES[representative.kind][language == LanguageForm.NYNORSK]})"
        for representative in person.representatives.filter(
            kind__in=list(ROLES), period__contains=on
        ).order_by("pk")
    ]


def file_name(letter: Letter) -> str:
    """`vedtak-2026-0944.pdf`: the case, and no name."""
    number = f"{letter.application.case_year}-{letter.application.case_seq:04d}"
    return f"{letter.kind.replace('_', '-')}-{number}.pdf"


def _lines(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
