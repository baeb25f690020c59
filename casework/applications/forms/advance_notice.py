from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.letters.forms import OtherFormMixin
from common.forms import NorwegianDateField, ReasonField, VarigFormHelper
from common.reasons import WORD


class AdvanceNoticeForm(OtherFormMixin, OnceFormMixin, forms.Form):
    in_letter = ("considering", "grounds")

    about = forms.MultipleChoiceField(
        label=_("Hva varselet gjelder"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Varselet åpner bare for å endre det du velger."),
    )
    considering = ReasonField(
        label=_("Hva dere vurderer"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Står i brevet. Skriv til personen, i målformen brevet har."),
    )
    grounds = ReasonField(
        label=_("Opplysningene dere bygger på"),
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Skriv også hvem opplysningene kommer fra."),
    )
    due_on = NorwegianDateField(label=_("Frist for å svare"))

    def __init__(
        self, *args: Any, about: dict[str, str], due: date, cancel: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(about) > 1:
            self.fields["about"].choices = list(about.items())
        else:
            del self.fields["about"]
        self.fields["due_on"].initial = due
        self.helper = VarigFormHelper(submit=_("Lag og send brevet"), cancel=cancel)


class NoticeAnswerForm(OnceFormMixin, forms.Form):
    answered_on = NorwegianDateField(label=_("Svarte"))
    answer = ReasonField(
        least=WORD,
        label=_("Hva personen svarte"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("Med egne ord. Skriv også om personen sa at det ikke er noe å legge til."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Før inn svaret"), cancel=cancel)
