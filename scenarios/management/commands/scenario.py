from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from ...errors import ScenarioError
from ...runner import run_file


class Command(BaseCommand):
    help = "Run scenario files; nothing is kept. Exit status 1 if any differs."

    def add_arguments(self, parser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")

    def handle(self, *args, files: list[str], **options) -> None:
        bad = 0
        for name in _expanded(files):
            try:
                differed = run_file(Path(name))
            except ScenarioError as error:
                differed = [f"error: {error}"]
            bad += bool(differed)
            self.stdout.write(f"{name}: {'; '.join(differed) if differed else 'ok'}")
        if bad:
            raise CommandError(f"{bad} of the scenarios did not hold.", returncode=1)


def _expanded(files: list[str]) -> list[str]:
    """A directory stands for the scenario files in it."""
    names: list[str] = []
    for name in files:
        path = Path(name)
        names += [str(p) for p in sorted(path.rglob("*.y*ml"))] if path.is_dir() else [name]
    return names
