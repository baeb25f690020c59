"""The jobs of accounts. See `common.jobs`."""

from datetime import time, timedelta

from django.utils.translation import gettext_lazy as _

from . import drafts, leaving, sealing
from .access.actions import lapse_proposals as lapse
from .file_imports.running import run_file_import, throw_away
from .jobs import job

__all__ = [
    "delete_drafts",
    "hand_over",
    "lapse_proposals",
    "run_file_import",
    "seal_logs",
    "throw_away_files",
]

delete_drafts = job(
    # Its name from when casework kept drafts: one may wait in the queue during an upgrade.
    "casework.tasks.delete_drafts",
    drafts.delete_drafts,
    _("Påbegynte skjemaer"),
    _("Sletter utkast ingen har rørt på lenge."),
)
hand_over = job(
    "accounts.tasks.hand_over",
    leaving.hand_over_due,
    _("Overføring av ansvar"),
    _("Gir det en bruker som har sluttet, hadde ansvar for, til den som skal overta."),
    # Before the flags of the night are raised, so that they get the new owner.
    at=time(5, 0),
)
lapse_proposals = job(
    "accounts.tasks.lapse_proposals",
    lapse,
    _("Forslag om roller"),
    _("Lar forslag ingen har bekreftet eller avvist på lenge, falle bort."),
)
seal_logs = job(
    "accounts.tasks.seal_logs",
    sealing.seal_logs,
    _("Segl på loggene"),
    _("Setter segl på nye rader i loggene, så en rad som endres eller fjernes siden, oppdages."),
    every=timedelta(minutes=15),
)
throw_away_files = job(
    "accounts.tasks.throw_away_files",
    throw_away,
    _("Opplastede filer som ikke ble tatt inn"),
    _("Kaster innholdet i filer som ingen har sagt ja til på en måned."),
)
