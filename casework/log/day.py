"""The label of a case on Min dag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from casework.applications.models import Application


def case_label(application: Application | None, *, short: bool = False) -> str:
    """«Sak 2026/0012» or «Ingen sak»; `short` is for use inside a sentence, without «Sak»."""
    if application is None:
        return _("ingen sak") if short else _("Ingen sak")
    return application.case_number if short else f"{_('Sak')} {application.case_number}"
