"""The main menu as a registry: each app adds its lines in `AppConfig.ready()`.

    from common import navigation
    navigation.register("venteliste", _("Venteliste"), "BulletList", "allocation:waiting_list",
                        order=40, can=perms.can_see_waiting_list)

This module imports no app: a menu line is a URL name and two functions of the user.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise

FRESH_SECONDS = 30
STAFF = "staff"
PEER = "peer"


@dataclass(frozen=True)
class MenuEntry:
    """One line of the menu. `shell` is the menu it belongs to: the staff's or the peers'."""

    key: str
    label: str | Promise
    icon: str
    url_name: str
    order: int
    can: Callable[[Any], bool]
    shell: str = STAFF
    count: Callable[[Any], int | None] | None = None
    also: tuple[str, ...] = ()
    shortcut: str = ""


_entries: dict[str, MenuEntry] = {}


def register(
    key: str,
    label: str | Promise,
    icon: str,
    url_name: str,
    order: int,
    can: Callable[[Any], bool],
    *,
    shell: str = STAFF,
    count: Callable[[Any], int | None] | None = None,
    also: tuple[str, ...] = (),
    shortcut: str = "",
) -> None:
    """Add a line to the menu.

    `can(user)` decides who sees it. `count(user)` gives the small number beside it (None hides
    it); it runs often, so it must be one cheap query. `also` lists more URL prefixes that belong
    to this line, such as `("/vedtak/",)` under Søknader. `shortcut` is the letter typed after G
    to go there. Registering a key again replaces the line.
    """
    _entries[key] = MenuEntry(key, label, icon, url_name, order, can, shell, count, also, shortcut)


# Who sees the search field of the top bar; registered by `desk` at start.
_may_search: list[Callable[[Any], bool]] = []


def register_search(can: Callable[[Any], bool]) -> None:
    """Show the search field of the top bar only to users for whom `can(user)` is true."""
    _may_search[:] = [can]


def may_search(user: Any) -> bool:
    return any(can(user) for can in _may_search)


def entries() -> list[MenuEntry]:
    """All lines in menu order."""
    return sorted(_entries.values(), key=lambda entry: (entry.order, entry.key))


def items_for(user: Any) -> list[dict[str, Any]]:
    """The lines this user may see, as dicts: key, label, icon, url, count, prefixes, shell.

    A user who may see any of the staff's lines gets the staff's menu, others the peers' menu. A
    line whose URL does not exist is left out.
    """
    items = []
    for entry in entries():
        if not entry.can(user):
            continue
        try:
            url = reverse(entry.url_name)
        except NoReverseMatch:
            continue
        items.append(
            {
                "key": entry.key,
                "label": entry.label,
                "icon": entry.icon,
                "url": url,
                "prefixes": (url, *entry.also),
                "shell": entry.shell,
                "shortcut": entry.shortcut,
            }
        )
    staff = [item for item in items if item["shell"] == STAFF]
    items = staff or items
    counts = _counts(user, [item["key"] for item in items])
    for item in items:
        item["count"] = counts.get(item["key"])
    return items


def _counts(user: Any, keys: list[str]) -> dict[str, int | None]:
    """The numbers by menu key. They are cached for half a minute, since every page shows them."""
    counted = [_entries[key] for key in keys if _entries[key].count]
    if not counted:
        return {}
    key = f"menu.{settings.DATABASE_NAME}.{user.pk}"
    counts = cache.get(key)
    if counts is None:
        counts = {entry.key: entry.count(user) for entry in counted}
        cache.set(key, counts, FRESH_SECONDS)
    return counts


def current_key(items: list[dict[str, Any]], path: str) -> str:
    """The key of the line with the longest URL prefix of `path`; "" when there is none.

    "/" is a prefix of everything, so it counts only when it is the whole path.
    """
    longest, key = 0, ""
    for item in items:
        for prefix in item["prefixes"]:
            fits = path == prefix if prefix == "/" else path.startswith(prefix)
            if fits and len(prefix) > longest:
                longest, key = len(prefix), item["key"]
    return key
