"""Tags and filters of the form template pack: widgets with the right attributes, and errors.

The ids follow Designsystemet: `aria-describedby` names `<id>_helptext` and `<id>_error`. Django
sets `aria-invalid`. A line of the error summary has the same text as the message at its field.
"""

from __future__ import annotations

from typing import Any

from django import forms, template
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

TOGGLES = (forms.CheckboxInput,)


@register.filter
def kind(field: BoundField) -> str:
    """How the template pack draws the field: toggle, choices, parts or input."""
    widget = field.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "choices"
    if isinstance(widget, forms.CheckboxInput):
        return "toggle"
    if isinstance(widget, forms.MultiWidget):
        return "parts"
    return "input"


@register.filter
def choice_style(field: BoundField) -> str:
    """cards, chips or list: the widget's `style`, else cards for radios, list for checkboxes."""
    widget = field.field.widget
    default = "list" if isinstance(widget, forms.CheckboxSelectMultiple) else "cards"
    return getattr(widget, "style", default)


@register.filter
def is_optional(field: BoundField) -> bool:
    """Whether the label has «(valgfritt)». A field can opt out with `mark_optional = False`."""
    if field.field.required or isinstance(field.field.widget, TOGGLES):
        return False
    return getattr(field.field, "mark_optional", True)


@register.filter
def longest(field: BoundField) -> int | None:
    """The maximum number of characters, for the counter of a text area; None without a counter."""
    if isinstance(field.field.widget, forms.Textarea):
        return getattr(field.field, "max_length", None)
    return None


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The field's control, as a Designsystemet input."""
    own = field.field.widget.attrs
    described = " ".join(
        part
        for part in (
            own.get("aria-describedby", ""),
            f"{field.auto_id}_helptext" if field.help_text else "",
            f"{field.auto_id}_count" if longest(field) else "",
            f"{field.auto_id}_error" if field.errors else "",
        )
        if part
    )
    attrs: dict[str, Any] = {"class": f"ds-input {own.get('class', '')}".strip()}
    if described:
        attrs["aria-describedby"] = described
    limit = longest(field)
    if limit:
        # With maxlength, browsers silently cut pasted text.
        attrs |= {"maxlength": None, "data-count": limit}
    attrs = {name: value for name, value in attrs.items() if value is not None}
    if limit and "maxlength" in own:
        field.field.widget.attrs = {k: v for k, v in own.items() if k != "maxlength"}
    return field.as_widget(attrs=attrs)


@register.filter
def parts(field: BoundField) -> list[dict[str, Any]]:
    """The inputs of a field made of several (a period), each with its own label."""
    whole = field.field.widget
    context = whole.get_context(
        field.html_name, field.value(), field.build_widget_attrs({"id": field.auto_id})
    )
    labels = getattr(whole, "labels", ())
    rows = context["widget"]["subwidgets"]
    return [
        {"widget": row, "label": labels[index] if index < len(labels) else field.label}
        for index, row in enumerate(rows)
    ]


@register.filter
def messages_of(field: BoundField) -> list[str]:
    """The field's messages. A message about a missing value names the field."""
    return [line for error in field.errors.as_data() for line in _words(field, error)]


def _words(field: BoundField, error: ValidationError) -> list[str]:
    plain = forms.Field.default_error_messages["required"]
    if error.code == "required" and field.field.error_messages["required"] == plain:
        chosen = isinstance(field.field.widget, forms.Select | forms.RadioSelect)
        label = field.label
        if isinstance(field.field.widget, forms.CheckboxInput):
            return [_("Kryss av for «%(label)s».") % {"label": label}]
        if chosen or isinstance(field.field.widget, forms.CheckboxSelectMultiple):
            return [_("Velg «%(label)s».") % {"label": label}]
        return [_("Fyll ut «%(label)s».") % {"label": label}]
    if error.code == "max_length" and error.params:
        values = {"label": field.label, "limit": error.params["limit_value"]}
        values["length"] = error.params["show_value"]
        return [_("«%(label)s» kan ha inntil %(limit)s tegn. Nå er det %(length)s.") % values]
    return [str(message) for message in error.messages]


@register.filter
def target(field: BoundField) -> str:
    """The id the error summary jumps to: the first control of the field."""
    return f"{field.auto_id}_0" if kind(field) in ("choices", "parts") else field.auto_id


@register.filter
def changed_since(form: forms.BaseForm | BaseFormSet) -> Any:
    """The broken rule that says what changed since the page was opened, if that was the error."""
    return getattr(form, "changed", None)


@register.filter
def error_lines(
    form: forms.BaseForm | BaseFormSet, also: forms.BaseForm | BaseFormSet | None = None
) -> list[dict[str, str]]:
    """The lines of the error summary: `id` of the field ("" for an error of the whole form),
    `text`, and `url` when the error must be corrected on another page.

    `also` is a second form sent by the same button; the two share one summary.
    """
    if also is not None:
        return error_lines(form) + error_lines(also)
    if isinstance(form, BaseFormSet):
        lines = [{"id": "", "text": str(text)} for text in form.non_form_errors()]
        return lines + [line for row in form for line in error_lines(row)]
    lines = [
        {"id": "", "text": str(text), "url": getattr(error, "url", "")}
        for error in form.non_field_errors().as_data()
        for text in error.messages
    ]
    for field in form:
        if not field.errors:
            continue
        id_ = "" if field.is_hidden else target(field)
        lines += [{"id": id_, "text": text} for text in messages_of(field)]
    return lines
