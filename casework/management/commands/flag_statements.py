from __future__ import annotations

from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from casework.statements import flag_statements


class Command(BaseCommand):
    help = "Remind of statements, and flag those that are late. Safe to run twice, or for any date."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--on", help="The date to run for (YYYY-MM-DD); today unless given.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Say what would be done, and do nothing."
        )

    def handle(self, *args, on: str | None, dry_run: bool, **options) -> None:
        try:
            day = date.fromisoformat(on) if on else timezone.localdate()
        except ValueError as error:
            raise CommandError(f"--on must be a date like 2026-11-20, not {on!r}.") from error
        with transaction.atomic():
            run = flag_statements(day)
            if dry_run:
                transaction.set_rollback(True)
        would = "would have " if dry_run else ""
        self.stdout.write(
            f"{day}: {would}raised {run.raised}, closed {run.ended}, reminded {run.reminded}."
        )
