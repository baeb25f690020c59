from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.log.enums import SupportNeed
from common.corrections import SeenMixin
from common.forms import (
    ChipChoice,
    ChipChoices,
    NorwegianDateField,
    PrintableMixin,
    WhyField,
    norwegian,
)
from housing.enums import LASTING_TYPES, UnitType

from ..models import AssessmentAnswer, Dimension, HousingAnswer, HousingNeed
from ..needs import SURROUNDINGS, bedrooms_nb

ANSWER_FIELDS = ("own_view", "support_need", "agreed_help", "source")
LASTING = [(kind.value, kind.label) for kind in UnitType if kind in LASTING_TYPES]


def _words(label: Any, rows: int = 2, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


YES_NO = [("ja", _("Ja")), ("nei", _("Nei")), ("", _("Ikke avklart"))]
ANSWERED = {"ja": True, "nei": False}


def _refuse_wanted_and_avoided(form: forms.ModelForm) -> None:
    """Add a form error if the same area is both wanted and to be avoided."""
    areas = set(form.cleaned_data.get("areas") or ()) & set(
        form.cleaned_data.get("avoid_areas") or ()
    )
    if areas:
        form.add_error(
            "avoid_areas",
            _("%(areas)s står både som ønsket og som noe å unngå. Velg det ene.")
            % {"areas": ", ".join(sorted(map(str, areas)))},
        )


class HousingAnswerForm(PrintableMixin, forms.ModelForm):
    """The questions about the dwelling itself, and where the person wants to live."""

    class Meta:
        model = HousingAnswer
        fields = [
            "wheelchair",
            "no_stairs",
            "max_floor",
            "night_help",
            "pets",
            "areas",
            "avoid_areas",
            "avoid_reason",
            *SURROUNDINGS,
        ]
        widgets = {"areas": ChipChoices, "avoid_areas": ChipChoices}
        field_classes = {"avoid_reason": WhyField}

    prefix = "bolig"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("wheelchair", "no_stairs", "night_help", "pets"):
            known = self.initial.get(name)
            self.fields[name] = forms.TypedChoiceField(
                label=self.fields[name].label,
                choices=YES_NO,
                coerce=ANSWERED.get,
                empty_value=None,
                required=False,
                initial="" if known is None else ("ja" if known else "nei"),
                widget=ChipChoice,
            )
            self.initial[name] = self.fields[name].initial
        for field in self.fields.values():
            field.mark_optional = False
        self.fields["max_floor"].validators.append(
            MaxValueValidator(40, _("Skriv etasjen som et tall opp til %(limit_value)s."))
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        _refuse_wanted_and_avoided(self)
        return facts

    def _post_clean(self) -> None:
        """Does nothing: the action makes the row."""


class AssessmentForm(OnceFormMixin, forms.Form):
    """An assessment: the wish first, then one group of fields for each dimension in force."""

    words = _words(_("Det viktigste for personen, med egne ord"), rows=3)
    said_on = NorwegianDateField(label=_("Sagt"))
    setting = forms.CharField(
        label=_("Hvordan det ble sagt"),
        max_length=120,
        required=False,
        help_text=_("For eksempel «samtale, med tolk»."),
    )
    read_back = forms.BooleanField(label=_("Lest opp og godkjent av personen"), required=False)
    goals = _words(_("Mål, med egne ord"), required=False)
    held_on = NorwegianDateField(label=_("Dato for samtalen"))
    together = forms.CharField(
        label=_("Hvem var med"),
        max_length=160,
        required=False,
        help_text=_("Personen selv, tolk, talsmann."),
    )

    def __init__(self, *args: Any, dimensions: Sequence[Dimension], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dimensions = list(dimensions)
        for dimension in self.dimensions:
            name = f"d{dimension.pk}_"
            self.fields[f"{name}own_view"] = _words(_("Personen sier"), required=False)
            self.fields[f"{name}support_need"] = forms.TypedChoiceField(
                label=_("Behov for hjelp, slik vi ser det"),
                choices=SupportNeed.choices,
                coerce=int,
                initial=SupportNeed.UNCLEAR,
                widget=ChipChoice,
            )
            self.fields[f"{name}agreed_help"] = forms.CharField(
                label=_("Hjelp som er avtalt"), required=False
            )
            self.fields[f"{name}source"] = forms.CharField(
                label=_("Kilde"), required=False, max_length=120
            )
            # «(valgfritt)» on every one of these fields would hide the questions.
            for field in ANSWER_FIELDS:
                self.fields[f"{name}{field}"].mark_optional = False

    def groups(self, earlier: dict[str, AssessmentAnswer]) -> list[dict[str, Any]]:
        """Each dimension with its bound fields and the earlier answer, which may belong to an
        earlier version of the dimension."""
        return [
            {
                "dimension": dimension,
                "earlier": earlier.get(dimension.code),
                **{field: self[f"d{dimension.pk}_{field}"] for field in ANSWER_FIELDS},
            }
            for dimension in self.dimensions
        ]

    @staticmethod
    def from_earlier(
        dimensions: Sequence[Dimension], earlier: dict[str, AssessmentAnswer]
    ) -> dict[str, Any]:
        """Initial values: the answers of the earlier assessment."""
        return {
            f"d{dimension.pk}_{field}": getattr(earlier[dimension.code], field)
            for dimension in dimensions
            if dimension.code in earlier
            for field in ANSWER_FIELDS
        }

    def wish(self) -> dict[str, Any]:
        """The wish as `hold_assessment` takes it."""
        names = ("words", "setting", "said_on", "read_back")
        return {name: self.cleaned_data[name] for name in names}

    def answers(self) -> list[dict[str, Any]]:
        """The answers as `hold_assessment` takes them."""
        return [
            {
                "dimension": dimension,
                **{field: self.cleaned_data[f"d{dimension.pk}_{field}"] for field in ANSWER_FIELDS},
            }
            for dimension in self.dimensions
        ]


class HousingNeedForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    """The housing need. Fields with derived values come first."""

    types = forms.MultipleChoiceField(
        label=_("Boligtyper som passer"), choices=LASTING, widget=ChipChoices
    )
    types_preferred = forms.MultipleChoiceField(
        label=_("Ønsker boligtype"), choices=LASTING, widget=ChipChoices, required=False
    )
    bedrooms = forms.TypedChoiceField(
        label=_("Antall soverom, minst"),
        choices=[(n, bedrooms_nb(n)) for n in range(10)],
        coerce=int,
    )

    class Meta:
        model = HousingNeed
        field_classes = {"edit_reason": WhyField, "avoid_reason": WhyField}
        fields = [
            "bedrooms",
            "staffing",
            "types",
            "edit_reason",
            "step_free",
            "wheelchair",
            "max_floor",
            "pets",
            "rent_max",
            "available_from",
            "avoid_areas",
            "avoid_properties",
            "avoid_reason",
            "areas",
            "types_preferred",
            "own_entrance",
            "near_transport",
            "quiet",
            "drug_free",
        ]
        widgets = {"areas": ChipChoices, "avoid_areas": ChipChoices}
        formfield_callback = norwegian

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staffing"].widget = ChipChoice(choices=self.fields["staffing"].choices)
        self.fields["avoid_properties"].widget.attrs["size"] = 4
        self.fields["edit_reason"].help_text = _(
            "Skriv bare noe her hvis du endrer det som er beregnet."
        )
        self.fields["edit_reason"].mark_optional = False

    def facts(self) -> dict[str, Any]:
        """The fields of the row itself, without the areas and properties."""
        apart = ("areas", "avoid_areas", "avoid_properties", "seen")
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        _refuse_wanted_and_avoided(self)
        return facts

    def _post_clean(self) -> None:
        """Does nothing: the fields are checked, and the action makes the row."""
