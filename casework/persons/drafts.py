"""Whom a draft is about, and who may still see them (`accounts.drafts`); and whose person it is
(`accounts.reads`)."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from casework.log.visibility import not_hidden

from .models import Person

if TYPE_CHECKING:
    from accounts.models import User

PAGES_OF_PERSON = "/personer/%d/"
# Which of %(persons)s the user is responsible for, or for a case of.
OWN = """(SELECT coalesce(array_agg(p.id), '{}') FROM casework_person p
    WHERE p.id = ANY (%(persons)s::bigint[]) AND (p.responsible_id = %(user)s OR EXISTS (
        SELECT FROM casework_application a
        WHERE a.person_id = p.id AND a.responsible_id = %(user)s)))"""


def sees_all(user: User, persons: Collection[int]) -> bool:
    """Whether none of the persons has been hidden from the user since the page was opened. What
    the user's roles give is asked by the page itself."""
    seen = Person.objects.filter(not_hidden(user)).values("pk")
    return not Person.objects.filter(pk__in=persons).exclude(pk__in=seen).exists()
