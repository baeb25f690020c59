"""The page where a household splits."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from casework.log.enums import APPLICATION_ALIVE
from casework.log.visibility import visible_persons
from casework.models import HouseholdMember
from casework.persons.actions.splitting import members_on
from casework.persons.views.on_person import visible_person
from common.access import allowed
from common.form_errors import errors_on, posted
from stays import perms

from .forms import SeparationForm
from .separation import separate


@require_http_methods(["GET", "POST"])
@allowed(perms.can_record_stays)
@once
def separation(request: HttpRequest, pk: int) -> HttpResponse:
    """Who moves out, from which day, where to, and whether they need a case of their own."""
    person = visible_person(request, pk)
    today = timezone.localdate()
    back = reverse("casework:household", args=[pk])
    members = members_on(person, today)
    visible = set(
        HouseholdMember.objects.filter(
            visible_persons(request.user, "person__"), pk__in=[m.pk for m in members]
        ).values_list("pk", flat=True)
    )
    members = [member for member in members if member.pk in visible]
    has_case = person.applications.filter(state__in=APPLICATION_ALIVE).exists()
    initial = {"since": today, "own_case": has_case}
    form = SeparationForm(posted(request), members=members, on=today, cancel=back, initial=initial)
    if form.is_bound and form.is_valid():
        with errors_on(form):
            cases = separate(head=person, by=request.user, at=timezone.now(), **form.facts)
            numbers = ", ".join(case.case_number for case in cases)
            if numbers:
                messages.success(
                    request, _("Husstanden er delt. Ny sak: %(cases)s.") % {"cases": numbers}
                )
            else:
                messages.success(request, _("Husstanden er delt."))
            return redirect("desk:person_stays", form.cleaned_data["new_head"].pk)
    log_read(request, pk, "household")
    context = {"person": person, "form": form, "back": back, "alone": len(members) < 2}
    return render(request, "stays/placement/separation.html", context)
