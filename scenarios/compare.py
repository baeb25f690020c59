"""Compares `then` with the answer: only the keys in the file, and lists without their order."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from .building import World

if TYPE_CHECKING:
    from .runner import Scenario


def differences(scenario: Scenario, answer: dict[str, Any], world: World) -> list[str]:
    """One sentence for each difference; [] if there is none."""
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
            why = answer["why"]
            found += [
                f"why.{name}: {why.get(name, 'nothing')!r} does not say {part!r}"
                for name, part in wanted.items()
                if part not in why.get(name, "")
            ]
        elif key in ("rank", "persons"):
            found += _rank(wanted, answer[key], then.get("ordered", True))
        elif key == "assigned":
            _known_persons([{"person": name} for name in wanted.values() if name], world, "then")
            for unit, person in wanted.items():
                world.unit(unit, "then.assigned")
                if answer[key].get(unit) != person:
                    found.append(f"assigned.{unit}: {answer[key].get(unit)}, not {person}")
        elif isinstance(wanted, list) and not ordered:
            if set(wanted) != set(answer[key] or []):
                found.append(f"{key}: {sorted(answer[key])}, not {sorted(wanted)}")
        elif wanted != answer[key]:
            found.append(f"{key}: {_text(answer[key])}, not {_text(wanted)}")
    return found


def _known_persons(wanted: Any, world: World, where: str) -> None:
    if isinstance(wanted, list):
        for n, row in enumerate(wanted):
            if isinstance(row, dict) and "person" in row:
                world.person(row["person"], f"{where}[{n}].person")


def _flags(
    wanted: list[dict], flags: list[dict], kind: str, ordered: bool, *, complete: bool
) -> list[str]:
    """Differences: a wanted flag that is missing and, if `complete`, an extra one of the kind."""
    left = list(flags)
    found = []
    for want in wanted:
        for n, flag in enumerate(left):
            if not _flag_differs(want, flag):
                del left[0 if ordered else n : n + 1]
                break
        else:
            found.append(_nearest(want, left))
    if complete:
        found += [f"a flag not listed: {_flag_text(flag)}" for flag in left if flag["kind"] == kind]
    return found


def _flag_differs(want: dict, flag: dict) -> list[str]:
    differs = []
    for key, value in want.items():
        if key == "marks":
            if missing := set(value) - set(flag["marks"]):
                differs.append(f"marks lack {', '.join(sorted(missing))}")
        elif _text(value) != _text(flag[key]):
            differs.append(f"{key} is {_text(flag[key])}, not {_text(value)}")
    return differs


def _nearest(want: dict, left: list[dict]) -> str:
    same = [flag for flag in left if flag["person"] == want.get("person", flag["person"])]
    if not same:
        return f"no such flag: {_flag_text(want)}"
    return "; ".join(min((_flag_differs(want, flag) for flag in same), key=len)) + (
        f" (flag of {same[0]['person'] or same[0]['provider']})"
    )


def _flag_text(flag: dict) -> str:
    keys = ("person", "provider", "kind", "days", "threshold")
    return ", ".join(f"{key} {flag[key]}" for key in keys if flag.get(key) is not None)


def _rank(wanted: list[dict], rows: list[dict], ordered: bool) -> list[str]:
    names, actual = [want["person"] for want in wanted], [row["person"] for row in rows]
    if names != actual if ordered else sorted(names) != sorted(actual):
        return [f"rank: {', '.join(actual) or 'nobody'}, not {', '.join(names)}"]
    found = []
    for want in wanted:
        row = next(row for row in rows if row["person"] == want["person"])
        if "class" in want and want["class"] not in row["class"]:
            found.append(f"{want['person']}: class is {row['class'][0]}, not {want['class']}")
        if "because" in want and want["because"] not in row["because"]:
            because = ", ".join(row["because"]) or "nothing"
            found.append(f"{want['person']}: because of {because}, not {want['because']}")
        if "application" in want and want["application"] != row["application"]:
            found.append(f"{want['person']}: application is {row['application']}")
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
