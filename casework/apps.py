from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = "saker"

    def ready(self) -> None:
        from . import defaults

        post_migrate.connect(defaults.install, sender=self)
