from importlib import import_module

from django.apps import AppConfig
from django.conf import settings
from django.core.cache import cache
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "brukere"

    def ready(self) -> None:
        import_module("accounts.tasks")  # registers the jobs
        from common import context, navigation

        from . import defaults, perms
        from .file_imports.perms import can_import_something

        context.register_municipality(self._municipality)
        post_migrate.connect(defaults.install, sender=self)
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

    def _municipality(self) -> str:
        """The municipality's name, shown on every page; cached for 30 seconds."""
        key = f"municipality.{settings.DATABASE_NAME}"
        name = cache.get(key)
        if name is None:
            name = self.get_model("Municipality").objects.values_list("name", flat=True).first()
            cache.set(key, name or "", 30)
        return name or ""
