"""The form of a death: the day, and what shall become of the cases and the rented homes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from allocation.ranking import applications_waiting
from casework.log.enums import APPLICATION_OPEN, DeathSource
from casework.log.visibility import visible_persons
from casework.models import Application, Death, HouseholdMember, Person
from casework.persons.actions.deaths import EndOfLease
from casework.persons.children import is_child_member
from common.forms import AskedField, AsksMixin, NorwegianDateField, VarigFormHelper, WhyField
from stays.leases.deaths import last_day_of_notice, rented_homes_of

if TYPE_CHECKING:
    from accounts.models import User

CLOSE = "avslutt"


class DeathForm(OnceFormMixin, forms.Form):
    """Asks about each case that is open or waits, and each home the person rents."""

    died_on = NorwegianDateField(label=_("Dødsdato"))
    source = forms.ChoiceField(
        label=_("Hvor opplysningen kommer fra"), choices=DeathSource, initial=DeathSource.REGISTER
    )
    note = forms.CharField(label=_("Merknad"), max_length=300, required=False)

    def __init__(
        self, *args: Any, person: Person, user: User, on: date, cancel: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cases = list(cases_of(person, on))
        self.homes = list(rented_homes_of(person, on))
        self.adults = {str(adult.pk): adult for adult in adults_beside(person, user, on)}
        names = [(key, adult.name) for key, adult in self.adults.items()]
        parts = []
        for case in self.cases:
            name = f"case_{case.pk}"
            self.fields[name] = forms.ChoiceField(
                label=_("Sak %(case)s, %(kind)s")
                % {"case": case.case_number, "kind": case.get_kind_display().lower()},
                choices=[
                    ("", _("Velg")),
                    (CLOSE, _("Saken avsluttes")),
                    *((key, _("%(name)s overtar saken") % {"name": n}) for key, n in names),
                ],
            )
            parts.append(name)
        rows = []
        for stay in self.homes:
            last, successor = f"last_day_{stay.pk}", f"successor_{stay.pk}"
            self.fields[last] = NorwegianDateField(
                label=_("Boet leier til og med"),
                help_text=_("%(unit)s. Forslaget er full oppsigelsestid (husll. § 9-6).")
                % {"unit": stay.unit},
                initial=last_day_of_notice(on),
                required=False,
            )
            rows.append(last)
            if names:
                self.fields[successor] = forms.ChoiceField(
                    label=_("Eller: en i husstanden overtar"),
                    choices=[("", _("Ingen")), *names],
                    help_text=_("Da leier den personen videre fra dødsdagen (husll. § 8-2)."),
                    required=False,
                )
                rows[-1:] = [Row(last, successor)]
        layout: list[Any] = [Row("died_on", "source"), "note"]
        if parts:
            layout.append(Fieldset(_("Saker"), *parts))
        if rows:
            layout.append(Fieldset(_("Leieforhold"), *rows))
        self.helper = VarigFormHelper(self, submit=_("Registrer dødsfallet"), cancel=cancel)
        self.helper.layout = Layout(*layout)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for stay in self.homes:
            name = f"last_day_{stay.pk}"
            answered = data.get(name) or data.get(f"successor_{stay.pk}")
            if not answered and name not in self.errors:
                self.add_error(name, _("Skriv siste dag, eller velg hvem som overtar."))
        return data

    @property
    def facts(self) -> dict[str, Any]:
        data = self.cleaned_data
        return {
            **{name: data[name] for name in ("died_on", "source", "note")},
            "cases": {c.pk: self.adults.get(data[f"case_{c.pk}"]) for c in self.cases},
            "leases": {stay.pk: self._end(stay.pk) for stay in self.homes},
        }

    def _end(self, pk: int) -> EndOfLease:
        successor = self.adults.get(self.cleaned_data.get(f"successor_{pk}", ""))
        return EndOfLease(self.cleaned_data[f"last_day_{pk}"], successor)


class UndoDeathForm(AsksMixin, OnceFormMixin, forms.Form):
    reason = WhyField(label=_("Hvorfor dødsfallet angres"), max_length=200)
    anyway = AskedField(
        label=_(
            "Dødsfallet angres likevel, og den andre får en annen bolig: trekk tilbudet etterpå"
        )
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Angre dødsfallet"), cancel=cancel)


def cases_of(person: Person, on: date):
    """The person's cases that are open, or wait for a home, or for a lease to begin."""
    waiting = applications_waiting(on).filter(person=person).values("pk")
    own = Application.objects.filter(person=person)
    is_open = own.filter(state__in=APPLICATION_OPEN).values("pk")
    not_begun = own.filter(leases__stay__period__startswith__gt=on).values("pk")
    found = is_open.union(waiting, not_begun)
    return Application.objects.filter(pk__in=found).order_by("received_at", "pk")


def adults_beside(person: Person, user: User, on: date) -> list[Person]:
    """The adults of the person's households whom the user may see."""
    members = (
        HouseholdMember.objects.filter(
            visible_persons(user, "person__"),
            household__members__person=person,
            household__members__period__contains=on,
            period__contains=on,
            person__merged_into__isnull=True,
        )
        .exclude(person=person)
        .exclude(person__in=Death.objects.in_force().values("person"))
        .select_related("person")
        .order_by("person__sort_name", "pk")
    )
    adults = [member.person for member in members if not is_child_member(member, on)]
    return list(dict.fromkeys(adults))
