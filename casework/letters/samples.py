"""A letter to nobody, in the municipality's words: what a new text looks like before it is used.

`sample(code, language, …)` is the letter that has the text, with invented names and days filled in.
Nothing in it comes from a case. It is marked as a draft.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from accounts.models import Municipality, OrganisationUnit
from casework.log.enums import AppealBody, LanguageForm
from common import pdf, phones

from . import appeals_bodies, letters
from .words import standards, words

# What is filled in, in bokmål and nynorsk.
EXAMPLES: dict[str, tuple[str, str]] = {
    "amount": ("16 000 kr", "16 000 kr"),
    "answer": ("Jeg vil helst bo nær skolen.", "Eg vil helst bu nær skulen."),
    "body": ("klageinstansen", "klageinstansen"),
    "case": ("2026/0001", "2026/0001"),
    "changed": ("Vi leter nær skolen.", "Vi leitar nær skulen."),
    "citations": ("kommunens retningslinjer", "retningslinjene til kommunen"),
    "county": ("Eksempel", "Eksempel"),
    "floor": ("2", "2"),
    "from_month": ("januar 2025", "januar 2025"),
    "from_value": ("134,2", "134,2"),
    "higher": ("3", "3"),
    "kind": ("kommunal bolig", "kommunal bustad"),
    "lift": ("med heis", "med heis"),
    "n": ("to", "to"),
    "name": ("Kari Eksempel", "Kari Eksempel"),
    "new": ("8 200 kr", "8 200 kr"),
    "old": ("8 000 kr", "8 000 kr"),
    "other": ("du får hjelp til å bo", "du får hjelp til å bu"),
    "place": ("Eksempel gjestehus", "Eksempel gjestehus"),
    "rent": ("8 000 kr", "8 000 kr"),
    "rooms": ("toroms", "toroms"),
    "rule": ("", ""),
    "same": ("1", "1"),
    "section": ("§ 35 bokstav a", "§ 35 bokstav a"),
    "text": ("En boveileder kommer to timer i uken.", "Ein burettleiar kjem to timar i veka."),
    "title": ("Du får leie kommunal bolig", "Du får leige kommunal bustad"),
    "to_month": ("januar 2026", "januar 2026"),
    "to_value": ("137,6", "137,6"),
    "type": ("", ""),
    "weeks": ("tre uker", "tre veker"),
    "what": ("kommunal bolig", "kommunal bustad"),
    "who": ("Ola Eksempel", "Ola Eksempel"),
    "words": ("Et sted å bli.", "Ein stad å bli."),
    "years": ("tre", "tre"),
}
# These are days.
DAYS = (
    "day",
    "promised",
    "arrives",
    "due",
    "start",
    "end",
    "on",
    "issued",
    "made",
    "received",
    "dismissed",
    "decided",
)
DAY = "2. november 2026"

# Of a kind of letter whose texts are alternatives: those of a usual one, in order.
USUAL = {
    "appeal": ("confirm_title", "confirm_intro", "then", "may_wait", "can_do", "when"),
    "lease_information": ("title", "intro", "term", "rent", "deposit", "leave", "box"),
    "comparison": ("title", "intro", "stands"),
    "appeal_file": ("title", "intro"),
}
# Headings over what is not a fixed text.
HEADINGS = ("missing.needed", "missing.by", "missing.so", "notice.considering", "notice.grounds")
# The kinds of text that the sample of an offer, and of a vedtak, shows.
OFFER_SECTIONS = ("offer", "dwelling")
VEDTAK_SECTIONS = ("vedtak", "frame", "letter", "unit_types")
# The texts of `frame` that the sample of an offer, or of a foreløpig svar, shows.
OFFER = (
    *("dwelling", "viewing", "answer", "if_yes", "if_no", "slip", "yes", "no", "comment"),
    *("place_date", "signature"),
)
INTERIM = ("delay", "expected", "needed", "meanwhile")
MINUTES_FROM = "present"  # this text of `frame` and those after it stand in minutes

# The sentences of a vedtak in order: of each line one is said, the first unless another is edited.
DECIDED = (
    ("", "replaces", "replaces_part"),
    ("", "notified", "notified_answered"),
    ("outcomes.innvilget", "outcomes.*", "unmet"),
    ("dwelling", "extend", "place", "unmet_type"),
    ("validity_dwelling", "validity", "validity_extension", "validity_help", "stay"),
    ("", "partly_refused", "help_content"),
    ("basis", "dismissed_basis", "lapsed_basis"),
)
THEN = (("waiting", "extension", "help", "lasting", "refused"), ("", "costs"))


def render(
    code: str,
    language: str,
    *,
    municipality: Municipality,
    unit: OrganisationUnit | None,
    signer: str,
    at: datetime,
) -> bytes:
    """The PDF of the sample of a text. Raises `common.pdf.UnprintableText`."""
    sample = Sample(code, str(language), municipality, unit or OrganisationUnit())
    template, data = sample.letter()
    content = {**sample.frame(signer), **data, "made_at": at}
    return pdf.render(template, content, title=content["title"], language=sample.language)


class Sample:
    """The letter of one text, in one language form."""

    def __init__(
        self, code: str, language: str, municipality: Municipality, unit: OrganisationUnit
    ) -> None:
        self.code, self.language = code, language
        self.section, _dot, self.name = code.partition(".")
        self.municipality, self.unit = municipality, unit
        form = list(map(str, LanguageForm.values)).index(language)
        self.examples = {name: texts[form] for name, texts in EXAMPLES.items()}
        self.examples |= {**dict.fromkeys(DAYS, DAY), "municipality": municipality.name}
        self.examples["unit"] = unit.name or municipality.name

    def say(self, code: str) -> str:
        """A text as it is worded now, with the examples filled in."""
        section, *way = code.split(".")
        found: Any = words(section, self.language)
        for step in way:
            found = found[int(step)] if isinstance(found, list) else found[step]
        return found.format_map(self.examples)

    def frame(self, signer: str) -> dict[str, Any]:
        number = self.unit.phone or self.municipality.phone
        sent = letters.sender(self.unit, self.municipality, self.language)
        return {
            "sender": {**sent, "unit": self.unit.name},
            "recipient": {
                "name": self.examples["name"],
                "address": [
                    self.say("letter.by_agreement") if self.name == "by_agreement" else "Storgata 1"
                ],
            },
            "copies": [f"{self.examples['who']} ({self.say('letter.roles.fullmektig')})"],
            "copy_of": self.examples["name"] if self.code == "frame.copy_of" else None,
            "case_number": self.examples["case"],
            "date": DAY,
            "exempt": self.say("letter.exempt"),
            "contact": {"name": signer, "phone": phones.shown(number)},
            "signers": [{"name": signer, "role": self.say("letter.signed_by")}],
            "draft": True,
        }

    def letter(self) -> tuple[str, dict[str, Any]]:
        """The template and its data; the text is always in it."""
        if self.section in OFFER_SECTIONS or self._of_frame(OFFER):
            template, data = "offer", self._offer()
        elif self.section == "interim" or self._of_frame(INTERIM):
            template, data = "interim_reply", self._interim()
        elif self.section in VEDTAK_SECTIONS:
            template, data = "vedtak", self._vedtak()
        else:
            return "plain", self._plain()
        if not self._shows(data):
            return "plain", self._plain()
        return template, data

    def _of_frame(self, names: tuple[str, ...]) -> bool:
        return self.section == "frame" and self.name in names

    def _shows(self, data: dict[str, Any]) -> bool:
        if self.section == "letter":
            return self.name in ("exempt", "by_agreement", "signed_by", "roles.fullmektig")
        if self.section == "frame":
            names = [code.partition(".")[2] for code in standards(self.language)]
            names = [name for name in names if f"frame.{name}" in standards(self.language)]
            return names.index(self.name) < names.index(MINUTES_FROM)
        return self.say(self.code) in "\n".join(_texts(data))

    def _vedtak(self) -> dict[str, Any]:
        basis = "kommunal_bolig"
        if self.name.startswith("bases."):
            basis = self.name.split(".")[1]
        named = f"vedtak.bases.{basis}."
        if self.section == "unit_types":
            kind = self.say(self.code)
            self.examples["type"] = words("vedtak", self.language)["type"].format(type=kind)
        if self.name == "type":
            self.examples["type"] = words("vedtak", self.language)["type"].format(
                type=self.say("unit_types.omsorgsbolig")
            )
        self.examples["what"] = self.say(f"{named}applied_for")
        self.examples["title"] = self.say(f"{named}yes")
        title = self.say(self.code) if self.name.endswith("title") else self.examples["title"]
        if self.name.endswith(".no"):
            title = self.say(self.code)
        return {
            "title": title,
            "vedtak": [" ".join(self._chosen(DECIDED))],
            "next": [" ".join(self._chosen(THEN))],
            "facts": self._example(),
            "rules": None,
            "assessment": self._example(),
            "own_view": self.say("vedtak.talk" if self.name == "talk" else "vedtak.wish"),
            "children": self._example(),
            "conditions": [self._example()],
            "appeal": {
                "deadline": f"{self.say('vedtak.deadline')} {self.say('vedtak.last_day')}",
                "instance": " ".join(self._instances(f"{named}appeal_about")),
                "how": self.say("vedtak.how"),
                "help": self.say("vedtak.help_appeal"),
                "access": self.say("vedtak.access"),
                "suspension": self.say("vedtak.suspension"),
            },
        }

    def _instances(self, about: str) -> Iterator[str]:
        decides = words("vedtak", self.language)["decides"]
        for body in AppealBody.values:
            named = appeals_bodies.of(body, self.municipality, self.language).named
            yield decides.format(body=named, what=self.say(about))

    def _chosen(self, lines: tuple[tuple[str, ...], ...]) -> Iterator[str]:
        for line in lines:
            edited = self.code.startswith("vedtak.") and (
                self.name in line or f"{self.name.split('.')[0]}.*" in line
            )
            name = self.name if edited else line[0]
            if name:
                yield self.say(f"vedtak.{name}")

    def _offer(self) -> dict[str, Any]:
        return {
            "title": self.say("offer.title"),
            "intro": self.say("offer.intro"),
            "dwelling": {
                "address": "Storgata 1",
                "facts": [
                    [self.say("offer.size"), self.say("dwelling.bedrooms")],
                    [self.say("offer.rent"), self.say("offer.rent_value")],
                    [self.say("offer.free"), DAY],
                    ["", self.say("dwelling.floor")],
                ],
            },
            "viewing": self._example(),
            "answer_by": DAY,
            "how_answer": self.say("offer.how"),
            "if_yes": self.say("offer.yes"),
            "if_no": self.say("offer.no"),
            "slip": True,
        }

    def _interim(self) -> dict[str, Any]:
        if self.name.startswith("kinds."):
            self.examples["kind"] = self.say(self.code)
        return {
            "title": self.say("interim.title"),
            "intro": self.say("interim.intro"),
            "delay": self._example(),
            "expected": self.say("interim.expected"),
            "needed": [self._example()],
            "meanwhile": self.say("interim.meanwhile"),
        }

    def _plain(self) -> dict[str, Any]:
        """The texts of the kind of letter one after another, and this text if it is not there."""
        names = [
            code.partition(".")[2]
            for code in standards(self.language)
            if code.startswith(f"{self.section}.")
        ]
        usual = USUAL.get(self.section, names if self.section not in ("frame", "letter") else ())
        title, intro, parts = "", [], []
        for name in usual:
            text = self.say(f"{self.section}.{name}")
            if name.endswith("title"):
                title = title or text
            elif name.endswith("intro"):
                intro.append(text)
            elif f"{name}_text" in names:
                parts.append((text, self.say(f"{self.section}.{name}_text")))
            elif f"{self.section}.{name}" in HEADINGS:
                parts.append((text, self._example()))
            elif not name.endswith("_text"):
                intro.append(text)
        if self.name.endswith("title"):
            title = self.say(self.code)
        data = {"title": title or self.say("vedtak.other_title")}
        data |= letters.body(intro=intro, parts=parts)
        if self.say(self.code) not in "\n".join(_texts(data)):
            data["intro"] = [*intro, self.say(self.code)]
        return data

    def _example(self) -> str:
        return "…"


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
