"""Services over time, and the responsibility group (ansvarsgruppe) with one coordinator (C18)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from casework.models import Event, Service, TeamMember
from common.formatting import nbdate
from tests import factories as f

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return f.PersonFactory(with_household=True)


def _post(client, name, pk, /, **data):
    return client.post(reverse(f"casework:{name}", args=[pk]), data)


def test_hours_of_a_service_can_decrease_over_time(as_caseworker, person, today):
    unit = f.OrganisationUnitFactory()
    began = today - timedelta(days=60)
    answer = _post(
        as_caseworker, "service_new", person.pk, name="Booppfølging", unit=unit.pk,
        contact="Mona Lie", phone="75 00 11 22", hours_per_week="12,5",
        period_0=nbdate(began), period_1="",
    )  # fmt: skip
    assert answer.status_code == 302
    service = Service.objects.get()
    for days, hours in ((30, "6"), (1, "2,5")):
        starts = nbdate(today - timedelta(days=days))
        answer = _post(
            as_caseworker, "service_hours", service.pk, starts_on=starts, hours_per_week=hours
        )
        assert answer.status_code == 302
    hours = {
        days: Service.objects.with_hours(today - timedelta(days=days)).get().hours_now
        for days in (60, 31, 30, 2, 0)
    }
    assert hours == {
        60: Decimal("12.5"), 31: Decimal("12.5"), 30: 6, 2: 6, 0: Decimal("2.5")
    }  # fmt: skip
    page = as_caseworker.get(reverse("desk:person_follow_up", args=[person.pk])).content.decode()
    assert "Mona Lie" in page
    assert "2,5 t/uke" in page
    assert "12,5 t" in page


def test_hours_outside_the_service_period_are_refused_with_a_sentence(as_caseworker, person, today):
    service = f.ServiceFactory(person=person)
    before = nbdate(service.period.lower - timedelta(days=1))
    answer = _post(as_caseworker, "service_hours", service.pk, starts_on=before, hours_per_week="3")
    assert answer.status_code == 200
    assert "etter at tjenesten begynte" in answer.content.decode()
    assert not service.steps.exists()


def test_a_service_ends_with_a_reason_and_stays_on_the_page(as_caseworker, person, today):
    service = f.ServiceFactory(person=person)
    answer = _post(
        as_caseworker, "service_end", service.pk, last_day=nbdate(today), reason="Klarer seg selv."
    )
    assert answer.status_code == 302
    service.refresh_from_db()
    assert service.period.upper == today + timedelta(days=1)
    assert service.history.latest().end_reason == "Klarer seg selv."
    page = as_caseworker.get(reverse("desk:person_follow_up", args=[person.pk])).content.decode()
    assert "Klarer seg selv." in page
    assert Event.objects.filter(person=person, kind="service.ended").exists()


def test_new_coordinator_replaces_the_old_who_stays_in_the_group(as_caseworker, person, today):
    for name, days in (("Frida Fastlege", 40), ("Bo Veileder", 0)):
        answer = _post(
            as_caseworker, "team_member_new", person.pk, name=name, role="Rolle", contact="",
            is_coordinator="on", since=nbdate(today - timedelta(days=days)),
        )  # fmt: skip
        assert answer.status_code == 302
    now = TeamMember.objects.filter(person=person, period__contains=today)
    assert {(member.name, member.is_coordinator) for member in now} == {
        ("Frida Fastlege", False),
        ("Bo Veileder", True),
    }
    _post(as_caseworker, "team_meeting_new", person.pk, held_on=nbdate(today), topic="Utskriving")
    page = as_caseworker.get(reverse("desk:person_follow_up", args=[person.pk])).content.decode()
    assert "Koordinator, rolle" in page
    assert "Utskriving" in page


def test_former_group_member_is_hidden_on_the_page_and_kept_in_history(
    as_caseworker, person, today
):
    member = TeamMember.objects.create(
        person=person, name="Frida Fastlege", role="Fastlege", period=f.since(f.days_ago(9))
    )
    as_caseworker.post(reverse("casework:team_member_leave", args=[member.pk]))
    assert not person.team.filter(period__contains=today).exists()
    assert person.team.filter(period__contains=f.days_ago(1)).exists()


def test_hours_per_week_cannot_exceed_168(as_caseworker, person, today):
    for hours in ("169", "-1"):
        answer = _post(
            as_caseworker, "service_new", person.pk, name="Booppfølging", hours_per_week=hours,
            period_0=nbdate(today), period_1="",
        )  # fmt: skip
        assert answer.context["form"].has_error("hours_per_week")
    assert not Service.objects.exists()
