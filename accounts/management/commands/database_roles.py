from __future__ import annotations

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from common.database_roles import excessive_rights, make_roles


class Command(BaseCommand):
    """Makes the owner of the tables and the application's user, and gives each its rights.

    Their names and passwords are those of DATABASE_OWNER_URL and DATABASE_URL; DATABASE_ADMIN_URL
    is somebody who may make users. Run it once before the first `migrate`, when a password changes,
    and after restoring a backup. Safe to run again.
    """

    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Change nothing: say what the application's user may do that it should not.",
        )

    def handle(self, *args, check: bool, **options) -> None:
        if check:
            with connection.cursor() as cursor:
                found = excessive_rights(cursor)
            if found:
                raise CommandError("The user of DATABASE_URL " + ", ".join(found) + ".")
            self.stdout.write("The user of DATABASE_URL can add to the log, and nothing more.")
            return
        addresses = {
            "DATABASE_URL": settings.DATABASE_URL,
            "DATABASE_OWNER_URL": settings.DATABASE_OWNER_URL,
            "DATABASE_ADMIN_URL": settings.DATABASE_ADMIN_URL,
        }
        missing = [name for name, value in addresses.items() if not value]
        if missing:
            raise CommandError(f"{' and '.join(missing)} must be set; see .env.example.")
        application, owner, _admin = map(conninfo_to_dict, addresses.values())
        if application["user"] == owner["user"]:
            raise CommandError("DATABASE_OWNER_URL must name another user than DATABASE_URL.")
        name = settings.DATABASE_NAME
        with psycopg.connect(settings.DATABASE_ADMIN_URL, dbname=name) as admin:
            make_roles(
                admin,
                name,
                application=(application["user"], application.get("password", "")),
                owner=(owner["user"], owner.get("password", "")),
            )
        self.stdout.write(
            f"{owner['user']} owns {name}; {application['user']} reads and writes its rows."
        )
