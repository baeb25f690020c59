"""Inputs, selects and text areas rendered without templates.

Django renders each control with nested templates: a filter of fourteen fields took longer than
the fifty rows below it. The HTML is the same (tests/common/test_widgets.py). All other widgets
are rendered by their templates.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.html import conditional_escape, escape
from django.utils.safestring import SafeString, mark_safe

INPUTS = (
    "checkbox", "color", "date", "datetime", "email", "hidden", "number", "password", "search",
    "tel", "text", "time", "url",
)  # fmt: skip


def _attrs(attrs: dict[str, Any]) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{conditional_escape(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def _input(widget: dict[str, Any]) -> str:
    value = widget["value"]
    given = "" if value is None else f' value="{conditional_escape(value)}"'
    head = f'<input type="{widget["type"]}" name="{escape(widget["name"])}"'
    return f"{head}{given}{_attrs(widget['attrs'])}>"


def _option(option: dict[str, Any]) -> str:
    attrs = _attrs(option["attrs"]) if option["attrs"] else ""
    value, label = conditional_escape(option["value"]), conditional_escape(option["label"])
    return f'<option value="{value}"{attrs}>{label}</option>'


def _select(widget: dict[str, Any]) -> str:
    groups = []
    for name, choices, _index in widget["optgroups"]:
        options = "".join(map(_option, choices))
        label = conditional_escape(name) if name else ""
        groups.append(f'<optgroup label="{label}">{options}</optgroup>' if name else options)
    head = f'<select name="{escape(widget["name"])}"{_attrs(widget["attrs"])}>'
    return f"{head}{''.join(groups)}</select>"


def _textarea(widget: dict[str, Any]) -> str:
    value = conditional_escape(widget["value"]) if widget["value"] else ""
    # Browsers ignore the first line break, so that a text can begin with a line break of its own.
    return (
        f'<textarea name="{escape(widget["name"])}"{_attrs(widget["attrs"])}>\n{value}</textarea>'
    )


DRAWN: dict[str, Callable[[dict[str, Any]], str]] = {
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/textarea.html": _textarea,
} | {f"django/forms/widgets/{kind}.html": _input for kind in INPUTS}


class WidgetRenderer(TemplatesSetting):
    """`FORM_RENDERER`: renders the common controls in Python, all others by template."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        draw = DRAWN.get(template_name)
        if draw is None:
            return super().render(template_name, context, request)
        return mark_safe(draw(context["widget"]))
