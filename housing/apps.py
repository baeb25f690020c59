from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class HousingConfig(AppConfig):
    name = "housing"
    verbose_name = _("boliger")

    def ready(self) -> None:
        import_module("housing.tasks")  # registers the jobs
        import_module("housing.file_kinds").install()
        from accounts import leaving
        from common import day

        from . import defaults
        from .providers.flags import own_lines
        from .providers.holdings import HOLDINGS

        day.register(own_lines)
        leaving.register(*HOLDINGS)
        post_migrate.connect(defaults.install, sender=self)
