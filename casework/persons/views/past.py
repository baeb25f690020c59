"""Past debt, damage and lost tenancies, for those who need to know (need C25)."""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import settings_table
from accounts.once import once
from accounts.reads import log_read
from casework.log import perms
from casework.log.visibility import visible_persons
from common.access import allowed, require
from common.calendar import add_months
from common.form_errors import posted

from ..actions import past
from ..forms.past import NeedToKnowForm, PastMatterForm, PaymentForm
from ..models import PastMatter, PaymentPlan, Person
from ..perms import can_read_past_matters
from .on_person import form_page, part_url, visible_person

PAGE = "past-matters"


def _require_access(request: HttpRequest, person: Person) -> None:
    require(can_read_past_matters(request.user, person, timezone.localdate()))


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def past_matters(request: HttpRequest, pk: int) -> HttpResponse:
    """The matters not yet expired; a user who may not read them is first asked why."""
    person = visible_person(request, pk)
    today, here = timezone.localdate(), reverse("casework:past_matters", args=[pk])
    if not can_read_past_matters(request.user, person, today):
        return form_page(
            request,
            person,
            NeedToKnowForm(posted(request), cancel=part_url(person)),
            partial(past.state_need, person),
            title=_("Tidligere forhold"),
            done=_("Begrunnelsen er lagret."),
            back=here,
            page="person-follow-up",
            sub=_("Gjeld, skade og tapt leieforhold leses bare av den som trenger det i arbeidet."),
        )
    if request.method == "POST":
        return redirect(here)
    log_read(request, person.pk, PAGE)
    matters = person.past_matters.select_related("recorded_by", "payment_plan")
    context = {
        "person": person,
        "rows": [
            {"matter": matter, "versions": _versions(matter)}
            for matter in matters.filter(expires_on__gte=today)
        ],
        "expired": matters.filter(expires_on__lt=today).count(),
        "back": part_url(person),
    }
    return render(request, "casework/persons/past_matters.html", context)


def _versions(matter: PastMatter) -> list[dict[str, Any]]:
    """The versions before each correction, newest first."""
    rows = matter.history.select_related("history_user").order_by("-history_date", "-history_id")
    return [{"row": row, "at": row.history_date, "by": row.history_user} for row in rows[1:20]]


def _form(request: HttpRequest, back: str, **kwargs: Any) -> PastMatterForm:
    today = timezone.localdate()
    years = settings_table.value("past_matter_years", today)
    return PastMatterForm(
        posted(request), latest=add_months(today, 12 * years), years=years, cancel=back, **kwargs
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def past_matter_new(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    _require_access(request, person)
    back = reverse("casework:past_matters", args=[pk])
    return form_page(
        request,
        person,
        _form(request, back),
        partial(past.register_matter, person=person),
        title=_("Nytt tidligere forhold"),
        done=_("Forholdet er registrert. Spør personen hva de sier om det."),
        back=back,
        page=PAGE,
        sub=_("Utelukker ingen fra bolig. Brukes bare til å planlegge hjelpen."),
    )


def _matter(request: HttpRequest, pk: int) -> PastMatter:
    matter = get_object_or_404(
        PastMatter.objects.filter(
            visible_persons(request.user, "person__"), expires_on__gte=timezone.localdate()
        ).select_related("person"),
        pk=pk,
    )
    _require_access(request, matter.person)
    return matter


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def past_matter(request: HttpRequest, pk: int) -> HttpResponse:
    matter = _matter(request, pk)
    back = reverse("casework:past_matters", args=[matter.person_id])
    return form_page(
        request,
        matter.person,
        _form(request, back, instance=copy(matter), row=matter),
        partial(past.correct_matter, matter),
        title=matter.get_kind_display(),
        done=_("Rettelsen er lagret. Det som stod før, er tatt vare på."),
        back=back,
        page=PAGE,
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def past_matter_payments(request: HttpRequest, pk: int) -> HttpResponse:
    matter = _matter(request, pk)
    back = reverse("casework:past_matters", args=[matter.person_id])
    plan = PaymentPlan.objects.filter(matter=matter).first()
    plans = PaymentPlan.history.filter(matter_id=matter.pk)
    form = PaymentForm(
        posted(request), instance=copy(plan) if plan else None, row=plans, cancel=back
    )
    return form_page(
        request,
        matter.person,
        form,
        partial(past.agree_payments, matter),
        title=_("Nedbetalingsplan"),
        done=_("Nedbetalingsplanen er lagret."),
        back=back,
        page=PAGE,
    )
