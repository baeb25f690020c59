from __future__ import annotations

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.forms import VarigFormHelper

from . import stock_import
from .enums import Staffing
from .models import Unit


class StockFileForm(OnceFormMixin, forms.Form):
    """Where a file is checked as it is chosen, before anything is kept of it."""

    file = forms.FileField(
        label=_("Fil med boliger"),
        help_text=_(
            "CSV eller Excel. Trenger kolonnene navn og boligtype, og antall_enheter eller "
            "bruksenhetsnummer. Ingenting tas inn før du har sett hva filen betyr."
        ),
        error_messages={"required": _("Velg en fil.")},
        allow_empty_file=True,  # `stock_import.read` says it, with the file's name
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Se gjennom filen"))

    def clean_file(self):
        uploaded = self.cleaned_data["file"]
        # A byte more than is taken is enough to refuse it by.
        content = uploaded.read(stock_import.MOST_BYTES + 1)
        try:
            stock_import.examine(stock_import.read(content, uploaded.name))
        except stock_import.NotAStockFile as error:
            # The browser forgets which file it was; the message remembers.
            raise forms.ValidationError(f"«{uploaded.name}»: {error}") from error
        return uploaded.name, content


class UnitForm(forms.ModelForm):
    class Meta:
        model = Unit
        fields = (
            "name", "type", "dwelling_number", "bedrooms", "size_m2", "floor", "lift", "step_free",
            "wheelchair", "capacity", "staffing", "own_entrance", "accepts_pets", "near_transport",
            "quiet", "drug_free", "suits_children", "min_age", "max_age", "rent", "night_price",
            "allocated_by", "operated_by", "followed_up_by",
        )  # fmt: skip

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("allocated_by", "operated_by", "followed_up_by"):
            self.fields[name].empty_label = _("Ikke avklart")
        self.fields["staffing"].choices = [("", _("Ikke avklart")), *Staffing.choices]
        self.helper = VarigFormHelper(submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout(
            Fieldset(
                _("Boligen"),
                Row("name", "dwelling_number"),
                Row("type", "staffing"),
                Row("bedrooms", "size_m2", "floor"),
                Row("capacity", "min_age", "max_age"),
            ),
            Fieldset(
                _("Hva boligen har"),
                Row("lift", "step_free", "wheelchair"),
                Row("own_entrance", "accepts_pets", "near_transport"),
                Row("quiet", "drug_free", "suits_children"),
            ),
            Fieldset(_("Pris"), Row("rent", "night_price")),
            Fieldset(_("Hvem gjør hva"), Row("allocated_by", "operated_by", "followed_up_by")),
        )  # fmt: skip

    def clean_dwelling_number(self) -> str:
        return self.cleaned_data["dwelling_number"].upper()
