"""Every right in words, read from the code that decides (need S1).

A right is a function `can_…` or `sees_…` of a `perms.py`, in any app. Its docstring says who has
it, and ends with the words of the page «Rettigheter»:

    Rett: Godkjenne vedtak (ikke egne utkast, ikke inhabil).

The module's docstring ends with the heading: `Område: Vedtak.` Which roles have the right is not
written down: a right of the user alone is asked, with a user of each role, and a right that depends
on something more is read, as far as the roles decide it. What they do not decide is a condition.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from django.apps import apps
from django.conf import settings

from ..enums import RoleKind
from ..models import Role, User

IS_RIGHT = re.compile(r"(can|sees)_\w+")
WORDS = re.compile(r"^\s*Rett: (?P<label>[^(]+?)(?: \((?P<condition>.+)\))?\.\s*\Z", re.M | re.S)
AREA = re.compile(r"^\s*Område: (?P<area>.+)\.\s*\Z", re.M)
ACCESS = ("sees_protected", "sees_shielded")


@dataclass(frozen=True, slots=True)
class Right:
    """A right. `answers` has True, False or None for each role; None is «on a condition»."""

    key: str
    area: str
    label: str
    condition: str
    rule: str
    answers: dict[str, bool | None]

    @property
    def cells(self) -> list[tuple[bool, str]]:
        """For each role in order: whether it may, and the condition: where the role does not
        decide, or for all who may, if it always does."""
        answers = self.answers.values()
        limited = {None} if None in answers else {True}
        return [
            (answer is not False, self.condition if answer in limited else "") for answer in answers
        ]


def modules() -> list[ModuleType]:
    """The `perms.py` of every app of ours."""
    found = []
    for config in apps.get_app_configs():
        path = Path(config.path)
        if path.is_relative_to(settings.BASE_DIR) and ".venv" not in path.parts:
            for file in sorted(path.rglob("perms.py")):
                parts = file.relative_to(settings.BASE_DIR).with_suffix("").parts
                found.append(import_module(".".join(parts)))
    return found


def functions(module: ModuleType) -> Iterator[Callable]:
    """The public functions the module itself has, in their order."""
    for name, function in vars(module).items():
        mine = getattr(function, "__module__", "") == module.__name__
        if mine and inspect.isfunction(function) and not name.startswith("_"):
            yield function


@cache
def all_rights() -> list[Right]:
    """Every right, by area. The code does not change while it runs."""
    rights = []
    for module in modules():
        area = AREA.search(module.__doc__ or "")
        for function in functions(module):
            if not IS_RIGHT.fullmatch(function.__name__):
                continue
            rule = inspect.getdoc(function) or ""
            words = WORDS.search(rule)
            rights.append(
                Right(
                    key=f"{module.__name__}.{function.__name__}",
                    area=area["area"] if area else module.__name__,
                    label=_one_line(words["label"]) if words else rule.split("\n")[0],
                    condition=_one_line(words["condition"] or "") if words else "",
                    rule=_one_line(WORDS.sub("", rule)),
                    answers={kind: answer(function, kind) for kind in RoleKind},
                )
            )
    return rights


def _one_line(text: str) -> str:
    return " ".join(text.split())


def answer(function: Callable, kind: RoleKind) -> bool | None:
    """Whether a user with this role alone has the right; None when more than the role decides."""
    if len(inspect.signature(function).parameters) == 1:
        without, with_access = (bool(function(_user(kind, given))) for given in (False, True))
        return without if without == with_access else None
    source = textwrap.dedent(inspect.getsource(function))
    reader = _Reader(function, kind)
    return reader.result(ast.parse(source).body[0].body)


def _user(kind: RoleKind, access: bool) -> User:
    """A user with the role; with the access to protected and shielded persons it may have."""
    access = access and kind != RoleKind.SYSTEM_ADMIN  # as the database says
    user = User(pk=0)
    user.current_roles = [Role(kind=kind, protected_access=access, shielded_access=access)]
    return user


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads the body of a right: and, or, not, if and return, with three values."""

    function: Callable
    kind: RoleKind

    def result(self, body: list[ast.stmt]) -> bool | None:
        for number, statement in enumerate(body):
            if isinstance(statement, ast.Return):
                return self.value(statement.value)
            if isinstance(statement, ast.If):
                rest = body[number + 1 :]
                test = self.value(statement.test)
                yes = self.result([*statement.body, *rest])
                no = self.result([*statement.orelse, *rest])
                if test is None:
                    return yes if yes == no else None
                return yes if test else no
        return None

    def value(self, node: ast.expr | None) -> bool | None:
        if isinstance(node, ast.BoolOp):
            parts = [self.value(part) for part in node.values]
            decides = isinstance(node.op, ast.Or)
            if decides in parts:
                return decides
            return None if None in parts else not decides
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            inner = self.value(node.operand)
            return None if inner is None else not inner
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Constant):
            return bool(node.value)
        is_access = isinstance(node, ast.Attribute) and node.attr in ACCESS
        return False if is_access and self.kind == RoleKind.SYSTEM_ADMIN else None

    def _call(self, node: ast.Call) -> bool | None:
        if ast.unparse(node.func) == "user.has_role":
            return self.kind in self._read(ast.Tuple(node.args, ast.Load()))
        of_user = bool(node.args) and ast.unparse(node.args[0]) == "user"
        called = self._read(node.func) if of_user and isinstance(node.func, ast.Name) else None
        if inspect.isfunction(called) and IS_RIGHT.fullmatch(called.__name__):
            return answer(called, self.kind)
        return None

    def _read(self, node: ast.expr) -> Any:
        """The value of a name, `RoleKind.X`, or a tuple of such, with `*CASE_ROLES` in it."""
        if isinstance(node, ast.Name):
            return self.function.__globals__[node.id]
        if isinstance(node, ast.Attribute):
            return getattr(self._read(node.value), node.attr)
        if isinstance(node, ast.Tuple):
            values: list[Any] = []
            for part in node.elts:
                starred = isinstance(part, ast.Starred)
                values += self._read(part.value) if starred else [self._read(part)]
            return tuple(values)
        raise TypeError(f"A right may name roles only: {ast.unparse(node)}")
