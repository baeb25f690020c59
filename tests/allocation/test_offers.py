"""Offers: sent, answered, and turned into a lease (need A9; journey step 6)."""

from __future__ import annotations

import io
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from allocation import ranking, vacancy
from allocation.actions import offers as actions
from allocation.day import chosen_lines
from allocation.enums import ItemOutcome, OfferState
from allocation.models import Consideration, Offer
from casework.log.enums import Process
from casework.models import Disqualification, Event, Transition
from common.calendar import add_months, add_working_days
from common.errors import RuleBroken
from tests import factories as f

pytestmark = pytest.mark.django_db


def chosen(**kwargs) -> Consideration:
    """A home that a meeting has allocated and that is not offered yet."""
    item = kwargs.pop("item", None) or f.AgendaItemFactory(decided=True)
    kwargs.setdefault("chosen", not item.considerations.filter(chosen=True).exists())
    return f.ConsiderationFactory(item=item, **kwargs)


def url(name, thing):
    return reverse(f"allocation:{name}", args=[thing.pk])


def send(client, consideration, on, **data):
    sent = {"available_from": f"{on:%d.%m.%Y}", "viewing": "", **data}
    return client.post(url("offer_new", consideration), sent)


def sent_offer(client, consideration, on) -> Offer:
    assert send(client, consideration, on).status_code == 302
    return Offer.objects.get(application=consideration.application)


def lease_form(on, **data):
    return {
        "starts_on": f"{on:%d.%m.%Y}",
        "expires_on": f"{add_months(on, 36):%d.%m.%Y}",
        "rent": 8000,
        "deposit_kind": "depositum",
        "deposit": 24000,
        **data,
    }


def close(client, application, how):
    """End the case of somebody a meeting chose: they withdrew, or died."""
    if how == "withdrawn":
        where = reverse("casework:application_withdraw", args=[application.pk])
        answer = client.post(where, {"reason": "Fikk bolig selv"})
    else:
        where = reverse("desk:death", args=[application.person_id])
        day = f"{f.today():%d.%m.%Y}"
        data = {"died_on": day, "source": "parorende", f"case_{application.pk}": "avslutt"}
        answer = client.post(where, data)
    assert answer.status_code == 302, answer.content.decode()


# ------------------------------------------------------------------ sending


def test_chosen_person_gets_the_offer_by_letter(as_caseworker, today):
    consideration = chosen()
    answer = send(as_caseworker, consideration, today, viewing="Tirsdag kl. 14.30.")
    offer = Offer.objects.get()
    assert answer.url == url("offer", offer)
    assert offer.application == consideration.application
    assert offer.answer_by == add_working_days(today, 5)
    assert bytes(offer.letter.file.content).startswith(b"%PDF")
    assert Event.objects.filter(kind="offer.sent", person=offer.application.person).exists()
    assert Transition.objects.filter(process=Process.OFFER, to_state="sendt").exists()
    assert offer.unit not in vacancy.vacant_units(today)


@pytest.mark.parametrize("nynorsk", [False, True])
def test_home_with_unknown_values_is_offered_with_unknown_values(as_caseworker, today, nynorsk):
    unit = f.UnitFactory(bedrooms=None, floor=None, staffing="", size_m2=None, rent=None)
    application = f.ApplicationFactory(granted=True, person=f.PersonFactory(nynorsk=nynorsk))
    consideration = chosen(
        item=f.AgendaItemFactory(decided=True, unit=unit), application=application
    )
    html = as_caseworker.get(url("offer_new", consideration)).content.decode()
    assert "størrelse ikke avklart" in html
    offer = sent_offer(as_caseworker, consideration, today)
    assert "størrelse ikke avklart" in as_caseworker.get(url("offer", offer)).content.decode()
    letter = PdfReader(io.BytesIO(bytes(offer.letter.file.content))).pages[0].extract_text()
    assert letter.count("ikkje avklart" if nynorsk else "ikke avklart") == 2  # size and rent
    assert "None" not in letter


def test_home_is_offered_to_one_person_at_a_time(as_caseworker, today):
    consideration = chosen()
    f.OfferFactory(unit=consideration.item.unit)
    page = send(as_caseworker, consideration, today).content.decode()
    assert "Boligen er allerede tilbudt til noen." in page
    assert Offer.objects.count() == 1


def test_only_the_person_chosen_by_the_meeting_gets_the_offer(as_caseworker, today):
    first = chosen()
    other = chosen(item=first.item)
    assert "ikke valgt denne saken" in send(as_caseworker, other, today).content.decode()


def test_disqualified_user_cannot_send_the_offer(as_caseworker, today):
    consideration = chosen()
    Disqualification.objects.create(
        application=consideration.application,
        user=as_caseworker.user,
        reason="Søster",
        declared_at=timezone.now(),
        declared_by=as_caseworker.user,
    )
    assert "Du er inhabil" in send(as_caseworker, consideration, today).content.decode()


def test_unprintable_text_is_named_and_the_input_kept(as_caseworker, today):
    page = send(as_caseworker, chosen(), today, viewing="Velkommen \u2d30").content.decode()
    assert "kan ikke skrives ut" in page or "tegn" in page
    assert not Offer.objects.exists()


def test_offer_to_a_protected_person_is_404_without_access(login):
    hidden = f.ApplicationFactory(granted=True, person=f.PersonFactory(strictly_protected=True))
    offer = f.OfferFactory(application=hidden)
    assert login("saksbehandler").get(url("offer", offer)).status_code == 404
    assert login("saksbehandler", sees_protected=True).get(url("offer", offer)).status_code == 200


# ------------------------------------------------------------------ the answer


def test_declining_needs_a_reason_code_and_has_no_penalty(as_caseworker, today):
    offer = sent_offer(as_caseworker, chosen(), today)
    before = [e.application_id for e in ranking.waiting(today)]
    page = as_caseworker.post(url("offer_answer", offer), {"answer": "nei"}).content.decode()
    assert "Velg grunnen til at tilbudet ikke passet." in page
    as_caseworker.post(
        url("offer_answer", offer),
        {"answer": "nei", "decline_code": "omrade", "decline_words": "For nær gamle kjente."},
    )
    offer.refresh_from_db()
    assert (offer.state, offer.decline_words) == (OfferState.DECLINED, "For nær gamle kjente.")
    assert [e.application_id for e in ranking.waiting(today)] == before
    assert offer.unit in vacancy.vacant_units(today)


def test_repeated_declines_are_shown_as_a_pattern(as_caseworker):
    application = f.ApplicationFactory(granted=True)
    f.OfferFactory(application=application, declined=True)
    offer = f.OfferFactory(application=application)
    page = as_caseworker.get(url("offer", offer)).content.decode()
    assert "Har takket nei én gang før" in page
    assert "ingen følger" in page


def test_after_a_decline_the_reserve_is_suggested_and_offered(as_caseworker, today):
    first = chosen()
    reserve = chosen(item=first.item, reserve=True)
    offer = sent_offer(as_caseworker, first, today)
    as_caseworker.post(url("offer_answer", offer), {"answer": "nei", "decline_code": "annet"})
    page = as_caseworker.get(url("offer", offer)).content.decode()
    assert f"Reserve er sak {reserve.application.case_number}" in page
    assert sent_offer(as_caseworker, reserve, today).state == OfferState.SENT


def test_an_answer_is_given_once(as_caseworker, today):
    offer = sent_offer(as_caseworker, chosen(), today)
    as_caseworker.post(url("offer_answer", offer), {"answer": "ja"})
    page = as_caseworker.post(
        url("offer_answer", offer), {"answer": "nei", "decline_code": "annet"}
    ).content.decode()
    assert "svaret er ikke endret" in page
    offer.refresh_from_db()
    assert offer.state == OfferState.ACCEPTED


def test_an_answer_on_the_wrong_offer_is_taken_back(as_caseworker, today):
    first = chosen()
    reserve = chosen(item=first.item, reserve=True)
    offer = sent_offer(as_caseworker, first, today)
    undo = url("offer_answer_undo", offer)
    assert "svaret er ikke endret" in as_caseworker.post(undo, {"why": "Feil."}).text
    no = {"answer": "nei", "decline_code": "annet", "decline_words": "For langt unna."}
    for answer in ({"answer": "ja"}, no):
        as_caseworker.post(url("offer_answer", offer), answer)
        assert undo in as_caseworker.get(url("offer", offer)).text
        assert "Skriv hva som er feil." in as_caseworker.post(undo, {"why": ""}).text
        assert as_caseworker.post(undo, {"why": "Gjaldt naboens tilbud."}).status_code == 302
        offer.refresh_from_db()
        assert (offer.state, offer.answered_at, offer.answered_by) == (OfferState.SENT, None, None)
        assert (offer.decline_code, offer.decline_words) == ("", "")
    event = Event.objects.filter(kind="offer.answer_undone").latest("pk")
    assert "Gjaldt naboens tilbud." in event.text
    moves = Transition.objects.filter(process=Process.OFFER, object_id=offer.pk).order_by("pk")
    assert [move.to_state for move in moves] == ["sendt", "ja", "sendt", "nei", "sendt"]
    # A home that has been offered to the reserve meanwhile is not promised twice.
    as_caseworker.post(url("offer_answer", offer), no)
    sent_offer(as_caseworker, reserve, today)
    assert "allerede tilbudt til noen" in as_caseworker.post(undo, {"why": "Feil."}).text
    offer.refresh_from_db()
    assert offer.state == OfferState.DECLINED


def test_an_offer_is_withdrawn_with_a_reason(as_caseworker):
    offer = f.OfferFactory()
    page = as_caseworker.post(url("offer_withdraw", offer), {"reason": ""}).content.decode()
    assert "Skriv hvorfor tilbudet trekkes." in page
    as_caseworker.post(url("offer_withdraw", offer), {"reason": "Vannskade i boligen."})
    offer.refresh_from_db()
    assert offer.state == OfferState.WITHDRAWN


def test_offer_expires_after_its_answer_day(today):
    offer = f.OfferFactory(answer_by=today - timedelta(days=1))
    actions.expire_offer(offer=offer, by=None, at=timezone.now())
    offer.refresh_from_db()
    assert offer.state == OfferState.EXPIRED
    with pytest.raises(actions.OfferRefused, match="er ikke gått ut"):
        actions.expire_offer(offer=f.OfferFactory(), by=None, at=timezone.now())


# ------------------------------------------------------------------ the lease


def test_accepted_offer_becomes_a_lease_and_ends_waiting_and_vacancy(as_caseworker, today):
    consideration = chosen()
    offer = sent_offer(as_caseworker, consideration, today)
    answer = as_caseworker.post(url("offer_answer", offer), {"answer": "ja"})
    assert answer.url == url("lease_new", offer)
    as_caseworker.post(url("lease_new", offer), lease_form(today))
    offer.refresh_from_db()
    assert offer.lease.rent == 8000 and offer.lease.stay.unit == offer.unit
    assert offer.unit not in vacancy.vacant_units(today)
    assert not ranking.applications_waiting(today).filter(pk=offer.application_id).exists()
    waiting = as_caseworker.get(reverse("allocation:waiting_list")).content.decode()
    assert offer.application.case_number not in waiting
    assert "Leieforhold inngått" in as_caseworker.get(url("offer", offer)).content.decode()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"deposit": 48001}, "høyst seks måneders husleie"),
        ({"expires_on": "31.12.2020"}, "slutte etter at det begynner"),
        ({"starts_on": "31.02.2027"}, "finnes ikke i kalenderen"),
    ],
)
def test_lease_that_breaks_a_rule_is_refused_with_a_sentence(as_caseworker, today, wrong, sentence):
    offer = f.OfferFactory(accepted=True, available_from=today)
    page = as_caseworker.post(url("lease_new", offer), lease_form(today, **wrong)).content.decode()
    assert sentence in page
    offer.refresh_from_db()
    assert offer.lease is None


def test_lease_cannot_start_before_the_home_is_free(as_caseworker, today):
    offer = f.OfferFactory(accepted=True, available_from=today + timedelta(days=14))
    page = as_caseworker.post(url("lease_new", offer), lease_form(today)).content.decode()
    assert "kan ikke begynne før" in page


def test_lease_needs_an_accepted_offer(as_caseworker, today):
    offer = f.OfferFactory(available_from=today)
    page = as_caseworker.post(url("lease_new", offer), lease_form(today)).content.decode()
    assert "ikke takket ja" in page


def test_offer_page_has_the_same_number_of_queries_for_many_offers(
    as_caseworker, django_assert_max_num_queries
):
    application = f.ApplicationFactory(granted=True)
    for _ in range(4):
        f.OfferFactory(application=application, declined=True)
    offer = f.OfferFactory(application=application)
    with django_assert_max_num_queries(25):
        assert as_caseworker.get(url("offer", offer)).status_code == 200


# ------------------------------------------------------------------ two at once


def at_once(*acts) -> list[str]:
    """Run each in its own thread, started together; returns the results."""
    ready, results = threading.Barrier(len(acts)), []

    def run(act):
        try:
            ready.wait(10)
            act()
            results.append("ok")
        except RuleBroken as error:
            results.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.fixture
def installed(transactional_db):
    from allocation import defaults
    from casework.letters import defaults as letter_defaults

    for module in (letter_defaults, defaults):
        module.install(None)


def test_only_one_of_two_simultaneous_offers_of_a_home_is_sent(installed, today):
    by = f.UserFactory(caseworker=True)
    unit = f.UnitFactory()
    both = [chosen(item=f.AgendaItemFactory(decided=True, unit=unit)) for _ in range(2)]
    results = at_once(
        *(
            lambda c=consideration: actions.make_offer(
                consideration=c, available_from=today, by=by, at=timezone.now()
            )
            for consideration in both
        )
    )
    assert Offer.objects.filter(unit=unit).count() == 1 and results.count("ok") == 1
    # The second gets a sentence: from the check or, if simultaneous, from the constraint.
    (message,) = [words for words in results if words != "ok"]
    assert message in ("Boligen er allerede tilbudt til noen.", f"{unit} er ikke lenger ledig.")


def test_only_one_of_two_simultaneous_answers_counts(installed, today):
    by = f.UserFactory(caseworker=True)
    offer = f.OfferFactory()
    results = at_once(
        lambda: actions.answer_offer(offer=offer, yes=True, by=by, at=timezone.now()),
        lambda: actions.answer_offer(
            offer=offer, yes=False, decline_code="annet", by=by, at=timezone.now()
        ),
    )
    assert results.count("ok") == 1 and len(results) == 2
    assert any("svaret er ikke endret" in message for message in results)


def test_only_one_of_two_simultaneous_leases_of_an_offer_is_agreed(installed, today):
    by = f.UserFactory(caseworker=True)
    offer = f.OfferFactory(accepted=True, available_from=today)

    def let():
        actions.let_home(
            offer=offer,
            starts_on=today,
            expires_on=None,
            rent=8000,
            deposit_kind="ingen",
            deposit=0,
            by=by,
            at=timezone.now(),
        )

    results = at_once(let, let)
    assert results.count("ok") == 1 and len(results) == 2


@pytest.mark.parametrize("how", ["withdrawn", "dead"])
def test_home_chosen_for_a_case_that_has_ended_is_free_and_goes_to_the_reserve(
    as_caseworker, today, how
):
    choice = chosen(rank=1)
    reserve = chosen(item=choice.item, reserve=True, rank=2)
    unit = choice.item.unit
    assert vacancy.reserved_for([unit.pk], today) == {unit.pk: choice.application_id}
    close(as_caseworker, choice.application, how)
    assert vacancy.reserved_for([unit.pk], today) == {}
    assert vacancy.free_days([unit.pk], today) == {unit.pk: today}
    item = reverse("allocation:item", args=[choice.item.meeting_id, choice.item_id])
    page = as_caseworker.get(item).content.decode()
    assert "Send tilbud til reserven" in page and "kan gis til en annen" in page
    assert send(as_caseworker, reserve, today).status_code == 302
    assert Offer.objects.get().application == reserve.application
    assert "kan gis til en annen" not in as_caseworker.get(item).content.decode()


def test_home_chosen_for_a_case_whose_vedtak_has_run_out_is_told_of(as_caseworker, today):
    """No offer can be sent, so nobody is asked to: a new vedtak, or the home goes to another."""
    choice = chosen()
    case = choice.application
    case.responsible = as_caseworker.user
    case.save()
    (line,) = chosen_lines(as_caseworker.user, today, [])
    assert line.action == "Send tilbud"
    after = case.vedtak.get().valid_to + timedelta(days=1)
    (line,) = chosen_lines(as_caseworker.user, after, [])
    assert "vedtaket er gått ut" in line.why and "Fatt nytt vedtak" in line.next
    assert line.action_url == reverse("casework:application", args=[case.pk])


def test_home_chosen_for_a_case_that_no_longer_waits_says_why(as_caseworker, today):
    choice = chosen()
    case = choice.application
    case.responsible = as_caseworker.user
    case.save()
    with transaction.atomic():
        f.StayFactory(lease=True, person=case.person, period=f.since(today))
        (line,) = chosen_lines(as_caseworker.user, today, [])
        assert "en annen kommunal bolig" in line.why and line.next.startswith("Lukk saken")
        transaction.set_rollback(True)
    first = case.vedtak.get()
    refused = f.VedtakFactory(application=case, issued=True, outcome="avslag")
    first.outcomes.update(replaced_by=refused, replaced_on=today)
    (line,) = chosen_lines(as_caseworker.user, today, [])
    assert "vedtaket om bolig gjelder ikke lenger" in line.why
    assert line.next.startswith("Fatt nytt vedtak") and "gått ut" not in line.why


def test_home_chosen_for_a_case_that_got_another_lease_is_free(as_caseworker, today):
    choice = chosen()
    f.LeaseFactory(application=choice.application)
    unit = choice.item.unit
    assert vacancy.free_days([unit.pk], today) == {unit.pk: today}
    assert actions.next_to_offer(choice.item) is None


def test_item_without_a_chosen_person_cannot_be_offered():
    item = f.AgendaItemFactory()
    item.outcome = ItemOutcome.POSTPONED
    assert actions.next_to_offer(item) is None
