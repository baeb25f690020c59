from __future__ import annotations

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.corrections import SeenMixin
from common.forms import ChipChoice, NorwegianDateField, VarigFormHelper
from housing.enums import Staffing


class DimensionForm(SeenMixin, OnceFormMixin, forms.Form):
    """A version of a dimension, in force from a day."""

    name = forms.CharField(label=_("Navn"), max_length=80)
    question = forms.CharField(
        label=_("Spørsmål"),
        max_length=200,
        help_text=_("Slik personen kan svare på det, for eksempel «Hva vil du ha hjelp til?»."),
    )
    staffing = forms.ChoiceField(
        label=_("Mye hjelp her peker mot"),
        choices=Staffing.choices,
        widget=ChipChoice,
        help_text=_("Et forslag til boligbehovet, aldri et krav."),
    )
    start = NorwegianDateField(label=_("Gjelder fra"))

    def __init__(self, *args: Any, submit: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=submit, cancel=cancel)
        self.helper.layout = Layout("name", "question", "staffing", "start")


class EndDimensionForm(SeenMixin, OnceFormMixin, forms.Form):
    last_day = NorwegianDateField(label=_("Siste dag det spørres"))

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Avslutt området"), cancel=cancel)
