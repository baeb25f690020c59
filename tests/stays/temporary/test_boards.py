"""Every board is paged, shows each row once, and has a fixed number of queries (issue 4).

Boards with their own rules are tested with those rules: temporary places, the horizon,
discharges, empty homes, full properties, providers, upkeep.
"""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories as f
from tests.factories_leases import RiskFactory

pytestmark = pytest.mark.django_db
MORE_THAN_A_PAGE = 53


def at_risk() -> None:
    RiskFactory()


def tonight() -> None:
    f.StayFactory(days_ago=5)


def properties() -> None:
    f.UnitFactory()


BOARDS = {
    "stays:leases_at_risk": (at_risk, 11),
    "stays:tonight": (tonight, 12),
    "desk:properties": (properties, 12),
}


def test_board_says_where_only_those_live_whom_the_reader_has_a_duty_towards(login):
    """With everybody's place, the room nobody here lives in would be a hidden person's."""
    client = login("saksbehandler")
    mine = f.StayFactory(person__responsible=client.user)
    other = f.StayFactory()
    page = client.get(reverse("stays:temporary")).text
    assert mine.person.name in page and str(mine.unit) in page
    assert other.person.name in page and str(other.unit) not in page
    trusted = login("saksbehandler", sees_protected=True, sees_shielded=True)
    assert str(other.unit) in trusted.get(reverse("stays:temporary")).text


@pytest.mark.parametrize("name", list(BOARDS))
def test_board_is_paged_with_a_fixed_number_of_queries(
    as_caseworker, name, django_assert_max_num_queries
):
    make, most = BOARDS[name]
    for _n in range(MORE_THAN_A_PAGE):
        make()
    url = reverse(name)
    as_caseworker.get(url)
    with django_assert_max_num_queries(most):
        first = as_caseworker.get(url).context["page"]
    second = as_caseworker.get(url, {"etter": first.next_cursor}).context["page"]
    seen = [row.pk for row in [*first, *second]]
    assert len(first) == 50 and len(set(seen)) == len(seen) >= MORE_THAN_A_PAGE
    back = as_caseworker.get(url, {"etter": second.prev_cursor}).context["page"]
    assert [row.pk for row in back] == [row.pk for row in first]
    assert as_caseworker.get(url, {"etter": "tull\x00"}).status_code == 200
