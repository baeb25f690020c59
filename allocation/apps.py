from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AllocationConfig(AppConfig):
    name = "allocation"
    verbose_name = "tildeling"

    def ready(self) -> None:
        from . import defaults

        post_migrate.connect(defaults.install, sender=self)
