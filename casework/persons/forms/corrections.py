"""The forms that correct what was registered wrongly."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.log.enums import LivingArrangement, MemberRelation
from common.corrections import SeenMixin
from common.forms import (
    AskedField,
    AsksMixin,
    ListChoice,
    NorwegianDateField,
    VarigFormHelper,
    WhyField,
)

from ..models import HouseholdMember
from .persons import TWO_HOMES, check_nights, nights_field


class TakeBackForm(OnceFormMixin, forms.Form):
    why = WhyField(
        label=_("Hva som er feil"),
        max_length=200,
        help_text=_("For eksempel «Ført på feil person». Begrunnelsen blir stående i historien."),
    )

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(submit=_("Før som feilregistrert"), cancel=cancel)


class CorrectMemberForm(AsksMixin, SeenMixin, OnceFormMixin, forms.Form):
    two_homes = AskedField(label=TWO_HOMES)
    relation = forms.ChoiceField(
        label=_("Relasjon"),
        choices=[choice for choice in MemberRelation.choices if choice[0] != MemberRelation.SELF],
        widget=ListChoice,
    )
    living = forms.ChoiceField(
        label=_("Bor i husstanden"), choices=LivingArrangement.choices, widget=ListChoice
    )
    nights = nights_field()
    since = NorwegianDateField(label=_("Med fra"))
    until = NorwegianDateField(
        label=_("Ute fra"), required=False, help_text=_("La stå tomt når personen er med.")
    )
    why = WhyField(label=_("Hva er rettet, og hvordan vet vi det"), max_length=200)

    def __init__(self, *args: Any, member: HouseholdMember, cancel: str, **kwargs: Any) -> None:
        initial = {name: getattr(member, name) for name in ("relation", "living", "nights")}
        initial |= {"since": member.period.lower, "until": member.period.upper}
        super().__init__(*args, row=member, initial=initial, **kwargs)
        self.helper = VarigFormHelper(submit=_("Lagre rettelsen"), cancel=cancel)
        how: list[Any] = [Row("relation", "living"), Row("nights", "since", "until")]
        if member.relation == MemberRelation.SELF:
            # Only the days: who is the head is another matter than what was typed wrong.
            self.fields["relation"] = forms.ChoiceField(
                choices=[(MemberRelation.SELF, "")], widget=forms.HiddenInput
            )
            self.fields["living"].widget = forms.HiddenInput()
            self.fields["nights"].widget = forms.HiddenInput()
            how = ["relation", "living", "nights", Row("since", "until")]
        self.helper.layout = Layout(*how, "two_homes", "why")

    def clean(self) -> dict[str, Any]:
        facts = super().clean()
        check_nights(self, facts)
        return facts
