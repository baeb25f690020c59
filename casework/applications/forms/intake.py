from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationUnit, User
from accounts.once import OnceFormMixin
from casework.letters.forms import OtherFormMixin
from casework.log.enums import Sender, Tonight
from casework.persons.forms.persons import IN_THE_FUTURE, FindPersonForm
from common.forms import ListChoice, NorwegianDateField, PhoneField, VarigFormHelper

from ..actions.intake import ToldChild
from .applications import CASE_UNITS, ClockTimeField, ReceivedMixin, case_units, combine_received

if TYPE_CHECKING:
    from ..models import MissingPaper


CALL = "samtale"


def _call(value: str) -> str:
    """The key of a call to go on with, else of a new one."""
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return str(uuid.uuid4())


def caller_of(typed: dict[str, list[str]]) -> str:
    """How a call is told from another: the person, or who calls, as far as it is typed."""
    names = [(typed.get(name) or [""])[0].strip() for name in ("first_name", "last_name")]
    caller = (typed.get("caller") or [""])[0].strip()
    return " ".join(filter(None, names)) or caller or gettext("uten navn")


class Section27Form(ReceivedMixin, OnceFormMixin, FindPersonForm):
    """A § 27 application by phone: the person has nowhere to sleep tonight (need C5)."""

    phone = PhoneField(label=_("Telefon"), landline=True, required=False)
    tonight = forms.ChoiceField(
        label=_("Hvor personen kan sove i natt"), choices=Tonight.choices, widget=ListChoice
    )
    children_tonight = forms.IntegerField(
        label=_("Barn som er med"), min_value=0, max_value=20, required=False, initial=0
    )
    children = forms.CharField(
        label=_("Navn og fødselsdato på barna, om du får vite det"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Ett barn på hver linje, for eksempel «Ida Vik 14.03.2015»."),
    )
    words = forms.CharField(
        label=_("Hva personen forteller"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    wish = forms.CharField(
        label=_("Hva personen ønsker, med egne ord"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    caller = forms.CharField(
        label=_("Hvem som ringer"),
        max_length=120,
        required=False,
        help_text=_("Når det ikke er personen selv."),
    )
    received_on = NorwegianDateField(label=_("Mottatt dato"))
    received_time = ClockTimeField(
        label=_("Klokka"), required=False, help_text=_("tt.mm. Tomt felt: ikke kjent.")
    )
    unit = forms.ModelChoiceField(
        label=_("Enhet"), queryset=OrganisationUnit.objects.none(), empty_label=_("Velg")
    )

    def __init__(
        self, *args: Any, user: User, at: datetime, cancel: str, call: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.at = user, at
        # Two may call at once, and neither overwrites the other.
        self.draft_query = f"{CALL}={_call(call)}"
        now = at.astimezone(get_default_timezone())
        self.on = now.date()
        self.show_now(now)
        for name in ("first_name", "last_name"):
            # Required unless the number belongs to a registered person.
            self.fields[name].mark_optional = False
        self.fields["unit"].queryset = case_units()
        if user.main_unit and user.main_unit.kind in CASE_UNITS:
            self.fields["unit"].initial = user.main_unit.pk
        if not self.is_bound:
            self.fields["number"].widget.attrs["autofocus"] = True
        self.helper = VarigFormHelper(submit=_("Registrer, og ta saken"), cancel=cancel)
        self.draw(ask=False)

    def draw(self, *, ask: bool) -> None:
        self.helper.layout = Layout(
            Fieldset(
                _("Hvem"),
                *(["same_as"] if ask else []),
                "number",
                Row("first_name", "last_name", "birth_date"),
                "other_birth_date",
                Row("phone", "caller"),
            ),
            Fieldset(_("Situasjonen"), "tonight", "children_tonight", "children", "words", "wish"),
            Fieldset(_("Mottatt"), Row("received_on", "received_time", "unit"), "shown_at"),
        )

    def clean_children(self) -> list[ToldChild]:
        lines = self.cleaned_data["children"].splitlines()
        return [self._child(" ".join(line.split())) for line in lines if line.strip()]

    def _child(self, line: str) -> ToldChild:
        """The child of a line: a name, a birth date, or both. A number that is no date is an
        error, so that no birth date is lost."""
        words = line.split(" ")
        born = None
        if any(sign.isdigit() for sign in words[-1]):
            born = NorwegianDateField().clean(words.pop())
            if born > self.on:
                raise ValidationError(IN_THE_FUTURE, code="future")
        name = " ".join(words).rstrip(",")
        if any(sign.isdigit() for sign in name):
            raise ValidationError(
                _("Skriv navn og så fødselsdato, ett barn på hver linje. Dette kan ikke leses: %s")
                % line
            )
        first, _space, last = name.rpartition(" ")
        return ToldChild(first or last, last if first else "", born)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        combine_received(self, facts, self.at)
        told = len(facts.get("children") or [])
        facts["children_tonight"] = max(facts.get("children_tonight") or 0, told)
        return facts

    @property
    def new_person(self) -> dict[str, Any]:
        return {**super().new_person, "phone": self.cleaned_data["phone"]}

    @property
    def application(self) -> dict[str, Any]:
        facts = self.cleaned_data
        names = ("received_at", "unit", "words", "tonight", "children_tonight")
        return {
            **{name: facts[name] for name in names},
            "sender": Sender.HELPER if facts["caller"] else Sender.PERSON,
            "sender_name": facts["caller"],
        }


class PapersForm(OtherFormMixin, OnceFormMixin, forms.Form):
    in_letter = ("papers",)

    papers = forms.CharField(
        label=_("Hva vi trenger"),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Ett papir på hver linje. Skriv til personen, i målformen brevet har."),
    )
    due_on = NorwegianDateField(label=_("Sendes innen"))

    def __init__(self, *args: Any, on: date, due: date, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["due_on"].initial = due
        self.helper = VarigFormHelper(submit=_("Lag og send brevet"), cancel=cancel)

    def clean_due_on(self) -> date:
        due = self.cleaned_data["due_on"]
        if due <= self.on:
            raise ValidationError(_("Velg en dato som ikke har vært."))
        return due

    def clean_papers(self) -> list[str]:
        papers = [line.strip() for line in self.cleaned_data["papers"].splitlines() if line.strip()]
        if any(len(line) > 200 for line in papers):
            raise ValidationError(_("Skriv hvert papir på høyst 200 tegn."))
        return papers


class ReceivedForm(OnceFormMixin, forms.Form):
    """Registers that one paper has come. Each paper on the page has a form with its own prefix."""

    received_on = NorwegianDateField(label=_("Kom"))

    def __init__(self, *args: Any, paper: MissingPaper, on: date, **kwargs: Any) -> None:
        super().__init__(
            *args,
            prefix=f"p{paper.pk}",
            auto_id=f"p{paper.pk}_%s",
            initial={"received_on": on},
            **kwargs,
        )
        self.paper, self.on = paper, on

    def clean_received_on(self) -> date:
        received = self.cleaned_data["received_on"]
        if received > self.on:
            raise ValidationError(_("Datoen er ikke kommet ennå."))
        return received
