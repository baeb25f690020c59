"""Properties: floor plan, repairs, and the rules for names (H1, H4, H5, H7)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import ReadLog
from allocation.vacancy import with_status
from casework.log.enums import Protection
from common.calendar import local_date
from housing import actions
from housing.enums import PropertyStage, UnitStatus, UpkeepKind
from housing.models import Property, ResidentsMeeting, Unavailability, Unit, Upkeep
from tests import factories as f
from tests.factories_housing import UpkeepFactory

pytestmark = pytest.mark.django_db


def _property(house):
    return reverse("desk:property", args=[house.pk])


@pytest.fixture
def stock(login):
    return login("boligforvalter")


def test_property_shows_floors_and_shows_tenants_to_users_with_access(login):
    home = f.UnitFactory(floor=2, name="H0201")
    f.UnitFactory(property=home.property, floor=None, name="Kjeller")
    caseworker = login("saksbehandler")
    tenant = f.PersonFactory(last_name="Leieboer", responsible=caseworker.user)
    f.StayFactory(unit=home, person=tenant, lease=True)
    page = caseworker.get(_property(home.property)).text
    assert page.index("2. etasje") < page.index("Etasje ikke avklart")
    assert "Leieboer" in page and "H0201" in page
    assert ReadLog.objects.of(tenant.pk).filter(page="eiendom").count() == 1
    page = login("boligforvalter").get(_property(home.property)).text
    assert "Leieboer" not in page and "Bebodd" in page
    type(tenant).objects.filter(pk=tenant.pk).update(protection=Protection.STRICTLY)
    assert "Leieboer" not in caseworker.get(_property(home.property)).text


def test_floor_plan_shows_the_chosen_day(as_caseworker, today):
    stay = f.StayFactory(days_ago=60, days=30)
    url = _property(stay.unit.property)
    then = today - timedelta(days=45)
    assert "Ledig" in as_caseworker.get(url).text
    assert "Bebodd" in as_caseworker.get(url, {"dato": f"{then:%d.%m.%Y}"}).text
    assert "finnes ikke" in as_caseworker.get(url, {"dato": "31.02.2026"}).text


def test_property_list_counts_vacant_homes_in_a_fixed_number_of_queries(
    as_caseworker, django_assert_max_num_queries
):
    for _n in range(8):
        f.UnitFactory()
    as_caseworker.get("/eiendommer/")
    with django_assert_max_num_queries(10):
        rows = as_caseworker.get("/eiendommer/").context["rows"]
    assert {row["vacant"] for row in rows} == {1}
    assert as_caseworker.get("/eiendommer/?livslop=tull&etter=x").status_code == 200


def test_property_at_risk_shows_the_reason(stock):
    house = f.PropertyFactory()
    data = {"name": house.name, "stage": "utsatt", "stage_reason": ""}
    url = reverse("housing:property_edit", args=[house.pk])
    assert "Skriv hvorfor eiendommen kan falle bort." in stock.post(url, data).text
    data |= {"stage_reason": "Leieavtalen går ut", "stage_until": "01.06.2027"}
    assert stock.post(url, data).status_code == 302
    page = stock.get(_property(house)).text
    assert "Leieavtalen går ut" in page and "01.06.2027" in page
    with pytest.raises(IntegrityError), transaction.atomic():
        Property.objects.filter(pk=house.pk).update(stage=PropertyStage.AT_RISK, stage_reason="")


def test_homes_of_a_renamed_property_are_found_by_its_new_name(stock):
    unit = f.UnitFactory()
    url = reverse("housing:property_edit", args=[unit.property_id])
    assert stock.post(url, {"name": "Askeladdveien 5", "stage": "i_bruk"}).status_code == 302
    assert unit in stock.post("/sok/", {"q": "askeladdveien"}).context["found"].units


@pytest.mark.parametrize("name", ["Rusboligen", "Gamle NØDBOLIG 3"])
def test_name_that_describes_the_tenants_is_refused_with_a_sentence(stock, name):
    house = f.PropertyFactory()
    url = reverse("housing:property_edit", args=[house.pk])
    page = stock.post(url, {"name": name, "stage": "i_bruk"}).text
    assert "sier noe om dem som bor der" in page and name in page
    house.refresh_from_db()
    assert house.name != name


def test_municipality_chooses_the_words_to_avoid_in_names(stock):
    stock.post("/boliger/ord/", {"word": "Gjenganger", "instead": ""})
    house = f.PropertyFactory(name="Gjengangerhuset")
    assert "Gjengangerhuset" in stock.get("/boliger/ord/").text
    url = reverse("housing:property_edit", args=[house.pk])
    assert "gjenganger" in stock.post(url, {"name": house.name, "stage": "i_bruk"}).text


# ------------------------------------------------------------------ upkeep


def test_broken_lock_is_urgent_and_first_in_the_list(as_caseworker):
    UpkeepFactory(text="Kald radiator", kind=UpkeepKind.HEAT)
    unit = f.UnitFactory()
    url = reverse("housing:upkeep_new", args=[unit.property_id])
    data = {"kind": "las", "unit": unit.pk, "text": "Døra går ikke i lås"}
    assert as_caseworker.post(url, data).status_code == 302
    page = as_caseworker.get("/vedlikehold/").text
    assert page.index("Døra går ikke i lås") < page.index("Kald radiator")
    with pytest.raises(IntegrityError), transaction.atomic():
        Upkeep.objects.filter(kind=UpkeepKind.LOCK).update(urgent=False)


def test_unusable_home_is_unavailable_until_repaired(stock, today):
    unit = f.UnitFactory()
    url = reverse("housing:upkeep_new", args=[unit.property_id])
    data = {"kind": "vann", "text": "Lekkasje", "cannot_be_used": "on"}
    assert "Velg hvilken bolig" in stock.post(url, data).text
    assert stock.post(url, data | {"unit": unit.pk}).status_code == 302

    def status(on):
        return with_status(Unit.objects.filter(pk=unit.pk), on).get().status

    assert status(today) == UnitStatus.UNAVAILABLE
    report = Upkeep.objects.get()
    one = reverse("housing:upkeep_done", args=[report.pk])
    assert "Skriv hvem som gjør det" in stock.post(one, {"plan": "", "outcome": ""}).text
    assert stock.post(one, {"plan": "Rørlegger fredag"}).status_code == 302
    later = f.now() + timedelta(days=3)
    actions.finish_upkeep(upkeep=report, outcome="Byttet rør", by=stock.user, at=later)
    assert status(local_date(later)) == UnitStatus.VACANT
    assert Unavailability.objects.get().period.upper == local_date(later)
    with pytest.raises(actions.UpkeepRefused, match="allerede"):
        actions.finish_upkeep(upkeep=report, outcome="Igjen", by=stock.user, at=later)
    reopen = reverse("housing:upkeep_reopen", args=[report.pk])
    assert reopen in stock.get(one).text
    assert "Meldingen er åpen igjen." in stock.post(reopen, follow=True).text
    assert status(local_date(later)) == UnitStatus.UNAVAILABLE
    assert "Feilen er ikke meldt ferdig." in stock.post(reopen, follow=True).text


def test_repair_on_the_same_day_gives_no_unavailable_day(stock):
    unit = f.UnitFactory()
    report = actions.report_upkeep(
        property=unit.property,
        unit=unit,
        kind=UpkeepKind.POWER,
        text="Mørkt",
        cannot_be_used=True,
        by=stock.user,
        at=f.now(),
    )
    actions.finish_upkeep(upkeep=report, outcome="Ny sikring", by=stock.user, at=f.now())
    assert not Unavailability.objects.exists()


def test_only_the_stock_manager_closes_a_report(as_caseworker):
    url = reverse("housing:upkeep_done", args=[UpkeepFactory().pk])
    assert as_caseworker.get(url).status_code == 200
    assert as_caseworker.post(url, {"outcome": "Ferdig"}).status_code == 403


def test_house_meeting_sent_twice_is_saved_once(as_caseworker, today):
    house = f.PropertyFactory()
    url = reverse("housing:meeting_new", args=[house.pk])
    token = as_caseworker.get(url).context["form"]["form_token"].value()
    data = {
        "held_on": f"{today:%d.%m.%Y}",
        "raised": "Støy om natten",
        "agreed": "Vaktmester ser på døra",
        "form_token": token,
    }
    ahead = data | {"held_on": f"{today + timedelta(days=1):%d.%m.%Y}"}
    assert "Møtet er ikke holdt ennå." in as_caseworker.post(url, ahead).text
    for _n in range(2):
        assert as_caseworker.post(url, data).status_code == 302
    assert ResidentsMeeting.objects.count() == 1
    assert "Støy om natten" in as_caseworker.get(_property(house)).text


def test_a_house_meeting_is_corrected(as_caseworker, today):
    meeting = ResidentsMeeting.objects.create(
        property=f.PropertyFactory(),
        held_on=f.days_ago(9),
        raised="Støy",
        agreed="Vaktmester ser på døra",
        recorded_at=f.now(),
        recorded_by=as_caseworker.user,
    )
    url = reverse("housing:meeting_correct", args=[meeting.pk])
    assert url in as_caseworker.get(_property(meeting.property)).text
    data = {"held_on": f"{f.days_ago(8):%d.%m.%Y}", "raised": "Støy om natten", "agreed": "Ny dør"}
    assert "er ikke holdt ennå" in as_caseworker.post(url, data | {"held_on": "01.01.2199"}).text
    assert as_caseworker.post(url, data).status_code == 302
    meeting.refresh_from_db()
    assert (meeting.held_on, meeting.agreed) == (f.days_ago(8), "Ny dør")
