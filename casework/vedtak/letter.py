"""The contents of the letter of a vedtak, in bokmål and nynorsk: its nine parts (fvl. §§ 23-27).

The preview and the PDF are made from the same data, so the text approved is the text sent. The
fixed words are in `casework.letters.words`; the caseworker writes facts, rules and reasons.
A lawyer in each municipality confirms the wording (law.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.text import capfirst

from accounts import settings_table
from accounts.models import Municipality
from casework.letters import appeals_bodies, letters
from casework.letters.words import words
from casework.log import deadlines
from casework.log.enums import (
    AFTER_APPEAL,
    GRANTED,
    LanguageForm,
    Outcome,
    RefusalGround,
    ReversalGround,
)
from common.calendar import local_date
from common.formatting import nbdate_long
from housing.enums import UnitType

from .completeness import DWELLING_BASES, HELP_BASIS, PLACE_BASIS, Contents, notice_before

if TYPE_CHECKING:
    from casework.applications.models import Wish
    from casework.assessment.models import ChoiceTalk
    from casework.letters.models import LegalBasis
    from casework.log.deadlines import AppealDeadline

    from .models import Vedtak, VedtakOutcome

NB, NN = LanguageForm.BOKMAL, LanguageForm.NYNORSK

# The rule in fvl. for reversing an issued vedtak; a new application needs none.
REVERSED_BY = {
    ReversalGround.APPEAL: "§ 33",
    ReversalGround.INSTANCE: "§ 34",
    ReversalGround.FAVOUR: "§ 35 bokstav a",
    ReversalGround.NOT_TOLD: "§ 35 bokstav b",
    ReversalGround.INVALID: "§ 35 bokstav c",
    ReversalGround.OTHER_LAW: "§ 35 femte ledd",
    ReversalGround.RESERVED: "§ 35 femte ledd",
    ReversalGround.GENERAL: "§ 35 femte ledd",
}


def type_name(kind: str, language: str) -> str:
    """The name of a type of dwelling, for a table in a letter."""
    return capfirst(words("unit_types", language)[kind])


# The first of these legal bases gives the letter its title.
ORDER = (*DWELLING_BASES, PLACE_BASIS, HELP_BASIS)


def letter_data(vedtak: Vedtak, content: Contents, on: date) -> dict[str, Any]:
    """The data of the letter (see templates/letters/vedtak.typ). An unwritten part is None."""
    t = words("vedtak", vedtak.language)
    return {
        "title": title(vedtak, content),
        "vedtak": _decision(vedtak, content, vedtak.issued_on or on, t),
        "next": _next(vedtak, content, vedtak.issued_on or on, t),
        "facts": vedtak.facts.strip() or None,
        "rules": vedtak.rules.strip() or None,
        "assessment": vedtak.reasoning.strip() or None,
        "own_view": vedtak.person_view.strip() or None,
        "children": vedtak.best_interests.strip() or None,
        "conditions": [
            line.strip(" -•\t") for line in vedtak.conditions.splitlines() if line.strip()
        ],
        "appeal": _appeal(vedtak, content, on, t),
    }


def title(vedtak: Vedtak, content: Contents) -> str:
    """What is decided about the home, then about the rest if that went the other way (`ORDER`)."""
    outcomes = sorted(content.outcomes, key=lambda row: _place_in_order(row.basis.code))
    t = words("vedtak", vedtak.language)
    if not outcomes:
        return t["slot_title"]
    first, *others = outcomes
    title = _title_of(first, vedtak.language, t)
    granted = first.outcome in GRANTED
    other = [
        lowfirst(_title_of(row, vedtak.language, t))
        for row in others
        if (row.outcome in GRANTED) != granted
    ]
    if other:
        if first.outcome == Outcome.PARTLY:
            other.insert(0, t["not_all"])
        return t["mixed_title"].format(title=title, other=_clauses(other, t))
    if any(row.outcome == Outcome.PARTLY for row in outcomes):
        return t["partly_title"].format(title=title)
    return title


def _title_of(row: VedtakOutcome, language: str, t: dict) -> str:
    what = _what(row.basis, language, "applied_for")
    if row.outcome == Outcome.DISMISSED:
        return t["dismissed_title"].format(what=what)
    if row.outcome == Outcome.LAPSED:
        return t["lapsed_title"].format(what=what)
    if row.ground == RefusalGround.NO_DWELLING:
        return t["unmet_title"]
    basis_words = t["bases"].get(row.basis.code)
    if basis_words is None:
        return t["other_title"]
    return basis_words["yes" if row.outcome in GRANTED else "no"]


def _clauses(clauses: list[str], t: dict) -> str:
    """Whole clauses as one sentence, with a comma also before the last."""
    return _joined([", ".join(clauses[:-1]) + ",", clauses[-1]] if clauses[1:] else clauses, t)


def lowfirst(text: str) -> str:
    """The text with a small first letter: a title within a title."""
    return text[:1].lower() + text[1:]


def number(n: int, t: dict) -> str:
    """A number in words up to twelve, as letters write it; else in digits."""
    return t["numbers"].get(str(n), str(n))


def rules_of(bases: list[LegalBasis], language: str) -> str:
    """The initial text of the rules: a paragraph with the texts of each legal basis."""
    nynorsk = language == NN
    return "\n\n".join(
        f"{basis.title_nn if nynorsk else basis.title}: "
        f"{basis.rules_text_nn if nynorsk else basis.rules_text}"
        for basis in bases
    )


def quoted_wish(wish: Wish | None, language: str) -> str:
    """The person's own wish, as quoted in «Dette mener du selv»; empty without a wish."""
    if wish is None:
        return ""
    return words("vedtak", language)["wish"].format(words=wish.words)


def quoted_talk(talk: ChoiceTalk | None, language: str) -> str:
    """The choices the person had, their answer, and what was changed because of it (C21)."""
    if talk is None:
        return ""
    what = "; ".join(alternative.what for alternative in talk.alternatives.all())
    return words("vedtak", language)["talk"].format(
        day=nbdate_long(talk.held_on).replace("\u00a0", " "),
        what=what,
        answer=talk.answer,
        changed=talk.changed,
    )


def signers(vedtak: Vedtak) -> list[dict[str, str]]:
    """The signers: the approver first if it is approved, then the drafter."""
    t = words("vedtak", vedtak.language)
    signers = [{"name": vedtak.drafted_by.get_full_name(), "role": t["drafted"]}]
    if vedtak.issued_by_id:
        signers.insert(0, {"name": vedtak.issued_by.get_full_name(), "role": t["approved"]})
    return signers


def rules_in(text: str, bases: list[LegalBasis], language: str) -> str:
    """The rules in the language if they are the unchanged standard rules; else as they are."""
    written = "".join(text.split())
    if any(written == "".join(rules_of(bases, form).split()) for form in (NB, NN)):
        return rules_of(bases, language)
    return text


def lix(text: str) -> int:
    """Readability (Björnsson 1968): words per sentence plus the percentage of long words.

    Long words have more than six letters. Under 30 is very easy, 30-40 easy.
    """
    words = re.findall(r"[^\W\d_]+", text)
    if not words:
        return 0
    sentences = max(1, len(re.findall(r"[.!?:](?=\s|$)", text)))
    return round(len(words) / sentences + 100 * sum(len(w) > 6 for w in words) / len(words))


def _place_in_order(code: str) -> int:
    return ORDER.index(code) if code in ORDER else len(ORDER)


def _what(basis: LegalBasis, language: str, part: str) -> str:
    basis_words = words("vedtak", language)["bases"].get(basis.code)
    return basis_words[part] if basis_words else (basis.title_nn if language == NN else basis.title)


def _citation(basis: LegalBasis, language: str) -> str:
    return basis.citation_nn if language == NN else basis.citation


def _decision(vedtak: Vedtak, content: Contents, on: date, t: dict) -> list[str]:
    if not content.outcomes:
        return []
    language = vedtak.language
    answered: dict[str, list[str]] = {}
    for outcome in content.outcomes:
        unmet = outcome.ground == RefusalGround.NO_DWELLING and outcome.outcome == Outcome.REFUSED
        sentence = t["unmet"] if unmet else t["outcomes"][outcome.outcome]
        answered.setdefault(sentence, []).append(_what(outcome.basis, language, "applied_for"))
    sentences = [sentence.format(what=" og om ".join(what)) for sentence, what in answered.items()]
    sentences += _dwelling(vedtak, content, t)
    if content.gives_place and vedtak.place:
        sentences.append(t["place"].format(place=vedtak.place))
    sentences += _validity(vedtak, content, t)
    parts = [
        t["partly_refused"].format(
            what=_what(row.basis, language, "applied_for"), text=row.refused.strip()
        )
        for row in content.outcomes
        if row.outcome == Outcome.PARTLY and row.refused.strip()
    ]
    if HELP_BASIS in content.granted and vedtak.help_content.strip():
        parts.append(t["help_content"].format(text=vedtak.help_content.strip()))
    paragraphs = [" ".join(sentences), *parts, _rests_on(content, language, t)]
    if vedtak.replaces_id:
        reasons = [*_replaced(vedtak, content, t), vedtak.reversal_reason.strip()]
        if vedtak.to_harm:
            reasons += [vedtak.harm_reason.strip(), _notified(vedtak, content, on, t)]
        paragraphs.insert(0, " ".join(filter(None, reasons)))
    return paragraphs


def _replaced(vedtak: Vedtak, content: Contents, t: dict) -> list[str]:
    """Sentences on which parts of the earlier vedtak are replaced, and which of it still stand: an
    earlier change may have replaced some already."""
    section = REVERSED_BY.get(vedtak.reversal_ground)
    codes = {row.basis.code for row in content.outcomes}
    earlier = vedtak.replaces
    rest = list(earlier.outcomes.exclude(basis__code__in=codes).select_related("basis"))
    day = nbdate_long(earlier.issued_on)

    def named(rows: Iterable[VedtakOutcome]) -> str:
        return _joined([_what(row.basis, vedtak.language, "appeal_about") for row in rows], t)

    sentences = [
        t["replaces_part" if rest else "replaces"].format(
            day=day,
            rule=t["reversal_rule"].format(section=section) if section else "",
            what=named(content.outcomes),
        )
    ]
    if standing := [row for row in rest if row.replaced_on is None]:
        sentences.append(t["still_stands"].format(what=named(standing), day=day))
    return sentences


def _validity(vedtak: Vedtak, content: Contents, t: dict) -> list[str]:
    """How long the person may stay in a place, and how long the rest is in force."""
    place = next((row for row in content.outcomes if row.basis.code == PLACE_BASIS), None)
    periods = []
    if content.gives_place and (content.granted == {PLACE_BASIS} or place.valid_to):
        periods.append(("stay", place.first_day, place.last_day))
    if content.granted - {PLACE_BASIS}:
        periods.append((_in_force_words(content), vedtak.valid_from, vedtak.valid_to))
    # The sentence on a home is of the home alone.
    if content.gives_dwelling and HELP_BASIS in content.granted:
        periods.append(("validity_help", vedtak.valid_from, vedtak.valid_to))
    return [
        t[key].format(start=nbdate_long(start), end=nbdate_long(end))
        for key, start, end in periods
        if start and end
    ]


def _in_force_words(content: Contents) -> str:
    """The key of the sentence on how long the vedtak is in force, and what for."""
    if content.gives_new_dwelling:
        return "validity_dwelling" if len(content.granted) == 1 else "validity_dwelling_part"
    if content.extends:
        return "validity_extension"
    return "validity_help" if content.granted - {PLACE_BASIS} == {HELP_BASIS} else "validity"


def _rests_on(content: Contents, language: str, t: dict) -> str:
    """What each outcome rests on: the rules applied, or the rule on dismissing (fvl. § 2)."""
    sentences: dict[str, list[str]] = {}
    keys = {Outcome.DISMISSED: "dismissed_basis", Outcome.LAPSED: "lapsed_basis"}
    for row in content.outcomes:
        citations = sentences.setdefault(keys.get(row.outcome, "basis"), [])
        if _citation(row.basis, language) not in citations:
            citations.append(_citation(row.basis, language))
    return " ".join(
        t[key].format(citations=_rules_named(citations, t)) for key, citations in sentences.items()
    )


def _rules_named(citations: list[str], t: dict) -> str:
    """The citations as one text. Rules that several name each a part of («…, om bytte»), are named
    once, with those parts; beside other rules the parts stand in brackets."""
    parts: dict[str, list[str]] = {}
    for citation in citations:
        rules, about, part = citation.partition(", om ")
        parts.setdefault(rules, []).append((about + part).removeprefix(", "))
    frame = "{} ({})" if len(parts) > 1 else "{}, {}"
    named = []
    for rules, about in parts.items():
        also = f"{t['also']} " if "" in about else ""
        some = [part for part in about if part]
        named.append(frame.format(rules, also + _joined(some, t)) if some else rules)
    return _joined(named, t)


def _notified(vedtak: Vedtak, content: Contents, on: date, t: dict) -> str:
    """When the person was told that the change was considered, and whether they answered."""
    notice = notice_before(vedtak, content, on)
    if notice is None:
        return ""
    words = t["notified_answered" if notice.answered_on else "notified"]
    return words.format(day=nbdate_long(local_date(notice.sent_at)))


def _dwelling(vedtak: Vedtak, content: Contents, t: dict) -> list[str]:
    """Sentences on the dwelling granted, the years of the lease, and unmet need (need C17)."""
    sentences = []
    years = number(vedtak.lease_years, t) if vedtak.lease_years else ""
    if vedtak.bedrooms is not None:
        rooms = t["rooms"].format(n=number(vedtak.bedrooms + 1, t))
        name = words("unit_types", vedtak.language).get(vedtak.dwelling_type, "")
        plain_type = not name or vedtak.dwelling_type == UnitType.MUNICIPAL
        kind = "" if plain_type else t["type"].format(type=name)
        if content.gives_new_dwelling and years:
            sentences.append(t["dwelling"].format(rooms=rooms, type=kind, years=years))
        if content.unmet and name:
            sentences.append(t["unmet_type"].format(type=kind, rooms=rooms))
    if content.extends and years:
        sentences.append(t["extend"].format(years=years))
    if content.is_short_lease(vedtak.lease_years):
        sentences.append(t["short_lease"].format(years=number(content.lease_rule.years, t)))
        if not settings_table.KEYS["lease_years"].bound.kept(vedtak.lease_years):
            sentences.append(t["under_three"])
    return sentences


def _next(vedtak: Vedtak, content: Contents, on: date, t: dict) -> list[str]:
    application = vedtak.application
    name = letters.contact(application, vedtak.drafted_by)["name"]
    sentences = []
    if content.gives_new_dwelling:
        sentences.append(t["waiting"])
    if content.extends:
        sentences.append(t["extension"])
    if content.gives_place:
        sentences.append(t["lasting"])
    if HELP_BASIS in content.granted or (content.granted and not sentences):
        sentences.append(t["help"].format(name=name))
    if content.outcomes and not content.granted:
        sentences.append(t["refused"])
    paragraphs = [" ".join(sentences)] if sentences else []
    if vedtak.reversal_ground in AFTER_APPEAL and content.granted and not vedtak.to_harm:
        weeks = settings_table.lawful_value("costs_claim_weeks", on)
        paragraphs.append(t["costs"].format(weeks=in_weeks(weeks, t), unit=application.unit.name))
    return paragraphs


def _appeal(vedtak: Vedtak, content: Contents, on: date, t: dict) -> dict[str, Any]:
    weeks = vedtak.appeal_weeks or deadlines.appeal_weeks(on)
    bodies: dict[str, list[str]] = {}
    for basis in [outcome.basis for outcome in content.outcomes] or content.bases:
        bodies.setdefault(basis.appeal_body, []).append(
            _what(basis, vedtak.language, "appeal_about")
        )
    municipality = Municipality.objects.get()
    return {
        "deadline": appeal_sentences(t["deadline"], weeks, vedtak.appeal_deadline(), t),
        "instance": " ".join(
            t["decides"].format(
                body=appeals_bodies.of(body, municipality, vedtak.language).named,
                what=_joined(what, t),
            )
            for body, what in bodies.items()
        ),
        "how": t["how"].format(unit=vedtak.application.unit.name),
        "help": t["help_appeal"],
        "access": t["access"],
        "suspension": t["suspension"],
    }


def appeal_sentences(sentence: str, weeks: int, appeal: AppealDeadline | None, t: dict) -> str:
    """The number of weeks to appeal, in the given sentence, and the last day (fvl. § 29). No last
    day before the vedtak is issued, nor in a letter that is to be collected."""
    said = sentence.format(weeks=in_weeks(weeks, t))
    if appeal is None:
        return said
    last = {"arrives": nbdate_long(appeal.arrived), "due": nbdate_long(appeal.due)}
    return f"{said} {t['last_day'].format(**last)}"


def in_weeks(n: int, t: dict) -> str:
    return t["weeks"]["one"] if n == 1 else t["weeks"]["many"].format(n=number(n, t))


def _joined(parts: list[str], t: dict) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + t["and"] + parts[-1]


def all_text(data: dict[str, Any]) -> str:
    """All texts of the letter as one, to measure its readability with `lix`."""
    texts = [*data["vedtak"], *data["next"], *data["conditions"], *data["appeal"].values()]
    texts += [data[key] or "" for key in ("facts", "rules", "assessment", "own_view", "children")]
    return "\n".join(
        text if text.endswith((".", "!", "?", "»")) else f"{text}." for text in texts if text
    )
