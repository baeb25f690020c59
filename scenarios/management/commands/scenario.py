from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError

from ...errors import ScenarioError, first_line
from ...runner import run_file


class Command(BaseCommand):
    help = "Run scenario files and roll back. Exit status 1 if any file fails."

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args, files: list[str], **options) -> None:
        failed = 0
        for name in _expanded(files):
            try:
                differences = run_file(Path(name))
            except ScenarioError as error:
                differences = [f"error: {error}"]
            except (InterfaceError, OperationalError):  # no database, so no file can be run
                raise
            except Exception as error:  # one file that cannot be run stops none of the others
                differences = [f"error: {type(error).__name__}: {first_line(error)}"]
            failed += bool(differences)
            self.stdout.write(f"{name}: {'; '.join(differences) if differences else 'ok'}")
        if failed:
            raise CommandError(f"Failed scenarios: {failed}", returncode=1)


def _expanded(files: list[str]) -> list[str]:
    """The file names, with each directory replaced by the scenario files in it."""
    names: list[str] = []
    for name in files:
        path = Path(name)
        names += [str(p) for p in sorted(path.rglob("*.y*ml"))] if path.is_dir() else [name]
    return names
