"""The queries of a request as readable text, to be compared with a snapshot.

Each query is shown with the function and, if it was run while rendering, the template it comes
from. Line numbers are left out, so a snapshot stays the same when code moves within a function.
Values are left out, long column lists are cut down to their table, and a `WITH` query shows
only the tables it reads. Tables, joins, conditions, order and limit stay.

Idea: les-emplois, tests/utils/testing.py.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.db import connection
from django.template.base import Node

LONG_LIST = 6  # this many columns of one table are still written out
COLUMN = r"\.\w+(?: AS \w+)?"
COLUMNS = re.compile(rf"(\b\w+){COLUMN}(?:, \1{COLUMN}){{{LONG_LIST},}}")
CLAUSE = re.compile(
    r"(?<!^)\b(?:FROM|(?:LEFT OUTER |LEFT |INNER |CROSS )?JOIN|WHERE|AND|GROUP BY|HAVING"
    r"|ORDER BY|LIMIT|UNION(?: ALL)?|ON CONFLICT|RETURNING|FOR (?:NO KEY )?UPDATE)\b"
)
BEFORE_WITH_QUERY = re.compile(r"\w AS (?:NOT )?(?:MATERIALIZED )?$")
TABLES = re.compile(r"\b(?:FROM|JOIN) (\w+)")
TOKENS = re.compile(r"'(?:[^']|'')*'|[()]|[^'()]+")

Query = tuple[str, str]  # where it comes from, and its SQL


@contextmanager
def captured_queries() -> Iterator[list[Query]]:
    """Collect the queries run inside the `with` block, in order."""
    queries: list[Query] = []

    def collect(execute, sql, params, many, context):
        queries.append((_origin(sys._getframe(1)), normalised(sql)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(collect):
        yield queries


def as_text(queries: list[Query], known: Collection[Query] = ()) -> str:
    """Each query once, with `× n` when it ran n times. Of `known` queries only the origin."""
    lines = []
    for query, times in Counter(queries).items():
        origin, sql = query
        lines.append(origin + (f"  × {times}" if times > 1 else ""))
        if query not in known:
            lines += [f"    {line}" for line in sql.splitlines()]
    return "\n".join(lines)


def normalised(sql: object) -> str:
    """The query with one clause a line, without values, quotes, comments and savepoint names."""
    text = re.sub(r"--.*", "", str(sql)).replace('"', "")
    text = " ".join(text.split())
    text = re.sub(r"\bSAVEPOINT \S+", "SAVEPOINT", text)
    text = re.sub(r"\((?:%s, )+%s\)", "(%s, …)", text)
    return _by_clause(COLUMNS.sub(r"\1.…", text))


def _by_clause(sql: str) -> str:
    lines = ""
    for piece in _split_at_parentheses(sql):
        if not piece.startswith("("):
            piece = piece.lstrip(" ,") if lines.endswith("\n") else piece
            lines += CLAUSE.sub(r"\n\g<0>", piece)
        elif BEFORE_WITH_QUERY.search(lines):
            lines += f"({', '.join(dict.fromkeys(TABLES.findall(piece)))})\n"
        elif lines.endswith(("FROM ", "WHERE ")):
            lines += f"({_by_clause(piece[1:-1])})"
        else:
            lines += piece
    return re.sub(r" *\n", "\n", lines)


def _split_at_parentheses(sql: str) -> Iterator[str]:
    """`a (b (c)) d` as `a `, `(b (c))`, ` d`."""
    piece, depth = "", 0
    for token in TOKENS.findall(sql):
        if token == "(" and not depth:
            yield piece
            piece = ""
        piece += token
        depth += (token == "(") - (token == ")")
        if token == ")" and not depth:
            yield piece
            piece = ""
    yield piece


def _origin(frame: FrameType | None) -> str:
    """`module:function` of the innermost app code, after `template <` if it was rendering."""
    template = ""
    while frame:
        node = frame.f_locals.get("self")
        # isinstance() would evaluate a lazy object, and so run another query.
        if not template and issubclass(type(node), Node):
            template = f"{node.origin.template_name} < "
        if _is_app_code(frame):
            function = re.sub(r"\.?<\w+>", "", frame.f_code.co_qualname)
            return f"{template}{frame.f_globals['__name__']}:{function}"
        frame = frame.f_back
    return template


def _is_app_code(frame: FrameType) -> bool:
    """`common` is left out: its caller says more."""
    file = Path(frame.f_code.co_filename)
    if not file.is_relative_to(settings.BASE_DIR):
        return False
    return file.relative_to(settings.BASE_DIR).parts[0] not in ("tests", ".venv", "common")
