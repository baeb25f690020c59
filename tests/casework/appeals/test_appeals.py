"""An appeal from receipt to answer: deadline, reviewer, reversal, forwarding (need C16)."""

from __future__ import annotations

import hashlib
import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from accounts import settings_table
from accounts.models import ReadLog, Setting
from casework.appeals import actions
from casework.appeals import clock as appeal_clock
from casework.appeals import flags as appeal_flags
from casework.appeals import words as appeal_words
from casework.log.enums import AppealState, FlagKind, LetterKind, Outcome, Process, VedtakState
from casework.models import Appeal, Event, Flag, Letter, Transition, Vedtak
from casework.vedtak.actions import approve_vedtak, submit_vedtak
from common.formatting import nbdate, nbdate_long
from tests import factories as f
from tests.readings import read_of, sign

pytestmark = pytest.mark.django_db
WHY = "Vi har lest klagen og sett på saken på nytt, og mener vedtaket er riktig."


def refusal(**kwargs):
    return f.ApplicationFactory(refused=True, **kwargs).decision


def klage(vedtak=None, **facts):
    vedtak = vedtak or refusal()
    facts = {"received_on": f.today(), "words": "Jeg er uenig.", **facts}
    return actions.register_appeal(vedtak=vedtak, by=vedtak.drafted_by, at=f.now(), **facts)


def under_review(appeal=None, reviewer=None):
    appeal = appeal or klage()
    reviewer = reviewer or f.UserFactory(caseworker=True)
    return actions.assign_appeal(
        appeal=appeal, reviewer=reviewer, by=appeal.registered_by, at=f.now()
    )


def forwarded(appeal=None):
    appeal = appeal or under_review()
    return actions.forward(appeal=appeal, review=WHY, by=appeal.reviewer, at=f.now())


def late_klage():
    appeal = f.AppealFactory(reviewing=True, due_on=f.days_ago(3))
    assert appeal.is_late
    return appeal


def url(name, appeal):
    return reverse(f"casework:{name}", args=[appeal.pk])


def text_of(content):
    reader = PdfReader(io.BytesIO(bytes(content)))
    text = " ".join(page.extract_text() for page in reader.pages)
    return " ".join(text.replace("\u00a0", " ").split())


# ------------------------------------------------------------------ received


def test_oral_appeal_from_a_proxy_can_ask_for_suspension(login):
    vedtak = refusal()
    client = login("saksbehandler")
    new = reverse("casework:appeal_new", args=[vedtak.pk])
    typed = {
        "words": "Hun kan ikke bo der.",
        "channel": "muntlig",
        "received_on": f"{f.today():%d.%m.%Y}",
        "made_on": f"{f.days_ago(1):%d.%m.%Y}",
        "sender": "fullmektig",
        "sender_name": "Nils Brekke",
        "suspension_asked": "on",
    }
    # Who is not registered gets no copies of the letters: it is asked.
    assert "Skal Nils Brekke registreres" in client.post(new, typed).text
    assert "Skriv hele adressen" in client.post(new, typed | {"register": "ja"}).text
    assert not Appeal.objects.exists()
    without = client.post(new, typed | {"register": "nei"}).url
    assert "får ikke kopi av brevene i klagesaken" in client.get(without).text
    Appeal.objects.all().delete()
    there = {"address": "Torget 2", "postcode": "9990", "city": "Solvær"}
    answer = client.post(new, typed | {"register": "ja"} | there)
    appeal = Appeal.objects.get()
    client.post(url("appeal_confirm", appeal))
    appeal.refresh_from_db()
    assert [copy.name for copy in appeal.confirmation.copies.all()] == ["Nils Brekke"]
    said = text_of(appeal.confirmation.file.content)
    assert "sendt for deg av Nils Brekke, fullmektig." in said
    assert answer.url == url("appeal", appeal)
    assert (appeal.made_on, appeal.sender_name) == (f.days_ago(1), "Nils Brekke")
    assert appeal.suspension_waits and not appeal.is_late
    page = client.get(answer.url).text
    assert "Nils Brekke" in page and "Muntlig" in page
    assert "Ber om utsatt iverksetting" in page and "Fordel klagen" in page


@pytest.mark.parametrize(
    ("language", "title", "who", "late"),
    [
        ("nb", "Vi har fått klagen din", "vurderer klagen.", "Vi avgjør først om vi kan ta den"),
        ("nn", "Vi har fått klaga di", "vurderer klaga.", "Vi avgjer først om vi kan ta ho opp"),
    ],
)
def test_received_appeal_is_confirmed_by_letter(login, language, title, who, late):
    person = f.PersonFactory(language_form=language)
    f.RepresentativeFactory(person=person)
    appeal = under_review(klage(refusal(person=person), words="Dere tar feil.", made_on=f.today()))
    client = login("saksbehandler")
    page = client.get(url("appeal", appeal)).text
    assert "Lag brev om at klagen er mottatt" in page
    client.post(url("appeal_confirm", appeal))
    appeal.refresh_from_db()
    letter = appeal.confirmation
    text = text_of(letter.file.content)
    assert letter.title == title and title in text and "Dere tar feil." in text
    # Receipt and date, next step, possible appeals body, deadline and contact.
    body = "Klagenemnda i Solvær kommune"
    due = appeal_clock.clock(appeal, f.today()).due
    for words in (nbdate_long(appeal.received_on), nbdate_long(due), body):
        assert words.replace("\u00a0", " ") in text
    assert f"{appeal.reviewer.get_full_name()} {who}" in text
    assert late not in text
    assert letter.copies.count() == 1
    page = client.get(url("appeal", appeal)).text
    assert "Lag brev om at klagen er mottatt" not in page
    assert reverse("casework:letter", args=[letter.pk]) in page
    assert Event.objects.filter(kind="appeal_confirmed", data__appeal=appeal.pk).count() == 1
    again = client.post(url("appeal_confirm", appeal), follow=True).text
    assert "Bekreftelsen er allerede sendt." in again
    assert Letter.objects.filter(kind=LetterKind.APPEAL_RECEIVED).count() == 1


def test_confirmation_of_a_late_appeal_without_reviewer_says_so(login):
    appeal = f.AppealFactory(due_on=f.days_ago(3))
    login("saksbehandler").post(url("appeal_confirm", appeal))
    appeal.refresh_from_db()
    text = text_of(appeal.confirmation.file.content)
    assert "Vi avgjør først om vi kan ta den opp." in text
    assert "Vi har ikke bestemt hvem ennå." in text


def test_confirmation_without_an_address_is_refused_with_a_sentence(login):
    person = f.PersonFactory(address="")
    appeal = klage(refusal(person=person))
    page = login("saksbehandler").post(url("appeal_confirm", appeal), follow=True).text
    assert "Vi har ingen adresse til" in page and "Avtal hvordan brevet når fram" in page
    assert not Letter.objects.filter(kind=LetterKind.APPEAL_RECEIVED).exists()


def test_proxy_must_have_a_name(login):
    answer = login("saksbehandler").post(
        reverse("casework:appeal_new", args=[refusal().pk]),
        {"words": "Uenig", "received_on": f"{f.today():%d.%m.%Y}", "sender": "verge"},
    )
    assert "Skriv hvem som klaget på vegne av personen." in answer.text


def test_appeal_posted_in_time_is_in_time(time_machine):
    vedtak = refusal()
    due = vedtak.appeal_due()
    time_machine.move_to(due + timedelta(days=4))
    appeal = klage(vedtak, received_on=due + timedelta(days=3), made_on=due)
    assert not appeal.is_late
    assert "siste dag i fristen" in appeal_words.timeliness(appeal, f.today())[-1]


def test_page_explains_a_deadline_moved_by_a_weekend(time_machine):
    time_machine.move_to("2026-11-20 12:00+01:00")
    vedtak = refusal()
    vedtak.arrived_on = f.today() + timedelta(days=1)  # a Saturday
    appeal = Appeal(vedtak=vedtak, made_on=f.today(), due_on=vedtak.appeal_due())
    arrived, counted, stands = appeal_words.timeliness(appeal, f.today())
    assert arrived.startswith("Brevet kom fram 21.")
    assert "lørdag 12.12.2026" in counted
    assert "så fristen er mandag 14.12.2026 (fvl. § 30)" in counted
    assert "24 dager før" in stands.replace("\u00a0", " ")


def test_vedtak_has_at_most_one_open_appeal():
    first = klage()
    with pytest.raises(actions.AlreadyAppealed, match="allerede en klage"):
        klage(first.vedtak)
    actions.withdraw_appeal(appeal=first, reason="Hun ringte.", by=first.registered_by, at=f.now())
    assert klage(first.vedtak).state == AppealState.RECEIVED
    with pytest.raises(IntegrityError, match="appeal_one_open"), transaction.atomic():
        f.AppealFactory(vedtak=first.vedtak)


def test_appeal_registered_as_withdrawn_by_mistake_goes_on_from_where_it_was(as_caseworker):
    facts = {"by": as_caseworker.user, "at": f.now()}
    for appeal in (klage(), under_review(), forwarded()):
        was = Appeal.objects.get(pk=appeal.pk)
        actions.withdraw_appeal(appeal=appeal, reason="Hun ringte.", **facts)
        url = reverse("casework:appeal_reopen", args=[appeal.pk])
        assert url in as_caseworker.get(reverse("casework:appeal", args=[appeal.pk])).text
        assert as_caseworker.post(url, {"reason": "Feil klage."}).status_code == 302
        appeal.refresh_from_db()
        assert (appeal.state, appeal.due_on, appeal.closed_on) == (was.state, was.due_on, None)
        assert appeal.review == was.review
        assert url not in as_caseworker.get(reverse("casework:appeal", args=[appeal.pk])).text
    # Not when another has come since.
    first = klage()
    actions.withdraw_appeal(appeal=first, reason="Hun ringte.", **facts)
    klage(first.vedtak)
    with pytest.raises(actions.AlreadyAppealed, match="allerede en klage"):
        actions.reopen_appeal(appeal=first, reason="Feil klage.", **facts)


def test_appeal_that_is_answered_cannot_be_made_again():
    appeal = forwarded()
    actions.record_outcome(
        appeal=appeal,
        outcome=AppealState.UPHELD,
        outcome_on=f.today(),
        words="Enig med kommunen.",
        by=appeal.reviewer,
        at=f.now(),
    )
    with pytest.raises(actions.AlreadyAppealed, match="Sivilombudet"):
        klage(appeal.vedtak)


def test_vedtak_with_two_appeals_bodies_gives_an_appeal_to_each(login):
    application = f.ApplicationFactory()
    application.bases.add(f.basis("boligsosialloven_6"))
    vedtak = f.VedtakFactory(application=application, issued=True, outcome=Outcome.REFUSED)
    with pytest.raises(actions.NotAppealable, match="Velg hva klagen gjelder"):
        klage(vedtak)
    answer = login("saksbehandler").post(
        reverse("casework:appeal_new", args=[vedtak.pk]),
        {
            "words": "Uenig i alt.",
            "received_on": f"{f.today():%d.%m.%Y}",
            "outcomes": [outcome.pk for outcome in vedtak.outcomes.all()],
        },
    )
    assert answer.status_code == 302
    assert set(vedtak.appeals.values_list("body", flat=True)) == {
        "kommunal_klagenemnd",
        "statsforvalteren",
    }


def dismissed_appeal():
    """An appeal dismissed for being late, whose letter says that this can be appealed."""
    appeal = late_klage()
    appeal.outcomes.set(appeal.vedtak.outcomes.all())
    return actions.dismiss(
        appeal=appeal, ground="frist", reason=WHY, by=appeal.reviewer, at=f.now()
    )


@pytest.mark.parametrize("by", ["us", "the appeals body", "nobody"])
def test_dismissal_of_an_appeal_is_appealed_to_the_same_body(by, login, time_machine):
    first = dismissed_appeal()
    time_machine.move_to(f.now() + timedelta(days=10))
    client = login("saksbehandler")
    # The day the letter with the vedtak came is not that of the letter that dismisses.
    Vedtak.objects.filter(pk=first.vedtak_id).update(arrived_on=first.vedtak.arrives_on)
    new = reverse("casework:appeal_new", args=[first.vedtak_id])
    form = client.get(new).context["form"]
    assert form["arrived_on"].initial is None
    assert form["arrived_on"].label == "Avvisningen kom fram"
    early = f"{first.closed_on - timedelta(days=1):%d.%m.%Y}"
    refused = client.post(
        new, {"words": "Nei.", "received_on": f"{f.today():%d.%m.%Y}", "arrived_on": early}
    )
    assert "før klagen ble avvist" in refused.text
    answer = client.post(
        reverse("casework:appeal_new", args=[first.vedtak_id]),
        {"words": "Jeg lå på sykehus.", "received_on": f"{f.today():%d.%m.%Y}"},
    )
    second = Appeal.objects.latest("pk")
    assert answer.url == url("appeal", second)
    assert (second.about_dismissal, second.body) == (first, first.body)
    # The three weeks are counted from the letter about the dismissal.
    assert not second.is_late and second.due_on > first.closed_on + timedelta(days=20)
    page = client.get(url("appeal", second)).text
    assert "Avvisningen av klagen" in page and "Fristen for å klage på det er" in page
    assert f"avvist {nbdate(first.closed_on)} av {first.reviewed_by}" in page
    assert "skrevet av" not in page and "En annen enn den som avviste klagen" in page
    client.post(url("appeal_confirm", second))
    second.refresh_from_db()
    confirmed = text_of(second.confirmation.file.content)
    assert "klagen din på at vi" in confirmed and "En annen enn den som avviste" in confirmed
    assert "skrev eller godkjente" not in confirmed and "Vi kan endre vedtaket" not in confirmed
    # Neither who dismissed it, nor who wrote or approved the vedtak, reviews it.
    for user in (first.reviewer, first.drafter, first.approver):
        with pytest.raises(actions.CannotReview):
            under_review(second, user)
    second = under_review(second)
    reviewer = login(user=second.reviewer)
    if by == "us":
        assert "Gjør om avvisningen" in reviewer.get(url("appeal", second)).text
        page = reviewer.get(url("appeal_set_aside", second))
        reason = {"reason": "Legen bekrefter det."} | read_of(page)
        answer = reviewer.post(url("appeal_set_aside", second), reason)
        assert answer.url == url("appeal", first)
    else:
        second = forwarded(second)
        text = text_of(second.letter.file.content)
        assert "har klaget på avvisningen" in text and "Avvisning av klagen" in text
        state = AppealState.UPHELD if by == "nobody" else AppealState.RETURNED
        second = actions.record_outcome(
            appeal=second, outcome=state, outcome_on=f.today(), words="Kort.",
            by=second.reviewer, at=f.now(),
        )  # fmt: skip
        assert second.awaits_new_vedtak == (by != "nobody")
        if by != "nobody":
            page = client.get(url("appeal_take_in", second))
            assert "avgjorde" in page.text and "at vi ikke kunne avvise den" in page.text
            form = page.context["form"]
            assert first.reviewed_by not in form.fields["reviewer"].queryset
            own = {"reviewer": first.reviewed_by_id, "reason": WHY} | read_of(page)
            assert "Velg et gyldig valg" in client.post(url("appeal_take_in", second), own).text
            with pytest.raises(actions.CannotReview, match="har avvist klagen"):
                actions.take_up_after_answer(
                    appeal=second,
                    reviewer=first.reviewed_by,
                    reason=WHY,
                    by=client.user,
                    at=f.now(),
                )
            given = own | {
                "reviewer": f.UserFactory(caseworker=True).pk,
                "reason": "Ny legeerklæring kom.",
            }
            assert client.post(url("appeal_take_in", second), given).url == url("appeal", first)
    dismissed_by = first.reviewed_by
    first.refresh_from_db()
    second.refresh_from_db()
    if by == "nobody":
        assert first.state == AppealState.DISMISSED
        again = client.post(
            reverse("casework:appeal_new", args=[first.vedtak_id]),
            {"words": "Igjen.", "received_on": f"{f.today():%d.%m.%Y}"},
        ).text
        assert "Den kan ikke klages videre" in again
        return
    assert first.state == AppealState.REVIEWING and first.taken_up_at and first.closed_on is None
    assert not second.awaits_new_vedtak and not second.is_open
    letter = Letter.objects.latest("pk")
    assert letter.title == "Vi vurderer klagen din likevel"
    text = text_of(letter.file.content)
    assert ("vi har gjort den om" in text) == (by == "us")
    assert ("avgjorde" in text) == (by != "us") and "Kort." not in text
    with pytest.raises(actions.CannotReview, match="har avvist klagen"):
        under_review(first, dismissed_by)
    draft = actions.begin_reversal(appeal=first, reason=WHY, by=first.reviewer, at=f.now())
    assert draft.replaces == first.vedtak


def test_an_appeal_of_a_dismissed_application_goes_to_the_body_of_its_basis(login):
    for code, body in (
        ("boligsosialloven_6", "statsforvalteren"), ("kommunal_bolig", "kommunal_klagenemnd")
    ):  # fmt: skip
        application = f.ApplicationFactory(assessed=True, basis=code)
        vedtak = f.VedtakFactory(
            application=application, issued=True, outcome=Outcome.DISMISSED, letter=False
        )
        client = login("saksbehandler")
        assert "Registrer klage" in client.get(reverse("casework:vedtak", args=[vedtak.pk])).text
        client.post(
            reverse("casework:appeal_new", args=[vedtak.pk]),
            {"words": "Dere må vurdere den.", "received_on": f"{f.today():%d.%m.%Y}"},
        )
        assert Appeal.objects.latest("pk").body == body


# ------------------------------------------------------------------ reviewer


def test_neither_drafter_nor_approver_reviews_the_appeal(login):
    appeal = klage()
    for user in (appeal.drafter, appeal.approver):
        with pytest.raises(actions.CannotReview, match="Gi klagen til en annen"):
            under_review(appeal, user)
        with (
            pytest.raises(IntegrityError, match="appeal_reviewed_by_another"),
            transaction.atomic(),
        ):
            f.AppealFactory(vedtak=refusal(), drafter=user, reviewing=True, reviewer=user)
    page = login(user=appeal.drafter).get(url("appeal_assign", appeal)).text
    assert str(appeal.drafter) not in page.split("<form")[-1]


def test_only_the_reviewer_decides_and_others_see_who_that_is(login):
    appeal = under_review()
    other = login("saksbehandler")
    for name, data in (
        ("appeal_forward", {"reason": WHY}),
        ("appeal_reverse", {"reason": WHY}),
        ("appeal_dismiss", {"reason": WHY, "ground": "form"}),
        ("appeal_suspension", {"granted": "ja", "reason": WHY}),
    ):
        page = sign(other, url(name, appeal), data).text
        assert f"{appeal.reviewer} vurderer klagen" in page
        own = sign(login(user=appeal.drafter), url(name, appeal), data).text
        assert "Du skrev eller godkjente vedtaket" in own
    appeal.refresh_from_db()
    assert appeal.state == AppealState.REVIEWING


# ------------------------------------------------------------------ late


def test_late_appeal_is_accepted_with_a_reason_or_dismissed(login):
    appeal = late_klage()
    client = login(user=appeal.reviewer)
    assert (
        "Avgjør først om den skal tas opp"
        in sign(client, url("appeal_forward", appeal), {"reason": WHY}).text
    )
    assert sign(client, url("appeal_take_up", appeal), {"reason": ""}).status_code == 200
    sign(client, url("appeal_take_up", appeal), {"reason": "Hun var innlagt."})
    appeal.refresh_from_db()
    assert (appeal.taken_up_by, appeal.taken_up_reason) == (appeal.reviewer, "Hun var innlagt.")
    assert "Hun var innlagt." in text_of(forwarded(appeal).letter.file.content)


def test_no_appeal_is_accepted_a_year_after_the_vedtak():
    appeal = late_klage()
    # As if the year had passed: the limit is a setting, twelve months.
    assert settings_table.KEYS["appeal_latest_months"].default == 12
    Setting.objects.create(key="appeal_latest_months", value=0, valid=f.since(f.days_ago(600)))
    with pytest.raises(actions.TooOld, match="Avvis den"):
        actions.take_up(appeal=appeal, reason="Fordi.", by=appeal.reviewer, at=f.now())


def test_a_dismissal_is_a_letter_that_can_be_appealed():
    appeal = late_klage()
    facts = {"reason": "Ingen grunn.", "by": appeal.reviewer, "at": f.now()}
    actions.dismiss(appeal=appeal, ground="frist", **facts)
    appeal.refresh_from_db()
    assert (appeal.state, appeal.closed_on) == (AppealState.DISMISSED, f.today())
    text = text_of(Letter.objects.get(kind=LetterKind.APPEAL_ANSWER).file.content)
    assert "Vi har avvist klagen din" in text
    assert "Du kan klage på avvisningen innen tre uker" in text
    assert "kommune (Torget 1, 9990 Solvær) avgjør klager på avvisningen." in text


def test_an_appeal_that_came_in_time_is_dismissed_on_the_condition_it_fails(login):
    appeal = under_review()
    client, url_ = login(user=appeal.reviewer), url("appeal_dismiss", appeal)
    page = client.get(url_)
    assert 'value="frist"' not in page.text and "rettslig klageinteresse" in page.text
    for ground in ({}, {"ground": "frist"}):
        assert client.post(url_, {"reason": WHY} | ground | read_of(page)).status_code == 200
    facts = {"appeal": appeal, "reason": WHY, "by": appeal.reviewer, "at": f.now()}
    with pytest.raises(actions.WrongGround, match="kom innen fristen"):
        actions.dismiss(ground="frist", **facts)
    sign(client, url_, {"reason": WHY, "ground": "klagerett"})
    text = text_of(Letter.objects.get(kind=LetterKind.APPEAL_ANSWER).file.content)
    assert "ikke part i saken" in text and "forvaltningsloven § 28" in text
    assert "Klagefristen" not in text and "§ 31" not in text


# ------------------------------------------------------------------ reversed


def test_reversal_is_a_new_vedtak_and_the_old_is_valid_until_it_is_issued(login):
    appeal = under_review()
    answer = sign(
        login(user=appeal.reviewer),
        url("appeal_reverse", appeal),
        {"reason": "Vi hadde ikke sett legeerklæringen."},
    )
    appeal.refresh_from_db()
    new = appeal.new_vedtak
    assert answer.url == reverse("casework:vedtak", args=[new.pk])
    assert appeal.state == AppealState.REDRAFTING
    assert (new.replaces, new.facts) == (appeal.vedtak, appeal.vedtak.facts)
    assert (new.drafted_by, new.reasoning) == (appeal.reviewer, "")
    appeal.vedtak.refresh_from_db()
    assert appeal.vedtak.state == VedtakState.ISSUED
    approver = f.UserFactory(approver=True)
    new.reasoning = WHY
    new.dwelling_type, new.bedrooms, new.lease_years = "kommunal", 1, 3
    new.save()
    for basis in new.application.bases.all():
        new.outcomes.create(basis=basis, outcome=Outcome.GRANTED)
    submit_vedtak(vedtak=new, approver=approver, by=appeal.reviewer, at=f.now())
    approve_vedtak(vedtak=new, by=approver, at=f.now())
    appeal.refresh_from_db()
    appeal.vedtak.refresh_from_db()
    assert (appeal.state, appeal.closed_on) == (AppealState.REVERSED, f.today())
    assert appeal.vedtak.state == VedtakState.REPLACED


# ------------------------------------------------------------------ sending to another unit


def test_appeal_is_forwarded_with_a_letter_and_a_frozen_file(login):
    person = f.PersonFactory()
    f.RepresentativeFactory(person=person, name="Nils Brekke")
    vedtak = refusal(person=person)
    f.NoteFactory(person=person, application=vedtak.application, quotation="Jeg må flytte.")
    other = f.ApplicationFactory(
        granted=True, person=f.PersonFactory(first_name="Gjertrud", last_name="Annenpart")
    )
    appeal = under_review(klage(vedtak, words="Dere tar feil om trappene."))
    client = login(user=appeal.reviewer)
    sign(client, url("appeal_forward", appeal), {"reason": WHY})
    appeal.refresh_from_db()
    assert appeal.state == AppealState.FORWARDED
    letter = text_of(appeal.letter.file.content)
    assert "Klagenemnda i Solvær kommune" in letter and WHY in letter
    assert "Dere tar feil om trappene." in letter
    copies = {copy.name: text_of(copy.file.content) for copy in appeal.letter.copies.all()}
    assert set(copies) == {person.name, "Nils Brekke"}
    for copy in copies.values():
        assert "Kopi av brev til Klagenemnda i Solvær kommune" in copy
        assert f"{person.name} (part), Solbakken 1, 9990 Solvær" in copy
    content = bytes(appeal.file.content)
    assert appeal.file.sha256 == hashlib.sha256(content).hexdigest()
    text = text_of(content)
    parts = [
        "Sakens dokumenter",
        "Oversendelse av klage på vedtak",
        "Søknaden",
        "Kartlegging",
        "Notater i saken",
        "Jeg må flytte.",
        "Sammenligning med andre på ventelisten",
        "1–3",
        "Ledige boliger",
    ]
    at = -1
    for part in parts:
        at = text.find(part, at + 1)
        assert at >= 0, part
    assert "Annenpart" not in text and other.case_number not in text
    reader = PdfReader(io.BytesIO(content))
    assert reader.root_object["/Lang"].startswith("nb") and reader.root_object["/StructTreeRoot"]
    assert [mark.title for mark in reader.outline][:2] == [
        "Dokumenter",
        "Oversendelse av klage på vedtak",
    ]
    answer = client.get(url("appeal_documents", appeal))
    assert answer.content == content
    assert ReadLog.objects.of(person.pk).filter(page="klagefil").exists()


def test_appeal_letters_are_in_nynorsk_when_the_person_uses_it():
    appeal = under_review(klage(refusal(person=f.PersonFactory(nynorsk=True))))
    actions.decide_suspension(
        appeal=appeal, granted=True, reason="Ho har barn.", by=appeal.reviewer, at=f.now()
    )
    appeal = forwarded(appeal)
    answer = text_of(Letter.objects.get(kind=LetterKind.APPEAL_ANSWER).file.content)
    assert "Vi ventar med vedtaket" in answer
    text = text_of(appeal.file.content)
    assert "Oversending av klage på vedtak" in text and "Dokumenta i saka" in text
    assert "Samanlikning med andre på ventelista" in text
    application = text[text.index("Søkt etter") :][:200]
    assert "Retningslinjer for kommunal bustad" in application


def test_appeal_letters_open_from_the_list_of_steps(login):
    appeal = under_review(klage(suspension_asked=True))
    client = login(user=appeal.reviewer)
    sign(
        client, url("appeal_suspension", appeal), {"granted": "nei", "reason": "Det er et avslag."}
    )
    letter = Letter.objects.get(kind=LetterKind.APPEAL_ANSWER)
    assert reverse("casework:letter", args=[letter.pk]) in client.get(url("appeal", appeal)).text


def test_drafter_of_the_vedtak_is_refused_as_reviewer_with_a_sentence(login):
    appeal = klage()
    answer = login("saksbehandler").post(
        url("appeal_assign", appeal), {"reviewer": appeal.drafter_id}
    )
    assert "Den som skrev eller godkjente vedtaket, kan ikke vurdere klagen." in answer.text
    appeal.refresh_from_db()
    assert appeal.reviewer is None


def test_file_of_a_protected_person_has_no_address_and_is_404_without_access(login):
    person = f.PersonFactory(
        strictly_protected=True, address="Hemmelige vei 7", letter_agreement="Hentes her."
    )
    reviewer = f.UserFactory(caseworker=True, sees_protected=True)
    appeal = forwarded(under_review(klage(refusal(person=person)), reviewer))
    assert "Hemmelige vei" not in text_of(appeal.file.content)
    outsider = login("saksbehandler")
    for name in ("appeal", "appeal_documents", "appeal_forward"):
        assert outsider.get(url(name, appeal)).status_code == 404
    assert person.last_name not in outsider.get(reverse("casework:appeals")).text
    with pytest.raises(actions.CannotReview):
        under_review(klage(refusal(person=person)), f.UserFactory(caseworker=True))


def test_suspension_is_decided_before_the_appeal_is_forwarded(login):
    appeal = under_review(klage(suspension_asked=True))
    client = login(user=appeal.reviewer)
    assert (
        "utsatt iverksetting" in sign(client, url("appeal_forward", appeal), {"reason": WHY}).text
    )
    sign(
        client, url("appeal_suspension", appeal), {"granted": "nei", "reason": "Det er et avslag."}
    )
    appeal.refresh_from_db()
    assert appeal.suspension_granted is False
    assert "Ikke gitt" in text_of(forwarded(appeal).letter.file.content)


# ------------------------------------------------------------------ answered


@pytest.mark.parametrize("outcome", ["stadfestet", "endret", "opphevet", "avvist"])
def test_outcome_of_the_appeals_body_is_recorded(outcome, login):
    appeal = forwarded()
    client = login(user=appeal.reviewer)
    data = {"outcome": outcome, "outcome_on": f"{f.today():%d.%m.%Y}", "words": "Kort om saken."}
    assert client.post(url("appeal_outcome", appeal), data).status_code == 302
    appeal.refresh_from_db()
    assert (appeal.state, appeal.closed_on) == (outcome, f.today())
    page = client.get(url("appeal", appeal)).text
    assert ("Skriv nytt vedtak" in page) == (outcome in ("endret", "opphevet"))
    answer = client.post(url("appeal_new_vedtak", appeal))
    appeal.refresh_from_db()
    if outcome in ("endret", "opphevet"):
        assert answer.url == reverse("casework:vedtak", args=[appeal.new_vedtak_id])
        assert "Kort om saken." in appeal.new_vedtak.reversal_reason
    else:
        assert appeal.new_vedtak is None


def test_answer_cannot_be_before_the_appeal_was_forwarded():
    appeal = forwarded()
    with pytest.raises(actions.ImpossibleDate, match="mellom oversendelsen"):
        actions.record_outcome(
            appeal=appeal,
            outcome=AppealState.UPHELD,
            outcome_on=f.days_ago(1),
            words="Enig.",
            by=appeal.reviewer,
            at=f.now(),
        )


# ------------------------------------------------------------------ seen


def test_every_step_has_an_event_and_a_log_row():
    appeal = forwarded()
    actions.remind(appeal=appeal, by=appeal.reviewer, at=f.now())
    events = Event.objects.filter(data__appeal=appeal.pk).order_by("pk")
    assert [event.kind for event in events] == [
        "appeal_received",
        "appeal_assigned",
        "appeal_forwarded",
        "appeal_reminded",
    ]
    moves = Transition.objects.filter(process=Process.APPEAL, object_id=appeal.pk)
    assert [move.to_state for move in moves.order_by("pk")] == [
        AppealState.RECEIVED,
        AppealState.REVIEWING,
        AppealState.FORWARDED,
    ]


def test_filtered_list_has_few_queries(login, django_assert_max_num_queries):
    mine, away = under_review(), f.AppealFactory(forwarded=True)
    old = f.AppealFactory(received_on=f.days_ago(90), made_on=f.days_ago(90), due_on=f.days_ago(80))
    client = login(user=mine.reviewer)
    names = {one: one.vedtak.application.person.name for one in (mine, away, old)}

    def shown(**chosen):
        page = client.get(reverse("casework:appeals"), chosen).text
        return {one for one, name in names.items() if name in page}

    with django_assert_max_num_queries(10):
        assert shown() == {mine, away, old}
    assert shown(mine="1") == {mine}
    assert shown(sen="1") == {old}
    assert shown(tilstand="klageinstans") == {away}
    assert shown(tilstand="ufordelt") == {old}
    assert shown(tilstand="avsluttet") == set()
    with django_assert_max_num_queries(30):
        client.get(url("appeal", mine))


def test_appeal_is_on_min_dag_of_the_assigner_then_of_the_reviewer(login):
    appeal = klage()
    responsible = appeal.vedtak.application.responsible or appeal.drafter
    application = appeal.vedtak.application
    application.responsible = responsible
    application.save()
    page = login(user=responsible).get(reverse("desk:day")).text
    assert "Ingen vurderer den ennå." in page and url("appeal_assign", appeal) in page
    under_review(appeal)
    appeal.refresh_from_db()
    page = login(user=appeal.reviewer).get(reverse("desk:day")).text
    assert "Gjør om vedtaket, eller send klagen videre." in page


def test_job_raises_and_closes_flags_and_has_a_dry_run(capsys):
    appeal = under_review()
    on = f.today() + timedelta(days=40)
    call_command("flag_appeals", on=on.isoformat(), dry_run=True)
    assert not Flag.objects.exists()
    appeal_flags.flag_appeals(on)
    flag = Flag.objects.get(kind=FlagKind.APPEAL)
    assert flag.owner == appeal.reviewer
    page_of = appeal_flags.appeal_words(flag, on)
    assert page_of.action_url == url("appeal", appeal)
    forwarded(appeal)
    appeal_flags.flag_appeals(on)
    flag.refresh_from_db()
    assert flag.closed_on == on
