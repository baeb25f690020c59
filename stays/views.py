from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read, log_reads
from casework.models import Person
from casework.persons.views.on_person import form_page
from common.access import allowed
from common.form_errors import errors_on, posted
from common.formatting import nbdate
from stays.temporary.chains import chain_of

from . import actions, correcting, perms
from .forms import ChangeStayForm, EndStayForm, ReopenStayForm, StayForm, VoidStayForm
from .longest import too_long
from .models import Stay, VoidedStay
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
            stay = actions.register_stay(
                person=person, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Oppholdet er registrert."))
            until = stay.period.upper or stay.granted_until
            if text := too_long(person, stay.unit, stay.period.lower, until):
                messages.warning(request, text)
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


def _stay(request: HttpRequest, pk: int) -> Stay:
    return get_object_or_404(
        Stay.objects.visible_to(request.user).select_related(
            "person", "unit__property", "vedtak__application", "lease"
        ),
        pk=pk,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def stay_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a stay, or add new facts about it."""
    stay = _stay(request, pk)
    back = redirect("desk:person_stays", stay.person_id)
    form = ChangeStayForm(
        request.POST or None,
        stay=stay,
        user=request.user,
        on=timezone.localdate(),
        cancel=back.url,
    )
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            correcting.change_stay(
                stay=stay, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Bosituasjonen er rettet."))
            return back
    log_reads(request, {stay.person_id, *form.named}, "stay-change")
    context = {"form": form, "stay": stay, "person": stay.person}
    return render(request, "stays/stay_change.html", context)


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def stay_void(request: HttpRequest, pk: int) -> HttpResponse:
    """A stay that never was: it no longer counts, and stands with the reason."""
    stay = _stay(request, pk)
    if hasattr(stay, "lease"):
        return redirect("stays:lease_cancel", stay.lease.pk)
    back = reverse("desk:person_stays", args=[stay.person_id])
    ended = correcting.ended_by(stay)
    form = VoidStayForm(posted(request), stay=stay, ended=ended, cancel=back)
    return form_page(
        request,
        stay.person,
        form,
        partial(correcting.void_stay, stay=stay),
        title=_("Feilregistrert, eller ble ikke noe av"),
        done=_("Oppholdet telles ikke. Det står med begrunnelsen nederst på siden."),
        back=back,
        page="stay-void",
        sub=_("%(where)s fra %(day)s. Oppholdet telles ikke lenger noe sted.")
        % {"where": stay.where, "day": nbdate(stay.period.lower)},
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def stay_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """The person has not left after all."""
    stay = _stay(request, pk)
    back = reverse("desk:person_stays", args=[stay.person_id])
    form = ReopenStayForm(posted(request), cancel=back)
    return form_page(
        request,
        stay.person,
        form,
        partial(correcting.reopen_stay, stay=stay),
        title=_("Åpne oppholdet igjen"),
        done=_("Oppholdet er åpnet igjen."),
        back=back,
        page="stay-reopen",
        sub=_("%(where)s, avsluttet %(day)s")
        % {"where": stay.where, "day": nbdate(stay.period.upper)}
        if stay.period.upper
        else stay.where,
    )


# Why a stay ends, for a page that leads here.
END_REASONS = {"trakk-seg": gettext_lazy("Personen trakk seg og flyttet ikke inn")}


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def stay_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Record the day somebody left."""
    stay = _stay(request, pk)
    today = timezone.localdate()
    back = redirect("desk:person_stays", stay.person_id)
    reason = END_REASONS.get(request.GET.get("grunn"), "")
    initial = {"ends_on": today, "reason": reason}
    form = EndStayForm(request.POST or None, initial=initial, cancel=back.url)
    if request.method == "POST" and form.is_valid():
        with errors_on(form):
            ended = actions.end_stay(
                stay=stay, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            if isinstance(ended, VoidedStay):
                text = _(
                    "Det ble ikke noe av oppholdet. Det telles ikke, og står nederst på siden."
                )
            elif ended.period.upper > today:
                text = _("Oppholdet avsluttes %(day)s.") % {"day": nbdate(ended.period.upper)}
            else:
                text = _("Oppholdet er avsluttet.")
            messages.success(request, text)
            return back
    log_read(request, stay.person_id, "stay-end")
    context = {"form": form, "stay": stay, "person": stay.person, "nights": stay.nights(today)}
    return render(request, "stays/stay_end.html", context)
