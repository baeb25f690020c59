"""A person's current case: the newest application that is not withdrawn, lapsed or forwarded."""

from __future__ import annotations

from typing import Any

from casework.log.enums import APPLICATION_ALIVE
from common.sql import enum_values

# Each person's newest living case (APPLICATION_ALIVE), as a CTE. Read in one pass: a subquery for
# each of twenty thousand persons takes longer than the rest of the statement.
PRESENT_CASE = """
present_case AS (
    SELECT DISTINCT ON (person_id) person_id, id, responsible_id
    FROM casework_application WHERE state = ANY(%(alive_cases)s)
    ORDER BY person_id, received_at DESC, id DESC
)"""


def case_params() -> dict[str, Any]:
    """The parameters of `PRESENT_CASE`."""
    return {"alive_cases": enum_values(APPLICATION_ALIVE)}
