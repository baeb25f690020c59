from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.file_imports.kinds import Work
from common import spreadsheets
from common.errors import RuleBroken

from ... import stock_import


class Command(BaseCommand):
    help = "Import dwellings from a CSV or Excel file, with a report per row."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="report only, import nothing")
        parser.add_argument(
            "--with-changes", action="store_true", help="change homes that are there from before"
        )

    def handle(self, *args, file: Path, dry_run: bool, with_changes: bool, **options) -> None:
        try:
            sheet = spreadsheets.read(file.read_bytes(), file.name)
            work = Work(sheet, None, timezone.now(), not dry_run, with_changes)
            with transaction.atomic():
                report = stock_import.work(work)
        except OSError as error:
            raise CommandError(f"{file} kan ikke åpnes.") from error
        except RuleBroken as error:
            raise CommandError(str(error)) from error
        for row in report.rows:
            self.stdout.write(f"rad {row.number}: {row.name or '(uten navn)'}: {row.verdict}")
            for heading, lines in (
                ("feil", row.errors),
                ("mangler", row.missing),
                ("endres", row.changed),
                ("lest", row.read_as),
            ):
                for line in lines:
                    self.stdout.write(f"    {heading}: {line}")
        if report.left_out_columns:
            names = ", ".join(name for name, _reason in report.left_out_columns)
            self.stdout.write(f"Tas ikke inn: {names}")
        if report.unknown_columns:
            self.stdout.write(f"Ukjente kolonner: {', '.join(report.unknown_columns)}")
        if report.other_sheets:
            self.stdout.write(f"Ark som ikke er lest: {', '.join(report.other_sheets)}")
        done = "ville blitt tatt inn" if dry_run else "tatt inn"
        self.stdout.write(
            f"{report.new_parents} eiendommer og {report.new} boliger {done}. "
            f"{report.with_gaps} rader har hull, {report.refused} rader ble ikke tatt inn."
        )
