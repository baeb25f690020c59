"""What the file says against what came: lists as sets, and only what is named."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from .building import World

if TYPE_CHECKING:
    from .runner import Scenario


def differences(scenario: Scenario, answer: dict[str, Any], world: World) -> list[str]:
    """One sentence for each thing that differed."""
    then = scenario.then
    ordered = then.get("ordered", False)
    found: list[str] = []
    for key, wanted in then.items():
        if key == "ordered":
            continue
        _known_persons(wanted, world, f"then.{key}")
        if key == "flags":
            found += _flags(wanted, answer["flags"], answer["kind"], ordered, complete=True)
        elif key == "closed":
            found += _flags(wanted, answer["closed"], answer["kind"], ordered, complete=False)
        elif key == "why":
            told = answer["why"]
            found += [
                f"why.{name}: {told.get(name, 'nothing')!r} does not say {part!r}"
                for name, part in wanted.items()
                if part not in told.get(name, "")
            ]
        elif key in ("rank", "persons"):
            found += _rank(wanted, answer[key], then.get("ordered", True))
        elif key == "assigned":
            _known_persons([{"person": who} for who in wanted.values() if who], world, "then")
            for unit, who in wanted.items():
                world.unit(unit, "then.assigned")
                if answer[key].get(unit) != who:
                    found.append(f"assigned.{unit}: {answer[key].get(unit)}, not {who}")
        elif isinstance(wanted, list) and not ordered:
            if set(wanted) != set(answer[key] or []):
                found.append(f"{key}: {sorted(answer[key])}, not {sorted(wanted)}")
        elif wanted != answer[key]:
            found.append(f"{key}: {_told(answer[key])}, not {_told(wanted)}")
    return found


def _known_persons(wanted: Any, world: World, where: str) -> None:
    if isinstance(wanted, list):
        for n, each in enumerate(wanted):
            if isinstance(each, dict) and "person" in each:
                world.person(each["person"], f"{where}[{n}].person")


def _flags(
    wanted: list[dict], found: list[dict], kind: str, ordered: bool, *, complete: bool
) -> list[str]:
    """Each wanted flag is there once; and, where complete, no other of the job's kind."""
    left = list(found)
    told = []
    for want in wanted:
        for n, flag in enumerate(left):
            if not _flag_differs(want, flag):
                del left[0 if ordered else n : n + 1]
                break
        else:
            told.append(_nearest(want, left))
    if complete:
        told += [f"a flag not listed: {_flag_told(flag)}" for flag in left if flag["kind"] == kind]
    return told


def _flag_differs(want: dict, flag: dict) -> list[str]:
    differs = []
    for key, value in want.items():
        if key == "marks":
            if missing := set(value) - set(flag["marks"]):
                differs.append(f"marks lack {', '.join(sorted(missing))}")
        elif _told(value) != _told(flag[key]):
            differs.append(f"{key} is {_told(flag[key])}, not {_told(value)}")
    return differs


def _nearest(want: dict, left: list[dict]) -> str:
    same = [flag for flag in left if flag["person"] == want.get("person", flag["person"])]
    if not same:
        return f"no such flag: {_flag_told(want)}"
    return "; ".join(min((_flag_differs(want, flag) for flag in same), key=len)) + (
        f" (flag of {same[0]['person'] or same[0]['provider']})"
    )


def _flag_told(flag: dict) -> str:
    keys = ("person", "provider", "kind", "days", "threshold")
    return ", ".join(f"{key} {flag[key]}" for key in keys if flag.get(key) is not None)


def _rank(wanted: list[dict], found: list[dict], ordered: bool) -> list[str]:
    names, came = [each["person"] for each in wanted], [each["person"] for each in found]
    if names != came if ordered else sorted(names) != sorted(came):
        return [f"rank: {', '.join(came) or 'nobody'}, not {', '.join(names)}"]
    told = []
    for want in wanted:
        row = next(each for each in found if each["person"] == want["person"])
        if "class" in want and want["class"] not in row["class"]:
            told.append(f"{want['person']}: class is {row['class'][0]}, not {want['class']}")
        if "because" in want and want["because"] not in row["because"]:
            because = ", ".join(row["because"]) or "nothing"
            told.append(f"{want['person']}: because of {because}, not {want['because']}")
        if "application" in want and want["application"] != row["application"]:
            told.append(f"{want['person']}: application is {row['application']}")
    return told


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
