"""Forms for services, the support team, the transition plan, notices and handovers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from accounts.enums import CASE_ROLES
from accounts.models import OrganisationUnit, Role
from accounts.once import OnceFormMixin
from casework.persons.perms import colleagues
from common.corrections import SeenMixin
from common.forms import NorwegianDateField, VarigFormHelper, WhyField, norwegian

from .models import (
    ChecklistItem,
    ChecklistKind,
    Handover,
    InstitutionNotice,
    Milestone,
    Service,
    ServiceStep,
    TeamMeeting,
    TransitionPlan,
)

if TYPE_CHECKING:
    from casework.persons.models import Person

HOURS_IN_A_WEEK = 7 * 24


def _limit_to_hours_in_a_week(field: forms.DecimalField) -> None:
    field.validators.append(
        MaxValueValidator(HOURS_IN_A_WEEK, _("En uke har bare %(limit_value)s timer."))
    )
    field.validators.append(MinValueValidator(Decimal(0), _("Skriv null eller flere timer.")))


class ServiceForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = Service
        fields = ["name", "unit", "contact", "phone", "hours_per_week", "period"]
        formfield_callback = norwegian

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].empty_label = _("Ingen av enhetene her")
        self.fields["period"].label = _("Når")
        self.fields["period"].help_text = _("La siste dag stå tom når den ikke er avtalt.")
        hours = self.fields["hours_per_week"]
        _limit_to_hours_in_a_week(hours)
        hours.help_text = _("Det tjenesten begynner med. Endringer føres senere, hver med sin dag.")
        self.helper = VarigFormHelper(submit=_("Lagre tjenesten"), cancel=cancel)
        self.helper.layout = Layout(
            Row("name", "unit"), Row("contact", "phone"), "hours_per_week", "period"
        )


class HoursForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = ServiceStep
        fields = ["starts_on", "hours_per_week", "why"]
        field_classes = {"why": WhyField}
        formfield_callback = norwegian

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = self.fields["hours_per_week"]
        _limit_to_hours_in_a_week(hours)
        self.helper = VarigFormHelper(submit=_("Endre timene"), cancel=cancel)
        self.helper.layout = Layout(Row("starts_on", "hours_per_week"), "why")


class EndServiceForm(SeenMixin, OnceFormMixin, forms.Form):
    last_day = NorwegianDateField(label=_("Siste dag"))
    reason = WhyField(label=_("Hvorfor tjenesten er slutt"), max_length=200)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Avslutt tjenesten"), cancel=cancel)


class TeamMemberForm(OnceFormMixin, forms.Form):
    name = forms.CharField(label=_("Navn"), max_length=120)
    role = forms.CharField(
        label=_("Rolle"), max_length=80, help_text=_("For eksempel fastlege eller boveileder.")
    )
    contact = forms.CharField(label=_("Telefon eller e-post"), max_length=120, required=False)
    is_coordinator = forms.BooleanField(
        label=_("Er koordinator"),
        required=False,
        help_text=_("Den som er koordinator nå, blir med videre som vanlig medlem."),
    )
    since = NorwegianDateField(label=_("Fra og med"))

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Legg til"), cancel=cancel)
        self.helper.layout = Layout(Row("name", "role"), Row("contact", "since"), "is_coordinator")


class TeamMeetingForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = TeamMeeting
        fields = ["held_on", "place", "topic"]
        formfield_callback = norwegian

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Før opp møtet"), cancel=cancel)
        self.helper.layout = Layout(Row("held_on", "place"), "topic")


class PlanForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = TransitionPlan
        fields = ["goal", "institution", "expected_out", "owner"]
        formfield_callback = norwegian

    def __init__(self, *args: Any, person: Person, on: date, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues(person, on)
        self.fields["institution"].help_text = _("Der personen er nå. Tomt når det ikke er noe.")
        self.fields["expected_out"].help_text = _(
            "Dagen personen skal ut. Et varsel fra institusjonen endrer den."
        )
        self.helper = VarigFormHelper(submit=_("Lagre planen"), cancel=cancel)
        self.helper.layout = Layout("goal", Row("institution", "expected_out"), "owner")


class ReopenPlanForm(OnceFormMixin, forms.Form):
    why = WhyField(label=_("Hvorfor planen gjenåpnes"), max_length=200)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Gjenåpne planen"), cancel=cancel)


class SettlePlanForm(OnceFormMixin, forms.Form):
    outcome = forms.CharField(
        label=_("Hvordan det gikk"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For eksempel: flyttet inn, har nøkler og boveileder. Eller hvorfor planen stopper."
        ),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Avslutt planen"), cancel=cancel)


class MilestoneForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = Milestone
        fields = ["title", "owner", "due_on"]
        formfield_callback = norwegian

    def __init__(self, *args: Any, person: Person, on: date, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues(person, on)
        self.helper = VarigFormHelper(submit=_("Lagre milepælen"), cancel=cancel)
        self.helper.layout = Layout("title", Row("owner", "due_on"))


class ChecklistItemForm(SeenMixin, OnceFormMixin, forms.ModelForm):
    class Meta:
        model = ChecklistItem
        fields = ["helper", "not_needed"]
        formfield_callback = norwegian

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["helper"].help_text = _("Navnet på den som hjelper personen med dette.")
        self.fields["not_needed"].help_text = _("Bare når punktet ikke gjelder denne personen.")
        self.helper = VarigFormHelper(submit=_("Lagre punktet"), cancel=cancel)
        self.helper.layout = Layout("helper", "not_needed")


class InstitutionNoticeForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = InstitutionNotice
        fields = ["kind", "concerns_on", "institution", "notified_on", "notifier", "comment"]
        formfield_callback = norwegian

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", _("Velg")), *self.fields["kind"].choices[1:]]
        self.fields["concerns_on"].help_text = _("Dagen personen kom inn, eller skal ut.")
        self.fields["notified_on"].help_text = _(
            "La stå tom hvis institusjonen ikke varslet, og dere fikk vite det på annen måte."
        )
        self.fields["notifier"].help_text = _("Navn og rolle.")
        self.helper = VarigFormHelper(submit=_("Registrer varselet"), cancel=cancel)
        self.helper.layout = Layout(
            Row("kind", "concerns_on"), "institution", Row("notified_on", "notifier"), "comment"
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("notified_on") and not facts.get("notifier"):
            self.add_error("notifier", _("Skriv hvem som varslet."))
        return facts


class HandoverForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = Handover
        fields = ["to_unit", "to_user", "what", "why", "due_on", "application"]
        field_classes = {"why": WhyField}
        formfield_callback = norwegian

    def __init__(
        self, *args: Any, person: Person, user: Any, on: date, cancel: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        roles = Role.objects.filter(kind__in=CASE_ROLES, period__contains=on)
        self.fields["to_unit"].queryset = OrganisationUnit.objects.filter(
            pk__in=roles.values("unit")
        )
        self.fields["to_unit"].empty_label = _("Velg")
        self.fields["to_user"].queryset = colleagues(person, on)
        self.fields["to_user"].empty_label = _("Den ved enheten som tar den")
        self.fields["application"].queryset = person.applications.visible_to(user)
        self.fields["application"].empty_label = _("Ingen bestemt sak")
        self.fields["why"].help_text = _("Det mottakeren må vite for å begynne.")
        self.fields["why"].widget = forms.Textarea(attrs={"rows": 3})
        self.helper = VarigFormHelper(submit=_("Send oppgaven"), cancel=cancel)
        self.helper.layout = Layout(
            Row("to_unit", "to_user"), "what", "why", Row("due_on", "application")
        )


class AcknowledgeForm(OnceFormMixin, forms.Form):
    reply = forms.CharField(
        label=_("Svar til den som sendte"),
        max_length=300,
        required=False,
        help_text=_("For eksempel når du begynner."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Kvitter: jeg tar den"), cancel=cancel)


class ChecklistKindForm(OnceFormMixin, forms.ModelForm):
    class Meta:
        model = ChecklistKind
        fields = ["name", "help", "order"]
        formfield_callback = norwegian

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["order"].help_text = _("Et tall. Punktet med lavest tall står først.")
        self.helper = VarigFormHelper(submit=_("Legg til punktet"))
        self.helper.layout = Layout("name", "help", "order")

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if ChecklistKind.objects.filter(name__iexact=name, valid__upper_inf=True).exists():
            raise ValidationError(_("Punktet står allerede i listen."))
        return name
