"""How letters that can be appealed went: that with a vedtak, and that which dismisses an appeal."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from casework.log import perms
from casework.persons.views.on_person import form_page
from casework.vedtak.models import Vedtak
from common.access import allowed
from common.form_errors import posted
from common.formatting import nbdate

from . import arrival, forms
from .views import visible_appeals


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def vedtak_arrived(request: HttpRequest, pk: int) -> HttpResponse:
    """Register how the letter with an issued vedtak went, and the day it arrived."""
    vedtak = get_object_or_404(
        Vedtak.objects.visible_to(request.user)
        .filter(issued_on__isnull=False)
        .select_related("application__person"),
        pk=pk,
    )
    person, back = vedtak.application.person, reverse("casework:vedtak", args=[pk])
    form = forms.ArrivalForm(
        posted(request),
        row=vedtak,
        cancel=back,
        initial=dict(zip(("way", "arrived_on"), arrival.shown(vedtak), strict=True)),
    )
    return form_page(
        request,
        person,
        form,
        partial(arrival.register_arrival, vedtak=vedtak),
        title=_("Når brevet med vedtaket kom fram"),
        sub=(
            _("Vedtaket ble fattet %(on)s. Brevet er ikke registrert hentet.")
            if vedtak.waits_at_office
            else _("Vedtaket ble fattet %(on)s. Klagefristen er nå %(due)s.")
        )
        % {"on": nbdate(vedtak.issued_on), "due": nbdate(vedtak.appeal_due())},
        done=_("Dagen er lagret, og klagefristen følger den."),
        back=back,
        page="vedtak",
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def dismissal_collected(request: HttpRequest, pk: int) -> HttpResponse:
    """Register the day the letter that dismisses an appeal was collected, or reached the person in
    another way: the deadline to appeal the dismissal runs from it."""
    appeal = get_object_or_404(visible_appeals(request), pk=pk)
    back = reverse("casework:appeal", args=[pk])
    form = forms.CollectedForm(
        posted(request), row=appeal, cancel=back, initial={"collected_on": timezone.localdate()}
    )
    return form_page(
        request,
        appeal.vedtak.application.person,
        form,
        partial(arrival.register_dismissal_collected, appeal=appeal),
        title=_("Når brevet om avvisningen kom fram"),
        sub=_("Klagen ble avvist %(on)s. Brevet er ikke registrert hentet.")
        % {"on": nbdate(appeal.closed_on)},
        done=_("Dagen er lagret, og fristen for å klage på avvisningen følger den."),
        back=back,
        page="klage",
    )
