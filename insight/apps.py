from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightConfig(AppConfig):
    name = "insight"
    verbose_name = "oversikt"

    def ready(self) -> None:
        from common import navigation

        from . import perms

        navigation.register(
            "oversikt",
            _("Oversikt"),
            "BarChart",
            "insight:overview",
            order=90,
            can=perms.can_see_overview,
            shortcut="o",
        )
