from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.log.enums import RepresentativeKind
from common.corrections import SeenMixin
from common.forms import CardChoice, NorwegianDateField, PhoneField, VarigFormHelper, norwegian

from ..models import Representative
from ..models.persons import PROTECTED_ADDRESS


class RepresentativeForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    phone = PhoneField(label=_("Telefon"), landline=True, required=False)

    class Meta:
        model = Representative
        fields = [
            "kind",
            "name",
            "relation",
            "phone",
            "address",
            "postcode",
            "city",
            "is_protected",
            "letter_agreement",
            "scope",
            "period",
        ]
        formfield_callback = norwegian
        widgets = {"kind": CardChoice}

    def __init__(self, *args: Any, on: date, cancel: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = RepresentativeKind.choices
        self.fields["kind"].help_text = _(
            "Fullmektig og verge får kopi av alle brev. En talsmann snakker for personen i møter. "
            "Representanten for dødsboet får brevene når personen er død."
        )
        self.fields["relation"].help_text = _("For eksempel søster, advokat, likeperson.")
        self.fields["is_protected"].help_text = _("Da skal adressen ikke stå her, og ikke i brev.")
        self.fields["letter_agreement"].label = _("Avtale om brev")
        self.fields["letter_agreement"].help_text = _(
            "Hvordan kopien når fram uten adresse, for eksempel «Hentes på kontoret»."
        )
        self.fields["scope"].help_text = _("Hva fullmakten gjelder. La stå tomt hvis den er hel.")
        for name in ("address", "postcode", "city"):
            # Required for some kinds, so never marked «valgfritt».
            self.fields[name].mark_optional = False
        new = self.instance.pk is None
        if new:
            self.fields["kind"].initial = RepresentativeKind.PROXY
            self.fields["period"].initial = DateRange(on, None)
        self.helper = VarigFormHelper(
            submit=_("Legg til") if new else _("Lagre endringene"), cancel=cancel
        )
        self.helper.layout = Layout(
            "kind",
            Row("name", "relation"),
            "phone",
            "address",
            Row("postcode", "city"),
            "is_protected",
            "letter_agreement",
            "scope",
            "period",
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("is_protected") and (data.get("address") or data.get("postcode")):
            self.add_error("address", PROTECTED_ADDRESS)
        return data

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class EndRepresentativeForm(SeenMixin, OnceFormMixin, forms.Form):
    last = NorwegianDateField(label=_("Gjelder ikke lenger fra"))
