"""Providers of temporary places, their kvalitetsavtaler and checks (need H12)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from housing.models import QualityAgreement, QualityCheck
from tests import factories as f
from tests.factories_housing import QualityCheckFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stock(login):
    return login("boligforvalter")


def agreed(stock, **more):
    data = {"reference": "K1", "valid_0": "01.01.2026", "valid_1": "31.12.2026"}
    return data | {"responsible": stock.user.pk} | more


def test_an_agreement_has_an_end_and_stands_alone(stock):
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


def test_the_list_says_how_each_agreement_stands(as_caseworker, stock, today):
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


def test_a_breach_has_a_day_and_is_mended_once(stock):
    provider = f.ProviderFactory()
    url = reverse("housing:check_new", args=[provider.pk])
    data = {"checked_on": "01.02.2026", "found": "Rent", "breach": "Mangler lås"}
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
