"""Forms of leases."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.enums import RoleKind
from accounts.models import User
from accounts.once import OnceFormMixin
from common.corrections import SeenMixin
from common.forms import (
    ChipChoice,
    ListChoice,
    NorwegianDateField,
    VarigFormHelper,
    WholeNumberField,
    WhyField,
)
from stays.enums import Deposit, RiskCause, RiskOutcome, StepKind, VoidedAs
from stays.forms import WHY, offer_to_reopen
from stays.models import LeaseRenewal, PriceIndex, Stay, TenancyStep

from .models import Lease

MOST_RENT = 100_000


class ReadinessForm(SeenMixin, OnceFormMixin, forms.Form):
    helper_name = forms.CharField(label=_("Hvem hjelper"), max_length=120, required=False)
    due_on = NorwegianDateField(label=_("Avtalt til"), required=False)
    not_needed = forms.CharField(
        label=_("Hvis det ikke trengs: hvorfor"), max_length=160, required=False
    )
    done = forms.BooleanField(label=_("På plass"), required=False)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout(Row("helper_name", "due_on"), "done", "not_needed")

    def facts(self) -> dict[str, Any]:
        return {
            "helper" if name == "helper_name" else name: value
            for name, value in self.cleaned_data.items()
        }


class CancelForm(SeenMixin, OnceFormMixin, forms.Form):
    """Why a lease does not hold, and what then stands."""

    how = forms.ChoiceField(
        label=_("Hva er galt?"),
        choices=[
            (VoidedAs.NO_CONTRACT, _("Kontrakten ble ikke inngått: personen flytter ikke inn")),
            (VoidedAs.MISTAKEN, _("Feilregistrert: gjaldt en annen person eller bolig")),
        ],
        widget=ListChoice,
    )
    reason = WhyField(
        label=_("Hvorfor"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Står på personens side. Skriv ikke navn på andre."),
    )
    keep_offer = forms.BooleanField(
        label=_("Tilbudet står: personen vil fortsatt leie boligen, og det lages en ny kontrakt"),
        required=False,
    )
    reopen = forms.ModelMultipleChoiceField(
        Stay.objects.none(),
        label=_("Ble avsluttet da leieforholdet skulle begynne, og åpnes igjen"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        *args: Any,
        lease: Lease,
        ended: QuerySet[Stay],
        has_offer: bool,
        has_begun: bool,
        cancel: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, row=lease, **kwargs)
        how = self.fields["how"]
        how.initial = VoidedAs.NO_CONTRACT
        if has_begun:
            how.initial, how.choices = VoidedAs.MISTAKEN, how.choices[1:]
        if not has_offer:
            del self.fields["keep_offer"]
        offer_to_reopen(self, ended)
        self.helper = VarigFormHelper(self, submit=_("Ta leieforholdet ut"), cancel=cancel)


class CorrectLeaseForm(SeenMixin, OnceFormMixin, forms.Form):
    """The terms of the contract, as they should have been written down."""

    agreed_on = NorwegianDateField(label=_("Inngått"))
    starts_on = NorwegianDateField(label=_("Leies fra"))
    expires_on = NorwegianDateField(
        label=_("Leies til"),
        required=False,
        help_text=_("dd.mm.åååå. La stå tom for en kontrakt uten sluttdato."),
    )
    rent = WholeNumberField(
        label=_("Husleie i kontrakten (kr per måned)"), min_value=0, max_value=MOST_RENT
    )
    deposit_kind = forms.ChoiceField(
        label=_("Sikkerhet"), choices=Deposit.choices, widget=ChipChoice
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
    why = WhyField(label=WHY, max_length=200)

    def __init__(self, *args: Any, lease: Lease, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, row=lease, **kwargs)
        self.initial = {name: getattr(lease, name) for name in self.fields if hasattr(lease, name)}
        self.helper = VarigFormHelper(self, submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout(
            Row("agreed_on", "starts_on", "expires_on"),
            "rent",
            "deposit_kind",
            "deposit",
            "short_term_reason",
            "why",
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        no_deposit = data.get("deposit_kind") == Deposit.NONE
        data["deposit"] = 0 if no_deposit else data.get("deposit") or 0
        return data


class CorrectRenewalForm(SeenMixin, OnceFormMixin, forms.Form):
    expires_on = NorwegianDateField(label=_("Forlenget til"))
    short_term_reason = WhyField(
        label=_("Hvorfor kortere tid enn regelen"), max_length=300, required=False
    )
    why = WhyField(label=WHY, max_length=200)

    def __init__(self, *args: Any, renewal: LeaseRenewal, cancel: str, **kwargs: Any) -> None:
        names = ("expires_on", "short_term_reason")
        initial = {name: getattr(renewal, name) for name in names}
        super().__init__(*args, row=renewal, initial=initial, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Lagre"), cancel=cancel)


class ProlongForm(OnceFormMixin, forms.Form):
    expires_on = NorwegianDateField(label=_("Leies til"))
    short_term_reason = WhyField(
        label=_("Hvorfor kortere tid enn regelen"), max_length=300, required=False
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Forleng leieforholdet"), cancel=cancel)


class RentForm(OnceFormMixin, forms.Form):
    """When the new rent holds from; `rent` is the one shown above the form, None if unknown."""

    effective_on = NorwegianDateField(label=_("Ny husleie fra"))
    seen_rent = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, rent: int | None, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rent = rent
        self.initial["seen_rent"] = rent
        self.helper = VarigFormHelper(self, submit=_("Send varselet"), cancel=cancel)

    def add_error(self, field: str | None, error: Any) -> None:
        if field == "seen_rent":  # told of the new rent, the user may send the form again
            self.data = {**self.data.dict(), "seen_rent": self.rent}
            field = None
        super().add_error(field, error)


class IndexForm(OnceFormMixin, forms.Form):
    month = NorwegianDateField(
        label=_("Måned"), help_text=_("En dag i måneden, for eksempel 01.10.2026.")
    )
    value = forms.DecimalField(
        label=_("Indeks"),
        max_digits=6,
        decimal_places=1,
        min_value=1,
        localize=True,
        help_text=_("Fra Statistisk sentralbyrå, med én desimal: 138,4."),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.helper = VarigFormHelper(self, submit=_("Før inn"))
        self.helper.layout = Layout(Row("month", "value"))

    def clean_month(self) -> date:
        month = self.cleaned_data["month"].replace(day=1)
        if month > self.on:
            raise forms.ValidationError(_("Indeksen for en måned som ikke er kommet, finnes ikke."))
        return month


class CorrectIndexForm(SeenMixin, OnceFormMixin, forms.Form):
    value = forms.DecimalField(
        label=_("Indeks"), max_digits=6, decimal_places=1, min_value=1, localize=True
    )
    why = WhyField(label=WHY, max_length=100)

    def __init__(self, *args: Any, index: PriceIndex, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, row=index, initial={"value": index.value}, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Lagre"), cancel=cancel)


class RiskForm(OnceFormMixin, forms.Form):
    cause = forms.ChoiceField(label=_("I fare av"), choices=RiskCause.choices, widget=ChipChoice)
    what = forms.CharField(label=_("Hva som har skjedd"), max_length=400)
    amount = WholeNumberField(
        label=_("Skyldig (kr)"), min_value=0, max_value=10_000_000, required=False
    )
    responsible = forms.ModelChoiceField(
        label=_("Ansvarlig"), queryset=User.objects.none(), empty_label=_("Velg")
    )
    review_on = NorwegianDateField(label=_("Ses på igjen"))
    plan = forms.CharField(
        label=_("Plan for at personen skal bli boende"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Hva som gjøres, av hvem: betaling, naboer, oppfølging i boligen."),
    )
    person_view = forms.CharField(
        label=_("Hva personen selv sier"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, on: date, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["responsible"].queryset = (
            User.objects.filter(
                roles__kind__in=[RoleKind.CASEWORKER, RoleKind.APPROVER],
                roles__period__contains=on,
            )
            .distinct()
            .order_by("full_name", "pk")
        )
        self.helper = VarigFormHelper(self, submit=_("Lagre planen"), cancel=cancel)
        self.helper.layout = Layout(
            "cause",
            "what",
            Row("amount", "responsible", "review_on"),
            "plan",
            "person_view",
        )


class ChangeRiskForm(SeenMixin, RiskForm):
    """The plan, which two may have open at once."""


class CloseRiskForm(OnceFormMixin, forms.Form):
    outcome = forms.ChoiceField(
        label=_("Hvordan gikk det?"), choices=RiskOutcome.choices, widget=ChipChoice
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Avslutt"), cancel=cancel)


class ReopenRiskForm(OnceFormMixin, forms.Form):
    why = WhyField(
        label=_("Hvorfor saken åpnes igjen"),
        max_length=200,
        help_text=_("Skriv ikke navn på andre."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Åpne igjen"), cancel=cancel)


class StepForm(OnceFormMixin, forms.Form):
    kind = forms.ChoiceField(label=_("Hva er gjort"), choices=StepKind.choices)
    on = NorwegianDateField(label=_("Dato"))
    due_on = NorwegianDateField(
        label=_("Frist"),
        required=False,
        help_text=_(
            "La stå tom for fristen reglene gir (advarsel, oppsigelse, varsel om utkastelse)."
        ),
    )
    note = forms.CharField(
        label=_("Merknad"),
        max_length=400,
        required=False,
        help_text=_("En oppsigelse skal begrunnes."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Før steget"), cancel=cancel)
        self.helper.layout = Layout("kind", Row("on", "due_on"), "note")


class CorrectStepForm(SeenMixin, StepForm):
    why = WhyField(label=WHY, max_length=200)

    def __init__(self, *args: Any, step: TenancyStep, cancel: str, **kwargs: Any) -> None:
        initial = {name: getattr(step, name) for name in ("kind", "on", "due_on", "note")}
        super().__init__(*args, row=step, initial=initial, cancel=cancel, **kwargs)
        self.helper.layout.append("why")
