from __future__ import annotations

from collections.abc import Callable
from datetime import date

from crispy_forms.layout import Div, Fieldset, Layout, Row
from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.once import OnceFormMixin
from casework.models import Person, Vedtak
from casework.vedtak.completeness import PLACE_BASIS
from common.corrections import SeenMixin
from common.formatting import nbdate
from common.forms import (
    ChipChoice,
    ListChoice,
    NorwegianDateField,
    VarigFormHelper,
    WholeNumberField,
    WhyField,
)
from housing.enums import TEMPORARY_TYPES, TRIAL_TYPES, UnavailableCause
from housing.models import Unit

from .availability import InTheWay, first_free, in_the_way
from .enums import SLEEPS, InstitutionKind, StayKind, Unsuitable, VoidedAs
from .models import Stay
from .tenants import named_tenants
from .unsuited import not_said_to_suit

# The last field of every correction.
WHY = _("Hva er rettet eller nytt, og hvordan vet vi det")
UNSUITABLE = [("", _("Boligen kan brukes")), *Unsuitable.choices]


class RiskFields(forms.Form):
    """Why the person may lose the place, or cannot stay there."""

    must_leave_by = NorwegianDateField(
        label=_("Må ut innen"),
        required=False,
        help_text=_("Oppsigelse, kontrakt som går ut, eller dagen venner har sagt. dd.mm.åååå"),
    )
    unsuitable = forms.ChoiceField(label=_("Uegnet"), choices=UNSUITABLE, required=False)
    unsafe = forms.BooleanField(label=_("Vold eller trusler der personen bor"), required=False)


# A lease comes from an offer, never from this form.
KINDS = [choice for choice in StayKind.choices if choice[0] != StayKind.LEASE]


ROOMS = (StayKind.TEMPORARY, StayKind.TRIAL)
ELSEWHERE = tuple(StayKind(kind) for kind, _label in KINDS if kind not in ROOMS)


def when(*kinds: StayKind, fields: list) -> Div:
    """The fields of these kinds of stay, shown when one of them is chosen as `kind`."""
    return Div(*fields, css_class="v-form__when", data_kind=" ".join(kinds))


class StayForm(OnceFormMixin, RiskFields):
    """Where a person lives from a day; which fields are needed depends on the kind."""

    kind = forms.ChoiceField(label=_("Bor"), choices=KINDS, widget=ChipChoice)
    starts_on = NorwegianDateField(label=_("Fra"))
    ends_on = NorwegianDateField(
        label=_("Flytter ut"),
        required=False,
        help_text=_("Dagen personen drar. La stå tomt når det ikke er kjent."),
    )
    unit = forms.ModelChoiceField(
        label=_("Bolig"),
        empty_label=_("Ikke valgt"),
        queryset=Unit.objects.none(),
        required=False,
        help_text=_("Midlertidige bosteder og treningsleiligheter."),
    )
    night_price = WholeNumberField(
        label=_("Pris (kr per natt)"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("Tomt felt gir prisen som står på boligen."),
    )
    vedtak = forms.ModelChoiceField(
        label=_("Vedtak om midlertidig botilbud"),
        empty_label=_("Ikke noe vedtak ennå"),
        queryset=Vedtak.objects.none(),
        required=False,
        help_text=_("Vedtaket sier sted og lengde (sosialtjenesteloven § 27)."),
    )
    reason = WhyField(
        label=_("Hvis det ikke er noe vedtak ennå: hvorfor"), required=False, max_length=200
    )
    moving = forms.BooleanField(
        label=_("Personen flytter hit fra der personen bor nå, og det avsluttes samme dag"),
        required=False,
    )
    unsuited_reason = WhyField(
        label=_("Hvis stedet ikke er egnet for barn eller unge: hvorfor det likevel brukes"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    institution = forms.ChoiceField(
        label=_("Hva slags institusjon"),
        choices=[("", _("Velg")), *InstitutionKind.choices],
        required=False,
    )
    place = forms.CharField(label=_("Sted"), required=False, max_length=120)
    planned_out = NorwegianDateField(label=_("Planlagt ut"), required=False)

    def __init__(self, *args, person: Person, on: date, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        rooms = Unit.objects.filter(type__in=[*TEMPORARY_TYPES, *TRIAL_TYPES])
        rooms = rooms.select_related("property").order_by("sort_name", "pk")
        self.fields["unit"].queryset = rooms
        self.fields["unit"].choices = by_first_free(
            self.fields["unit"], on, label=_unit_label, with_taken=True
        )
        self.fields["vedtak"].queryset = vedtak_for(person)
        self.fields["vedtak"].label_from_instance = vedtak_label
        may_move = Stay.objects.current(on).filter(person=person, kind__in=SLEEPS).exists()
        if not may_move:
            del self.fields["moving"]
        self.helper = VarigFormHelper(self, submit=_("Registrer oppholdet"), cancel=cancel)
        self.helper.layout = Layout(
            "kind",
            Row("starts_on", "ends_on"),
            *(["moving"] if may_move else []),
            when(*ROOMS, fields=["unit", "unsuited_reason"]),
            when(StayKind.TEMPORARY, fields=[Row("vedtak", "night_price"), "reason"]),
            when(*ELSEWHERE, fields=["place"]),
            when(StayKind.INSTITUTION, fields=[Row("institution", "planned_out")]),
            Fieldset(_("Kan personen bli boende?"), Row("must_leave_by", "unsuitable"), "unsafe"),
        )

    def clean(self) -> dict:
        return institution_is_chosen(self, super().clean())


def institution_is_chosen(form: forms.Form, cleaned: dict) -> dict:
    if cleaned.get("kind") == StayKind.INSTITUTION and not cleaned.get("institution"):
        form.add_error("institution", _("Velg hva slags institusjon det er."))
    return cleaned


# The fields of a correction that follow the contract of a lease, or do not apply to one.
NOT_OF_A_LEASE = (
    *("kind", "unit", "night_price", "granted_until", "vedtak", "unsuited_reason", "place"),
    *("institution", "planned_out"),
)


class ChangeStayForm(SeenMixin, OnceFormMixin, RiskFields):
    """Correct a stay or add facts to it; those of another kind of place are left out when saved."""

    kind = forms.ChoiceField(label=_("Bor"), choices=KINDS, widget=ChipChoice)
    starts_on = NorwegianDateField(label=_("Fra"))
    ends_on = NorwegianDateField(
        label=_("Flyttet ut"), required=False, help_text=_("La stå tomt når personen bor der.")
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(), label=_("Bolig"), empty_label=_("Ikke valgt"), required=False
    )
    night_price = WholeNumberField(
        label=_("Pris (kr per natt)"), required=False, min_value=0, max_value=100_000
    )
    granted_until = NorwegianDateField(label=_("Innvilget til"), required=False)
    vedtak = forms.ModelChoiceField(
        Vedtak.objects.none(),
        label=_("Vedtak om midlertidig botilbud"),
        empty_label=_("Ikke noe vedtak ennå"),
        required=False,
    )
    unsuited_reason = WhyField(
        label=_("Hvis stedet ikke er egnet for barn eller unge: hvorfor det likevel brukes"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    place = forms.CharField(label=_("Sted"), required=False, max_length=120)
    institution = forms.ChoiceField(
        label=_("Hva slags institusjon"),
        choices=[("", _("Velg")), *InstitutionKind.choices],
        required=False,
    )
    planned_out = NorwegianDateField(label=_("Planlagt ut"), required=False)
    end_reason = WhyField(label=_("Hvorfor det tok slutt"), required=False, max_length=160)
    why = WhyField(label=WHY, max_length=200)

    def __init__(self, *args, stay: Stay, user: User, on: date, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, row=stay, **kwargs)
        self.named: set[int] = set()
        self.initial = {
            "starts_on": stay.period.lower,
            "ends_on": stay.period.upper,
            **{
                name: getattr(stay, name)
                for name in self.fields
                if name not in ("starts_on", "ends_on", "why") and hasattr(stay, name)
            },
            **self.initial,
        }
        places: list = ["kind", Row("starts_on", "ends_on")]
        if stay.kind == StayKind.LEASE:
            for name in ("starts_on", "ends_on"):
                self.fields[name].disabled = True
                self.fields[name].help_text = _("Følger leieforholdet.")
            for name in NOT_OF_A_LEASE:
                del self.fields[name]
            places.remove("kind")
        else:
            units = Unit.objects.filter(type__in=[*TEMPORARY_TYPES, *TRIAL_TYPES])
            self.fields["unit"].queryset = units.select_related("property").order_by(
                "sort_name", "pk"
            )
            self.fields["unit"].choices = self._rooms(stay, user, on)
            self.fields["vedtak"].queryset = vedtak_for(stay.person)
            self.fields["vedtak"].label_from_instance = vedtak_label
            places += [
                when(*ROOMS, fields=["unit", "unsuited_reason"]),
                when(StayKind.TEMPORARY, fields=[Row("night_price", "granted_until"), "vedtak"]),
                when(*ELSEWHERE, fields=["place"]),
                when(StayKind.INSTITUTION, fields=[Row("institution", "planned_out")]),
            ]
        self.helper = VarigFormHelper(self, submit=_("Lagre"), cancel=cancel)
        self.helper.layout = Layout(
            *places,
            Fieldset(_("Kan personen bli boende?"), Row("must_leave_by", "unsuitable"), "unsafe"),
            "end_reason",
            "why",
        )

    def _period(self) -> DateRange | None:
        """The period that is written, None when it cannot be read."""
        try:
            first, last = (
                self.fields[name].clean(self[name].value()) for name in ("starts_on", "ends_on")
            )
        except forms.ValidationError:
            return None
        return DateRange(first, last) if last is None or last > first else None

    def _rooms(self, stay: Stay, user: User, on: date) -> list:
        """The rooms free in the period of the stay, and those that are not, each with why."""
        period = self._period() or stay.period
        units = list(self.fields["unit"].queryset)
        why = in_the_way(units, period, stay.person, on, besides=stay)
        seen = named_tenants(user, [(pk, each.person) for pk, each in why.items()])
        self.named = set(seen)
        free = [(unit.pk, _unit_label(unit)) for unit in units if unit.pk not in why]
        taken = [
            (unit.pk, f"{_unit_label(unit)} · {_reason(why[unit.pk], seen)}")
            for unit in units
            if unit.pk in why
        ]
        groups = [(_("Ledige i perioden"), free), (_("Ikke ledige i perioden"), taken)]
        empty = self.fields["unit"].empty_label
        return [("", empty), *(group for group in groups if group[1])]

    def clean(self) -> dict:
        return institution_is_chosen(self, super().clean())


def _reason(why: InTheWay, seen: dict[int, Person]) -> str:
    """«Kari Vik til 12.12.2026», «oppussing», «opptatt». Somebody who is not named to the user
    reads as a home that is promised to somebody, so that neither tells of them."""
    if not why.in_use:
        return _("ikke i bruk")
    if why.cause:
        text = str(UnavailableCause(why.cause).label).lower()
    elif why.person in seen:
        text = seen[why.person].name
    else:
        return _("opptatt")
    return _("%(why)s til %(day)s") % {"why": text, "day": nbdate(why.until)} if why.until else text


class VoidStayForm(SeenMixin, OnceFormMixin, forms.Form):
    """Why a stay does not count, and which stays that ended because of it go on."""

    how = forms.ChoiceField(
        label=_("Hva er galt?"),
        choices=[
            (VoidedAs.MISTAKEN, _("Feilregistrert: det gjaldt en annen, eller er ført to ganger")),
            (VoidedAs.UNUSED, _("Ble ikke noe av: personen sov aldri der")),
        ],
        widget=ListChoice,
        initial=VoidedAs.MISTAKEN,
    )
    reason = WhyField(
        label=_("Hvorfor"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Står på personens side. Skriv ikke navn på andre."),
    )
    reopen = forms.ModelMultipleChoiceField(
        Stay.objects.none(),
        label=_("Ble avsluttet den dagen, og åpnes igjen"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args, stay: Stay, ended: QuerySet[Stay], cancel: str, **kwargs) -> None:
        super().__init__(*args, row=stay, **kwargs)
        offer_to_reopen(self, ended)
        self.helper = VarigFormHelper(self, submit=_("Oppholdet telles ikke"), cancel=cancel)


def offer_to_reopen(form: forms.Form, ended: QuerySet[Stay]) -> None:
    """Let the form choose among the stays that ended; all are ticked. No field without any."""
    if not ended:
        del form.fields["reopen"]
        return
    field = form.fields["reopen"]
    field.queryset, field.initial = ended, [stay.pk for stay in ended]
    field.label_from_instance = lambda stay: f"{stay.get_kind_display()}: {stay.where}"


class ReopenStayForm(OnceFormMixin, forms.Form):
    reason = WhyField(label=_("Hvordan vet vi at personen fortsatt bor der?"), max_length=200)

    def __init__(self, *args, cancel: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Åpne oppholdet igjen"), cancel=cancel)


class EndStayForm(OnceFormMixin, forms.Form):
    ends_on = NorwegianDateField(
        label=_("Flyttet ut"), help_text=_("Natten før er den siste som telles. dd.mm.åååå")
    )
    reason = WhyField(
        label=_("Hvorfor det tok slutt"),
        max_length=160,
        help_text=_("For eksempel «Flyttet til egen bolig» eller «Flyttet til et annet sted»."),
    )

    def __init__(self, *args, cancel: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Avslutt oppholdet"), cancel=cancel)


class FollowUpForm(OnceFormMixin, forms.Form):
    note = forms.CharField(
        label=_("Hva er gjort, og hva er neste steg?"),
        help_text=_("Begrunnelsen blir stående i saken. Skriv også hvem som har ansvaret."),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": _("Skriv hva som er gjort, eller hvorfor det ikke skal gjøres mer nå.")
        },
    )

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Lagre og avslutt varselet"))


def by_first_free(
    field: forms.ModelChoiceField, on: date, *, label: Callable[[Unit], str], with_taken: bool
) -> list[tuple[str, str | list[tuple[int, str]]]]:
    """The choices of a field with units, in groups: free from the date, free from a later day, and
    taken (for stays that are past). The action asks again, for the period that was sent."""
    units = list(field.queryset)
    days = first_free([unit.pk for unit in units], on)
    now = [(unit.pk, label(unit)) for unit in units if days.get(unit.pk) == on]
    later = [
        (unit.pk, f"{label(unit)} · {_('ledig fra %s') % nbdate(days[unit.pk])}")
        for unit in sorted(
            (unit for unit in units if days.get(unit.pk, on) > on), key=lambda u: days[u.pk]
        )
    ]
    taken = [(unit.pk, label(unit)) for unit in units if unit.pk not in days]
    groups = [(_("Ledige nå"), now), (_("Ledige senere"), later)]
    if with_taken:
        groups.append((_("Ikke ledige nå, for opphold som er over"), taken))
    return [("", field.empty_label), *(group for group in groups if group[1])]


def vedtak_for(person: Person) -> QuerySet[Vedtak]:
    """Vedtak that grant the person a temporary place (sosialtjenesteloven § 27), newest first."""
    return (
        Vedtak.objects.granted(PLACE_BASIS)
        .filter(application__person=person)
        .select_related("application")
        .order_by("-issued_on", "-pk")
    )


def vedtak_label(vedtak: Vedtak) -> str:
    label = _("Vedtak %(date)s") % {"date": nbdate(vedtak.issued_on)}
    return f"{label} · {vedtak.place}" if vedtak.place else str(label)


def _unit_label(unit: Unit) -> str:
    return " · ".join([str(unit), str(unit.get_type_display()), *not_said_to_suit(unit)])
