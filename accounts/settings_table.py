"""The municipality's settings: each with a default, a unit and a source, set for a period.

Rules call `value(key, on)`; no other code holds a deadline or a threshold.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from .models import Setting


@dataclass(frozen=True)
class Bound:
    """What the law says of a setting: at least and at most so much, in the unit of the setting.

    A list keeps the bound when one of its numbers does: one of the thresholds must be in time.
    """

    law: Any
    says: Any
    least: int = 0
    most: float = math.inf

    def kept(self, value: Any) -> bool:
        numbers = value if isinstance(value, list) else [value]
        return any(self.least <= number <= self.most for number in numbers)


@dataclass(frozen=True)
class Key:
    """A setting: its default value, label, unit, source in law or routine, and legal bound.

    A value outside the bound is asked about, and kept with a reason (`actions.change_setting`).
    """

    default: Any
    label: Any
    unit: Any
    source: Any
    bound: Bound | None = None

    def against(self, value: Any) -> str:
        """What the law says, when the value is outside it; else ""."""
        return str(self.bound.says) if self.bound and not self.bound.kept(value) else ""

    @property
    def least(self) -> int:
        """The least the law allows of a number, or 0."""
        return self.bound.least if self.bound else 0


OVER_THREE_MONTHS = _(
    "Midlertidig botilbud over tre måneder skal bare være unntak (rundskriv R35-00 til "
    "sosialtjenesteloven § 27)."
)
THREE_MONTHS = Bound(_("rundskriv R35-00, § 27"), OVER_THREE_MONTHS, most=92)
THREE_YEARS = Bound(
    "husll. § 9-3",
    _(
        "En tidsbestemt leieavtale skal være på minst tre år (husleieloven § 9-3). Kortere tid "
        "krever at boligen er for vanskeligstilte, og at leieren fikk vite det skriftlig før "
        "avtalen (§ 11-1)."
    ),
    least=3,
)


KEYS: dict[str, Key] = {
    "gap_days": Key(
        14, _("Brudd som ikke avslutter en kjede"), _("dager"), _("kommunens egne rutiner")
    ),
    "family_ends_chain": Key(
        True,
        _("Fast bosted hos nær familie avslutter en kjede"),
        _("ja eller nei"),
        _("kommunens egne rutiner"),
    ),
    "stay_thresholds": Key(
        [14, 60, 75, 90],
        _("Terskler for midlertidig bolig"),
        _("dager"),
        _("rundskriv R35-00, § 27"),
        THREE_MONTHS,
    ),
    "stay_thresholds_early": Key(
        [7, 30, 60, 90],
        _("Terskler for barn og unge"),
        _("dager"),
        _("rundskriv R35-00, § 27"),
        THREE_MONTHS,
    ),
    "stay_threshold_step": Key(
        30, _("Steg etter siste terskel"), _("dager"), _("kommunens egne rutiner")
    ),
    "long_stay_days": Key(
        90,
        _("Lenge i midlertidig bolig er over"),
        _("dager"),
        _("rundskriv R35-00, § 27"),
        THREE_MONTHS,
    ),
    "long_stay_warn_days": Key(
        60,
        _("Snart lenge i midlertidig bolig er fra"),
        _("dager"),
        _("kommunens egne rutiner"),
        THREE_MONTHS,
    ),
    "temporary_grant_days": Key(
        14, _("Midlertidig plass foreslås gitt for"), _("dager"), _("kommunens egne rutiner")
    ),
    "young_under_age": Key(25, _("Ung er under"), _("år"), _("kommunens egne rutiner")),
    "from_institution_days": Key(
        14, _("Rett fra institusjon er innen"), _("dager"), _("kommunens egne rutiner")
    ),
    "no_service_days": Key(
        30, _("Uten tjeneste og kontakt i"), _("dager"), _("kommunens egne rutiner")
    ),
    "same_matter_days": Key(
        7,
        _("Et varsel gjelder det samme når datoen er rettet med høyst"),
        _("dager"),
        _("kommunens egne rutiner"),
    ),
    "flag_due_days": Key(7, _("Varsler følges opp innen"), _("dager"), _("kommunens egne rutiner")),
    "interim_reply_months": Key(
        1,
        _("Foreløpig svar innen"),
        _("måneder"),
        "fvl. § 11 a",
        Bound(
            "fvl. § 11 a",
            _(
                "Tar saken mer enn en måned, skal personen ha foreløpig svar innen én måned "
                "(forvaltningsloven § 11 a)."
            ),
            most=1,
        ),
    ),
    "interim_reply_warn_days": Key(
        21,
        _("Varsel om foreløpig svar etter"),
        _("dager"),
        "fvl. § 11 a",
        Bound(
            "fvl. § 11 a",
            _(
                "Foreløpig svar skal sendes innen én måned (forvaltningsloven § 11 a), så "
                "varselet må komme før det."
            ),
            most=27,
        ),
    ),
    "promised_warn_days": Key(
        7, _("Varsel om svar som er lovet"), _("dager før"), _("kommunens egne rutiner")
    ),
    "section_27_place_hours": Key(
        24,
        _("Plass etter § 27 innen"),
        _("timer"),
        "sosialtjenesteloven § 27",
        Bound(
            "sosialtjenesteloven § 27",
            _(
                "Den som står uten sted å sove, skal ha et sted samme dag, og senest innen et "
                "døgn (sosialtjenesteloven § 27)."
            ),
            most=24,
        ),
    ),
    "missing_papers_days": Key(
        14, _("Papirer vi mangler, sendes innen"), _("dager"), _("kommunens egne rutiner")
    ),
    "proposal_days": Key(
        14,
        _("Forslag om roller faller bort uten svar etter"),
        _("dager"),
        _("kommunens egne rutiner"),
    ),
    "number_claims_a_day": Key(
        3,
        _("Numre en bruker kan sende til kontroll i døgnet"),
        _("numre"),
        _("kommunens egne rutiner"),
    ),
    "draft_days": Key(
        14,
        _("Påbegynte skjemaer slettes etter"),
        _("dager"),
        "GDPR art. 5",
        Bound(
            "GDPR art. 5 nr. 1 e",
            _(
                "Opplysninger om personer skal ikke lagres lenger enn det er bruk for (GDPR "
                "artikkel 5 nr. 1 bokstav e). Et påbegynt skjema bør ikke ligge mer enn 30 "
                "dager."
            ),
            most=30,
        ),
    ),
    "appeal_weeks": Key(
        3,
        _("Klagefrist"),
        _("uker"),
        "fvl. § 29",
        Bound(
            "fvl. § 29",
            _(
                "Klagefristen er tre uker fra brevet er kommet fram (forvaltningsloven § 29). "
                "Kommunen kan ikke gjøre den kortere."
            ),
            least=3,
        ),
    ),
    "costs_claim_weeks": Key(
        3,
        _("Krav om sakskostnader settes fram innen"),
        _("uker"),
        "fvl. § 36",
        Bound(
            "fvl. § 36",
            _(
                "Krav om sakskostnader kan settes fram i tre uker etter at det nye vedtaket er "
                "kommet fram (forvaltningsloven § 36)."
            ),
            least=3,
        ),
    ),
    "appeal_latest_months": Key(
        12,
        _("Klage etter fristen kan tas opp innen"),
        _("måneder etter vedtaket"),
        "fvl. § 31",
        Bound(
            "fvl. § 31",
            _(
                "En klage som kommer for sent, kan tas opp i ett år etter vedtaket, og ikke "
                "lenger (forvaltningsloven § 31)."
            ),
            least=12,
            most=12,
        ),
    ),
    "appeal_prepare_weeks": Key(
        4, _("Klage vurdert og eventuelt oversendt innen"), _("uker"), _("kommunens egne rutiner")
    ),
    "appeal_prepare_warn_days": Key(
        7, _("Varsel om klage som ikke er ferdig"), _("dager før"), _("kommunens egne rutiner")
    ),
    "appeal_remind_weeks": Key(
        8, _("Spør klageinstansen om klagen etter"), _("uker"), _("kommunens egne rutiner")
    ),
    "paper_arrival_days": Key(
        3,
        _("Brev på papir er framme etter"),
        _("dager"),
        _("vanlig postgang"),
        Bound(
            "fvl. § 29",
            _(
                "Klagefristen går fra brevet er kommet fram, ikke fra det er sendt "
                "(forvaltningsloven § 29). Regn ikke med at brev på papir er framme før tre "
                "dager."
            ),
            least=3,
        ),
    ),
    "digital_arrival_days": Key(
        0, _("Digitalt brev er framme etter"), _("dager"), _("kommunens egne rutiner")
    ),
    "notice_days": Key(
        14,
        _("Frist for å svare på forhåndsvarsel"),
        _("dager"),
        "fvl. § 16",
        Bound(
            "fvl. § 16",
            _(
                "Den som får forhåndsvarsel, skal ha tid til å si sin mening (forvaltningsloven "
                "§ 16). Loven nevner ikke antall dager, men under en uke er for kort."
            ),
            least=7,
        ),
    ),
    "long_sentence_words": Key(
        22, _("En setning er lang over"), _("ord"), _("kommunens egne rutiner")
    ),
    "temporary_stay_advice_months": Key(
        3,
        _("Midlertidig botilbud bare unntaksvis over"),
        _("måneder"),
        _("rundskriv R35-00, § 27"),
        Bound(_("rundskriv R35-00, § 27"), OVER_THREE_MONTHS, most=3),
    ),
    "forgotten_days": Key(
        28, _("Glemt på ventelisten etter"), _("dager"), _("kommunens egne rutiner")
    ),
    "chosen_days": Key(
        3, _("Valgt bolig tilbys innen"), _("dager etter møtet"), _("kommunens egne rutiner")
    ),
    "escalate_days": Key(
        14,
        _("Varsel ingen har rørt, løftes til leder etter"),
        _("dager"),
        _("kommunens egne rutiner"),
    ),
    "discharge_days": Key(
        60, _("Planlagt utskriving varsles"), _("dager før"), _("kommunens egne rutiner")
    ),
    "discharge_red_days": Key(
        14, _("Utskriving haster"), _("dager før"), _("kommunens egne rutiner")
    ),
    "reserve_days": Key(
        7, _("Bolig foreslås holdt av etter utskriving i"), _("dager"), _("kommunens egne rutiner")
    ),
    "reserve_longest_days": Key(
        120, _("Bolig holdes av høyst"), _("dager"), _("kommunens egne rutiner")
    ),
    "grant_warn_days": Key(
        30, _("Vedtak som går ut, varsles"), _("dager før"), _("kommunens egne rutiner")
    ),
    "step_longest_days": Key(
        365, _("Steg i et leieforhold føres høyst"), _("dager fram"), _("kommunens egne rutiner")
    ),
    "lease_horizon_months": Key(
        [12, 6, 3, 1], _("Leieforhold varsles"), _("måneder før"), "husll. § 9-2"
    ),
    "lease_overdue_days": Key(
        [0, 30, 60, 80],
        _("Etter leietidens slutt"),
        _("dager"),
        "husll. § 9-2",
        Bound(
            "husll. § 9-2",
            _(
                "Blir leieren boende mer enn tre måneder etter at tiden er ute, uten krav om å "
                "flytte, blir leieforholdet tidsubestemt (husleieloven § 9-2). Minst ett varsel "
                "må komme før det."
            ),
            least=1,
            most=85,
        ),
    ),
    "lease_application_months": Key(
        18,
        _("Søknad om forlengelse uten svar regnes med i"),
        _("måneder"),
        _("kommunens egne rutiner"),
    ),
    "lease_years": Key(3, _("Leietid"), _("år"), "husll. § 9-3", THREE_YEARS),
    "lease_years_renewal": Key(
        3, _("Leietid ved forlengelse"), _("år"), "husll. § 9-3", THREE_YEARS
    ),
    "lease_years_children": Key(
        5, _("Leietid med barn"), _("år"), _("kommunens egne rutiner"), THREE_YEARS
    ),
    "lease_years_children_renewal": Key(
        5, _("Leietid med barn, ved forlengelse"), _("år"), _("kommunens egne rutiner"), THREE_YEARS
    ),
    "lease_child_under_age": Key(
        18, _("Barn gir lengre leietid til de er"), _("år"), _("kommunens egne rutiner")
    ),
    "lease_indefinite_months": Key(
        3,
        _("Leieforholdet blir tidsubestemt etter slutt"),
        _("måneder"),
        "husll. § 9-2",
        Bound(
            "husll. § 9-2",
            _(
                "Leieforholdet blir tidsubestemt når leieren blir boende mer enn tre måneder "
                "etter at tiden er ute (husleieloven § 9-2)."
            ),
            least=3,
            most=3,
        ),
    ),
    "agreement_horizon_days": Key(
        [90, 30, 0],
        _("Kvalitetsavtaler varsles"),
        _("dager før de går ut"),
        _("kommunens egne rutiner"),
    ),
    "rent_change_months": Key(
        12,
        _("Ny husleie tidligst"),
        _("måneder etter forrige"),
        "husll. § 4-2",
        Bound(
            "husll. § 4-2",
            _(
                "Husleien kan settes opp etter konsumprisindeksen høyst én gang i året "
                "(husleieloven § 4-2)."
            ),
            least=12,
        ),
    ),
    "rent_notice_months": Key(
        1,
        _("Varsel om ny husleie"),
        _("måneder"),
        "husll. § 4-2",
        Bound(
            "husll. § 4-2",
            _(
                "Leieren skal ha skriftlig varsel minst én måned før husleien settes opp "
                "(husleieloven § 4-2)."
            ),
            least=1,
        ),
    ),
    "tenancy_warning_days": Key(
        14, _("Svar på advarsel til leietaker"), _("dager"), _("kommunens egne rutiner")
    ),
    "tenancy_termination_months": Key(
        3,
        _("Oppsigelsestid i leieforhold"),
        _("måneder"),
        "husll. § 9-6",
        Bound(
            "husll. § 9-6",
            _("Oppsigelsesfristen i et leieforhold er tre måneder (husleieloven § 9-6)."),
            least=3,
        ),
    ),
    "tenancy_protest_months": Key(
        1,
        _("Leietakers protest mot oppsigelse"),
        _("måneder"),
        "husll. § 9-8",
        Bound(
            "husll. § 9-8",
            _("Leieren kan protestere på oppsigelsen i én måned (husleieloven § 9-8)."),
            least=1,
            most=1,
        ),
    ),
    "eviction_notice_days": Key(
        14,
        _("Varsel før begjæring om utkastelse"),
        _("dager"),
        "tvangsl. § 4-18",
        Bound(
            "tvangsl. § 4-18",
            _(
                "Leieren skal varsles minst to uker før det bes om utkastelse "
                "(tvangsfullbyrdelsesloven § 4-18)."
            ),
            least=14,
        ),
    ),
    "eviction_red_days": Key(
        14, _("Berammet utkastelse haster"), _("dager før"), _("kommunens egne rutiner")
    ),
    "prevention_review_days": Key(
        30, _("Plan for leieforhold i fare ses på igjen"), _("dager"), _("kommunens egne rutiner")
    ),
    "offer_working_days": Key(
        5, _("Svarfrist på tilbud"), _("arbeidsdager"), _("kommunens egne rutiner")
    ),
    "notice_going_out_days": Key(
        14,
        _("Institusjonen varsler utskriving og løslatelse"),
        _("dager før"),
        _("kommunens egne rutiner"),
    ),
    "notice_admission_days": Key(
        1, _("Institusjonen varsler innleggelse innen"), _("dager"), _("kommunens egne rutiner")
    ),
    "handover_days": Key(
        2,
        _("Overlevert oppgave eller sak bekreftes innen"),
        _("arbeidsdager"),
        _("kommunens egne rutiner"),
    ),
    "upload_max_mb": Key(
        20, _("Største fil som kan lastes opp"), _("megabyte"), _("kommunens egne rutiner")
    ),
    "past_matter_years": Key(
        5, _("Gjeld, skade og tapt leieforhold vises i"), _("år"), _("kommunens egne rutiner")
    ),
    "need_to_know_days": Key(
        7,
        _("Begrunnet lesing av tidligere forhold gjelder i"),
        _("dager"),
        _("kommunens egne rutiner"),
    ),
    "still_needed_days": Key(
        90, _("Spør om behovet er det samme hver"), _("dager"), _("kommunens egne rutiner")
    ),
    "still_needed_answer_days": Key(
        21, _("Uten svar på spørsmålet: oppsøk etter"), _("dager"), _("kommunens egne rutiner")
    ),
    "no_contact_days": Key(
        21, _("Uten kontakt med likeperson"), _("dager"), _("kommunens egne rutiner")
    ),
    "statement_due_days": Key(
        10, _("Svarfrist på uttalelse"), _("dager"), _("kommunens egne rutiner")
    ),
    "statement_remind_days": Key(
        3, _("Uttalelse påminnes"), _("dager før"), _("kommunens egne rutiner")
    ),
    "statement_link_days": Key(
        14, _("Lenke til uttalelse virker"), _("dager etter fristen"), _("kommunens egne rutiner")
    ),
    "milieu_house_homes": Key(
        16, _("Bomiljø: hjem i samme hus, høyst"), _("hjem"), _("kommunens egne rutiner")
    ),
    "milieu_house_new": Key(
        4, _("Bomiljø: nye i samme hus, høyst"), _("hjem"), _("kommunens egne rutiner")
    ),
    "milieu_new_days": Key(
        90, _("Bomiljø: ny i huset er innen"), _("dager"), _("kommunens egne rutiner")
    ),
    "milieu_area_percent": Key(
        30, _("Bomiljø: ett områdes andel av hjemmene, høyst"), "%", _("kommunens egne rutiner")
    ),
    "vedtak_valid_months": Key(
        12, _("Vedtak om kommunal bolig gjelder"), _("måneder"), _("kommunens egne rutiner")
    ),
    "vedtak_long_months": Key(
        24,
        _("Vedtak som gjelder lenger, spørres det om"),
        _("måneder"),
        _("kommunens egne rutiner"),
    ),
}


IN_FORCE = """
SELECT key, value::text FROM accounts_setting WHERE key = ANY(%s) AND valid @> %s::date
"""


def value(key: str, on: date) -> Any:
    """The municipality's value of `key` in force `on`, or the default. KeyError if unknown."""
    return values(on, key)[key]


def lawful_value(key: str, on: date) -> Any:
    """As `value`, but never below what the law gives at least, unless somebody said why.

    What a letter promises is read here: a setting from before the bound was known, or written past
    the app, gives nobody a shorter time than the law. KeyError if unknown.
    """
    number, least = value(key, on), KEYS[key].least
    if number >= least or _said_why(key, on):
        return number
    return least


def _said_why(key: str, on: date) -> bool:
    """Whether the value in force was kept with a reason (`actions.change_setting`)."""
    rows = Setting.objects.filter(key=key, valid__contains=on).values("pk")
    said = Setting.history.filter(id__in=rows, history_change_reason__isnull=False)
    return said.exists()


def outside_law(on: date) -> dict[str, Any]:
    """The values in force outside the law that nobody has said why of, by key. Two queries, and one
    when every value is within it."""
    now = values(on)
    outside = {key: now[key] for key, about in KEYS.items() if about.against(now[key])}
    if not outside:
        return {}
    rows = Setting.objects.filter(key__in=outside, valid__contains=on).values("pk")
    said = Setting.history.filter(id__in=rows, history_change_reason__isnull=False)
    explained = set(said.values_list("key", flat=True))
    return {key: number for key, number in outside.items() if key not in explained}


def values(on: date, *keys: str) -> dict[str, Any]:
    """Several values in one query; all of them when no key is given."""
    wanted = keys or tuple(KEYS)
    found = {key: KEYS[key].default for key in wanted}
    with connection.cursor() as cursor:  # asked on nearly every page, often more than once
        cursor.execute(IN_FORCE, [list(wanted), on])
        found.update((key, json.loads(text)) for key, text in cursor.fetchall())
    return found


def in_force(key: str, day: str) -> str:
    """The municipality's whole number for `key` on a date column, in SQL. KeyError if unknown."""
    default = int(KEYS[key].default)
    return f"""coalesce((
        SELECT s.value::int FROM accounts_setting s
        WHERE s.key = '{key}' AND s.valid @> {day}), {default})"""


class SettingsTable:
    """The values of some keys on any date, read in one query, for a list of rows."""

    def __init__(self, *keys: str) -> None:
        self.defaults = {key: KEYS[key].default for key in keys}
        self.rows = list(Setting.objects.filter(key__in=keys).values_list("key", "value", "valid"))

    def values(self, on: date, *keys: str) -> dict[str, Any]:
        """The values in force `on`, or the defaults. KeyError if a key was not read."""
        numbers = {key: self.defaults[key] for key in keys}
        for key, value, valid in self.rows:
            if key in numbers and on in valid:
                numbers[key] = value
        return numbers
