"""What one is to press is on the screen, whatever its width."""

from __future__ import annotations

import pytest

from tests import factories as f
from tests.e2e.conftest import PHONE
from tests.factories_leases import RiskFactory, StepFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_flags_button_is_whole_from_a_phone_to_a_wide_screen(open_page):
    ingrid = f.UserFactory(caseworker=True)
    f.FlagFactory(owner=ingrid, person=f.PersonFactory(last_name="Wrona"))
    page = open_page(user=ingrid)
    page.goto("/")
    for width in (PHONE["width"], 800, 1040, 1100, 1181, 1280, 1366, 1380, 1381, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        button = page.locator(".v-flag__act").first.bounding_box()
        panel = page.locator(".v-panel", has=page.locator(".v-flag")).first.bounding_box()
        assert button["x"] + button["width"] <= panel["x"] + panel["width"], width


def test_a_role_is_ended_and_a_night_list_read_on_a_phone(open_page):
    """Nothing is cut off: the link of a role is on the screen, and the list fills its panel."""
    ingrid = f.UserFactory(caseworker=True)
    page = open_page("systemadministrator", PHONE)
    page.goto(f"/brukere/{ingrid.pk}/")
    link = page.get_by_role("link", name="Avslutt").first.bounding_box()
    assert link["x"] + link["width"] <= PHONE["width"]
    stay = f.StayFactory()
    page = open_page(viewport=PHONE, user=ingrid)
    page.goto(f"/midlertidig/i-natt/{stay.unit.property_id}/")
    table = page.locator("main table tbody").bounding_box()
    assert table["width"] > 0.9 * PHONE["width"]


def test_last_step_of_a_tenancy_at_risk_is_on_the_board_on_every_screen(open_page):
    ingrid = f.UserFactory(caseworker=True)
    step = StepFactory(lease=RiskFactory(responsible=ingrid).lease)
    page = open_page(user=ingrid)
    page.goto("/leieforhold/i-fare/")
    for width in (PHONE["width"], 1280, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        named = page.locator("main table").get_by_text(step.get_kind_display())
        assert any(each.is_visible() for each in named.all()), width
