from __future__ import annotations

import hashlib

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ..enums import LanguageForm, LetterKind
from .applications import Application
from .persons import Person
from .vedtak import Vedtak


class StoredFile(models.Model):
    """Frozen bytes with their checksum: a letter or minutes, rendered once and never again.

    Kept in the database so that it is written with what it belongs to, or not at all. The
    database itself checks that the bytes still have their checksum, and refuses changes.
    """

    content = models.BinaryField()
    sha256 = models.CharField(max_length=64, editable=False)
    media_type = models.CharField(max_length=100, default="application/pdf")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("fil")
        verbose_name_plural = _("filer")

    def __str__(self) -> str:
        return self.sha256[:12]

    def save(self, *args, **kwargs) -> None:
        self.sha256 = hashlib.sha256(self.content).hexdigest()
        super().save(*args, **kwargs)


class Letter(models.Model):
    """A letter as it was sent, with who got it."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="letters")
    application = models.ForeignKey(Application, models.PROTECT, related_name="letters")
    vedtak = models.OneToOneField(
        Vedtak, models.PROTECT, null=True, blank=True, related_name="letter"
    )
    kind = models.CharField(_("type"), max_length=20, choices=LetterKind)
    language = models.CharField(max_length=2, choices=LanguageForm)
    title = models.CharField(_("tittel"), max_length=200)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="letter")
    made_at = models.DateTimeField(_("laget"))
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("brev")
        verbose_name_plural = _("brev")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.title


class LetterCopy(models.Model):
    """The same letter addressed to one who gets a copy: who, in which part, and where it went."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="copies")
    name = models.CharField(_("navn"), max_length=160)
    role = models.CharField(_("som"), max_length=20)
    # As printed: a protected address is never here.
    sent_to = models.CharField(_("sendt til"), max_length=300)
    file = models.OneToOneField(StoredFile, models.PROTECT, related_name="letter_copy")

    class Meta:
        verbose_name = _("kopi av brev")
        verbose_name_plural = _("kopier av brev")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.name} ({self.role})"
