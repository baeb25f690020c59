"""Makes letters. Each is rendered once and stored with its checksum (need C15).

`make_letter` makes every letter in a case: the caller gives what this kind of letter says, and
this module adds what all letters have (sender, recipient, copies, contact).

A new kind of letter is a new `LetterKind` and a call. Without its own template it is set with
`templates/letters/plain.typ`, from the data that `body()` gives:

    make_letter(
        kind=LetterKind.MISSING, application=application, title=words["title"],
        data=body(intro=[…], parts=[(heading, text), …], needed=(heading, [text, …]),
                  box=(heading, text)),
        by=by, at=at,
    )
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Municipality
from casework.log import events
from casework.log.enums import LanguageForm, LetterKind, RepresentativeKind
from casework.log.event_kinds import CaseEvent
from casework.log.models import StoredFile
from casework.persons.models import Person, Representative
from casework.persons.models.deaths import died_on
from common import pdf, phones
from common.calendar import local_date
from common.errors import RuleBroken
from common.formatting import nbdate, nbdate_long

from .appeals_bodies import lines
from .models import Letter, LetterCopy
from .words import words

if TYPE_CHECKING:
    from accounts.models import OrganisationUnit, User
    from casework.applications.models import Application
    from casework.vedtak.models import Vedtak

TEMPLATES = {
    LetterKind.VEDTAK: "vedtak",
    LetterKind.INTERIM: "interim_reply",
    LetterKind.OFFER: "offer",
}
# For a letter without its own template.
PLAIN = "plain"
COPIED_TO = (RepresentativeKind.PROXY, RepresentativeKind.GUARDIAN)


class NoAddress(RuleBroken):
    """The person, or a receiver of a copy, has no address that may be printed, and no other way to
    reach them is agreed (need S3). `url` is the page to write it on."""

    def __init__(self, to: Person | Representative) -> None:
        super().__init__(no_address_text(to))
        self.url = agreement_url(to)


class RecipientDead(RuleBroken):
    """The person has died, and nobody represents the estate: no letter can be made."""

    def __init__(self, person: Person, day: date) -> None:
        super().__init__(
            _(
                "%(name)s døde %(day)s, og får ingen brev. Skal dødsboet ha det, registrer først "
                "den som representerer dødsboet, under «Representanter»."
            )
            % {"name": person.name, "day": nbdate(day)}
        )
        self.url = reverse("casework:representatives", args=[person.pk])


@dataclass(frozen=True, slots=True)
class Copy:
    """A receiver of a copy: name, role, and address lines; no lines if it cannot be sent."""

    name: str
    role: str
    address: list[str]

    def __str__(self) -> str:
        return ", ".join([f"{self.name} ({self.role})", *self.address])


@dataclass(frozen=True, slots=True)
class Composed:
    """A letter with all its words, not printed yet. `content` is what its template gets."""

    kind: LetterKind
    application: Application
    vedtak: Vedtak | None
    language: str
    title: str
    template: str
    content: dict[str, Any]
    to: list[Copy]
    by: User
    at: datetime


def compose(
    *,
    kind: LetterKind,
    application: Application,
    title: str,
    data: dict[str, Any],
    by: User,
    at: datetime,
    template: str = "",
    vedtak: Vedtak | None = None,
    to_others: Sequence[Copy] = (),
    reached: bool = True,
) -> Composed:
    """All the words of a letter to the applicant, for `send` or for a page to show.

    `data` is what `templates/letters/<template>.typ` needs, and overrides what `frame` gives. The
    default template is that of the kind, or `plain`. A letter to another receiver (the appeals
    body) gives its own `recipient`. The language is that of the vedtak, else of the person. The
    representatives who get all letters (`copied_to`), and `to_others`, get a copy addressed to
    them. A letter to somebody who has died goes to the representative of the estate, if there is
    one. Raises `RecipientDead` and `NoAddress` if it reaches nobody, unless `reached` is False.
    """
    on = local_date(at)
    try:
        if estate := _estate(application.person, on):
            data = {"recipient": estate, **data}
        if "recipient" not in data and not can_reach(application.person):
            raise NoAddress(application.person)
    except RuleBroken:
        if reached:
            raise
    language = vedtak.language if vedtak else application.person.language_form
    to = [*to_others, *copies(application.person, language=language, on=on, reached=reached)]
    shared = frame(application, language=language, on=on, by=by)
    shared["copies"] = [str(copy) for copy in to]
    return Composed(
        kind=kind,
        application=application,
        vedtak=vedtak,
        language=language,
        title=title,
        template=template or TEMPLATES.get(kind, PLAIN),
        content={**shared, "made_at": at, "title": title, **data},
        to=to,
        by=by,
        at=at,
    )


def send(composed: Composed, page: dict[str, Any] | None = None) -> Letter:
    """Print and store the letter and its copies, in the caller's transaction.

    `page` is what the page of a vedtak shows beside the letter, and is kept with it.
    Raises `common.pdf.UnprintableText` if some text cannot be printed.
    """
    application, at, language = composed.application, composed.at, composed.language
    letter = Letter.objects.create(
        person=application.person,
        application=application,
        vedtak=composed.vedtak,
        kind=composed.kind,
        language=language,
        title=composed.title,
        file=_stored(composed.template, composed.content, composed.title, language, at),
        said=pdf.as_text({**composed.content, "made_at": at.isoformat(), "page": page or {}}),
        made_at=at,
        made_by=composed.by,
    )
    for copy in composed.to:
        _send_copy(letter, copy, composed.template, composed.content)
    return letter


def make_letter(**said: Any) -> Letter:
    """Compose a letter to the applicant and send it: see `compose` and `send`."""
    return send(compose(**said))


def _estate(person: Person, on: date) -> dict[str, Any] | None:
    """The recipient of letters about somebody who has died; None while the person lives.

    Raises `RecipientDead` when nobody represents the estate, and `NoAddress`.
    """
    day = died_on(person)
    if day is None:
        return None
    representative = (
        person.representatives.filter(kind=RepresentativeKind.ESTATE, period__contains=on)
        .order_by("pk")
        .first()
    )
    if representative is None:
        raise RecipientDead(person, day)
    if not representative.is_reached:
        raise NoAddress(representative)
    copy = _copy(representative, person.language_form)
    return {"name": f"{copy.role} {person.name}, {copy.name}", "address": copy.address}


def _send_copy(letter: Letter, copy: Copy, template: str, content: dict[str, Any]) -> None:
    """Make the letter again with the receiver's own address, and record the event."""
    recipient = {"name": copy.name, "address": copy.address}
    data = {**content, "recipient": recipient, "copy_of": content["recipient"]["name"]}
    at, language = letter.made_at, letter.language
    LetterCopy.objects.create(
        letter=letter,
        name=copy.name,
        role=copy.role,
        sent_to=", ".join(copy.address),
        file=_stored(template, data, letter.title, language, at),
    )
    # Without the name: more users read the log than the page of the case.
    events.record(
        letter.person,
        CaseEvent.LETTER_COPIED,
        _("Kopi av brevet «%(title)s» til %(role)s.") % {"title": letter.title, "role": copy.role},
        by=letter.made_by,
        at=at,
        application=letter.application,
        letter=letter.pk,
    )


def _stored(
    template: str, data: dict[str, Any], title: str, language: str, at: datetime
) -> StoredFile:
    printed = pdf.render(template, data, title=title, language=language)
    return StoredFile.objects.create(content=printed, made_at=at)


def body(
    *,
    intro: list[str],
    parts: list[tuple[str, str | list[str]]] = (),
    needed: tuple[str, list[str]] | None = None,
    box: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """The data of `plain.typ`: an opening, headings with text, a list of what is needed, and a box
    for the most important thing (a deadline). Empty parts are left out."""
    return {
        "intro": intro,
        "parts": [{"heading": heading, "text": text} for heading, text in parts if text],
        "needed": {"heading": needed[0], "items": needed[1]} if needed and needed[1] else None,
        "box": {"heading": box[0], "text": box[1]} if box else None,
    }


def frame(application: Application, *, language: str, on: date, by: User) -> dict[str, Any]:
    """The data of every letter: sender, recipient, copies, case number, date, contact, signer."""
    person, unit = application.person, application.unit
    municipality = Municipality.objects.get()
    w = words("letter", language)
    return {
        "sender": sender(unit, municipality, language),
        "recipient": {"name": person.name, "address": address(person, language)},
        "copies": [str(copy) for copy in copies(person, language=language, on=on)],
        "case_number": f"{application.case_year}/{application.case_seq:04d}",
        "date": nbdate_long(on),
        "exempt": w["exempt"],
        "contact": contact(application, by),
        "signers": [{"name": by.get_full_name(), "role": w["signed_by"]}],
    }


def sender(unit: OrganisationUnit, municipality: Municipality, language: str) -> dict[str, Any]:
    """Who a letter is from. A unit without its own address or hours has the municipality's."""
    nynorsk = language == LanguageForm.NYNORSK
    hours = [(row.hours_nn if nynorsk else row.hours) or row.hours for row in (unit, municipality)]
    found = {
        "municipality": municipality.name,
        "unit": unit.name,
        "address": lines(unit.address or municipality.address),
    }
    return {**found, "hours": next(filter(None, hours))} if any(hours) else found


def contact(application: Application, by: User) -> dict[str, str]:
    """Who answers questions about a letter: who is responsible for the case now, else `by`.

    Somebody who no longer works here answers nobody."""
    responsible = application.responsible
    works = responsible and responsible.is_active and responsible.current_roles
    return contact_of(responsible if works else by, application)


def contact_of(user: User, application: Application) -> dict[str, str]:
    """The user as contact, with the phone of the unit that has the case."""
    phone = phones.shown(application.unit.phone or Municipality.objects.get().phone)
    return {"name": user.get_full_name(), "phone": phone}


def address(person: Person, language: str) -> list[str]:
    """The address lines of the letter; instead of a protected or missing address a line that says
    that it is delivered as agreed with the person (need S3)."""
    if not has_address(person):
        return [words("letter", language)["by_agreement"]]
    return [person.address, f"{person.postcode} {person.city}".strip()]


def has_address(person: Person) -> bool:
    """Whether the person has a complete address that may be printed."""
    return bool(not person.is_protected and person.address and (person.postcode or person.city))


def can_reach(person: Person) -> bool:
    """Whether a letter can reach the person: by an address, or in another way that is agreed."""
    return has_address(person) or person.agreed_on_letters


def no_address_text(to: Person | Representative) -> str:
    """The text that says why no letter or copy can be made, and what to do."""
    why = (
        _("%(name)s har adressebeskyttelse, og adressen skal ikke stå i brevet.")
        if to.is_protected
        else _("Vi har ingen adresse til %(name)s.")
    )
    advice = _("Avtal hvordan brevet når fram, og skriv det under «Avtale om brev».")
    if isinstance(to, Representative):
        advice = _(
            "%(kind)s får kopi av alle brev: skriv adressen, eller hvordan kopien når fram, under "
            "«Representanter»."
        ) % {"kind": to.get_kind_display()}
    return f"{why % {'name': to.name}} {advice}"


def agreement_url(to: Person | Representative) -> str:
    """The URL of the page where the user writes how letters or copies reach them."""
    if isinstance(to, Representative):
        return reverse("casework:representatives", args=[to.person_id])
    return reverse("casework:letter_agreement", args=[to.pk])


def copied_to(person: Person, on: date) -> list[Representative]:
    """The representatives who get a copy of every letter: fullmektig and verge (C3, fvl. § 12)."""
    return list(
        person.representatives.filter(kind__in=COPIED_TO, period__contains=on).order_by("pk")
    )


def copies(person: Person, *, language: str, on: date, reached: bool = False) -> list[Copy]:
    """A copy for each of `copied_to`; with `reached`, raises `NoAddress` if one cannot be sent."""
    representatives = copied_to(person, on)
    for representative in representatives:
        if reached and not representative.is_reached:
            raise NoAddress(representative)
    return [_copy(representative, language) for representative in representatives]


def _copy(to: Representative, language: str) -> Copy:
    w = words("letter", language)
    role = w["roles"][to.kind]
    if to.sent_to:
        return Copy(to.name, role, [to.address, f"{to.postcode} {to.city}".strip()])
    return Copy(to.name, role, [w["by_agreement"]] if to.is_reached else [])


def copy_to_party(person: Person, language: str) -> Copy:
    """The person's copy of a letter sent to another receiver (fvl. § 33). Raises `NoAddress`."""
    if day := died_on(person):
        raise RecipientDead(person, day)
    if not can_reach(person):
        raise NoAddress(person)
    return Copy(person.name, words("letter", language)["party"], address(person, language))


def file_name(letter: Letter, *, copy: int | None = None) -> str:
    """The name of the PDF, without the person's name: `vedtak-2026-0944.pdf`."""
    number = f"{letter.application.case_year}-{letter.application.case_seq:04d}"
    if copy:
        number += f"-kopi-{copy}"
    return f"{letter.kind.replace('_', '-')}-{number}.pdf"
