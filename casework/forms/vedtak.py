from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import ChipChoice, norwegian
from housing.enums import TEMPORARY_TYPES, UnitType

from .. import vedtak_letter
from ..actions.vedtak import FIELDS
from ..completeness import Contents, Missing
from ..enums import LanguageForm, Outcome
from ..models import LegalBasis, Vedtak, VedtakOutcome
from ..needs import rooms

TYPES = [(kind.value, kind.label) for kind in UnitType if kind not in TEMPORARY_TYPES]
UNCHOSEN = [("", _("Ikke valgt"))]
OUTCOMES = [
    (Outcome.GRANTED, _("Innvilget")),
    (Outcome.PARTLY, _("Delvis")),
    (Outcome.REFUSED, _("Avslag")),
    (Outcome.DISMISSED, _("Avvisning")),
    (Outcome.LAPSED, _("Bortfall")),
]
ROWS = {
    "facts": 5,
    "rules": 4,
    "reasoning": 5,
    "person_view": 3,
    "best_interests": 3,
    "conditions": 2,
}


class OutcomeCards(forms.RadioSelect):
    style = "cards"


class VedtakForm(forms.ModelForm):
    """A vedtak as far as it is written: nothing is required here, `completeness` is the judge."""

    language = forms.ChoiceField(
        label=_("Målform i brevet"), choices=LanguageForm.choices, widget=ChipChoice
    )
    dwelling_type = forms.ChoiceField(label=_("Type"), choices=UNCHOSEN + TYPES, required=False)
    bedrooms = forms.TypedChoiceField(
        label=_("Størrelse"),
        choices=UNCHOSEN + [(n, rooms(n)) for n in range(10)],
        coerce=int,
        empty_value=None,
        required=False,
    )
    lease_years = forms.TypedChoiceField(
        label=_("Leietid"),
        choices=UNCHOSEN + [(n, f"{n} år") for n in range(1, 11)],
        coerce=int,
        empty_value=None,
        required=False,
    )

    class Meta:
        model = Vedtak
        fields = list(FIELDS)
        formfield_callback = norwegian

    def __init__(self, *args: Any, content: Contents, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = content
        for name, field in self.fields.items():
            field.mark_optional = False
            if name in ROWS:
                field.widget = forms.Textarea(attrs={"rows": ROWS[name]})
        for basis in content.bases:
            self.fields[f"outcome_{basis.pk}"] = forms.ChoiceField(
                label=basis.title,
                choices=OUTCOMES,
                required=False,
                initial=content.outcome_of(basis),
                widget=OutcomeCards,
            )
            self.fields[f"outcome_{basis.pk}"].mark_optional = False
        self.fields["person_view"].label = _("Personens syn")
        self.fields["reasoning"].help_text = _(
            "Koble fakta til reglene: hva talte for, hva talte mot, og hva veide tyngst?"
        )
        self.fields["person_view"].help_text = _(
            "Bruk personens egne ord, og skriv om dere har tatt hensyn til dem."
        )
        self.fields["best_interests"].help_text = _(
            "Skriv hva barna har fått si, og hvilken vekt det har. (Grunnloven § 104)"
        )
        self.fields["conditions"].help_text = _("Ett vilkår på hver linje.")
        self.fields["valid_to"].label = _("Gjelder til")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        start, end = data.get("valid_from"), data.get("valid_to")
        if start and end and end <= start:
            self.add_error(
                "valid_to", _("Vedtaket må gjelde til en dato etter at det begynner å gjelde.")
            )
        if data.get("rules") and data.get("language"):
            bases = list(self.content.bases)
            data["rules"] = vedtak_letter.rules_in(data["rules"], bases, data["language"])
        return data

    def validate_constraints(self) -> None:
        """The one constraint a person can break here is checked, with its field, in `clean`."""

    def outcome_rows(self) -> list[dict[str, Any]]:
        return [
            {"basis": basis, "field": self[f"outcome_{basis.pk}"]} for basis in self.content.bases
        ]

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}

    def outcomes(self) -> dict[LegalBasis, str]:
        return {
            basis: self.cleaned_data.get(f"outcome_{basis.pk}", "") for basis in self.content.bases
        }

    def written(self) -> tuple[Vedtak, Contents]:
        """The vedtak and its contents as they stand in the form, unsaved: for the preview."""
        vedtak = self.instance
        for name, value in self.facts().items():
            setattr(vedtak, name, value)
        outcomes = [
            VedtakOutcome(vedtak=vedtak, basis=basis, outcome=outcome)
            for basis, outcome in self.outcomes().items()
            if outcome
        ]
        return vedtak, Contents(self.content.bases, outcomes, self.content.children)

    def mark(self, missing: list[Missing]) -> None:
        """Put what is missing beside its field, with the same words in the error summary."""
        for lack in missing:
            self.add_error(lack.field if lack.field in self.fields else None, lack.sentence)


class ReturnForm(forms.Form):
    comment = forms.CharField(
        label=_("Hva må endres?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    comment.mark_optional = False
