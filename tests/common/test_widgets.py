"""Controls rendered in Python equal those of Django's templates."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from common.forms import WholeNumberField
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


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("8000", 8000),
        ("8.000", 8000),
        ("8 000", 8000),
        ("8\u00a0000 kr", 8000),
        ("12.450,-", 12450),
    ],
)
def test_an_amount_is_read_as_it_is_written_in_norway(typed, number):
    assert WholeNumberField(max_value=20_000).clean(typed) == number


@pytest.mark.parametrize("typed", ["8,000", "8.5", "55,5", "åtte", "1e3", "25.000"])
def test_what_is_no_whole_number_is_refused(typed):
    with pytest.raises(forms.ValidationError):
        WholeNumberField(max_value=20_000).clean(typed)
