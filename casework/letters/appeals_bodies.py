"""The appeals bodies (klageinstanser) of this municipality: names and addresses for letters."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from accounts.models import Municipality
from casework.log.enums import AppealBody, LanguageForm

from .defaults import STATE_BODIES
from .models import AppealBodyAddress
from .words import words

_tried: ContextVar[AppealBodyAddress | None] = ContextVar("appeals_body_tried", default=None)


@dataclass(frozen=True, slots=True)
class AppealsBody:
    """An appeals body as a letter names it, with the lines of its address."""

    name: str
    address: list[str]

    @property
    def named(self) -> str:
        """Its name, with the address after it in parentheses."""
        return f"{self.name} ({', '.join(self.address)})" if self.address else self.name


def of(body: str, municipality: Municipality, language: str) -> AppealsBody:
    """The appeals body (an `AppealBody`): as somebody here has checked it, else `suggested`."""
    tried = _tried.get()
    if tried and tried.body == body:
        row = tried
    else:
        row = AppealBodyAddress.objects.filter(body=body).first()
    if row:
        name = row.name_nn if language == LanguageForm.NYNORSK else row.name
        return AppealsBody(name, lines(row.address))
    return suggested(body, municipality, language)


@contextmanager
def trying(body: str, **words: str) -> Iterator[None]:
    """Within this, `of` gives this name and address, as if they were saved: for a preview."""
    token = _tried.set(AppealBodyAddress(body=body, **words))
    try:
        yield
    finally:
        _tried.reset(token)


def suggested(body: str, municipality: Municipality, language: str) -> AppealsBody:
    """The appeals body as it follows from the municipality's number: nobody here has checked it."""
    t = words("appeal", language)
    if body == AppealBody.MUNICIPAL:
        name = t["municipal"].format(municipality=municipality.name)
        return AppealsBody(name, lines(municipality.address))
    county, *address = STATE_BODIES.get(municipality.number[:2], ("",))
    return AppealsBody(t["state_in"].format(county=county) if county else t["state"], address)


def names(municipality: str, language: str) -> dict[str, str]:
    """The name of each `AppealBody`, for a page: as checked, else without where it is."""
    t = words("appeal", language)
    usual = {
        AppealBody.STATE: t["state"],
        AppealBody.MUNICIPAL: t["municipal"].format(municipality=municipality),
    }
    nynorsk = language == LanguageForm.NYNORSK
    return {str(body): name for body, name in usual.items()} | {
        row.body: row.name_nn if nynorsk else row.name for row in AppealBodyAddress.objects.all()
    }


def is_checked(row: AppealBodyAddress | None, municipality: Municipality) -> bool:
    """Whether somebody has checked the name and address, for this number of the municipality."""
    return row is not None and row.municipality_number == municipality.number


def unchecked() -> list[str]:
    """The appeals bodies (`AppealBody`) whose address nobody has checked."""
    municipality = Municipality.objects.get()
    rows = {row.body: row for row in AppealBodyAddress.objects.all()}
    return [body for body in AppealBody.values if not is_checked(rows.get(body), municipality)]


def without_address(bodies: Collection[str]) -> list[str]:
    """Those of the appeals bodies (`AppealBody`) that a letter could not say the address of."""
    written = dict(AppealBodyAddress.objects.filter(body__in=bodies).values_list("body", "address"))
    if all(written.get(body) for body in bodies):
        return []
    here = Municipality.objects.get()
    for body in set(bodies) - set(written):
        written[body] = ", ".join(suggested(body, here, LanguageForm.BOKMAL).address)
    return sorted(body for body, address in written.items() if not address)


def lines(text: str) -> list[str]:
    """An address as lines, as it was written with commas or line breaks."""
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]
