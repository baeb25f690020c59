from __future__ import annotations

from django.core.management.base import BaseCommand

from ...users import PEOPLE


class Command(BaseCommand):
    help = "Print the users of a demo and what each can see."

    def handle(self, *args, **options) -> None:
        for username, name, roles, _protected, what in PEOPLE:
            titles = ", ".join(str(kind.label) for kind, _unit in roles)
            self.stdout.write(f"  {username:<11} {name} ({titles}): {what}")
