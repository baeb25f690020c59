"""Form fields and widgets for every app: Norwegian dates, periods and phone numbers, choices as
chips, and the crispy-forms helper that draws a form in Varig's style.

    class ContactForm(forms.ModelForm):
        class Meta:
            model = Contact
            fields = ["on", "phone", "topics", "text"]
            formfield_callback = norwegian

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.helper = VarigFormHelper(submit=_("Lagre kontakten"))
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.postgres.fields import DateRangeField
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models.fields import BLANK_CHOICE_DASH
from django.forms.forms import DeclarativeFieldsMetaclass
from django.utils.translation import gettext_lazy as _

from . import amounts, pdf, phones, reasons, signs
from .calendar import ONE_DAY, last_day

EARLIEST, LATEST = date(1880, 1, 1), date(2199, 12, 31)
WRITTEN_DATES = [
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>\d{4}|\d{2})",
        r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4}|\d{2})",
    )
]


# ------------------------------------------------------------------ dates


class NorwegianDateInput(forms.DateInput):
    """A text field for a date. Without a calendar: typing is faster and works everywhere."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        defaults = {"inputmode": "numeric", "autocomplete": "off", "class": "v-date"}
        super().__init__(attrs={**defaults, **(attrs or {})}, format="%d.%m.%Y")

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, date):
            return f"{value.day:02}.{value.month:02}.{value.year:04}"
        return str(value) if value not in (None, "") else None


class NorwegianDateField(forms.DateField):
    """A date written 20.11.2026, 20.11.26, 201126, 20112026 or 2026-11-20.

    A two-digit year up to 68 is in the 2000s, a higher one in the 1900s, as in `strptime`.
    """

    widget = NorwegianDateInput
    default_error_messages = {
        "invalid": _("Skriv datoen som dag, måned og år, for eksempel 20.11.2026."),
        "impossible": _("%(value)s finnes ikke i kalenderen."),
        "far": _("Året må være mellom 1880 og 2199."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs["help_text"] = kwargs.get("help_text") or _("dd.mm.åååå")
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        if isinstance(value, date):
            return self._near(super().to_python(value))
        text = "".join(str(value).split())
        if not text:
            return None
        match = next((m for pattern in WRITTEN_DATES if (m := pattern.fullmatch(text))), None)
        if match is None:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        day, month, year = match["day"], match["month"], match["year"]
        number = int(year)
        if len(year) == 2:
            number += 2000 if number <= 68 else 1900
        try:
            parsed = date(number, int(month), int(day))
        except ValueError:
            params = {"value": f"{int(day):02}.{int(month):02}.{number:04}"}
            raise ValidationError(
                self.error_messages["impossible"], code="impossible", params=params
            ) from None
        return self._near(parsed)

    def _near(self, day: date) -> date:
        if not EARLIEST <= day <= LATEST:
            raise ValidationError(self.error_messages["far"], code="far")
        return day


class ReasonField(forms.CharField):
    """A reason, or words that a letter or the log is to tell: it must say something.

    `least`: what it must have; a text for a letter more than one for the log (`common.reasons`).
    """

    widget = forms.Textarea

    def __init__(self, *, least: reasons.Least = reasons.STATEMENT, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least = least

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not reasons.says_something(value, self.least):
            raise ValidationError(reasons.SAYS_NOTHING, code="says_nothing")


class WhyField(ReasonField):
    """A reason for the log, usually in one line: «Feil person.» says enough, a dot does not."""

    widget = forms.TextInput

    def __init__(self, *, least: reasons.Least = reasons.WORD, **kwargs: Any) -> None:
        super().__init__(least=least, **kwargs)


class PeriodInput(forms.MultiWidget):
    """Two dates side by side: first and last day."""

    use_fieldset = True
    labels = (_("Fra og med"), _("Til og med"))

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__([NorwegianDateInput(), NorwegianDateInput()], attrs)

    def decompress(self, value: DateRange | None) -> list[date | None]:
        if not value:
            return [None, None]
        return [value.lower, last_day(value)]


class PeriodField(forms.MultiValueField):
    """A period written as first and last day; gives a half-open `DateRange`.

    The person writes «til og med 31.12.»; the database stores the day after it. An empty last day
    is a period without end, refused when `open_ended=False`. A last day needs a first day.
    """

    widget = PeriodInput
    default_error_messages = {
        "backwards": _("Siste dag kan ikke være før første dag."),
        "no_start": _("Skriv første dag i perioden."),
        "no_end": _("Skriv siste dag i perioden."),
    }

    def __init__(self, *, open_ended: bool = True, **kwargs: Any) -> None:
        self.open_ended = open_ended
        kwargs["help_text"] = kwargs.get("help_text") or _("dd.mm.åååå")
        for name in ("range_kwargs", "default_bounds"):
            kwargs.pop(name, None)
        parts = (NorwegianDateField(required=False), NorwegianDateField(required=False))
        super().__init__(fields=parts, require_all_fields=False, **kwargs)

    def compress(self, values: list[date | None]) -> DateRange | None:
        first, last = (*values, None, None)[:2] if values else (None, None)
        if first is None and last is None:
            return None
        if first is None:
            raise ValidationError(self.error_messages["no_start"], code="no_start")
        if last is None and not self.open_ended:
            raise ValidationError(self.error_messages["no_end"], code="no_end")
        if last is not None and last < first:
            raise ValidationError(self.error_messages["backwards"], code="backwards")
        return DateRange(first, last + ONE_DAY if last else None)


# ------------------------------------------------------------------ phone


class PhoneField(forms.CharField):
    """A phone number, kept and shown as `common.phones` says.

    Without `landline` it must take an SMS. Foreign numbers are written with their country code.
    """

    default_error_messages = {
        "invalid": _("Skriv et mobilnummer med åtte siffer, for eksempel 400 00 117."),
        "landline": _(
            "Dette er ikke et telefonnummer. Skriv for eksempel 75 00 01 17, eller et utenlandsk "
            "nummer med landkode, for eksempel +46 70 123 45 67."
        ),
    }

    def __init__(self, *, landline: bool = False, **kwargs: Any) -> None:
        self.landline = landline
        kwargs["max_length"] = 40  # with spaces and brackets; `phones.LONGEST` is what is kept
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("autocomplete", "off")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"inputmode": "tel"}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if text in self.empty_values:
            return text
        if number := phones.read(text, mobile=not self.landline):
            return number
        code = "landline" if self.landline else "invalid"
        raise ValidationError(self.error_messages[code], code=code)

    def prepare_value(self, value: Any) -> Any:
        return phones.shown(value) if isinstance(value, str) and phones.read(value) else value


# ------------------------------------------------------------------ choices


class ChipChoices(forms.CheckboxSelectMultiple):
    """Choose several of a few short choices, shown as chips."""

    style = "chips"


class ChipChoice(forms.RadioSelect):
    """Choose one of a few short choices, shown as chips."""

    style = "chips"


class CardChoice(forms.RadioSelect):
    """Choose one of a few choices, shown as cards side by side: the default for radios."""

    style = "cards"


class ListChoice(forms.RadioSelect):
    """Choose one of several longer choices, shown as a list."""

    style = "list"


class YesNoField(forms.TypedChoiceField):
    """Yes, no or not settled: for what may be unknown, which a checkbox cannot say."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=[("", _("Ikke avklart")), ("ja", _("Ja")), ("nei", _("Nei"))],
            coerce={"ja": True, "nei": False}.get,
            empty_value=None,
            required=False,
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return {True: "ja", False: "nei", None: ""}.get(value, value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.prepare_value(initial) != (data or "")


# ------------------------------------------------------------------ questions


class AskedField(forms.BooleanField):
    """A checkbox that confirms what is unusual; hidden until it has an error (`AsksMixin`)."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_python(self, value: Any) -> bool:
        return value in ("on", "True", True)


class AsksMixin(metaclass=DeclarativeFieldsMetaclass):
    """A form that may ask before it is saved: an error at an `AskedField` shows its checkbox.

    Not a `Form` itself: as the first base it would put Django's own methods before those of the
    mixins after it."""

    def add_error(self, field: str | None, error: Any) -> None:
        if field and isinstance(self.fields.get(field), AskedField):
            self.fields[field].widget = forms.CheckboxInput()
        super().add_error(field, error)


# ------------------------------------------------------------------ forms


class WholeNumberField(forms.IntegerField):
    """A whole number as it is written in Norway: 8000, «8 000», «8.000», «8 000 kr». Never eight
    for eight thousand. A text field, since a number field cannot be filled in like that."""

    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    default_error_messages: ClassVar = {"invalid": _("Skriv et helt tall, for eksempel 8 000.")}

    def to_python(self, value: Any) -> int | None:
        if not isinstance(value, str):
            return super().to_python(value)
        try:
            exact = amounts.number(value, "")
        except amounts.Unreadable:
            exact = Decimal("NaN")
        if exact is not None and exact != exact.to_integral_value():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return exact if exact is None else int(exact)


def norwegian(db_field: models.Field, **kwargs: Any) -> forms.Field | None:
    """For `Meta.formfield_callback`: Norwegian dates and periods, four rows for long text, and
    numbers limited to what the column holds (no one else checks it if the form saves no row).
    """
    if isinstance(db_field, models.DateField) and not isinstance(db_field, models.DateTimeField):
        kwargs.setdefault("form_class", NorwegianDateField)
    elif isinstance(db_field, DateRangeField):
        kwargs.setdefault("form_class", PeriodField)
    elif isinstance(db_field, models.IntegerField):
        low, high = connection.ops.integer_field_range(db_field.get_internal_type())
        kwargs = {"min_value": low, "max_value": high, **kwargs}
        if not db_field.choices:
            kwargs.setdefault("form_class", WholeNumberField)
    elif isinstance(db_field, models.DecimalField):
        # A field of type «number» drops a decimal comma, and what was stored with it.
        kwargs = {
            "localize": True,
            "widget": forms.TextInput(attrs={"inputmode": "decimal"}),
            **kwargs,
        }
    elif isinstance(db_field, models.TextField) and "widget" not in kwargs and not db_field.choices:
        kwargs["widget"] = forms.Textarea(attrs={"rows": 4})
    field = db_field.formfield(**kwargs)
    if isinstance(field, forms.TypedChoiceField) and field.choices[:1] == BLANK_CHOICE_DASH:
        field.choices = [("", _("Velg")), *field.choices[1:]]
    elif isinstance(field, forms.ModelChoiceField) and field.empty_label:
        field.empty_label = _("Velg")
    return field


class PrintableMixin:
    """Names, beside its field, a sign that cannot be kept or that no letter can show, long before
    the letter is made."""

    def _clean_fields(self) -> None:
        super()._clean_fields()
        for name, value in list(self.cleaned_data.items()):
            text = "\n".join(_texts(value))
            if told := signs.unwritable(text):
                self.add_error(name, told)
            elif sign := pdf.unprintable(text):
                self.add_error(
                    name,
                    _("Tegnet «%(sign)s» kan ikke stå i brev. Skriv det på en annen måte.")
                    % {"sign": sign},
                )


def _texts(value: Any) -> Iterator[str]:
    """The text of a value: itself, or what a list has, as of a field with one thing a line."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)


class VarigFormHelper(FormHelper):
    """How Varig's forms are drawn.

    `submit` is the text of the primary button; "" when the layout or the page has its own.
    `cancel` is the URL of «Avbryt». `tag=False` leaves out `<form>`, for two forms sent as one.
    Filters use `optional=False`, which drops «(valgfritt)», and `method="get"`.
    Hidden fields are always drawn, so that a layout cannot forget the form's token.
    """

    form_class = "v-form"
    render_hidden_fields = True

    def render_layout(self, form: forms.BaseForm, context: Any, **kwargs: Any) -> str:
        """Draw the fields, of a form that drafts filled from its draft (`accounts.drafts`)."""
        begin = getattr(form, "begin_draft", None)
        if begin and self.form_method == "post":
            begin(context.get("request"))
        return super().render_layout(form, context, **kwargs)

    def __init__(
        self,
        form: forms.BaseForm | None = None,
        *,
        submit: str = _("Lagre"),
        cancel: str = "",
        method: str = "post",
        action: str = "",
        tag: bool = True,
        optional: bool = True,
    ) -> None:
        super().__init__(form)
        self.form_method = method
        self.form_action = action
        self.form_tag = tag
        self.mark_optional = optional
        self.cancel_url = cancel
        # The server validates and shows an error summary; the browser's own check is off.
        self.attrs = {"novalidate": True, "data-once": method == "post"}
        if submit:
            self.add_input(Submit("lagre", submit))
