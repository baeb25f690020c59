from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from common import day, navigation


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = "saker"

    def ready(self) -> None:
        import_module("casework.tasks")  # registers the jobs
        from .appeals import actions as appeals
        from .appeals import day as appeal_day
        from .appeals import flags as appeal_flags
        from .applications import flags as application_flags
        from .applications import menu
        from .assessment import day as statement_day
        from .assessment import defaults as assessment_defaults
        from .assessment import flags as statement_flags
        from .follow_up import day as handover_day
        from .follow_up import defaults as follow_up_defaults
        from .follow_up import handover_flags, plan_flags
        from .letters import defaults as letter_defaults
        from .log import flags, perms
        from .vedtak import day as vedtak_day
        from .vedtak.actions import on_issue

        for defaults in (letter_defaults, assessment_defaults, follow_up_defaults):
            post_migrate.connect(defaults.install, sender=self)
        on_issue(appeals.close_reversed_appeal)
        flags.register(
            application_flags.INTERIM_REPLY,
            application_flags.PAPERS,
            statement_flags.STATEMENT,
            plan_flags.MILESTONE,
            handover_flags.HANDOVER,
            appeal_flags.APPEAL,
            appeal_flags.APPEAL_BODY,
        )
        day.register(
            vedtak_day.vedtak_lines,
            appeal_day.appeal_lines,
            statement_day.statement_lines,
            handover_day.handover_lines,
        )
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
