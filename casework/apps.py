from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from common import navigation


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = "saker"

    def ready(self) -> None:
        # The flags' words are registered as these are read.
        from . import (
            appeal_flags,  # noqa: F401
            defaults,
            handover_flags,  # noqa: F401
            menu,
            perms,
            plan_flags,
            statements,  # noqa: F401
        )

        plan_flags.register_words()
        post_migrate.connect(defaults.install, sender=self)
        navigation.register(
            "soknader",
            _("Søknader"),
            "FileText",
            "casework:applications",
            order=30,
            can=perms.can_read_cases,
            count=menu.open_applications,
            also=("/kartlegging/", "/vedtak/", "/uttalelser/"),
            shortcut="s",
        )
        navigation.register(
            "klager",
            _("Klager"),
            "Gavel",
            "casework:appeals",
            order=35,
            can=perms.can_read_cases,
            shortcut="k",
        )
        navigation.register(
            "paragraf-27",
            _("Sted i natt"),
            "Moon",
            "casework:section_27",
            order=45,
            can=perms.can_do_casework,
            shortcut="n",
        )
