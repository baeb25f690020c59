"""Who acts or speaks for a person: one page with those now and before, and one to change each."""

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
from casework.log.visibility import sees
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
    here = redirect("casework:representatives", pk)
    ending = "representative" in request.POST
    form = RepresentativeForm(None if ending else posted(request), on=today)
    if form.is_bound and form.is_valid():
        with errors_on(form):
            added = actions.add_representative(
                person=person, facts=form.facts, by=request.user, at=timezone.now()
            )
            messages.success(request, _("%(name)s er registrert.") % {"name": added.name})
            return here
    rows = _rows(request, person.representatives.order_by("-period", "pk"), today)
    if ending:
        asked = [row for row in rows if str(row["one"].pk) == request.POST["representative"]]
        if not asked or asked[0]["form"] is None:
            raise Http404
        if _end(request, asked[0]["one"], asked[0]["form"]):
            return here
    log_read(request, pk, "representatives")
    context = {
        "person": person,
        "form": form,
        "now": [row for row in rows if not row["over"]],
        "before": [row for row in rows if row["over"]],
        "today": today,
    }
    return render(request, "casework/persons/representatives.html", context)


def _rows(request: HttpRequest, found, today: date) -> list[dict]:
    rows = []
    for one in found:
        over = one.period.upper is not None and one.period.upper <= today
        form = None
        if not over:
            asked = request.POST.get("representative") == str(one.pk)
            form = EndRepresentativeForm(
                request.POST if asked else None,
                prefix=f"r{one.pk}",
                auto_id=f"r{one.pk}_%s",
                initial={"last": today},
            )
        ahead = one.period.lower > today
        rows.append({"one": one, "over": over, "ahead": ahead, "form": form})
    return rows


def _end(request: HttpRequest, one: Representative, form: EndRepresentativeForm) -> bool:
    if not form.is_valid():
        return False
    with errors_on(form):
        actions.end_representative(
            representative=one, last=form.cleaned_data["last"], by=request.user, at=timezone.now()
        )
        messages.success(request, _("Endringen for %(name)s er lagret.") % {"name": one.name})
        return True
    return False


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def representative_edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(
        Representative.objects.filter(sees(request.user, "person__")).select_related("person"),
        pk=pk,
    )
    back = reverse("casework:representatives", args=[one.person_id])
    name = one.name  # a form that is not saved has already changed its instance
    form = RepresentativeForm(posted(request), instance=one, on=timezone.localdate(), cancel=back)
    if form.is_bound and form.is_valid():
        with errors_on(form):
            actions.change_representative(
                representative=one, facts=form.facts, by=request.user, at=timezone.now()
            )
            messages.success(request, _("Endringene er lagret."))
            return redirect(back)
    log_read(request, one.person_id, "representatives")
    context = {"form": form, "person": one.person, "name": name}
    return render(request, "casework/persons/representative_edit.html", context)
