"""The letter: what it contains, what it never contains, and that it cannot change."""

from __future__ import annotations

import hashlib
import io

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from pypdf import PdfReader

from accounts.enums import ReadKind
from accounts.models import Municipality, ReadLog
from casework.letters import appeals_bodies, letters
from casework.letters.words import words
from casework.log.enums import AppealBody, Outcome
from casework.models import Letter, StoredFile
from casework.vedtak import completeness
from casework.vedtak import letter as vedtak_letter
from casework.vedtak.actions import approve_vedtak
from common.formatting import nbdate_long
from common.pdf import TAB
from tests.factories import (
    AppealFactory,
    ApplicationFactory,
    LetterFactory,
    PersonFactory,
    RepresentativeFactory,
    UserFactory,
    VedtakFactory,
    basis,
    days_ago,
    now,
    today,
)
from tests.readings import sign
from tests.test_editing import form_on

pytestmark = pytest.mark.django_db

STATE = "Statsforvalteren i Solvær (Postboks 99, 9990 Solvær)"
STATE_NN = STATE.replace("Statsforvalteren", "Statsforvaltaren")


def text_of(letter):
    reader = PdfReader(io.BytesIO(bytes(letter.file.content)))
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace("\u00a0", " ").split())


def issue(person=None, outcome=Outcome.GRANTED, **facts):
    person = person or PersonFactory()
    application = ApplicationFactory(person=person)
    application.bases.add(basis("boligsosialloven_6"))
    approver = UserFactory(approver=True, sees_protected=True)
    vedtak = VedtakFactory(
        application=application, submitted=True, approver=approver, outcome=outcome, **facts
    )
    return approve_vedtak(vedtak=vedtak, by=approver, at=now())


def test_letter_has_basis_reasons_deadline_and_appeals_body():
    vedtak = issue()
    text = text_of(vedtak.letter)
    assert "Du får leie kommunal bolig" in text
    assert "boligsosialloven §§ 4 og 6" in text
    assert vedtak.reasoning in text
    assert "Du kan klage innen tre uker etter at du har fått dette brevet" in text
    assert nbdate_long(vedtak.appeal_due()).replace("\u00a0", " ") in text
    assert "Klagenemnda i Solvær kommune (Torget 1, 9990 Solvær) avgjør klager om boligen." in text
    assert f"{STATE} avgjør klager om hjelpen etter boligsosialloven." in text
    assert "Du har rett til å se dokumentene i saken din." in text
    assert str(vedtak.issued_by) in text and str(vedtak.drafted_by) in text


def test_letter_is_in_nynorsk_when_the_person_uses_it():
    text = text_of(issue(language="nn").letter)
    assert "Du får leige kommunal bustad" in text
    assert "Du kan klage innan tre veker" in text
    assert "bustadsosiallova § 6" in text
    assert f"{STATE_NN} avgjer klager" in text


def test_refusal_is_named_in_the_heading():
    text = text_of(issue(outcome=Outcome.REFUSED).letter)
    assert "Du får ikke leie kommunal bolig nå" in text
    assert "Vi har avslått søknaden din om kommunal bolig og om hjelp" in text
    assert "ventelisten" not in text


def test_protected_address_is_never_printed():
    person = PersonFactory(strictly_protected=True, address="Hemmelige vei 7", city="Skjulvik")
    text = text_of(issue(person).letter)
    assert "Hemmelige vei" not in text and "Skjulvik" not in text
    assert "Sendes etter avtale" in text


def test_address_is_printed_to_others():
    assert "Bakkegata 21" in text_of(issue(PersonFactory(address="Bakkegata 21")).letter)


def test_proxy_gets_their_own_copy_and_is_named(client):
    person = PersonFactory(address="Bakkegata 21")
    RepresentativeFactory(person=person, name="Nils Brekke")
    vedtak = issue(person)
    letter = vedtak.letter
    assert "Kopi til: Nils Brekke (fullmektig), Brygga 2, 9990 Solvær" in text_of(letter)
    copy = letter.copies.get()
    assert (copy.name, copy.role, copy.sent_to) == (
        "Nils Brekke",
        "fullmektig",
        "Brygga 2, 9990 Solvær",
    )
    text = text_of(copy)
    assert text.index("Nils Brekke Brygga 2 9990 Solvær") < text.index(f"Kopi av brev til {person}")
    assert "Bakkegata" not in text and letter.title in text
    event = person.events.get(kind="letter.copied")
    assert letter.title in event.text and "Nils" not in event.text
    # It is listed with the letter, and opening it is logged.
    client.force_login(vedtak.drafted_by)
    url = reverse("casework:letter_copy", args=[copy.pk])
    assert url in client.get(reverse("casework:application", args=[letter.application_id])).text
    assert url in client.get(reverse("desk:person_cases", args=[person.pk])).text
    response = client.get(url)
    assert response.content == bytes(copy.file.content) and "Brekke" not in str(response.headers)
    assert ReadLog.objects.of(person.pk).filter(page="brev").exists()


def test_proxy_with_a_protected_address_gets_the_copy_as_agreed():
    person = PersonFactory()
    RepresentativeFactory(
        person=person,
        name="Nils Brekke",
        is_protected=True,
        address="",
        postcode="",
        city="",
        letter_agreement="Hentes på kontoret",
    )
    letter = issue(person).letter
    assert "Kopi til: Nils Brekke (fullmektig), Sendes etter avtale" in text_of(letter)
    assert letter.copies.get().sent_to == "Sendes etter avtale"


def test_no_letter_is_made_if_the_copy_cannot_be_sent(client):
    """Registered without an address: a message says where to add it."""
    application = ApplicationFactory(assessed=True)
    RepresentativeFactory(person=application.person, name="Nils Brekke", address="")
    client.force_login(application.registered_by)
    page = client.post(
        reverse("casework:notice_new", args=[application.pk]),
        {
            "considering": "Vi vurderer å avslå.",
            "grounds": "Utleier sier du er sagt opp.",
            "due_on": f"{days_ago(-20):%d.%m.%Y}",
        },
    ).text
    assert "Vi har ingen adresse til Nils Brekke." in page and "Representanter" in page
    assert "Utleier sier du er sagt opp." in page
    assert not application.letters.exists()
    vedtak = VedtakFactory(application=application)
    gaps = [gap for gap in completeness.missing(vedtak, today()) if gap.part == "brev"]
    assert [gap.url for gap in gaps] == [
        reverse("casework:representatives", args=[application.person_id])
    ]


# The page, its input, and the state of the appeal (none: the page belongs to a case).
TO_NOWHERE = {
    "interim_reply": ({"delay": "Vi venter på legen.", "expected_on": "{later}"}, None),
    "papers_ask": ({"papers": "Lønnsslipp", "due_on": "{later}"}, None),
    "notice_new": (
        {
            "considering": "Vi vurderer å avslå.",
            "grounds": "Utleier sier du er sagt opp.",
            "due_on": "{later}",
        },
        None,
    ),
    "appeal_confirm": ({}, "here"),
    "appeal_forward": ({"reason": "Vi har sett på saken én gang til."}, "here"),
    "appeal_dismiss": ({"reason": "Det er for sent.", "ground": "frist"}, "late"),
    "appeal_suspension": ({"granted": "nei", "reason": "Det haster ikke."}, "here"),
}


@pytest.mark.parametrize("page", TO_NOWHERE)
@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"address": ""}, "Vi har ingen adresse til"),
        (
            {"strictly_protected": True, "letter_agreement": "", "address": "Hemmelige vei 7"},
            "har adressebeskyttelse, og adressen skal ikke stå i brevet.",
        ),
    ],
    ids=["none", "protected"],
)
def test_letter_without_an_address_is_refused_with_advice_and_input_kept(login, page, person, why):
    typed, appealed = TO_NOWHERE[page]
    client = login("saksbehandler", sees_protected=True)
    application = ApplicationFactory(person=PersonFactory(**person), refused=bool(appealed))
    done_to = application
    if appealed:
        vedtak = application.decision
        done_to = AppealFactory(
            vedtak=vedtak,
            reviewing=True,
            reviewer=client.user,
            **({"due_on": days_ago(4)} if appealed == "late" else {}),
        )
    later = f"{days_ago(-20):%d.%m.%Y}"
    data = {name: text.format(later=later) for name, text in typed.items()}
    before = set(Letter.objects.values_list("pk", flat=True))
    answer = sign(client, reverse(f"casework:{page}", args=[done_to.pk]), data, follow=True).text
    assert why in answer and "Avtal hvordan brevet når fram" in answer
    assert "Avtale om brev" in answer and "Hemmelige" not in answer
    for text in typed.values():
        assert text.format(later=later) in answer or text == "nei"
    assert set(Letter.objects.values_list("pk", flat=True)) == before


def test_written_text_is_never_read_as_markup():
    vedtak = issue(facts='Du bor her. #panic("x") *ikke fet* $1$ \\ <script>')
    assert '#panic("x") *ikke fet* $1$ \\ <script>' in text_of(vedtak.letter)


def test_stored_bytes_have_their_checksum_and_do_not_change():
    file = issue().letter.file
    content = bytes(file.content)
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    with pytest.raises(DatabaseError), transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(content=b"%PDF another")


def test_letter_opens_as_pdf_with_a_neutral_name_and_is_logged(client):
    vedtak = issue()
    client.force_login(vedtak.drafted_by)
    response = client.get(reverse("casework:letter", args=[vedtak.letter.pk]))
    number = f"{vedtak.application.case_year}-{vedtak.application.case_seq:04d}"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="vedtak-{number}.pdf"'
    assert response.content == bytes(vedtak.letter.file.content)
    reads = ReadLog.objects.of(vedtak.application.person_id)
    assert reads.filter(user=vedtak.drafted_by, page="brev", kind=ReadKind.DOCUMENT).exists()


def test_letter_of_a_protected_person_is_404_without_access(client):
    letter = LetterFactory(
        application=ApplicationFactory(person=PersonFactory(strictly_protected=True))
    )
    client.force_login(UserFactory(caseworker=True))
    assert client.get(reverse("casework:letter", args=[letter.pk])).status_code == 404
    client.force_login(UserFactory(peer=True))
    assert client.get(reverse("casework:letter", args=[letter.pk])).status_code == 403


def test_file_name_of_an_interim_reply():
    letter = LetterFactory(kind="forelopig_svar")
    assert letters.file_name(letter).startswith("forelopig-svar-")


def test_opening_a_letter_has_few_queries(client, django_assert_max_num_queries):
    letter = LetterFactory()
    client.force_login(UserFactory(caseworker=True))
    with django_assert_max_num_queries(8):
        client.get(reverse("casework:letter", args=[letter.pk]))


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("kommunal_bolig", "Klagenemnda i Solvær"),
        ("sosialtjenesteloven_27", "Statsforvalteren"),
    ],
)
def test_letter_names_the_appeals_body_of_the_basis(code, body):
    assert appeals_bodies.names("Solvær", "nb")[basis(code).appeal_body] == body


def test_appeals_body_has_the_address_of_its_county():
    here = Municipality(name="Bodø kommune", number="1804", address="Postboks 319, 8001 Bodø")
    state = appeals_bodies.of(AppealBody.STATE, here, "nn")
    assert state.named == "Statsforvaltaren i Nordland (Postboks 1405, 8002 Bodø)"
    own = appeals_bodies.of(AppealBody.MUNICIPAL, here, "nb")
    assert own.named == "Klagenemnda i Bodø kommune (Postboks 319, 8001 Bodø)"
    unknown = Municipality(name="Kommunen", number="0000")
    assert appeals_bodies.of(AppealBody.STATE, unknown, "nb").named == "Statsforvalteren"


@pytest.mark.parametrize(
    ("language", "weeks", "said"),
    [("nb", 1, "én uke"), ("nb", 3, "tre uker"), ("nn", 1, "éi veke"), ("nn", 14, "14 veker")],
)
def test_weeks_to_appeal_are_written_as_said(language, weeks, said):
    assert vedtak_letter.in_weeks(weeks, words("vedtak", language)) == said


def test_contact_is_who_handles_the_case_now():
    vedtak = issue()
    case = vedtak.application
    case.responsible = None
    assert letters.contact(case, vedtak.drafted_by)["name"] == str(vedtak.drafted_by)
    case.responsible = UserFactory(caseworker=True)
    assert letters.contact(case, vedtak.drafted_by)["name"] == str(case.responsible)
    case.responsible = UserFactory(caseworker=True, is_active=False)
    assert letters.contact(case, vedtak.drafted_by)["name"] == str(vedtak.drafted_by)


def test_what_is_typed_comes_through_into_the_letter_or_is_named_at_its_field(client):
    writer = UserFactory(caseworker=True)
    client.force_login(writer)
    person = PersonFactory(first_name="محمد", last_name="Петренко")
    vedtak = VedtakFactory(application__person=person, drafted_by=writer)
    url, pdf = (
        reverse(f"casework:{name}", args=[vedtak.pk]) for name in ("vedtak", "vedtak_draft")
    )
    word = "Y" * 399 + "Z"
    form = form_on(client.get(url), "reasoning")
    typed = f"Punkt:\n\t- innrykk\n{word}\nJeg vil bo ved sjøen 😀 王小明"
    assert client.post(url, {**form, "reasoning": typed}).status_code == 302
    text = "".join(
        page.extract_text() for page in PdfReader(io.BytesIO(client.get(pdf).content)).pages
    )
    assert f"{TAB}- innrykk" in text
    assert word in "".join(text.replace("\u200b", "").split("\n"))
    assert max(len(line) for line in text.split("\n")) < 120
    assert [sign for sign in "😀王Пم" if sign not in text] == []

    form = form_on(client.get(url), "reasoning")
    refused = client.post(url, {**form, "reasoning": "Jeg heter ᐃᓄᒃ", "facts": "a\x07b"})
    assert set(refused.context["form"].errors) == {"reasoning", "facts"}
    assert "Tegnet «ᐃ» kan ikke stå i brev" in refused.content.decode()
