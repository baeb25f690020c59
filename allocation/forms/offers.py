from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.letters.forms import OtherFormMixin
from common.forms import (
    CardChoice,
    ChipChoice,
    NorwegianDateField,
    VarigFormHelper,
    WholeNumberField,
    WhyField,
)
from stays.enums import Deposit

from ..enums import DeclineCode

MOST_RENT = 100_000


class OfferForm(OtherFormMixin, OnceFormMixin, forms.Form):
    in_letter = ("viewing",)

    available_from = NorwegianDateField(label=_("Ledig fra"))
    viewing = forms.CharField(
        label=_("Visning"),
        help_text=_("Når og hvor personen kan se boligen, og hvem som møter."),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    viewing_on = NorwegianDateField(
        label=_("Dagen for visningen"),
        required=False,
        help_text=_("Er dagen gått uten svar, får du et varsel."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Send tilbudet"), cancel=cancel)


class OfferAnswerForm(OnceFormMixin, forms.Form):
    answer = forms.ChoiceField(
        label=_("Svaret"),
        choices=[("ja", _("Ja, vil leie boligen")), ("nei", _("Nei, vil ikke leie boligen"))],
        widget=CardChoice,
        error_messages={"required": _("Velg om svaret er ja eller nei.")},
    )
    decline_code = forms.ChoiceField(
        label=_("Hvis nei: hva passet ikke?"),
        choices=DeclineCode.choices,
        required=False,
        widget=ChipChoice,
        help_text=_("Et nei har ingen følger for plassen på ventelisten."),
    )
    decline_words = forms.CharField(
        label=_("Med personens egne ord"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Lagre svaret"), cancel=cancel)

    def answered(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            "yes": data["answer"] == "ja",
            "decline_code": data["decline_code"],
            "decline_words": data["decline_words"],
        }


class WithdrawForm(OnceFormMixin, forms.Form):
    reason = WhyField(
        label=_("Hvorfor tilbudet trekkes"),
        max_length=200,
        error_messages={"required": _("Skriv hvorfor tilbudet trekkes.")},
    )


class UndoAnswerForm(OnceFormMixin, forms.Form):
    why = WhyField(
        label=_("Hva som er feil"),
        max_length=200,
        help_text=_("For eksempel at svaret gjaldt et annet tilbud. Skriv ikke navn på andre."),
        error_messages={"required": _("Skriv hva som er feil.")},
    )


class LeaseForm(OtherFormMixin, OnceFormMixin, forms.Form):
    """The terms of a lease: agreed, or told the tenant of in a letter first."""

    in_letter = ("short_term_reason",)

    starts_on = NorwegianDateField(label=_("Leies fra"))
    expires_on = NorwegianDateField(
        label=_("Leies til"),
        required=False,
        help_text=_("dd.mm.åååå. La stå tom for en kontrakt uten sluttdato."),
    )
    rent = WholeNumberField(label=_("Husleie (kr per måned)"), min_value=0, max_value=MOST_RENT)
    deposit_kind = forms.ChoiceField(
        label=_("Sikkerhet"), choices=Deposit.choices, widget=ChipChoice, initial=Deposit.NONE
    )
    deposit = WholeNumberField(
        label=_("Beløp (kr)"),
        help_text=_("Høyst seks måneders husleie (husll. § 3-5)."),
        min_value=0,
        max_value=6 * MOST_RENT,
        required=False,
    )
    short_term_reason = WhyField(
        label=_("Hvorfor kortere tid enn regelen"), max_length=300, required=False
    )

    def __init__(
        self, *args: Any, available_from: date, cancel: str, submit: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.available_from = available_from
        self.helper = VarigFormHelper(self, submit=submit, cancel=cancel)
        self.helper.layout = Layout(
            Row("starts_on", "expires_on", "rent"),
            "deposit_kind",
            "deposit",
            "short_term_reason",
            "other_form",
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        data["deposit"] = data.get("deposit") or 0
        rent, deposit = data.get("rent"), data["deposit"]
        if data.get("deposit_kind") == Deposit.NONE:
            data["deposit"] = 0
        elif rent is not None and deposit > 6 * rent:
            self.add_error(
                "deposit", _("Depositum kan være høyst seks måneders husleie (husll. § 3-5).")
            )
        return data
