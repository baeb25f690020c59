"""Documents received about a person, stored unchanged (need C22)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from casework.log.enums import DocumentCategory
from casework.log.models import StoredFile
from casework.log.visibility import visible_persons
from common.model_parts import WHO_AND_WHEN, all_or_none, done_by

from .persons import Person

if TYPE_CHECKING:
    from accounts.models import User


class DocumentQuerySet(models.QuerySet):
    def kept(self) -> Self:
        """Documents that are not withdrawn: nobody may open those that are."""
        return self.filter(withdrawn_at__isnull=True)

    def visible_to(self, user: User) -> Self:
        return self.filter(visible_persons(user, "person__"))


class Document(models.Model):
    """A file somebody gave us. It may be withdrawn with a reason, but is never deleted."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="documents")
    application = models.ForeignKey(
        "casework.Application",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="documents",
        verbose_name=_("sak"),
    )
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="document")
    file_name = models.CharField(max_length=120)
    size = models.PositiveIntegerField(_("størrelse"))
    title = models.CharField(_("tittel"), max_length=160)
    category = models.CharField(_("type"), max_length=20, choices=DocumentCategory)
    dated_on = models.DateField(_("datert"))
    from_whom = models.CharField(_("hvem det er fra"), max_length=120)
    uploaded_at = models.DateTimeField(_("lastet opp"))
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = done_by(null=True, blank=True)
    withdrawn_why = models.CharField(_("hvorfor det trekkes"), max_length=300, blank=True)
    history = HistoricalRecords()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("dokument")
        verbose_name_plural = _("dokumenter")
        ordering = ["-uploaded_at", "-pk"]
        indexes = [models.Index(fields=["person", "-uploaded_at"], name="document_person")]
        constraints = [
            all_or_none("document_withdrawn", "withdrawn_at", "withdrawn_by", message=WHO_AND_WHEN),
            models.CheckConstraint(
                name="document_withdrawn_why",
                condition=Q(withdrawn_at__isnull=True, withdrawn_why="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_why=""),
                violation_error_message=_("Skriv hvorfor dokumentet trekkes."),
            ),
        ]

    def __str__(self) -> str:
        return self.title
