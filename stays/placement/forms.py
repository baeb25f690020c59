"""Forms for temporary places: placement, search and renewal."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Fieldset, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.enums import RoleKind
from accounts.models import Role, User
from accounts.once import OnceFormMixin
from casework.models import HouseholdMember, Person, Vedtak
from casework.persons.children import is_child_member
from common.corrections import SeenMixin
from common.formatting import kroner, months_nb
from common.forms import ChipChoice, NorwegianDateField, VarigFormHelper, WholeNumberField, WhyField
from housing.models import Unit
from stays import milieu
from stays.enums import SLEEPS, SearchOutcome, StayKind
from stays.forms import (
    ELSEWHERE,
    KINDS,
    WHY,
    by_first_free,
    vedtak_for,
    vedtak_label,
    when,
)
from stays.models import PlaceSearch, Stay
from stays.unsuited import not_said_to_suit

from .rules import unwanted

# What becomes of each member when a household splits.
STAYS, MOVES, BOTH = "blir", "flytter", "begge"


class PlacementForm(OnceFormMixin, forms.Form):
    """Place, length and price in one form; some fields appear only when they apply."""

    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Sted"),
        empty_label=_("Velg et ledig sted"),
    )
    starts_on = NorwegianDateField(label=_("Fra"))
    granted_until = NorwegianDateField(label=_("Til"), help_text=_("Dagen personen skal ut."))
    night_price = WholeNumberField(
        label=_("Pris (kr per natt)"),
        required=False,
        min_value=0,
        max_value=100_000,
        help_text=_("Tomt felt gir stedets pris."),
    )
    vedtak = forms.ModelChoiceField(
        Vedtak.objects.none(),
        label=_("Vedtak etter § 27"),
        required=False,
        empty_label=_("Ikke noe vedtak ennå"),
    )
    reason = WhyField(
        label=_("Hvis det ikke er noe vedtak ennå: hvorfor"), required=False, max_length=200
    )
    unsuited_reason = WhyField(
        label=_("Hvis stedet ikke er egnet for barn eller unge: hvorfor det likevel brukes"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    moving = forms.BooleanField(
        label=_("Personen flytter hit fra der personen bor nå, og det avsluttes samme dag"),
        required=False,
    )
    let_out = forms.BooleanField(
        label=_("Personen er skrevet ut eller løslatt, og oppholdet der avsluttes samme dag"),
        help_text=_("Ta bort krysset hvis personen bare er ute en tur, og skal tilbake."),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, person: Person, on: date, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Unit.objects.temporary().select_related("property__provider")
        places = places.order_by("sort_name", "pk")
        self.fields["unit"].queryset = places
        # The list shows the warnings beside each place (need H6).
        self.full = milieu.full_houses(places.order_by().values("property"), on)
        self.unwanted = unwanted(person, places)
        self.fields["unit"].choices = by_first_free(
            self.fields["unit"], on, label=self._place, with_taken=False
        )
        self.fields["vedtak"].queryset = vedtak_for(person)
        self.fields["vedtak"].label_from_instance = vedtak_label
        may_move = Stay.objects.current(on).filter(person=person, kind__in=SLEEPS).exists()
        if not may_move:
            del self.fields["moving"]
        # A room may be kept during a short admission, so both stays may be open. But a person who
        # is given a place has usually left the institution.
        inside = Stay.objects.current(on).filter(person=person, kind=StayKind.INSTITUTION).exists()
        if not inside:
            del self.fields["let_out"]
        self.helper = VarigFormHelper(self, submit=_("Gi plassen"), cancel=cancel)
        self.helper.layout = Layout(
            "unit",
            Row("starts_on", "granted_until", "night_price"),
            Row("vedtak", "reason"),
            "unsuited_reason",
            *(["moving"] if may_move else []),
            *(["let_out"] if inside else []),
        )

    def _place(self, unit: Unit) -> str:
        parts = [_place_label(unit)]
        if unit.property_id in self.full:
            parts.append(milieu.short(self.full[unit.property_id]))
        if unit.pk in self.unwanted:
            parts.append(_("miljø å unngå"))
        return " · ".join(str(part) for part in parts)


class SearchForm(OnceFormMixin, forms.Form):
    outcome = forms.ChoiceField(
        label=_("Hva skjedde"), choices=SearchOutcome.choices, widget=ChipChoice
    )
    on = NorwegianDateField(label=_("Gjaldt natten"))
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Sted"),
        required=False,
        empty_label=_("Ikke et av stedene, eller ingen"),
    )
    place = forms.CharField(label=_("Annet sted"), required=False, max_length=120)
    reason = WhyField(
        label=_("Hvorfor"),
        max_length=300,
        help_text=_("Hvor dere spurte, og hva svaret var."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Unit.objects.temporary().select_related("property")
        self.fields["unit"].queryset = places.order_by("sort_name", "pk")
        self.helper = VarigFormHelper(self, submit=_("Skriv i loggen"), cancel=cancel)
        self.helper.layout = Layout("outcome", "on", Row("unit", "place"), "reason")


class CorrectSearchForm(SeenMixin, SearchForm):
    why = WhyField(label=WHY, max_length=200)

    def __init__(self, *args: Any, search: PlaceSearch, cancel: str, **kwargs: Any) -> None:
        names = ("outcome", "on", "unit", "place", "reason")
        initial = {name: getattr(search, name) for name in names}
        super().__init__(*args, row=search, cancel=cancel, initial=initial, **kwargs)
        self.helper.layout.append("why")


class RenewalForm(OnceFormMixin, forms.Form):
    until = NorwegianDateField(label=_("Forlenges til"))
    reason = WhyField(
        label=_("Hvorfor personen ikke har varig bolig ennå"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    next_step = forms.CharField(
        label=_("Neste steg mot varig bolig"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    responsible = forms.ModelChoiceField(
        User.objects.none(), label=_("Hvem har ansvaret"), empty_label=_("Velg")
    )
    vedtak = forms.ModelChoiceField(
        Vedtak.objects.none(),
        label=_("Vedtak om forlengelsen"),
        required=False,
        empty_label=_("Ikke noe nytt vedtak"),
    )

    def __init__(self, *args: Any, stay: Stay, on: date, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        workers = Role.objects.filter(
            period__contains=on, kind__in=[RoleKind.CASEWORKER, RoleKind.APPROVER, RoleKind.MANAGER]
        )
        if stay.person.needs_protected_access:
            workers = workers.filter(protected_access=True)
        if stay.person.needs_shielded_access:
            workers = workers.filter(shielded_access=True)
        users = User.objects.filter(is_active=True, pk__in=workers.values("user"))
        self.fields["responsible"].queryset = users.order_by("full_name", "pk")
        self.fields["vedtak"].queryset = vedtak_for(stay.person)
        self.fields["vedtak"].label_from_instance = vedtak_label
        self.helper = VarigFormHelper(self, submit=_("Forleng oppholdet"), cancel=cancel)
        self.helper.layout = Layout("until", "reason", "next_step", Row("responsible", "vedtak"))


def _place_label(unit: Unit) -> str:
    parts = [str(unit), str(unit.get_type_display())]
    if unit.capacity:
        parts.append(str(_("plass til %(n)s") % {"n": unit.capacity}))
    if unit.night_price is not None:
        parts.append(str(_("%(price)s per natt") % {"price": kroner(unit.night_price)}))
    if unit.property.max_stay_months:
        longest = months_nb(unit.property.max_stay_months)
        parts.append(str(_("høyst %(longest)s") % {"longest": longest}))
    parts.extend(map(str, not_said_to_suit(unit)))
    return " · ".join(parts)


class SeparationForm(OnceFormMixin, forms.Form):
    """Who of a household moves out, from which day, and where they live from then."""

    since = NorwegianDateField(label=_("Fra"), help_text=_("Første natt på det nye stedet."))
    new_head = forms.ModelChoiceField(
        Person.objects.none(),
        label=_("Hovedperson i den nye husstanden"),
        empty_label=_("Velg"),
    )
    # A treningsleilighet is given, and an institution is each person's own: on their page.
    kind = forms.ChoiceField(
        label=_("Flytter til"),
        choices=[
            choice for choice in KINDS if choice[0] not in (StayKind.INSTITUTION, StayKind.TRIAL)
        ],
        widget=ChipChoice,
    )
    unit = forms.ModelChoiceField(
        Unit.objects.none(),
        label=_("Midlertidig sted"),
        required=False,
        empty_label=_("Ikke valgt"),
    )
    place = forms.CharField(label=_("Sted"), required=False, max_length=120)
    reason = WhyField(
        label=_("Hvorfor det ikke er noe vedtak ennå"),
        required=False,
        max_length=200,
    )
    unsuited_reason = WhyField(
        label=_("Hvis stedet ikke er egnet for barn eller unge: hvorfor det likevel brukes"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    own_case = forms.BooleanField(
        label=_("Registrer en egen sak for den av dem som ikke har noen"),
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        members: list[HouseholdMember],
        on: date,
        cancel: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.members = members
        names = []
        for member in members:
            choices = [(STAYS, _("Blir boende")), (MOVES, _("Flytter ut"))]
            child = is_child_member(member, on)
            if child:
                choices.append((BOTH, _("Bor begge steder (delt bosted)")))
            names.append(f"member_{member.pk}")
            self.fields[names[-1]] = forms.ChoiceField(
                label=member.person.name, choices=choices, initial=STAYS, widget=ChipChoice
            )
        adults = [member.person_id for member in members if not is_child_member(member, on)]
        heads = Person.objects.filter(pk__in=adults).order_by("sort_name", "pk")
        self.fields["new_head"].queryset = heads
        places = Unit.objects.temporary().select_related("property__provider")
        self.fields["unit"].queryset = places.order_by("sort_name", "pk")
        self.fields["unit"].choices = by_first_free(
            self.fields["unit"], on, label=_place_label, with_taken=False
        )
        self.helper = VarigFormHelper(self, submit=_("Del husstanden"), cancel=cancel)
        self.helper.layout = Layout(
            Fieldset(_("Hvem flytter"), *names),
            Row("since", "new_head"),
            "kind",
            when(StayKind.TEMPORARY, fields=["unit", "reason", "unsuited_reason"]),
            when(*ELSEWHERE, fields=["place"]),
            "own_case",
        )

    @property
    def facts(self) -> dict[str, Any]:
        """The arguments of `separation.separate`, besides whose household it is."""
        answers = {m.person: self.cleaned_data[f"member_{m.pk}"] for m in self.members}
        facts = {name: self.cleaned_data[name] for name in self.base_fields}
        return {
            **facts,
            "moving": [person for person, answer in answers.items() if answer == MOVES],
            "shared": [person for person, answer in answers.items() if answer == BOTH],
        }


class UndoSeparationForm(OnceFormMixin, forms.Form):
    reason = WhyField(label=_("Hvorfor delingen angres"), max_length=200)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Angre delingen"), cancel=cancel)
