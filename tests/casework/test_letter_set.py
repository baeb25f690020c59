"""Every kind of letter × målform × children × fullmektig: made, right, and accessible."""

from __future__ import annotations

import io

import pytest
from django.utils import timezone
from pypdf import PdfReader

from allocation.actions.offers import make_offer
from casework.actions.applications import send_interim_reply
from casework.actions.letters import send_notice
from casework.actions.vedtak import approve_vedtak
from casework.enums import Outcome
from casework.models import LegalBasis
from common.formatting import nbdate_long
from tests import factories as f

pytestmark = pytest.mark.django_db

KINDS = ["vedtak", "avslag", "forelopig_svar", "forhandsvarsel", "tilbud"]
# Per hjemmel: the citation and who decides a klage, in each målform.
BODIES = {
    "nb": {
        "kommunal_bolig": "Klagenemnda i Solvær kommune avgjør klager om boligen.",
        "bytte": "Klagenemnda i Solvær kommune avgjør klager om byttet.",
        "forlengelse": "Klagenemnda i Solvær kommune avgjør klager om leietiden.",
        "boligsosialloven_6": "Statsforvalteren avgjør klager om hjelpen etter boligsosialloven.",
        "sosialtjenesteloven_27": "Statsforvalteren avgjør klager om det midlertidige botilbudet.",
    },
    "nn": {
        "kommunal_bolig": "Klagenemnda i Solvær kommune avgjer klager om bustaden.",
        "bytte": "Klagenemnda i Solvær kommune avgjer klager om bytet.",
        "forlengelse": "Klagenemnda i Solvær kommune avgjer klager om leigetida.",
        "boligsosialloven_6": "Statsforvaltaren avgjer klager om hjelpa etter bustadsosiallova.",
        "sosialtjenesteloven_27": "Statsforvaltaren avgjer klager om det mellombelse butilbodet.",
    },
}


def case(language: str, *, whole: bool, **given):
    """A case; `whole` is with children and a fullmektig."""
    person = f.PersonFactory(language_form=language)
    household = f.FamilyFactory(children=2, head=person) if whole else f.household_of(person)
    if whole:
        f.RepresentativeFactory(person=person, name="Nils Brekke")
    return f.ApplicationFactory(person=person, household=household, assessed=True, **given)


def issue(application, outcome=Outcome.GRANTED, **facts):
    approver = f.UserFactory(approver=True)
    vedtak = f.VedtakFactory(
        application=application,
        language=application.person.language_form,
        submitted=True,
        approver=approver,
        outcome=outcome,
        best_interests="Barna får bli på skolen sin.",
        reasoning="Du bor trangt, og du har lett lenge uten å finne noe som passer.",
        place="Solvær gjestehus",
        conditions="Du melder fra når du flytter.",
        **facts,
    )
    return approve_vedtak(vedtak=vedtak, by=approver, at=f.now())


def make(kind: str, application):
    by, at, on = application.registered_by, timezone.now(), f.today()
    if kind == "vedtak":
        return issue(application).letter
    if kind == "avslag":
        return issue(application, Outcome.REFUSED).letter
    if kind == "forelopig_svar":
        return send_interim_reply(
            application=application,
            delay="Vi venter på legen.",
            expected_on=f.days_ago(-30),
            needed=["Leieavtalen din"],
            by=by,
            at=at,
        )
    if kind == "forhandsvarsel":
        return send_notice(
            application=application,
            considering="Vi vurderer å avslå søknaden.",
            grounds="Utleier sier at du er sagt opp.",
            due_on=f.days_ago(-14),
            on=on,
            by=by,
            at=at,
        )
    application.decision = f.VedtakFactory(application=application, issued=True)
    unit = f.UnitFactory()
    chosen = f.ConsiderationFactory(
        item=f.AgendaItemFactory(decided=True, unit=unit), application=application, chosen=True
    )
    return make_offer(consideration=chosen, available_from=on, by=by, at=at).letter


def read(letter) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(bytes(letter.file.content)))
    text = " ".join(page.extract_text() for page in reader.pages)
    return reader, " ".join(text.replace("\u00a0", " ").split())


def is_accessible(reader: PdfReader, language: str) -> bool:
    """Tagged, its language and title set, and said to be PDF/A and PDF/UA."""
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert root["/Lang"].lower().startswith(language)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"] and reader.metadata.title
    assert "<pdfaid:part>2</pdfaid:part>" in metadata and "<pdfuaid:part>1" in metadata
    return True


@pytest.mark.parametrize("whole", [False, True], ids=["alone", "children-and-fullmektig"])
@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("kind", KINDS)
def test_letter_is_made_and_is_accessible(kind, language, whole):
    letter = make(kind, case(language, whole=whole))
    reader, text = read(letter)
    assert letter.language == language and letter.title in text
    assert is_accessible(reader, language)
    assert ("Nils Brekke (fullmektig)" in text) is whole
    if kind in ("vedtak", "avslag"):
        heading = {"nb": "Barnets beste", "nn": "Det beste for barnet"}[language]
        assert heading in text
    # In the order it is read: who it is to, the heading, and the greeting last.
    greeting = {"nb": "Med vennlig hilsen", "nn": "Med vennleg helsing"}[language]
    places = [text.index(words) for words in (letter.person.name, letter.title, greeting)]
    assert places == sorted(places)


@pytest.mark.parametrize("language", ["nb", "nn"])
@pytest.mark.parametrize("code", sorted(BODIES["nb"]))
def test_vedtak_names_hjemmel_last_day_and_klageinstans(code, language):
    vedtak = issue(case(language, whole=False, basis=code))
    _reader, text = read(vedtak.letter)
    hjemmel = LegalBasis.objects.get(code=code, valid__contains=f.today())
    assert (hjemmel.citation_nn if language == "nn" else hjemmel.citation) in text
    assert nbdate_long(vedtak.appeal_due()).replace("\u00a0", " ") in text
    assert BODIES[language][code] in text
    others = [one for other, one in BODIES[language].items() if other != code]
    assert not [one for one in others if one in text]
