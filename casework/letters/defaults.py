"""The legal bases, standard texts and words to avoid that every installation starts with.

Written only to empty tables; after that the municipality changes the rows. The sources are in
law.md; a lawyer in each municipality confirms the wording.
"""

from __future__ import annotations

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from casework.log.defaults import BEGINNING
from casework.log.enums import AppealBody, TextPart

BOLIGSOSIALLOVEN = date(2023, 7, 1)

LOCAL_RULES = (
    "Kommunen leier ut boliger til den som ikke selv klarer å skaffe seg eller beholde en egnet bolig. "
    "Vi ser på hvordan du bor nå, hvor mye boligen haster, og hva du og husstanden trenger."
)

LOCAL_RULES_NN = (
    "Kommunen leiger ut bustader til den som ikkje sjølv greier å skaffe seg eller halde på ein eigna bustad. "
    "Vi ser på korleis du bur no, kor mykje bustaden hastar, og kva du og husstanden treng."
)

# code, title, title_nn, citation, citation_nn, rules_text, rules_text_nn, appeals body, from
BASES = [
    (
        "kommunal_bolig",
        "Retningslinjer for kommunal bolig",
        "Retningslinjer for kommunal bustad",
        "kommunens retningslinjer for tildeling av kommunal bolig",
        "retningslinjene til kommunen for tildeling av kommunal bustad",
        LOCAL_RULES,
        LOCAL_RULES_NN,
        AppealBody.MUNICIPAL,
        BEGINNING,
    ),
    (
        "bytte",
        "Retningslinjer for kommunal bolig, bytte",
        "Retningslinjer for kommunal bustad, byte",
        "kommunens retningslinjer for tildeling av kommunal bolig, om bytte",
        "retningslinjene til kommunen for tildeling av kommunal bustad, om byte",
        "Den som leier kommunal bolig, kan bytte når boligen ikke lenger passer. "
        "Bytte gir ikke ny plass bakerst i køen.",
        "Den som leiger kommunal bustad, kan byte når bustaden ikkje lenger passar. "
        "Byte gir ikkje ny plass bakarst i køen.",
        AppealBody.MUNICIPAL,
        BEGINNING,
    ),
    (
        "forlengelse",
        "Retningslinjer for kommunal bolig, forlengelse",
        "Retningslinjer for kommunal bustad, forlenging",
        "kommunens retningslinjer for tildeling av kommunal bolig, om forlengelse",
        "retningslinjene til kommunen for tildeling av kommunal bustad, om forlenging",
        "Leietiden kan forlenges når behovet for boligen fortsatt er der.",
        "Leigetida kan forlengjast når behovet for bustaden framleis er der.",
        AppealBody.MUNICIPAL,
        BEGINNING,
    ),
    (
        "boligsosialloven_6",
        "Boligsosialloven § 6, individuelt tilpasset bistand",
        "Bustadsosiallova § 6, individuelt tilpassa bistand",
        "boligsosialloven §§ 4 og 6",
        "bustadsosiallova §§ 4 og 6",
        "Kommunen skal gi individuelt tilpasset hjelp til den som er vanskeligstilt på boligmarkedet. "
        "Hjelpen velges i samarbeid med deg. Loven gir ikke rett til en bestemt bolig.",
        "Kommunen skal gi individuelt tilpassa hjelp til den som er vanskelegstilt på bustadmarknaden. "
        "Hjelpa blir vald i samarbeid med deg. Lova gir ikkje rett til ein bestemt bustad.",
        AppealBody.STATE,
        BOLIGSOSIALLOVEN,
    ),
    (
        "sosialtjenesteloven_27",
        "Sosialtjenesteloven § 27, midlertidig botilbud",
        "Sosialtenestelova § 27, mellombels butilbod",
        "sosialtjenesteloven § 27",
        "sosialtenestelova § 27",
        "Kommunen skal finne et midlertidig botilbud til den som ikke klarer det selv. "
        "Grunnen til at du står uten bolig, har ikke noe å si.",
        "Kommunen skal finne eit mellombels butilbod til den som ikkje greier det sjølv. "
        "Grunnen til at du står utan bustad, har ikkje noko å seie.",
        AppealBody.STATE,
        BEGINNING,
    ),
]

# The statsforvalter of each county, by the first two digits of the number of the municipality:
# where, and its postal address (statsforvalteren.no, 2024).
STATE_BODIES = {
    "03": ("Østfold, Buskerud, Oslo og Akershus", "Postboks 325", "1502 Moss"),
    "11": ("Rogaland", "Postboks 59 Sentrum", "4001 Stavanger"),
    "15": ("Møre og Romsdal", "Postboks 2520", "6404 Molde"),
    "18": ("Nordland", "Postboks 1405", "8002 Bodø"),
    "31": ("Østfold, Buskerud, Oslo og Akershus", "Postboks 325", "1502 Moss"),
    "32": ("Østfold, Buskerud, Oslo og Akershus", "Postboks 325", "1502 Moss"),
    "33": ("Østfold, Buskerud, Oslo og Akershus", "Postboks 325", "1502 Moss"),
    "34": ("Innlandet", "Postboks 987", "2604 Lillehammer"),
    "39": ("Vestfold og Telemark", "Postboks 2076", "3103 Tønsberg"),
    "40": ("Vestfold og Telemark", "Postboks 2076", "3103 Tønsberg"),
    "42": ("Agder", "Postboks 504", "4804 Arendal"),
    "46": ("Vestland", "Njøsavegen 2", "6863 Leikanger"),
    "50": ("Trøndelag", "Postboks 2600", "7734 Steinkjer"),
    "55": ("Troms og Finnmark", "Postboks 700", "9815 Vadsø"),
    "56": ("Troms og Finnmark", "Postboks 700", "9815 Vadsø"),
}

# code, part, title, text, text_nn
TEXTS = [
    (
        "opplyst",
        TextPart.FACTS,
        "Det du har fortalt og lagt ved",
        "Vi bygger på det du har fortalt oss, og på papirene du har lagt ved søknaden.",
        "Vi byggjer på det du har fortalt oss, og på papira du har lagt ved søknaden.",
    ),
    (
        "ingen_bolig",
        TextPart.REASONING,
        "Avslag fordi ingen bolig passer",
        "Du trenger hjelp til å bo, og du fyller vilkårene våre. Vi har likevel ingen bolig som "
        "passer til det du trenger. Det er kommunen som mangler boligen. Vi fører opp at det "
        "trengs en slik bolig.",
        "Du treng hjelp til å bu, og du fyller vilkåra våre. Vi har likevel ingen bustad som "
        "passar til det du treng. Det er kommunen som manglar bustaden. Vi fører opp at det "
        "trengst ein slik bustad.",
    ),
    (
        "skaffe_selv",
        TextPart.REASONING,
        "Avslag fordi personen kan skaffe bolig selv",
        "Vi mener at du selv kan skaffe deg en egnet bolig nå. Vi hjelper deg gjerne med å lete, "
        "og med å søke om lån, garanti og bostøtte.",
        "Vi meiner at du sjølv kan skaffe deg ein eigna bustad no. Vi hjelper deg gjerne med å "
        "leite, og med å søkje om lån, garanti og bustøtte.",
    ),
    (
        "barna_hort",
        TextPart.BEST_INTERESTS,
        "Barna er hørt",
        "Barna har fått si hva de mener, og vi har lagt stor vekt på det.",
        "Barna har fått seie kva dei meiner, og vi har lagt stor vekt på det.",
    ),
    (
        "egenandel",
        TextPart.CONDITIONS,
        "Betaling for midlertidig botilbud",
        "Du betaler ikke selv for det midlertidige botilbudet nå.",
        "Du betaler ikkje sjølv for det mellombelse butilbodet no.",
    ),
]

# A word or phrase to avoid, and what to write instead.
WORDS = [
    ("anmode", "be om"),
    ("angående", "om"),
    ("bopel", "bolig"),
    ("foranledning", "grunn"),
    ("forestå", "ha ansvar for"),
    ("hensynta", "ta hensyn til"),
    ("herværende", "dette"),
    ("i henhold til", "etter"),
    ("iht.", "etter"),
    ("imøtekomme", "innvilge"),
    ("inneha", "ha"),
    ("jf.", "se"),
    ("med hjemmel i", "etter"),
    ("medio", "midt i"),
    ("ovennevnte", "dette"),
    ("primo", "først i"),
    ("således", "slik"),
    ("søkeren", "du"),
    ("ultimo", "sist i"),
    ("undertegnede", "jeg"),
    ("vedrørende", "om"),
]


def install(sender=None, **kwargs) -> None:
    """Write the rows above to the tables that are empty. Runs after migrate."""
    from .models import LegalBasis, PlainWord, StandardText

    if not LegalBasis.objects.exists():
        LegalBasis.objects.bulk_create(
            LegalBasis(
                code=code,
                title=title,
                title_nn=title_nn,
                citation=citation,
                citation_nn=citation_nn,
                rules_text=text,
                rules_text_nn=text_nn,
                appeal_body=body,
                valid=DateRange(start, None),
            )
            for code, title, title_nn, citation, citation_nn, text, text_nn, body, start in BASES
        )
    if not StandardText.objects.exists():
        StandardText.objects.bulk_create(
            StandardText(
                code=code,
                part=part,
                title=title,
                text=text,
                text_nn=text_nn,
                valid=DateRange(BEGINNING, None),
            )
            for code, part, title, text, text_nn in TEXTS
        )
    if not PlainWord.objects.exists():
        PlainWord.objects.bulk_create(
            PlainWord(word=word, instead=instead) for word, instead in WORDS
        )
