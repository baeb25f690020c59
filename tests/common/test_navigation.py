"""The menu shows the lines the user may see, and marks the current one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from common import navigation


@pytest.fixture(autouse=True)
def empty_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_entries", {})


def anyone(user: object) -> bool:
    return True


def test_menu_lines_are_ordered_and_limited_to_the_users_access() -> None:
    navigation.register("b", "B", "Bed", "healthz", 20, anyone)
    navigation.register("a", "A", "Bed", "readyz", 10, anyone, count=lambda user: 3)
    navigation.register("c", "C", "Bed", "readyz", 30, lambda user: False)
    items = navigation.items_for(SimpleNamespace(pk=1))
    assert [(item["key"], item["count"]) for item in items] == [("a", 3), ("b", None)]


def test_line_whose_url_does_not_exist_is_left_out() -> None:
    navigation.register("x", "X", "Bed", "nowhere:at_all", 10, anyone)
    assert navigation.items_for(SimpleNamespace(pk=1)) == []


def test_peers_and_staff_have_separate_menus() -> None:
    navigation.register("dag", "Min dag", "Bed", "healthz", 10, lambda user: user.staff)
    navigation.register("logg", "Logg", "Bed", "readyz", 10, anyone, shell=navigation.PEER)
    peer = navigation.items_for(SimpleNamespace(pk=1, staff=False))
    staff = navigation.items_for(SimpleNamespace(pk=2, staff=True))
    assert [item["key"] for item in peer] == ["logg"]
    assert [item["key"] for item in staff] == ["dag"]


def test_current_line_is_the_one_with_the_longest_url_prefix() -> None:
    items = [
        {"key": "dag", "prefixes": ("/",)},
        {"key": "personer", "prefixes": ("/personer/",)},
        {"key": "soknader", "prefixes": ("/soknader/", "/vedtak/")},
    ]
    assert navigation.current_key(items, "/") == "dag"
    assert navigation.current_key(items, "/personer/12/") == "personer"
    assert navigation.current_key(items, "/vedtak/7/") == "soknader"
    assert navigation.current_key(items, "/annet/") == ""
