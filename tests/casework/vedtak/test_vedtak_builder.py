"""The vedtak builder: grounds, unmet need, reversal, alternatives, autosave, advice."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from django.urls import reverse
from pypdf import PdfReader

from casework.letters import plain_language
from casework.log.enums import Outcome, RefusalGround, ReversalGround, VedtakState
from casework.models import (
    ChoiceTalk,
    Event,
    LegalBasis,
    Letter,
    PlainWord,
    StandardText,
    Vedtak,
    VedtakOutcome,
)
from casework.vedtak import actions, completeness
from casework.vedtak import letter as vedtak_letter
from tests.casework.vedtak.test_vedtak import REASONING, parts_missing, typed, url
from tests.factories import (
    ApplicationFactory,
    ChoiceTalkFactory,
    LeaseFactory,
    NeedFactory,
    PersonFactory,
    UserFactory,
    VedtakFactory,
    basis,
    now,
    today,
)
from tests.readings import read_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def approver():
    return UserFactory(approver=True)


@pytest.fixture
def draft():
    return VedtakFactory(reasoning=REASONING)


def says(vedtak):
    """The title and the decision of the letter, as text."""
    content = completeness.contents(vedtak, today())
    data = vedtak_letter.letter_data(vedtak, content, today())
    text = " ".join([data["title"], *data["vedtak"], *data["next"]])
    return " ".join(text.replace("\u00a0", " ").split())


# ------------------------------------------------------------------ outcomes

OUTCOMES = [
    ("kommunal_bolig", Outcome.GRANTED, "", "Du får leie kommunal bolig", "Du får leige"),
    (
        "kommunal_bolig",
        Outcome.PARTLY,
        "",
        "Du får leie kommunal bolig, men ikke alt du søkte om",
        "Du får leige kommunal bustad, men ikkje alt du søkte om",
    ),
    (
        "kommunal_bolig",
        Outcome.REFUSED,
        RefusalGround.CONDITIONS,
        "Du får ikke leie kommunal bolig nå",
        "Du får ikkje leige",
    ),
    (
        "kommunal_bolig",
        Outcome.REFUSED,
        RefusalGround.NO_DWELLING,
        "Det er kommunen som mangler boligen.",
        "Det er kommunen som manglar bustaden.",
    ),
    (
        "bytte",
        Outcome.DISMISSED,
        "",
        "Avvisningen er et enkeltvedtak (forvaltningsloven § 2 tredje ledd)",
        "Avvisinga er eit enkeltvedtak (forvaltingslova § 2 tredje ledd)",
    ),
    (
        "bytte",
        Outcome.LAPSED,
        "",
        "Søknaden din om å bytte kommunal bolig er falt bort",
        "Søknaden din om å byte kommunal bustad har falle bort",
    ),
    (
        "forlengelse",
        Outcome.GRANTED,
        "",
        "Du kan fortsette å leie boligen du bor i. Den nye leietiden er tre år.",
        "Du kan halde fram med å leige bustaden du bur i. Den nye leigetida er tre år.",
    ),
    ("boligsosialloven_6", Outcome.GRANTED, "", "Du får hjelp til å bo", "Du får hjelp til å bu"),
    (
        "sosialtjenesteloven_27",
        Outcome.GRANTED,
        "",
        "Det midlertidige stedet er Solvær gjestehus. Du kan bo der fra",
        "Den mellombelse staden er Solvær gjestehus. Du kan bu der frå",
    ),
]


@pytest.mark.parametrize(("code", "outcome", "ground", "bokmaal", "nynorsk"), OUTCOMES)
def test_each_outcome_is_written_in_both_language_forms(code, outcome, ground, bokmaal, nynorsk):
    application = ApplicationFactory(basis=code)
    LeaseFactory(person=application.person)
    vedtak = VedtakFactory(
        application=application,
        outcome=outcome,
        ground=ground,
        reasoning=REASONING,
        place="Solvær gjestehus",
        valid_to=today() + timedelta(days=60),
    )
    assert parts_missing(vedtak) == set()
    assert bokmaal in says(vedtak)
    assert basis(code).citation in says(vedtak)
    vedtak.language = "nn"
    assert nynorsk in says(vedtak)
    assert basis(code).citation_nn in says(vedtak)


def test_extension_needs_years_and_no_dwelling():
    application = ApplicationFactory(basis="forlengelse")
    LeaseFactory(person=application.person)
    vedtak = VedtakFactory(
        application=application,
        reasoning=REASONING,
        dwelling_type="",
        bedrooms=None,
        lease_years=None,
    )
    assert parts_missing(vedtak) == {"bolig"}
    vedtak.lease_years = 3
    assert parts_missing(vedtak) == set()


def test_refusal_without_a_suitable_dwelling_counts_as_unmet_need(client, approver):
    application = ApplicationFactory(assessed=True)
    vedtak = VedtakFactory(
        application=application, reasoning=REASONING, dwelling_type="", bedrooms=None
    )
    client.force_login(vedtak.drafted_by)
    (applied,) = application.bases.all()
    answer = {
        f"outcome_{applied.pk}": Outcome.REFUSED,
        f"ground_{applied.pk}": RefusalGround.NO_DWELLING,
        "approver": approver.pk,
    }
    page = client.post(
        url("vedtak_submit", vedtak), typed(vedtak, dwelling_type="", bedrooms="", **answer)
    ).text
    assert "Bolig: velg typen kommunen mangler" in page
    assert "Bolig: velg størrelsen kommunen mangler" in page
    client.post(url("vedtak_submit", vedtak), typed(vedtak, dwelling_type="bofellesskap", **answer))
    vedtak.refresh_from_db()
    assert vedtak.state == VedtakState.SUBMITTED
    assert not VedtakOutcome.objects.unmet().exists()  # not until it is decided
    actions.approve_vedtak(vedtak=vedtak, by=approver, at=now())
    unmet = VedtakOutcome.objects.unmet().values_list("vedtak__dwelling_type", "vedtak__bedrooms")
    assert list(unmet) == [("bofellesskap", 1)]
    text = says(Vedtak.objects.get())
    assert text.startswith("Kommunen har ingen bolig som passer for deg nå")
    assert "kommunen mangler en toroms bolig av typen bofellesskap" in text
    assert "Du får ikke" not in text


def test_only_a_refusal_has_a_ground(client, draft):
    (applied,) = draft.application.bases.all()
    client.force_login(draft.drafted_by)
    client.post(
        url("vedtak", draft),
        typed(draft, **{f"ground_{applied.pk}": RefusalGround.NO_DWELLING}),
    )
    assert draft.outcomes.get().ground == ""


def test_expired_basis_says_what_to_do_instead(draft):
    LegalBasis.objects.filter(code="kommunal_bolig").update(valid=(date(2000, 1, 1), today()))
    (lack,) = [one for one in completeness.missing(draft, today()) if one.part == "hjemmel"]
    assert "gjelder ikke lenger fra" in lack.sentence
    assert "under Innstillinger, Hjemler" in lack.sentence


def test_vedtak_with_an_expired_basis_is_not_sent(client, draft, approver):
    (applied,) = draft.application.bases.all()
    LegalBasis.objects.filter(pk=applied.pk).update(valid=(date(2000, 1, 1), today()))
    client.force_login(draft.drafted_by)
    page = client.post(url("vedtak_submit", draft), typed(draft, approver=approver.pk)).text
    assert "gjelder ikke lenger fra" in page and "under Innstillinger, Hjemler" in page
    assert f'href="#id_outcome_{applied.pk}_0">Hjemmel:' in page
    draft.refresh_from_db()
    assert draft.state == VedtakState.DRAFT
    assert draft.facts == "Du bor hos en venn."  # saved, though not sent


# ------------------------------------------------------------------ reversal


def test_new_vedtak_in_a_decided_case_says_which_it_changes_and_why(client, approver):
    application = ApplicationFactory(granted=True)
    drafter = application.registered_by
    client.force_login(drafter)
    client.post(reverse("casework:vedtak_new", args=[application.pk]))
    vedtak = Vedtak.objects.get(state=VedtakState.DRAFT)
    assert vedtak.replaces == application.decision
    page = client.post(
        url("vedtak_submit", vedtak), typed(vedtak, reversal_ground="", reversal_reason="")
    ).text
    assert "Omgjøring: velg hva som gir rett til å endre vedtaket" in page
    assert "Omgjøring: skriv hvorfor vedtaket endres" in page
    client.post(
        url("vedtak_submit", vedtak),
        typed(
            vedtak,
            reversal_ground=ReversalGround.FAVOUR,
            reversal_reason="Du trenger ett rom mer.",
            to_harm="nei",
            approver=approver.pk,
        ),
    )
    vedtak.refresh_from_db()
    assert "erstatter vedtaket vårt fra" in says(vedtak)
    assert "Du trenger ett rom mer." in says(vedtak)
    actions.approve_vedtak(vedtak=vedtak, by=approver, at=now())
    application.decision.refresh_from_db()
    assert application.decision.state == VedtakState.REPLACED


# ------------------------------------------------------------------ alternatives


def test_vedtak_needs_the_alternatives_the_person_could_choose(client, draft):
    ChoiceTalk.objects.all().delete()
    assert parts_missing(draft) == {"valg"}
    client.force_login(draft.drafted_by)
    page = client.post(url("vedtak_submit", draft), typed(draft)).text
    there = reverse("casework:choices", args=[draft.application_id])
    assert f'href="{there}"' in page and "Valg og konsekvenser: skriv" in page
    data = {
        "held_on": today().strftime("%d.%m.%Y"),
        "present": "Personen selv og tolk",
        "answer": "Jeg vil ha egen dør.",
        "changed": "",
        "what_1": "Egen leilighet",
        "means_1": "Du må vente lenger.",
        "what_2": "Bofellesskap",
        "means_2": "",
        "chosen": "1",
    }
    page = client.post(there, data).text
    assert "Skriv hva alternativet betyr for personen." in page
    assert not ChoiceTalk.objects.exists()  # a checkbox alone is not enough
    response = client.post(
        there, {**data, "means_2": "Hjelp hele døgnet.", "changed": "Ingenting."}
    )
    assert response.url == url("vedtak", draft)
    assert parts_missing(draft) == set()
    assert [row.chosen for row in ChoiceTalk.objects.get().alternatives.all()] == [True, False]
    client.post(url("vedtak", draft), typed(draft, sett_inn="valg"))
    draft.refresh_from_db()
    assert "Egen leilighet; Bofellesskap. Du svarte: «Jeg vil ha egen dør.»" in draft.person_view


def test_dismissal_needs_no_alternatives(draft):
    ChoiceTalk.objects.all().delete()
    draft.outcomes.update(outcome=Outcome.DISMISSED)
    assert "valg" not in parts_missing(draft)


# ------------------------------------------------------------------ standard texts


def test_standard_text_is_put_in_and_its_version_is_kept(client, draft):
    text = StandardText.objects.get(code="opplyst")
    client.force_login(draft.drafted_by)
    response = client.post(url("vedtak", draft), typed(draft, sett_inn=str(text.pk)))
    assert response.url.endswith("#id_facts")
    draft.refresh_from_db()
    assert draft.facts == f"Du bor hos en venn.\n{text.text}"
    assert list(draft.standard_texts.all()) == [text]


def test_text_out_of_force_is_not_put_in(client, draft):
    text = StandardText.objects.get(code="opplyst")
    StandardText.objects.filter(pk=text.pk).update(valid=(date(2000, 1, 1), today()))
    client.force_login(draft.drafted_by)
    assert text.title not in client.get(url("vedtak", draft)).text
    client.post(url("vedtak", draft), typed(draft, sett_inn=str(text.pk)))
    draft.refresh_from_db()
    assert draft.facts == "Du bor hos en venn."


# ------------------------------------------------------------------ plain language


def test_advice_names_long_sentences_heavy_words_and_a_slow_opening():
    PlainWord.objects.all().delete()
    PlainWord.objects.create(word="i henhold til", instead="etter")
    by = plain_language.rules(today())
    heavy = f"Vi viser til søknaden i henhold til loven. {'ord ' * 23}."
    assert plain_language.advice(heavy, by) == [
        "Begynn med det saken gjelder, ikke med hva dere viser til.",
        "Setningen «ord ord ord ord ord …» har 24 ord. Del den i to.",
        "Skriv heller «etter» enn «i henhold til».",
    ]
    assert plain_language.advice("Deres ref. 12.", by)
    assert plain_language.advice("Du får leie bolig.", by) == []


@pytest.mark.parametrize(
    ("language", "text", "told"),
    [
        ("nb", "Eg har ikkje noko bustad no.", "på nynorsk. Brevet er på bokmål."),
        ("nn", "Jeg har ikke noe sted å bo nå.", "på bokmål. Brevet er på nynorsk."),
    ],
)
def test_text_in_the_other_language_form_is_told_of_beside_the_field(client, language, text, told):
    vedtak = VedtakFactory(language=language, facts=text)
    client.force_login(vedtak.drafted_by)
    page = client.get(url("vedtak", vedtak)).text
    assert told in page
    rules = plain_language.rules(today())
    assert plain_language.advice(text, rules, "nn" if language == "nb" else "nb") == []
    quoted = "Hun sier «eg vil heim», og vi har ikke noe annet nå."
    assert plain_language.advice(quoted, rules, "nb") == []


def test_sign_that_no_letter_can_show_is_named_at_its_field(client, draft, approver):
    client.force_login(draft.drafted_by)
    written = typed(draft, facts="Navnet hennes er ᐃᓄᒃ.", approver=approver.pk)
    for name in ("vedtak", "vedtak_submit"):
        page = client.post(url(name, draft), written).text
        assert page.count("Tegnet «ᐃ» kan ikke stå i brev.") == 2  # at the field, and on top
        assert "Navnet hennes er ᐃᓄᒃ." in page
    draft.refresh_from_db()
    assert draft.state == VedtakState.DRAFT
    # At the name too, long before there is a letter.
    person = client.post(
        reverse("casework:person_edit", args=[draft.application.person_id]), {"last_name": "ᐃᓄᒃ"}
    )
    assert "Tegnet «ᐃ» kan ikke stå i brev." in person.text


def test_advice_is_shown_by_the_field_and_blocks_nothing(client, draft, approver):
    client.force_login(draft.drafted_by)
    heavy = typed(draft, facts="Vedrørende saken din.", approver=approver.pk)
    assert (
        "Skriv heller «om» enn «vedrørende»."
        in client.post(url("vedtak_preview", draft), heavy).text
    )
    assert client.post(url("vedtak_submit", draft), heavy).status_code == 302


# ------------------------------------------------------------------ autosave


def opened(client, vedtak):
    """The window id and revision in the page."""
    form = client.get(url("vedtak", vedtak)).context["form"]
    return {"window": str(form["window"].value()), "revision": str(form["revision"].value())}


def test_autosave_keeps_every_valid_field(client, draft):
    client.force_login(draft.drafted_by)
    window = opened(client, draft)
    lines = draft.history.count()
    page = client.post(
        url("vedtak_preview", draft), typed(draft, facts="Halvveis", valid_to="31.", **window)
    ).text
    draft.refresh_from_db()
    assert draft.facts == "Halvveis"
    assert "Lagret kl." in page.replace("\u00a0", " ") and "men ikke: Gjelder til" in page
    assert draft.history.count() == lines  # not a history row per key press


def test_second_of_two_windows_gets_a_message_and_overwrites_nothing(client, draft):
    client.force_login(draft.drafted_by)
    first, second = opened(client, draft), opened(client, draft)
    for text in ("En", "En, to"):
        client.post(url("vedtak_preview", draft), typed(draft, facts=text, **first))
    page = client.post(url("vedtak_preview", draft), typed(draft, facts="Annet", **second)).text
    assert "Utkastet er lagret fra et annet vindu" in page and "Ikke lagret" in page
    page = client.post(url("vedtak", draft), typed(draft, facts="Annet", **second)).text
    assert "Utkastet er lagret fra et annet vindu" in page
    assert ">\nAnnet</textarea>" in page  # what was typed is still there
    draft.refresh_from_db()
    assert draft.facts == "En, to"
    client.post(url("vedtak", draft), typed(draft, facts="Tre", **opened(client, draft)))
    draft.refresh_from_db()
    assert draft.facts == "Tre"


def test_save_that_names_no_window_does_not_undo_a_later_one(client, draft):
    client.force_login(draft.drafted_by)
    client.post(url("vedtak", draft), typed(draft, facts="Det nye", **opened(client, draft)))
    page = client.post(url("vedtak", draft), typed(draft, facts="Det gamle")).text
    assert "Utkastet er lagret fra et annet vindu" in page
    draft.refresh_from_db()
    assert draft.facts == "Det nye"


def test_confirmed_question_with_a_null_answers(client, draft):
    client.force_login(draft.drafted_by)
    for name in ("vedtak", "vedtak_preview", "vedtak_submit"):
        data = typed(draft, confirmed=["a\x00b"], **opened(client, draft))
        assert client.post(url(name, draft), data).status_code == 200


def test_slow_request_that_arrives_late_undoes_nothing(client, draft):
    client.force_login(draft.drafted_by)
    window = opened(client, draft)

    def save(name, text, order):
        return client.post(url(name, draft), typed(draft, facts=text, order=order, **window))

    assert save("vedtak_preview", "En, to", 2).status_code == 200
    assert save("vedtak_preview", "En", 1).status_code == 409
    assert "En nyere lagring kom først" in save("vedtak", "En", 1).text
    draft.refresh_from_db()
    assert draft.facts == "En, to"
    assert save("vedtak_preview", "En, to", 2).status_code == 200  # sent again, as without script
    assert save("vedtak", "En, to, tre", 3).status_code == 302
    assert save("vedtak_preview", "En, to, tr", 2).status_code == 409
    draft.refresh_from_db()
    assert draft.facts == "En, to, tre"


def test_draft_is_a_pdf_marked_utkast_and_is_not_stored(client, draft):
    client.force_login(draft.drafted_by)
    response = client.get(url("vedtak_draft", draft))
    text = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    assert "UTKAST" in text
    assert not Letter.objects.exists()


# ------------------------------------------------------------------ no address


@pytest.mark.parametrize("person", [{"address": ""}, {"strictly_protected": True}])
def test_vedtak_is_not_sent_when_the_letter_cannot_be_delivered(client, approver, person):
    person = PersonFactory(**person, letter_agreement="")
    user = UserFactory(caseworker=True, sees_protected=True)
    application = ApplicationFactory(person=person, assessed=True, registered_by=user)
    vedtak = VedtakFactory(application=application, reasoning=REASONING)
    client.force_login(user)
    page = client.post(url("vedtak_submit", vedtak), typed(vedtak)).text
    there = reverse("casework:letter_agreement", args=[person.pk])
    assert "Avtal hvordan brevet når fram" in page and f'href="{there}"' in page
    reply = reverse("casework:interim_reply", args=[application.pk])
    due = today().replace(year=today().year + 1).strftime("%d.%m.%Y")
    page = client.post(reply, {"delay": "Mange saker.", "expected_on": due}).text
    assert "Avtal hvordan brevet når fram" in page
    client.post(there, {"words": "Hentes på kontoret"})
    assert parts_missing(Vedtak.objects.get()) == set()
    assert client.post(reply, {"delay": "Mange saker.", "expected_on": due}).status_code == 302


# ------------------------------------------------------------------ advance notice, queue


def test_advance_notice_is_a_letter_with_a_deadline(client):
    application = ApplicationFactory(assessed=True)
    client.force_login(application.registered_by)
    there = reverse("casework:notice_new", args=[application.pk])
    data = {
        "considering": "Vi vurderer å avslå søknaden.",
        "grounds": "Utleier sier du er sagt opp.",
    }
    assert "Velg en frist fram i tid" in client.post(there, {**data, "due_on": "01.01.2020"}).text
    due = client.get(there).context["form"]["due_on"].value()
    client.post(there, {**data, "due_on": due.strftime("%d.%m.%Y")})
    letter = Letter.objects.get()
    text = PdfReader(io.BytesIO(bytes(letter.file.content))).pages[0].extract_text()
    assert "Utleier sier du er sagt opp." in text and "Svar innen" in text
    assert Event.objects.filter(kind="notice_sent", application=application).exists()


def test_queue_has_mine_first_and_says_what_was_sent_back(
    client, approver, django_assert_max_num_queries
):
    mine = VedtakFactory(submitted=True, approver=approver)
    other = VedtakFactory(submitted=True)
    client.force_login(approver)
    there = reverse("casework:vedtak_queue")
    with django_assert_max_num_queries(12):
        page = client.get(there).text
    assert mine.application.case_number in page or url("vedtak", mine) in page
    assert url("vedtak", other) not in page
    assert url("vedtak", other) in client.get(there, {"visning": "alle"}).text
    read = read_of(client.get(url("vedtak", mine)))
    client.post(url("vedtak_return", mine), {"comment": "Skriv om skolen.", **read})
    client.force_login(mine.drafted_by)
    assert "Skriv om skolen." in client.get(there, {"visning": "sendt"}).text


def test_hidden_persons_are_not_in_the_queue(client):
    hidden = VedtakFactory(
        submitted=True,
        application=ApplicationFactory(person=PersonFactory(strictly_protected=True)),
    )
    client.force_login(UserFactory(approver=True))
    there = reverse("casework:vedtak_queue")
    assert url("vedtak", hidden) not in client.get(there, {"visning": "alle"}).text


def test_size_is_proposed_for_a_new_dwelling_and_not_for_an_extension():
    application = ApplicationFactory(basis="forlengelse", assessed=True)
    NeedFactory(application=application, bedrooms=3)
    ChoiceTalkFactory(application=application)
    vedtak = actions.draft_vedtak(application=application, by=application.registered_by, at=now())
    assert (vedtak.bedrooms, vedtak.lease_years) == (None, 3)


# ------------------------------------------------------------------ § 27, the same day


def test_a_place_tonight_is_asked_about_what_can_wait_and_not_barred(client, approver):
    application = ApplicationFactory(
        person=PersonFactory(address=""), assessed=True, basis="sosialtjenesteloven_27"
    )
    draft = VedtakFactory(application=application, reasoning=REASONING, place="Solvær gjestehus")
    ChoiceTalk.objects.all().delete()
    missing = completeness.missing(draft, today())
    assert {item.part for item in missing if item.bars} == set()
    assert {item.part for item in missing} >= {"valg", "brev"}
    draft.confirmed = [item.sentence for item in missing]
    draft.save()
    facts = {"vedtak": draft, "at": now()}
    actions.submit_vedtak(approver=approver, by=draft.drafted_by, **facts)
    issued = actions.approve_vedtak(by=approver, **facts)
    assert "etter avtale" in issued.letter.said["recipient"]["address"][0]
    client.force_login(approver)
    assert "Foreslått" not in client.get(url("vedtak", issued)).text


def test_the_heading_of_a_vedtak_on_help_only_is_not_of_a_home(client):
    draft = VedtakFactory(application=ApplicationFactory(assessed=True, basis="boligsosialloven_6"))
    client.force_login(draft.drafted_by)
    page = client.get(url("vedtak", draft)).text
    assert f"Vedtak: {basis('boligsosialloven_6').title.lower()}</h1>" in page
