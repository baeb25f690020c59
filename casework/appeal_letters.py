"""What the letters of a klage say, in bokmål and nynorsk: sent on, dismissed, waits or not.

The fixed words are here; the reasons are what the reviewer wrote. Written in the person's målform.
A lawyer in each municipality confirms the wording (law.md).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from accounts import settings_table
from accounts.models import Municipality
from common.formatting import nbdate_long

from . import letters
from .appeal_words import bodies_of
from .enums import AppealBody, AppealSender, LanguageForm
from .models import Appeal
from .vedtak_letter import TEXTS as VEDTAK_TEXTS

NB, NN = LanguageForm.BOKMAL, LanguageForm.NYNORSK

TEXTS: dict[str, dict[str, Any]] = {
    NB: {
        "municipal": "Klagenemnda i {municipality}",
        "state": "Statsforvalteren",
        "forward_title": "Oversendelse av klage på vedtak",
        "forward_intro": (
            "{name} har klaget på vedtaket vårt {issued} i sak {case}. Vi har vurdert saken på "
            "nytt og finner ikke grunn til å endre vedtaket. Derfor sender vi klagen til "
            "{body}, som avgjør den (forvaltningsloven §§ 28 og 33)."
        ),
        "vedtak": "Vedtak",
        "basis": "Hjemmel",
        "made": "Klage",
        "made_value": "Fra {made}, mottatt {received}",
        "by": "Klaget av",
        "due": "Klagefrist",
        "in_time": "{due}. Klagen kom i tide.",
        "late": "{due}. Klagen kom etter fristen, og vi har tatt den opp (§ 31).",
        "suspension": "Utsatt iverksetting",
        "granted": "Gitt {on}. Vedtaket venter.",
        "refused": "Ikke gitt {on}",
        "not_asked": "Ikke bedt om",
        "words": "Hva klagen sier",
        "why_late": "Hvorfor vi har tatt opp klagen",
        "review": "Vår vurdering av klagen",
        "documents": "Sakens dokumenter",
        "documents_text": (
            "Dokumentene følger i én fil, med en liste over dem først. Opplysninger om andre "
            "søkere er uten navn."
        ),
        "party": "Til {name}",
        "party_text": (
            "Du får kopi av dette brevet. Du kan selv skrive til {body} om det vi sier her, og du "
            "har rett til å se dokumentene i saken."
        ),
        "sender": {
            "personen": "{name}",
            "fullmektig": "{who}, fullmektig",
            "verge": "{who}, verge",
        },
        "reviewer": "Har vurdert klagen",
        "dismiss_title": "Vi har avvist klagen din",
        "dismiss_intro": (
            "Du klaget {made} på vedtaket vårt {issued}. Klagefristen var {due}. Vi har avvist "
            "klagen. Det betyr at vi ikke har vurdert innholdet, og at vedtaket står."
        ),
        "why": "Hvorfor",
        "dismiss_instance": "{body} avgjør klager på avvisningen.",
        "weeks_letter": (
            "Du kan klage på avvisningen innen {weeks} uker etter at du har fått dette brevet."
        ),
        "granted_title": "Vi venter med vedtaket",
        "granted_intro": (
            "Du har klaget på vedtaket vårt {issued}. Vedtaket blir ikke satt i verk før klagen "
            "er avgjort (forvaltningsloven § 42)."
        ),
        "refused_title": "Vi venter ikke med vedtaket",
        "refused_intro": (
            "Du har klaget på vedtaket vårt {issued}. Vedtaket blir satt i verk selv om klagen "
            "ikke er avgjort ennå (forvaltningsloven § 42)."
        ),
        "can": "Dette kan du gjøre",
        "can_text": "Du kan be {body} om å bestemme at vedtaket skal vente.",
        "nobody": "Klagen din blir behandlet på vanlig måte.",
    },
    NN: {
        "municipal": "Klagenemnda i {municipality}",
        "state": "Statsforvaltaren",
        "forward_title": "Oversending av klage på vedtak",
        "forward_intro": (
            "{name} har klaga på vedtaket vårt {issued} i sak {case}. Vi har vurdert saka på "
            "nytt og finn ikkje grunn til å endre vedtaket. Difor sender vi klaga til "
            "{body}, som avgjer ho (forvaltingslova §§ 28 og 33)."
        ),
        "vedtak": "Vedtak",
        "basis": "Heimel",
        "made": "Klage",
        "made_value": "Frå {made}, motteken {received}",
        "by": "Klaga av",
        "due": "Klagefrist",
        "in_time": "{due}. Klaga kom i tide.",
        "late": "{due}. Klaga kom etter fristen, og vi har teke ho opp (§ 31).",
        "suspension": "Utsett iverksetjing",
        "granted": "Gjeve {on}. Vedtaket ventar.",
        "refused": "Ikkje gjeve {on}",
        "not_asked": "Ikkje bede om",
        "words": "Kva klaga seier",
        "why_late": "Kvifor vi har teke opp klaga",
        "review": "Vår vurdering av klaga",
        "documents": "Dokumenta i saka",
        "documents_text": (
            "Dokumenta følgjer i éi fil, med ei liste over dei først. Opplysningar om andre "
            "søkjarar er utan namn."
        ),
        "party": "Til {name}",
        "party_text": (
            "Du får kopi av dette brevet. Du kan sjølv skrive til {body} om det vi seier her, og "
            "du har rett til å sjå dokumenta i saka."
        ),
        "sender": {
            "personen": "{name}",
            "fullmektig": "{who}, fullmektig",
            "verge": "{who}, verje",
        },
        "reviewer": "Har vurdert klaga",
        "dismiss_title": "Vi har avvist klaga di",
        "dismiss_intro": (
            "Du klaga {made} på vedtaket vårt {issued}. Klagefristen var {due}. Vi har avvist "
            "klaga. Det vil seie at vi ikkje har vurdert innhaldet, og at vedtaket står."
        ),
        "why": "Kvifor",
        "dismiss_instance": "{body} avgjer klager på avvisinga.",
        "weeks_letter": (
            "Du kan klage på avvisinga innan {weeks} veker etter at du har fått dette brevet."
        ),
        "granted_title": "Vi ventar med vedtaket",
        "granted_intro": (
            "Du har klaga på vedtaket vårt {issued}. Vedtaket blir ikkje sett i verk før klaga "
            "er avgjord (forvaltingslova § 42)."
        ),
        "refused_title": "Vi ventar ikkje med vedtaket",
        "refused_intro": (
            "Du har klaga på vedtaket vårt {issued}. Vedtaket blir sett i verk sjølv om klaga "
            "ikkje er avgjord enno (forvaltingslova § 42)."
        ),
        "can": "Dette kan du gjere",
        "can_text": "Du kan be {body} om å bestemme at vedtaket skal vente.",
        "nobody": "Klaga di blir behandla på vanleg måte.",
    },
}


def body_name(appeal: Appeal, language: str) -> str:
    key = "state" if appeal.body == AppealBody.STATE else "municipal"
    return TEXTS[language][key].format(municipality=Municipality.objects.get().name)


def forwarding(appeal: Appeal, on: date) -> dict[str, Any]:
    """The letter to the klageinstans, with a copy to the party (fvl. § 33)."""
    person, language, t, body = _shared(appeal)
    parts = [{"heading": t["words"], "text": appeal.words, "quote": True}]
    if appeal.is_late:
        parts.append({"heading": t["why_late"], "text": appeal.taken_up_reason})
    parts += [
        {"heading": t["review"], "text": appeal.review},
        {"heading": t["documents"], "text": t["documents_text"]},
    ]
    return {
        "title": t["forward_title"],
        "template": "appeal_letter",
        "data": {
            "recipient": {"name": body, "address": []},
            "copies": [
                person.name,
                *letters.copies(person, language=language, on=on),
            ],
            "intro": t["forward_intro"].format(
                name=person.name,
                issued=nbdate_long(appeal.vedtak.issued_on),
                case=appeal.vedtak.application.case_number,
                body=body,
            ),
            "facts": facts(appeal, language),
            "parts": parts,
            "box": {
                "heading": t["party"].format(name=person.name),
                "text": t["party_text"].format(body=body),
            },
            "appeal": None,
            "signers": [{"name": appeal.reviewer.get_full_name(), "role": t["reviewer"]}],
        },
    }


def facts(appeal: Appeal, language: str) -> list[tuple[str, str]]:
    """The klage in short: the vedtak, when it was made and received, and how it stands."""
    t = TEXTS[language]
    bases = bodies_of(appeal.vedtak).get(appeal.body, [])
    due = nbdate_long(appeal.due_on)
    if appeal.suspension_at is None:
        waits = t["not_asked"]
    else:
        key = "granted" if appeal.suspension_granted else "refused"
        waits = t[key].format(on=nbdate_long(appeal.suspension_at))
    return [
        (t["vedtak"], nbdate_long(appeal.vedtak.issued_on)),
        (t["basis"], "\n".join(b.title_nn if language == NN else b.title for b in bases)),
        (
            t["made"],
            t["made_value"].format(
                made=nbdate_long(appeal.made_on), received=nbdate_long(appeal.received_on)
            ),
        ),
        (t["by"], sent_by(appeal, language)),
        (t["due"], t["late" if appeal.is_late else "in_time"].format(due=due)),
        (t["suspension"], waits),
    ]


def sent_by(appeal: Appeal, language: str) -> str:
    name = appeal.vedtak.application.person.name
    kind = appeal.sender if appeal.sender_name else AppealSender.PERSON
    return TEXTS[language]["sender"][kind].format(name=name, who=appeal.sender_name)


def dismissal(appeal: Appeal, reason: str, on: date) -> dict[str, Any]:
    """The klage is not judged; that can itself be appealed, within three weeks."""
    _person, language, t, body = _shared(appeal)
    shared = VEDTAK_TEXTS[language]
    weeks = settings_table.value("appeal_weeks", on)
    return {
        "title": t["dismiss_title"],
        "template": "appeal_letter",
        "data": {
            "intro": t["dismiss_intro"].format(
                made=nbdate_long(appeal.made_on),
                issued=nbdate_long(appeal.vedtak.issued_on),
                due=nbdate_long(appeal.due_on),
            ),
            "facts": [],
            "parts": [{"heading": t["why"], "text": reason}],
            "box": None,
            "appeal": {
                "deadline": t["weeks_letter"].format(weeks=shared["weeks"].get(weeks, weeks)),
                "instance": t["dismiss_instance"].format(body=body),
                "how": shared["how"].format(unit=appeal.vedtak.application.unit.name),
                "help": shared["help_appeal"],
                "access": shared["access"],
            },
        },
    }


def suspension(appeal: Appeal, granted: bool, reason: str) -> dict[str, Any]:
    """Whether the vedtak waits until the klage is decided."""
    _person, _language, t, body = _shared(appeal)
    key = "granted" if granted else "refused"
    return {
        "title": t[f"{key}_title"],
        "template": "appeal_letter",
        "data": {
            "intro": t[f"{key}_intro"].format(issued=nbdate_long(appeal.vedtak.issued_on)),
            "facts": [],
            "parts": [{"heading": t["why"], "text": reason}],
            "box": {
                "heading": t["can"],
                "text": t["nobody"] if granted else t["can_text"].format(body=body),
            },
            "appeal": None,
        },
    }


def _shared(appeal: Appeal):
    person = appeal.vedtak.application.person
    language = person.language_form
    return person, language, TEXTS[language], body_name(appeal, language)
