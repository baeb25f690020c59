from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "brukere"

    def ready(self) -> None:
        from . import defaults

        post_migrate.connect(defaults.install, sender=self)
