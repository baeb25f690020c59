"""The contents of the letters of an appeal: confirmed, forwarded, dismissed, suspended or not.

The fixed words are in `casework.letters.words`, in bokmål and nynorsk; the reviewer writes the
reasons, in the person's language form. A lawyer in each municipality confirms the wording (law.md).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from accounts.models import Municipality
from casework.letters import appeals_bodies, letters
from casework.letters.words import words
from casework.log import deadlines
from casework.log.enums import AppealSender, LanguageForm
from casework.vedtak import letter as vedtak_letter
from common.formatting import nbdate_long

from . import clock as appeal_clock

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Appeal


def body_of(appeal: Appeal, language: str) -> appeals_bodies.AppealsBody:
    """The appeals body, with its address."""
    return appeals_bodies.of(appeal.body, Municipality.objects.get(), language)


def confirmation(appeal: Appeal, on: date, by: User) -> dict[str, Any]:
    """The letter that confirms the appeal: what came and when, what happens next, when, by whom."""
    _person, language, t, body = _shared(appeal)
    application = appeal.vedtak.application
    due = appeal_clock.clock(appeal, on).due
    intro_words = {
        "received": nbdate_long(appeal.received_on),
        "issued": nbdate_long(appeal.vedtak.issued_on),
        "case": application.case_number,
        "who": sent_by(appeal, language),
        "dismissed": nbdate_long(appeal.decided_on),
    }
    pairs = dict(facts(appeal, language))
    pairs.pop(t["suspension"])
    pairs[t["instance"]] = body.named
    if appeal.must_judge_lateness:
        pairs[t["due"]] = t["late_so"].format(due=nbdate_long(appeal.due_on))
    then = "then_late" if appeal.must_judge_lateness else "then_text"
    next_steps = [_said(appeal, t, then).format(body=body.name)]
    if appeal.suspension_waits:
        next_steps.append(t["waiting"])
    elif appeal.suspension_at is None:
        next_steps.append(t["may_wait"])
    reviewer = appeal.reviewer
    who = (
        t["who_text"].format(name=reviewer.get_full_name())
        if reviewer
        else _said(appeal, t, "who_none")
    )
    contact = reviewer or by
    return {
        "title": t["confirm_title"],
        "template": "appeal_letter",
        "data": {
            "intro": _said(appeal, t, "confirm_intro", "_for" if appeal.sender_name else "").format(
                **intro_words
            ),
            "facts": list(pairs.items()),
            "parts": [
                {"heading": t["words"], "text": appeal.words, "quote": True},
                {"heading": t["then"], "text": next_steps},
                {"heading": t["who"], "text": who},
                {"heading": t["can_do"], "text": t["can_do_text"]},
            ],
            "box": {
                "heading": t["when"],
                "text": t["when_late" if on > due else "when_text"].format(
                    due=nbdate_long(due), body=body.name
                ),
            },
            "appeal": None,
            # Not the caseworker of the case, who may have drafted the vedtak.
            "contact": letters.contact_of(contact, application),
        },
    }


def forwarding(appeal: Appeal) -> dict[str, Any]:
    """The letter to the appeals body, with a copy to the party (fvl. § 33)."""
    person, language, t, body = _shared(appeal)
    parts = [{"heading": t["words"], "text": appeal.words, "quote": True}]
    if appeal.is_late:
        parts.append({"heading": t["why_late"], "text": appeal.taken_up_reason})
    parts += [
        {"heading": t["review"], "text": appeal.review},
        {"heading": t["documents"], "text": t["documents_text"]},
    ]
    return {
        "title": _said(appeal, t, "forward_title"),
        "template": "appeal_letter",
        "to_others": [letters.copy_to_party(person, language)],
        "data": {
            "recipient": {"name": body.name, "address": body.address},
            "contact": _contact(appeal),
            "intro": _said(appeal, t, "forward_intro").format(
                name=person.name,
                issued=nbdate_long(appeal.vedtak.issued_on),
                dismissed=nbdate_long(appeal.decided_on),
                case=appeal.vedtak.application.case_number,
                body=body.name,
            ),
            "facts": facts(appeal, language),
            "parts": parts,
            "box": {
                "heading": t["party"].format(name=person.name),
                "text": t["party_text"].format(body=body.name),
            },
            "appeal": None,
            "signers": [{"name": _contact(appeal)["name"], "role": t["reviewer"]}],
        },
    }


def taken_in(appeal: Appeal, reason: str, after: Appeal) -> dict[str, Any]:
    """The letter that says an appeal we dismissed is reviewed after all, and by whom the dismissal
    was set aside after the appeal about it (`after`): by us, or by the appeals body."""
    _person, _language, t, body = _shared(appeal)
    intro = t["taken_in_intro_body" if after.outcome_on else "taken_in_intro"]
    return {
        "title": t["taken_in_title"],
        "template": "appeal_letter",
        "data": {
            "intro": intro.format(
                made=nbdate_long(appeal.made_on),
                issued=nbdate_long(appeal.vedtak.issued_on),
                body=body.name,
                decided=nbdate_long(after.outcome_on),
            ),
            "contact": _contact(appeal),
            "facts": [],
            "parts": [
                {"heading": t["why"], "text": reason},
                {
                    "heading": t["then"],
                    "text": _said(appeal, t, "then_text").format(body=body.name),
                },
            ],
            "box": None,
            "appeal": None,
        },
    }


def basis_titles(bases, language: str) -> list[str]:
    """The titles of the legal bases in the language."""
    return [basis.title_nn if language == LanguageForm.NYNORSK else basis.title for basis in bases]


def facts(appeal: Appeal, language: str) -> list[tuple[str, str]]:
    """The main facts of the appeal as names and values: vedtak, dates, sender, suspension."""
    t = words("appeal", language)
    due = nbdate_long(appeal.due_on)
    if appeal.suspension_at is None:
        suspension = t["not_asked"]
    else:
        key = "granted" if appeal.suspension_granted else "refused"
        suspension = t[key].format(on=nbdate_long(appeal.suspension_at))
    return [
        (t["vedtak"], nbdate_long(appeal.vedtak.issued_on)),
        *([(t["dismissal"], nbdate_long(appeal.decided_on))] if appeal.about_dismissal_id else []),
        (t["basis"], "\n".join(basis_titles(appeal.bases, language))),
        (
            t["made"],
            t["made_value"].format(
                made=nbdate_long(appeal.made_on), received=nbdate_long(appeal.received_on)
            ),
        ),
        (t["by"], sent_by(appeal, language)),
        (t["due"], t["late" if appeal.is_late else "in_time"].format(due=due)),
        (t["suspension"], suspension),
    ]


def sent_by(appeal: Appeal, language: str) -> str:
    """Who sent the appeal: the person, or a representative for them."""
    name = appeal.vedtak.application.person.name
    kind = appeal.sender if appeal.sender_name else AppealSender.PERSON
    return words("appeal", language)["sender"][kind].format(name=name, who=appeal.sender_name)


def ground_of_dismissal(appeal: Appeal, ground: str, language: str) -> str:
    """The sentence of the letter on the condition (`DismissalGround`) that the appeal fails."""
    return words("appeal", language)["grounds"][ground].format(due=nbdate_long(appeal.due_on))


def dismissal(appeal: Appeal, ground: str, reason: str, on: date) -> dict[str, Any]:
    """The letter that dismisses the appeal, which can itself be appealed within three weeks.

    Without a `ground` it is the letter besides that sentence, for a page to show."""
    person, language, t, body = _shared(appeal)
    shared = words("vedtak", language)
    weeks = deadlines.appeal_weeks(on)
    intro = [
        _said(appeal, t, "dismiss_intro").format(
            made=nbdate_long(appeal.made_on),
            issued=nbdate_long(appeal.vedtak.issued_on),
            dismissed=nbdate_long(appeal.decided_on),
        )
    ]
    if ground:
        intro.append(ground_of_dismissal(appeal, ground, language))
    return {
        "title": t["dismiss_title"],
        "template": "appeal_letter",
        "data": {
            "intro": " ".join(intro),
            "contact": _contact(appeal),
            "facts": [],
            "parts": [{"heading": t["why"], "text": reason}],
            "box": None,
            "appeal": {
                "deadline": vedtak_letter.appeal_sentences(
                    t["weeks_letter"],
                    weeks,
                    deadlines.appeal_as_told(weeks, deadlines.arrives(on, person.letter_way), None),
                    shared,
                ),
                "instance": t["dismiss_instance"].format(body=body.named),
                "how": t["how_dismissal"].format(unit=appeal.vedtak.application.unit.name),
                "help": shared["help_appeal"],
                "access": shared["access"],
            },
        },
    }


def suspension(appeal: Appeal, granted: bool, reason: str) -> dict[str, Any]:
    """The letter that says whether the vedtak waits until the appeal is decided."""
    _person, _language, t, body = _shared(appeal)
    key = "granted" if granted else "refused"
    return {
        "title": t[f"{key}_title"],
        "template": "appeal_letter",
        "data": {
            "intro": t[f"{key}_intro"].format(issued=nbdate_long(appeal.vedtak.issued_on)),
            "contact": _contact(appeal),
            "facts": [],
            "parts": [{"heading": t["why"], "text": reason}],
            "box": {
                "heading": t["then"] if granted else t["can"],
                "text": t["nobody"] if granted else t["can_text"].format(body=body.name),
            },
            "appeal": None,
        },
    }


def _said(appeal: Appeal, t: dict[str, Any], name: str, end: str = "") -> str:
    """The text, as it is said of an appeal about a dismissal when it is about one."""
    return t[f"{name}{'_dismissal' if appeal.about_dismissal_id else ''}{end}"]


def _contact(appeal: Appeal) -> dict[str, str]:
    """Who reviews the appeal; before it is assigned, when a letter is only looked at, who took it
    in."""
    return letters.contact_of(appeal.reviewer or appeal.registered_by, appeal.vedtak.application)


def _shared(appeal: Appeal):
    person = appeal.vedtak.application.person
    language = person.language_form
    return person, language, words("appeal", language), body_of(appeal, language)
