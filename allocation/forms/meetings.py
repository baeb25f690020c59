from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import CASE_ROLES, RoleKind
from accounts.models import OrganisationUnit, Role, User
from accounts.once import OnceFormMixin
from common.forms import NorwegianDateField, VarigFormHelper, WhyField
from common.readings import ReadMixin

from ..enums import ItemOutcome
from ..models import AgendaItem

# Who takes part in allocation meetings.
ATTEND = (*CASE_ROLES, RoleKind.STOCK_MANAGER)
KEY = re.compile(r"[0-9]{1,12}")
MOST_KEY = 10**12


def with_role(*kinds: str, on: date) -> QuerySet[User]:
    roles = Role.objects.filter(kind__in=kinds, period__contains=on)
    return User.objects.filter(is_active=True, pk__in=roles.values("user")).order_by(
        "full_name", "pk"
    )


class MeetingForm(OnceFormMixin, forms.Form):
    unit = forms.ModelChoiceField(
        OrganisationUnit.objects.none(), label=_("Kalles inn av"), empty_label=_("Velg")
    )
    day = NorwegianDateField(label=_("Dato"))
    time = forms.TimeField(
        label=_("Klokkeslett"),
        help_text=_("For eksempel 09.00"),
        input_formats=["%H.%M", "%H:%M", "%H%M"],
        widget=forms.TimeInput(format="%H.%M", attrs={"class": "v-date", "inputmode": "numeric"}),
        error_messages={"invalid": _("Skriv klokkeslettet som 09.00.")},
    )
    place = forms.CharField(label=_("Sted"), max_length=120, required=False)
    chair = forms.ModelChoiceField(User.objects.none(), label=_("Møteleder"), empty_label=_("Velg"))
    attendees = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label=_("Kalles inn"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Andre kan skrives inn på siden til møtet."),
    )

    def __init__(self, *args: Any, on: date, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["unit"].queryset = OrganisationUnit.objects.order_by("name", "pk")
        self.fields["chair"].queryset = with_role(RoleKind.CHAIR, on=on)
        self.fields["attendees"].queryset = with_role(*ATTEND, on=on)
        self.helper = VarigFormHelper(self, submit=_("Kall inn møtet"), cancel=cancel)
        self.helper.layout = Layout("unit", Row("day", "time", "place"), "chair", "attendees")

    def clean_day(self) -> date:
        day = self.cleaned_data["day"]
        if day < self.on:
            raise forms.ValidationError(_("Møtet kan ikke kalles inn til en dag som er gått."))
        return day

    def starts_at(self) -> datetime:
        return timezone.make_aware(
            datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"])
        )


class PresentForm(OnceFormMixin, forms.Form):
    """Somebody who is present: a user, or a name."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("Ansatt"), required=False)
    name = forms.CharField(label=_("Eller navn"), max_length=120, required=False)
    capacity = forms.CharField(label=_("Rolle i møtet"), max_length=80, required=False)

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = with_role(*ATTEND, on=on)
        self.fields["user"].empty_label = _("Ikke valgt")


class InhabilForm(OnceFormMixin, forms.Form):
    user = forms.ModelChoiceField(User.objects.none(), label=_("Hvem"))
    reason = WhyField(label=_("Hvorfor"), max_length=200)
    left_room = forms.BooleanField(label=_("Har gått ut"), required=False)

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.filter(
            pk__in=item.meeting.attendances.values("user")
        ).order_by("full_name", "pk")
        self.fields["user"].empty_label = _("Velg")


class ApproveForm(ReadMixin, OnceFormMixin, forms.Form):
    """The button that approves the minutes; it carries what was read."""


class DecisionForm(ReadMixin, OnceFormMixin, forms.Form):
    """What the meeting decided. The action `decide_item` validates it; the form only parses."""

    outcome = forms.ChoiceField(
        choices=[(o, ItemOutcome(o).label) for o in ItemOutcome if o], required=False
    )
    chosen = forms.IntegerField(
        required=False, min_value=1, max_value=MOST_KEY, label=_("Hvem boligen tildeles")
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    reserve = forms.TypedChoiceField(
        label=_("Reserve"), required=False, coerce=int, empty_value=None
    )
    reason = WhyField(
        label=_("Begrunnelse (må fylles ut)"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
    )
    override_reason = WhyField(
        label=_("Krav som fravikes: hvorfor"),
        help_text=_("Bare hvis den valgte ikke oppfyller et krav. Møteleder avgjør."),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    follow_up = forms.CharField(label=_("Hva skal følges opp"), max_length=200, required=False)
    follow_up_by = forms.ModelChoiceField(
        User.objects.none(), label=_("Følges opp av"), required=False
    )
    dissent = forms.CharField(
        label=_("Dissens"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self, *args: Any, candidates: list, on: date, may_override: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = candidates
        self.fields["reserve"].choices = [
            ("", _("Ingen reserve")),
            *((c.pk, f"{c.initials}, {_('sak')} {c.entry.case_number}") for c in candidates),
        ]
        self.fields["follow_up_by"].queryset = with_role(*ATTEND, on=on)
        self.fields["follow_up_by"].empty_label = _("Ikke avtalt")
        if not may_override:
            del self.fields["override_reason"]
        for c in candidates:
            self.fields[f"why_not_{c.pk}"] = forms.CharField(
                label=f"{c.initials}, {_('sak')} {c.entry.case_number}",
                max_length=400,
                required=False,
            )

    def why_not_fields(self) -> list[Any]:
        return [self[f"why_not_{c.pk}"] for c in self.candidates]

    def decided(self) -> dict[str, Any]:
        """The arguments of `actions.meetings.decide_item`."""
        data = dict(self.cleaned_data)
        notes = {
            c.pk: data.pop(f"why_not_{c.pk}", "")
            for c in self.candidates
            if f"why_not_{c.pk}" in data
        }
        shown = [int(part) for part in data.pop("shown", "").split(",") if KEY.fullmatch(part)][:20]
        return {
            **data,
            "outcome": data["outcome"] or ItemOutcome.CHOSEN,
            "reserve": data["reserve"] or None,
            "shown": shown,
            "why_not": notes,
        }
