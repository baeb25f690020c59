from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.once import once
from accounts.reads import log_read
from casework.log import perms
from casework.log.enums import LivingArrangement, MemberRelation
from common.access import allowed
from common.calendar import ONE_DAY
from common.form_errors import errors_on, posted

from ..actions import persons as actions
from ..children import is_child_member
from ..forms.persons import (
    ChangeLivingForm,
    EndMembershipForm,
    HeadForm,
    MemberForm,
    PersonForm,
)
from ..models import Household, HouseholdMember, HouseholdSplit, Person
from .on_person import visible_person

if TYPE_CHECKING:
    from accounts.models import User


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def person_new(request: HttpRequest) -> HttpResponse:
    form = PersonForm(
        posted(request),
        user=request.user,
        on=timezone.localdate(),
        cancel=reverse("desk:persons"),
    )
    if request.method == "POST" and form.is_valid() and not form.asks_about_similar():
        with errors_on(form):
            person = actions.register_person(
                by=request.user,
                at=timezone.now(),
                facts=form.facts,
                another=form.cleaned_data["other_person"],
            )
            messages.success(request, _("%(name)s er registrert.") % {"name": person})
            onward = "casework:application_new" if "soknad" in request.POST else "desk:person"
            return redirect(onward, person.pk)
    return render(request, "casework/persons/person_new.html", {"form": form})


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def person_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = visible_person(request, pk)
    back = reverse("desk:person", args=[person.pk])
    name = str(person)  # validating the form changes its instance
    form = PersonForm(
        posted(request),
        instance=person,
        user=request.user,
        on=timezone.localdate(),
        cancel=back,
    )
    stored_otherwise = []
    if (
        request.method == "POST"
        and form.is_valid()
        and not (form.former and form.asks_about_similar())
        and not form.asks_about_household()
    ):
        with errors_on(form):
            try:
                _save(person, form, by=request.user, at=timezone.now())
            except actions.ChangedMeanwhile:
                stored_otherwise = form.renew(Person.objects.get(pk=pk))
                raise
            messages.success(request, _("Endringene er lagret."))
            return redirect(back)
    log_read(request, pk, "person-edit")
    context = {"form": form, "person_pk": pk, "name": name, "stored_otherwise": stored_otherwise}
    return render(request, "casework/persons/person_edit.html", context)


@transaction.atomic
def _save(person: Person, form: PersonForm, *, by: User, at: datetime) -> None:
    """Save the person, and the address protection of the household members chosen."""
    chosen = list(form.cleaned_data["protect"]) if form.beside else []
    actions.lock_persons(person.pk, *(other.pk for other in chosen))
    changed = actions.change_person(
        person=person,
        by=by,
        at=at,
        facts=form.facts,
        version=form.cleaned_data["version"] or 0,
        another=form.cleaned_data["other_person"],
    )
    if form.beside:
        actions.protect_household(
            person=changed,
            others=chosen,
            left=len(form.beside) - len(chosen),
            reason=form.cleaned_data["protect_reason"],
            by=by,
            at=at,
        )


@require_http_methods(["GET", "POST"])
@allowed(perms.can_do_casework)
@once
def household(request: HttpRequest, pk: int) -> HttpResponse:
    """Household members now, later and before; forms to add, change and end."""
    person = visible_person(request, pk)
    today = timezone.localdate()
    own_household = actions.own_household(person, today)
    form = MemberForm(
        posted(request) if "member" not in request.POST else None,
        user=request.user,
        head=person,
        on=today,
    )
    if form.is_bound and form.is_valid() and _add(request, form, person):
        return redirect("casework:household", pk)
    rows = _rows(request, own_household)
    if "member" in request.POST:
        row = _posted_row(request, rows)
        act = next((name for name in ("change", "lead") if name in request.POST), "end")
        row_form = row[act]
        if row_form is None:
            messages.error(request, _("Personen er allerede ute av husstanden."))
            return redirect("casework:household", pk)
        save = {"change": _change, "lead": _lead, "end": _end}[act]
        if row_form.is_valid() and save(request, row["member"], person, row_form):
            return redirect("casework:household", pk)
    log_read(request, pk, "household")
    context = {
        "person": person,
        "form": form,
        "parts": [
            (title, key, [row for row in rows if row["part"] == key])
            for key, title in (
                ("naa", _("Nå")),
                ("kommer", _("Kommer")),
                ("for", _("Før")),
            )
        ],
        "splits": HouseholdSplit.objects.in_force().of(own_household).visible_to(request.user),
        "today": today,
    }
    return render(request, "casework/persons/person_household.html", context)


def _rows(request: HttpRequest, household: Household | None) -> list[dict]:
    if household is None:
        return []
    today, posted_member = timezone.localdate(), request.POST.get("member")
    rows = []
    for member in actions.members_visible_to(request.user, household):
        upper = member.period.upper
        over, ahead = upper is not None and upper <= today, member.period.lower > today
        is_posted = posted_member == str(member.pk)
        end = change = lead = None
        if upper is None:
            end = EndMembershipForm(
                request.POST if is_posted and not {"change", "lead"} & set(request.POST) else None,
                prefix=f"m{member.pk}",
                auto_id=f"m{member.pk}_%s",
                initial={"last": max(today, member.period.lower + ONE_DAY)},
                row=member,
            )
        lives = is_child_member(member, today) or member.living != LivingArrangement.PERMANENT
        if upper is None and lives:
            change = ChangeLivingForm(
                request.POST if is_posted and "change" in request.POST else None,
                prefix=f"c{member.pk}",
                auto_id=f"c{member.pk}_%s",
                initial={"living": member.living, "nights": member.nights, "since": today},
                row=member,
            )
        if upper is None and not lives and member.relation != MemberRelation.SELF:
            lead = HeadForm(
                request.POST if is_posted and "lead" in request.POST else None,
                prefix=f"h{member.pk}",
                auto_id=f"h{member.pk}_%s",
                initial={"since": max(today, member.period.lower + ONE_DAY)},
                row=member,
            )
        rows.append(
            {
                "member": member,
                "lead": lead,
                "age": member.person.age(today),
                "shows_living": lives,
                "end": end,
                "change": change,
                "is_head": member.relation == MemberRelation.SELF,
                "part": "for" if over else ("kommer" if ahead else "naa"),
            }
        )
    return rows


def _posted_row(request: HttpRequest, rows: list[dict]) -> dict:
    for row in rows:
        if str(row["member"].pk) == request.POST["member"]:
            return row
    raise Http404  # a member of another household, or one the user may not see


def _add(request: HttpRequest, form: MemberForm, head: Person) -> bool:
    facts, at = form.cleaned_data, timezone.now()
    with errors_on(form):
        member = actions.join_household(
            head=head,
            person=form.person,
            facts=form.new_person,
            relation=facts["relation"],
            living=facts["living"],
            nights=facts["nights"],
            since=facts["since"],
            two_homes=facts["two_homes"],
            by=request.user,
            at=at,
        )
        messages.success(request, _("%(name)s er med i husstanden.") % {"name": member.person})
        return True
    return False


def _end(
    request: HttpRequest, member: HouseholdMember, head: Person, form: EndMembershipForm
) -> bool:
    with errors_on(form):
        actions.end_membership(
            member=member,
            head=head,
            by=request.user,
            at=timezone.now(),
            **form.cleaned_data,
        )
        messages.success(request, _("Endringen for %(name)s er lagret.") % {"name": member.person})
        return True
    return False


def _lead(request: HttpRequest, member: HouseholdMember, head: Person, form: HeadForm) -> bool:
    with errors_on(form):
        actions.change_head(member=member, by=request.user, at=timezone.now(), **form.cleaned_data)
        messages.success(request, _("Endringen for %(name)s er lagret.") % {"name": member.person})
        return True
    return False


def _change(
    request: HttpRequest, member: HouseholdMember, head: Person, form: ChangeLivingForm
) -> bool:
    with errors_on(form):
        actions.change_living(
            member=member, head=head, by=request.user, at=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("Endringen for %(name)s er lagret.") % {"name": member.person})
        return True
    return False
