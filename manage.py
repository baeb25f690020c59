#!/usr/bin/env python
"""Django's commands. On a developer's machine: run `make setup` and `make services` first."""

import os
import sys

# They change tables, so they connect as the owner of them; all else as the application's user.
OWNERS_COMMANDS = {"migrate", "demo_data", "bench"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("VARIG_MODE", "demo")
    if OWNERS_COMMANDS.intersection(sys.argv[1:2]):
        os.environ.setdefault("VARIG_PROCESS", "owner")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        sys.exit("Django is not installed here. Run `make setup`, then .venv/bin/python manage.py.")
    if os.environ["VARIG_MODE"] == "demo" and not os.environ.get("DATABASE_URL"):
        from scripts.local_database import ensure_database

        ensure_database()
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
