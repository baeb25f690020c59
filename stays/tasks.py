"""The scheduled jobs of stays, with their names and descriptions. See `common.jobs`."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from accounts.jobs import job
from stays.leases import date_flags
from stays.leases import flags as lease_flags
from stays.temporary import discharge_flags, no_service, section_27
from stays.temporary import flags as stay_flags

flag_stays = job(
    "stays.tasks.flag_stays",
    stay_flags.flag_stays,
    _("Lenge i midlertidig bolig"),
    _("Varsler når en kjede når en terskel, og rett fra institusjon."),
)
flag_no_service = job(
    "stays.tasks.flag_no_service",
    no_service.flag_no_service,
    _("Alene i midlertidig bolig"),
    _("Varsler om den som verken har tjeneste eller kontakt."),
)
flag_discharges = job(
    "stays.tasks.flag_discharges",
    discharge_flags.flag_discharges,
    _("Utskriving og løslatelse"),
    _("Varsler om den som snart skal ut uten en bolig å gå til."),
)
flag_leases = job(
    "stays.tasks.flag_leases",
    lease_flags.flag_leases,
    _("Leieforhold som går ut"),
    _("Varsler i god tid før leietiden er ute, og når den er det."),
)
flag_dates = job(
    "stays.tasks.flag_dates",
    date_flags.flag_dates,
    _("Datoer i leieforhold og vedtak"),
    _("Varsler om steg med frist, utkastelser, avtalte dager og vedtak som går ut."),
)
flag_section_27 = job(
    "stays.tasks.flag_section_27",
    section_27.flag_section_27,
    _("Søknader etter § 27"),
    _("Varsler til vedtaket er fattet og stedet er klart."),
    every=timedelta(minutes=10),
)
