"""What every installation begins with: hjemler and the dimensions of a kartlegging.

They are rows, and the municipality changes them; these are only written where a table is
empty. The sources are in law.md; a lawyer in each municipality confirms the wording.
"""

from __future__ import annotations

from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from .enums import AppealBody

BEGINNING = date(2000, 1, 1)
BOLIGSOSIALLOVEN = date(2023, 7, 1)

LOCAL_RULES = (
    "Kommunen leier ut boliger til den som ikke selv klarer å skaffe seg eller beholde en egnet bolig. "
    "Vi ser på hvordan du bor nå, hvor mye boligen haster, og hva du og husstanden trenger."
)
LOCAL_RULES_NN = (
    "Kommunen leiger ut bustader til den som ikkje sjølv greier å skaffe seg eller halde på ein eigna bustad. "
    "Vi ser på korleis du bur no, kor mykje bustaden hastar, og kva du og husstanden treng."
)

# code, title, title_nn, citation, rules_text, rules_text_nn, klageinstans, from
BASES = [
    (
        "kommunal_bolig",
        "Retningslinjer for kommunal bolig",
        "Retningslinjer for kommunal bustad",
        "kommunens retningslinjer for tildeling av kommunal bolig",
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
        "Kommunen skal finne et midlertidig botilbud til den som ikke klarer det selv. "
        "Grunnen til at du står uten bolig, har ikke noe å si.",
        "Kommunen skal finne eit mellombels butilbod til den som ikkje greier det sjølv. "
        "Grunnen til at du står utan bustad, har ikkje noko å seie.",
        AppealBody.STATE,
        BEGINNING,
    ),
]

DIMENSIONS = [
    ("hverdag", "Hverdag hjemme", "Hva greier du selv hjemme, og hva vil du ha hjelp til?"),
    ("okonomi", "Økonomi", "Hvordan er økonomien, og hva vil gjøre den tryggere?"),
    ("helse", "Helse", "Hva trenger helsa di av boligen og av oss?"),
    ("nettverk", "Nettverk", "Hvem har du rundt deg, og hvem vil du ha rundt deg?"),
    ("arbeid", "Arbeid og aktivitet", "Hva fyller dagene dine, og hva vil du at skal fylle dem?"),
    ("trygghet", "Trygghet og bomiljø", "Hva må til for at du skal føle deg trygg der du bor?"),
    ("barn", "Barn", "Hvilke barn bor hos deg eller besøker deg, og hva trenger de?"),
]


def install(sender=None, **kwargs) -> None:
    """Write the rows above where there are none. Runs after migrate."""
    from .models import Dimension, LegalBasis

    if not LegalBasis.objects.exists():
        LegalBasis.objects.bulk_create(
            LegalBasis(
                code=code,
                title=title,
                title_nn=title_nn,
                citation=citation,
                rules_text=text,
                rules_text_nn=text_nn,
                appeal_body=body,
                valid=DateRange(start, None),
            )
            for code, title, title_nn, citation, text, text_nn, body, start in BASES
        )
    if not Dimension.objects.exists():
        Dimension.objects.bulk_create(
            Dimension(
                code=code,
                name=name,
                question=question,
                order=order,
                valid=DateRange(BEGINNING, None),
            )
            for order, (code, name, question) in enumerate(DIMENSIONS, start=1)
        )
