"""The list of dwellings, and the page of one with its history."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts.reads import log_reads
from allocation.models import Offer
from allocation.vacancy import free, free_days, of_status, statuses
from casework.models import Person
from common.access import allowed
from common.calendar import last_day
from common.formatting import days_nb, nbdate
from common.forms import NorwegianDateField
from common.paging import keyset_page
from housing.enums import Staffing, UnavailableCause, UnitStatus, UnitType
from housing.models import Area, Unit
from housing.perms import can_manage_stock
from housing.providers import flags as agreement_flags
from housing.providers.models import AgreementFlag
from stays.models import Stay
from stays.tenants import named_tenants

from .. import perms

COLORS = {
    UnitStatus.VACANT: "success",
    UnitStatus.RESERVED: "info",
    UnitStatus.UNAVAILABLE: "warning",
}
FREE_OR_HELD = (UnitStatus.VACANT, UnitStatus.RESERVED)
BEDROOMS = {"1": (0, 1), "2": (2, 2), "3": (3, 3), "4": (4, 99)}
HISTORY = 50
# The checkboxes of the filter, and the column that must be true for each.
HAS = {
    "heis": "lift",
    "trinnfri": "step_free",
    "rullestol": "wheelchair",
    "inngang": "own_entrance",
    "dyr": "accepts_pets",
    "rolig": "quiet",
    "barn": "suits_children",
}


class UnitFilter(forms.Form):
    """The filter of the list. An invalid choice is ignored."""

    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("Alle")), *UnitStatus.choices]
    )
    ledig = NorwegianDateField(label=_("Ledig fra"), required=False)
    type = forms.ChoiceField(
        label=_("Type"), required=False, choices=[("", _("Alle typer")), *UnitType.choices]
    )
    soverom = forms.ChoiceField(
        label=_("Soverom"),
        required=False,
        choices=[
            ("", _("Alle")),
            ("1", _("Høyst 1")),
            ("2", "2"),
            ("3", "3"),
            ("4", _("4 eller flere")),
        ],
    )
    omrade = forms.ModelChoiceField(
        Area.objects.all(), label=_("Område"), required=False, empty_label=_("Alle områder")
    )
    forste = forms.BooleanField(label=_("1. etasje"), required=False)
    natt = forms.BooleanField(label=_("Med nattevakt"), required=False)
    heis = forms.BooleanField(label=_("Heis"), required=False)
    trinnfri = forms.BooleanField(label=_("Uten trinn"), required=False)
    rullestol = forms.BooleanField(label=_("Rullestol"), required=False)
    inngang = forms.BooleanField(label=_("Egen inngang"), required=False)
    dyr = forms.BooleanField(label=_("Dyr tillatt"), required=False)
    rolig = forms.BooleanField(label=_("Rolig"), required=False)
    barn = forms.BooleanField(label=_("Egnet for barn"), required=False)


@require_safe
@allowed(perms.can_see_units)
def units(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    form = UnitFilter(request.GET or None)
    form.is_valid()
    chosen = form.cleaned_data if form.is_bound else {}
    keeps_stock = can_manage_stock(request.user)
    mine = Q(owner=request.user) | Q(owner=None) if keeps_stock else Q(owner=request.user)
    agreements = AgreementFlag.objects.open().filter(mine)
    page = keyset_page(
        _filtered(Unit.objects.all(), chosen, today).select_related("property__area"),
        order=("sort_name", "pk"),
        cursor=request.GET.get("etter"),
        size=50,
    )
    context = {
        "form": form,
        "page": page,
        "rows": _lines(request, page.items, today),
        "may_import": keeps_stock,
        # On this page because stock managers have no Min dag.
        "flags": agreement_flags.lines(agreements, today) if keeps_stock else [],
        "tenants": perms.can_see_tenants(request.user),
        "filtered": any(chosen.values()),
    }
    return render(request, "desk/units.html", context)


def _filtered(units: QuerySet[Unit], chosen: dict[str, Any], on: date) -> QuerySet[Unit]:
    if day := chosen.get("ledig"):
        units = free(units, DateRange(day, None), on)
    if chosen.get("status"):
        units = of_status(units, chosen["status"], on)
    if chosen.get("type"):
        units = units.filter(type=chosen["type"])
    if chosen.get("soverom"):
        units = units.filter(bedrooms__range=BEDROOMS[chosen["soverom"]])
    if chosen.get("omrade"):
        units = units.filter(property__area=chosen["omrade"])
    if chosen.get("forste"):
        units = units.filter(floor=1)
    if chosen.get("natt"):
        units = units.filter(staffing=Staffing.NIGHT)
    return units.filter(**{column: True for box, column in HAS.items() if chosen.get(box)})


def _lines(request: HttpRequest, units: list[Unit], today: date) -> list[dict[str, Any]]:
    """The rows as text, with the tenants named to the user. At most nine queries."""
    on_date = statuses([unit.pk for unit in units], today)
    # Of homes that are lived in or closed. A temporary place is free when the stay ends.
    not_now = [pk for pk, now in on_date.items() if now.status not in FREE_OR_HELD]
    free_from = {pk: nbdate(day) for pk, day in free_days(not_now, today).items()}
    tenants: dict[int, Person] = {}
    if perms.can_see_tenants(request.user):
        living = ((pk, status.occupied_by) for pk, status in on_date.items())
        tenants = named_tenants(request.user, living)
    # Once a page: `get_type_display` builds the list of choices each time.
    types = {value: str(label) for value, label in UnitType.choices}
    staffing = {value: str(label) for value, label in Staffing.choices}
    status_labels = {value: str(label) for value, label in UnitStatus.choices}
    causes = {value: str(label) for value, label in UnavailableCause.choices}
    lines = []
    for unit in units:
        now = on_date[unit.pk]
        area = unit.property.area
        lines.append(
            {
                "pk": unit.pk,
                "name": str(unit),
                "type": types[unit.type],
                "bedrooms": "" if unit.bedrooms is None else str(unit.bedrooms),
                "floor": "" if unit.floor is None else str(unit.floor),
                "lift": unit.lift,
                "area": area.name if area else "",
                "staffing": staffing.get(unit.staffing, ""),
                "price": unit.price(),
                "status": status_labels[now.status],
                "color": COLORS.get(now.status, "neutral"),
                "cause": causes[now.cause] if now.status == UnitStatus.UNAVAILABLE else "",
                "tenant": tenants.get(now.occupied_by),
                "vacant_since": now.vacant_since,
                "free_from": free_from.get(unit.pk, ""),
                "empty": days_nb((today - now.vacant_since).days) if now.vacant_since else "",
            }
        )
    return lines


@require_safe
@allowed(perms.can_see_units)
def unit(request: HttpRequest, pk: int) -> HttpResponse:
    today = timezone.localdate()
    unit = get_object_or_404(
        Unit.objects.select_related(
            "property__area",
            "property__provider",
            "allocated_by",
            "operated_by",
            "followed_up_by",
        ),
        pk=pk,
    )
    (row,) = _lines(request, [unit], today)
    history = _history(request, unit)
    offers = _offers(request, unit)
    named = {line["person"].pk for line in (*history, *offers) if line.get("person")}
    log_reads(request, named, "bolig")
    context = {
        "unit": unit,
        "row": row,
        "history": history,
        "offers": offers,
        "tenants": perms.can_see_tenants(request.user),
        "may_edit": can_manage_stock(request.user),
        "predecessors": unit.predecessors.select_related("property").order_by("sort_name", "pk"),
        "successors": unit.successors.select_related("property").order_by("sort_name", "pk"),
        "earlier_names": _earlier_names(unit),
        "today": today,
    }
    return render(request, "desk/unit.html", context)


def _history(request: HttpRequest, unit: Unit) -> list[dict[str, Any]]:
    """Unavailable periods, and the stays of those who are named to the user, newest first.

    The other stays are not shown: when somebody moved in is theirs to tell.
    """
    lines: list[dict[str, Any]] = []
    if perms.can_see_tenants(request.user):
        stays = list(Stay.objects.filter(unit=unit).order_by("-period", "-pk")[:HISTORY])
        tenants = named_tenants(request.user, [(unit.pk, stay.person_id) for stay in stays])
        lines = [
            {
                "period": stay.period,
                "until": stay.period.upper,
                "text": _("Bebodd"),
                "kind": stay.get_kind_display(),
                "person": tenants[stay.person_id],
            }
            for stay in stays
            if stay.person_id in tenants
        ]
    closed = unit.unavailabilities.order_by("-period", "-pk")[:HISTORY]
    lines += [
        {
            "period": closure.period,
            "until": last_day(closure.period),
            "text": closure.get_cause_display(),
            "note": closure.note,
            "cost": closure.cost,
            "url": ""
            if closure.by_stage
            else reverse("housing:out_of_use_edit", args=[closure.pk]),
        }
        for closure in closed
    ]
    lines.sort(key=lambda line: line["period"].lower, reverse=True)
    return lines[:HISTORY]


def _earlier_names(unit: Unit) -> list[str]:
    """The names the home has had, the latest first."""
    names = unit.history.exclude(name=unit.name).order_by("-history_id")
    return list(dict.fromkeys(names.values_list("name", flat=True)[:20]))


def _offers(request: HttpRequest, unit: Unit) -> list[dict[str, Any]]:
    """Offers of the dwelling to persons who are named to the user."""
    if not perms.can_see_tenants(request.user):
        return []
    offers = list(
        Offer.objects.filter(unit=unit)
        .select_related("application")
        .order_by("-sent_at", "-pk")[:20]
    )
    pairs = [(unit.pk, offer.application.person_id) for offer in offers]
    named = named_tenants(request.user, pairs)
    return [
        {"offer": offer, "person": named[offer.application.person_id]}
        for offer in offers
        if offer.application.person_id in named
    ]
