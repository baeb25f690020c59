"""Two records of one person, merged."""

from __future__ import annotations

from casework.models import Person, PersonMerge
from casework.persons.actions.merging import merge_persons
from tests.factories import PersonFactory, UserFactory, now


def MergeFactory(
    survivor: Person | None = None, loser: Person | None = None, **changes
) -> PersonMerge:
    survivor = survivor or PersonFactory()
    loser = loser or PersonFactory(first_name=survivor.first_name)
    return merge_persons(
        **{
            "survivor": survivor,
            "loser": loser,
            "from_loser": [],
            "reason": "Viste pass.",
            "by": UserFactory(caseworker=True),
            "at": now(),
            **changes,
        }
    )
