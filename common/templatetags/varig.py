"""Template tags and filters for every page: icons, Norwegian dates and numbers, the day bar."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from common import formatting

register = template.Library()


class UnknownIcon(template.TemplateSyntaxError):
    """No icon of that name among the Aksel icons."""


@lru_cache(maxsize=512)
def _svg(name: str, css_class: str) -> SafeString:
    path = Path(settings.ICON_DIR) / f"{name}.svg"
    if not re.fullmatch(r"[A-Za-z0-9]+", name) or not path.is_file():
        raise UnknownIcon(f"No Aksel icon is called {name!r}.")
    svg = re.sub(r"\s*\n\s*", "", path.read_text(encoding="utf-8"))
    svg = re.sub(r' (width|height)="1em"', "", svg)
    svg = svg.replace(' xmlns="http://www.w3.org/2000/svg"', "")
    svg = re.sub(r"(\d+\.\d{2})\d+", r"\1", svg)
    head = f'<svg class="{css_class}" aria-hidden="true" focusable="false" '
    return mark_safe(svg.replace("<svg ", head, 1))


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """`{% icon "Clock" %}` draws an Aksel icon inline; `{% icon "Clock" "s" %}` at 16 px.

    Icons are decoration: the words beside them carry the meaning.
    """
    return _svg(name, "v-ico v-ico--s" if size == "s" else "v-ico")


# Each gives "" for None.
for _name, _filter in {
    "nbdate": formatting.nbdate,  # 20.11.2026
    "nbdate_long": formatting.nbdate_long,  # 20. november 2026
    "nbdate_weekday": formatting.nbdate_weekday,  # fredag 20. november
    "nbtime": formatting.nbtime,  # kl. 14.30
    "week": formatting.week,  # uke 47
    "kr": formatting.kroner,  # 8 000 kr
    "nbnumber": formatting.number,  # 1 234,5
    "percent": formatting.percent,  # 86 %
    "days": formatting.days_nb,  # 1 dag, 90 dager
    "weeks": formatting.weeks_nb,
    "months": formatting.months_nb,
    "initials": formatting.initials,  # IS
}.items():
    register.filter(_name, _filter)


@register.simple_tag
def daybar(number: int, mark: int = 90, top: int = 130, warn: int = 60) -> SafeString:
    """A thin bar of days with a tick at `mark`; red past it, amber from `warn`.

    It stands beside the number in words, and so is hidden from screen readers.
    """
    width = 96
    filled = min(max(number, 0) / top, 1) * width
    tick = mark / top * width
    colour = "fd" if number > mark else ("fw" if number >= warn else "f1")
    return format_html(
        '<svg viewBox="0 0 {w} 8" aria-hidden="true" focusable="false">'
        '<rect y="2" width="{w}" height="4" rx="2" class="fn"/>'
        '<rect y="2" width="{x}" height="4" rx="2" class="{c}"/>'
        '<path d="M{t} 0v8" class="l2"/></svg>',
        w=width,
        x=f"{filled:.0f}",
        c=colour,
        t=f"{tick:.0f}",
    )


@register.simple_tag
def count_nb(number: int, singular: str, plural: str) -> str:
    """`{% count_nb n "sak" "saker" %}` → «1 sak», «23 saker»."""
    return f"{number} {ngettext(singular, plural, number)}"


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's query string with these changes: `href="{% query sort='navn' etter=None %}"`.

    None or "" takes a name away. Built from the request, so filters survive sorting and paging.
    """
    params = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    return "?" + urlencode(sorted(params.lists()), doseq=True)


@register.filter
def alert_color(level_tag: str) -> str:
    """Django's message level as a Designsystemet colour."""
    return {"error": "danger", "debug": "info"}.get(level_tag, level_tag or "info")
