"""Providers of temporary places, their quality agreements and checks (need H12)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from casework.log.escalation import escalate
from housing.enums import AgreementFlagClosed
from housing.providers.flags import flag_agreements
from housing.providers.models import AgreementFlag, QualityAgreement, QualityCheck
from tests import factories as f
from tests.factories_housing import (
    AgreementFlagFactory,
    QualityAgreementFactory,
    QualityCheckFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock(login):
    return login("boligforvalter")


def agreed(stock, **more):
    data = {"reference": "K1", "valid_0": "01.01.2026", "valid_1": "31.12.2026"}
    return data | {"responsible": stock.user.pk} | more


def test_agreement_has_an_end_and_does_not_overlap_another(stock):
    provider = f.ProviderFactory()
    url = reverse("housing:agreement_new", args=[provider.pk])
    assert "Skriv siste dag i perioden." in stock.post(url, agreed(stock, valid_1="")).text
    assert stock.post(url, agreed(stock)).status_code == 302
    page = stock.post(url, agreed(stock, valid_0="31.12.2026", valid_1="31.12.2027")).text
    assert "allerede en kvalitetsavtale i denne perioden" in page
    data = agreed(stock, valid_0="01.01.2027", valid_1="31.12.2027")
    assert stock.post(url, data).status_code == 302
    with pytest.raises(IntegrityError, match="agreement_has_an_end"), transaction.atomic():
        QualityAgreement.objects.filter(valid__contains=f.days_ago(0)).update(
            valid=f.since(f.days_ago(900))
        )


def test_list_shows_the_status_of_each_agreement(as_caseworker, stock, today):
    provider = f.ProviderFactory(name="Havna Overnatting")
    assert "Ingen avtale" in as_caseworker.get("/leverandorer/").text
    QualityAgreement.objects.create(
        provider=provider,
        reference="K1",
        valid=f.since(f.days_ago(300), f.days_ago(-20)),
        responsible=stock.user,
    )
    page = as_caseworker.get("/leverandorer/").text
    assert "Havna Overnatting" in page and "Går snart ut" in page


def test_breach_has_a_deadline_and_is_closed_once(stock):
    provider = f.ProviderFactory()
    url = reverse("housing:check_new", args=[provider.pk])
    data = {"checked_on": "01.02.2026", "found": "Rent", "breach": "Mangler lås"}
    ahead = data | {"checked_on": "01.02.2099", "mend_by": "02.02.2099"}
    assert "Kontrollen er ikke gjort ennå." in stock.post(url, ahead).text
    assert "Skriv når avviket skal være rettet." in stock.post(url, data).text
    assert "ikke være rettet før" in stock.post(url, data | {"mend_by": "01.01.2026"}).text
    assert stock.post(url, data | {"mend_by": "10.02.2026"}).status_code == 302
    check = QualityCheck.objects.get()
    for _n in range(2):
        stock.post(reverse("housing:check_mended", args=[check.pk]))
    check.refresh_from_db()
    assert check.mended_by == stock.user
    assert check.history.count() == 2
    with pytest.raises(IntegrityError, match="check_breach"), transaction.atomic():
        QualityCheck.objects.update(mend_by=None)


def test_only_the_stock_manager_changes_them(as_caseworker):
    check = QualityCheckFactory()
    url = reverse("housing:provider", args=[check.provider_id])
    assert "Rom uten lås" in as_caseworker.get(url).text
    answer = as_caseworker.post(reverse("housing:check_mended", args=[check.pk]))
    assert answer.status_code == 403


# ------------------------------------------------------------------ agreements that expire


@pytest.fixture
def ending(stock):
    """An agreement with twenty days left, owned by the stock manager, and a place in use."""
    place = f.PropertyFactory(provider=f.ProviderFactory(name="Havna Overnatting"))
    return QualityAgreementFactory(provider=place.provider, responsible=stock.user)


def test_expiring_agreement_is_flagged_until_a_new_one_follows(ending, stock, as_caseworker, today):
    assert flag_agreements(today).raised == 1
    assert flag_agreements(today).raised == 0
    for page in ("/boliger/", "/leverandorer/", f"/leverandorer/{ending.provider_id}/"):
        assert "Kvalitetsavtalen går ut" in stock.get(page).text, page
    assert "Kvalitetsavtalen går ut" not in as_caseworker.get("/boliger/").text
    url = reverse("housing:agreement_new", args=[ending.provider_id])
    after = ending.valid.upper
    period = {"valid_0": f"{after:%d.%m.%Y}", "valid_1": f"31.12.{after.year + 1}"}
    assert stock.post(url, agreed(stock, **period)).status_code == 302
    assert "Kvalitetsavtalen går ut" not in stock.get("/boliger/").text
    assert AgreementFlag.objects.get().closed_because == AgreementFlagClosed.FACTS
    again = flag_agreements(today)
    assert (again.raised, again.closed) == (0, 0)


def test_job_also_closes_the_flag_of_a_renewed_agreement(ending, today):
    flag_agreements(today)
    after = ending.valid.upper
    QualityAgreementFactory(
        provider=ending.provider, valid=f.since(after, after + timedelta(days=365))
    )
    assert flag_agreements(today).closed == 1


def test_new_agreement_after_a_gap_closes_no_flag(ending, stock, today):
    flag_agreements(today)
    later = ending.valid.upper + timedelta(days=1)
    period = {"valid_0": f"{later:%d.%m.%Y}", "valid_1": f"31.12.{later.year + 1}"}
    url = reverse("housing:agreement_new", args=[ending.provider_id])
    assert stock.post(url, agreed(stock, **period)).status_code == 302
    assert AgreementFlag.objects.get().closed_on is None


def test_agreement_flag_is_on_min_dag_of_the_responsible_user(ending, as_caseworker, today):
    QualityAgreement.objects.update(responsible=as_caseworker.user)
    flag_agreements(today)
    page = as_caseworker.get("/").text
    assert "Havna Overnatting" in page and "forny avtalen" in page


def test_agreement_flag_without_action_is_escalated_once(ending, stock, as_manager, today):
    flag_agreements(today)
    AgreementFlag.objects.update(raised_on=f.days_ago(14))
    assert escalate(f.days_ago(1)).raised == 0
    assert (escalate(today).raised, escalate(today).raised) == (1, 0)
    page = as_manager.get("/").text
    assert "Eskalert" in page and "Havna Overnatting" in page


def test_agreement_flag_of_who_has_no_role_is_nobodys_and_goes_to_the_manager_at_once(
    ending, stock, as_manager, today
):
    QualityCheckFactory(
        provider=ending.provider, breach="Låsene", mend_by=f.days_ago(3), checked_on=f.days_ago(9)
    )
    QualityAgreement.objects.update(responsible=f.UserFactory())
    assert flag_agreements(today).raised == 2
    assert not AgreementFlag.objects.exclude(owner=None).exists()
    assert escalate(today).raised == 2
    assert "ikke fordelt" in as_manager.get("/").text
    assert "ikke fordelt" in stock.get("/boliger/").text


def test_flag_is_closed_once_by_its_owner_with_a_note(ending, stock, as_caseworker, today):
    flag_agreements(today)
    flag = AgreementFlag.objects.get()
    url = reverse("housing:agreement_flag", args=[flag.pk])
    assert as_caseworker.get(url).status_code == 403
    page = stock.post(url, {"note": " "}).text
    assert "Skriv hva som er gjort" in page
    assert stock.post(url, {"note": "Stedet avvikles i mars."}).status_code == 302
    assert "allerede avsluttet" in stock.post(url, {"note": "En gang til."}).text
    flag.refresh_from_db()
    assert (flag.closed_by, flag.closing_note) == (stock.user, "Stedet avvikles i mars.")
    assert flag_agreements(today).raised == 0, "a closed flag is not raised again"
    with pytest.raises(IntegrityError, match="says_what"), transaction.atomic():
        AgreementFlag.objects.update(closing_note="")


def test_provider_list_has_the_same_number_of_queries_for_many(
    stock, django_assert_max_num_queries
):
    for n in range(60):
        AgreementFlagFactory(agreement__provider=f.ProviderFactory(name=f"Sted {n:02}"))
    with django_assert_max_num_queries(11):
        page = stock.get("/leverandorer/")
    assert page.text.count("housing") == 0 and "Sted 49" in page.text
    assert len(page.context["page"].items) == 50
    following = stock.get("/leverandorer/", {"etter": page.context["page"].next_cursor})
    assert "Sted 59" in following.text


# ------------------------------------------------------------------ breaches not corrected in time


@pytest.fixture
def late(ending, stock, today):
    """A breach that was to be corrected yesterday, found with a provider that has an agreement."""
    return QualityCheckFactory(
        provider=ending.provider, checked_on=f.days_ago(10), mend_by=f.days_ago(1)
    )


def breach_flags():
    return AgreementFlag.objects.open().filter(check_made__isnull=False)


def test_breach_is_flagged_the_day_after_it_was_to_be_corrected(late, stock, today):
    flag_agreements(f.days_ago(1))
    assert not breach_flags().exists()
    flag_agreements(today)
    flag_agreements(today)
    flag = breach_flags().get()
    assert flag.owner == stock.user, "who answers for the agreement"
    for page in ("/boliger/", "/leverandorer/", f"/leverandorer/{late.provider_id}/"):
        assert "Avviket skulle vært rettet" in stock.get(page).text, page
    url = reverse("housing:agreement_flag", args=[flag.pk])
    assert "Følg opp avviket" in stock.get(url).text
    stock.post(url, {"note": "Ringt, låsen kommer mandag"})
    flag_agreements(today)
    assert not breach_flags().exists(), "followed up: it does not come back"


def test_flag_of_a_breach_closes_when_it_is_corrected_and_comes_back_if_it_was_not(
    late, stock, today
):
    flag_agreements(today)
    url = reverse("housing:check_mended", args=[late.pk])
    stock.post(url)
    assert not breach_flags().exists()
    page = stock.post(url, {"undo": "1"}, follow=True).text
    assert "Rom uten lås" in page
    late.refresh_from_db()
    assert late.mended_at is None
    flag_agreements(today)
    assert breach_flags().count() == 1
    assert AgreementFlag.objects.filter(check_made=late).count() == 1


@pytest.mark.parametrize(
    ("number", "ok"), [("974760673", True), ("974760674", False), ("12345678", False)]
)
def test_organisation_number_has_a_control_digit(stock, number, ok):
    data = {"name": "Havna Overnatting", "organisation_number": number}
    answer = stock.post(reverse("housing:provider_new"), data)
    assert answer.status_code == (302 if ok else 200)
    if not ok:
        assert "Organisasjonsnummeret" in answer.text


def test_an_agreement_and_a_check_are_corrected_unless_somebody_was_first(stock):
    agreement = QualityAgreementFactory(responsible=stock.user)
    check = QualityCheckFactory(provider=agreement.provider, mend_by=f.days_ago(3))
    flag_agreements(f.today())
    page = stock.get(reverse("housing:provider", args=[agreement.provider_id])).text
    for name, row in (("agreement_correct", agreement), ("check_correct", check)):
        assert reverse(f"housing:{name}", args=[row.pk]) in page
    url = reverse("housing:agreement_correct", args=[agreement.pk])
    seen = stock.get(url).context["form"]["seen"].value()
    assert stock.post(url, agreed(stock, reference="K9", seen=seen)).status_code == 302
    assert "Noen har endret dette" in stock.post(url, agreed(stock, reference="K8", seen=seen)).text
    agreement.refresh_from_db()
    assert (agreement.reference, agreement.last_day.year) == ("K9", 2026)
    url = reverse("housing:check_correct", args=[check.pk])
    data = {"checked_on": f"{f.days_ago(20):%d.%m.%Y}", "found": "Ryddig", "breach": ""}
    assert "er ikke gjort ennå" in stock.post(url, data | {"checked_on": "01.01.2199"}).text
    assert stock.post(url, data).status_code == 302
    check.refresh_from_db()
    assert (check.checked_on, check.breach, check.mend_by) == (f.days_ago(20), "", None)
    assert not AgreementFlag.objects.open().filter(check_made=check).exists()
