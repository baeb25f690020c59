from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.drafts import DraftMixin
from accounts.once import OnceFormMixin
from casework.assessment.needs import rooms
from casework.log.enums import (
    AFTER_APPEAL,
    MAY_HARM,
    REFUSED,
    AppealBody,
    LanguageForm,
    Outcome,
    RefusalGround,
    ReversalGround,
)
from common import signs
from common.forms import (
    ChipChoice,
    ListChoice,
    NorwegianDateField,
    PrintableMixin,
    ReasonField,
    VarigFormHelper,
    norwegian,
)
from common.readings import ReadMixin
from common.reasons import WORD
from common.windows import Window
from housing.enums import TEMPORARY_TYPES, UnitType

from . import letter as vedtak_letter
from .actions import FIELDS, Answer
from .completeness import NEW_DWELLING_BASES, Contents, Missing
from .models import Vedtak, VedtakOutcome

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from accounts.models import User
    from casework.letters.models import LegalBasis

TYPES = [(kind.value, kind.label) for kind in UnitType if kind not in TEMPORARY_TYPES]
UNCHOSEN = [("", _("Ikke valgt"))]
OUTCOMES = [
    (Outcome.GRANTED, _("Innvilget")),
    (Outcome.PARTLY, _("Delvis")),
    (Outcome.REFUSED, _("Avslag")),
    (Outcome.DISMISSED, _("Avvisning")),
    (Outcome.LAPSED, _("Bortfall")),
]
LONGEST_QUESTION = 500
GROUNDS = [(ground.value, ground.label) for ground in ReversalGround if ground not in AFTER_APPEAL]
REVERSAL_FIELDS = ("reversal_ground", "reversal_reason", "to_harm", "harm_reason")
YES, NO = "ja", "nei"
YES_NO = [(YES, _("Ja")), (NO, _("Nei"))]
ROWS = {
    "reversal_reason": 3,
    "harm_reason": 3,
    "help_content": 3,
    "facts": 5,
    "rules": 4,
    "reasoning": 5,
    "person_view": 3,
    "best_interests": 3,
    "conditions": 2,
}


class OutcomeCards(forms.RadioSelect):
    style = "cards"


class Confirmed(forms.MultipleChoiceField):
    """The questions that are confirmed, in the words they were asked with. What is no longer asked
    confirms nothing, so any text is accepted."""

    widget = forms.MultipleHiddenInput

    def valid_value(self, value: str) -> bool:
        return len(value) <= LONGEST_QUESTION and not signs.unwritable(value)


class VedtakForm(DraftMixin, PrintableMixin, forms.ModelForm):
    """A vedtak, also unfinished: no field is required, `completeness` says what is missing."""

    saves_itself = True

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

    to_harm = forms.TypedChoiceField(
        label=_("Er endringen til skade for personen?"),
        choices=YES_NO,
        coerce=lambda value: value == YES,
        empty_value=None,
        required=False,
        widget=ChipChoice,
    )
    confirmed = Confirmed(required=False)
    # The key of this browser window, and the draft's revision when the page was opened.
    window = forms.CharField(max_length=36, required=False, widget=forms.HiddenInput)
    revision = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, required=False, widget=forms.HiddenInput
    )
    # Grows with each write from the window; varig.js counts.
    order = forms.IntegerField(
        min_value=0,
        max_value=2**31 - 1,
        required=False,
        initial=0,
        widget=forms.HiddenInput({"data-order": True}),
    )

    class Meta:
        model = Vedtak
        fields = list(FIELDS)
        formfield_callback = norwegian

    def __init__(self, *args: Any, content: Contents, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = content
        # Missing parts done on another page: shown in the error summary as links.
        self.links: list[dict[str, str]] = []
        self.fields["window"].initial = uuid.uuid4
        self.fields["revision"].initial = self.instance.revision
        self.initial["to_harm"] = {True: YES, False: NO}.get(self.instance.to_harm, "")
        if self.instance.replaces_id is None:
            for name in REVERSAL_FIELDS:
                del self.fields[name]
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
            if content.has_own_days(basis):
                self._add_days(basis)
            self.fields[f"refused_{basis.pk}"] = forms.CharField(
                label=_("Hva som ikke innvilges, og hvorfor"),
                required=False,
                initial=content.refused_of(basis),
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=_("Står i brevet."),
            )
            self.fields[f"refused_{basis.pk}"].mark_optional = False
            # Only for a dwelling: the municipality must always give help, or a place to sleep.
            if basis.code not in NEW_DWELLING_BASES:
                continue
            self.fields[f"ground_{basis.pk}"] = forms.ChoiceField(
                label=_("Hvorfor avslag?"),
                choices=RefusalGround.choices,
                required=False,
                initial=content.ground_of(basis),
                widget=ListChoice,
                help_text=_(
                    "Er det bare ingen ledig bolig nå, innvilger dere, og personen venter."
                ),
            )
            self.fields[f"ground_{basis.pk}"].mark_optional = False
        # The error summary lists fields in the order of the page.
        first = ("reversal_", "to_harm", "harm_", "outcome_", "refused_", "ground_", "from_", "to_")
        self.order_fields([name for name in self.fields if name.startswith(first)])
        self.fields["person_view"].label = _("Personens syn")
        if "reversal_reason" in self.fields:
            self.fields["reversal_ground"].choices = self._grounds()
            self.fields["reversal_reason"].help_text = _(
                "Står først i brevet. Skriv hva som er endret, og hvorfor."
            )
            self.fields["to_harm"].help_text = _(
                "Til skade er også kortere tid, en mindre bolig, et dårligere sted og mindre hjelp."
            )
            self.fields["harm_reason"].label = _("Hvorfor vedtaket kan endres til skade")
            self.fields["harm_reason"].help_text = _(
                "Bare når endringen er til skade. Skriv hva i grunnlaget som gir rett til det."
            )
        self.fields["reasoning"].help_text = _(
            "Koble fakta til reglene: hva talte for, hva talte mot, og hva veide tyngst?"
        )
        self.fields["person_view"].help_text = _(
            "Bruk personens egne ord, og skriv om dere har tatt hensyn til dem."
        )
        self.fields["best_interests"].help_text = _(
            "Skriv hva barna har fått si, og hvilken vekt det har. (Grunnloven § 104)"
        )
        self.fields["help_content"].help_text = _(
            "Hva personen får hjelp til, av hvem og hvor mye. Står i brevet."
        )
        self.fields["conditions"].help_text = _("Ett vilkår på hver linje.")
        self.fields["valid_to"].label = _("Gjelder til")

    def _grounds(self) -> list[tuple[str, Any]]:
        """The grounds to choose from. That of a klage follows from it; beside it are those that
        allow a change to the person's harm."""
        appeal = getattr(self.instance, "from_appeal", None)
        if appeal is None and self.instance.reversal_ground not in AFTER_APPEAL:
            return UNCHOSEN + GROUNDS
        answered = appeal is not None and appeal.outcome_on is not None
        ground = ReversalGround.INSTANCE if answered else ReversalGround.APPEAL
        if self.instance.reversal_ground in AFTER_APPEAL:
            ground = ReversalGround(self.instance.reversal_ground)
        return [(one.value, one.label) for one in (ground, *MAY_HARM)]

    def _add_days(self, basis: LegalBasis) -> None:
        """The first and last day of a place to stay, when other help is decided with it."""
        row = self.content.row_of(basis)
        for name, label in (("from", _("Stedet gjelder fra")), ("to", _("Stedet gjelder til"))):
            field = NorwegianDateField(
                label=label, required=False, initial=getattr(row, f"valid_{name}", None)
            )
            field.mark_optional = False
            self.fields[f"{name}_{basis.pk}"] = field

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        periods = [("valid_from", "valid_to")]
        periods += [(f"from_{basis.pk}", f"to_{basis.pk}") for basis in self.content.bases]
        for first, last in periods:
            start, end = data.get(first), data.get(last)
            if start and end and end <= start:
                self.add_error(
                    last, _("Vedtaket må gjelde til en dato etter at det begynner å gjelde.")
                )
        if data.get("rules") and data.get("language"):
            bases = list(self.content.bases)
            data["rules"] = vedtak_letter.rules_in(data["rules"], bases, data["language"])
        return data

    def validate_constraints(self) -> None:
        """Does nothing: `clean` checks the only constraint a user can break, with its field."""

    def outcome_rows(self) -> list[dict[str, Any]]:
        """Each legal basis with its bound fields, for the template."""
        return [
            {
                "basis": basis,
                "field": self[f"outcome_{basis.pk}"],
                "refused": self[f"refused_{basis.pk}"],
                "ground": self[f"ground_{basis.pk}"]
                if f"ground_{basis.pk}" in self.fields
                else None,
                "days": [self[f"from_{basis.pk}"], self[f"to_{basis.pk}"]]
                if self.content.has_own_days(basis)
                else [],
            }
            for basis in self.content.bases
        ]

    def facts(self) -> dict[str, Any]:
        """The values of the vedtak's own fields."""
        return {name: self.cleaned_data[name] for name in FIELDS if name in self.cleaned_data}

    def outcomes(self) -> dict[LegalBasis, Answer]:
        """The answer for each legal basis; a ground only if something is refused."""
        outcomes = {}
        for basis in self.content.bases:
            outcome = self.cleaned_data.get(f"outcome_{basis.pk}", "")
            ground = self.cleaned_data.get(f"ground_{basis.pk}", "")
            if outcome == Outcome.REFUSED and basis.code not in NEW_DWELLING_BASES:
                ground = RefusalGround.CONDITIONS
            refused = self.cleaned_data.get(f"refused_{basis.pk}", "")
            outcomes[basis] = Answer(
                outcome,
                ground if outcome in REFUSED else "",
                refused if outcome == Outcome.PARTLY else "",
            )
        return outcomes

    def days(self) -> dict[LegalBasis, tuple[date | None, date | None]]:
        """The first and last day of each legal basis that has its own."""
        data = self.cleaned_data
        return {
            basis: (data.get(f"from_{basis.pk}"), data.get(f"to_{basis.pk}"))
            for basis in self.content.bases
            if self.content.has_own_days(basis)
        }

    def open_window(self) -> Window:
        """The browser window that sent the form. What does not say which, as a script, has seen
        no save from any."""
        sent = self.cleaned_data
        if not sent.get("window"):
            return Window("", 0)
        return Window(sent["window"], sent.get("revision") or 0, sent.get("order") or 0)

    def unsaved(self) -> tuple[Vedtak, Contents]:
        """The vedtak and its contents with the values of the form, unsaved, for the preview."""
        vedtak = self.instance
        for name, value in self.facts().items():
            setattr(vedtak, name, value)
        days = self.days()
        outcomes = [
            VedtakOutcome(
                vedtak=vedtak,
                basis=basis,
                **answer._asdict(),
                valid_from=days.get(basis, (None, None))[0],
                valid_to=days.get(basis, (None, None))[1],
            )
            for basis, answer in self.outcomes().items()
            if answer.outcome
        ]
        return vedtak, replace(self.content, outcomes=outcomes)

    def show_missing(self, missing: list[Missing]) -> None:
        """Show each missing thing beside its field and in the error summary."""
        for item in missing:
            if not item.bars:
                self.links.append({"id": item.question_id, "text": item.sentence})
                continue
            if item.url:
                self.links.append({"id": "", "url": item.url, "text": item.sentence})
                continue
            self.add_error(item.field if item.field in self.fields else None, item.sentence)


class ApproveForm(ReadMixin, forms.Form):
    """The button that approves; it carries what was read."""


class ReturnForm(ReadMixin, DraftMixin, PrintableMixin, forms.Form):
    comment = ReasonField(
        least=WORD,
        label=_("Hva må endres?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    comment.mark_optional = False


class OutcomesField(forms.ModelMultipleChoiceField):
    """Some of the outcomes of a vedtak, each with its appeals body."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, outcome: VedtakOutcome) -> str:
        body = AppealBody(outcome.basis.appeal_body).label
        return f"{outcome.basis.title}: {outcome.get_outcome_display().lower()} ({body})"


class ChangeForm(OnceFormMixin, forms.Form):
    """What of an issued vedtak is changed without an appeal, and what gives the right to it."""

    outcomes = OutcomesField(
        VedtakOutcome.objects.none(),
        label=_("Hva som skal endres"),
        help_text=_("Det du ikke velger, står som før, med sine datoer og klager."),
    )
    ground = forms.ChoiceField(
        label=_("Hva som gir rett til å endre vedtaket"), choices=GROUNDS, widget=ListChoice
    )
    to_harm = forms.TypedChoiceField(
        label=_("Er endringen til skade for personen?"),
        choices=YES_NO,
        coerce=lambda value: value == YES,
        widget=ChipChoice,
        help_text=_(
            "Da skal personen få forhåndsvarsel og kunne svare før det nye vedtaket fattes."
        ),
    )
    reason = ReasonField(
        label=_("Hvorfor vedtaket skal endres"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Står først i det nye brevet. Skriv hva som er endret, og hvorfor."),
    )

    def __init__(
        self, *args: Any, outcomes: list[VedtakOutcome], cancel: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if len(outcomes) > 1:
            self.fields["outcomes"].queryset = VedtakOutcome.objects.filter(
                pk__in=[outcome.pk for outcome in outcomes]
            ).select_related("basis")
        else:
            del self.fields["outcomes"]
        self.helper = VarigFormHelper(
            self, submit=_("Skriv nytt vedtak"), cancel=cancel, optional=False
        )


class DiscardForm(OnceFormMixin, forms.Form):
    """Why a draft is thrown away."""

    reason = ReasonField(
        least=WORD,
        label=_("Hvorfor utkastet forkastes"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Står i hendelsene i saken."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Forkast utkastet"), cancel=cancel)


class TakeOverForm(OnceFormMixin, forms.Form):
    """Why another writes on a vedtak."""

    reason = ReasonField(
        least=WORD,
        label=_("Hvorfor du overtar vedtaket"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Står i hendelsene i saken."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Overta vedtaket"), cancel=cancel)


# In place of an empty list.
NOBODY_APPROVES = _(
    "Ingen andre kan godkjenne vedtaket nå. Be lederen gi en til rollen som beslutter."
)


class MoveForm(OnceFormMixin, forms.Form):
    """Another approver for a vedtak that waits for approval."""

    approver = forms.ModelChoiceField(
        None,
        label=_("Ny godkjenner"),
        empty_label=_("Velg godkjenner"),
        error_messages={"invalid_choice": _("Velg en i listen.")},
    )

    def __init__(self, *args: Any, approvers: QuerySet[User], cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["approver"].queryset = approvers
        if not approvers:
            self.fields["approver"].help_text = NOBODY_APPROVES
        self.helper = VarigFormHelper(self, submit=_("Flytt godkjenningen"), cancel=cancel)
