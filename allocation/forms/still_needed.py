from __future__ import annotations

from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.forms import ListChoice, PhoneField, VarigFormHelper

from ..enums import NeedAnswer


class NeedAnswerForm(OnceFormMixin, forms.Form):
    answer = forms.ChoiceField(
        label=_("Hva personen svarte"), choices=NeedAnswer.choices, widget=ListChoice
    )
    phone = PhoneField(
        label=_("Telefon"), required=False, help_text=_("Rett den hvis personen har fått ny.")
    )
    note = forms.CharField(label=_("Hva personen sa"), max_length=300, required=False)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Før inn svaret"), cancel=cancel)
        self.helper.layout = Layout("answer", "phone", "note")
