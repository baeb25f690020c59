"""A household over time: past, current and future living arrangements (need C2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.urls import reverse

from casework.models import Event
from common.formatting import nbdate
from tests.factories import FamilyFactory, UserFactory, today

pytestmark = pytest.mark.django_db


@pytest.fixture
def family(client):
    client.force_login(UserFactory(caseworker=True))
    return FamilyFactory(children=1)


def head(family):
    return family.members.get(relation="hovedperson").person


def child(family):
    return family.members.filter(relation="barn").order_by("period").last()


def change(client, family, since: date, living="samvar", nights="4"):
    pk = child(family).pk
    sent = {
        "member": pk,
        "change": "1",
        f"c{pk}-living": living,
        f"c{pk}-nights": nights,
        f"c{pk}-since": nbdate(since),
    }
    return client.post(reverse("casework:household", args=[head(family).pk]), sent)


def test_living_arrangement_changes_from_a_day_and_history_is_kept(client, family):
    was = child(family)
    assert change(client, family, today()).status_code == 302

    before, now = family.members.filter(person=was.person).order_by("period")
    assert (before.living, before.period.upper) == ("fast", today())
    assert (now.living, now.nights, now.period.lower) == ("samvar", 4, today())
    assert Event.objects.filter(kind="household_changed").count() == 2
    page = client.get(reverse("casework:household", args=[head(family).pk])).content.decode()
    assert "4 netter på fjorten dager" in page
    person = client.get(reverse("desk:person", args=[head(family).pk])).content.decode()
    assert "Samværsbarn" in person


def test_future_change_is_shown_as_future(client, family):
    change(client, family, today() + timedelta(days=30), living="delt", nights="7")

    response = client.get(reverse("casework:household", args=[head(family).pk]))
    parts = {key: rows for _title, key, rows in response.context["parts"]}
    assert [row["member"].living for row in parts["kommer"]] == ["delt"]
    assert "fast" in [row["member"].living for row in parts["naa"]]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"living": "fast", "nights": "7"}, "nights"),
        ({"nights": "14"}, "nights"),
        ({"living": "fast", "nights": ""}, "living"),
        ({"since": date(2001, 1, 1)}, "since"),
        ({"living": "fri"}, "living"),
    ],
)
def test_impossible_value_is_an_error_beside_the_field(client, family, facts, field):
    response = change(client, family, **{"since": today(), **facts})

    asked = next(row["change"] for row in _rows(response) if row["change"])
    assert field in asked.errors
    assert family.members.count() == 2


def _rows(response):
    return [row for _title, _key, rows in response.context["parts"] for row in rows]


def test_ended_membership_cannot_be_changed(client, family):
    member = child(family)
    url = reverse("casework:household", args=[head(family).pk])
    client.post(url, {"member": member.pk, f"m{member.pk}-last": nbdate(today())})

    assert change(client, family, today()).status_code == 302
    assert family.members.count() == 2
