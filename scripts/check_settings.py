"""A project rule: every declared setting is read somewhere, and every setting that is read exists.

`scripts.checks` runs it. A setting that nothing reads would be changed in the app without effect.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from .check_values import SETTINGS, _sources, _tree

# What reads a setting, and which of its arguments are keys.
READERS = {
    "value": slice(0, 1),
    "values": slice(1, None),
    "in_force": slice(0, 1),
    "SettingsTable": slice(0, None),
    "_numbers": slice(2, None),
}


def settings_are_read(root: Path) -> list[str]:
    """No setting is declared that no code outside its declaration reads, and none is read that is
    not declared. Tests, invented data and migrations do not count as readers."""
    declared = dict(_declared(root / SETTINGS)) if (root / SETTINGS).exists() else {}
    used, errors = set(), []
    for path in _sources(root):
        name = path.relative_to(root)
        if name == SETTINGS:
            continue
        tree = _tree(path)
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        asks = _asks_settings(tree)
        for node in ast.walk(tree):
            if id(node) not in docstrings and _is_text(node) and node.value in declared:
                used.add(node.value)
            if asks:
                errors += [
                    f"{name}:{line}: the setting '{key}' is not declared in {SETTINGS}"
                    for line, key in _keys(node)
                    if key not in declared
                ]
    errors += [
        f"{SETTINGS}:{line}: no code reads the setting '{key}': remove it"
        for key, line in declared.items()
        if key not in used
    ]
    return errors


def _declared(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(_tree(path)):
        target = node.target if isinstance(node, ast.AnnAssign) else None
        target = node.targets[0] if isinstance(node, ast.Assign) else target
        if (
            isinstance(target, ast.Name)
            and target.id == "KEYS"
            and isinstance(node.value, ast.Dict)
        ):
            yield from ((key.value, key.lineno) for key in node.value.keys if _is_text(key))


def _asks_settings(tree: ast.Module) -> bool:
    """Whether the module knows the settings, so that a call named `value` is likely theirs."""
    module = SETTINGS.stem
    return any(
        isinstance(node, ast.ImportFrom)
        and (
            (node.module or "").rsplit(".", 1)[-1] == module
            or any(alias.name == module for alias in node.names)
        )
        for node in ast.walk(tree)
    )


def _keys(node: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and text of each key that one call reads."""
    if not isinstance(node, ast.Call):
        return
    name = ast.unparse(node.func)
    *owner, last = name.rsplit(".", 1)
    if last not in READERS or (
        owner and owner[0].rsplit(".", 1)[-1] not in (SETTINGS.stem, "table")
    ):
        return
    for argument in node.args[READERS[last]]:
        if _is_text(argument):
            yield argument.lineno, argument.value


def _is_text(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
