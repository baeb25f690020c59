from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import RoleKind, UnitKind
from accounts.models import OrganisationUnit, Role, User
from accounts.once import OnceFormMixin
from casework.letters.forms import OtherFormMixin
from casework.letters.models import LegalBasis
from casework.log.defaults import BEGINNING
from casework.log.enums import ApplicationChannel, ApplicationKind, Sender
from common.corrections import SeenMixin
from common.formatting import nbdate
from common.forms import CardChoice, ListChoice, NorwegianDateField, VarigFormHelper, WhyField

if TYPE_CHECKING:
    from casework.persons.models import Person

    from ..models import Application

CASE_UNITS = (UnitKind.NAV, UnitKind.HOUSING_OFFICE, UnitKind.HEALTH_OFFICE)


def case_units() -> QuerySet[OrganisationUnit]:
    """The units that handle cases."""
    return OrganisationUnit.objects.filter(kind__in=CASE_UNITS)


def caseworkers(on: date, person: Person) -> QuerySet[User]:
    """Caseworkers and approvers on the date who may see the person, and so may have the case."""
    roles = Role.objects.filter(
        user=OuterRef("pk"),
        kind__in=[RoleKind.CASEWORKER, RoleKind.APPROVER],
        period__contains=on,
    )
    if person.needs_protected_access:
        roles = roles.filter(protected_access=True)
    if person.needs_shielded_access:
        roles = roles.filter(shielded_access=True)
    return User.objects.filter(Exists(roles), is_active=True)


class ClockTimeField(forms.Field):
    """A time of day, written 14.30, 14:30, 1430 or 14."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "numeric", "autocomplete": "off", "class": "v-date"})

    def to_python(self, value: Any) -> time | None:
        if isinstance(value, time):
            return value
        text = str(value or "").strip()
        if not text:
            return None
        match = re.fullmatch(r"(\d{1,2})(?:[.: ]?(\d{2}))?", text, re.ASCII)
        try:
            return time(int(match[1]), int(match[2] or 0)) if match else _refuse_time()
        except ValueError:
            return _refuse_time()

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H.%M}" if isinstance(value, time) else value


def _refuse_time() -> None:
    raise ValidationError(_("Skriv klokkeslettet som timer og minutter, for eksempel 14.30."))


def combine_received(form: forms.Form, facts: dict[str, Any], at: datetime) -> None:
    """Replace `received_on` and `received_time` in `facts` by `received_at`, or add form errors."""
    on, clock = facts.pop("received_on", None), facts.pop("received_time", None)
    shown = facts.pop("shown_at", "")
    if on is None or "received_time" in form.errors:
        return
    if clock is None or (shown.endswith(f"{clock:%H.%M}") and not shown.startswith(f"{on}")):
        # Not typed, or that of the page and not of the day: the time is not known.
        clock = time.min
    received = datetime.combine(on, clock, tzinfo=get_default_timezone())
    facts["received_at"] = received
    if on > at.astimezone(get_default_timezone()).date():
        form.add_error("received_on", _("Datoen er ikke kommet ennå. Skriv når søknaden kom inn."))
    elif on < BEGINNING:
        form.add_error("received_on", _("Sjekk årstallet. Datoen er før 2000."))
    elif received > at:
        form.add_error("received_time", _("Klokkeslettet er ikke kommet ennå."))


class ReceivedMixin:
    """Gives a form when its page was opened, in `shown_at`: the time shown there is of that day."""

    def show_now(self, now: datetime) -> None:
        self.fields["received_on"].initial = now.date()
        self.fields["received_time"].initial = now.time().replace(second=0, microsecond=0)
        self.fields["shown_at"] = forms.CharField(
            required=False, widget=forms.HiddenInput, initial=f"{now:%Y-%m-%d %H.%M}"
        )


class ApplicationForm(ReceivedMixin, OnceFormMixin, forms.Form):
    kind = forms.ChoiceField(
        label=_("Hva det søkes om"), choices=ApplicationKind.choices, widget=ListChoice
    )
    words = forms.CharField(
        label=_("Hva søkeren ber om, med egne ord"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    channel = forms.ChoiceField(
        label=_("Kom inn som"), choices=ApplicationChannel.choices, widget=CardChoice
    )
    received_on = NorwegianDateField(
        label=_("Mottatt dato"),
        help_text=_("Er søknaden levert på en institusjon eller i fengsel: dagen den ble levert."),
    )
    received_time = ClockTimeField(
        label=_("Klokka"), required=False, help_text=_("tt.mm. Tomt felt: ikke kjent.")
    )
    sender = forms.ChoiceField(label=_("Sendt av"), choices=Sender.choices, initial=Sender.PERSON)
    sender_name = forms.CharField(
        label=_("Navn på den som sendte"),
        max_length=120,
        required=False,
        help_text=_("Når det ikke er personen selv."),
    )
    sender_contact = forms.CharField(
        label=_("Kontaktperson og telefon"),
        max_length=120,
        required=False,
        help_text=_("Hos institusjonen eller hjelperen som søker for personen."),
    )
    bases = forms.ModelMultipleChoiceField(
        label=_("Søkt etter"),
        queryset=LegalBasis.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "La stå tomt for det vanlige. Kommunal bolig behandles da både etter "
            "kommunens retningslinjer og boligsosialloven § 6."
        ),
    )
    unit = forms.ModelChoiceField(
        label=_("Enhet"), queryset=OrganisationUnit.objects.none(), empty_label=_("Velg")
    )
    responsible = forms.ModelChoiceField(
        label=_("Saksbehandler"), queryset=User.objects.none(), required=False
    )

    def __init__(
        self, *args: Any, user: User, person: Person, at: datetime, cancel: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.at = at
        now = at.astimezone(get_default_timezone())
        self.show_now(now)
        # One choice for each legal basis; `clean` picks the version in force on the received day.
        self.fields["bases"].queryset = (
            LegalBasis.objects.filter(valid__overlap=(BEGINNING, None))
            .order_by("code", "-valid")
            .distinct("code")
        )
        units = case_units()
        self.fields["unit"].queryset = units
        if user.main_unit and user.main_unit.kind in CASE_UNITS:
            self.fields["unit"].initial = user.main_unit.pk
        self.fields["responsible"].queryset = caseworkers(now.date(), person)
        self.fields["responsible"].empty_label = _("Ikke fordelt")
        self.fields["responsible"].initial = user.pk
        if not self.is_bound:
            self.fields["kind"].widget.attrs["autofocus"] = True
        self.helper = VarigFormHelper(submit=_("Registrer søknaden"), cancel=cancel)
        self.helper.layout = Layout(
            Fieldset(_("Søknaden"), "kind", "words"),
            Fieldset(
                _("Hvordan den kom inn"),
                "channel",
                Row("received_on", "received_time"),
                "shown_at",
                Row("sender", "sender_name"),
                "sender_contact",
            ),
            Fieldset(_("Behandlingen"), "bases", Row("unit", "responsible")),
        )

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if facts.get("sender") not in (None, Sender.PERSON) and not facts.get("sender_name"):
            self.add_error("sender_name", _("Skriv hvem som sendte søknaden."))
        if (
            facts.get("sender") in (Sender.TREATMENT, Sender.PRISON)
            and "sender_contact" in facts
            and not facts["sender_contact"]
        ):
            self.add_error("sender_contact", _("Skriv hvem vi kan ringe der."))
        on = facts.get("received_on")
        combine_received(self, facts, self.at)
        if on and facts.get("bases"):
            facts["bases"] = self._in_force(facts["bases"], on)
        return facts

    def _in_force(self, chosen: Iterable[LegalBasis], on: date) -> list[LegalBasis]:
        codes = {basis.code: basis for basis in chosen}
        in_force = {
            basis.code: basis
            for basis in LegalBasis.objects.filter(code__in=codes, valid__contains=on)
        }
        for code, basis in codes.items():
            if code not in in_force:
                self.add_error(
                    "bases",
                    _("«%(basis)s» gjaldt ikke den dagen søknaden kom inn.") % {"basis": basis},
                )
        return list(in_force.values())


class WithdrawApplicationForm(OnceFormMixin, forms.Form):
    reason = WhyField(
        label=_("Hvorfor søknaden trekkes"),
        max_length=200,
        help_text=_("Hva personen sa, og hvordan dere fikk vite det."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Registrer at søknaden er trukket"), cancel=cancel)


class ReopenApplicationForm(OnceFormMixin, forms.Form):
    why = WhyField(
        label=_("Hvorfor saken gjenåpnes"),
        max_length=200,
        help_text=_("Mottatt dato, frister og plass på ventelisten blir som før."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Gjenåpne saken"), cancel=cancel)


class CorrectReceivedForm(SeenMixin, OnceFormMixin, forms.Form):
    received_on = NorwegianDateField(label=_("Mottatt dato"))
    received_time = ClockTimeField(
        label=_("Klokka"), required=False, help_text=_("tt.mm. Tomt felt: ikke kjent.")
    )
    why = WhyField(
        label=_("Hvorfor det rettes"),
        max_length=200,
        help_text=_("Fristen og plassen på ventelisten regnes ut på nytt."),
    )

    def __init__(
        self, *args: Any, application: Application, at: datetime, cancel: str, **kwargs: Any
    ) -> None:
        received = application.received_at.astimezone(get_default_timezone())
        initial = {"received_on": received.date(), "received_time": application.received_clock}
        super().__init__(*args, row=application, initial=initial, **kwargs)
        self.at = at
        self.helper = VarigFormHelper(self, submit=_("Lagre rettelsen"), cancel=cancel)
        self.helper.layout = Layout(Row("received_on", "received_time"), "why")

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        combine_received(self, facts, self.at)
        return facts


class ForwardForm(OnceFormMixin, forms.Form):
    unit = forms.ModelChoiceField(
        label=_("Enhet i kommunen"),
        queryset=OrganisationUnit.objects.none(),
        required=False,
        empty_label=_("Ingen, den skal ut av kommunen"),
        help_text=_("Saken følger med, med nummer, mottattdato og frist."),
    )
    receiver = forms.CharField(
        label=_("Mottaker utenfor kommunen"),
        max_length=100,
        required=False,
        help_text=_("For eksempel en annen kommune. Saken lukkes her."),
    )
    reason = WhyField(label=_("Hvorfor"), max_length=140)

    def __init__(self, *args: Any, application: Application, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = case_units().exclude(pk=application.unit_id)
        self.helper = VarigFormHelper(submit=_("Send videre"), cancel=cancel)

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        if (
            "unit" in facts
            and "receiver" in facts
            and bool(facts["unit"]) == bool(facts["receiver"])
        ):
            self.add_error("unit", _("Velg en enhet, eller skriv en mottaker utenfor kommunen."))
        return facts


class InterimReplyForm(OtherFormMixin, SeenMixin, OnceFormMixin, forms.Form):
    in_letter = ("delay", "needed")

    delay = forms.CharField(
        label=_("Hvorfor det tar tid"),
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Står i brevet. Skriv til personen, i målformen brevet har."),
    )
    expected_on = NorwegianDateField(label=_("Når personen kan vente svar"))
    needed = forms.CharField(
        label=_("Hva vi trenger fra personen"),
        required=False,
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Én ting på hver linje. Fristen vår stanser ikke mens vi venter."),
    )

    def __init__(
        self, *args: Any, application: Application, on: date, cancel: str, **kwargs: Any
    ) -> None:
        language = application.person.language_form
        super().__init__(*args, row=application, language=language, **kwargs)
        self.on = on
        if application.promised_on:
            self.fields["delay"].label = _("Hvorfor det tar lengre tid enn vi skrev")
            self.fields["expected_on"].help_text = _(
                "dd.mm.åååå. Sist lovet vi svar innen %s."
            ) % nbdate(application.promised_on)
        self.helper = VarigFormHelper(self, submit=_("Lag og send brevet"), cancel=cancel)

    def clean_expected_on(self) -> date:
        expected = self.cleaned_data["expected_on"]
        if expected <= self.on:
            raise ValidationError(_("Velg en dato som ikke har vært."))
        return expected

    def clean_needed(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["needed"].splitlines() if line.strip()]
