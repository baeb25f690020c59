from __future__ import annotations

from crispy_forms.layout import Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.corrections import SeenMixin
from common.forms import PeriodField, VarigFormHelper, norwegian

from .models import Provider, QualityAgreement, QualityCheck


class ProviderForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = Provider
        fields = ("name", "organisation_number", "contact_name", "phone", "email")

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout(
            Row("name", "organisation_number"), Row("contact_name", "phone", "email")
        )


class QualityAgreementForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    valid = PeriodField(label=_("Gjelder"), open_ended=False)

    class Meta:
        model = QualityAgreement
        fields = ("reference", "valid", "standard", "safety", "responsible")
        formfield_callback = norwegian

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        users = self.fields["responsible"].queryset.filter(is_active=True)
        self.fields["responsible"].queryset = users.order_by("full_name", "pk")
        self.fields["responsible"].empty_label = _("Velg")
        self.helper = VarigFormHelper(submit=_("Lagre avtalen"), cancel=cancel)
        self.helper.layout = Layout(Row("reference", "responsible"), "valid", "standard", "safety")


class CheckForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = QualityCheck
        fields = ("checked_on", "property", "found", "breach", "mend_by")
        formfield_callback = norwegian

    def __init__(self, *args, provider: Provider, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["property"].queryset = provider.properties.order_by("sort_name", "pk")
        self.fields["property"].empty_label = _("Alle stedene")
        self.helper = VarigFormHelper(submit=_("Lagre kontrollen"), cancel=cancel)
        self.helper.layout = Layout(
            Row("checked_on", "property"), "found", Row("breach", "mend_by")
        )

    def clean(self) -> dict:
        cleaned = super().clean()
        checked, mend_by = cleaned.get("checked_on"), cleaned.get("mend_by")
        if cleaned.get("breach") and not mend_by:
            self.add_error("mend_by", _("Skriv når avviket skal være rettet."))
        elif mend_by and not cleaned.get("breach"):
            self.add_error("breach", _("Skriv hva som skal rettes."))
        elif mend_by and checked and mend_by < checked:
            self.add_error("mend_by", _("Avviket kan ikke være rettet før kontrollen."))
        return cleaned


class FlagNoteForm(OnceFormMixin, forms.Form):
    note = forms.CharField(
        label=_("Hva er gjort, og hva er neste steg?"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Skriv hva som er gjort, eller hvorfor det ikke skal gjøres mer nå.")
        },
    )

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Lagre og avslutt varselet"), cancel=cancel)
