from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaysConfig(AppConfig):
    name = "stays"
    verbose_name = "opphold"

    def ready(self) -> None:
        from casework.follow_up import notices
        from casework.log import flags
        from casework.log.enums import FlagKind
        from common import navigation
        from housing import closing
        from stays.leases.flags import lease_words
        from stays.temporary.board import how_many
        from stays.temporary.flags import stay_words
        from stays.temporary.going_out import discharge_words
        from stays.temporary.no_service import no_service_words
        from stays.temporary.section_27 import section_27_words

        from . import perms
        from .actions import hear_notice, people_in

        flags.register(FlagKind.TEMPORARY_STAY, stay_words)
        flags.register(FlagKind.DISCHARGE, discharge_words)
        flags.register(FlagKind.LEASE, lease_words)
        flags.register(FlagKind.NO_SERVICE, no_service_words)
        flags.register(FlagKind.SECTION_27, section_27_words)
        notices.listen(hear_notice)
        closing.ask(people_in)
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
