"""The board of planned discharges, and reservations for the people on it."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import settings_table
from accounts.once import once
from casework.log.enums import APPLICATION_ALIVE
from casework.models import Person
from casework.persons.views.on_person import form_page
from common.access import allowed
from common.form_errors import posted
from stays import milieu

from .. import perms
from ..actions import offers
from ..actions import reservations as actions
from ..discharges import board, coming_out
from ..forms.offers import OfferForm
from ..forms.reservations import ReleaseForm, ReserveForm
from ..models import Reservation

PAGE = "utskrivninger"


@require_safe
@allowed(perms.can_see_waiting_list)
def discharges(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    numbers = settings_table.values(today, "discharge_red_days", "discharge_days")
    page = board(
        request.user,
        today,
        within=request.GET.get("innen", ""),
        no_home=request.GET.get("uten") == "1",
        mine=request.GET.get("mine") == "1",
        cursor=request.GET.get("etter"),
    )
    context = {
        "page": page,
        "today": today,
        "chips": [(str(n), _("%(n)s dager") % {"n": n}) for n in sorted(numbers.values())],
        "works": perms.can_offer(request.user),
        "filtered": any(request.GET.get(name) for name in ("innen", "uten", "mine")),
    }
    return render(request, "allocation/discharges.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_offer)
@once
def reserve(request: HttpRequest, pk: int) -> HttpResponse:
    """Reserve a dwelling for the day a person leaves an institution."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    today = timezone.localdate()
    back = reverse("allocation:discharges")
    if not person.applications.filter(state__in=APPLICATION_ALIVE).exists():
        messages.error(request, _("Personen har ingen åpen sak. Registrer en søknad først."))
        return redirect("casework:application_new", person.pk)
    coming = coming_out(today).filter(pk=person.pk).first()
    day = max(coming.out_on if coming else today, today)
    length = timedelta(days=settings_table.value("reserve_days", today))
    initial = {"moves_in_on": day, "until": day + length}
    form = ReserveForm(
        posted(request), person=person, day=day, on=today, cancel=back, initial=initial
    )
    return form_page(
        request,
        person,
        form,
        actions.reserve,
        title=_("Hold av bolig"),
        done=_("Boligen er holdt av."),
        back=back,
        page=PAGE,
        sub=person.name,
    )


def _reservation(request: HttpRequest, pk: int) -> Reservation:
    return get_object_or_404(
        Reservation.objects.visible_to(request.user)
        .filter(released_at__isnull=True)
        .select_related("application__person", "unit__property"),
        pk=pk,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_offer)
@once
def offer_reserved(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a reserved dwelling to the person it is reserved for."""
    reservation = _reservation(request, pk)
    back = reverse("allocation:discharges")
    form = OfferForm(
        posted(request),
        language=reservation.application.person.language_form,
        cancel=back,
        initial={"available_from": reservation.moves_in_on},
    )
    return form_page(
        request,
        reservation.application.person,
        form,
        partial(offers.offer_reserved, reservation=reservation),
        title=_("Send tilbud"),
        done=_("Tilbudet er sendt."),
        back=back,
        page=PAGE,
        sub=str(reservation.unit),
        template="allocation/kept_form.html",
        milieu=milieu.warnings(reservation.unit, timezone.localdate()),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_offer)
@once
def release(request: HttpRequest, pk: int) -> HttpResponse:
    reservation = _reservation(request, pk)
    back = reverse("allocation:discharges")
    form = ReleaseForm(posted(request), cancel=back)
    return form_page(
        request,
        reservation.application.person,
        form,
        partial(actions.release, reservation),
        title=_("Frigi boligen"),
        done=_("Boligen er frigitt."),
        back=back,
        page=PAGE,
        sub=str(reservation.unit),
    )
