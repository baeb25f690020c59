"""Every kind of letter × language form × children × proxy is made, right and accessible.

Each letter is made by its own action. Appealable letters are checked for legal basis, last day
and appeals body; every letter is checked for words of the other language form.
"""

from __future__ import annotations

import io
import itertools
import re
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pypdf import PdfReader

from accounts import settings_table
from allocation.actions.offers import inform_tenant, make_offer
from allocation.actions.still_needed import send_letter
from casework.appeals import actions as appeals
from casework.applications.actions.advance_notice import send_notice
from casework.applications.actions.applications import send_interim_reply
from casework.applications.actions.intake import ask_for_papers
from casework.letters import letters
from casework.log.enums import LetterKind, Outcome, RefusalGround, ReversalGround
from casework.models import LegalBasis, VedtakOutcome
from casework.vedtak import completeness
from casework.vedtak.actions import approve_vedtak
from casework.vedtak.letter import letter_data, signers
from common import pdf
from common.calendar import deadline_weeks
from common.formatting import nbdate_long
from stays.enums import Deposit
from stays.leases.actions import adjust_rent
from tests import factories as f
from tests.factories_follow_up import NeedCheckFactory
from tests.factories_leases import PriceIndexFactory
from tests.pdf_checks import faults

pytestmark = pytest.mark.django_db

# The appeals body, per legal basis and language form.
STATE = "Statsforvalteren i Solvær (Postboks 99, 9990 Solvær)"
STATE_NN = STATE.replace("Statsforvalteren", "Statsforvaltaren")
MUNICIPAL = "Klagenemnda i Solvær kommune (Torget 1, 9990 Solvær)"
BODIES = {
    "nb": {
        "kommunal_bolig": f"{MUNICIPAL} avgjør klager om boligen.",
        "bytte": f"{MUNICIPAL} avgjør klager om byttet.",
        "forlengelse": f"{MUNICIPAL} avgjør klager om leietiden.",
        "boligsosialloven_6": f"{STATE} avgjør klager om hjelpen etter boligsosialloven.",
        "sosialtjenesteloven_27": f"{STATE} avgjør klager om det midlertidige botilbudet.",
    },
    "nn": {
        "kommunal_bolig": f"{MUNICIPAL} avgjer klager om bustaden.",
        "bytte": f"{MUNICIPAL} avgjer klager om bytet.",
        "forlengelse": f"{MUNICIPAL} avgjer klager om leigetida.",
        "boligsosialloven_6": f"{STATE_NN} avgjer klager om hjelpa etter bustadsosiallova.",
        "sosialtjenesteloven_27": f"{STATE_NN} avgjer klager om det mellombelse butilbodet.",
    },
}
# Words of one language form only: none may be in a letter of the other.
ONLY = {
    "nb": (
        "ikke hva hvem hvor hvorfor hvordan hvis jeg bolig boligen saken saksbehandler vennlig "
        "leie leier husleie husleien leietiden fra noe noen mer opplysningene klagen avgjør "
        "trenger uker måneden hjelpen loven forvaltningsloven husleieloven boligsosialloven "
        "sosialtjenesteloven dokumentene mottatt dere selv sier gjør kommer nå da uten flere "
        "bare enhet hjemmel"
    ),
    "nn": (
        "ikkje kva kven kvifor korleis eg bustad bustaden saka saksbehandlar vennleg leige "
        "leiger husleige husleiga leigetida frå noko nokon meir opplysningane klaga avgjer treng "
        "veker månaden hjelpa lova forvaltingslova husleigelova bustadsosiallova "
        "sosialtenestelova dokumenta motteken sjølv seier gjer kjem då utan fleire berre eining "
        "heimel"
    ),
}

# What the caseworker wrote, in both language forms.
WRITTEN = {
    "nb": {
        "best_interests": "Barna får bli på skolen sin.",
        "reasoning": "Du bor trangt, og du har lett lenge uten å finne et sted som passer.",
        "facts": "Du bor hos en venn.",
        "rules": "Retningslinjer for tildeling.",
        "person_view": "Du sier: «Et sted å bli.»",
        "conditions": "Du melder fra når du flytter.",
        "klage": "Et sted å bli, det er det viktigste.",
        "why": "Det er nytt i saken: du har fått barn som skal bo hos deg.",
        "help_content": "En boveileder kommer to timer i uken.",
        "refused": "Vi dekker ikke lager, fordi du har bod.",
    },
    "nn": {
        "best_interests": "Barna får bli på skulen sin.",
        "reasoning": "Du bur trongt, og du har leita lenge utan å finne ein stad som passar.",
        "facts": "Du bur hos ein venn.",
        "rules": "Retningslinjer for tildeling.",
        "person_view": "Du seier: «Ein stad å bli.»",
        "conditions": "Du seier ifrå når du flyttar.",
        "klage": "Ein stad å bli, det er det viktigaste.",
        "why": "Det er nytt i saka: du har fått barn som skal bu hos deg.",
        "help_content": "Ein burettleiar kjem to timar i veka.",
        "refused": "Vi dekkjer ikkje lager, fordi du har bu.",
    },
}


def case(language: str, *, whole: bool, **given):
    """A case; `whole` adds children and a proxy."""
    person = f.PersonFactory(language_form=language)
    household = f.FamilyFactory(children=2, head=person) if whole else f.household_of(person)
    if whole:
        f.RepresentativeFactory(person=person, name="Nils Brekke")
    return f.ApplicationFactory(person=person, household=household, assessed=True, **given)


def vedtak(language: str, whole: bool, outcome=Outcome.GRANTED, basis="kommunal_bolig", **facts):
    """A vedtak issued by the approver."""
    approver = f.UserFactory(approver=True)
    replaces = facts.pop("replaces", None)
    application = replaces.application if replaces else case(language, whole=whole, basis=basis)
    words = {k: v for k, v in WRITTEN[language].items() if k not in ("klage", "why", "refused")}
    if whole:
        words |= {"bedrooms": 3, "lease_years": 5}  # a family's, by the rule
    else:
        words["best_interests"] = ""
    if basis == "forlengelse":
        f.LeaseFactory(person=application.person, days_ago=900)
    if basis == "sosialtjenesteloven_27":
        words["valid_to"] = f.days_ago(-30)
    drafted = f.VedtakFactory(
        application=application,
        language=language,
        submitted=True,
        approver=approver,
        outcome=outcome,
        place="Solvær gjestehus",
        replaces=replaces,
        **{**words, **facts},
    )
    drafted.outcomes.filter(outcome=Outcome.PARTLY).update(refused=WRITTEN[language]["refused"])
    if replaces:
        replaces.outcomes.update(replaced_by=drafted)
    return approve_vedtak(vedtak=drafted, by=approver, at=f.now())


def of_outcome(outcome, **facts):
    return lambda language, whole: vedtak(language, whole, outcome, **facts).letter


def reversal(language, whole):
    first = vedtak(language, whole, Outcome.REFUSED)
    return vedtak(
        language,
        whole,
        replaces=first,
        reversal_ground=ReversalGround.FAVOUR,
        to_harm=False,
        reversal_reason=WRITTEN[language]["why"],
    ).letter


def interim(language, whole):
    application = case(language, whole=whole)
    return send_interim_reply(
        application=application,
        delay={"nb": "Vi venter på legen.", "nn": "Vi ventar på legen."}[language],
        expected_on=f.days_ago(-30),
        needed=["Leigeavtale" if language == "nn" else "Leieavtale"],
        by=application.registered_by,
        at=timezone.now(),
    )


def notice(language, whole):
    application = case(language, whole=whole)
    return send_notice(
        application=application,
        considering={"nb": "Vi vurderer avslag.", "nn": "Vi vurderer avslag."}[language],
        grounds={"nb": "Utleier sier du er oppsagt.", "nn": "Utleigaren seier du er oppsagd."}[
            language
        ],
        due_on=f.days_ago(-14),
        on=f.today(),
        by=application.registered_by,
        at=timezone.now(),
    )


def missing(language, whole):
    application = case(language, whole=whole)
    return ask_for_papers(
        application=application,
        papers=["Skattemelding", "Legitimasjon"],
        due_on=f.days_ago(-14),
        by=application.registered_by,
        at=timezone.now(),
    )


def still_needed(language, whole):
    application = case(language, whole=whole)
    check = NeedCheckFactory(application=application)
    return send_letter(check, by=application.registered_by, at=timezone.now())


def offer(language, whole):
    application = case(language, whole=whole)
    application.decision = f.VedtakFactory(application=application, issued=True)
    chosen = f.ConsiderationFactory(
        item=f.AgendaItemFactory(decided=True, unit=f.UnitFactory()),
        application=application,
        chosen=True,
    )
    return make_offer(
        consideration=chosen,
        available_from=f.today(),
        by=application.registered_by,
        at=timezone.now(),
    ).letter


def lease_information(language, whole):
    made = f.OfferFactory(application=case(language, whole=whole), accepted=True)
    return inform_tenant(
        offer=made,
        starts_on=f.today(),
        expires_on=f.days_ago(-1100),
        rent=8900,
        deposit_kind=Deposit.DEPOSIT,
        deposit=17_800,
        short_term_reason="",
        by=made.sent_by,
        at=timezone.now(),
    )


def klage(language, whole, *, reviewed=True, **facts):
    refused = vedtak(language, whole, Outcome.REFUSED)
    return f.AppealFactory(
        vedtak=refused, words=WRITTEN[language]["klage"], reviewing=reviewed, **facts
    )


def confirmed(language, whole):
    appeal = klage(language, whole, received_on=f.today(), suspension_asked_on=f.today())
    appeals.confirm_receipt(appeal=appeal, by=appeal.registered_by, at=timezone.now())
    appeal.refresh_from_db()
    return appeal.confirmation


def confirmed_late(language, whole):
    appeal = klage(language, whole, reviewed=False, received_on=f.today(), due_on=f.days_ago(2))
    appeals.confirm_receipt(appeal=appeal, by=appeal.registered_by, at=timezone.now())
    appeal.refresh_from_db()
    return appeal.confirmation


def forwarded(language, whole):
    appeal = klage(language, whole, received_on=f.today())
    why = WRITTEN[language]["why"]
    return appeals.forward(appeal=appeal, review=why, by=appeal.reviewer, at=f.now()).letter


def dismissed(language, whole):
    appeal = klage(language, whole, received_on=f.today(), due_on=f.days_ago(2))
    why = WRITTEN[language]["why"]
    appeals.dismiss(appeal=appeal, ground="frist", reason=why, by=appeal.reviewer, at=f.now())
    return appeal.vedtak.application.letters.get(kind=LetterKind.APPEAL_ANSWER)


def suspended(granted):
    def make(language, whole):
        appeal = klage(language, whole, received_on=f.today())
        appeals.decide_suspension(
            appeal=appeal,
            granted=granted,
            reason=WRITTEN[language]["why"],
            by=appeal.reviewer,
            at=f.now(),
        )
        return appeal.vedtak.application.letters.get(kind=LetterKind.APPEAL_ANSWER)

    return make


def new_rent(language, whole):
    application = case(language, whole=whole)
    lease = f.LeaseFactory(application=application, days_ago=400)
    PriceIndexFactory(month=lease.agreed_on.replace(day=1), value=Decimal("125.0"))
    PriceIndexFactory()
    adjusted = adjust_rent(
        lease=lease,
        effective_on=f.days_ago(-40),
        by=application.registered_by,
        at=timezone.now(),
    )
    return adjusted.letter


LETTERS = {
    "innvilgelse": of_outcome(Outcome.GRANTED),
    "delvis": of_outcome(Outcome.PARTLY, ground=RefusalGround.CONDITIONS),
    "avslag": of_outcome(Outcome.REFUSED),
    "ingen-bolig-som-passer": of_outcome(Outcome.REFUSED, ground=RefusalGround.NO_DWELLING),
    "avvisning": of_outcome(Outcome.DISMISSED),
    "bortfall": of_outcome(Outcome.LAPSED),
    "forlengelse": of_outcome(Outcome.GRANTED, basis="forlengelse"),
    "midlertidig-botilbud": of_outcome(Outcome.GRANTED, basis="sosialtjenesteloven_27"),
    "omgjoring": reversal,
    "forelopig-svar": interim,
    "mangelbrev": missing,
    "forhandsvarsel": notice,
    "fortsatt-behov": still_needed,
    "tilbud": offer,
    "leieinformasjon": lease_information,
    "husleieregulering": new_rent,
    "klage-mottatt": confirmed,
    "klage-mottatt-for-sent": confirmed_late,
    "klage-oversendt": forwarded,
    "klage-avvist": dismissed,
    "klage-venter": suspended(True),
    "klage-venter-ikke": suspended(False),
}

# Children change the text of a vedtak, a proxy changes the foot of every letter.
ALONE = [*list(LETTERS)[:9], "forelopig-svar", "mangelbrev", "tilbud", "klage-mottatt"]


def read(file) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(bytes(file.content)))
    text = " ".join(page.extract_text() for page in reader.pages)
    return reader, " ".join(text.replace("\u00a0", " ").split())


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[a-zæøå]+", text.lower()))


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize(
    ("kind", "whole"),
    [pytest.param(kind, True, id=f"{kind}-children-and-fullmektig") for kind in LETTERS]
    + [pytest.param(kind, False, id=f"{kind}-alone") for kind in ALONE],
)
def test_letter_is_accessible_and_in_one_language(kind, language, whole):
    letter = LETTERS[kind](language, whole)
    _reader, text = read(letter.file)
    title = letter.title.replace("\u00a0", " ")
    assert letter.language == language and title in text
    assert faults(bytes(letter.file.content), language) == []
    # In reading order: the recipient, the heading, the greeting last.
    greeting = {"nb": "Med vennlig hilsen", "nn": "Med vennleg helsing"}[language]
    places = [text.index(words) for words in (title, greeting)]
    assert places == sorted(places)
    other = ONLY["nn" if language == "nb" else "nb"]
    assert not words_of(text) & set(other.split())
    assert not re.search(r"[{}]|%\(|None", text), "a placeholder was not filled in"

    copies = {copy.name: copy for copy in letter.copies.all()}
    assert ("Nils Brekke (fullmektig), Brygga 2, 9990 Solvær" in text) is whole
    assert ("Nils Brekke" in copies) is whole
    if whole:
        _reader, copied = read(copies["Nils Brekke"].file)
        assert "Nils Brekke Brygga 2 9990 Solvær Kopi av brev til" in copied
    if letter.kind == LetterKind.FORWARDING:
        assert letter.person.name in copies, "the party gets a copy"
    else:
        assert f"{letter.person.name} Solbakken 1 9990 Solvær" in text
    if letter.kind == LetterKind.VEDTAK:
        heading = {"nb": "Barnets beste", "nn": "Det beste for barnet"}[language]
        assert (heading in text) is whole


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("code", sorted(BODIES["nb"]))
def test_vedtak_letter_names_legal_basis_last_day_and_appeals_body(code, language):
    outcome = Outcome.GRANTED if code == "forlengelse" else Outcome.REFUSED
    made = vedtak(language, False, outcome, basis=code)
    _reader, text = read(made.letter.file)
    hjemmel = LegalBasis.objects.get(code=code, valid__contains=f.today())
    assert (hjemmel.citation_nn if language == "nn" else hjemmel.citation) in text
    assert nbdate_long(made.appeal_due()).replace("\u00a0", " ") in text
    assert BODIES[language][code] in text
    others = [one for other, one in BODIES[language].items() if other != code]
    assert not [one for one in others if one in text]


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_a_paragraph_is_not_parted_from_its_number_in_the_heading_either(language):
    made = vedtak(language, False, Outcome.DISMISSED, basis="sosialtjenesteloven_27")
    pages = PdfReader(io.BytesIO(bytes(made.letter.file.content))).pages
    text = " ".join(page.extract_text() for page in pages)
    assert "§\u00a027" in text
    assert not re.findall(r"§[ \n]+\d+", text)


@pytest.mark.parametrize("kind", ["delvis", "avvisning", "bortfall", "omgjoring", "klage-avvist"])
@pytest.mark.parametrize("language", ["nb", "nn"])
def test_appealable_letter_says_deadline_and_appeals_body(kind, language):
    letter = LETTERS[kind](language, False)
    _reader, text = read(letter.file)
    numbers = settings_table.values(f.today(), "appeal_weeks", "paper_arrival_days")
    arrives = f.today() + timedelta(days=numbers["paper_arrival_days"])
    due = letter.vedtak.appeal_due() if letter.vedtak else None
    due = due or deadline_weeks(arrives, numbers["appeal_weeks"])
    assert nbdate_long(due).replace("\u00a0", " ") in text
    assert "Klagenemnda i Solvær kommune" in text
    if kind == "omgjoring":
        rule = {
            "nb": "(forvaltningsloven § 35 bokstav a)",
            "nn": "(forvaltingslova § 35 bokstav a)",
        }
        assert rule[language] in text
    if kind == "klage-avvist":
        assert {"nb": "forvaltningsloven § 33", "nn": "forvaltingslova § 33"}[language] in text


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_letter_on_a_dismissed_klage_says_the_dismissal_is_looked_at_again(language):
    _reader, text = read(dismissed(language, False).file)
    again = {
        "nb": "Hvis vi ikke gjør den om, sender vi klagen videre.",
        "nn": "Om vi ikkje gjer ho om, sender vi klaga vidare.",
    }
    assert again[language] in text
    assert {"nb": "ikke endrer vedtaket", "nn": "ikkje endrar vedtaket"}[language] not in text


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_letter_on_a_late_klage_does_not_promise_that_it_is_taken_up(language):
    _reader, late = read(confirmed_late(language, False).file)
    _reader, in_time = read(confirmed(language, False).file)
    promised = "Vi kan endre vedtaket."  # the same in both
    refused = {"nb": "Tar vi den ikke opp", "nn": "Tek vi ho ikkje opp"}[language]
    assert promised in in_time and promised not in late
    assert refused in late and refused not in in_time


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_letter_that_the_vedtak_waits_does_not_head_what_happens_as_what_to_do(language):
    _reader, waits = read(suspended(True)(language, False).file)
    _reader, goes_on = read(suspended(False)(language, False).file)
    heading = {"nb": "Dette kan du gjøre", "nn": "Dette kan du gjere"}[language]
    assert heading in goes_on and heading not in waits


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_letter_before_a_lease_counts_the_last_day_with_it(language):
    _reader, text = read(lease_information(language, False).file)
    assert f"til og med {nbdate_long(f.days_ago(-1100))}".replace("\u00a0", " ") in text


# Every outcome, alone and beside the help a person may also have asked for.
GROUNDS = {Outcome.REFUSED: (RefusalGround.CONDITIONS, RefusalGround.NO_DWELLING)}
TITLES = {
    ("nb", Outcome.REFUSED, Outcome.GRANTED): "men du får hjelp til å bo",
    ("nn", Outcome.REFUSED, Outcome.GRANTED): "men du får hjelp til å bu",
    ("nb", Outcome.GRANTED, Outcome.REFUSED): "men du får ikke hjelp etter boligsosialloven nå",
    ("nn", Outcome.GRANTED, Outcome.REFUSED): "men du får ikkje hjelp etter bustadsosiallova no",
}


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("whole", [True, False], ids=["children-and-fullmektig", "alone"])
def test_letter_of_every_outcome_on_one_or_two_bases(language, whole):
    written = {k: v for k, v in WRITTEN[language].items() if k not in ("klage", "why", "refused")}
    draft = f.VedtakFactory(
        application=case(language, whole=whole),
        language=language,
        place="Solvær gjestehus",
        dwelling_type="omsorgsbolig",
        **{**written, "best_interests": written["best_interests"] if whole else ""},
    )
    content = completeness.contents(draft, f.today())
    home, second = f.basis("kommunal_bolig"), f.basis("boligsosialloven_6")
    frame = letters.frame(draft.application, language=language, on=f.today(), by=draft.drafted_by)
    other = set(ONLY["nn" if language == "nb" else "nb"].split())
    for outcome, beside in itertools.product(Outcome, [None, *Outcome]):
        for ground in GROUNDS.get(outcome, ("",)):
            rows = [VedtakOutcome(vedtak=draft, basis=home, outcome=outcome, ground=ground)]
            if beside:
                rows.append(VedtakOutcome(vedtak=draft, basis=second, outcome=beside))
            bases = [row.basis for row in rows]
            data = letter_data(draft, replace(content, outcomes=rows, bases=bases), f.today())
            made = pdf.render(
                "vedtak",
                {**frame, **data, "signers": signers(draft), "made_at": f.now()},
                title=data["title"],
                language=language,
            )
            which = f"{outcome} {ground} {beside}"
            assert faults(made, language) == [], which
            text = " ".join(vedtak_words(data))
            assert not words_of(text) & other, which
            assert not re.search(r"[{}]|None|\b\d+ rom|\d år\b", text), which
            assert TITLES.get((language, outcome, beside), "") in data["title"]
            assert ("Nils Brekke (fullmektig)" in " ".join(frame["copies"])) is whole
            assert bool(data["children"]) is whole


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("pair", list(itertools.permutations(BODIES["nb"], 2)), ids=" ".join)
def test_words_of_every_pair_of_bases_say_nothing_twice(pair, language):
    draft = f.VedtakFactory(
        application=case(language, whole=False),
        language=language,
        place="Solvær gjestehus",
        help_content=WRITTEN[language]["help_content"],
    )
    content = completeness.contents(draft, f.today())
    bases = [f.basis(code) for code in pair]
    other = set(ONLY["nn" if language == "nb" else "nb"].split())
    for outcomes in itertools.product(Outcome, repeat=2):
        rows = [
            VedtakOutcome(vedtak=draft, basis=basis, outcome=outcome)
            for basis, outcome in zip(bases, outcomes, strict=True)
        ]
        data = letter_data(draft, replace(content, outcomes=rows, bases=bases), f.today())
        which = f"{pair} {outcomes}"
        assert not words_of(" ".join(vedtak_words(data))) & other, which
        for sentence in sentences_of(data):
            assert not re.search(r"[{}]|None|\b\d+ rom|\d år\b", sentence), which
            assert not twice(sentence), f"{which}: {sentence}"


def sentences_of(data) -> list[str]:
    return [one for part in vedtak_words(data) for one in re.split(r"(?<=[.:]) (?=[A-ZÆØÅ])", part)]


def twice(sentence: str) -> set[str]:
    """Runs of four words that stand more than once in a sentence."""
    words = re.findall(r"\w+", sentence)
    runs = [" ".join(words[at : at + 4]) for at in range(len(words) - 3)]
    return {run for run in runs if runs.count(run) > 1}


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_rules_of_two_bases_in_the_same_guidelines_are_named_once(language):
    home, swap, longer, aid = (
        f.basis(code) for code in ("kommunal_bolig", "bytte", "forlengelse", "boligsosialloven_6")
    )
    rules, swapped, extended, also, law = {
        "nb": (home.citation, "om bytte", "om forlengelse", "også", aid.citation),
        "nn": (home.citation_nn, "om byte", "om forlenging", "også", aid.citation_nn),
    }[language]
    assert [
        rules_named(language, *bases) for bases in ((home, swap), (swap, longer), (swap, aid))
    ] == [
        f"{rules}, {also} {swapped}",
        f"{rules}, {swapped} og {extended}",
        f"{rules} ({swapped}) og {law}",
    ]


def rules_named(language: str, *bases: LegalBasis) -> str:
    draft = f.VedtakFactory(application=case(language, whole=False), language=language)
    rows = [VedtakOutcome(vedtak=draft, basis=base, outcome=Outcome.GRANTED) for base in bases]
    content = replace(completeness.contents(draft, f.today()), outcomes=rows, bases=bases)
    last = letter_data(draft, content, f.today())["vedtak"][-1]
    return last.removeprefix({"nb": "Vedtaket bygger på ", "nn": "Vedtaket byggjer på "}[language])[
        :-1
    ]


def vedtak_words(data) -> list[str]:
    return [data["title"], *data["vedtak"], *data["next"], *data["appeal"].values()]


PROGRAMS = ("pdfinfo", "qpdf")
ABSENT = [name for name in PROGRAMS if shutil.which(name) is None]


@pytest.mark.skipif(
    bool(ABSENT), reason=f"an independent check needs {' and '.join(ABSENT)}: not on this machine"
)
@pytest.mark.parametrize("language", ["nb", "nn"])
# One of each template, and a copy of each.
@pytest.mark.parametrize(
    "kind", ["innvilgelse", "forelopig-svar", "mangelbrev", "tilbud", "klage-oversendt"]
)
def test_external_validators_accept_the_letter_as_tagged_and_archival(kind, language, tmp_path):
    letter = LETTERS[kind](language, True)
    for number, file in enumerate([letter.file, letter.copies.first().file]):
        path = tmp_path / f"{number}.pdf"
        path.write_bytes(bytes(file.content))
        info = _run("pdfinfo", path)
        assert re.search(r"^Tagged: +yes$", info, re.MULTILINE)
        about = _run("pdfinfo", "-meta", path)
        assert "<pdfaid:part>2<" in about and "<pdfaid:conformance>A<" in about
        assert letter.title in re.search(r"^Title: +(.+)$", info, re.MULTILINE)[1]
        # In the order of the tags, as a screen reader reads it.
        structure = " ".join(_run("pdfinfo", "-struct-text", path).split())
        greeting = {"nb": "Med vennlig hilsen", "nn": "Med vennleg helsing"}[language]
        places = [structure.index(words) for words in (letter.title, greeting, "Kopi til")]
        assert places == sorted(places)
        assert "No syntax or stream encoding errors" in _run("qpdf", "--check", path)
        plain = _run("qpdf", "--qdf", "--object-streams=disable", path, "-")
        assert f"/Lang ({language}" in plain


def _run(*command) -> str:
    done = subprocess.run(command, capture_output=True, check=True)
    return (done.stdout + done.stderr).decode("utf-8", "replace")
