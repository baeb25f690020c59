"""The scheduled jobs of housing: what runs, when, and how the page of jobs describes it."""

from django.utils.translation import gettext_lazy as _

from accounts.jobs import job

from .providers import flags as agreement_flags

flag_agreements = job(
    "housing.tasks.flag_agreements",
    agreement_flags.flag_agreements,
    _("Kvalitetsavtaler som går ut, og avvik"),
    _("Varsler den som har ansvaret, til avtalen er fornyet eller avviket er rettet."),
)
