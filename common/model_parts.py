"""Fields and constraints many models share: who did something, and who and when together; a phone
number."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from . import forms, phones

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


class PhoneField(models.CharField):
    """A phone number on a model, whatever wrote it. Its form field is `common.forms.PhoneField`.

    Migrations see a `CharField`.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", phones.LONGEST)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list, dict]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, instance: models.Model, add: bool) -> str:
        value = phones.kept(getattr(instance, self.attname))
        setattr(instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        return phones.kept(value) if value else value

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.PhoneField, "landline": True, **kwargs})
