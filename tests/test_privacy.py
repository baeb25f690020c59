"""What holds for every page: nobody keeps a copy, nobody frames it, nobody is led away by it."""

from __future__ import annotations

import pytest

from accounts.enums import RoleKind
from tests.test_urls import ours
from tests.urls_table import TABLE, samples

pytestmark = pytest.mark.django_db

MAY_SEARCH = {
    RoleKind.CASEWORKER,
    RoleKind.APPROVER,
    RoleKind.CHAIR,
    RoleKind.MANAGER,
    RoleKind.STOCK_MANAGER,
}


def test_no_page_is_kept_framed_or_free_to_run_what_it_likes(login):
    made = samples()
    wrong = []
    for role in (RoleKind.CASEWORKER, RoleKind.STOCK_MANAGER, RoleKind.PRIVACY_OFFICER):
        client = login(role)
        for name, row in sorted(TABLE.items()):
            if row.post or role not in row.roles or name not in ours():
                continue
            headers = client.get(row.url(name, made)).headers
            if (
                "no-store" not in headers.get("Cache-Control", "")
                or headers.get("X-Frame-Options") != "DENY"
                or "frame-ancestors 'none'" not in headers.get("Content-Security-Policy", "")
                or headers.get("X-Content-Type-Options") != "nosniff"
                or headers.get("Referrer-Policy") not in ("same-origin", "no-referrer")
            ):
                wrong.append((name, dict(headers)))
    assert not wrong


@pytest.mark.parametrize("role", list(RoleKind))
def test_the_search_field_is_for_those_who_may_search(role, login):
    page = login(role).get("/min-profil/").content.decode()
    assert ('role="search"' in page) == (role in MAY_SEARCH)
