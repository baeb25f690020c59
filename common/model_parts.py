"""Fields and constraints many models share: who did something, and who and when together."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

WHO_AND_WHEN = _("Både når og hvem må være ført.")


def done_by(**options: Any) -> models.ForeignKey:
    """A foreign key to the user who did it. The user gets no reverse relation."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", **options)


def all_or_none(name: str, *fields: str, message: str | None = None) -> models.CheckConstraint:
    """All the fields are set or none is: `all_or_none("note_edited", "edited_at", "edited_by")`."""
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{field}__isnull": True for field in fields})
        | Q(**{f"{field}__isnull": False for field in fields}),
        **({"violation_error_message": message} if message else {}),
    )
