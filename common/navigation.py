"""The main menu as a registry: each app says what it adds, in `AppConfig.ready()`.

    from common import navigation
    navigation.register("venteliste", _("Venteliste"), "BulletList", "allocation:waiting_list",
                        order=40, can=perms.can_see_waiting_list)

Nothing here knows an app above it: an entry is a URL name and two functions of the user.
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
class Entry:
    """One line of the menu. `shell` says whose menu: the staff's, or the peers' own four lines."""

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


_entries: dict[str, Entry] = {}


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
    it); it is asked often, so it must be one cheap query. `also` lists further URL
    prefixes that belong to this line, such as `("/vedtak/",)` under Søknader. `shortcut` is the
    letter typed after G to go there. Registering a key again replaces the line.
    """
    _entries[key] = Entry(key, label, icon, url_name, order, can, shell, count, also, shortcut)


# Who gets the search field of the top bar; `desk` says so, as it starts.
_may_search: list[Callable[[Any], bool]] = []


def search_is_for(can: Callable[[Any], bool]) -> None:
    """Show the top bar's search field to those `can(user)` says yes to, and to nobody else."""
    _may_search[:] = [can]


def may_search(user: Any) -> bool:
    return any(can(user) for can in _may_search)


def entries() -> list[Entry]:
    """All lines in menu order."""
    return sorted(_entries.values(), key=lambda entry: (entry.order, entry.key))


def items_for(user: Any) -> list[dict[str, Any]]:
    """The lines this user may see, as dicts: key, label, icon, url, count, prefixes, shell.

    Who may see any of the staff's lines gets the staff's menu; who may see none of them gets
    the peers'. A line whose URL is not there yet is left out.
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
    """The small numbers, which may be half a minute old: every page asks for all of them."""
    counted = [_entries[key] for key in keys if _entries[key].count]
    if not counted:
        return {}
    key = f"menu.{settings.DATABASE_NAME}.{user.pk}"
    found = cache.get(key)
    if found is None:
        found = {entry.key: entry.count(user) for entry in counted}
        cache.set(key, found, FRESH_SECONDS)
    return found


def here(items: list[dict[str, Any]], path: str) -> str:
    """The key of the line whose URL is the longest prefix of `path`; "" when none is.

    "/" is a prefix of everything and so counts only when it is the whole path.
    """
    best, found = 0, ""
    for item in items:
        for prefix in item["prefixes"]:
            fits = path == prefix if prefix == "/" else path.startswith(prefix)
            if fits and len(prefix) > best:
                best, found = len(prefix), item["key"]
    return found
