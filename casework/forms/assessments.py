from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from common.forms import ChipChoice, ChipChoices, NorwegianDateField, norwegian
from housing.enums import LASTING_TYPES, UnitType

from ..enums import SupportNeed
from ..models import AssessmentAnswer, Dimension, HousingNeed
from ..needs import bedrooms_nb

ANSWER_FIELDS = ("own_view", "support_need", "agreed_help", "source")
LASTING = [(kind.value, kind.label) for kind in UnitType if kind in LASTING_TYPES]


def _words(label: Any, rows: int = 2, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


class AssessmentForm(OnceFormMixin, forms.Form):
    """The kartlegging: the wish first, then one group of fields for each dimension in force."""

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
            # One «(valgfritt)» on each of seven times three fields would drown the questions.
            for field in ANSWER_FIELDS:
                self.fields[f"{name}{field}"].mark_optional = False

    def groups(self, earlier: dict[int, AssessmentAnswer]) -> list[dict[str, Any]]:
        """Each dimension with its bound fields and the answer of the kartlegging before."""
        return [
            {
                "dimension": dimension,
                "earlier": earlier.get(dimension.pk),
                **{field: self[f"d{dimension.pk}_{field}"] for field in ANSWER_FIELDS},
            }
            for dimension in self.dimensions
        ]

    def wish(self) -> dict[str, Any]:
        names = ("words", "setting", "said_on", "read_back")
        return {name: self.cleaned_data[name] for name in names}

    def answers(self) -> list[dict[str, Any]]:
        return [
            {
                "dimension": dimension,
                **{field: self.cleaned_data[f"d{dimension.pk}_{field}"] for field in ANSWER_FIELDS},
            }
            for dimension in self.dimensions
        ]


class NeedForm(OnceFormMixin, forms.ModelForm):
    """Boligbehov: what is computed comes first, beside it what the rules gave and why."""

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
        """What goes on the row itself; the areas and properties are handed over beside it."""
        apart = ("areas", "avoid_areas", "avoid_properties")
        return {name: value for name, value in self.cleaned_data.items() if name not in apart}

    def _post_clean(self) -> None:
        """The row is made by the action, so nothing is built here; the fields have been checked."""
