"""The list of properties, and each floor by floor on any date (needs H1, H3, H4)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.reads import log_reads
from allocation.vacancy import free_days, with_status
from casework.models import Person
from common.access import allowed
from common.forms import NorwegianDateField
from common.paging import keyset_page
from housing.enums import OUT_OF_USE, PropertyStage, UnavailableCause, UnitStatus, UnitType
from housing.models import Area, Property, Unit
from housing.perms import can_manage_stock, can_report_upkeep
from stays.tenants import named_tenants

from .. import perms
from .units import COLORS

STAGE_COLORS = {PropertyStage.AT_RISK: "warning", PropertyStage.IN_USE: "success"}
MOST_UNITS = 400


class PropertyFilter(forms.Form):
    q = forms.CharField(label=gettext_lazy("Navn"), required=False, max_length=80)
    livslop = forms.ChoiceField(
        label=gettext_lazy("Livsløp"),
        required=False,
        choices=[("", gettext_lazy("Alle")), *PropertyStage.choices],
    )
    omrade = forms.ModelChoiceField(
        Area.objects.all(),
        label=gettext_lazy("Område"),
        required=False,
        empty_label=gettext_lazy("Alle områder"),
    )


class OnDate(forms.Form):
    dato = NorwegianDateField(label=gettext_lazy("Status på dato"), required=False, help_text=" ")


@require_safe
@allowed(perms.can_see_units)
def properties(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = PropertyFilter(request.GET or None)
    form.is_valid()
    chosen = form.cleaned_data if form.is_bound else {}
    listed = Property.objects.select_related("area", "provider")
    if chosen.get("q"):
        listed = listed.named(chosen["q"])
    if chosen.get("livslop"):
        listed = listed.filter(stage=chosen["livslop"])
    if chosen.get("omrade"):
        listed = listed.filter(area=chosen["omrade"])
    page = keyset_page(listed, order=("sort_name", "pk"), cursor=request.GET.get("etter"), size=50)
    counts: dict[int, Counter] = {}
    units = with_status(Unit.objects.filter(property__in=page.items), today).order_by()
    for key, status in units.values_list("property_id", "status"):
        counts.setdefault(key, Counter())[status] += 1
    context = {
        "form": form,
        "page": page,
        "rows": [_line(building, counts.get(building.pk, Counter())) for building in page.items],
        "may_edit": can_manage_stock(request.user),
        "filtered": any(chosen.values()),
    }
    return render(request, "desk/properties.html", context)


def _line(building: Property, counts: Counter) -> dict[str, Any]:
    return {
        "property": building,
        "units": sum(counts.values()) - counts[UnitStatus.NOT_IN_USE],
        "vacant": counts[UnitStatus.VACANT],
        "unavailable": counts[UnitStatus.UNAVAILABLE],
        "color": STAGE_COLORS.get(PropertyStage(building.stage), "neutral"),
    }


@require_safe
@allowed(perms.can_see_units)
def property_page(request: HttpRequest, pk: int) -> HttpResponse:
    building = get_object_or_404(Property.objects.select_related("area", "provider"), pk=pk)
    today = timezone.localdate()
    form = OnDate(request.GET or None)
    on = (form.cleaned_data.get("dato") if form.is_valid() else None) or today
    units = list(
        with_status(Unit.objects.filter(property=building), on)
        .select_related("allocated_by", "operated_by", "followed_up_by")
        .order_by("-floor", "sort_name", "pk")[:MOST_UNITS]
    )
    tenants = _tenants(request, units)
    log_reads(request, tenants.keys(), "eiendom")
    counts = Counter(unit.status for unit in units)
    lifecycle = _lifecycle(building)
    context = {
        "property": building,
        "form": form,
        "on": on,
        "today": today,
        "floors": _floors(units, tenants, on, free_days([unit.pk for unit in units], on)),
        "sums": [
            (UnitStatus(status).label, counts[status])
            for status in UnitStatus.values
            if counts[status]
        ],
        "stage_color": STAGE_COLORS.get(PropertyStage(building.stage), "neutral"),
        "out_of_use": building.stage in OUT_OF_USE,
        "answers": _answers(units),
        "lifecycle": [line for line in lifecycle if not line["corrected"]],
        "corrected": [line for line in lifecycle if line["corrected"]],
        "upkeep": list(building.upkeep.open().select_related("unit")[:20]),
        "meetings": list(building.meetings.all()[:3]),
        "names": perms.can_see_tenants(request.user),
        "may_edit": can_manage_stock(request.user),
        "may_report": can_report_upkeep(request.user),
    }
    return render(request, "desk/property.html", context)


def _lifecycle(building: Property) -> list[dict[str, Any]]:
    """What the stage has been, newest first: since when, who wrote it and why. One query.

    A line is `corrected` when its day was, or when a later one holds from the same day or before:
    it never was so.
    """
    lines: list[dict[str, Any]] = []
    before = (None, None)
    for row in building.history.select_related("history_user").order_by("history_id"):
        now = (row.stage, row.stage_from)
        if now == before:
            lines[-1]["reason"] = row.stage_reason
            continue
        if row.stage == before[0]:
            lines[-1]["corrected"] = True
        for line in lines:
            if line["since"] and row.stage_from and row.stage_from <= line["since"]:
                line["corrected"] = True
        lines.append(
            {
                "stage": PropertyStage(row.stage).label,
                "since": row.stage_from,
                "reason": row.stage_reason,
                "at": row.history_date,
                "by": row.history_user,
                "corrected": False,
            }
        )
        before = now
    return lines[::-1]


def _tenants(request: HttpRequest, units: list[Unit]) -> dict[int, Person]:
    """The tenants named to the user, by id."""
    if not perms.can_see_tenants(request.user):
        return {}
    return named_tenants(request.user, [(unit.pk, unit.occupied_by) for unit in units])


def _floors(
    units: list[Unit], tenants: dict[int, Person], on: date, free_from: dict[int, date]
) -> list[dict[str, Any]]:
    """The floors from the top, each with its homes and rooms; an unknown floor is last."""
    types = dict(UnitType.choices)
    floors = []
    for floor, there in groupby(units, key=lambda unit: unit.floor):
        doors = [
            {
                "unit": unit,
                "type": types[unit.type],
                "status": UnitStatus(unit.status).label,
                "color": COLORS.get(UnitStatus(unit.status), "neutral"),
                "cause": UnavailableCause(unit.status_cause).label
                if unit.status == UnitStatus.UNAVAILABLE
                else "",
                "tenant": tenants.get(unit.occupied_by),
                "free_from": day if (day := free_from.get(unit.pk, on)) > on else None,
                "empty_days": (on - unit.vacant_since).days if unit.vacant_since else None,
            }
            for unit in there
        ]
        floors.append({"name": _floor_name(floor), "doors": doors})
    floors.sort(key=lambda floor: floor["name"] == _floor_name(None))
    return floors


def _floor_name(floor: int | None) -> str:
    if floor is None:
        return _("Etasje ikke avklart")
    if floor < 1:
        return _("Underetasje")
    return _("%(number)s. etasje") % {"number": floor}


def _answers(units: list[Unit]) -> list[dict[str, Any]]:
    """Which organisation units allocate, operate and follow up, each for how many homes."""
    answers = []
    for label, name in (
        (_("Tildeles av"), "allocated_by"),
        (_("Driftes av"), "operated_by"),
        (_("Følges opp av"), "followed_up_by"),
    ):
        counts = Counter(str(getattr(home, name) or "") for home in units)
        answers.append({"label": label, "who": counts.most_common()})
    return answers
