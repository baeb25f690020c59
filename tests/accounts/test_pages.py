"""The pages of users, roles, settings and the read log."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import actions, settings_table
from accounts.enums import ReadKind, RoleKind
from accounts.models import ReadLog, Role, Setting
from casework.log import deadlines
from casework.log.enums import LetterWay
from common.lawful import OutsideLaw
from tests.factories import OrganisationUnitFactory, RoleFactory, UserFactory, since
from tests.urls_table import IMPORTERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(login):
    return login("systemadministrator")


def text(response) -> str:
    return response.content.decode()


# ------------------------------------------------------------------ roles


def role_data(**changes):
    return {
        "kind": "saksbehandler",
        "unit": OrganisationUnitFactory().pk,
        "period_0": "01.01.2026",
        "period_1": "",
        **changes,
    }


def test_role_is_active_from_its_first_day(admin):
    user = UserFactory()
    response = admin.post(f"/brukere/{user.pk}/", role_data(kind="boligforvalter"))
    assert response.status_code == 302
    assert user.has_role("boligforvalter")


def test_overlapping_role_is_refused_with_a_sentence_and_keeps_the_input(admin):
    unit = OrganisationUnitFactory()
    user = RoleFactory(unit=unit).user
    page = text(admin.post(f"/brukere/{user.pk}/", role_data(unit=unit.pk)))
    assert "Brukeren har allerede denne rollen i perioden." in page
    assert "01.01.2026" in page
    assert user.roles.count() == 1


def test_system_administrator_never_gets_access_to_protected_persons(admin):
    user = UserFactory()
    page = text(
        admin.post(
            f"/brukere/{user.pk}/", role_data(kind="systemadministrator", protected_access="on")
        )
    )
    assert "ser ikke personopplysninger" in page
    assert not user.roles.exists()


def test_database_refuses_protected_access_for_a_system_administrator():
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleFactory(kind="systemadministrator", protected_access=True)


def test_role_ended_today_is_not_active_tomorrow(admin, today):
    role = RoleFactory()
    response = admin.post(f"/roller/{role.pk}/avslutt/", {"last_day": f"{today:%d.%m.%Y}"})
    assert response.status_code == 302
    role.refresh_from_db()
    assert role.user.roles_on(today)
    assert not role.user.roles_on(today + timedelta(days=1))


def test_a_role_cannot_end_before_it_began(admin):
    role = RoleFactory()
    page = text(admin.post(f"/roller/{role.pk}/avslutt/", {"last_day": "01.01.1999"}))
    assert "Siste dag kan ikke være før rollen begynte." in page


def test_administrator_cannot_end_their_own_administrator_role(admin, today):
    role = Role.objects.get(user=admin.user)
    page = text(admin.post(f"/roller/{role.pk}/avslutt/", {"last_day": f"{today:%d.%m.%Y}"}))
    assert "Be en annen gjøre det." in page


@pytest.mark.parametrize("date", ["", "31.02.2026", "i morgen", "2026"])
def test_impossible_last_day_is_an_error_beside_the_field(admin, date):
    response = admin.post(f"/roller/{RoleFactory().pk}/avslutt/", {"last_day": date})
    assert response.status_code == 200
    assert response.context["form"].errors["last_day"]


def test_an_email_address_belongs_to_one_user(admin):
    UserFactory(email="ingrid@solvaer.example")
    page = text(
        admin.post(
            "/brukere/",
            {"full_name": "To", "username": "to", "email": "INGRID@solvaer.example"},
        )
    )
    assert "finnes allerede" in page


def test_user_list_has_as_many_queries_for_fifty_users_as_for_one(
    admin, django_assert_max_num_queries
):
    for _ in range(12):
        RoleFactory()
    with django_assert_max_num_queries(8):
        assert admin.get("/brukere/").status_code == 200


def test_search_text_stays_in_the_search_field(admin):
    UserFactory(full_name="Ragnhild Åsen")
    page = text(admin.get("/brukere/?navn=ragnhild"))
    assert "Ragnhild Åsen" in page
    assert 'value="ragnhild"' in page


# ------------------------------------------------------------------ settings


def test_changed_setting_applies_from_its_date(admin, today):
    later = today + timedelta(days=10)
    response = admin.post(
        "/innstillinger/lease_years/", {"value": "5", "start": f"{later:%d.%m.%Y}"}
    )
    assert response.status_code == 302
    assert settings_table.value("lease_years", today) == 3
    assert settings_table.value("lease_years", later) == 5


def test_later_change_does_not_change_earlier_days(admin, today):
    Setting.objects.create(key="lease_years", value=4, valid=since(today - timedelta(days=100)))
    admin.post("/innstillinger/lease_years/", {"value": "5", "start": f"{today:%d.%m.%Y}"})
    assert settings_table.value("lease_years", today - timedelta(days=1)) == 4
    assert settings_table.value("lease_years", today) == 5


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lease_years", ""),
        ("lease_years", "tre"),
        ("lease_years", "-1"),
        ("lease_years", "0"),
        ("lease_years", "3,5"),
        ("lease_years", "99999"),
        ("lease_years", "٣"),
        ("stay_thresholds", "14, 60, sytti"),
        ("stay_thresholds", "90, 14"),
        ("stay_thresholds", "14, 14"),
        ("lease_horizon_months", "1, 3"),
    ],
)
def test_invalid_setting_value_is_refused_with_a_sentence(admin, today, key, value):
    response = admin.post(f"/innstillinger/{key}/", {"value": value, "start": f"{today:%d.%m.%Y}"})
    assert response.status_code == 200
    assert response.context["form"].errors["value"]
    assert not Setting.objects.exists()


def test_thresholds_are_written_as_a_list(admin, today):
    admin.post(
        "/innstillinger/stay_thresholds/", {"value": "10, 30,80", "start": f"{today:%d.%m.%Y}"}
    )
    assert settings_table.value("stay_thresholds", today) == [10, 30, 80]


def test_setting_cannot_be_changed_for_the_past(admin):
    page = text(admin.post("/innstillinger/lease_years/", {"value": "5", "start": "01.01.2020"}))
    assert "Det som har vært, endres ikke." in page


def test_value_outside_the_law_is_asked_about_and_kept_with_its_reason(admin, today):
    there = "/innstillinger/appeal_weeks/"
    sent = {"value": "1", "start": f"{today:%d.%m.%Y}"}
    asked = text(admin.post(there, sent))
    assert "forvaltningsloven § 29" in asked and "Stemmer det likevel" in asked
    assert 'name="anyway"' in asked and 'value="1"' in asked
    assert "Skriv hvorfor." in text(admin.post(there, {**sent, "anyway": "on", "reason": " "}))
    assert not Setting.objects.exists()
    admin.post(there, {**sent, "anyway": "on", "reason": "Prøveordning avtalt med departementet."})
    assert settings_table.value("appeal_weeks", today) == 1
    page = text(admin.get(there))
    for words in (
        "Prøveordning avtalt med departementet.",
        "Utenfor fvl. § 29",
        "Verdien i dag er utenfor loven",
        f"fra {today:%d.%m.%Y}",
        "<del>3</del>",
        "<ins>1</ins>",
    ):
        assert words in page
    assert admin.user.full_name in page
    assert "Utenfor loven" in text(admin.get("/innstillinger/"))
    # A lawful one is not asked about, and nothing else is said of why.
    admin.post(there, {"value": "4", "start": f"{today:%d.%m.%Y}"})
    assert Setting.history.filter(key="appeal_weeks", value=4).get().history_change_reason is None


OUTSIDE = {
    key: next(
        number
        for number in (rule.bound.least - 1, rule.bound.most + 1)
        if 0 <= number < 9999 and not rule.bound.kept(number)
    )
    for key, rule in settings_table.KEYS.items()
    if rule.bound
}


def test_no_command_or_page_sets_a_value_outside_the_law_without_a_reason(today):
    by = UserFactory()
    for key, number in OUTSIDE.items():
        rule = settings_table.KEYS[key]
        assert rule.bound.kept(rule.default), key
        value = [number] if isinstance(rule.default, list) else number
        change = {"key": key, "value": value, "start": today, "by": by, "on": today}
        with pytest.raises(OutsideLaw, match=r"§|artikkel"):
            actions.change_setting(**change)
        assert not Setting.objects.filter(key=key).exists()
        actions.change_setting(**change, reason="Avtalt.")
        assert settings_table.value(key, today) == value


def test_a_setting_from_before_the_law_was_known_shortens_nothing_and_is_told_of(client, today):
    """Written past the app: no letter has less than the law gives, until somebody says why."""
    earlier = since(today - timedelta(days=900))
    row = Setting.objects.create(key="appeal_weeks", value=1, valid=earlier)
    Setting.objects.create(key="paper_arrival_days", value=0, valid=earlier)
    assert settings_table.value("appeal_weeks", today) == 1
    assert settings_table.lawful_value("appeal_weeks", today) == 3
    assert deadlines.appeal_weeks(today) == 3
    assert deadlines.arrives(today, LetterWay.PAPER) == today + timedelta(days=3)
    manager, other = UserFactory(manager=True), UserFactory(caseworker=True)
    client.force_login(other)
    assert "Klagefrist" not in text(client.get("/"))
    client.force_login(manager)
    page = text(client.get("/"))
    assert "Klagefrist" in page and "Verdien er 1 uke." in page
    assert "/innstillinger/appeal_weeks/" in page
    actions.change_setting(
        key="appeal_weeks", value=1, start=today, by=manager, on=today, reason="Særlov for forsøk."
    )
    assert settings_table.lawful_value("appeal_weeks", today) == 1
    assert "/innstillinger/appeal_weeks/" not in text(client.get("/"))
    row.refresh_from_db()
    assert settings_table.lawful_value("appeal_weeks", today - timedelta(days=1)) == 3


def test_the_settings_of_the_law_all_have_a_bound():
    assert set(OUTSIDE) >= {
        *("appeal_weeks", "interim_reply_months", "section_27_place_hours", "notice_days"),
        *("draft_days", "appeal_latest_months", "costs_claim_weeks", "eviction_notice_days"),
        *("lease_years", "rent_change_months", "tenancy_termination_months"),
    }


def test_unknown_setting_is_404(admin):
    assert admin.get("/innstillinger/renten/").status_code == 404


# ------------------------------------------------------------------ the read log


def test_the_privacy_officer_finds_readings_by_person_and_by_user(login):
    anne, bo = UserFactory(full_name="Anne Les"), UserFactory(full_name="Bo Les")
    at = timezone.now()
    ReadLog.objects.create(user=anne, persons=[7, 9], page="side-a", kind=ReadKind.LIST, at=at)
    ReadLog.objects.create(user=bo, persons=[8], page="side-b", kind=ReadKind.PERSON, at=at)
    officer = login("personvernombud")
    by_person = text(officer.get("/leselogg/?person=7"))
    assert "side-a" in by_person and "side-b" not in by_person
    by_user = text(officer.get(f"/leselogg/?user={bo.pk}"))
    assert "side-b" in by_user and "side-a" not in by_user


@pytest.mark.parametrize(
    "query",
    ["person=abc", "person=-1", "person=99999999999999999999", "user=0", "start=32.13.2026"],
)
def test_invalid_search_in_the_read_log_gets_a_message(login, query):
    response = login("personvernombud").get(f"/leselogg/?{query}")
    assert response.status_code == 200
    assert response.context["form"].errors


# ------------------------------------------------------------------ own page


def test_keyboard_shortcuts_can_be_switched_off(login):
    client = login("saksbehandler")
    client.post("/min-profil/", {"full_name": "Kari Nordmann"})
    client.user.refresh_from_db()
    assert client.user.keyboard_shortcuts is False
    assert 'data-shortcuts="off"' in text(client.get("/min-profil/"))


def test_missing_name_is_an_error_and_the_old_name_stays(login):
    client = login("saksbehandler")
    response = client.post("/min-profil/", {"full_name": ""})
    assert response.context["form"].errors["full_name"]
    assert client.user.full_name in text(response)


def test_a_role_needs_a_unit_and_a_kind():
    with pytest.raises(ValidationError):
        Role(user=UserFactory()).full_clean()


def test_those_who_may_take_in_files_find_it_in_the_menu(login):
    for role in RoleKind:
        page = text(login(role).get(reverse("accounts:me")))
        assert ('href="/import/"' in page) == (role in IMPORTERS), role
