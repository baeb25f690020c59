from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ... import stock_import


class Command(BaseCommand):
    help = "Import dwellings from a CSV or Excel file, with a report per row."

    def add_arguments(self, parser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="report only, import nothing")

    def handle(self, *args, file: Path, dry_run: bool, **options) -> None:
        try:
            table = stock_import.read(file.read_bytes(), file.name)
            report = stock_import.examine(table) if dry_run else stock_import.apply(table)
        except OSError as error:
            raise CommandError(f"{file} kan ikke åpnes.") from error
        except stock_import.NotAStockFile as error:
            raise CommandError(str(error)) from error
        for row in report.rows:
            self.stdout.write(f"rad {row.number}: {row.name or '(uten navn)'}: {row.verdict}")
            for heading, lines in (
                ("feil", row.errors),
                ("mangler", row.missing),
                ("lest", row.read_as),
            ):
                for line in lines:
                    self.stdout.write(f"    {heading}: {line}")
        if report.left_out_columns:
            self.stdout.write(f"Tas ikke inn: {', '.join(report.left_out_columns)}")
        if report.unknown_columns:
            self.stdout.write(f"Ukjente kolonner: {', '.join(report.unknown_columns)}")
        done = "ville blitt tatt inn" if dry_run else "tatt inn"
        self.stdout.write(
            f"{report.new_properties} eiendommer og {report.new_units} boliger {done}. "
            f"{report.with_gaps} rader har hull, {report.refused} rader ble ikke tatt inn."
        )
