"""Who may import files, and see what has been imported. Docstrings state the rules.

Område: Innlesing av filer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from ..models import FileImport
from .kinds import KINDS, open_to

if TYPE_CHECKING:
    from accounts.models import User


def can_import_something(user: User) -> bool:
    """Whoever may import one of the kinds of file; each kind says who (`kinds.register`).

    Rett: Ta inn filer (de slagene rollen har).
    """
    return bool(open_to(user))


def can_see_import(user: User, upload: FileImport) -> bool:
    """Whoever may import the kind; a file about persons is seen only by who sent it.

    Rett: Se en fil som er lastet opp (fil om personer: bare den som lastet den opp).
    """
    kind = KINDS.get(upload.kind)
    if kind is None or not kind.may(user):
        return False
    return not kind.personal or upload.uploaded_by_id == user.pk


def visible_imports(user: User) -> QuerySet[FileImport]:
    """The imports `can_see_import` allows."""
    kinds = open_to(user)
    return FileImport.objects.filter(
        Q(kind__in=[kind.key for kind in kinds if not kind.personal])
        | Q(kind__in=[kind.key for kind in kinds if kind.personal], uploaded_by=user)
    )
