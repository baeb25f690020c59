"""Every key a scenario may have, and the values it accepts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from accounts import settings_table
from allocation.enums import DeclineCode, OfferState
from casework.log import deadlines
from casework.log.enums import (
    APPEAL_ANSWERED,
    AppealBody,
    ApplicationKind,
    ApplicationState,
    FlagClosed,
    FlagKind,
    LanguageForm,
    LetterWay,
    LivingArrangement,
    Outcome,
    Protection,
    RefusalGround,
    ReversalGround,
    Sender,
    Sex,
    Tonight,
)
from casework.vedtak.completeness import PARTS
from common.calendar import local_date
from housing.enums import Staffing, UnitType
from stays.enums import (
    HomeAhead,
    InstitutionKind,
    Readiness,
    RiskOutcome,
    StayKind,
    StepKind,
    Unsuitable,
    VoidedAs,
)

from .errors import ScenarioError
from .reading import (
    Check,
    anything,
    day,
    day_or_days,
    empty_or,
    list_of,
    mapping_of,
    moment,
    one_of,
    record,
    shape,
    unknown,
    whole,
    word,
    yes_no,
)

BASES = ("kommunal_bolig", "bytte", "forlengelse", "boligsosialloven_6", "sosialtjenesteloven_27")
# Who sent the application: the words of the format and the values in the database.
SENDERS = {
    "person": Sender.PERSON,
    "helper": Sender.HELPER,
    "treatment": Sender.TREATMENT,
    "hospital": Sender.TREATMENT,
    "prison": Sender.PRISON,
    "unit": Sender.OTHER_UNIT,
    **{str(code): code for code in Sender},
}
# The parts a vedtak in a scenario has, unless `lacks` names them.
TEXTS = (
    "facts",
    "rules",
    "reasoning",
    "person_view",
    "best_interests",
    "place",
    "help_content",
    "refused",
)
WRITTEN = (
    *TEXTS,
    "dwelling_type",
    "bedrooms",
    "lease_years",
    "valid_from",
    "valid_to",
    "choices",
    "address",
    "appeals_body",
)
# How much help a person needs: the words of the format and the values in the database.
SUPPORT = {"none": 0, "some": 1, "much": 2, "unclear": 9}
unit_type = one_of(UnitType.values)
staffing = one_of(Staffing.values)


def settings(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ScenarioError(f"{where}: must be keys and values")
    for key in value:
        if key not in settings_table.KEYS:
            raise unknown(where, key, settings_table.KEYS)
    return {key: _setting(key, item, f"{where}.{key}") for key, item in value.items()}


def _setting(key: str, value: Any, where: str) -> Any:
    """A value like the default: yes or no, a whole number from 0, or a list of them."""
    default = settings_table.KEYS[key].default
    if isinstance(default, bool):
        return yes_no(value, where)
    several = isinstance(default, list)
    for number in list_of(whole)(value, where) if several else [whole(value, where)]:
        if number < 0:
            raise ScenarioError(f"{where}: must be 0 or more, not {number}")
    return value


NEED: Mapping[str, Check] = {
    "types": list_of(unit_type),
    "bedrooms": whole,
    "step_free": yes_no,
    "wheelchair": yes_no,
    "max_floor": whole,
    "staffing": staffing,
    "pets": yes_no,
    "areas": list_of(word),
    "avoid_areas": list_of(word),
    "avoid_properties": list_of(word),
    "types_preferred": list_of(unit_type),
    "own_entrance": yes_no,
    "near_transport": yes_no,
    "quiet": yes_no,
    "drug_free": yes_no,
    "rent_max": whole,
    "available_from": day,
}

# An assessment (kartlegging): `help` in each dimension by its code, and answers about the home.
ASSESSED: Mapping[str, Check] = {
    "person": word,
    "held": day,
    "help": mapping_of(one_of([str(name) for name in SUPPORT])),
    "wheelchair": yes_no,
    "no_stairs": yes_no,
    "max_floor": whole,
    "night_help": yes_no,
    "pets": yes_no,
    "areas": list_of(word),
    "avoid_areas": list_of(word),
    "avoid_reason": word,
    "own_entrance": yes_no,
    "near_transport": yes_no,
    "quiet": yes_no,
    "drug_free": yes_no,
}
DERIVED = (
    *("bedrooms", "staffing", "types", "step_free", "wheelchair", "max_floor", "pets"),
    *("areas", "avoid_areas", "own_entrance", "near_transport", "quiet", "drug_free"),
)


stay = record(
    {
        "id": word,
        "person": word,
        "unit": word,
        "from": day,
        "to": day,
        "granted_until": day,
        "must_leave_by": day,
        "unsafe": yes_no,
        "unsuitable": one_of(Unsuitable.values),
    },
    required=["person", "unit", "from"],
)
# What is changed after the facts were registered (`scenarios.changes`), with its day.
CHANGE: Mapping[str, Check] = {
    "on": day,
    "register": stay,
    "end": word,
    "correct": word,
    "reopen": word,
    "void": word,
    "cancel": word,
    "correct_step": word,
    "correct_member": word,
    "not_member": word,
    "split": word,
    "undo_split": word,
    "moving": list_of(word),
    "unit": word,
    "withdraw_case": word,
    "reopen_case": word,
    "living": one_of(LivingArrangement.values),
    "from": day,
    "to": day,
    "open": yes_no,
    "planned_out": day,
    "how": one_of(VoidedAs.values),
}

GIVEN: Mapping[str, Check] = {
    "settings": settings,
    "persons": mapping_of(
        record(
            {
                "born": day,
                "sex": one_of(Sex.values),
                "protection": one_of(Protection.values),
                "shielded": yes_no,
            }
        )
    ),
    "households": list_of(
        record(
            {
                "members": list_of(word),
                "children": list_of(word),
                "shared": list_of(word),  # children of delt bosted; also under `members`
                "visiting": list_of(word),  # children of samvær; also under `members`
                "partner": word,
                "from": day,
                "to": day,
            },
            required=["members"],
        )
    ),
    "units": mapping_of(
        record(
            {
                "type": unit_type,
                "property": word,
                "area": word,
                "bedrooms": whole,
                "size_m2": whole,
                "floor": whole,
                "lift": yes_no,
                "step_free": yes_no,
                "wheelchair": yes_no,
                "capacity": whole,
                "staffing": staffing,
                "own_entrance": yes_no,
                "accepts_pets": yes_no,
                "near_transport": yes_no,
                "quiet": yes_no,
                "drug_free": yes_no,
                "min_age": whole,
                "max_age": whole,
                "suits_children": yes_no,
                "rent": whole,
                "night_price": whole,
                "allocated_by": word,
                "available_from": day,
                "closed_from": day,
                "max_stay": whole,  # months, in the house
                "unavailable": list_of(record({"from": day, "to": day}, required=["from"])),
            },
            required=["type"],
        )
    ),
    "stays": list_of(stay),
    # Our addition: a lease; `expires` is when the contract ends, `to` when the tenant moved out.
    "leases": list_of(
        record(
            {
                "id": word,
                "person": word,
                "unit": word,
                "application": word,
                "agreed": day,
                "from": day,
                "expires": day,
                "to": day,
                "asked": day,  # asked in writing to leave
                # Steps taken, in order, and things agreed for before moving in.
                "steps": list_of(
                    record(
                        {"kind": one_of(StepKind.values), "on": day, "due": day, "logged": day},
                        ["kind", "on"],
                    )
                ),
                "ready": list_of(
                    record(
                        {"kind": one_of(Readiness.values), "due": day, "done": day}, ["kind", "due"]
                    )
                ),
                "review": day,  # reported as at risk, with a plan to be looked at again
                "closed": day,  # no longer at risk
                "outcome": one_of(RiskOutcome.values),
            },
            required=["person", "unit", "from"],
        )
    ),
    # Our addition: a place to live that is not a unit in the register.
    "situations": list_of(
        record(
            {
                "id": word,
                "person": word,
                "kind": one_of([k for k in StayKind.values if k not in ("leie", "midlertidig")]),
                "from": day,
                "to": day,
                "must_leave_by": day,
                "unsafe": yes_no,
                "unsuitable": one_of(Unsuitable.values),
            },
            required=["person", "kind", "from"],
        )
    ),
    "institutions": list_of(
        record(
            {
                "id": word,
                "person": word,
                "kind": one_of(InstitutionKind.values),
                "from": day,
                "planned_out": day,
                "to": day,
            },
            required=["person", "kind", "from"],
        )
    ),
    "applications": list_of(
        record(
            {
                "id": word,
                "person": word,
                "kind": one_of(ApplicationKind.values),
                "received": moment,
                "from": one_of(SENDERS),
                "bases": list_of(one_of(BASES)),
                "state": one_of(ApplicationState.values),
                "unit": word,
                "interim_reply": moment,
                "promised": day,
                "tonight": one_of(Tonight.values),
            },
            required=["person", "received"],
        )
    ),
    "vedtak": list_of(
        record(
            {
                "application": word,
                "outcome": one_of(Outcome.values),
                "basis": one_of(BASES),
                "issued": day,
                "arrived": day,
                "way": one_of(LetterWay.values),
                "valid_from": day,
                "valid_to": day,
                "conditions": word,
                "need": record(NEED),
            },
            required=["application", "issued"],
        )
    ),
    "needs": list_of(record({"person": word, "application": word, **NEED})),
    # Our addition: who runs temporary places; `last` is the last day of a quality agreement.
    "providers": mapping_of(
        record(
            {
                "agreements": list_of(record({"from": day, "last": day}, ["from", "last"])),
                "in_use": yes_no,
            }
        )
    ),
    "papers": list_of(
        record(
            {
                "application": word,
                "what": list_of(word),
                "asked": moment,
                "due": day,
                "received": list_of(day),
            },
            required=["application", "what", "asked"],
        )
    ),
    # Sent to another unit: a task (`handovers`) or the whole case (`sent_cases`).
    "handovers": list_of(
        record(
            {"person": word, "what": word, "sent": moment, "acknowledged": moment},
            required=["person", "what", "sent"],
        )
    ),
    "sent_cases": list_of(
        record(
            {"application": word, "sent": moment, "acknowledged": moment},
            required=["application", "sent"],
        )
    ),
    "assessments": list_of(record(ASSESSED, required=["person"])),
    "services": list_of(
        record({"person": word, "name": word, "from": day, "to": day}, required=["person"])
    ),
    "contacts": list_of(record({"person": word, "on": day}, required=["person", "on"])),
    # Our addition: an appeal against the only vedtak of an application or person.
    "appeals": list_of(
        record(
            {
                "vedtak": word,
                "received": day,
                "made": day,
                "forwarded": day,
                "reminded": day,
                "outcome": one_of([str(state) for state in APPEAL_ANSWERED]),
                "answered": day,
                "withdrawn": day,
            },
            required=["vedtak", "received"],
        )
    ),
    "offers": list_of(
        record(
            {
                "person": word,
                "application": word,
                "unit": word,
                "sent": moment,
                "answer_by": day,
                "viewing": day,
                "state": one_of(OfferState.values),
                "answered": moment,
                "decline_code": one_of(DeclineCode.values),
                "available_from": day,
            },
            required=["unit", "sent"],
        )
    ),
    # Our addition: somebody has died. `case_to` goes on with the open cases, which else lapse; the
    # estate rents to and with `lease_until`, or `lease_to` takes the lease over.
    "deaths": list_of(
        record(
            {
                "person": word,
                "on": day,
                "case_to": word,
                "lease_until": day,
                "lease_to": word,
                "undone": yes_no,
            },
            required=["person", "on"],
        )
    ),
    # Our addition: a home reserved for the day somebody leaves an institution; `last` is the last
    # day of the reservation.
    "reservations": list_of(
        record(
            {
                "person": word,
                "application": word,
                "unit": word,
                "from": day,
                "moves_in": day,
                "last": day,
                "released": day,
            },
            required=["unit", "from", "moves_in", "last"],
        )
    ),
    "policy": record({"classes": anything, "tie_breakers": list_of(word)}, required=["classes"]),
}

# The kind of the flags on quality agreements, which have no person.
AGREEMENT = "agreement"
JOBS = (
    "flag_stays",
    "flag_waiting",
    "flag_discharges",
    "flag_deadlines",
    "flag_papers",
    "flag_appeals",
    "flag_appeal_bodies",
    "flag_handovers",
    "flag_section_27",
    "flag_leases",
    "flag_tenancies",
    "flag_readiness",
    "flag_grants",
    "flag_longest_stays",
    "flag_conditions",
    "flag_promises",
    "flag_viewings",
    "flag_no_service",
    "flag_offers",
    "ask_still_needed",
    "flag_agreements",
)
DEADLINES: Mapping[str, Callable[[datetime], deadlines.Deadline]] = {
    "forelopig_svar": deadlines.interim_reply,
    "klage": lambda arrived: deadlines.appeal(local_date(arrived), local_date(arrived)),
    "klage_forberedt": deadlines.appeal_prepared,
    "klage_hos_klageinstansen": deadlines.appeal_answered,
    "tilbud": deadlines.offer_answer,
    "paragraf_27_vedtak": deadlines.section_27_decision,
    "paragraf_27_sted": lambda received: deadlines.Deadline(
        local_date(deadlines.section_27_place(received))
    ),
    "mangelbrev": deadlines.missing_papers,
}
ASKS: Mapping[str, tuple[Mapping[str, Check], tuple[str, ...]]] = {
    "deadline": ({"kind": one_of(DEADLINES), "from": moment}, ("kind", "from")),
    "rank": ({"on": day}, ("on",)),
    "fits": ({"person": word, "unit": word, "on": day}, ("person", "unit", "on")),
    "match": (
        {"units": list_of(word), "on": day, "max_share": anything, "max_in_property": whole},
        ("units", "on"),
    ),
    "klage": ({"vedtak": word, "made": day}, ("vedtak", "made")),
    "need": ({"person": word, "on": day}, ("person", "on")),
    "klageinstans": ({"basis": one_of(BASES), "on": day}, ("basis",)),
    # The term of a lease from the day, and whether `until` is earlier than its last day.
    "lease_term": ({"person": word, "on": day, "renewal": yes_no, "until": day}, ("person", "on")),
    # The time left of a lease; `asked` is when the tenant was asked in writing to leave.
    "lease_horizon": ({"expires": day, "on": day, "asked": day}, ("expires", "on")),
    # A draft vedtak with every part except those it `lacks`: its missing parts and its title.
    "vedtak": (
        {
            "person": word,
            "on": day,
            "language": one_of(LanguageForm.values),
            "outcomes": mapping_of(one_of(Outcome.values)),
            "grounds": mapping_of(one_of(RefusalGround.values)),
            "lacks": list_of(one_of(WRITTEN)),
            # Other texts and dates than the usual, and the questions the drafter has confirmed.
            "written": record(
                {
                    **dict.fromkeys([*TEXTS, "conditions"], anything),
                    "bedrooms": whole,
                    "valid_from": day,
                    "valid_to": day,
                }
            ),
            "confirmed": list_of(anything),
            # What it changes (the vedtak in force of the person), on which ground; and whether it
            # is to the person's harm.
            "changes": word,
            "ground": one_of(ReversalGround.values),
            "to_harm": yes_no,
        },
        ("person", "on"),
    ),
}

FLAG: Mapping[str, Check] = {
    "person": word,
    "provider": word,
    "kind": one_of([*FlagKind.values, AGREEMENT]),
    "application": word,
    "days": whole,
    "stage": one_of(["before", "after"]),
    "threshold": whole,
    "threshold_day": day,
    "chain_start": day,
    "children": empty_or(whole),
    "marks": list_of(one_of(["from_institution", "children", "no_service"])),
    "raised": day,
    "due": day,
    "what": one_of(["vedtak", "plass"]),
    "papers": whole,
    "home": word,  # the unit that is offered, reserved or lived in
    "standing": one_of(HomeAhead.values),
}
CLOSED_FLAG: Mapping[str, Check] = {
    **FLAG,
    "closed": day,
    "because": one_of(FlagClosed.values),
}


def _ranked(value: Any, where: str) -> dict[str, Any]:
    if isinstance(value, str):
        return {"person": value}
    return shape(
        value,
        where,
        {"person": word, "application": word, "class": word, "because": word},
    )


def _assigned(value: Any, where: str) -> dict[str, str | None]:
    if not isinstance(value, dict):
        raise ScenarioError(f"{where}: must be units and persons")
    return {word(unit, where): empty_or(word)(who, where) for unit, who in value.items()}


THEN: Mapping[str, Mapping[str, Check]] = {
    "run": {"flags": list_of(record(FLAG)), "closed": list_of(record(CLOSED_FLAG))},
    "deadline": {"due": day, "warn": empty_or(day)},
    "rank": {"rank": list_of(_ranked), "persons": list_of(_ranked)},
    "fits": {"fits": yes_no, "must_failed": list_of(word), "wishes_met": list_of(word)},
    "match": {"assigned": _assigned, "houses": whole},
    "klage": {"due": day, "late": yes_no, "klageinstans": one_of(AppealBody.values)},
    "need": {
        **{name: empty_or(NEED[name]) for name in DERIVED},
        "why": mapping_of(word),
    },
    "klageinstans": {"klageinstans": one_of(AppealBody.values)},
    "lease_term": {"years": whole, "last_day": day, "short": yes_no},
    "lease_horizon": {
        "months": empty_or(whole),
        "days": whole,
        "indefinite_from": day,
        "indefinite": yes_no,
    },
    "vedtak": {
        "missing": list_of(one_of(PARTS)),
        "asked": list_of(one_of(PARTS)),
        "title": word,
        "klageinstans": list_of(one_of(AppealBody.values)),
    },
}


VERBS = (
    "register",
    "end",
    "correct",
    "reopen",
    "void",
    "cancel",
    "correct_step",
    "correct_member",
    "not_member",
    "split",
    "undo_split",
    "withdraw_case",
    "reopen_case",
)


def change(value: Any, where: str) -> dict[str, Any]:
    """One change: its day, and one thing that is done."""
    facts = shape(value, where, CHANGE, ["on"])
    if len([verb for verb in VERBS if verb in facts]) != 1:
        raise ScenarioError(f"{where}: must have one of {', '.join(VERBS)}")
    return facts


def read_when(value: Any) -> dict[str, Any]:
    """`run` with a date (or several in turn), or `ask` with its arguments."""
    if not isinstance(value, dict):
        raise ScenarioError("when: must be keys and values")
    if "run" in value:
        return shape(value, "when", {"run": one_of(JOBS), "on": day_or_days}, ["run", "on"])
    if "ask" in value:
        rule = one_of(ASKS)(value["ask"], "when.ask")
        fields, required = ASKS[rule]
        return shape(value, "when", {"ask": one_of(ASKS), **fields}, required)
    for key in value:
        raise unknown("when", key, ["run", "ask"])
    raise ScenarioError("when: must have run or ask")


def read_then(value: Any, when: dict[str, Any]) -> dict[str, Any]:
    """The expected answer: at least one of the keys that this job or rule answers."""
    fields = THEN["run" if "run" in when else when["ask"]]
    then = shape(value, "then", {**fields, "ordered": yes_no})
    if not set(then) - {"ordered"}:
        raise ScenarioError(f"then: is empty; give one of {', '.join(fields)}")
    return then
