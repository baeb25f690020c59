"""The list of persons, and the pages of one person."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import ReadLog
from accounts.reads import PAGES, log_read, reads_of
from casework.applications import section_27
from casework.log.enums import DocumentCategory, MemberRelation
from casework.log.event_kinds import EventGroup
from casework.log.perms import can_do_casework
from casework.models import Application, HouseholdMember, Person
from casework.persons.children import children
from common.access import allowed
from common.calendar import local_date
from common.paging import keyset_page
from stays.households import shared_stays
from stays.models import Stay
from stays.placement.rules import costs as sum_of_chain
from stays.situation import current_situation, situations

from .. import following, perms, record, timeline
from ..career import career

EVENTS_SHOWN = 8
# The columns of a person in the list.
LISTED = (
    "first_name",
    "last_name",
    "sort_name",
    "birth_date",
    "responsible__full_name",
    "responsible__username",
)

# ------------------------------------------------------------------ the list


@require_safe
@allowed(perms.can_see_persons)
def persons(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    listed = Person.objects.visible_to(request.user)
    if request.GET.get("mine") == "1":
        listed = listed.filter(responsible=request.user)
    if request.GET.get("barn") == "1":
        listed = listed.filter(Exists(_children(today)))
    page = keyset_page(
        listed.select_related("responsible").only(*LISTED),
        order=("sort_name", "pk"),
        cursor=request.GET.get("etter"),
        size=50,
    )
    context = {
        "page": page,
        "rows": _lines(page.items, today),
        "may_register": can_do_casework(request.user),
        "filtered": any(request.GET.get(name) for name in ("mine", "barn")),
    }
    return render(request, "desk/persons.html", context)


def _children(today) -> QuerySet[HouseholdMember]:
    """Children in a household that the person of the outer query heads."""
    return HouseholdMember.objects.filter(
        children(today),
        period__contains=today,
        household__members__person=OuterRef("pk"),
        household__members__relation=MemberRelation.SELF,
        household__members__period__contains=today,
    )


def _lines(persons: list[Person], today) -> list[dict[str, Any]]:
    """Each person with the current stay and the latest case. Two queries."""
    ids = [person.pk for person in persons]
    stays = Stay.objects.current(today).filter(person__in=ids).select_related("unit__property")
    columns = ("person_id", "kind", "place", "period", "unit__name", "unit__property__name")
    stay_of = {stay.person_id: stay for stay in stays.only(*columns).order_by("pk")}
    cases = Application.objects.filter(person__in=ids).order_by("received_at", "pk")
    cases = cases.only("person_id", "state", "case_number")
    latest = {case.person_id: case for case in cases}
    return [
        {
            "person": person,
            "age": person.age(today),
            "stay": stay_of.get(person.pk),
            "case": latest.get(person.pk),
        }
        for person in persons
    ]


# ------------------------------------------------------------------ one person


def _person(request: HttpRequest, pk: int) -> Person:
    """The person, or 404 if the user may not see the person."""
    visible = Person.objects.visible_to(request.user).select_related("responsible")
    return get_object_or_404(visible, pk=pk)


def _context(request: HttpRequest, person: Person, part: str) -> dict[str, Any]:
    """The head and the tabs of every page of a person. It also logs the reading."""
    at = timezone.now()
    log_read(request, person.pk, part)
    on = timezone.localdate(at)
    return {
        "head": record.head(person, request.user, on),
        "person": person,
        "today": on,
        "at": at,
        "nav_here": "personer",
        "parts": _parts(person, part),
        "show_number": False,
    }


def _parts(person: Person, part: str) -> list[dict[str, Any]]:
    names = (
        ("person", _("Oversikt")),
        ("person_assessments", _("Kartlegging")),
        ("person_cases", _("Søknader og vedtak")),
        ("person_stays", _("Bosituasjon")),
        ("person_follow_up", _("Plan og oppfølging")),
        ("person_documents", _("Dokumenter")),
        ("person_events", _("Hendelser")),
        ("person_reads", _("Hvem har sett")),
    )
    return [
        {
            "text": text,
            "url": reverse(f"desk:{name}", args=[person.pk]),
            "current": name.replace("_", "-") == part,
        }
        for name, text in names
    ]


@require_safe
@allowed(perms.can_see_persons)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    return render(request, "desk/person.html", _overview(request, person))


def _overview(request: HttpRequest, person: Person) -> dict[str, Any]:
    context = _context(request, person, "person")
    on, user, chain = context["today"], request.user, context["head"].chain
    stays = record.stays_of(person)
    applications = record.applications_of(person, alive=True)
    now = record.current_case(applications, stays, user, on)
    flags = record.open_flags(person, chain, context["at"])
    beside = record.cases_beside(person, user, on)
    running = dict(section_27.running([*applications, *beside], context["at"]))
    need = now.need if now else None
    context |= {
        "wish": record.wish_of(person),
        "cases_beside": [(case, running.get(case)) for case in beside],
        "tonight": [(case, running[case]) for case in applications if case in running],
        "need": need,
        "places": record.places_of(need),
        "career": career(stays, chain, on),
        "now": now,
        "flags": flags,
        "primary": None if context["head"].death else record.primary(person, user, flags, now, on),
        "assessment": record.latest_assessment(person),
        "helpers": record.who_does_what(person, user, on),
        "events": list(person.events.select_related("by").order_by("-at", "-pk")[:EVENTS_SHOWN]),
        "events_total": person.events.count(),
    }
    return context


@require_safe
@allowed(perms.can_see_persons)
def person_rank(request: HttpRequest, pk: int, application_pk: int) -> HttpResponse:
    """The number on the waiting list, which the overview fetches by htmx."""
    person = _person(request, pk)
    case = get_object_or_404(person.applications, pk=application_pk)
    if not request.htmx:
        return redirect("allocation:why", case.pk)
    log_read(request, person.pk, "person")
    why, error = record.rank_of(case, request.user, timezone.localdate())
    return render(request, "desk/person_rank.html", {"case": case, "why": why, "error": error})


@require_POST
@allowed(perms.can_see_persons)
def person_number(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole national id, shown after a POST that is logged."""
    person = _person(request, pk)
    log_read(request, person.pk, "nummer")
    if request.htmx:
        response = render(
            request, "desk/person_number.html", {"person": person, "show_number": True}
        )
    else:
        response = render(
            request, "desk/person.html", _overview(request, person) | {"show_number": True}
        )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@allowed(perms.can_see_persons)
def person_assessments(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    context = _context(request, person, "person-assessments")
    context |= {
        "wish": record.wish_of(person),
        "statements": list(person.statements.select_related("asked_of")[:20]),
        "assessments": list(
            person.assessments.order_by("-held_on", "-pk")
            .select_related("made_by", "wish")
            .prefetch_related("answers__dimension")[:20]
        ),
    }
    return render(request, "desk/person_assessments.html", context)


@require_safe
@allowed(perms.can_see_persons)
def person_cases(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    context = _context(request, person, "person-cases")
    applications = record.applications_of(person)
    beside = record.cases_beside(person, request.user, context["today"])
    tonight = dict(section_27.running([*applications, *beside], context["at"]))
    context |= {
        "applications": [(case, tonight.get(case)) for case in applications],
        "cases_beside": [(case, tonight.get(case)) for case in beside],
        "letters": list(
            person.letters.select_related("application")
            .prefetch_related("copies")
            .order_by("-made_at", "-pk")[:100]
        ),
    }
    return render(request, "desk/person_cases.html", context)


@require_safe
@allowed(perms.can_see_persons)
def person_stays(request: HttpRequest, pk: int) -> HttpResponse:
    person = _person(request, pk)
    context = _context(request, person, "person-stays")
    stays = record.stays_of(person)
    shared = shared_stays(person)
    history = situations(stays, context["today"], shared)
    now = current_situation(history) or current_situation(situations(shared, context["today"]))
    context |= {
        "career": career(stays, context["head"].chain, context["today"]),
        "situations": history,
        "situation": now,
        "cost": sum_of_chain(context["today"], [person.pk]).get(person.pk)
        if context["head"].chain
        else None,
        "coming": [stay for stay in stays if stay.period.lower > context["today"]],
        "voided": person.voided_stays.select_related("unit__property", "voided_by"),
    }
    return render(request, "desk/person_stays.html", context)


@require_safe
@allowed(perms.can_see_persons)
def person_follow_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Services, the transition plan, notices, handovers and notes."""
    person = _person(request, pk)
    context = _context(request, person, "person-follow-up")
    on = context["today"]
    members, meeting = following.team_of(person, on)
    context |= {
        "flags": record.open_flags(person, context["head"].chain, context["at"]),
        "helpers": record.who_does_what(person, request.user, on),
        "shown": following.plan_of(person, on),
        "services": following.services_of(person, on),
        "team": members,
        "meeting": meeting,
        "notices": following.notices_of(person, on),
        "handovers": following.handovers_of(person, on),
        "notes": following.notes_of(person, request.user),
    }
    return render(request, "desk/person_follow_up.html", context)


@require_safe
@allowed(perms.can_see_persons)
def person_documents(request: HttpRequest, pk: int) -> HttpResponse:
    """Documents received, also the withdrawn ones (need C22)."""
    person = _person(request, pk)
    context = _context(request, person, "person-documents")
    documents = person.documents.visible_to(request.user).select_related(
        "application", "uploaded_by", "withdrawn_by", "file"
    )
    kind = request.GET.get("type", "")
    if kind in DocumentCategory.values:
        documents = documents.filter(category=kind)
    page = keyset_page(
        documents.defer("file__content"),
        order=("-uploaded_at", "-pk"),
        cursor=request.GET.get("etter"),
        size=50,
    )
    context |= {"page": page, "kinds": DocumentCategory.choices}
    return render(request, "desk/person_documents.html", context)


@require_safe
@allowed(perms.can_see_persons)
def person_events(request: HttpRequest, pk: int) -> HttpResponse:
    """All events, newest first, filtered by kind, case and period (need C24)."""
    person = _person(request, pk)
    context = _context(request, person, "person-events")
    events, form = timeline.filtered(person, request.user, request.GET)
    page = keyset_page(events, order=("-at", "-pk"), cursor=request.GET.get("etter"), size=50)
    context |= {
        "page": page,
        "kinds": EventGroup.choices,
        "form": form,
        "keep": [("type", request.GET["type"])] if request.GET.get("type") else [],
        "filtered": any(request.GET.get(name) for name in ("type", "sak", "fra", "til")),
    }
    return render(request, "desk/person_events.html", context)


@require_safe
@allowed(perms.can_see_persons)
def person_reads(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has read the person's record; a report the person may get on paper (need S2)."""
    person = _person(request, pk)
    context = _context(request, person, "person-reads")
    page = keyset_page(
        reads_of(person.pk, *person.merged.values_list("pk", flat=True)),
        order=("-at", "-pk"),
        cursor=request.GET.get("etter"),
        size=50,
    )
    users = {read.user_id for read in page.items}
    context |= {"page": page, "rows": _reads(page.items, users)}
    return render(request, "desk/person_reads.html", context)


def _reads(reads: list[ReadLog], users: set[int]) -> list[dict[str, Any]]:
    """Each reading with the user, the role and unit on that day, and the page in words."""
    from accounts.models import Role

    roles: dict[int, list[Role]] = {}
    of_users = Role.objects.filter(user__in=users).select_related("unit")
    for role in of_users.order_by("-period", "pk"):
        roles.setdefault(role.user_id, []).append(role)
    rows = []
    for read in reads:
        day = local_date(read.at)
        role = next((r for r in roles.get(read.user_id, ()) if day in r.period), None)
        rows.append(
            {
                "at": read.at,
                "user": read.user or _("Utenfor kommunen, med lenke"),
                "role": role.get_kind_display() if role else "",
                "unit": role.unit if role else "",
                "page": PAGES.get(read.page, read.page),
            }
        )
    return rows
