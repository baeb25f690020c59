"""A person's events in one timeline, filtered by kind, case and period (need C24)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from casework.log.event_kinds import EventGroup, kinds_of
from casework.models import Application, Event, Person
from common.forms import NorwegianDateField

if TYPE_CHECKING:
    from accounts.models import User


class TimelineFilter(forms.Form):
    sak = forms.ModelChoiceField(
        Application.objects.none(), label=_("Sak"), required=False, empty_label=_("Alle saker")
    )
    fra = NorwegianDateField(label=_("Fra og med"), required=False)
    til = NorwegianDateField(label=_("Til og med"), required=False)

    def __init__(self, *args: Any, person: Person, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cases = person.applications.visible_to(user).order_by("-received_at", "-pk")
        self.fields["sak"].queryset = cases
        self.fields["sak"].label_from_instance = lambda case: case.case_number


def filtered(
    person: Person, user: User, query: QueryDict
) -> tuple[QuerySet[Event], TimelineFilter]:
    """The person's events by the query string, and its form. Invalid values are ignored."""
    events = person.events.select_related("by", "application")
    group = query.get("type", "")
    if group == EventGroup.CASE:
        others = [other for other in EventGroup if other != EventGroup.CASE]
        events = events.exclude(kind__in=kinds_of(*others))
    elif group in EventGroup.values:
        events = events.filter(kind__in=kinds_of(EventGroup(group)))
    form = TimelineFilter(query, person=person, user=user)
    form.is_valid()
    data = form.cleaned_data
    if case := data.get("sak"):
        events = events.filter(application=case)
    if first := data.get("fra"):
        events = events.filter(at__gte=_midnight(first))
    if last := data.get("til"):
        events = events.filter(at__lt=_midnight(last + timedelta(days=1)))
    return events, form


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
