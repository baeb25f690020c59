"""The jobs of allocation. See `common.jobs`."""

from django.utils.translation import gettext_lazy as _

from accounts.jobs import job

from . import flags, still_needed

flag_waiting = job(
    "allocation.tasks.flag_waiting",
    flags.flag_waiting,
    _("Glemt på ventelisten"),
    _("Varsler om saker ingen har vurdert på lenge."),
)
flag_offers = job(
    "allocation.tasks.flag_offers",
    flags.flag_offers,
    _("Tilbud"),
    _("Varsler om tilbud uten svar, og valg som ikke er tilbudt."),
)
ask_still_needed = job(
    "allocation.tasks.ask_still_needed",
    still_needed.ask_still_needed,
    _("Trenger du fortsatt bolig?"),
    _("Spør dem som venter, og ber noen oppsøke den som ikke svarer."),
)
