"""What the letters about a lease say, in the tenant's målform."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from casework.letters.letters import body
from casework.log.enums import LanguageForm
from common.formatting import kroner, nbdate_long
from stays.enums import Deposit

if TYPE_CHECKING:
    from casework.models import Application
    from stays.models import PriceIndex

    from .models import Lease

NB, NN = LanguageForm.BOKMAL, LanguageForm.NYNORSK
MONTHS = [
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
]
RENT = {
    NB: {
        "title": "Ny husleie fra {day}",
        "intro": "Vi regulerer husleien din etter konsumprisindeksen. Du får dette varselet minst "
        "en måned før.",
        "new": "Ny husleie er {new} i måneden fra {day}",
        "old": "I dag betaler du {old} i måneden.",
        "how": "Slik har vi regnet",
        "how_text": "Indeksen var {from_value} i {from_month} og {to_value} i {to_month}. Husleien "
        "er regulert like mye, og rundet ned til hele kroner. Den kan reguleres høyst én gang i "
        "året (husleieloven § 4-2).",
        "trouble": "Blir det vanskelig å betale?",
        "trouble_text": "Si fra til oss så tidlig du kan. Vi hjelper deg med bostøtte, betaling "
        "og råd om økonomi.",
    },
    NN: {
        "title": "Ny husleige frå {day}",
        "intro": "Vi regulerer husleiga di etter konsumprisindeksen. Du får dette varselet minst "
        "ein månad før.",
        "new": "Ny husleige er {new} i månaden frå {day}",
        "old": "I dag betaler du {old} i månaden.",
        "how": "Slik har vi rekna",
        "how_text": "Indeksen var {from_value} i {from_month} og {to_value} i {to_month}. Husleiga "
        "er regulert like mykje, og runda ned til heile kroner. Ho kan regulerast høgst éin gong i "
        "året (husleigelova § 4-2).",
        "trouble": "Blir det vanskeleg å betale?",
        "trouble_text": "Sei frå til oss så tidleg du kan. Vi hjelper deg med bustøtte, betaling "
        "og råd om økonomi.",
    },
}
INFORMATION = {
    NB: {
        "title": "Dette bør du vite før du skriver under",
        "intro": "Du skal leie {unit} av kommunen. Les dette før du skriver under kontrakten, og "
        "spør oss om det du lurer på.",
        "term": "Hvor lenge du kan bo der",
        "term_text": "Du leier fra {start} til {end}. Boligen er for folk som trenger hjelp til å "
        "skaffe bolig. Derfor er leien tidsbestemt, og reglene er litt annerledes enn ellers "
        "(husleieloven § 11-1). Før leietiden er slutt, kan du søke om å bo der lenger. Vi spør "
        "deg i god tid.",
        "forever": "Du leier fra {start}, uten sluttdato.",
        "rent": "Hva det koster",
        "rent_text": "Husleien er {rent} i måneden. Den kan reguleres én gang i året etter "
        "konsumprisindeksen, og du får brev en måned før.",
        "deposit": "Depositum",
        "deposit_text": "Depositumet er {amount}. Det står på en egen konto i ditt navn, og kan "
        "være høyst seks måneders husleie (husleieloven § 3-5).",
        "guarantee": "Garanti",
        "guarantee_text": "I stedet for depositum er det en garanti på {amount} (husleieloven "
        "§ 3-6). Du trenger ikke betale noe nå.",
        "leave": "Hvis du vil flytte",
        "leave_text": "Du kan si opp skriftlig. Snakk med oss først. Søker du bytte til en annen "
        "kommunal bolig, mister du ikke tiden du har.",
        "short": "Hvorfor leietiden er kortere enn vanlig",
        "box": "Vi hjelper deg",
        "box_text": "Før innflytting går vi gjennom visning, papirer, depositum, bankkonto, "
        "nøkler, møbler og strøm sammen med deg.",
    },
    NN: {
        "title": "Dette bør du vite før du skriv under",
        "intro": "Du skal leige {unit} av kommunen. Les dette før du skriv under kontrakten, og "
        "spør oss om det du lurer på.",
        "term": "Kor lenge du kan bu der",
        "term_text": "Du leiger frå {start} til {end}. Bustaden er for folk som treng hjelp til å "
        "skaffe bustad. Difor er leiga tidsavgrensa, og reglane er litt annleis enn elles "
        "(husleigelova § 11-1). Før leigetida er slutt, kan du søkje om å bu der lenger. Vi spør "
        "deg i god tid.",
        "forever": "Du leiger frå {start}, utan sluttdato.",
        "rent": "Kva det kostar",
        "rent_text": "Husleiga er {rent} i månaden. Ho kan regulerast éin gong i året etter "
        "konsumprisindeksen, og du får brev ein månad før.",
        "deposit": "Depositum",
        "deposit_text": "Depositumet er {amount}. Det står på ein eigen konto i ditt namn, og kan "
        "vere høgst seks månaders husleige (husleigelova § 3-5).",
        "guarantee": "Garanti",
        "guarantee_text": "I staden for depositum er det ein garanti på {amount} (husleigelova "
        "§ 3-6). Du treng ikkje betale noko no.",
        "leave": "Om du vil flytte",
        "leave_text": "Du kan seie opp skriftleg. Snakk med oss først. Søkjer du byte til ein "
        "annan kommunal bustad, mistar du ikkje tida du har.",
        "short": "Kvifor leigetida er kortare enn vanleg",
        "box": "Vi hjelper deg",
        "box_text": "Før innflytting går vi gjennom vising, papir, depositum, bankkonto, nøklar, "
        "møblar og straum saman med deg.",
    },
}


def rent(
    lease: Lease,
    old_rent: int,
    new_rent: int,
    from_index: PriceIndex,
    to_index: PriceIndex,
    effective_on: date,
    application: Application,
) -> dict[str, Any]:
    """The yearly notice of a new rent: `title` and `data`."""
    language = application.person.language_form
    t, day = RENT[language], nbdate_long(effective_on)
    sums = {
        "from_value": _number(from_index),
        "from_month": _month(from_index),
        "to_value": _number(to_index),
        "to_month": _month(to_index),
    }
    return {
        "title": t["title"].format(day=day),
        "data": body(
            intro=[t["intro"], t["old"].format(old=kroner(old_rent))],
            box=(t["new"].format(new=kroner(new_rent), day=day), str(lease.stay.where)),
            parts=[(t["how"], t["how_text"].format(**sums)), (t["trouble"], t["trouble_text"])],
        ),
    }


def information(
    application: Application,
    *,
    unit: str,
    starts_on: date,
    expires_on: date | None,
    rent: int,
    deposit_kind: str,
    deposit: int,
    short_term_reason: str,
) -> dict[str, Any]:
    """What a tenant is told in writing before signing (husll. § 11-1): `title` and `data`."""
    t = INFORMATION[application.person.language_form]
    days = {
        "start": nbdate_long(starts_on),
        "end": nbdate_long(expires_on) if expires_on else "",
    }
    parts = [
        (t["term"], t["term_text" if expires_on else "forever"].format(**days)),
        (t["short"], short_term_reason),
        (t["rent"], t["rent_text"].format(rent=kroner(rent))),
    ]
    if deposit and deposit_kind != Deposit.NONE:
        which = "deposit" if deposit_kind == Deposit.DEPOSIT else "guarantee"
        parts.append((t[which], t[f"{which}_text"].format(amount=kroner(deposit))))
    parts.append((t["leave"], t["leave_text"]))
    return {
        "title": t["title"],
        "data": body(
            intro=[t["intro"].format(unit=unit)], parts=parts, box=(t["box"], t["box_text"])
        ),
    }


def _number(index: PriceIndex) -> str:
    return str(index.value).replace(".", ",")


def _month(index: PriceIndex) -> str:
    """The same in both målformer."""
    return f"{MONTHS[index.month.month - 1]} {index.month.year}"
