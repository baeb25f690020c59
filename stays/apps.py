from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaysConfig(AppConfig):
    name = "stays"
    verbose_name = "opphold"

    def ready(self) -> None:
        import_module("stays.tasks")  # registers the jobs
        import_module("stays.leases.imports").install()
        import_module("stays.temporary.imports").install()
        from accounts import leaving
        from accounts.enums import CASE_ROLES
        from casework.applications import section_27 as applications_27
        from casework.follow_up import notices
        from casework.log import corrections, flags
        from casework.persons.actions.deaths import Phase, on_death, on_undo
        from casework.vedtak import completeness
        from common import navigation
        from housing import closing
        from stays.leases.date_flags import GRANT, LONGEST_STAY, READINESS, TENANCY
        from stays.leases.deaths import end_stays, lock_homes_again, promised_since
        from stays.leases.flags import LEASE
        from stays.leases.vedtak_check import LEASE_TO_EXTEND
        from stays.temporary import section_27
        from stays.temporary.board import how_many
        from stays.temporary.discharge_flags import DISCHARGE, HOME_AGREED
        from stays.temporary.flags import TEMPORARY_STAY
        from stays.temporary.no_service import NO_SERVICE

        from . import perms, taking_back
        from .actions import move_planned_out, occupied_units_text
        from .models import TenancyRisk

        flags.register(TEMPORARY_STAY, NO_SERVICE, DISCHARGE, HOME_AGREED, LEASE)
        flags.register(section_27.SECTION_27, TENANCY, READINESS, GRANT, LONGEST_STAY)
        corrections.register(
            taking_back.STEP,
            taking_back.LEASE_RENEWAL,
            taking_back.ADJUSTMENT,
            taking_back.STAY_RENEWAL,
            taking_back.SEARCH,
        )
        leaving.register(
            leaving.Holding(
                key="risks",
                label=_("Leieforhold i fare"),
                rows=lambda user: TenancyRisk.objects.open().filter(responsible=user),
                field="responsible",
                roles=CASE_ROLES,
                place=60,
            )
        )
        on_death(Phase.STAYS, end_stays)
        on_undo(lock_homes_again, promised_since)
        completeness.register(LEASE_TO_EXTEND)
        applications_27.register(section_27.standing)
        notices.listen(move_planned_out)
        closing.register_check(occupied_units_text)
        navigation.register(
            "leieforhold",
            _("Leieforhold"),
            "FileText",
            "stays:leases",
            order=75,
            can=perms.can_see_stays,
            shortcut="h",
        )
        navigation.register(
            "midlertidig",
            _("Midlertidig bolig"),
            "Bed",
            "stays:temporary",
            order=70,
            can=perms.can_see_stays,
            count=how_many,
            also=("/opphold/", "/varsler/"),
            shortcut="m",
        )
