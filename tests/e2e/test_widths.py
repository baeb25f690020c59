"""What one is to press is on the screen, whatever its width."""

from __future__ import annotations

import pytest

from tests import factories as f
from tests.e2e.conftest import PHONE

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
