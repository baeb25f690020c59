"""The jobs that `run:` may name."""

from __future__ import annotations

from typing import Any

from allocation.flags import VIEWING, flag_offers, flag_waiting
from allocation.still_needed import ask_still_needed
from casework.appeals.flags import APPEAL, APPEAL_BODY
from casework.applications.flags import flag_deadlines, flag_papers, flag_promises
from casework.follow_up.handover_flags import flag_handovers
from casework.log.enums import FlagKind
from casework.models import Flag
from casework.vedtak.flags import flag_conditions
from housing.providers.flags import flag_agreements
from housing.providers.models import AgreementFlag
from stays.leases.date_flags import GRANT, LONGEST_STAY, READINESS, TENANCY
from stays.leases.flags import flag_leases
from stays.temporary.discharge_flags import flag_discharges
from stays.temporary.flags import day_of_threshold, flag_stays
from stays.temporary.no_service import flag_no_service
from stays.temporary.section_27 import flag_section_27

from .building import World
from .changes import Changes
from .errors import ScenarioError
from .vocabulary import AGREEMENT, FLAG

JOBS = {
    "flag_stays": (FlagKind.TEMPORARY_STAY, flag_stays),
    "flag_deadlines": (FlagKind.INTERIM_REPLY, flag_deadlines),
    "flag_papers": (FlagKind.PAPERS, flag_papers),
    "flag_appeals": (FlagKind.APPEAL, APPEAL.run),
    "flag_appeal_bodies": (FlagKind.APPEAL_BODY, APPEAL_BODY.run),
    "flag_handovers": (FlagKind.HANDOVER, flag_handovers),
    "flag_section_27": (FlagKind.SECTION_27, flag_section_27),
    "flag_no_service": (FlagKind.NO_SERVICE, flag_no_service),
    "flag_discharges": (FlagKind.DISCHARGE, flag_discharges),
    "flag_leases": (FlagKind.LEASE, flag_leases),
    "flag_tenancies": (FlagKind.TENANCY, TENANCY.run),
    "flag_readiness": (FlagKind.READINESS, READINESS.run),
    "flag_grants": (FlagKind.GRANT, GRANT.run),
    "flag_longest_stays": (FlagKind.LONGEST_STAY, LONGEST_STAY.run),
    "flag_conditions": (FlagKind.CONDITION, flag_conditions),
    "flag_promises": (FlagKind.PROMISED, flag_promises),
    "flag_viewings": (FlagKind.VIEWING, VIEWING.run),
    "flag_waiting": (FlagKind.FORGOTTEN, flag_waiting),
    "flag_offers": (FlagKind.OFFER, flag_offers),
    "ask_still_needed": (FlagKind.OUTREACH, ask_still_needed),
    "flag_agreements": (AGREEMENT, flag_agreements),
}


def run_job(when: dict[str, Any], world: World, changes: Changes) -> dict[str, Any]:
    """Run the job for each date in turn, each after the changes until that day; returns the open
    and the closed flags after that."""
    if when["run"] not in JOBS:
        raise ScenarioError(f"when.run: {when['run']!r} is not built yet")
    kind, job = JOBS[when["run"]]
    for on in when["on"]:
        changes.until(on)
        job(on)
    if kind == AGREEMENT:
        of_them = AgreementFlag.objects.filter(agreement__provider__in=world.provider_ids())
        flags = [_agreement_flag(flag) for flag in of_them.order_by("pk")]
    else:
        rows = Flag.objects.filter(person__in=world.person_ids()).order_by("pk")
        flags = [_flag(flag, world) for flag in rows]
    return {
        "kind": str(kind),
        "flags": [flag for flag in flags if flag["closed"] is None],
        "closed": [flag for flag in flags if flag["closed"] is not None],
    }


def _agreement_flag(flag: AgreementFlag) -> dict[str, Any]:
    return {
        **dict.fromkeys(FLAG),
        "marks": [],
        "provider": flag.provider.name,
        "kind": AGREEMENT,
        **_times(flag),
    }


def _times(flag: Flag | AgreementFlag) -> dict[str, Any]:
    return {
        "threshold": flag.threshold,
        "raised": flag.raised_on.isoformat(),
        "due": flag.due_on.isoformat() if flag.due_on else None,
        "closed": flag.closed_on.isoformat() if flag.closed_on else None,
        "because": flag.closed_because,
    }


def _unit_name(home: str | None, world: World) -> str | None:
    return next((name for name, unit in world.units.items() if str(unit) == home), None)


def _flag(flag: Flag, world: World) -> dict[str, Any]:
    """A flag with the keys of the scenario format."""
    return {
        "provider": None,
        "person": world.name_of(flag.person_id),
        "kind": flag.kind,
        "application": world.application_name(flag.application_id),
        "marks": flag.marks,
        **_times(flag),
        **{name: flag.facts.get(name) for name in ("days", "chain_start")},
        "threshold_day": day_of_threshold(flag).isoformat()
        if flag.kind == FlagKind.TEMPORARY_STAY
        else None,
        "stage": flag.facts.get("stage"),
        "what": flag.facts.get("what"),
        "papers": flag.facts.get("papers"),
        "children": flag.facts.get("children"),
        "home": _unit_name(flag.facts.get("home", {}).get("home"), world),
        "standing": flag.facts.get("home", {}).get("what"),
    }
