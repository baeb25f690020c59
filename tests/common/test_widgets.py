"""Controls rendered in Python equal those of Django's templates."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from common.widgets import DRAWN, WidgetRenderer

NASTY = "\"><script>alert(1)</script> & 'æ'"
CHOICES = [
    ("", "Velg"),
    (1, _("Én & to")),
    (NASTY, NASTY),
    ("Gruppe <1>", [("a", "A"), (None, mark_safe("<b>fet</b>"))]),
]
WIDGETS = [
    forms.TextInput(attrs={"data-a": NASTY, "required": True, "hidden": False, "size": 0}),
    forms.NumberInput(attrs={"min": 1}),
    forms.EmailInput(),
    forms.URLInput(),
    forms.PasswordInput(render_value=True),
    forms.HiddenInput(),
    forms.DateInput(format="%d.%m.%Y"),
    forms.TimeInput(),
    forms.CheckboxInput(attrs={"class": "ds-input"}),
    forms.Textarea(attrs={"rows": 3}),
    forms.Select(choices=CHOICES),
    forms.SelectMultiple(choices=CHOICES),
    forms.NullBooleanSelect(),
]
VALUES = [
    None,
    "",
    "0",
    NASTY,
    1,
    True,
    ["a", NASTY],
    "\nBegynner med linjeskift",
    date(2026, 2, 1),
]


def squeezed(html: str) -> str:
    """Django's select has line breaks between options, which browsers do not show."""
    return re.sub(r">\s*\n\s*<", "><", html)


@pytest.mark.parametrize("value", VALUES, ids=repr)
@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_html_equals_djangos_template(widget: forms.Widget, value):
    if isinstance(value, list) and not isinstance(widget, forms.SelectMultiple):
        value = str(value)
    given = ("navn", value, {"id": "id_navn"})
    ours = widget.render(*given, renderer=WidgetRenderer())
    theirs = widget.render(*given, renderer=TemplatesSetting())
    assert ours == (squeezed(theirs) if "<select" in theirs else theirs.strip())


def test_every_rendered_control_exists_in_django():
    known = {widget.template_name for widget in WIDGETS}
    assert known <= set(DRAWN)
