"""The rules that `ask:` may name, each with the function that gives the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allocation import fit, matching, ranking
from casework.applications import lease_terms
from casework.models import LegalBasis
from casework.vedtak import completeness
from casework.vedtak import letter as vedtak_letter
from stays.leases import horizon

from .building import World, at_noon
from .errors import ScenarioError
from .vocabulary import DEADLINES


def deadline(when: dict[str, Any], world: World) -> dict[str, Any]:
    limit = DEADLINES[when["kind"]](at_noon(when["from"]))
    return {"due": limit.due, "warn": limit.warn}


def rank(when: dict[str, Any], world: World) -> dict[str, Any]:
    ids = world.person_ids()
    rows = [
        {
            "person": world.name_of(entry.person_id),
            "application": world.application_name(entry.application_id),
            "class": (str(entry.priority.number), entry.priority.name),
            "because": [reason.condition for reason in entry.because],
        }
        for entry in ranking.waiting(when["on"])
        if entry.person_id in ids
    ]
    return {"rank": rows, "persons": rows}


def fits(when: dict[str, Any], world: World) -> dict[str, Any]:
    unit = world.unit(when["unit"], "when.unit")
    result = fit.fits(world.application(when["person"], "when.person"), unit, when["on"])
    return {"fits": result.ok, "must_failed": result.must_failed, "wishes_met": result.wishes_met}


def match(when: dict[str, Any], world: World) -> dict[str, Any]:
    limits = {key: when[key] for key in ("max_share", "max_in_property") if key in when}
    units = {world.unit(name, "when.units").pk: name for name in when["units"]}
    result = matching.match(list(units), when["on"], **limits)
    assigned = {
        units[unit_id]: world.applicant_of(application_id)
        for unit_id, application_id in result.assigned.items()
    }
    return {"assigned": assigned, "houses": len(assigned)}


def klage(when: dict[str, Any], world: World) -> dict[str, Any]:
    """An appeal made on a day: its last day, whether it is late, and the appeals body."""
    vedtak = world.vedtak(when["vedtak"], "when.vedtak")
    due = vedtak.appeal_due()
    body = vedtak.outcomes.select_related("basis").get().basis.appeal_body
    return {"due": due, "late": when["made"] > due, "klageinstans": body}


def klageinstans(when: dict[str, Any], world: World) -> dict[str, Any]:
    versions = LegalBasis.objects.filter(code=when["basis"])
    on = when.get("on")
    versions = versions.filter(valid__contains=on) if on else versions.order_by("-valid")
    in_force = versions.first()
    if in_force is None:
        raise ScenarioError(f"when.basis: {when['basis']!r} is not in force on the date")
    return {"klageinstans": in_force.appeal_body}


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
    status = horizon.lease_status(when["expires"], on, horizon.numbers(on), when.get("asked"))
    return {
        "months": status.months,
        "days": status.days,
        "indefinite_from": status.indefinite_from,
        "indefinite": status.is_indefinite,
    }


def vedtak(when: dict[str, Any], world: World) -> dict[str, Any]:
    on = when["on"]
    draft = world.draft(world.application(when["person"], "when.person"), when)
    content = completeness.contents(draft, on)
    missing = completeness.missing(draft, on, content)
    return {
        "missing": [gap.part for gap in missing if gap.bars],
        "asked": [gap.part for gap in missing if not gap.bars],
        "title": vedtak_letter.title(draft, content),
        "klageinstans": [str(basis.appeal_body) for basis in content.bases],
    }


def need(when: dict[str, Any], world: World) -> dict[str, Any]:
    from casework.assessment import needs

    person = world.person(when["person"], "when.person")
    assessments = person.assessments.filter(held_on__lte=when["on"])
    latest = assessments.order_by("-held_on", "-pk").first()
    household = world.application(when["person"], "when.person").household
    lines = {line.field: line for line in needs.derive(household, latest, when["on"])}
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
