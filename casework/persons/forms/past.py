from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.corrections import SeenMixin
from common.forms import VarigFormHelper, WhyField, norwegian

from ..models import PastMatter, PaymentPlan


class NeedToKnowForm(OnceFormMixin, forms.Form):
    why = WhyField(
        label=_("Hvorfor du trenger å lese dette"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Begrunnelsen og lesingen blir logget, og personen kan få se dem."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Begrunn og les"), cancel=cancel)


class PastMatterForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = PastMatter
        fields = ["kind", "dated_on", "source", "what", "amount", "answer", "expires_on"]
        formfield_callback = norwegian

    def __init__(self, *args: Any, latest: date, years: int, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.latest = latest
        self.fields["kind"].choices = [("", _("Velg")), *self.fields["kind"].choices[1:]]
        self.fields["source"].help_text = _("Hvor opplysningen kommer fra, for eksempel et brev.")
        self.fields["what"].help_text = _("Det kilden sier, uten å vurdere personen.")
        self.fields["answer"].help_text = _("Personens egne ord. Spør alltid.")
        self.fields["expires_on"].help_text = _("Høyst %(years)s år fra i dag.") % {"years": years}
        self.helper = VarigFormHelper(submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout(
            Row("kind", "dated_on"), "source", "what", "answer", Row("amount", "expires_on")
        )

    def clean_expires_on(self) -> date:
        expires = self.cleaned_data["expires_on"]
        if expires > self.latest:
            raise ValidationError(
                _("Opplysningen kan vises til og med %(day)s, ikke lenger.")
                % {"day": f"{self.latest:%d.%m.%Y}"}
            )
        return expires

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        happened, expires = facts.get("dated_on"), facts.get("expires_on")
        if happened and expires and expires < happened:
            self.add_error("expires_on", _("Siste dag det vises, må være etter at det skjedde."))
        return facts


class PaymentForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = PaymentPlan
        fields = ["monthly", "agreed_on", "state"]
        formfield_callback = norwegian

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre avtalen"), cancel=cancel)
        self.helper.layout = Layout(Row("monthly", "agreed_on"), "state")
