from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth import user_logged_in
from django.core.cache import cache
from django.db import connections, transaction
from django.db.models.signals import post_migrate
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "brukere"

    def ready(self) -> None:
        import_module("accounts.tasks")  # registers the jobs
        import_module("accounts.sign_in_log")  # listens to sign-ins
        from common import context, day, navigation

        from . import defaults, perms
        from .access import waiting
        from .day import setting_lines
        from .file_imports.perms import can_import_something

        context.register_municipality(self._municipality)
        day.register(setting_lines)
        user_logged_in.connect(_begin_session)
        post_migrate.connect(defaults.install, sender=self)
        post_migrate.connect(_grant_rights, sender=self)
        for key, label, icon, url_name, order, can in (
            ("leselogg", _("Leselogg"), "FileSearch", "accounts:read_log", 100, perms.can_read_log),
            ("import", _("Ta inn fra fil"), "Upload", "accounts:imports", 95, can_import_something),
            ("jobber", _("Jobber"), "Cog", "accounts:jobs", 105, perms.can_see_jobs),
            ("brukere", _("Brukere"), "PersonGroup", "accounts:users", 110, perms.can_manage_users),
            (
                "innstillinger",
                _("Innstillinger"),
                "Cog",
                "accounts:settings",
                120,
                perms.can_change_settings,
            ),
        ):
            also = ("/roller/",) if key == "brukere" else ()
            navigation.register(key, label, icon, url_name, order, can, also=also)
        navigation.register(
            "tilganger",
            _("Roller og tilgang"),
            "ShieldLock",
            "accounts:access",
            108,
            perms.can_see_access_log,
            count=waiting.number_for,
        )
        day.register(waiting.day_lines)

    def _municipality(self) -> str:
        """The municipality's name, shown on every page; cached for 30 seconds."""
        key = f"municipality.{settings.DATABASE_NAME}"
        name = cache.get(key)
        if name is None:
            name = self.get_model("Municipality").objects.values_list("name", flat=True).first()
            cache.set(key, name or "", 30)
        return name or ""


def _begin_session(sender: type, request: HttpRequest, **kwargs) -> None:
    from . import sessions

    sessions.begin(request.session, timezone.now())  # noqa: TID251


def _grant_rights(sender: AppConfig, using: str, **kwargs) -> None:
    """Give the application's user its rights to the tables, if another ran the migrations."""
    from common import database_roles

    application = settings.DATABASE_APPLICATION_USER
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(c.relowner, 'USAGE'), current_user <> %(role)s AND EXISTS ("
            "SELECT FROM pg_roles WHERE rolname = %(role)s AND NOT rolsuper)"
            " FROM pg_class c WHERE c.oid = 'accounts_readlog'::regclass",
            {"role": application},
        )
        owns, has_another = cursor.fetchone()
        if owns:  # not when a test empties the tables
            database_roles.install(cursor)
        if owns and has_another:
            database_roles.grant(cursor, application)
