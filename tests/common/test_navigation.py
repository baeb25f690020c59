"""The menu shows what one may see, and where one is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from common import navigation


@pytest.fixture(autouse=True)
def empty_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_entries", {})


def anyone(user: object) -> bool:
    return True


def test_lines_come_in_order_and_only_for_those_who_may() -> None:
    navigation.register("b", "B", "Bed", "healthz", 20, anyone)
    navigation.register("a", "A", "Bed", "readyz", 10, anyone, count=lambda user: 3)
    navigation.register("c", "C", "Bed", "readyz", 30, lambda user: False)
    items = navigation.items_for(SimpleNamespace(pk=1))
    assert [(item["key"], item["count"]) for item in items] == [("a", 3), ("b", None)]


def test_a_line_whose_page_is_not_there_is_left_out() -> None:
    navigation.register("x", "X", "Bed", "nowhere:at_all", 10, anyone)
    assert navigation.items_for(SimpleNamespace(pk=1)) == []


def test_peers_see_their_own_menu_and_staff_theirs() -> None:
    navigation.register("dag", "Min dag", "Bed", "healthz", 10, lambda user: user.staff)
    navigation.register("logg", "Logg", "Bed", "readyz", 10, anyone, shell=navigation.PEER)
    peer = navigation.items_for(SimpleNamespace(pk=1, staff=False))
    staff = navigation.items_for(SimpleNamespace(pk=2, staff=True))
    assert [item["key"] for item in peer] == ["logg"]
    assert [item["key"] for item in staff] == ["dag"]


def test_the_line_with_the_longest_url_is_where_one_is() -> None:
    items = [
        {"key": "dag", "prefixes": ("/",)},
        {"key": "personer", "prefixes": ("/personer/",)},
        {"key": "soknader", "prefixes": ("/soknader/", "/vedtak/")},
    ]
    assert navigation.here(items, "/") == "dag"
    assert navigation.here(items, "/personer/12/") == "personer"
    assert navigation.here(items, "/vedtak/7/") == "soknader"
    assert navigation.here(items, "/annet/") == ""
