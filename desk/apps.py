from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = "arbeidsbord"

    def ready(self) -> None:
        post_migrate.connect(_analyze, sender=self)
        from common import navigation

        from . import perms

        navigation.register_search(perms.can_search)
        navigation.register(
            "min-dag",
            _("Min dag"),
            "TasklistStart",
            "desk:day",
            order=10,
            can=perms.can_see_day,
            shortcut="d",
        )
        navigation.register(
            "personer",
            _("Personer"),
            "PersonGroup",
            "desk:persons",
            order=20,
            can=perms.can_see_persons,
            shortcut="p",
        )
        navigation.register(
            "boliger",
            _("Boliger"),
            "Buildings3",
            "desk:units",
            order=60,
            can=perms.can_see_units,
            also=("/eiendommer/", "/vedlikehold/", "/leverandorer/"),
            shortcut="b",
        )


def _analyze(sender, using: str, plan: list, **kwargs) -> None:
    """Update PostgreSQL's statistics after migrations. Without them it takes the values of a new
    column to be rare, and reads a whole list to find its first page."""
    if plan:
        with connections[using].cursor() as cursor:
            cursor.execute("ANALYZE")
