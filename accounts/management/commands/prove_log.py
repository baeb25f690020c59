from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError

from accounts.sealing import SEALED, prove


class Command(BaseCommand):
    """Proves that no sealed row of the logs was changed, removed or put in afterwards.

    Names each such row, and ends with an error if there is one. Changes nothing.
    """

    help = __doc__

    def add_arguments(self, parser) -> None:
        parser.add_argument("tables", nargs="*", metavar="TABLE", help="These only; else all.")
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="TABLE:NUMBER:SEAL",
            help="A seal from the log of the worker, which the chain must still hold.",
        )

    def handle(self, *args, tables: list[str], head: list[str], **options) -> None:
        heads = dict(one.split(":", 1) for one in head if one.count(":") == 2)
        unknown = (set(tables) | set(heads)) - set(SEALED)
        if unknown or len(heads) != len(head):
            raise CommandError(f"The sealed tables are {', '.join(SEALED)}.")
        faults = 0
        for table in tables or SEALED:
            proof = prove(table, heads.get(table, ""))
            self.stdout.write(
                f"{table}: {proof.proven} rows proven, {proof.waiting} not yet sealed, "
                f"{proof.removed} removed by the retention plan; {len(proof.faults)} faults"
            )
            if proof.head:
                self.stdout.write(f"  head {table}:{proof.head}")
            for fault in proof.faults:
                self.stdout.write(f"  {fault}")
            faults += len(proof.faults)
        if faults:
            raise CommandError(f"The log is not whole: {faults} faults.")
