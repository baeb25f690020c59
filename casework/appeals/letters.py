"""What the letters of a klage say, in bokmål and nynorsk: sent on, dismissed, waits or not.

The fixed words are here; the reasons are what the reviewer wrote. Written in the person's målform.
A lawyer in each municipality confirms the wording (law.md).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from accounts import settings_table
from accounts.models import Municipality
from casework.letters import letters
from casework.log.enums import AppealBody, AppealSender, LanguageForm
from casework.vedtak.letter import TEXTS as VEDTAK_TEXTS
from common.calendar import deadline_weeks
from common.formatting import nbdate_long

from . import clock as appeal_clock
from .words import bodies_of

if TYPE_CHECKING:
    from accounts.models import User

    from .models import Appeal

NB, NN = LanguageForm.BOKMAL, LanguageForm.NYNORSK

TEXTS: dict[str, dict[str, Any]] = {
    NB: {
        "municipal": "Klagenemnda i {municipality}",
        "state": "Statsforvalteren",
        "confirm_title": "Vi har fått klagen din",
        "confirm_intro": ("Vi fikk {received} klagen din på vedtaket vårt {issued} i sak {case}."),
        "confirm_intro_for": (
            "Vi fikk {received} klagen som {who} har sendt for deg, på vedtaket vårt {issued} i "
            "sak {case}."
        ),
        "instance": "Klageinstans",
        "late_so": (
            "{due}. Klagen kom etter fristen. Vi avgjør først om vi kan ta den opp. Si fra hvis "
            "noe hindret deg i å klage i tide."
        ),
        "then": "Hva skjer nå?",
        "then_text": (
            "En som verken skrev eller godkjente vedtaket, ser på saken én gang til. Vi kan endre "
            "vedtaket. Gjør vi ikke det, sender vi klagen til {body}, som avgjør den. Da får du "
            "kopi av det vi skriver."
        ),
        "waiting": (
            "Du har bedt om at vedtaket ikke settes i verk før klagen er avgjort. Vi svarer på det "
            "i et eget brev."
        ),
        "may_wait": "Du kan be om at vedtaket ikke settes i verk før klagen er avgjort.",
        "who": "Hvem vurderer klagen?",
        "who_text": "{name} vurderer klagen.",
        "who_none": (
            "Vi har ikke bestemt hvem ennå. Det blir en som verken skrev eller godkjente vedtaket."
        ),
        "can_do": "Dette kan du gjøre",
        "can_do_text": (
            "Du kan sende oss mer, eller endre eller trekke klagen. Du har rett til å se "
            "dokumentene i saken. Vi hjelper deg gjerne."
        ),
        "when": "Når får du svar?",
        "when_text": (
            "Vi regner med å ha vurdert klagen innen {due}. Sender vi den til {body}, får du vite "
            "det da."
        ),
        "when_late": (
            "Vi skulle ha vurdert klagen innen {due}, og beklager at det tar lengre tid. Sender vi "
            "den til {body}, får du vite det da."
        ),
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
            "klagen (forvaltningsloven § 33). Det betyr at vi ikke har vurdert innholdet, og at "
            "vedtaket står."
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
        "confirm_title": "Vi har fått klaga di",
        "confirm_intro": ("Vi fekk {received} klaga di på vedtaket vårt {issued} i sak {case}."),
        "confirm_intro_for": (
            "Vi fekk {received} klaga som {who} har sendt for deg, på vedtaket vårt {issued} i sak "
            "{case}."
        ),
        "instance": "Klageinstans",
        "late_so": (
            "{due}. Klaga kom etter fristen. Vi avgjer først om vi kan ta ho opp. Sei frå dersom "
            "noko hindra deg i å klage i tide."
        ),
        "then": "Kva skjer no?",
        "then_text": (
            "Ein som verken skreiv eller godkjende vedtaket, ser på saka éin gong til. Vi kan "
            "endre vedtaket. Gjer vi ikkje det, sender vi klaga til {body}, som avgjer ho. Då får "
            "du kopi av det vi skriv."
        ),
        "waiting": (
            "Du har bede om at vedtaket ikkje blir sett i verk før klaga er avgjord. Vi svarer på "
            "det i eit eige brev."
        ),
        "may_wait": "Du kan be om at vedtaket ikkje blir sett i verk før klaga er avgjord.",
        "who": "Kven vurderer klaga?",
        "who_text": "{name} vurderer klaga.",
        "who_none": (
            "Vi har ikkje bestemt kven enno. Det blir ein som verken skreiv eller godkjende "
            "vedtaket."
        ),
        "can_do": "Dette kan du gjere",
        "can_do_text": (
            "Du kan sende oss meir, eller endre eller trekkje klaga. Du har rett til å sjå "
            "dokumenta i saka. Vi hjelper deg gjerne."
        ),
        "when": "Når får du svar?",
        "when_text": (
            "Vi reknar med å ha vurdert klaga innan {due}. Sender vi ho til {body}, får du vite "
            "det då."
        ),
        "when_late": (
            "Vi skulle ha vurdert klaga innan {due}, og er lei for at det tek lengre tid. Sender "
            "vi ho til {body}, får du vite det då."
        ),
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
            "klaga (forvaltingslova § 33). Det vil seie at vi ikkje har vurdert innhaldet, og at "
            "vedtaket står."
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


def confirmation(appeal: Appeal, on: date, by: User) -> dict[str, Any]:
    """That the klage is received: what came and when, what happens next, when, and by whom."""
    _person, language, t, body = _shared(appeal)
    application = appeal.vedtak.application
    due = appeal_clock.clock(appeal, on).due
    said = {
        "received": nbdate_long(appeal.received_on),
        "issued": nbdate_long(appeal.vedtak.issued_on),
        "case": application.case_number,
        "who": sent_by(appeal, language),
    }
    facts_of = dict(facts(appeal, language))
    facts_of.pop(t["suspension"])
    facts_of[t["instance"]] = body
    if appeal.must_judge_lateness:
        facts_of[t["due"]] = t["late_so"].format(due=nbdate_long(appeal.due_on))
    then = [t["then_text"].format(body=body)]
    if appeal.suspension_waits:
        then.append(t["waiting"])
    elif appeal.suspension_at is None:
        then.append(t["may_wait"])
    reviewer = appeal.reviewer
    who = t["who_text"].format(name=reviewer.get_full_name()) if reviewer else t["who_none"]
    answers = reviewer or by
    unit = application.unit
    return {
        "title": t["confirm_title"],
        "template": "appeal_letter",
        "data": {
            "intro": t["confirm_intro_for" if appeal.sender_name else "confirm_intro"].format(
                **said
            ),
            "facts": list(facts_of.items()),
            "parts": [
                {"heading": t["words"], "text": appeal.words, "quote": True},
                {"heading": t["then"], "text": then},
                {"heading": t["who"], "text": who},
                {"heading": t["can_do"], "text": t["can_do_text"]},
            ],
            "box": {
                "heading": t["when"],
                "text": t["when_late" if on > due else "when_text"].format(
                    due=nbdate_long(due), body=body
                ),
            },
            "appeal": None,
            # Not who answers for the case: they may have written the vedtak.
            "contact": {
                "name": answers.get_full_name(),
                "phone": unit.phone or Municipality.objects.get().phone,
            },
        },
    }


def forwarding(appeal: Appeal) -> dict[str, Any]:
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
        "to_others": [letters.copy_to_party(person, language)],
        "data": {
            "recipient": {"name": body, "address": []},
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


def basis_titles(bases, language: str) -> list[str]:
    return [basis.title_nn if language == NN else basis.title for basis in bases]


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
        (t["basis"], "\n".join(basis_titles(bases, language))),
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
    numbers = settings_table.values(on, "appeal_weeks", "paper_arrival_days")
    weeks = numbers["appeal_weeks"]
    arrives = on + timedelta(days=numbers["paper_arrival_days"])
    deadline = [
        t["weeks_letter"].format(weeks=shared["weeks"].get(weeks, weeks)),
        shared["last_day"].format(
            arrives=nbdate_long(arrives), due=nbdate_long(deadline_weeks(arrives, weeks))
        ),
    ]
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
                "deadline": " ".join(deadline),
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
