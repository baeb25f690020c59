"""Pages that correct what was registered wrongly, or take it back."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from casework.log import corrections, perms
from casework.log.visibility import visible_persons
from common.access import allowed, require
from common.form_errors import posted

from ..actions import persons
from ..corrections import head_shown, household_url
from ..forms.corrections import CorrectMemberForm, TakeBackForm
from ..models import HouseholdMember
from .on_person import form_page, part_url

PAGE = "correction"


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def take_back(request: HttpRequest, what: str, pk: int) -> HttpResponse:
    """Register that a row of any registered kind was a mistake, and why."""
    kind = corrections.kind_of(what)
    if kind is None:
        raise Http404
    row = get_object_or_404(kind.rows(request.user), pk=pk)
    require(kind.can(request.user, row, timezone.localdate()))
    person = kind.person(row)
    back = kind.back(row, request.user) if kind.back else part_url(person, kind.part)
    sub = _(
        "Dette er ført ved en feil: %(what)s. Det tas bort, og det som er regnet ut av det, regnes "
        "ut på nytt. Hva som stod, og hvorfor det ble tatt bort, er tatt vare på."
    )
    sub %= {"what": kind.label(row)}
    return form_page(
        request,
        person,
        TakeBackForm(posted(request), cancel=back),
        partial(corrections.take_back, kind, row),
        title=_("Feilregistrert"),
        done=_("Ført som feilregistrert."),
        back=back,
        page=PAGE,
        sub=f"{sub} {kind.follows(row)}".strip(),
    )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def member_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct one period of a member of a household: as if it had been right from the start."""
    member = get_object_or_404(
        HouseholdMember.objects.filter(visible_persons(request.user, "person__")).select_related(
            "person", "household"
        ),
        pk=pk,
    )
    head = head_shown(member, request.user)
    back = household_url(member, request.user)
    return form_page(
        request,
        member.person,
        CorrectMemberForm(posted(request), member=member, cancel=back),
        partial(persons.correct_member, member=member, head=head.person if head else None),
        title=_("Rett medlemmet av husstanden"),
        done=_("Rettelsen er lagret."),
        back=back,
        page=PAGE,
        sub=_("Det som er regnet ut av det, regnes ut på nytt."),
    )
