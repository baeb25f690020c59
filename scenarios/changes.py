"""What is registered, corrected, ended or cancelled later on, in the order of the file.

    changes:
      - {on: 2026-09-01, void: ane, how: feilregistrert}
      - {on: 2026-09-05, correct: ane, from: 2026-06-01}

Each is done by the action behind the page, before the job runs for its day or a later one. A stay
or a lease is named by its `id`, or by its person if that is the only one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from casework.applications.actions import applications
from casework.log.corrections import take_back
from casework.log.enums import LivingArrangement, MemberRelation
from casework.models import HouseholdMember, HouseholdSplit
from casework.persons.actions import persons
from casework.persons.corrections import MEMBER
from stays import actions, correcting
from stays.enums import StayKind, VoidedAs
from stays.leases.cancelling import cancel_lease
from stays.leases.correcting import correct_step
from stays.models import Stay
from stays.placement import separation

from .building import World, at_noon
from .errors import ScenarioError

WHY = "Scenario"


class Changes:
    """The changes of a scenario that are not yet made."""

    def __init__(self, rows: list[dict[str, Any]], world: World) -> None:
        self.left = list(enumerate(rows))
        self.world = world

    def until(self, on: date) -> None:
        """Make those whose day has come, in the order of the file."""
        while self.left and self.left[0][1]["on"] <= on:
            number, facts = self.left.pop(0)
            verb = next(verb for verb in VERBS if verb in facts)
            VERBS[verb](facts, self.world, f"changes[{number}].{verb}")


def _register(facts: dict[str, Any], world: World, where: str) -> None:
    world.live(facts["register"], where)


def _end(facts: dict[str, Any], world: World, where: str) -> None:
    if "to" not in facts:
        raise ScenarioError(f"{where}: 'to' is missing")
    actions.end_stay(
        stay=world.stay(facts["end"], where), ends_on=facts["to"], reason=WHY, **_who(facts, world)
    )


def _correct(facts: dict[str, Any], world: World, where: str) -> None:
    """`from`, `to` and `planned_out` are changed if given; `open: yes` takes the end away."""
    stay = world.stay(facts["correct"], where)
    more = {key: facts[key] for key in ("planned_out",) if key in facts}
    correcting.change_stay(
        stay=stay,
        starts_on=facts.get("from", stay.period.lower),
        ends_on=None if facts.get("open") else facts.get("to", stay.period.upper),
        why=WHY,
        **more,
        **_who(facts, world),
    )


def _reopen(facts: dict[str, Any], world: World, where: str) -> None:
    stay = world.stay(facts["reopen"], where)
    correcting.reopen_stay(stay=stay, reason=WHY, **_who(facts, world))


def _void(facts: dict[str, Any], world: World, where: str) -> None:
    stay = world.stay(facts["void"], where)
    correcting.void_stay(
        stay=stay,
        how=facts.get("how", VoidedAs.MISTAKEN),
        reason=WHY,
        reopen=_ended_by(stay),
        **_who(facts, world),
    )


def _cancel(facts: dict[str, Any], world: World, where: str) -> None:
    lease = world.lease(facts["cancel"], where)
    cancel_lease(
        lease=lease,
        how=facts.get("how", VoidedAs.NO_CONTRACT),
        reason=WHY,
        reopen=_ended_by(lease.stay),
        **_who(facts, world),
    )


def _correct_step(facts: dict[str, Any], world: World, where: str) -> None:
    """The latest step of the lease: `from` is its day, and `to` its deadline, if given."""
    lease = world.lease(facts["correct_step"], where)
    step = lease.steps.order_by("-logged_at", "-pk").first()
    if step is None:
        raise ScenarioError(f"{where}: the lease has no steps")
    correct_step(
        step,
        kind=step.kind,
        on=facts.get("from", step.on),
        due_on=facts.get("to", step.due_on),
        note=step.note or WHY,
        why=WHY,
        **_who(facts, world),
    )


def _correct_member(facts: dict[str, Any], world: World, where: str) -> None:
    """`from`, `to` and `living` are changed if given; `open: yes` takes the end away."""
    member = _member(facts["correct_member"], world, where)
    living = facts.get("living", member.living)
    persons.correct_member(
        member=member,
        head=None,
        relation=member.relation,
        living=living,
        nights=None if living == LivingArrangement.PERMANENT else member.nights,
        since=facts.get("from", member.period.lower),
        until=None if facts.get("open") else facts.get("to", member.period.upper),
        why=WHY,
        **_who(facts, world),
    )


def _not_member(facts: dict[str, Any], world: World, where: str) -> None:
    member = _member(facts["not_member"], world, where)
    take_back(MEMBER, member, why=WHY, **_who(facts, world))


def _member(name: str, world: World, where: str) -> HouseholdMember:
    """The person's only membership in the household of another."""
    rows = world.person(name, where).memberships.exclude(relation=MemberRelation.SELF)
    if rows.count() != 1:
        raise ScenarioError(f"{where}: {name} is not in one household")
    return rows.get()


def _split(facts: dict[str, Any], world: World, where: str) -> None:
    """Those `moving`, the first of them as head, leave for the temporary place `unit` that day, or
    for friends."""
    if "moving" not in facts:
        raise ScenarioError(f"{where}: 'moving' is missing")
    moving = [world.person(name, where) for name in facts["moving"]]
    place: dict[str, Any] = {"kind": StayKind.WITH_OTHERS, "place": "Venner"}
    if "unit" in facts:
        room = world.room_in(world.unit(facts["unit"], where))
        place = {"kind": StayKind.TEMPORARY, "unit": room, "reason": WHY, "unsuited_reason": WHY}
    separation.separate(
        head=world.person(facts["split"], where),
        moving=moving,
        shared=[],
        new_head=moving[0],
        since=facts.get("from", facts["on"]),
        own_case=False,
        **place,
        **_who(facts, world),
    )


def _undo_split(facts: dict[str, Any], world: World, where: str) -> None:
    """The latest split of the household that the person now heads."""
    split = HouseholdSplit.objects.filter(head=world.person(facts["undo_split"], where)).first()
    if split is None:
        raise ScenarioError(f"{where}: the household is not split")
    separation.undo_separation(split=split, reason=WHY, **_who(facts, world))


def _withdraw_case(facts: dict[str, Any], world: World, where: str) -> None:
    application = world.application(facts["withdraw_case"], where)
    applications.withdraw(application=application, reason=WHY, **_who(facts, world))


def _reopen_case(facts: dict[str, Any], world: World, where: str) -> None:
    application = world.application(facts["reopen_case"], where)
    applications.reopen(application=application, why=WHY, **_who(facts, world))


def _ended_by(stay: Stay) -> list[Stay]:
    """As on the page, where all that ended that day are ticked."""
    return list(correcting.ended_by(stay))


def _who(facts: dict[str, Any], world: World) -> dict[str, Any]:
    return {"by": world.clerk, "at": at_noon(facts["on"])}


VERBS: dict[str, Callable[[dict[str, Any], World, str], None]] = {
    "register": _register,
    "end": _end,
    "correct": _correct,
    "reopen": _reopen,
    "void": _void,
    "cancel": _cancel,
    "correct_step": _correct_step,
    "correct_member": _correct_member,
    "not_member": _not_member,
    "split": _split,
    "undo_split": _undo_split,
    "withdraw_case": _withdraw_case,
    "reopen_case": _reopen_case,
}
