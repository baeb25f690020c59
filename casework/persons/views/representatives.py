"""Pages for a person's representatives: a list with a form to add, and one to change each."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from casework.log import perms
from casework.log.visibility import visible_persons
from common.access import allowed
from common.form_errors import errors_on, posted

from ..actions import representatives as actions
from ..forms.representatives import EndRepresentativeForm, RepresentativeForm
from ..models import Representative
from .on_person import visible_person


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def representatives(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    today = timezone.localdate()
    back = redirect("casework:representatives", pk)
    ending = "representative" in request.POST
    form = RepresentativeForm(None if ending else posted(request), on=today)
    if form.is_bound and form.is_valid():
        with errors_on(form):
            added = actions.add_representative(
                person=person, facts=form.facts, by=request.user, at=timezone.now()
            )
            messages.success(request, _("%(name)s er registrert.") % {"name": added.name})
            return back
    rows = _rows(request, person.representatives.order_by("-period", "pk"), today)
    if ending:
        posted_rows = [row for row in rows if str(row["one"].pk) == request.POST["representative"]]
        if not posted_rows or posted_rows[0]["form"] is None:
            raise Http404
        if _end(request, posted_rows[0]["one"], posted_rows[0]["form"]):
            return back
    log_read(request, pk, "representatives")
    context = {
        "person": person,
        "form": form,
        "now": [row for row in rows if not row["over"]],
        "before": [row for row in rows if row["over"]],
        "today": today,
    }
    return render(request, "casework/persons/representatives.html", context)


def _rows(request: HttpRequest, representatives, today: date) -> list[dict]:
    rows = []
    for representative in representatives:
        over = representative.period.upper is not None and representative.period.upper <= today
        form = None
        if not over:
            is_posted = request.POST.get("representative") == str(representative.pk)
            form = EndRepresentativeForm(
                request.POST if is_posted else None,
                prefix=f"r{representative.pk}",
                auto_id=f"r{representative.pk}_%s",
                initial={"last": today},
                row=representative,
            )
        ahead = representative.period.lower > today
        rows.append({"one": representative, "over": over, "ahead": ahead, "form": form})
    return rows


def _end(request: HttpRequest, representative: Representative, form: EndRepresentativeForm) -> bool:
    if not form.is_valid():
        return False
    with errors_on(form):
        actions.end_representative(
            representative=representative,
            last=form.cleaned_data["last"],
            seen=form.cleaned_data["seen"],
            by=request.user,
            at=timezone.now(),
        )
        messages.success(
            request, _("Endringen for %(name)s er lagret.") % {"name": representative.name}
        )
        return True
    return False


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def representative_edit(request: HttpRequest, pk: int) -> HttpResponse:
    representative = get_object_or_404(
        Representative.objects.filter(visible_persons(request.user, "person__")).select_related(
            "person"
        ),
        pk=pk,
    )
    back = reverse("casework:representatives", args=[representative.person_id])
    name = representative.name  # validating the form changes its instance
    form = RepresentativeForm(
        posted(request),
        instance=representative,
        row=representative,
        on=timezone.localdate(),
        cancel=back,
    )
    if form.is_bound and form.is_valid():
        with errors_on(form):
            actions.change_representative(
                representative=representative,
                facts=form.facts,
                seen=form.cleaned_data["seen"],
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, _("Endringene er lagret."))
            return redirect(back)
    log_read(request, representative.person_id, "representatives")
    context = {"form": form, "person": representative.person, "name": name}
    return render(request, "casework/persons/representative_edit.html", context)
