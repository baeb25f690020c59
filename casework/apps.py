from functools import partial
from importlib import import_module

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from common import day, navigation, pdf


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = "saker"

    def ready(self) -> None:
        import_module("casework.tasks")  # registers the jobs
        import_module("casework.vedtak.imports").install()
        from accounts import drafts, leaving, reads

        from .appeals import actions as appeals
        from .appeals import checks as appeal_checks
        from .appeals import day as appeal_day
        from .appeals import deaths as appeal_deaths
        from .appeals import flags as appeal_flags
        from .applications import flags as application_flags
        from .applications import menu
        from .applications.actions import deaths as application_deaths
        from .applications.actions.applications import on_closed
        from .assessment import day as statement_day
        from .assessment import defaults as assessment_defaults
        from .assessment import flags as statement_flags
        from .assessment.actions.deaths import withdraw_statements
        from .case.holdings import HOLDINGS
        from .follow_up import corrections as follow_up_corrections
        from .follow_up import day as handover_day
        from .follow_up import defaults as follow_up_defaults
        from .follow_up import handover_flags, plan_flags
        from .follow_up.actions.deaths import end_follow_up
        from .letters import defaults as letter_defaults
        from .letters.words import own_words
        from .log import corrections, flags, perms
        from .persons import corrections as person_corrections
        from .persons import day as person_day
        from .persons.actions.deaths import Phase, on_death
        from .persons.drafts import OWN, sees_all
        from .vedtak import checks, completeness
        from .vedtak import day as vedtak_day
        from .vedtak import flags as vedtak_flags
        from .vedtak.actions import (
            on_discard,
            on_issue,
            take_out_of_queue,
            take_out_of_queue_at_death,
        )

        for defaults in (letter_defaults, assessment_defaults, follow_up_defaults):
            post_migrate.connect(defaults.install, sender=self)
        post_migrate.connect(_install_kept_record, sender=self)
        leaving.register(*HOLDINGS)
        pdf.register_words(partial(own_words, "frame"))
        completeness.register(*checks.CHECKS, appeal_checks.CHECK)
        on_issue(appeals.close_reversed_appeal)
        on_closed(take_out_of_queue)
        on_discard(appeals.review_again)
        on_death(Phase.CASES, application_deaths.settle_cases)
        on_death(Phase.CASES, take_out_of_queue_at_death)
        on_death(Phase.CASES, appeal_deaths.withdraw_appeals)
        on_death(Phase.PERSON, withdraw_statements)
        on_death(Phase.PERSON, end_follow_up)
        on_death(Phase.PERSON, application_deaths.drop_drafts)
        drafts.register_persons(sees_all)
        reads.register_own(OWN)
        corrections.register(
            person_corrections.MEMBER,
            person_corrections.REPRESENTATIVE,
            person_corrections.NOTE,
            person_corrections.PAST_MATTER,
            follow_up_corrections.SERVICE,
            follow_up_corrections.TEAM_MEMBER,
            follow_up_corrections.TEAM_MEETING,
            follow_up_corrections.MILESTONE,
            follow_up_corrections.NOTICE,
            follow_up_corrections.HANDOVER,
        )
        flags.register(
            application_flags.INTERIM_REPLY,
            application_flags.PAPERS,
            application_flags.PROMISED,
            vedtak_flags.CONDITION,
            statement_flags.STATEMENT,
            plan_flags.MILESTONE,
            handover_flags.HANDOVER,
            appeal_flags.APPEAL,
            appeal_flags.APPEAL_BODY,
        )
        day.register(
            vedtak_day.vedtak_lines,
            appeal_day.appeal_lines,
            appeal_day.letter_lines,
            statement_day.statement_lines,
            handover_day.handover_lines,
            person_day.claim_lines,
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


def _install_kept_record(sender: AppConfig, using: str, **kwargs) -> None:
    """Make the triggers that send a new row on from a merged record, as the owner of the tables."""
    from .persons import kept_record

    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class"
            " WHERE oid = 'casework_person'::regclass"
        )
        if cursor.fetchone()[0]:  # not when a test empties the tables
            kept_record.install(cursor)
