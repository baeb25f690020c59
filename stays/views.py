from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from casework.models import Person
from common.access import allowed
from common.form_errors import errors_on
from stays.temporary.chains import chain_of

from . import actions, perms
from .forms import ChangeStayForm, EndStayForm, StayForm
from .models import Stay
from .unsuited import children_in_household


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def stay_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Record where a person lives from a day."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    today = timezone.localdate()
    initial = {"starts_on": today, "kind": request.GET.get("bor"), "unit": request.GET.get("bolig")}
    back = redirect("desk:person_stays", person.pk)
    form = StayForm(request.POST or None, person=person, on=today, initial=initial, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.register_stay(
                person=person, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Oppholdet er registrert."))
            return back
    log_read(request, person.pk, "stay-new")
    now = Stay.objects.current(today).filter(person=person).select_related("unit__property")
    context = {
        "form": form,
        "person": person,
        "now": now,
        "chain": chain_of(person.pk, today),
        "children": children_in_household(person, today),
    }
    return render(request, "stays/stay_new.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def stay_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a stay, or add new facts about it."""
    stay = get_object_or_404(
        Stay.objects.visible_to(request.user).select_related("person", "unit__property"), pk=pk
    )
    back = redirect("desk:person_stays", stay.person_id)
    form = ChangeStayForm(request.POST or None, stay=stay, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.change_stay(stay=stay, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Bosituasjonen er rettet."))
            return back
    log_read(request, stay.person_id, "stay-change")
    context = {"form": form, "stay": stay, "person": stay.person}
    return render(request, "stays/stay_change.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def stay_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the day somebody left."""
    stay = get_object_or_404(
        Stay.objects.visible_to(request.user).select_related("person", "unit__property"), pk=pk
    )
    today = timezone.localdate()
    back = redirect("desk:person_stays", stay.person_id)
    form = EndStayForm(request.POST or None, initial={"ends_on": today}, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            actions.end_stay(stay=stay, by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Oppholdet er avsluttet."))
            return back
    log_read(request, stay.person_id, "stay-end")
    context = {"form": form, "stay": stay, "person": stay.person, "nights": stay.nights(today)}
    return render(request, "stays/stay_end.html", context)
