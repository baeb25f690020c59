from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.forms import NorwegianDateField, VarigFormHelper


class AppealForm(OnceFormMixin, forms.Form):
    received_on = NorwegianDateField(label=_("Mottatt"))
    words = forms.CharField(
        label=_("Hva klagen gjelder, med egne ord"),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Skriv av brevet, eller det som ble sagt."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Registrer klagen"), cancel=cancel)
