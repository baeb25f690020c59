"""The jobs of accounts. See `common.jobs`."""

from datetime import time

from django.utils.translation import gettext_lazy as _

from . import leaving
from .jobs import job

hand_over = job(
    "accounts.tasks.hand_over",
    leaving.hand_over_due,
    _("Overføring av ansvar"),
    _("Gir det en bruker som har sluttet, hadde ansvar for, til den som skal overta."),
    # Before the flags of the night are raised, so that they get the new owner.
    at=time(5, 0),
)
