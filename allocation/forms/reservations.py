"""The forms to reserve and release a dwelling."""

from __future__ import annotations

from datetime import date
from typing import Any

from crispy_forms.layout import Layout, Row
from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.once import OnceFormMixin
from casework.log.enums import APPLICATION_ALIVE
from casework.models import Application, Person
from common.forms import NorwegianDateField, VarigFormHelper, WhyField
from housing.models import Unit
from stays import milieu

from .. import vacancy


class ReserveForm(OnceFormMixin, forms.Form):
    application = forms.ModelChoiceField(
        label=_("Sak"), queryset=Application.objects.none(), empty_label=None
    )
    unit = forms.ModelChoiceField(
        label=_("Bolig"), queryset=Unit.objects.none(), empty_label=_("Velg")
    )
    moves_in_on = NorwegianDateField(label=_("Flytter inn"))
    until = NorwegianDateField(
        label=_("Holdes av til og med"), help_text=_("Etter denne dagen er boligen ledig igjen.")
    )
    reason = WhyField(label=_("Hvorfor boligen holdes av"), max_length=300)

    def __init__(
        self, *args: Any, person: Person, day: date, on: date, cancel: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = person.applications.filter(
            state__in=APPLICATION_ALIVE
        ).order_by("-received_at", "-pk")
        self.fields["application"].label_from_instance = _case
        # Free homes, and the one sent: if it was taken meanwhile, the action says so.
        chosen = self.data.get("unit", "")
        free = vacancy.free(Unit.objects.all(), DateRange(day, None), on)
        listed = Q(pk__in=free.order_by().values("pk"))
        if chosen.isdecimal() and len(chosen) < 10:
            listed |= Q(pk=int(chosen))
        homes = Unit.objects.for_letting().filter(listed).select_related("property")
        self.fields["unit"].queryset = homes.order_by("sort_name", "pk")
        # A warning in the list of choices; it does not stop the reservation.
        self.full = milieu.full_houses(homes.order_by().values("property"), on)
        self.fields["unit"].label_from_instance = self._dwelling
        self.helper = VarigFormHelper(self, submit=_("Hold av boligen"), cancel=cancel)
        self.helper.layout = Layout("application", "unit", Row("moves_in_on", "until"), "reason")

    def _dwelling(self, unit: Unit) -> str:
        parts = [str(unit), unit.get_type_display()]
        if unit.property_id in self.full:
            parts.append(milieu.short(self.full[unit.property_id]))
        return " · ".join(parts)


class ReleaseForm(OnceFormMixin, forms.Form):
    reason = WhyField(label=_("Hvorfor boligen frigis"), max_length=200)

    def __init__(self, *args: Any, cancel: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = VarigFormHelper(self, submit=_("Frigi boligen"), cancel=cancel)


def _case(application: Application) -> str:
    return f"{application.case_number} · {application.get_kind_display()}"
