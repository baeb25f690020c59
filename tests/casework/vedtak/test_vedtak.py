"""A vedtak: completeness, approval by another user, simultaneous approval, and appeals."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from casework.appeals import actions as appeals
from casework.log.enums import (
    ApplicationState,
    FlagClosed,
    FlagKind,
    LanguageForm,
    Outcome,
    RefusalGround,
    VedtakState,
)
from casework.models import Appeal, Disqualification, Event, LegalBasis, Letter, Transition, Vedtak
from casework.vedtak import actions, completeness
from casework.vedtak import letter as vedtak_letter
from common.errors import RuleBroken
from tests.factories import (
    ApplicationFactory,
    AssessmentFactory,
    FamilyFactory,
    FlagFactory,
    NeedFactory,
    PersonFactory,
    UserFactory,
    VedtakFactory,
    WishFactory,
    basis,
    days_ago,
    now,
    today,
)
from tests.readings import read_of

pytestmark = pytest.mark.django_db

REASONING = (
    "Boligen er for liten, og du må ut om ti uker. Du har lett lenge. Det veier tyngst at du ikke "
    "selv kan skaffe en egnet bolig i tide."
)


@pytest.fixture
def approver():
    return UserFactory(approver=True)


@pytest.fixture
def draft():
    return VedtakFactory(reasoning=REASONING)


def typed(vedtak, **changes):
    """The data of a complete form, with changes."""
    data = {
        "language": "nb",
        "dwelling_type": "kommunal",
        "bedrooms": "1",
        "lease_years": "3",
        "place": "",
        "valid_from": today().strftime("%d.%m.%Y"),
        "valid_to": (today() + timedelta(days=365)).strftime("%d.%m.%Y"),
        "facts": "Du bor hos en venn.",
        "rules": "Retningslinjene punkt 3.",
        "reasoning": REASONING,
        "person_view": "Du vil ha egen dør.",
        "best_interests": "",
        "conditions": "",
    }
    for applied in vedtak.application.bases.all():
        data[f"outcome_{applied.pk}"] = Outcome.GRANTED
    return {**data, **changes}


def url(name, vedtak):
    return reverse(f"casework:{name}", args=[vedtak.pk])


def parts_missing(vedtak, on=None):
    return {gap.part for gap in completeness.missing(vedtak, on or today())}


# ------------------------------------------------------------------ the draft


def test_draft_is_filled_with_what_is_known(client):
    application = ApplicationFactory(assessed=True, person=PersonFactory(nynorsk=True))
    NeedFactory(application=application, bedrooms=3, decided_at=now())
    client.force_login(application.registered_by)
    response = client.post(reverse("casework:vedtak_new", args=[application.pk]))
    vedtak = Vedtak.objects.get()
    assert response.url == url("vedtak", vedtak)
    assert vedtak.language == LanguageForm.NYNORSK
    assert (vedtak.bedrooms, vedtak.dwelling_type, vedtak.lease_years) == (3, "kommunal", 3)
    assert vedtak.rules.startswith("Retningslinjer for kommunal bustad")
    assert (vedtak.valid_from, vedtak.valid_to.year) == (today(), today().year + 1)


def test_application_has_one_open_draft(client, draft):
    client.force_login(UserFactory(caseworker=True))
    response = client.post(reverse("casework:vedtak_new", args=[draft.application_id]))
    assert response.url == url("vedtak", draft)
    assert Vedtak.objects.count() == 1


def test_withdrawn_application_gets_no_vedtak(client):
    application = ApplicationFactory(withdrawn=True)
    client.force_login(application.registered_by)
    with pytest.raises(actions.CaseClosed, match="Trukket"):
        actions.draft_vedtak(application=application, by=application.registered_by, at=now())


def test_incomplete_draft_can_be_saved(client, draft):
    client.force_login(draft.drafted_by)
    response = client.post(
        url("vedtak", draft), {"language": "nb", "facts": "Bare begynt", "valid_to": ""}
    )
    assert response.status_code == 302
    draft.refresh_from_db()
    assert (draft.facts, draft.reasoning, draft.valid_to) == ("Bare begynt", "", None)
    assert not draft.outcomes.exists()


def test_invalid_date_is_an_error_beside_the_field_and_input_is_kept(client, draft):
    client.force_login(draft.drafted_by)
    page = client.post(url("vedtak", draft), typed(draft, valid_to="31.02.2027", facts="Nytt")).text
    assert "31.02.2027 finnes ikke i kalenderen." in page
    assert 'value="31.02.2027"' in page
    assert ">\nNytt</textarea>" in page


def test_validity_cannot_end_before_it_starts(client, draft):
    client.force_login(draft.drafted_by)
    page = client.post(url("vedtak", draft), typed(draft, valid_to="01.01.2020")).text
    assert "etter at det begynner å gjelde" in page


def test_outcome_is_kept_for_each_basis(client, draft):
    help_basis = basis("boligsosialloven_6")
    draft.application.bases.add(help_basis)
    client.force_login(draft.drafted_by)
    client.post(url("vedtak", draft), typed(draft, **{f"outcome_{help_basis.pk}": Outcome.REFUSED}))
    assert dict(draft.outcomes.values_list("basis__code", "outcome")) == {
        "kommunal_bolig": Outcome.GRANTED,
        "boligsosialloven_6": Outcome.REFUSED,
    }


def test_wish_goes_into_the_vedtak_without_script(client, draft):
    WishFactory(person=draft.application.person, words="Nær skolen.", said_on=today())
    client.force_login(draft.drafted_by)
    assert "Sett inn i vedtaket" in client.get(url("vedtak", draft)).text
    response = client.post(url("vedtak", draft), typed(draft, sett_inn="onske"))
    assert response.url.endswith("#id_person_view")
    draft.refresh_from_db()
    assert draft.person_view == "Du vil ha egen dør.\nDu sier: «Nær skolen.»"


def test_only_the_drafter_changes_the_draft(client, draft):
    client.force_login(UserFactory(caseworker=True))
    page = client.post(url("vedtak", draft), typed(draft, facts="Kuppet")).text
    assert "er den eneste som kan endre det" in page
    draft.refresh_from_db()
    assert draft.facts != "Kuppet"


def test_appeals_body_follows_from_the_legal_basis(client, draft):
    draft.application.bases.add(basis("boligsosialloven_6"))
    client.force_login(draft.drafted_by)
    page = client.get(url("vedtak", draft)).text
    assert "Klagenemnda i Solvær kommune" in page
    assert "Statsforvalteren" in page


# ------------------------------------------------------------------ completeness


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"facts": " "}, "fakta"),
        ({"rules": ""}, "regler"),
        ({"reasoning": ""}, "vurdering"),
        ({"reasoning": "Vi mener du fyller vilkårene."}, "vurdering"),
        ({"person_view": ""}, "syn"),
        ({"dwelling_type": ""}, "bolig"),
        ({"bedrooms": None}, "bolig"),
        ({"lease_years": None}, "bolig"),
        ({"valid_from": None}, "gyldighet"),
        ({"valid_to": None}, "gyldighet"),
    ],
)
def test_each_missing_part_is_named(draft, change, part):
    assert parts_missing(draft) == set()
    for name, value in change.items():
        setattr(draft, name, value)
    assert parts_missing(draft) == {part}


def test_refusal_needs_no_dwelling_and_no_period(draft):
    draft.outcomes.update(outcome=Outcome.REFUSED, ground=RefusalGround.CONDITIONS)
    draft.dwelling_type, draft.bedrooms, draft.lease_years, draft.valid_to = "", None, None, None
    assert parts_missing(draft) == set()


def test_a_refusal_says_why(draft):
    draft.outcomes.update(outcome=Outcome.REFUSED)
    assert [gap.sentence for gap in completeness.missing(draft, today())] == [
        "Utfall: velg hvorfor «Retningslinjer for kommunal bolig» avslås"
    ]


def test_place_after_section_27_is_named():
    vedtak = VedtakFactory(
        application=ApplicationFactory(temporary=True),
        reasoning=REASONING,
        dwelling_type="",
        valid_to=today() + timedelta(days=60),
    )
    assert [gap.field for gap in completeness.missing(vedtak, today())] == ["place"]
    vedtak.place = "Fjordgløtt pensjonat"
    assert parts_missing(vedtak) == set()


def test_legal_basis_without_an_outcome_is_named_as_missing(draft):
    draft.application.bases.add(basis("boligsosialloven_6"))
    gaps = completeness.missing(draft, today())
    assert [gap.part for gap in gaps] == ["utfall"]
    assert "Boligsosialloven § 6" in gaps[0].sentence


@pytest.mark.parametrize("living", ["fast", "delt", "samvar"])
def test_best_interests_are_required_for_every_child(living):
    family = FamilyFactory(children=1)
    family.members.filter(relation="barn").update(living=living)
    vedtak = VedtakFactory(
        application=ApplicationFactory(person=family.head, household=family),
        reasoning=REASONING,
        bedrooms=2,
        lease_years=5,
    )
    assert parts_missing(vedtak) == {"barn"}
    vedtak.best_interests = "Barnet vil bo nær skolen."
    assert parts_missing(vedtak) == set()


def test_basis_out_of_force_is_refused(draft):
    LegalBasis.objects.filter(code="kommunal_bolig").update(valid=(date(2000, 1, 1), today()))
    assert parts_missing(draft) == {"hjemmel"}
    assert parts_missing(draft, today() - timedelta(days=1)) == set()


def test_new_version_of_a_legal_basis_covers_the_old(draft):
    old = basis("kommunal_bolig")
    LegalBasis.objects.filter(pk=old.pk).update(valid=(date(2000, 1, 1), today()))
    old.pk, old.valid, old.title = None, (today(), None), "Nye retningslinjer"
    old._state.adding = True
    old.save()
    # The outcome refers to a version that is no longer in force.
    assert parts_missing(draft) == {"hjemmel"}
    draft.outcomes.update(basis=old)
    assert parts_missing(draft) == set()


def test_incomplete_vedtak_is_not_sent_and_says_what_is_missing(client, draft, approver):
    client.force_login(draft.drafted_by)
    response = client.post(
        url("vedtak_submit", draft),
        typed(draft, reasoning="For kort.", person_view="", approver=approver.pk),
    )
    page = response.text
    assert 'href="#id_reasoning"' in page
    assert 'href="#id_person_view"' in page
    assert page.count("Personens syn: skriv hva personen selv mener") == 2
    draft.refresh_from_db()
    assert draft.state == VedtakState.DRAFT
    assert draft.reasoning == "For kort."  # saved, though not sent


# ------------------------------------------------------------------ four eyes


def test_complete_vedtak_is_sent_to_the_chosen_approver(client, draft, approver):
    client.force_login(draft.drafted_by)
    response = client.post(url("vedtak_submit", draft), typed(draft, approver=approver.pk))
    assert response.status_code == 302
    draft.refresh_from_db()
    assert (draft.state, draft.approver) == (VedtakState.SUBMITTED, approver)
    assert list(Vedtak.objects.awaiting(approver)) == [draft]


def test_approver_must_be_chosen(client, draft, approver):
    client.force_login(draft.drafted_by)
    page = client.post(url("vedtak_submit", draft), typed(draft)).text
    assert "Velg hvem som skal godkjenne vedtaket." in page


def test_drafter_is_not_offered_as_approver(client, approver):
    both = UserFactory(approver=True)
    vedtak = VedtakFactory(drafted_by=both, reasoning=REASONING)
    client.force_login(both)
    form = client.get(url("vedtak", vedtak)).context["form"]
    assert list(form.fields["approver"].queryset) == [approver]


def test_drafter_cannot_approve(client):
    both = UserFactory(approver=True)
    vedtak = VedtakFactory(submitted=True, drafted_by=both, reasoning=REASONING)
    client.force_login(both)
    page = client.get(url("vedtak", vedtak)).text
    assert "Godkjenn vedtaket" not in page
    page = client.post(url("vedtak_approve", vedtak)).text
    assert "Den som skrev vedtaket, kan ikke godkjenne det." in page
    vedtak.refresh_from_db()
    assert vedtak.state == VedtakState.SUBMITTED


def test_database_refuses_the_drafter_as_approver():
    vedtak = VedtakFactory(submitted=True)
    with pytest.raises(IntegrityError, match="vedtak_four_eyes"), transaction.atomic():
        Vedtak.objects.filter(pk=vedtak.pk).update(
            state=VedtakState.ISSUED,
            issued_at=now(),
            issued_on=today(),
            appeal_weeks=3,
            arrives_on=today(),
            issued_by=vedtak.drafted_by,
        )


def test_caseworker_without_the_role_is_forbidden(client):
    vedtak = VedtakFactory(submitted=True)
    client.force_login(UserFactory(caseworker=True))
    assert client.post(url("vedtak_approve", vedtak)).status_code == 403
    assert client.post(url("vedtak_return", vedtak)).status_code == 403


def test_disqualified_user_neither_drafts_nor_approves(client, approver):
    vedtak = VedtakFactory(submitted=True, approver=approver, reasoning=REASONING)
    for user in (approver, vedtak.drafted_by):
        Disqualification.objects.create(
            application=vedtak.application,
            user=user,
            reason="Søsken",
            declared_at=now(),
            declared_by=user,
        )
    client.force_login(approver)
    page = client.post(url("vedtak_approve", vedtak)).text
    assert "er inhabil i saken" in page
    with pytest.raises(actions.Disqualified):
        actions.save_draft(vedtak=vedtak, facts={}, outcomes={}, by=vedtak.drafted_by, at=now())


def test_disqualification_needs_a_reason_and_blocks_from_then_on(client, approver):
    vedtak = VedtakFactory(submitted=True, approver=approver, reasoning=REASONING)
    client.force_login(approver)
    page = client.post(url("vedtak_disqualify", vedtak), {"reason": " "}, follow=True).text
    assert "Skriv hvorfor du er inhabil." in page
    for _twice in range(2):
        client.post(url("vedtak_disqualify", vedtak), {"reason": "Vi er naboer."})
    assert Disqualification.objects.get().reason == "Vi er naboer."
    page = client.get(url("vedtak", vedtak)).text
    assert "Du er inhabil i saken" in page
    assert "Godkjenn vedtaket" not in page
    assert "er inhabil i saken" in client.post(url("vedtak_approve", vedtak)).text


def test_approver_sends_back_with_a_comment(client, approver):
    vedtak = VedtakFactory(submitted=True, approver=approver)
    client.force_login(approver)
    page = client.post(url("vedtak_return", vedtak), {"comment": " "}).text
    assert "Skriv hva som må endres" in page
    read = read_of(client.get(url("vedtak", vedtak)))
    odd = client.post(url("vedtak_return", vedtak), {"comment": "Skriv \U00012345.", **read}).text
    assert "kan ikke stå i brev" in odd and "Skriv \U00012345." in odd
    client.post(url("vedtak_return", vedtak), {"comment": "Skriv om skolen.", **read})
    vedtak.refresh_from_db()
    assert vedtak.state == VedtakState.RETURNED
    client.force_login(vedtak.drafted_by)
    assert "Skriv om skolen." in client.get(url("vedtak", vedtak)).text


def test_sent_vedtak_is_not_changed(client):
    vedtak = VedtakFactory(submitted=True)
    client.force_login(vedtak.drafted_by)
    page = client.post(url("vedtak", vedtak), typed(vedtak, facts="Annet")).text
    assert "kan ikke endres nå" in page


# ------------------------------------------------------------------ issued


def test_approving_issues_everything_at_once(client, approver):
    vedtak = VedtakFactory(submitted=True, approver=approver, reasoning=REASONING)
    client.force_login(approver)
    read = read_of(client.get(url("vedtak", vedtak)))
    response = client.post(url("vedtak_approve", vedtak), read)
    assert response.status_code == 302
    vedtak.refresh_from_db()
    assert (vedtak.state, vedtak.issued_by, vedtak.issued_on) == (
        VedtakState.ISSUED,
        approver,
        today(),
    )
    vedtak.application.refresh_from_db()
    assert vedtak.application.state == ApplicationState.DECIDED
    assert vedtak.letter.file.sha256
    assert Event.objects.filter(kind="vedtak_issued", application=vedtak.application).exists()
    assert Transition.objects.filter(process="vedtak", to_state=VedtakState.ISSUED).count() == 1
    page = client.get(url("vedtak", vedtak)).text
    assert reverse("casework:letter", args=[vedtak.letter.pk]) in page


def test_failed_issue_saves_nothing(approver):
    vedtak = VedtakFactory(submitted=True, approver=approver, reasoning=REASONING + " ᐃ")
    with pytest.raises(RuleBroken, match="ikke kan skrives ut"):
        actions.approve_vedtak(vedtak=vedtak, by=approver, at=now())
    vedtak.refresh_from_db()
    assert vedtak.state == VedtakState.SUBMITTED
    assert not Letter.objects.exists()
    assert not Event.objects.filter(kind="vedtak_issued").exists()


def test_vedtak_that_became_incomplete_is_not_issued(client, approver):
    vedtak = VedtakFactory(submitted=True, approver=approver, reasoning=REASONING)
    LegalBasis.objects.filter(code="kommunal_bolig").update(valid=(date(2000, 1, 1), today()))
    client.force_login(approver)
    read = read_of(client.get(url("vedtak", vedtak)))
    page = client.post(url("vedtak_approve", vedtak), read).text
    assert "gjelder ikke lenger fra" in page


def test_new_vedtak_replaces_the_earlier(approver):
    application = ApplicationFactory(granted=True)
    earlier = application.decision
    vedtak = VedtakFactory(
        application=application, submitted=True, approver=approver, reasoning=REASONING
    )
    earlier.outcomes.update(replaced_by=vedtak)
    actions.approve_vedtak(vedtak=vedtak, by=approver, at=now())
    earlier.refresh_from_db()
    assert earlier.state == VedtakState.REPLACED
    assert list(application.vedtak.issued()) == [vedtak]


def test_second_approval_gets_a_plain_sentence(client, approver):
    vedtak = VedtakFactory(submitted=True, approver=approver, reasoning=REASONING)
    actions.approve_vedtak(vedtak=vedtak, by=approver, at=now())
    client.force_login(UserFactory(approver=True))
    page = client.post(url("vedtak_approve", vedtak)).text
    assert f"Vedtaket er allerede godkjent og fattet av {approver}." in page
    assert Letter.objects.filter(vedtak=vedtak).count() == 1


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_simultaneous_approvals_counts():
    vedtak = VedtakFactory(submitted=True, reasoning=REASONING)
    approvers = [vedtak.approver, UserFactory(approver=True)]
    ready, results = threading.Barrier(2), []

    def approve(user):
        try:
            ready.wait(timeout=10)
            actions.approve_vedtak(vedtak=vedtak, by=user, at=now())
            results.append("won")
        except RuleBroken as error:
            results.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=[user]) for user in approvers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(results)[1] == "won"
    assert "Vedtaket er allerede godkjent og fattet av" in sorted(results)[0]
    assert Letter.objects.filter(vedtak=vedtak).count() == 1


# ------------------------------------------------------------------ the preview


def test_preview_follows_the_form_and_saves_nothing(client, draft):
    client.force_login(draft.drafted_by)
    page = client.post(
        url("vedtak_preview", draft), typed(draft, facts="Du bor i telt.", reasoning="")
    ).text
    assert "Du bor i telt." in page
    assert "Mangler: vurderingen vår" in page
    draft.refresh_from_db()
    assert draft.facts != "Du bor i telt."


def test_htmx_preview_equals_the_full_page(client, draft):
    client.force_login(draft.drafted_by)
    client.post(url("vedtak", draft), typed(draft, language="nn"))
    page = client.get(url("vedtak", draft)).text
    swapped = client.post(url("vedtak_preview", draft), typed(draft, language="nn")).text
    letter = swapped[swapped.index("<article") : swapped.index("</article>")]
    assert letter in page
    assert "Kva skjer no?" in letter
    assert f"Ta kontakt med {draft.application.responsible or draft.drafted_by}, telefon" in (
        " ".join(letter.split())
    )
    table = swapped[swapped.index('<table id="grunnlag"') :]
    outcomes = table[table.index("<tbody>") : table.index("</table>")]
    assert outcomes in page


def test_unedited_rules_follow_the_language_form_and_edited_ones_stay(client, draft):
    client.force_login(draft.drafted_by)
    fetched = vedtak_letter.rules_of(list(draft.application.bases.all()), "nb")
    client.post(url("vedtak", draft), typed(draft, language="nn", rules=fetched))
    draft.refresh_from_db()
    assert draft.rules.startswith("Retningslinjer for kommunal bustad")
    client.post(url("vedtak", draft), typed(draft, language="nn", rules="Mine egne ord."))
    draft.refresh_from_db()
    assert draft.rules == "Mine egne ord."


def test_protected_address_is_not_in_the_preview(client):
    person = PersonFactory(protected=True, address="Hemmelige vei 7")
    vedtak = VedtakFactory(application=ApplicationFactory(person=person))
    trusted = UserFactory(caseworker=True, sees_protected=True)
    client.force_login(trusted)
    page = client.get(url("vedtak", vedtak)).text
    assert "Hemmelige vei" not in page
    assert "Sendes etter avtale" in page
    client.force_login(UserFactory(caseworker=True))
    assert client.get(url("vedtak", vedtak)).status_code == 404
    assert client.get(url("vedtak_preview", vedtak)).status_code == 404


def test_lix_separates_easy_and_heavy_text():
    assert vedtak_letter.lix("Du får bo her. Det er bra.") < 10
    heavy = "Kommunestyrets tildelingsretningslinjer forutsetter individuelle behovsvurderinger"
    assert vedtak_letter.lix(heavy) > 60


def test_vedtak_page_has_few_queries(client, draft, django_assert_max_num_queries):
    WishFactory(person=draft.application.person)
    AssessmentFactory(application=draft.application)
    client.force_login(draft.drafted_by)
    with django_assert_max_num_queries(45):
        client.get(url("vedtak", draft))


# ------------------------------------------------------------------ appeals


@pytest.fixture
def issued():
    return ApplicationFactory(granted=True).decision


@pytest.mark.parametrize(("days_after_due", "late"), [(0, False), (1, True)])
def test_late_appeal_is_recorded_as_late(issued, days_after_due, late):
    due = issued.appeal_due()
    at = now() + timedelta(days=60)
    appeal = appeals.register_appeal(
        vedtak=issued,
        received_on=due + timedelta(days=days_after_due),
        words="Jeg er uenig.",
        by=issued.drafted_by,
        at=at,
    )
    assert (appeal.due_on, appeal.is_late) == (due, late)
    assert Event.objects.filter(kind="appeal_received").exists()


def test_appeal_is_shown_on_the_vedtak(client, issued):
    client.force_login(issued.drafted_by)
    response = client.post(
        url("appeal_new", issued),
        {"received_on": today().strftime("%d.%m.%Y"), "words": "Boligen er for liten."},
    )
    assert response.url == reverse("casework:appeal", args=[Appeal.objects.get().pk])
    page = client.get(url("vedtak", issued)).text
    assert "«Boligen er for liten.»" in page
    assert "Innen fristen" in page


@pytest.mark.parametrize(
    ("received", "sentence"),
    [(-30, "før vedtaket ble fattet"), (2, "fram i tid")],
)
def test_appeal_at_an_impossible_time_is_refused(client, issued, received, sentence):
    client.force_login(issued.drafted_by)
    day = (today() + timedelta(days=received)).strftime("%d.%m.%Y")
    page = client.post(url("appeal_new", issued), {"received_on": day, "words": "Uenig"}).text
    assert sentence in page
    assert ">\nUenig</textarea>" in page
    assert not Appeal.objects.exists()


def test_appeal_on_an_unissued_vedtak_is_refused_with_a_sentence(client, draft):
    client.force_login(draft.drafted_by)
    day = days_ago(0).strftime("%d.%m.%Y")
    page = client.post(url("appeal_new", draft), {"received_on": day, "words": "Uenig"}).text
    assert "Vedtaket er ikke fattet ennå" in page
    assert not Appeal.objects.exists()


def test_issuing_the_vedtak_closes_the_reply_flag_at_once(client, approver):
    vedtak = VedtakFactory(submitted=True, approver=approver, reasoning=REASONING)
    case = vedtak.application
    flag = FlagFactory(
        person=case.person, application=case, kind=FlagKind.INTERIM_REPLY, key=str(case.pk)
    )
    client.force_login(approver)
    client.post(url("vedtak_approve", vedtak), read_of(client.get(url("vedtak", vedtak))))
    flag.refresh_from_db()
    assert (flag.closed_on, flag.closed_because) == (today(), FlagClosed.FACTS)
