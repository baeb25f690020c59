"""The context every page's layout needs: municipality, menu, the user and the user's choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from . import navigation

_municipality: list[Callable[[], str]] = []


def register_municipality(source: Callable[[], str]) -> None:
    """Register the function that gives the municipality's name. `accounts` does this at start."""
    _municipality[:] = [source]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor for `layout/base.html`.

    Values that need a query are lazy: an htmx fragment, which shows no menu, runs none of them.
    A view may override any of the names, most often `nav_here`.
    """
    user = getattr(request, "user", None)
    items = SimpleLazyObject(lambda: _items(user))
    roles = SimpleLazyObject(lambda: list(getattr(user, "current_roles", [])))
    return {
        "municipality": SimpleLazyObject(lambda: _municipality[0]() if _municipality else ""),
        "demo_mode": bool(getattr(settings, "DEMO", False)),
        "nav_items": items,
        "nav_here": SimpleLazyObject(lambda: navigation.current_key(items, request.path)),
        "shell": SimpleLazyObject(lambda: items[0]["shell"] if items else navigation.STAFF),
        "may_search": SimpleLazyObject(
            lambda: bool(user and user.is_authenticated and navigation.may_search(user))
        ),
        "user_roles": roles,
        "user_unit": SimpleLazyObject(lambda: str(roles[0].unit) if roles else ""),
        "color_scheme": getattr(user, "color_scheme", "") or "auto",
        "shortcuts": "on" if getattr(user, "keyboard_shortcuts", True) else "off",
    }


def _items(user: Any) -> list[dict[str, Any]]:
    if user is None or not user.is_authenticated:
        return []
    return navigation.items_for(user)
