from __future__ import annotations

from typing import Any

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.calendar import ONE_DAY, last_day
from common.corrections import SeenMixin
from common.forms import (
    NorwegianDateField,
    PeriodField,
    VarigFormHelper,
    WholeNumberField,
    WhyField,
    YesNoField,
    norwegian,
)

from .closing import NO_HOMES
from .enums import CHOSEN_CAUSES, PropertyStage, Staffing, UpkeepKind
from .models import YES_OR_NO, NameToAvoid, Property, Unavailability, Unit


class RevisionMixin(forms.ModelForm):
    """The form carries which revision was read, so that a second tab overwrites nothing unseen."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"].initial = self.instance.revision

    def add_error(self, field, error) -> None:
        if field == "revision" and self.instance.pk:
            # Told of the change, the user may send the form again.
            stored = type(self.instance)._base_manager.get(pk=self.instance.pk)
            self.data = self.data.copy()
            self.data["revision"] = str(stored.revision)
            field = None
        super().add_error(field, error)

    def clean_revision(self) -> int:
        read = self.cleaned_data["revision"]
        if read is not None:
            self.instance.revision = read
        return self.instance.revision


class UnitForm(OnceFormMixin, RevisionMixin):
    used_from = NorwegianDateField(
        label=_("I bruk fra"),
        required=False,
        help_text=_("Tomme dager telles fra denne dagen. Tomt når det ikke er avklart."),
    )
    used_to = NorwegianDateField(
        label=_("I bruk til og med"),
        required=False,
        help_text=_("Fyll ut når boligen går ut av bruk for godt."),
    )

    class Meta:
        model = Unit
        fields = (
            "name", "type", "dwelling_number", "bedrooms", "size_m2", "floor", "lift", "step_free",
            "wheelchair", "capacity", "staffing", "own_entrance", "accepts_pets", "near_transport",
            "quiet", "drug_free", "suits_children", "suits_young", "min_age", "max_age",
            "rent", "night_price",
            "allocated_by", "operated_by", "followed_up_by",
            "extra_reference", "kobo_id", "provider_reference", "disposal_form", "ownership_form",
            "owner", "owned_section", "shared_home", "rent_to_own", "features",
        )  # fmt: skip

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in ("allocated_by", "operated_by", "followed_up_by"):
            self.fields[name].empty_label = _("Ikke avklart")
        for name in (*YES_OR_NO, "shared_home", "rent_to_own"):
            self.fields[name] = YesNoField(label=capfirst(self.fields[name].label))
            self.fields[name].mark_optional = False
        self.fields["staffing"].choices = [("", _("Ikke avklart")), *Staffing.choices]
        if self.instance.in_use is not None:
            self.fields["used_from"].initial = self.instance.in_use.lower
            self.fields["used_to"].initial = last_day(self.instance.in_use)
        self.helper = VarigFormHelper(submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout(
            Fieldset(
                _("Boligen"),
                Row("name", "dwelling_number", "extra_reference"),
                Row("type", "staffing"),
                Row("bedrooms", "size_m2", "floor"),
                Row("capacity", "min_age", "max_age"),
            ),
            Fieldset(
                _("Hva boligen har"),
                Row("lift", "step_free", "wheelchair"),
                Row("own_entrance", "accepts_pets", "near_transport"),
                Row("quiet", "drug_free", "suits_children"),
                Row("suits_young"),
            ),
            Fieldset(_("Pris"), Row("rent", "night_price")),
            Fieldset(_("Hvem gjør hva"), Row("allocated_by", "operated_by", "followed_up_by")),
            Fieldset(_("I bruk"), Row("used_from", "used_to")),
            Fieldset(
                _("Referanser og Kobo Bolig"),
                Row("kobo_id", "provider_reference"),
                Row("disposal_form", "ownership_form"),
                Row("owner", "owned_section"),
                Row("shared_home", "rent_to_own"),
                "features",
            ),
        )  # fmt: skip

    def clean(self) -> dict:
        cleaned = super().clean()
        start, last = cleaned.get("used_from"), cleaned.get("used_to")
        if start and last and last < start:
            self.add_error("used_to", _("Siste dag kan ikke være før første dag."))
        elif start or last or not self._not_in_use():
            self.instance.in_use = DateRange(start, last + ONE_DAY if last else None)
        else:
            self.instance.in_use = DateRange(empty=True)
        return cleaned

    def _not_in_use(self) -> bool:
        """Without days it is not in use: it was not before, or the house is not."""
        if self.instance.pk:
            return self.instance.in_use.isempty
        return self.instance.property.stage in NO_HOMES

    def clean_dwelling_number(self) -> str:
        return self.cleaned_data["dwelling_number"].upper()


class PropertyForm(OnceFormMixin, RevisionMixin):
    class Meta:
        model = Property
        fields = (
            "name", "address", "postcode", "area", "provider", "acquired_on", "stage",
            "stage_reason", "stage_from", "stage_until", "contact_name", "contact_phone",
            "resident_contact", "resident_contact_phone", "surroundings", "expectations",
            "max_stay_months",
        )  # fmt: skip
        field_classes = {"stage_reason": WhyField}
        formfield_callback = norwegian

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].empty_label = _("Ikke avklart")
        self.fields["provider"].empty_label = _("Ingen, kommunen driver selv")
        self.fields["stage"].help_text = _(
            "Boligene følger med: planlagt og avviklet tar dem ut av bruk, bygges om gjør dem "
            "utilgjengelige imens, og i bruk tar dem inn igjen."
        )
        self.fields["stage_from"].label = _("Fra")
        self.fields["stage_from"].help_text = _("Fra i dag når du lar det stå.")
        self.fields["stage_reason"].label = _("Hvorfor")
        self.fields["stage_until"].label = _("Til")
        self.helper = VarigFormHelper(submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout(
            Fieldset(
                _("Eiendommen"),
                "name",
                Row("address", "postcode"),
                Row("area", "provider", "acquired_on"),
            ),
            Fieldset(_("Livsløp"), "stage", "stage_reason", Row("stage_from", "stage_until")),
            Fieldset(
                _("Kontakt"),
                Row("contact_name", "contact_phone"),
                Row("resident_contact", "resident_contact_phone"),
            ),
            Fieldset(_("Huset"), "surroundings", "expectations", "max_stay_months"),
        )

    def clean(self) -> dict:
        cleaned = super().clean()
        stage = cleaned.get("stage")
        if stage == PropertyStage.AT_RISK and not cleaned.get("stage_reason"):
            self.add_error("stage_reason", _("Skriv hvorfor eiendommen kan falle bort."))
        elif stage == PropertyStage.IN_USE:
            cleaned["stage_reason"], cleaned["stage_until"] = "", None
        return cleaned


class ReshapeForm(OnceFormMixin, forms.Form):
    """Split one home, or merge it with others of the property, from a day."""

    with_others = forms.ModelMultipleChoiceField(
        Unit.objects.none(),
        label=_("Slå sammen med"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    names = forms.CharField(
        label=_("Hva heter boligene etterpå"),
        help_text=_("Ett navn på hver linje. Flere navn deler boligen."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=1000,
    )
    rent = WholeNumberField(
        label=_("Husleie når de er slått sammen (kr per måned)"),
        required=False,
        min_value=0,
        max_value=200_000,
        help_text=_("Tomt når den ikke er avklart. Deler du boligen, skrives den inn på hver del."),
    )
    on = NorwegianDateField(label=_("Fra"))

    def __init__(self, *args, unit: Unit, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        others = unit.property.units.exclude(pk=unit.pk).filter(successors__isnull=True)
        others = others.exclude(in_use__isempty=not unit.in_use.isempty)
        self.fields["with_others"].queryset = others.order_by("sort_name", "pk")
        self.fields["with_others"].label_from_instance = home_facts
        self.fields["with_others"].help_text = _(
            "Soverom, størrelse og plasser legges sammen. Der boligene er ulike, er det nye ikke "
            "avklart."
        )
        self.property = unit.property
        self.helper = VarigFormHelper(submit=_("Del eller slå sammen"), cancel=cancel)

    def clean_names(self) -> list[str]:
        names = [" ".join(line.split()) for line in self.cleaned_data["names"].splitlines()]
        names = [name for name in names if name]
        refusal = NameToAvoid.objects.name_check()
        if reason := refusal(*names):
            raise forms.ValidationError(reason)
        if any(len(name) > 40 for name in names):
            raise forms.ValidationError(_("Et navn er høyst 40 tegn."))
        if len(set(names)) < len(names):
            raise forms.ValidationError(_("To boliger kan ikke ha samme navn."))
        if self.property.units.filter(name__in=names, extra_reference="").exists():
            raise forms.ValidationError(_("Eiendommen har allerede en bolig med dette navnet."))
        return names

    def clean(self) -> dict:
        cleaned = super().clean()
        names, others = cleaned.get("names"), cleaned.get("with_others")
        if names is not None and others is not None and len(names) < 2 and not others:
            self.add_error(
                "names",
                _("Skriv minst to navn, eller velg boligene den slås sammen med. Skal boligen bare "
                  "få et annet nummer, endrer du betegnelsen."),
            )  # fmt: skip
        return cleaned


def home_facts(unit: Unit) -> str:
    """«H0102 · 2 soverom · 45 m² · 8 000 kr», as far as it is known."""
    parts = [unit.name]
    if unit.bedrooms is not None:
        parts.append(_("%(n)d soverom") % {"n": unit.bedrooms})
    if unit.size_m2:
        parts.append(f"{unit.size_m2} m²")
    return " · ".join(filter(None, [*map(str, parts), unit.price()]))


class OutOfUseForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    """A period in which nobody can live in the home."""

    period = PeriodField(label=_("Ute av bruk"))
    # Asked only when somebody lives there, or has been given the home.
    anyway = forms.BooleanField(
        label=_("Boligen skal likevel ut av bruk"), required=False, widget=forms.HiddenInput
    )

    class Meta:
        model = Unavailability
        fields = ("cause", "period", "note", "cost")
        formfield_callback = norwegian

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        labels = [(cause.value, cause.label) for cause in CHOSEN_CAUSES]
        self.fields["cause"].choices = [("", _("Velg")), *labels]
        self.fields["note"].help_text = _("Skriv hva som gjøres, og ikke hvem som bor der.")
        self.helper = VarigFormHelper(submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout("cause", "period", "note", "cost", "anyway")

    def add_error(self, field: str | None, error: Any) -> None:
        if field == "anyway":
            self.fields[field].widget = forms.CheckboxInput()
        super().add_error(field, error)


class UpkeepForm(OnceFormMixin, forms.Form):
    kind = forms.ChoiceField(label=_("Hva gjelder det"), choices=UpkeepKind.choices)
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Hvor"), required=False, empty_label=_("Fellesareal")
    )
    text = forms.CharField(
        label=_("Hva er galt"),
        max_length=300,
        help_text=_("Skriv ikke navn på beboere."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    urgent = forms.BooleanField(
        label=_("Haster"), required=False, help_text=_("Lås og brannsikring haster alltid.")
    )
    cannot_be_used = forms.BooleanField(
        label=_("Boligen kan ikke brukes før dette er ordnet"), required=False
    )

    def __init__(self, *args, property: Property, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = property.units.order_by("sort_name", "pk")
        self.fields["unit"].label_from_instance = lambda unit: unit.name
        self.helper = VarigFormHelper(submit=_("Meld feilen"), cancel=cancel)
        self.helper.layout = Layout(Row("kind", "unit"), "text", "urgent", "cannot_be_used")

    def clean(self) -> dict:
        cleaned = super().clean()
        if cleaned.get("cannot_be_used") and not cleaned.get("unit"):
            self.add_error("unit", _("Velg hvilken bolig som ikke kan brukes."))
        return cleaned


class UpkeepStepForm(SeenMixin, OnceFormMixin, forms.Form):
    """The next step of a repair: a plan, an outcome, or both."""

    plan = forms.CharField(label=_("Hvem gjør det, og når"), max_length=200, required=False)
    outcome = forms.CharField(
        label=_("Hva som ble gjort"),
        max_length=200,
        required=False,
        help_text=_("Fyll ut når det er ordnet. Da lukkes meldingen, og boligen kan brukes igjen."),
    )

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre"), cancel=cancel)

    def clean(self) -> dict:
        cleaned = super().clean()
        if not cleaned.get("plan") and not cleaned.get("outcome"):
            self.add_error("plan", _("Skriv hvem som gjør det, eller hva som ble gjort."))
        return cleaned


class ResidentsMeetingForm(SeenMixin, OnceFormMixin, forms.Form):
    held_on = NorwegianDateField(label=_("Dato"))
    took_part = WholeNumberField(
        label=_("Antall beboere"), required=False, min_value=0, max_value=999
    )
    raised = forms.CharField(
        label=_("Hva beboerne tok opp"),
        help_text=_("Uten navn på beboere."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    agreed = forms.CharField(
        label=_("Hva som ble avtalt, og hvem som gjør det"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre husmøtet"), cancel=cancel)
        self.helper.layout = Layout(Row("held_on", "took_part"), "raised", "agreed")


class WordForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = NameToAvoid
        fields = ("word", "instead")

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Legg til ordet"))
        self.helper.layout = Layout(Row("word", "instead"))

    def clean_word(self) -> str:
        word = self.cleaned_data["word"].strip().casefold()
        if len(word) < 4:
            raise forms.ValidationError(_("Skriv minst fire bokstaver."))
        return word
