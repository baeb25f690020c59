from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaysConfig(AppConfig):
    name = "stays"
    verbose_name = "opphold"

    def ready(self) -> None:
        from casework import flags, notices
        from casework.enums import FlagKind
        from common import navigation
        from housing import closing

        from . import perms
        from .actions import hear_notice, people_in
        from .board import how_many
        from .flags import stay_words
        from .going_out import discharge_words
        from .lease_flags import lease_words
        from .no_service import no_service_words
        from .section_27 import section_27_words

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
