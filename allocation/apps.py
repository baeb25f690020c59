from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AllocationConfig(AppConfig):
    name = "allocation"
    verbose_name = "tildeling"

    def ready(self) -> None:
        import_module("allocation.tasks")  # registers the jobs
        from accounts import leaving
        from casework.appeals import file as appeal_file
        from casework.log import flags
        from casework.persons.actions.deaths import Phase, on_death
        from common import day, navigation
        from housing import closing
        from stays import availability, homes
        from stays.leases import cancelling

        from . import appeal_parts, defaults, discharges, holdings, perms, still_needed, vacancy
        from . import day as own_day
        from . import flags as own_flags
        from .actions import deaths
        from .actions.offers import let_go_of_lease

        flags.register(
            own_flags.FORGOTTEN_FLAG,
            own_flags.OFFER,
            own_flags.VIEWING,
            own_flags.CHOSEN,
            still_needed.STILL_NEEDED,
            still_needed.OUTREACH,
        )

        leaving.register(*holdings.HOLDINGS)
        on_death(Phase.UNITS, deaths.lock_units)
        on_death(Phase.OFFERS, deaths.withdraw_offers)
        on_death(Phase.HOLDS, deaths.release_homes)
        appeal_file.register("comparison", appeal_parts.comparison)
        appeal_file.register("stock", appeal_parts.stock)

        cancelling.listen(let_go_of_lease)
        closing.register_check(vacancy.kept_or_offered)
        availability.register_promise(vacancy.held_for_others)
        homes.register_promises("allocation", discharges.PROMISES, discharges.promise_params)
        day.register(
            own_day.class_lines, own_day.offer_lines, own_day.chosen_lines, own_day.accepted_lines
        )
        post_migrate.connect(defaults.install, sender=self)
        # Without a count: to compute the list takes too long for every page.
        navigation.register(
            "venteliste",
            _("Venteliste"),
            "BulletList",
            "allocation:waiting_list",
            order=40,
            can=perms.can_see_waiting_list,
            also=("/fortsatt-behov/",),
            shortcut="v",
        )
        navigation.register(
            "utskrivninger",
            _("Utskrivinger"),
            "Calendar",
            "allocation:discharges",
            order=45,
            can=perms.can_see_waiting_list,
            also=("/reservasjoner/",),
            shortcut="u",
        )
        navigation.register(
            "tildelingsmoter",
            _("Tildelingsmøter"),
            "Reception",
            "allocation:meetings",
            order=50,
            can=perms.can_read_meetings,
            also=("/tilbud/", "/vurdering/"),
            shortcut="t",
        )
