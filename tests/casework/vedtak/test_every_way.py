"""Every outcome has its way: called back, moved, withdrawn, changed without an appeal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.models import Absence
from casework.appeals import actions as appeals
from casework.applications.actions import applications
from casework.log.enums import (
    AppealState,
    ApplicationState,
    LetterKind,
    Outcome,
    ReversalGround,
    VedtakState,
)
from casework.models import AdvanceNotice, Event, Letter, Transition, Vedtak
from casework.vedtak import actions, completeness
from casework.vedtak import letter as vedtak_letter
from casework.vedtak.day import vedtak_lines
from tests import factories as f

pytestmark = pytest.mark.django_db
REASONING = (
    "Boligen er for liten, og du må ut om ti uker. Du har lett lenge. Det veier tyngst at du ikke "
    "selv kan skaffe en egnet bolig i tide."
)


def url(name, row):
    return reverse(f"casework:{name}", args=[row.pk])


def day(on):
    return f"{on:%d.%m.%Y}"


def on_page(client, vedtak, user):
    client.force_login(user)
    return client.get(url("vedtak", vedtak)).text


def written(draft, outcome=Outcome.GRANTED, ground="", **facts):
    """Fill the draft with everything but what a test asks about."""
    bases = completeness.contents(draft, f.today()).bases
    return actions.save_draft(
        vedtak=draft,
        facts={
            "facts": "Legen har skrevet en erklæring, datert i forrige uke.",
            "reasoning": REASONING,
            "person_view": "Jeg vil bo der jeg kan bli.",
            "valid_to": f.today() + timedelta(days=300),
            "dwelling_type": "kommunal",
            "bedrooms": 1,
            "lease_years": 3,
            **facts,
        },
        outcomes=dict.fromkeys(bases, (outcome, ground)),
        by=draft.drafted_by,
        at=f.now(),
    )


def sentences(draft):
    draft = Vedtak.objects.get(pk=draft.pk)
    return [gap.sentence for gap in completeness.missing(draft, f.today())]


# ------------------------------------------------------------------ approval


def test_the_drafter_calls_a_vedtak_back_and_it_leaves_the_queue(client):
    vedtak = f.VedtakFactory(submitted=True, reasoning=REASONING)
    approver = vedtak.approver
    assert "Kall tilbake" not in on_page(client, vedtak, approver)
    other = f.UserFactory(caseworker=True)
    assert "Kall tilbake" not in on_page(client, vedtak, other)
    answer = client.post(url("vedtak_recall", vedtak), follow=True)
    assert "er den eneste som kan endre det" in answer.text
    assert "Kall tilbake" in on_page(client, vedtak, vedtak.drafted_by)
    answer = client.post(url("vedtak_recall", vedtak), follow=True)
    assert "Vedtaket er kalt tilbake" in answer.text and 'id="vedtak-form"' in answer.text
    vedtak.refresh_from_db()
    assert (vedtak.state, vedtak.submitted_at) == (VedtakState.DRAFT, None)
    assert not Vedtak.objects.awaiting(approver).exists()
    event = Event.objects.get(kind="vedtak_recalled")
    assert event.by == vedtak.drafted_by
    assert Transition.objects.filter(process="vedtak", object_id=vedtak.pk).count() == 1
    again = client.post(url("vedtak_recall", vedtak), follow=True).text
    assert "Vedtaket er ikke til godkjenning nå" in again


def test_an_approver_who_cannot_is_told_of_and_the_vedtak_moved(client):
    first, second, colleague = (
        f.UserFactory(approver=True, full_name="Første Beslutter"),
        f.UserFactory(approver=True, full_name="Andre Beslutter"),
        f.UserFactory(caseworker=True),
    )
    vedtak = f.VedtakFactory(submitted=True, approver=first, reasoning=REASONING)
    drafter = vedtak.drafted_by
    # While the approver can, only the drafter may move it.
    assert "Flytt til en annen" not in on_page(client, vedtak, colleague)
    assert "Flytt til en annen" in on_page(client, vedtak, drafter)
    assert vedtak_lines(drafter, f.today(), []) == []
    hindrances = [
        ("er borte", lambda: Absence.objects.create(
            user=first, stand_in=second, period=f.since(f.today(), f.today() + timedelta(days=3)),
            registered_at=f.now(), registered_by=first,
        )),
        ("er ikke lenger beslutter", lambda: first.roles.update(
            period=f.since(f.LONG_AGO, f.days_ago(1))
        )),
        ("er inhabil i saken", lambda: actions.declare_disqualified(
            application=vedtak.application, reason="Fetter.", by=first, at=f.now()
        )),
    ]  # fmt: skip
    for words, hinder in hindrances:
        hinder()
        line = vedtak_lines(drafter, f.today(), [])[0]
        assert words in line.why and line.action == "Flytt godkjenningen"
        page = on_page(client, vedtak, colleague)
        assert f"Første Beslutter {words}" in page and "Flytt til en annen" in page
    page = client.get(url("vedtak_move", vedtak)).text
    assert "Andre Beslutter" in page
    refused = client.post(url("vedtak_move", vedtak), {"approver": first.pk}).text
    assert "Velg en i listen." in refused
    answer = client.post(url("vedtak_move", vedtak), {"approver": second.pk}, follow=True)
    assert "Vedtaket ligger nå hos Andre Beslutter." in answer.text
    assert list(Vedtak.objects.awaiting(second)) == [vedtak]
    text = Event.objects.get(kind="vedtak_moved").text
    assert text == "Godkjenningen er flyttet fra Første Beslutter til Andre Beslutter."


def test_where_nobody_else_can_approve_the_form_says_so_and_not_choose(client):
    vedtak = f.VedtakFactory(submitted=True, reasoning=REASONING)
    nobody = "Ingen andre kan godkjenne vedtaket nå."
    client.force_login(vedtak.drafted_by)
    assert nobody in client.get(url("vedtak_move", vedtak)).text
    f.UserFactory(approver=True)
    assert nobody not in client.get(url("vedtak_move", vedtak)).text


@pytest.mark.parametrize("others", [0, 1])
def test_where_nobody_can_approve_a_draft_is_told_so(others, client):
    draft = written(f.VedtakFactory(application=f.ApplicationFactory(assessed=True)))
    for _other in range(others):
        f.UserFactory(approver=True)
    client.force_login(draft.drafted_by)
    page = client.get(url("vedtak", draft)).context["form"]
    sent = {bound.html_name: bound.value() for bound in page if bound.value() is not None}
    sent |= {"valid_from": day(draft.valid_from), "valid_to": day(draft.valid_to)}
    text = client.post(url("vedtak_submit", draft), sent).text
    assert ("Ingen andre kan godkjenne vedtaket nå." in text) is (not others)
    assert ("Velg hvem som skal godkjenne" in text) is bool(others)


@pytest.mark.parametrize("how", ["withdraw", "send_elsewhere"])
def test_a_closed_case_takes_its_vedtak_out_of_the_queue(how, client):
    vedtak = f.VedtakFactory(submitted=True, reasoning=REASONING)
    case, by = vedtak.application, vedtak.drafted_by
    facts = {"receiver": "Nabokommunen"} if how == "send_elsewhere" else {}
    getattr(applications, how)(application=case, reason="Flytter.", by=by, at=f.now(), **facts)
    vedtak.refresh_from_db()
    assert vedtak.state == VedtakState.DRAFT
    client.force_login(vedtak.approver)
    assert case.person.name not in client.get(reverse("casework:vedtak_queue")).text
    # From a page that was opened before, in words and not in states.
    for step, sent in (
        ("vedtak_approve", {}),
        ("vedtak_return", {"comment": "Se på fakta igjen."}),
    ):
        text = client.post(url(step, vedtak), sent).text
        assert "Vedtaket er ikke til godkjenning nå." in text and "kan ikke settes til" not in text
    with pytest.raises(actions.CaseClosed):
        actions.submit_vedtak(vedtak=vedtak, approver=vedtak.approver, by=by, at=f.now())
    if how == "send_elsewhere":
        return
    applications.reopen(application=case, why="Feil sak.", by=by, at=f.now())
    vedtak.refresh_from_db()
    assert vedtak.state == VedtakState.DRAFT and "Send til godkjenning" in on_page(
        client, vedtak, by
    )
    actions.submit_vedtak(vedtak=vedtak, approver=vedtak.approver, by=by, at=f.now())
    assert vedtak in Vedtak.objects.awaiting(vedtak.approver)


def test_a_refusal_is_written_without_an_assessment(client):
    application = f.ApplicationFactory(state=ApplicationState.ASSESSING)
    client.force_login(application.registered_by)
    page = client.get(url("application", application)).text
    assert "Kartlegg sammen" in page and "Skriv vedtak nå" in page
    answer = client.post(url("vedtak_new", application))
    draft = Vedtak.objects.get()
    assert answer.url == url("vedtak", draft)
    f.ChoiceTalkFactory(application=application)
    for outcome, ground in (
        (Outcome.REFUSED, "vilkar"),
        (Outcome.DISMISSED, ""),
        (Outcome.LAPSED, ""),
    ):
        written(draft, outcome, ground)
        assert sentences(draft) == []
    assert "Skriv vedtak nå" not in client.get(url("application", application)).text


# ------------------------------------------------------------------ omgjøring without an appeal


def test_an_issued_vedtak_is_changed_from_its_page_to_the_persons_favour(client):
    old = f.ApplicationFactory(refused=True).decision
    client.force_login(f.UserFactory(caseworker=True))
    assert "Endre vedtaket" in client.get(url("vedtak", old)).text
    page = client.get(url("vedtak_change", old)).text
    for words in ("§ 35 a", "§ 35 b", "§ 35 c", "§ 35 femte ledd"):
        assert words in page
    assert "§ 33" not in page and "§ 34" not in page
    kept = client.post(url("vedtak_change", old), {"reason": "Ny erklæring."}).text
    assert ">\nNy erklæring.</textarea>" in kept
    facts = {"ground": "til_gunst", "to_harm": "nei", "reason": "Du har fått en ny legeerklæring."}
    answer = client.post(url("vedtak_change", old), facts)
    draft = Vedtak.objects.latest("pk")
    assert answer.url == url("vedtak", draft) and draft.replaces == old
    written(draft)
    assert sentences(draft) == []
    letter = vedtak_letter.letter_data(draft, completeness.contents(draft, f.today()), f.today())
    assert "forvaltningsloven § 35 bokstav a" in letter["vedtak"][0]
    # No costs: nobody appealed.
    assert "§ 36" not in " ".join(letter["next"])
    second = client.post(url("vedtak_change", old), facts).text
    assert "har allerede et vedtak under arbeid" in second


def test_a_change_to_the_persons_harm_waits_for_the_notice_and_says_why(client, time_machine):
    old = f.ApplicationFactory(granted=True).decision
    case = old.application
    client.force_login(f.UserFactory(caseworker=True))
    facts = {"ground": "til_gunst", "to_harm": "ja", "reason": "Inntekten var en annen."}
    page = client.post(url("vedtak_change", old), facts).text
    assert "gir ikke rett til å endre vedtaket til skade" in page
    client.post(url("vedtak_change", old), facts | {"ground": "ugyldig"})
    draft = Vedtak.objects.latest("pk")
    written(draft, Outcome.REFUSED, "vilkar")
    assert [words.split(":")[1][:12] for words in sentences(draft)] == [
        " skriv hvorf", " send forhån"
    ]  # fmt: skip
    # Saying that it does no harm is not believed, and a ground that cannot harm is refused.
    written(draft, Outcome.REFUSED, "vilkar", to_harm=False)
    assert "er til skade for personen" in sentences(draft)[0]
    written(draft, Outcome.REFUSED, "vilkar", to_harm=None)
    assert "svar på om endringen er til skade" in sentences(draft)[0]
    why = "Vedtaket bygde på en inntekt som ikke var din, og er derfor ugyldig."
    written(
        draft, Outcome.REFUSED, "vilkar", to_harm=True, harm_reason=why, reversal_ground="endret"
    )
    assert "gir ikke rett til å endre vedtaket til skade" in sentences(draft)[0]
    written(
        draft, Outcome.REFUSED, "vilkar", to_harm=True, harm_reason=why, reversal_ground="ugyldig"
    )
    due = f.today() + timedelta(days=14)
    client.post(
        url("notice_new", case),
        {
            "considering": "Å gjøre om vedtaket.",
            "grounds": "Opplysninger fra Skatteetaten.",
            "due_on": day(due),
        },
    )
    notice = AdvanceNotice.objects.get()
    assert (notice.application, notice.due_on) == (case, due)
    assert Letter.objects.get(kind=LetterKind.NOTICE) == notice.letter
    assert sentences(draft) == [
        f"Omgjøring: personen kan svare på forhåndsvarselet til og med {day(due)}. Vent på det"
    ]
    assert "Før inn svaret" in client.get(url("application", case)).text
    late = client.post(
        url("notice_answer", notice),
        {"answered_on": day(f.today() + timedelta(days=1)), "answer": "Nei."},
    ).text
    assert "Svaret må ha en dato mellom varselet og i dag." in late and ">\nNei.</textarea>" in late
    client.post(
        url("notice_answer", notice), {"answered_on": day(f.today()), "answer": "Det er feil."}
    )
    assert sentences(draft) == []
    assert "«Det er feil.»" in on_page(client, draft, draft.drafted_by)
    data = vedtak_letter.letter_data(
        Vedtak.objects.get(pk=draft.pk), completeness.contents(draft, f.today()), f.today()
    )
    assert why in data["vedtak"][0] and "har tatt med det du svarte" in data["vedtak"][0]
    # Without an answer, the day after the deadline.
    AdvanceNotice.objects.update(answered_on=None, answered_at=None, answered_by=None)
    time_machine.move_to(f.now() + timedelta(days=14))
    assert len(sentences(draft)) == 1
    time_machine.move_to(f.now() + timedelta(days=1))
    assert sentences(draft) == []


def test_a_draft_begun_by_mistake_is_thrown_away_and_what_it_changed_stands(client):
    vedtak = f.ApplicationFactory(refused=True).decision
    appeal = appeals.register_appeal(
        vedtak=vedtak, received_on=f.today(), words="Nei.", by=vedtak.drafted_by, at=f.now()
    )
    reviewer = f.UserFactory(caseworker=True)
    appeal = appeals.assign_appeal(appeal=appeal, reviewer=reviewer, by=reviewer, at=f.now())
    draft = appeals.begin_reversal(appeal=appeal, reason="Feil.", by=reviewer, at=f.now())
    assert "Forkast utkastet" in on_page(client, draft, reviewer)
    assert "Skriv hvorfor" not in client.get(url("vedtak_discard", draft)).text
    assert client.post(url("vedtak_discard", draft), {"reason": " "}).status_code == 200
    client.force_login(vedtak.drafted_by)
    page = client.post(url("vedtak_discard", draft), {"reason": "Feil sak."}).text
    assert "er den eneste som kan endre det" in page
    client.force_login(reviewer)
    answer = client.post(url("vedtak_discard", draft), {"reason": "Feil sak."})
    assert answer.url == url("application", vedtak.application)
    draft.refresh_from_db()
    appeal.refresh_from_db()
    assert draft.is_discarded and appeal.state == AppealState.REVIEWING
    assert vedtak.outcomes.get().replaced_by is None
    assert "Forkastet utkast" in on_page(client, draft, reviewer)
    # The case is free for another.
    again = appeals.begin_reversal(appeal=appeal, reason="Ja.", by=reviewer, at=f.now())
    assert again.pk != draft.pk


def test_what_is_appealed_is_changed_from_the_appeal(client):
    vedtak = f.ApplicationFactory(refused=True).decision
    appeals.register_appeal(
        vedtak=vedtak, received_on=f.today(), words="Nei.", by=vedtak.drafted_by, at=f.now()
    )
    client.force_login(vedtak.drafted_by)
    facts = {"ground": "til_gunst", "to_harm": "nei", "reason": "Du har fått en ny legeerklæring."}
    page = client.post(url("vedtak_change", vedtak), facts).text
    assert "Gjør om vedtaket fra klagen" in page


# ------------------------------------------------------------------ after an appeal


@pytest.mark.parametrize("answered", [False, True])
@pytest.mark.parametrize("language", ["nb", "nn"])
def test_a_vedtak_after_an_appeal_rests_on_its_paragraph_and_tells_of_the_costs(answered, language):
    person = f.PersonFactory(language_form=language)
    vedtak = f.ApplicationFactory(refused=True, person=person).decision
    appeal = appeals.register_appeal(
        vedtak=vedtak, received_on=f.today(), words="Nei.", by=vedtak.drafted_by, at=f.now()
    )
    reviewer = f.UserFactory(caseworker=True)
    facts = {"by": reviewer, "at": f.now()}
    appeal = appeals.assign_appeal(appeal=appeal, reviewer=reviewer, **facts)
    if answered:
        appeal = appeals.forward(appeal=appeal, review=REASONING, **facts)
        appeal = appeals.record_outcome(
            appeal=appeal,
            outcome=AppealState.RETURNED,
            outcome_on=f.today(),
            words="Vedtaket bygde på feil inntekt.",
            **facts,
        )
        draft = appeals.begin_vedtak_after_answer(appeal=appeal, **facts)
    else:
        draft = appeals.begin_reversal(
            appeal=appeal, reason="Vi tok feil av inntekten din.", **facts
        )
    ground = ReversalGround.INSTANCE if answered else ReversalGround.APPEAL
    assert draft.reversal_ground == ground
    written(draft, language=language)
    assert sentences(draft) == []
    draft = Vedtak.objects.get(pk=draft.pk)
    content = completeness.contents(draft, f.today())
    letter = vedtak_letter.letter_data(draft, content, f.today())
    assert ("§ 34" if answered else "§ 33") in letter["vedtak"][0]
    costs = letter["next"][-1]
    assert (
        "§ 36" in costs and ("innan tre veker" if language == "nn" else "innen tre uker") in costs
    )
    # A refusal again gives no costs.
    written(draft, Outcome.REFUSED, "vilkar")
    content = completeness.contents(draft, f.today())
    again = vedtak_letter.letter_data(Vedtak.objects.get(pk=draft.pk), content, f.today())
    assert "§ 36" not in " ".join(again["next"])
