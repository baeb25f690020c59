"""Migrate the database and add demo data if it is empty. One process: Django starts only once."""

from __future__ import annotations

import os
import sys
from io import StringIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
os.environ.setdefault("VARIG_MODE", "demo")
os.environ["VARIG_PROCESS"] = "owner"

import django

from scripts.console import say

BEFORE_THE_FIRST_RELEASE = (
    "The demo data here was made by an earlier Varig with other tables (ADR 0009). "
    "`make reset` deletes it; then `make demo` creates it again."
)


def _refuse_older_tables() -> None:
    """Exit if applied migrations are no longer in the code: such tables cannot be migrated."""
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection)
    if set(loader.applied_migrations) - set(loader.disk_migrations):
        sys.exit(BEFORE_THE_FIRST_RELEASE)


def main() -> None:
    if not os.environ.get("DATABASE_URL"):
        from scripts.local_database import ensure_database

        say("Database: tables (the first time, ten seconds)")
        ensure_database(migrated=True)
    django.setup()

    from django.contrib.auth import get_user_model
    from django.core.management import call_command, get_commands
    from django.db import transaction

    _refuse_older_tables()
    say("Database: migrations")
    call_command("migrate", interactive=False, verbosity=0)
    commands = get_commands()
    if not get_user_model().objects.exists():
        if "demo_data" in commands:
            say("Database: demo data for Solvær kommune")
            with transaction.atomic():  # an interrupted run leaves no rows
                call_command("demo_data", size="solvaer", seed=1, stdout=StringIO())
        else:
            say("Database: there is no demo_data command yet; it stays empty")
    users = StringIO()
    if "demo_users" in commands:
        call_command("demo_users", stdout=users)
    Path(sys.argv[1]).write_text(users.getvalue())


if __name__ == "__main__":
    main()
