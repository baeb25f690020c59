"""The municipality words the fixed texts of letters itself, and says who letters are from."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Municipality, OrganisationUnit
from casework.applications.actions.applications import send_interim_reply
from casework.letters import actions, appeals_bodies, lawful, samples, words
from casework.log.enums import AppealBody
from casework.models import AppealBodyAddress, LegalBasis, LetterText
from tests import factories as f
from tests.factories import basis, today

pytestmark = pytest.mark.django_db

FORMS = ("nb", "nn")
CODE = "interim.meanwhile"
OWN = {"text": "Ring oss hvis noe endrer seg.", "text_nn": "Ring oss om noko endrar seg."}


@pytest.fixture
def manager(client):
    user = f.UserFactory(manager=True, full_name="Turid Leder")
    client.force_login(user)
    return user


def nb(day):
    return day.strftime("%d.%m.%Y")


def text_of(response) -> str:
    assert response["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(response.content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def page_of(code: str) -> str:
    return reverse("casework:letter_text", args=[code])


def test_own_words_apply_from_their_day_and_sent_letters_keep_theirs(client, manager):
    sent = f.ApplicationFactory(person__language_form="nb")
    letter = send_interim_reply(
        application=sent,
        delay="Vi venter på papirer.",
        expected_on=f.days_ago(-30),
        needed=[],
        by=manager,
        at=f.now(),
    )
    before = bytes(letter.file.content)
    standard = words.standards("nb")[CODE]
    tomorrow = today() + timedelta(days=1)
    client.post(page_of(CODE), {**OWN, "start": nb(tomorrow)})
    assert words.words("interim", "nb")["meanwhile"] == standard
    client.post(page_of(CODE), {**OWN, "start": nb(today())})
    assert words.words("interim", "nb")["meanwhile"] == OWN["text"]
    assert words.words("interim", "nn")["meanwhile"] == OWN["text_nn"]
    assert "Egne ord" in client.get(reverse("casework:letter_text_section", args=["interim"])).text
    page = client.get(page_of(CODE)).text
    assert "Turid Leder" in page and f"fra {nb(today())}" in page
    assert f"<del>{standard}</del>" in page and f"<ins>{OWN['text']}</ins>" in page
    letter.refresh_from_db()
    assert bytes(letter.file.content) == before and standard in str(letter.said)
    # The standard text is taken back, whatever stands in the fields.
    client.post(page_of(CODE), {"standard": "ja", "text": "", "start": nb(today())})
    assert words.words("interim", "nb")["meanwhile"] == standard
    assert OWN["text"] in client.get(page_of(CODE)).text  # the history has it still


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Du kan klage innen {wekes}.", "{wekes} kan ikke fylles ut her"),
        ("Du kan klage.", "Teksten mangler {weeks}"),
        ("Du kan klage innen {weeks.", "En klamme står alene"),
        ("Du kan klage innen {weeks!r}.", "Skriv bare navnet mellom klammene"),
        ("Du kan klage innen {weeks.__class__}.", "kan ikke fylles ut her"),
        ("Du kan klage innen {weeks} \ue000.", "kan ikke stå i brev"),
        ("", "Feltet er påkrevet."),
    ],
)
def test_text_that_cannot_be_filled_in_is_refused_at_its_field(client, manager, text, said):
    sent = {"text": text, "text_nn": "Du kan klage innan {weeks}.", "start": nb(today())}
    response = client.post(page_of("vedtak.deadline"), sent)
    (error,) = response.context["form"].errors["text"]
    assert said in error
    assert not LetterText.objects.exists()


def test_no_other_way_lets_a_misspelt_placeholder_in(manager):
    with pytest.raises(actions.WordingRefused) as refused:
        actions.write_letter_text(
            code="vedtak.deadline",
            text="Innen {weeks}.",
            text_nn="Innan {veker}.",
            start=today(),
            by=manager,
            on=today(),
        )
    assert refused.value.field == "text_nn"


def test_new_words_are_seen_in_a_letter_before_they_are_in_force(client, manager):
    sent = {"text": "Klag innen {weeks}!", "text_nn": "Klag innan {weeks}!", "start": nb(today())}
    there = page_of("vedtak.deadline")
    assert "Klag innen tre uker!" in text_of(client.post(there, {**sent, "vis_nb": "ja"}))
    nynorsk = text_of(client.post(there, {**sent, "vis_nn": "ja"}))
    assert "Klag innan tre veker!" in nynorsk and "UTKAST" in nynorsk
    assert not LetterText.objects.exists()
    # The headings that all letters share are printed too, own words as well.
    own = {"text": "Klagerett", "text_nn": "Klagerett", "start": nb(today())}
    assert "Klagerett" in text_of(client.post(page_of("frame.appeal"), {**own, "vis_nb": "ja"}))


def test_a_text_that_a_law_wants_is_marked_and_changed_with_a_reason(client, manager):
    code = "vedtak.access"
    there, listed = page_of(code), reverse("casework:letter_text_section", args=["vedtak"])
    assert "fvl. §§ 18 og 27" in client.get(listed).text
    assert "retten til å se dokumentene i saken" in client.get(there).text
    sent = {
        "text": "Du kan se sakens papirer.",
        "text_nn": "Du kan sjå papira.",
        "start": nb(today()),
    }
    asked = client.post(there, sent).text
    assert "Loven krever at brevet sier dette" in asked and 'name="reason"' in asked
    for reason in ("", "."):
        client.post(there, {**sent, "anyway": "on", "reason": reason})
    assert not LetterText.objects.exists()
    client.post(there, {**sent, "anyway": "on", "reason": "Kortere, og sier det samme."})
    assert LetterText.objects.get().text == sent["text"]
    page = client.get(there).text
    assert "fvl. §§ 18 og 27" in page and "Kortere, og sier det samme." in page
    # The standard is lawful: taken back without a word.
    client.post(there, {"standard": "ja", "text": "", "start": nb(today())})
    assert LetterText.objects.get().is_standard


def test_every_text_with_a_duty_is_a_text_with_words_of_the_law():
    known = words.standards("nb")
    for code in lawful.DUTIES:
        assert any(each == code or (code[-1] == "." and each.startswith(code)) for each in known)
    duties = {code for code in known if lawful.duty(code)[0]}
    # What names a paragraph in a letter is there because of it.
    for code in (
        "vedtak.deadline",
        "vedtak.costs",
        "vedtak.dismissed_basis",
        "appeal.grounds.frist",
    ):
        assert code in duties


@pytest.mark.parametrize("language", FORMS)
def test_every_fixed_text_is_in_its_sample(language):
    """Each text, marked, is in the letter that is shown of it, with all that is filled in."""
    here = Municipality.objects.get()
    for code, text in words.standards(language).items():
        with words.trying({code: dict.fromkeys(FORMS, f"¤{text}")}):
            sample = samples.Sample(code, language, here, OrganisationUnit(name="Nav"))
            template, data = sample.letter()
            said = "\n".join(samples._texts({**sample.frame("Kari"), **data}))
        assert "¤" in said or (code.startswith("frame.") and template != "plain"), code
        assert "{" not in said, code


def test_the_municipality_and_its_units_are_edited_and_seen_in_letters(client, manager):
    there = reverse("casework:municipality")
    sent = {
        "name": "Nye kommune",
        "number": "1804",
        "address": "Nyveien 1, 8001 Nybyen",
        "phone": "75 00 00 01",
        "hours": "hverdager kl. 9–15",
        "hours_nn": "kvardagar kl. 9–15",
    }
    assert "fire siffer" in client.post(there, {**sent, "number": "18"}).text
    shown = text_of(client.post(there, {**sent, "vis_nn": "ja"}))
    for said in ("Nye kommune", "Nyveien 1", "75 00 00 01", "Ope kvardagar kl. 9–15."):
        assert said in shown
    assert Municipality.objects.get().name == "Solvær kommune"
    client.post(there, sent)
    assert Municipality.objects.get().phone == "+4775000001"
    page = client.get(there).text
    assert "<del>Solvær kommune</del>" in page and "<ins>Nye kommune</ins>" in page
    assert "Turid Leder" in page

    new = {"name": "Boligkontoret", "kind": "boligkontor", "hours": "kl. 10–14"}
    client.post(reverse("casework:unit_new"), new)
    unit = OrganisationUnit.objects.get(name="Boligkontoret")
    again = client.post(reverse("casework:unit_new"), {**new, "name": "boligkontoret"}).text
    assert "En annen enhet har dette navnet." in again
    there = reverse("casework:unit", args=[unit.pk])
    shown = text_of(client.post(there, {**new, "phone": "75000002", "vis_nb": "ja"}))
    assert "75 00 00 02" in shown and "Åpent kl. 10–14." in shown and "Nyveien 1" in shown
    client.post(there, {**new, "name": "Bolig og oppfølging"})
    assert "<ins>Bolig og oppfølging</ins>" in client.get(there).text


def test_the_address_of_an_appeals_body_is_marked_until_somebody_has_checked_it(client, manager):
    Municipality.objects.update(number="1804")
    listed = reverse("casework:appeals_body_list")
    assert client.get(listed).text.count("Kontroller adressen") == 2
    there = reverse("casework:appeals_body", args=[AppealBody.STATE])
    assert "Postboks 1405, 8002 Bodø" in client.get(there).text
    assert client.get(reverse("casework:appeals_body", args=["kongen"])).status_code == 404
    sent = {
        "name": "Statsforvalteren i Nordland",
        "name_nn": "Statsforvaltaren i Nordland",
        "address": "Moloveien 10, 8003 Bodø",
    }
    assert "Moloveien 10" in text_of(client.post(there, {**sent, "vis_nn": "ja"}))
    assert not AppealBodyAddress.objects.exists()
    client.post(there, sent)
    page = client.get(listed).text
    assert page.count("Kontroller adressen") == 1 and "Kontrollert av Turid Leder" in page
    here = Municipality.objects.get()
    named = appeals_bodies.of(AppealBody.STATE, here, "nn").named
    assert named == "Statsforvaltaren i Nordland (Moloveien 10, 8003 Bodø)"
    assert "Navn og adresse er kontrollert." in client.get(there).text
    # With another number it may be another statsforvalter.
    Municipality.objects.update(number="4601")
    assert client.get(listed).text.count("Kontroller adressen") == 2


@pytest.mark.parametrize(
    ("code", "body", "law"),
    [
        ("boligsosialloven_6", AppealBody.MUNICIPAL, "boligsosialloven § 6"),
        ("sosialtjenesteloven_27", AppealBody.MUNICIPAL, "sosialtjenesteloven § 47"),
        ("kommunal_bolig", AppealBody.STATE, "forvaltningsloven § 28"),
        ("", AppealBody.MUNICIPAL, "boligsosialloven § 6"),  # a new one, known by what it cites
    ],
)
def test_another_appeals_body_than_the_law_says_is_asked_about(client, manager, code, body, law):
    old = basis(code or "boligsosialloven_6")
    names = ("title", "title_nn", "citation", "citation_nn", "rules_text", "rules_text_nn")
    sent = {name: getattr(old, name) for name in names}
    sent |= {"appeal_body": str(body), "start": nb(today() + timedelta(days=1))}
    if not code:
        sent["title"] = "Hjelp etter § 6, ny"
    args = [old.pk] if code else []
    there = reverse("casework:basis" if code else "casework:basis_new", args=args)
    page = client.post(there, sent).text
    assert law in page and 'name="reason"' in page
    rows = LegalBasis.objects.filter(title=sent["title"], valid__startswith=f.days_ago(-1))
    assert not rows.exists()
    client.post(there, {**sent, "anyway": "on", "reason": "Særlov for forsøk."})
    row = rows.get()
    assert "Særlov for forsøk." in client.get(reverse("casework:basis", args=[row.pk])).text


def test_the_code_of_a_basis_goes_before_the_laws_it_cites():
    cited = "kommunens retningslinjer, jf. boligsosialloven § 6"
    assert lawful.against("kommunal_bolig", cited, AppealBody.MUNICIPAL) == ("", "")
    assert "§ 28" in lawful.against("kommunal_bolig", cited, AppealBody.STATE)[1]
    assert lawful.against("ny", cited, AppealBody.STATE) == ("", "")


def test_nothing_outside_the_demo_names_the_municipality_of_the_demo(settings):
    apps = ("accounts", "casework", "common", "config", "desk", "housing", "stays", "allocation")
    found = [
        str(path)
        for app in (*apps, "peers", "insight", "templates")
        for path in (settings.BASE_DIR / app).rglob("*.*")
        if path.suffix in (".py", ".html", ".toml", ".typ")
        and "Solvær" in path.read_text(encoding="utf-8")
    ]
    assert not found
