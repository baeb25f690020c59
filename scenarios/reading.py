"""Reads scenario files: strict YAML, and checks of every key and value."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.utils.timezone import get_default_timezone, is_naive

from .errors import ScenarioError

# check(value, where) returns the value ready for use, or raises ScenarioError.
Check = Callable[[Any, str], Any]


class _Loader(yaml.SafeLoader):
    """Safe YAML in which `on` is a word, not true, and a repeated key is an error."""


# YAML 1.1 reads on, off, y and n as true and false; here `on` is a key for a date.
_Loader.yaml_implicit_resolvers = {
    letter: [pair for pair in pairs if pair[0] != "tag:yaml.org,2002:bool"]
    for letter, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool",
    re.compile(r"^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE)$"),
    list("yYnNtTfF"),
)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict:
    mapping: dict = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        line = key_node.start_mark.line + 1
        if not isinstance(key, Hashable):
            raise ScenarioError(f"line {line}: a key must be a word")
        if key in mapping:
            raise ScenarioError(f"line {line}: the key {key!r} is written twice")
        mapping[key] = loader.construct_object(value_node, deep=True)
    return mapping


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load(path: Path) -> dict:
    """The content of the file. ScenarioError if it is not a YAML mapping."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError("the file cannot be read") from error
    try:
        data = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise ScenarioError(f"{where}{getattr(error, 'problem', 'not YAML')}") from error
    except (ValueError, RecursionError) as error:  # 2026-02-30
        raise ScenarioError(f"not a scenario: {error}") from error
    if not isinstance(data, dict):
        raise ScenarioError("a scenario is a mapping with title, given, when and then")
    return data


# ------------------------------------------------------------------ shapes


def unknown(where: str, key: Any, known: Collection[str]) -> ScenarioError:
    near = difflib.get_close_matches(str(key), list(known), 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return ScenarioError(f"{where}: unknown key {key!r}{hint}")


def shape(
    value: Any, where: str, fields: Mapping[str, Check], required: Collection[str] = ()
) -> dict[str, Any]:
    """A mapping with only these keys, each value checked. ScenarioError if it is not one."""
    if not isinstance(value, dict):
        raise ScenarioError(f"{where}: must be keys and values")
    for key in value:
        if key not in fields:
            raise unknown(where, key, fields)
    for key in required:
        if key not in value:
            raise ScenarioError(f"{where}: {key!r} is missing")
    return {key: fields[key](item, f"{where}.{key}") for key, item in value.items()}


def listed(value: Any, where: str) -> list:
    if not isinstance(value, list):
        raise ScenarioError(f"{where}: must be a list")
    return value


def list_of(check: Check) -> Check:
    def inner(value: Any, where: str) -> list:
        return [check(item, f"{where}[{n}]") for n, item in enumerate(listed(value, where))]

    return inner


def mapping_of(check: Check) -> Check:
    """A check of a mapping from names chosen in the file to checked values."""

    def inner(value: Any, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ScenarioError(f"{where}: must be keys and values")
        return {
            word(name, where): check({} if item is None else item, f"{where}.{name}")
            for name, item in value.items()
        }

    return inner


def record(fields: Mapping[str, Check], required: Collection[str] = ()) -> Check:
    return lambda value, where: shape(value, where, fields, required)


def one_of(codes: Collection[str]) -> Check:
    codes = [str(code) for code in codes]

    def inner(value: Any, where: str) -> str:
        if value not in codes:
            near = difflib.get_close_matches(str(value), codes, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f" (one of {', '.join(codes)})"
            raise ScenarioError(f"{where}: unknown code {value!r}{hint}")
        return value

    return inner


# No column holds a longer word, a larger number, or a day outside these years.
LONGEST_WORD, LARGEST_NUMBER = 200, 32767
YEARS = range(1900, 2201)


def word(value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ScenarioError(f"{where}: must be a word, not {value!r}")
    if len(str(value)) > LONGEST_WORD:
        raise ScenarioError(f"{where}: must be at most {LONGEST_WORD} characters")
    return str(value)


def yes_no(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ScenarioError(f"{where}: must be yes or no, not {value!r}")
    return value


def whole(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScenarioError(f"{where}: must be a whole number, not {value!r}")
    if abs(value) > LARGEST_NUMBER:
        raise ScenarioError(f"{where}: must be at most {LARGEST_NUMBER}, not {value}")
    return value


def day(value: Any, where: str) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise ScenarioError(f"{where}: must be a date like 2026-10-10, not {value!r}")
    _check_year(value, where)
    return value


def _check_year(value: date, where: str) -> None:
    if value.year not in YEARS:
        raise ScenarioError(f"{where}: must be in {YEARS[0]}–{YEARS[-1]}, not {value.year}")


def moment(value: Any, where: str) -> date | datetime:
    """A date, or a date and time (in Norwegian time if it has no time zone)."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise ScenarioError(f"{where}: must be a date or a time, not {value!r}") from error
    if isinstance(value, datetime):
        _check_year(value, where)
        return value.replace(tzinfo=get_default_timezone()) if is_naive(value) else value
    return day(value, where)


def day_or_days(value: Any, where: str) -> list[date]:
    """A list of dates to run the job for in turn; a single date is a list of one."""
    if isinstance(value, list):
        return list_of(day)(value, where)
    return [day(value, where)]


def empty_or(check: Check) -> Check:
    return lambda value, where: None if value is None else check(value, where)


def anything(value: Any, where: str) -> Any:
    return value
