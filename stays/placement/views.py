"""Pages to give and renew a temporary place (§ 27), and the night list."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import settings_table
from accounts.once import once
from accounts.reads import log_read, log_reads
from casework.applications import section_27
from casework.models import Application, Service
from casework.persons.views.on_person import form_page
from common.access import allowed
from common.calendar import add_months
from common.form_errors import errors_on, posted
from common.paging import keyset_page
from housing.models import Property
from stays import actions, correcting, milieu, perms
from stays.enums import StayKind
from stays.longest import longest_until, too_long
from stays.models import PlaceSearch, Stay
from stays.temporary.chains import chain_of
from stays.tenants import named_tenants
from stays.unsuited import children_along, children_in_household, with_them

from ..taking_back import after_search
from .forms import CorrectSearchForm, PlacementForm, RenewalForm, SearchForm
from .rules import costs, free_places

SHOWN_SEARCHES = 20


def _application(request: HttpRequest, pk: int) -> Application:
    return get_object_or_404(
        Application.objects.visible_to(request.user).select_related("person"), pk=pk
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a temporary place: where, how long, the price, and by which vedtak (needs T1, T5)."""
    application = _application(request, pk)
    person, today = application.person, timezone.localdate()
    back = redirect("casework:application", application.pk)
    numbers = settings_table.values(today, "temporary_stay_advice_months", "temporary_grant_days")
    initial = {
        "starts_on": today,
        "granted_until": min(
            today + timedelta(days=numbers["temporary_grant_days"]),
            add_months(today, numbers["temporary_stay_advice_months"]),
        ),
        "unit": request.GET.get("bolig"),
    }
    form = PlacementForm(
        request.POST or None, person=person, on=today, initial=initial, cancel=back.url
    )
    if request.method == "GET" and (newest := form.fields["vedtak"].queryset.first()):
        form.initial["vedtak"] = newest.pk
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with errors_on(form):
            actions.register_stay(
                person=person,
                kind=StayKind.TEMPORARY,
                by=request.user,
                at=timezone.now(),
                **given,
            )
            messages.success(request, _("Plassen er gitt."))
            if text := too_long(person, given["unit"], given["starts_on"], given["granted_until"]):
                messages.warning(request, text)
            return redirect("desk:person_stays", person.pk)
    log_read(request, person.pk, "plassering")
    recently = today - timedelta(days=settings_table.value("from_institution_days", today))
    context = {
        "form": form,
        "milieu": _warnings(form, today),
        "application": application,
        "person": person,
        "free": free_places(today).count(),
        "registered_children": children_in_household(person, today),
        "children": children_along(person, today),
        "now": Stay.objects.current(today).filter(person=person).select_related("unit__property"),
        "chain": chain_of(person.pk, today),
        "cost": costs(today, [person.pk]).get(person.pk),
        "from_institution": Stay.objects.filter(
            person=person, kind=StayKind.INSTITUTION, period__endswith__gte=recently
        ).last(),
        "service": Service.objects.filter(person=person, period__contains=today).first(),
        "searches": _searches(request, application),
        "tonight": section_27.standing([application], timezone.now()).get(application.pk),
    }
    return render(request, "stays/placement/place.html", context)


def _warnings(form: PlacementForm, on: date) -> list[str]:
    """Warnings about the chosen place; for the other places they stand in the list."""
    chosen = form["unit"].value()
    unit = form.fields["unit"].queryset.filter(pk=chosen).first() if _is_key(chosen) else None
    if unit is None:
        return []
    warnings = milieu.warnings(unit, on)
    if unit.pk in form.unwanted:
        warnings.append(_("Etter boligbehovet skal personen unngå dette området eller miljøet."))
    return warnings


def _is_key(value: object) -> bool:
    return str(value).isdecimal() and len(str(value)) < 10


def _searches(request: HttpRequest, application: Application) -> list[PlaceSearch]:
    searches = PlaceSearch.objects.visible_to(request.user).filter(person=application.person)
    return list(searches.select_related("unit__property", "logged_by")[:SHOWN_SEARCHES])


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def place_search(request: HttpRequest, pk: int) -> HttpResponse:
    """Record a search with no place, a refusal, or a substandard place, and why (need T4)."""
    application = _application(request, pk)
    back = redirect("stays:place", application.pk)
    initial = {"on": timezone.localdate(), "outcome": request.GET.get("hva")}
    form = SearchForm(request.POST or None, initial=initial, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.log_search(
                person=application.person,
                application=application,
                by=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("Skrevet i loggen."))
            return back
    log_read(request, application.person_id, "plassering")
    context = {"form": form, "application": application, "person": application.person}
    return render(request, "stays/placement/place_search.html", context)


def _search(request: HttpRequest, pk: int) -> PlaceSearch:
    return get_object_or_404(
        PlaceSearch.objects.visible_to(request.user).select_related("person"), pk=pk
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def place_search_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a line of the log."""
    search = _search(request, pk)
    form = CorrectSearchForm(posted(request), search=search, cancel=after_search(search))
    return form_page(
        request,
        search.person,
        form,
        partial(correcting.correct_search, search),
        title=_("Rett linjen i loggen"),
        done=_("Rettet i loggen."),
        back=after_search(search),
        page="plassering",
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """Renew a temporary stay: why, the next step, and who is responsible (need T3)."""
    stay = get_object_or_404(
        Stay.objects.visible_to(request.user)
        .temporary()
        .select_related("person", "unit__property"),
        pk=pk,
    )
    today = timezone.localdate()
    back = redirect("desk:person_stays", stay.person_id)
    initial = {"responsible": stay.person.responsible_id}
    form = RenewalForm(request.POST or None, stay=stay, on=today, initial=initial, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.renew_stay(stay=stay, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Oppholdet er forlenget."))
            if text := too_long(
                stay.person, stay.unit, stay.period.lower, form.cleaned_data["until"]
            ):
                messages.warning(request, text)
            return back
    log_read(request, stay.person_id, "forlengelse")
    context = {
        "form": form,
        "stay": stay,
        "person": stay.person,
        "chain": chain_of(stay.person_id, today),
        "cost": costs(today, [stay.person_id]).get(stay.person_id),
        "renewals": stay.renewals.select_related("responsible"),
        "longest": longest_until(stay.person, stay.unit, stay.period.lower),
    }
    return render(request, "stays/placement/renew.html", context)


# ------------------------------------------------------------------ tonight


@require_safe
@allowed(perms.can_see_stays)
def tonight(request: HttpRequest) -> HttpResponse:
    """How many are at each place tonight; names only on the list of one place."""
    today = timezone.localdate()
    here = Q(units__stays__period__contains=today, units__stays__kind=StayKind.TEMPORARY)
    places = (
        Property.objects.filter(here)
        .annotate(taken=Count("units__stays", filter=here))
        .select_related("area", "provider")
    )
    everyone = Stay.objects.temporary().current(today).filter(unit__isnull=False)
    context = {
        "page": keyset_page(places, ("sort_name", "pk"), request.GET.get("etter")),
        "today": today,
        "total": everyone.count(),
    }
    return render(request, "stays/temporary/tonight.html", context)


@require_safe
@allowed(perms.can_see_stays)
def tonight_at(request: HttpRequest, pk: int) -> HttpResponse:
    """The night staff's list of one place: the rooms that are lived in; and of those the reader has
    a duty towards, the first name, who is with them, and the last day (`stays.tenants`)."""
    place = get_object_or_404(Property, pk=pk)
    today = timezone.localdate()
    there = (
        Stay.objects.filter(unit__property=place, kind=StayKind.TEMPORARY, period__contains=today)
        .select_related("unit", "person")
        .order_by("unit__sort_name", "unit_id")
    )
    named = named_tenants(request.user, [(stay.unit_id, stay.person_id) for stay in there])
    holders = list(named)
    away = set(
        Stay.objects.current(today)
        .filter(person__in=holders, kind=StayKind.INSTITUTION)
        .order_by()
        .values_list("person", flat=True)
    )
    others = with_them(holders, today, request.user)
    rows = [
        {
            "unit": stay.unit,
            "name": _short(stay.person),
            "away": stay.person_id in away,
            "others": others.get(stay.person_id),
            "until": stay.granted_until,
        }
        if stay.person_id in named
        else {"unit": stay.unit}
        for stay in there
    ]
    log_reads(request, named.keys(), "i-natt")
    context = {"property": place, "rows": rows, "today": today}
    return render(request, "stays/temporary/tonight_at.html", context)


def _short(person) -> str:
    """First name and initial, «Tomasz W.»; or the only name."""
    if not (person.first_name and person.last_name):
        return person.called
    return f"{person.first_name} {person.last_name[:1]}."
