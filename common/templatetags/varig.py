"""Template tags and filters for every page: icons, dates and numbers, components."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .. import calendar, formatting, phones

register = template.Library()


class UnknownIcon(template.TemplateSyntaxError):
    """There is no Aksel icon with this name."""


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

    Icons are decoration: the text beside them gives the meaning.
    """
    return _svg(name, "v-ico v-ico--s" if size == "s" else "v-ico")


# Each returns "" for None.
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
    "phone": phones.checked,  # 466 20 911
    # The last day of a period «til og med», which is stored with the day after it.
    "last_day": calendar.last_day,
}.items():
    register.filter(_name, _filter)


@register.filter
def or_muted(value: Any, words: str) -> Any:
    """`{{ case.responsible|or_muted:_("ikke fordelt") }}`: the value, or the words in grey when the
    value is empty, None or 0. A value nobody knows is `or_unclear`."""
    return value or format_html('<span class="v-muted">{}</span>', words)


@register.filter
def yes_or_unclear(value: bool | None) -> str:
    """`{{ unit.lift|yes_or_unclear }}`: «ja», «nei», or «ikke avklart» in grey."""
    return unclear() if value is None else formatting.yes_or_no(value)


@register.filter
def or_unclear(value: Any) -> Any:
    """`{{ unit.floor|or_unclear }}`: the value, or «ikke avklart» in grey when it is None or "".

    0 is a value: nobody pays rent, or no bedroom.
    """
    return unclear() if value is None or value == "" else value


@register.simple_tag
def unclear() -> SafeString:
    """`{% unclear %}`: «ikke avklart» in grey, for a value nobody knows."""
    return format_html('<span class="v-muted">{}</span>', formatting.UNCLEAR)


ROOM_PAST_MARK = 13 / 9  # of a bar of days: full at 130 where the mark is at 90


@register.simple_tag
@lru_cache(maxsize=1024)
def daybar(number: int, mark: int, top: float | None = None, warn: int | None = None) -> SafeString:
    """A thin bar of days with a tick at `mark`; red past it, amber from `warn`. Full at `top`.

    The number is also shown as text, so the bar is hidden from screen readers.
    """
    width = 96
    top = top or mark * ROOM_PAST_MARK
    filled = min(max(number, 0) / top, 1) * width
    tick = mark / top * width
    colour = "fd" if number > mark else ("fw" if warn is not None and number >= warn else "f1")
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
def count_nb(number: int | None, singular: str, plural: str) -> str:
    """`{% count_nb n "sak" "saker" %}` → «1 sak», «23 saker»; «saker ikke avklart» for None."""
    if number is None:
        return _("%(things)s ikke avklart") % {"things": plural}
    return f"{number} {ngettext(singular, plural, number)}"


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: Any) -> str:
    """The page's query string with these changes: `href="{% query sort='navn' etter=None %}"`.

    None or "" removes a name. Other parameters of the request are kept, such as the filters.
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


# ------------------------------------------------------------------ components
# Each renders a template in templates/components/, which lists its variables at the top.


def _draw(name: str, **values: Any) -> SafeString:
    return render_to_string(f"components/{name}.html", values)


@register.simple_block_tag
def panel(
    content: str,
    title: str,
    id: str = "",
    sub: str = "",
    link: str = "",
    link_text: str = "",
    foot: str = "",
    flush: bool = False,
    level: int = 2,
) -> SafeString:
    """`{% panel "Frister" id="frister" sub="i dag" link=url link_text="Alle" %}…{% endpanel %}`.

    `flush=True` lets a table or a list reach the edges.
    """
    return _draw(
        "panel",
        content=mark_safe(content),
        title=title,
        id=id or slugify(title),
        sub=sub,
        link=link,
        link_text=link_text,
        foot=foot,
        flush=flush,
        level=level,
    )


@register.simple_block_tag
def pagehead(content: str, title: str, sub: str = "", crumbs: str = "") -> SafeString:
    """`{% pagehead "Min dag" sub="…" %}buttons{% endpagehead %}`: the page's one h1."""
    return _draw(
        "page_head", content=mark_safe(content.strip()), title=title, sub=sub, crumbs=crumbs
    )


@register.simple_tag
def kpi(
    value: Any, label: str, color: str = "", url: str = "", note: str = "", tall: bool = False
) -> SafeString:
    """`{% kpi 3 "frister i dag" color="danger" url="#frister" %}`: one key figure in a strip.

    A strip made from a list is components/kpis.html.
    """
    item = {"value": value, "label": label, "color": color, "url": url, "note": note}
    return _draw("kpi", item=item, tall=tall)


@register.simple_block_tag
def alert(content: str, color: str = "info", title: str = "", level: int = 2) -> SafeString:
    """`{% alert "warning" title="…" %}<p>…</p>{% endalert %}`: info, warning, danger, success."""
    return _draw("alert", content=mark_safe(content), color=color, title=title, level=level)


@register.simple_block_tag
def voice(
    content: str, title: str = "", source: str = "", id: str = "", small: bool = False
) -> SafeString:
    """`{% voice title="Det viktigste for meg" source="…" %}{{ words }}{% endvoice %}`.

    The person's own words, in violet, which is used for nothing else. Guillemets are added.
    """
    words = mark_safe(content.strip())
    return _draw("voice", content=words, title=title, source=source, id=id, small=small)


@register.simple_tag
def tag(text: Any, color: str = "neutral", icon: str = "", outline: bool = False) -> SafeString:
    """`{% tag "Gyldig" "success" "Checkmark" %}`: a label for a state."""
    return _tag(str(text), color, icon, outline)


@lru_cache(maxsize=1024)  # the rows of a list share a few labels
def _tag(text: str, color: str, icon: str, outline: bool) -> SafeString:
    return _draw("tag", text=text, color=color, icon=icon, outline=outline)


@register.filter
def to(pk: int | None, url_name: str) -> str:
    """`{{ row.person_id|to:"desk:person" }}`: the URL of the page for that key, as `{% url %}`
    gives it. Resolved once, not on every row of a list."""
    before, after = _around(url_name)
    return f"{before}{pk}{after}"


@lru_cache(maxsize=256)
def _around(url_name: str) -> tuple[str, str]:
    before, _pk, after = reverse(url_name, args=[0]).rpartition("0")
    return before, after


@register.filter
def label(obj: Model, field: str) -> str:
    """`{{ stay|label:"kind" }}`: the same as `stay.get_kind_display`, but the list of choices is
    built once, not on every row."""
    value = getattr(obj, field)
    return str(_labels(type(obj), field).get(value, value))


@lru_cache(maxsize=512)
def _labels(model: type[Model], field: str) -> dict[Any, Any]:
    return dict(model._meta.get_field(field).flatchoices)


@register.simple_tag
def breadcrumbs(*parts: Any) -> SafeString:
    """`{% breadcrumbs "Søknader" url name url "Vedtak" %}`: label, url, …, the current page."""
    return _draw(
        "breadcrumbs", steps=list(zip(parts[:-1:2], parts[1::2], strict=False)), last=parts[-1]
    )


@register.simple_tag
def avatar(name: Any, own: bool = False) -> SafeString:
    """Initials in a circle, as decoration beside the name. Green is only for the user's own."""
    return format_html(
        '<span class="ds-avatar{}" data-color="{}" data-initials="{}" aria-hidden="true"></span>',
        "" if own else " v-av",
        "brand1" if own else "neutral",
        formatting.initials(str(name)),
    )


@register.simple_tag(takes_context=True)
def sort_th(
    context: template.Context,
    key: str,
    label: str,
    css_class: str = "",
    default: str = "",
    param: str = "sorter",
) -> SafeString:
    """`{% sort_th "ventet" "Ventet" "v-r" default="nr" %}`: a table header with a sort link.

    `?sorter=ventet` is ascending, `?sorter=-ventet` descending. `default` is the list's order
    when none is chosen. Sorting goes back to the first page.
    """
    now = context["request"].GET.get(param) or default
    direction = {key: "ascending", f"-{key}": "descending"}.get(now, "none")
    url = query(context, **{param: f"-{key}" if direction == "ascending" else key, "etter": None})
    return _draw("sort_th", label=label, css_class=css_class, direction=direction, url=url)


@register.simple_tag(takes_context=True)
def pager(
    context: template.Context, page: Any, param: str = "etter", label: str = ""
) -> SafeString:
    """`{% pager page %}`: previous and next for a `common.paging.Page`; empty for one page."""
    earlier, later = page.prev_cursor, page.next_cursor
    return _draw(
        "pager",
        label=label,
        prev_url=query(context, **{param: earlier}) if earlier else "",
        next_url=query(context, **{param: later}) if later else "",
    )


@register.simple_tag(takes_context=True)
def chip(
    context: template.Context, label: str, name: str, value: str = "1", remove: bool = False
) -> SafeString:
    """`{% chip "Bare mine" "mine" %}`: a filter as a link. On when the URL has `?mine=1`.

    `remove=True` draws a chosen filter with a cross and a link that removes it.
    """
    on = context["request"].GET.get(name) == str(value)
    url = query(context, **{name: None if on or remove else value, "etter": None})
    return _draw("chip", label=label, url=url, on=on, remove=remove)
