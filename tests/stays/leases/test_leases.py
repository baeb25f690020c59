"""Leases: term, move-in tasks, renewal, rent, and tenancies at risk (H8-H10)."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.urls import reverse

from casework.log.enums import ApplicationKind, LetterKind
from casework.models import Application, Event, Letter
from common.calendar import add_months
from stays.actions import StayRefused
from stays.enums import StepKind
from stays.leases import actions, horizon
from stays.leases.actions import agree_lease
from stays.leases.models import Lease
from stays.models import LeaseRenewal, TenancyRisk
from tests.factories import (
    ApplicationFactory,
    FamilyFactory,
    LeaseFactory,
    LetterFactory,
    OfferFactory,
    PersonFactory,
    StayFactory,
    UnitFactory,
    UserFactory,
    VedtakFactory,
    basis,
    now,
    today,
)
from tests.factories_leases import PriceIndexFactory, RiskFactory

pytestmark = pytest.mark.django_db


def nb(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def url(name: str, *args) -> str:
    return reverse(f"stays:{name}", args=args)


def post(client, where: str, **data):
    page = client.get(where)
    form = page.context["form"] if page.context and "form" in page.context else None
    token = form["form_token"].value() if form is not None else ""
    return client.post(where, {"form_token": token, **data})


# ------------------------------------------------------------------ the term


def let(application: Application, years: int, reason: str = "") -> Lease:
    return agree_lease(
        application=application,
        unit=UnitFactory(),
        starts_on=today(),
        expires_on=add_months(today(), 12 * years) - timedelta(days=1),
        rent=8000,
        by=UserFactory(caseworker=True),
        at=now(),
        short_term_reason=reason,
    )


def test_a_lease_shorter_than_the_rule_needs_a_written_reason():
    family = ApplicationFactory(person=FamilyFactory(children=1).head, assessed=True)
    with pytest.raises(StayRefused, match="Skriv hvorfor tiden er kortere"):
        let(family, 3)
    LetterFactory(application=family, kind=LetterKind.LEASE_INFORMATION)
    assert let(family, 3, "Boligen skal rehabiliteres i 2029.").shortest_until == add_months(
        today(), 60
    ) - timedelta(days=1)
    assert let(ApplicationFactory(assessed=True), 3).short_term_reason == ""


def test_short_term_is_announced_in_writing_before_signing(as_caseworker):
    offer = OfferFactory(accepted=True, available_from=today())
    where = reverse("allocation:lease_new", args=[offer.pk])
    terms = {"starts_on": nb(today()), "expires_on": nb(add_months(today(), 12)), "rent": 8000}
    terms |= {"deposit_kind": "ingen", "short_term_reason": "Bygget skal rives."}
    assert "Lag brevet med informasjon først" in post(as_caseworker, where, **terms).text
    assert not Lease.objects.exists()
    post(as_caseworker, reverse("allocation:lease_information", args=[offer.pk]), **terms)
    assert post(as_caseworker, where, **terms).status_code == 302


def test_the_database_refuses_a_short_lease_without_a_reason_too():
    lease = let(ApplicationFactory(assessed=True), 3)
    with pytest.raises(IntegrityError, match="lease_shorter_says_why"), transaction.atomic():
        Lease.objects.filter(pk=lease.pk).update(expires_on=today() + timedelta(days=90))


def test_tenant_gets_the_lease_terms_in_writing_before_signing(as_caseworker):
    offer = OfferFactory(accepted=True, available_from=today())
    terms = {"starts_on": nb(today()), "expires_on": nb(add_months(today(), 36)), "rent": 8000}
    terms |= {"deposit_kind": "depositum", "deposit": 24000}
    where = reverse("allocation:lease_information", args=[offer.pk])
    post(as_caseworker, where, **terms)
    letter = Letter.objects.get(kind="leieinformasjon")
    answer = post(as_caseworker, reverse("allocation:lease_new", args=[offer.pk]), **terms)
    lease = Lease.objects.get(application=offer.application)
    assert answer.url == url("lease", lease.pk)
    assert lease.informed_in == letter
    page = as_caseworker.get(answer.url).content.decode()
    assert "Depositum" in page and reverse("casework:letter", args=[letter.pk]) in page


# ------------------------------------------------------------------ before moving in


def test_move_in_task_needs_a_helper_before_it_is_done(as_caseworker):
    lease = LeaseFactory()
    where = url("lease_ready", lease.pk, "nokler")
    refused = post(as_caseworker, where, done="on")
    assert "Skriv hvem som hjalp" in refused.content.decode()
    post(as_caseworker, where, done="on", helper_name="Nabohjelpen")
    item = lease.readiness.get()
    assert (item.helper, item.done_by) == ("Nabohjelpen", as_caseworker.user)
    assert "1 av 7 på plass" in as_caseworker.get(url("lease", lease.pk)).content.decode()


# ------------------------------------------------------------------ the horizon


def ends(days: int, **kwargs) -> Lease:
    lease = LeaseFactory(days_ago=1200, **kwargs)
    lease.expires_on = today() + timedelta(days=days)
    lease.save()
    return lease


def test_the_horizon_shows_a_year_ahead_and_what_has_ended(as_caseworker):
    soon, later, over, long_over = ends(20), ends(170), ends(-10), ends(-120)
    ends(500)
    moved = ends(5)
    moved.stay.period = (moved.stay.period.lower, today() - timedelta(days=1))
    moved.stay.save()
    shown = as_caseworker.get("/leieforhold/")
    assert [row.lease for row in shown.context["page"]] == [long_over, over, soon, later]
    first, second, *_ = shown.context["page"]
    assert first.status.is_indefinite and not second.status.is_indefinite
    assert "Tidsubestemt" in shown.content.decode()
    for within, expected in {"1": [soon], "6": [soon, later], "utgatt": [long_over, over]}.items():
        page = as_caseworker.get("/leieforhold/", {"innen": within}).context["page"]
        assert [row.lease for row in page] == expected
    assert as_caseworker.get("/leieforhold/", {"innen": "tull", "etter": "x"}).status_code == 200


def test_lease_of_tenant_asked_in_writing_to_leave_stays_fixed_term():
    lease = ends(-120)
    asked = lease.expires_on + timedelta(days=30)
    actions.take_step(
        lease=lease,
        kind=StepKind.ASKED_TO_LEAVE,
        on=asked,
        due_on=None,
        note="",
        by=UserFactory(caseworker=True),
        at=now(),
    )
    assert not horizon.rows([lease], today())[0].status.is_indefinite


def test_horizon_has_the_same_number_of_queries_for_many(
    as_caseworker, django_assert_max_num_queries
):
    for n in range(8):
        ends(10 + n)
    as_caseworker.get("/leieforhold/")
    with django_assert_max_num_queries(14):
        as_caseworker.get("/leieforhold/")


def test_a_protected_tenant_is_on_no_board(as_caseworker, login):
    lease = ends(10, person=PersonFactory(strictly_protected=True, last_name="Kanarifugl"))
    RiskFactory(lease=lease)
    for board in ("/leieforhold/", "/leieforhold/i-fare/"):
        assert "Kanarifugl" not in as_caseworker.get(board).content.decode()
        allowed = login("saksbehandler", sees_protected=True)
        assert "Kanarifugl" in allowed.get(board).content.decode()
    assert as_caseworker.get(url("lease", lease.pk)).status_code == 404


# ------------------------------------------------------------------ longer


def test_renewal_goes_through_an_application_and_a_vedtak(as_caseworker):
    lease = ends(60)
    start = url("lease_renew", lease.pk)
    assert as_caseworker.post(start).status_code == 302
    as_caseworker.post(start)  # pressed twice
    application = Application.objects.get(person=lease.stay.person, kind="forlengelse")
    assert as_caseworker.get(url("lease_prolong", lease.pk)).status_code == 302
    assert LeaseRenewal.objects.count() == 0
    VedtakFactory(application=application, issued=True, lease_years=None)
    row = as_caseworker.get("/leieforhold/").context["page"].items[0]
    assert row.url == url("lease_prolong", lease.pk)
    was = lease.expires_on
    short = post(as_caseworker, row.url, expires_on=nb(add_months(was, 12)))
    assert "Skriv hvorfor tiden er kortere" in short.content.decode()
    post(as_caseworker, row.url, expires_on=nb(add_months(was, 36)))
    lease.refresh_from_db()
    assert lease.expires_on == add_months(was, 36)
    assert lease.renewals.get().old_expires_on == was
    assert as_caseworker.get("/leieforhold/").context["page"].items == []


def test_longest_stay_of_the_house_is_told_before_and_after_a_lease_is_agreed(as_caseworker):
    offer = OfferFactory(accepted=True, available_from=today())
    offer.unit.property.max_stay_months = 24
    offer.unit.property.save()
    where = reverse("allocation:lease_new", args=[offer.pk])
    limit = nb(add_months(today(), 24))
    assert f"Personen bør være videre innen {limit}" in as_caseworker.get(where).text
    terms = {"starts_on": nb(today()), "rent": 8000, "deposit_kind": "ingen"}
    answer = as_caseworker.post(where, terms, follow=True)
    assert "Leieforholdet er inngått." in answer.text
    assert f"Personen bør være videre innen {limit}" in answer.text


def test_lease_page_links_to_an_application_for_exchange(as_caseworker):
    lease = LeaseFactory()
    where = reverse("casework:application_new", args=[lease.stay.person_id]) + "?type=bytte"
    assert where in as_caseworker.get(url("lease", lease.pk)).text
    form = as_caseworker.get(where).context["form"]
    assert form["kind"].value() == "bytte"
    assert form["bases"].value() == [basis("bytte").pk]
    assert as_caseworker.get(f"{where}-x").status_code == 200


def test_exchange_keeps_the_date_the_person_became_a_tenant(as_caseworker):
    old = LeaseFactory(days_ago=900)
    exchange = ApplicationFactory(
        person=old.stay.person, kind=ApplicationKind.EXCHANGE, basis="bytte", assessed=True
    )
    new = let(exchange, 3)
    page = as_caseworker.get(url("lease", new.pk))
    assert page.context["tenant_since"] == old.stay.period.lower


# ------------------------------------------------------------------ rent


def test_rent_follows_the_index_once_a_year_with_a_months_notice(as_caseworker):
    lease = LeaseFactory(
        application=ApplicationFactory(person__language_form="nn"), days_ago=800, rent=8000
    )
    where = url("lease_rent", lease.pk)
    early = post(as_caseworker, where, effective_on=nb(today() + timedelta(days=10)))
    assert "tidligst fra" in early.content.decode()
    day = add_months(today(), 1)
    unknown = post(as_caseworker, where, effective_on=nb(day))
    assert "er ikke ført inn" in unknown.content.decode()
    assert "er ikke ført inn" in as_caseworker.get(where).text
    PriceIndexFactory(month=lease.agreed_on.replace(day=1), value=Decimal("125.0"))
    now = PriceIndexFactory(value=Decimal("130.2"))
    # What is sent is what was read: the rents and what they follow.
    page = as_caseworker.get(where).context
    shown = [value.replace("\xa0", " ") for _name, value in page["facts"]]
    assert shown[:3] == ["8 000 kr", "8 332 kr", "332 kr"]
    assert shown[3].startswith("125") and shown[4].startswith("130,2 (")
    now.value = Decimal("130.1")
    now.save()
    other = post(as_caseworker, where, effective_on=nb(day), seen_rent=8332)
    assert "regnet ut på nytt" in other.text and not lease.adjustments.exists()
    assert other.context["form"]["seen_rent"].value() == 8326
    post(as_caseworker, where, effective_on=nb(day))
    adjustment = lease.adjustments.get()
    assert adjustment.new_rent == 8326  # 8000 × 130,1 / 125, down to whole kroner
    assert adjustment.letter.title.startswith("Ny husleige")
    again = post(as_caseworker, where, effective_on=nb(add_months(day, 11)))
    assert "tidligst fra" in again.content.decode()


def test_manager_enters_the_index_once_per_month(login):
    manager = login("leder")
    for _ in range(2):
        answer = post(manager, url("price_index"), month=nb(today()), value="138,4")
    assert "allerede i bruk" in answer.content.decode()
    ahead = post(manager, url("price_index"), month=nb(add_months(today(), 2)), value="138,4")
    assert "ikke er kommet" in ahead.content.decode()


# ------------------------------------------------------------------ tenancies at risk


def test_tenancy_at_risk_has_a_plan_and_loses_no_service(as_caseworker):
    waiting = ApplicationFactory(granted=True)
    lease = LeaseFactory(person=waiting.person)
    RiskFactory._meta.model.objects.all()
    post(
        as_caseworker,
        url("risk_new", lease.pk),
        cause="restanse",
        what="Skylder for to måneder.",
        amount=16000,
        responsible=as_caseworker.user.pk,
        plan="Fast trekk, og samtale hver uke.",
        review_on=nb(today() + timedelta(days=14)),
    )
    risk = TenancyRisk.objects.get()
    post(as_caseworker, url("lease_step", lease.pk), kind="utkastelsesvarsel", on=nb(today()))
    step = lease.steps.get()
    assert step.due_on >= today() + timedelta(days=14)
    board = as_caseworker.get("/leieforhold/i-fare/", {"utkastelse": "1"})
    assert [row.pk for row in board.context["page"]] == [risk.pk]
    assert "Ingen hjelp faller bort" in board.content.decode()
    waiting.refresh_from_db()
    assert waiting.state == "avgjort" and lease.stay.period.upper is None
    post(as_caseworker, url("risk_close", risk.pk), outcome="bor_videre")
    assert as_caseworker.get("/leieforhold/i-fare/").context["page"].items == []
    assert Event.objects.filter(person=lease.stay.person, kind__startswith="tenancy.").count() == 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"kind": "oppsigelse", "on": 5}, "Dagen er ikke kommet"),
        ({"kind": "oppsigelse", "on": 0, "due_on": 7}, "Leietakeren har tid til"),
        ({"kind": "advarsel", "on": -2000}, "Leieforholdet begynte"),
        ({"kind": "kontakt", "on": 0, "due_on": -3}, "Fristen kan ikke være før"),
        ({"kind": "oppsigelse", "on": 0}, "Skriv begrunnelsen"),
        ({"kind": "begjaering", "on": 0}, "varselet, eller skriv i merknaden"),
    ],
)
def test_impossible_step_is_refused_with_a_sentence(as_caseworker, data, message):
    lease = LeaseFactory(days_ago=400)
    typed = {
        name: nb(today() + timedelta(days=value)) if name != "kind" else value
        for name, value in data.items()
    }
    answer = post(as_caseworker, url("lease_step", lease.pk), **typed)
    assert message in answer.content.decode()
    assert not lease.steps.exists()


def test_eviction_is_requested_after_the_notice_period(as_caseworker):
    lease, where = LeaseFactory(days_ago=400), "lease_step"
    claim = {"kind": "begjaering", "on": nb(today())}
    post(as_caseworker, url(where, lease.pk), kind="utkastelsesvarsel", on=nb(today()))
    early = post(as_caseworker, url(where, lease.pk), **claim)
    assert "Vent til fristen er ute" in early.text
    assert not lease.steps.filter(kind="begjaering").exists()
    lease.steps.update(on=today() - timedelta(days=20), due_on=today() - timedelta(days=1))
    assert post(as_caseworker, url(where, lease.pk), **claim).status_code == 302


def test_early_eviction_request_needs_a_reason(as_caseworker):
    lease = LeaseFactory(days_ago=400)
    claim = {"kind": "begjaering", "on": nb(today()), "note": "Fare for stor skade på huset."}
    assert post(as_caseworker, url("lease_step", lease.pk), **claim).status_code == 302


def test_ended_stay_is_shown_and_cannot_be_changed(as_caseworker):
    lease = LeaseFactory(days_ago=400)
    lease.stay.period = (lease.stay.period.lower, today() - timedelta(days=3))
    lease.stay.save()
    StayFactory(person=lease.stay.person, days_ago=3)
    page = as_caseworker.get(url("lease", lease.pk)).content.decode()
    assert "Flyttet ut" in page and "Start forlengelse" not in page


def test_current_tenancy_is_right_even_if_stale_rows_are_saved():
    lease, on = LeaseFactory(), today()
    assert Lease.objects.current(on).filter(pk=lease.pk).exists()
    stay = lease.stay
    stay.period = DateRange(stay.period.lower, on)
    stay.save()
    lease.save()  # saved with the values read earlier
    lease.refresh_from_db()
    assert lease.lived_until == on
    assert not Lease.objects.current(on).filter(pk=lease.pk).exists()
