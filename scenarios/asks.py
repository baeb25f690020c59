"""What `ask:` may name, and where the answer comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from casework.applications import lease_terms
from casework.applications.deadlines import KINDS
from casework.models import LegalBasis
from casework.vedtak import completeness
from casework.vedtak import letter as vedtak_letter
from stays.leases import horizon

from .building import World
from .errors import ScenarioError


def deadline(when: dict[str, Any], world: World) -> dict[str, Any]:
    found = KINDS[when["kind"]](when["from"])
    return {"due": found.due, "warn": found.warn}


def rank(when: dict[str, Any], world: World) -> dict[str, Any]:
    from allocation import ranking

    ids = world.person_ids()
    rows = [
        {
            "person": world.name_of(entry.person_id),
            "application": world.application_name(entry.application_id),
            "class": (str(entry.priority.number), entry.priority.name),
            "because": [because.condition for because in entry.because],
        }
        for entry in ranking.waiting(when["on"])
        if entry.person_id in ids
    ]
    return {"rank": rows, "persons": rows}


def fits(when: dict[str, Any], world: World) -> dict[str, Any]:
    from allocation.fit import fits as judge

    unit = world.unit(when["unit"], "when.unit")
    found = judge(world.application(when["person"], "when.person"), unit, when["on"])
    return {"fits": found.ok, "must_failed": found.must_failed, "wishes_met": found.wishes_met}


def match(when: dict[str, Any], world: World) -> dict[str, Any]:
    try:
        from allocation import matching
    except ImportError as error:
        raise ScenarioError("when.ask: 'match' is not built yet") from error
    limits = {key: when[key] for key in ("max_share", "max_in_property") if key in when}
    units = {world.unit(name, "when.units").pk: name for name in when["units"]}
    found = matching.match(list(units), when["on"], **limits)
    assigned = {
        units[unit_id]: world.name_of_application(application_id)
        for unit_id, application_id in found.assigned.items()
    }
    return {"assigned": assigned, "houses": len(assigned)}


def klage(when: dict[str, Any], world: World) -> dict[str, Any]:
    """A klage made on a day: the last day it could be, whether it is late, and who decides it."""
    vedtak = world.vedtak(when["vedtak"], "when.vedtak")
    due = vedtak.appeal_due()
    body = vedtak.outcomes.select_related("basis").get().basis.appeal_body
    return {"due": due, "late": when["made"] > due, "klageinstans": body}


def klageinstans(when: dict[str, Any], world: World) -> dict[str, Any]:
    bases = LegalBasis.objects.filter(code=when["basis"])
    on = when.get("on")
    basis = bases.filter(valid__contains=on) if on else bases.order_by("-valid")
    found = basis.first()
    if found is None:
        raise ScenarioError(f"when.basis: {when['basis']!r} is not in force on the date")
    return {"klageinstans": found.appeal_body}


def lease_term(when: dict[str, Any], world: World) -> dict[str, Any]:
    person = world.person(when["person"], "when.person")
    term = lease_terms.term(person, when["on"], renewal=when.get("renewal", False))
    last_day = term.last_day(when["on"])
    return {
        "years": term.years,
        "last_day": last_day,
        "short": when.get("until", last_day) < last_day,
    }


def lease_horizon(when: dict[str, Any], world: World) -> dict[str, Any]:
    on = when["on"]
    found = horizon.place(when["expires"], on, horizon.numbers(on), when.get("asked"))
    return {
        "months": found.months,
        "days": found.days,
        "indefinite_from": found.indefinite_from,
        "indefinite": found.is_indefinite,
    }


def vedtak(when: dict[str, Any], world: World) -> dict[str, Any]:
    on = when["on"]
    draft = world.draft(world.application(when["person"], "when.person"), when)
    content = completeness.contents(draft, on)
    return {
        "missing": [lack.part for lack in completeness.missing(draft, on, content)],
        "title": vedtak_letter.title(draft, content),
        "klageinstans": [str(basis.appeal_body) for basis in content.bases],
    }


def need(when: dict[str, Any], world: World) -> dict[str, Any]:
    from casework.assessment import needs

    person = world.person(when["person"], "when.person")
    known = person.assessments.filter(held_on__lte=when["on"])
    held = known.order_by("-held_on", "-pk").first()
    household = world.application(when["person"], "when.person").household
    lines = {line.field: line for line in needs.derive(household, held, when["on"])}
    names = {area.pk: code for code, area in world.areas.items()}
    answer: dict[str, Any] = {name: line.value for name, line in lines.items()}
    for name in needs.AREAS:
        answer[name] = [names[pk] for pk in answer.get(name, [])]
    answer = dict.fromkeys(needs.FIELDS) | answer
    return answer | {"why": {name: line.why for name, line in lines.items()}}


ANSWERS: dict[str, Callable[[dict[str, Any], World], dict[str, Any]]] = {
    "deadline": deadline,
    "rank": rank,
    "fits": fits,
    "match": match,
    "klage": klage,
    "need": need,
    "klageinstans": klageinstans,
    "lease_term": lease_term,
    "lease_horizon": lease_horizon,
    "vedtak": vedtak,
}
