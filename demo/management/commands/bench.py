from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from threading import Thread
from time import perf_counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import ImportState, RoleKind
from accounts.file_imports import actions, running
from accounts.file_imports.kinds import Report
from accounts.models import FileImport, User
from allocation.models import AllocationMeeting
from casework.log.enums import ApplicationState, FlagKind
from casework.models import Application, Event, Person
from housing.models import Unit
from stays.enums import StayKind
from stays.models import Stay
from stays.temporary.chains import chain_ctes, chain_params

RUNS = 50
JOB_RUNS = 30
# The minimum work of the stay job: each chain, its threshold, and a flag if there is none.
BARE_FLAGS = f"""
WITH {chain_ctes()},
reached AS (
    SELECT *, CASE WHEN days >= 90 THEN 90 + (days - 90) / 30 * 30 WHEN days >= 75 THEN 75
        WHEN days >= 60 THEN 60 WHEN days >= 14 THEN 14 END AS threshold
    FROM chain
)
INSERT INTO casework_flag (person_id, kind, key, threshold, facts, marks, owner_id, due_on,
    raised_on, closed_because, closing_note)
SELECT r.person_id, %(kind)s, r.chain_start || ':' || r.threshold, r.threshold,
    jsonb_build_object('days', r.days, 'chain_start', r.chain_start), '{{}}', p.responsible_id,
    %(on)s::date, %(on)s::date, '', ''
FROM reached r
JOIN casework_person p ON p.id = r.person_id
WHERE r.threshold IS NOT NULL AND NOT EXISTS (
    SELECT FROM casework_flag f
    WHERE f.person_id = r.person_id AND f.kind = %(kind)s AND f.closed_on IS NULL
        AND left(f.key, 10)::date = r.chain_start AND f.threshold >= r.threshold)
ON CONFLICT (kind, person_id, key) WHERE closed_on IS NULL DO NOTHING"""
WARM_UP = 3
TEN_YEARS = "person, ten years"
PARTS = ("assessments", "cases", "stays", "follow_up", "events", "reads")
HOMES = {"vacant": "status=ledig", "held": "status=reservert", "closed": "status=utilgjengelig"}
NEXT = re.compile(rb'rel="next"[^>]*href="([^"]+)"|href="([^"]+)"[^>]*rel="next"')


@dataclass
class Measurement:
    """One measurement. Times in milliseconds; `bare_sql_ms` is its SQL statements alone."""

    name: str
    size: str
    median_ms: float
    p95_ms: float
    queries: int
    bare_sql_ms: float
    limit_ms: float | None


class Statements:
    """Collects the executed statements with their parameters."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, object]] = []

    def __call__(self, execute, sql, params, many, context):
        if not many and sql.lstrip()[:7].upper() not in ("SAVEPOI", "RELEASE"):
            self.kept.append((sql, params))
        return execute(sql, params, many, context)


class Command(BaseCommand):
    help = "Measure pages and jobs on the data in the database, print a table, write JSON."

    def add_arguments(self, parser) -> None:
        parser.add_argument("--json", type=Path, default=settings.BASE_DIR / "build" / "bench.json")
        parser.add_argument("--label", default="", help="name of the data, such as city")
        parser.add_argument("--pages-deep", type=int, default=60)

    def handle(self, *args, label: str, pages_deep: int, json: Path, **options) -> None:
        if not Person.objects.exists():
            raise CommandError("The database is empty. Run `manage.py demo_data --size city`.")
        logging.disable(logging.INFO)  # writing the request log is not measured
        self.label = label or "here"
        self.deep = pages_deep
        self.today = timezone.localdate()
        self.rows: list[Measurement] = []
        self.stdout.write(self._size())
        self.stdout.write(
            f"{'what':<42}{'median':>9}{'p95':>9}{'queries':>9}{'bare SQL':>10}{'limit':>8}  (ms)"
        )
        self._pages()
        self._jobs()
        self._import()
        self._write(json)

    def _size(self) -> str:
        counts = {
            "persons": Person,
            "units": Unit,
            "applications": Application,
            "stays": Stay,
        }
        return f"{self.label}: " + ", ".join(
            f"{model._base_manager.count()} {name}" for name, model in counts.items()
        )

    # ------------------------------------------------------------------ what is measured

    def _pages(self) -> None:
        ingrid, torunn = self._client("ingrid"), self._client("torunn")
        anders, marit = self._client("anders"), self._client("marit")
        person = self._person()
        self._list("persons", ingrid, reverse("desk:persons"))
        self._list("applications", ingrid, reverse("casework:applications"))
        self._list("dwellings", anders, reverse("desk:units"))
        self._list("temporary board", ingrid, reverse("stays:temporary"))
        self._list("waiting list, ranked", ingrid, reverse("allocation:waiting_list"), limit=100)
        self._list("meetings", marit, reverse("allocation:meetings"))
        self._page("person page", ingrid, reverse("desk:person", args=[person.pk]), 80)
        for part in PARTS:
            self._page(
                f"person, {part}", ingrid, reverse(f"desk:person_{part}", args=[person.pk]), 80
            )
        self._ten_years(ingrid, person)
        self._search("search, a name", ingrid, "hanne myr")
        self._search("search, many hits", ingrid, "an")
        self._search("search, a case", ingrid, "2026/0044")
        self._page("min dag", ingrid, reverse("desk:day"), 150)
        self._page("dashboard", torunn, reverse("insight:overview"), 300)
        homes = reverse("desk:units")
        for name, chosen in HOMES.items():
            self._list(f"dwellings, {name}", anders, f"{homes}?{chosen}")
        lived_in = Stay.objects.filter(unit__isnull=False).order_by("pk").first()
        if lived_in:
            self._page("unit page", ingrid, reverse("desk:unit", args=[lived_in.unit_id]), 80)
        self._for_role("read log", RoleKind.PRIVACY_OFFICER, reverse("accounts:read_log"))
        self._for_role("peers' links", RoleKind.PEER_COORDINATOR, reverse("peers:links"))
        meeting = AllocationMeeting.objects.unfinished().first()
        if meeting and meeting.items.exists():
            item = meeting.items.first()
            url = reverse("allocation:item", args=[meeting.pk, item.pk])
            self._page("meeting item with candidates", marit, url, None, runs=10)

    def _ten_years(self, client: Client, person: Person) -> None:
        """The pages of a person with ten years of history, which is rolled back afterwards."""
        latest = person.applications.order_by("received_at").first()
        with transaction.atomic():
            by, now = latest.registered_by, timezone.now()
            for years in range(1, 11):
                case = Application.objects.get(pk=latest.pk)
                case.pk, case._state.adding = None, True
                case.received_at = latest.received_at - timedelta(days=365 * years)
                case.case_year, case.case_seq = case.received_at.year, 900_000
                case.state = ApplicationState.WITHDRAWN
                case.save()
            Stay.objects.bulk_create(
                Stay(
                    person=person,
                    kind=StayKind.WITH_OTHERS,
                    place="Hos venner",
                    period=DateRange(first, first + timedelta(days=60)),
                    recorded_at=now,
                    recorded_by=by,
                )
                for first in (self.today - timedelta(days=4000 - 80 * n) for n in range(40))
            )
            Event.objects.bulk_create(
                Event(person=person, kind="note", text="Ringte", at=now - timedelta(days=n), by=by)
                for n in range(3000)
            )
            self._page(TEN_YEARS, client, reverse("desk:person", args=[person.pk]), 80)
            events = reverse("desk:person_events", args=[person.pk])
            self._list(f"{TEN_YEARS}, events", client, events)
            transaction.set_rollback(True)

    def _for_role(self, name: str, role: RoleKind, url: str) -> None:
        """A list that only one role may see, read by a user with the role."""
        holder = User.objects.filter(
            roles__kind=role, roles__period__contains=self.today, is_active=True
        ).first()
        if holder:
            self._list(name, self._client(holder.username), url)

    def _jobs(self) -> None:
        from stays.temporary.flags import flag_stays

        flag_stays(self.today)
        self._compare_with_bare(
            "flag_stays, nothing changed", lambda: flag_stays(self.today), all_new=False
        )
        self._compare_with_bare(
            "flag_stays, all of them new", lambda: flag_stays(self.today), all_new=True
        )

    def _import(self) -> None:
        """Importing 5 000 homes as a job, and the list of homes for a user meanwhile.

        The import is rolled back. `bare SQL` is left out: there is no smaller import.
        """
        content = ["eiendom;boligtype;betegnelse;leiekostnad;antallSoverom"]
        content += [f"Målegata {n // 5};kommunal;H{n:04d};8.500;2" for n in range(5000)]
        by = User.objects.filter(
            roles__kind=RoleKind.STOCK_MANAGER, roles__period__contains=self.today
        ).first()
        if by is None:
            return
        upload = FileImport.objects.create(
            kind="boliger",
            file_name="bench.csv",
            content="\n".join(content).encode(),
            state=ImportState.READING,
            uploaded_at=timezone.now(),
            uploaded_by=by,
        )
        took: list[float] = []

        def job() -> None:
            try:
                took.append(_timed(lambda: running.run(upload.pk)))
                upload.refresh_from_db()
                with transaction.atomic():
                    actions.confirm(
                        upload=upload,
                        digest=Report.from_json(upload.report).digest,
                        with_changes=False,
                        by=by,
                        at=timezone.now(),
                    )
                    took.append(_timed(lambda: running.run(upload.pk)))
                    transaction.set_rollback(True)
            finally:
                connection.close()

        client, meanwhile = self._client("anders"), []
        thread = Thread(target=job)
        try:
            thread.start()
            while thread.is_alive():
                meanwhile.append(_timed(lambda: client.get(reverse("desk:units"))))
            thread.join()
        finally:
            FileImport.objects.filter(pk=upload.pk).delete()
        if len(took) < 2 or len(meanwhile) < 2:
            raise CommandError("The import of 5 000 homes did not finish.")
        for name, times, limit in (
            ("import of 5 000 homes, read and taken in", [sum(took)] * 2, 20_000),
            ("dwellings while they are imported", meanwhile, 1000),
        ):
            p95 = round(quantiles(times, n=20)[-1], 1)
            self._row(Measurement(name, self.label, round(median(times), 1), p95, 0, 0, limit))

    def _compare_with_bare(self, name: str, job: Callable[[], object], *, all_new: bool) -> None:
        """Measure a job and its minimum SQL in turn; both are rolled back."""
        statements, times, bare = Statements(), [], []
        params = {**chain_params(self.today), "kind": str(FlagKind.TEMPORARY_STAY)}
        for n in range(JOB_RUNS + 1):
            for run, results in (
                (job, times),
                (lambda: connection.cursor().execute(BARE_FLAGS, params), bare),
            ):
                with transaction.atomic():
                    if all_new:
                        connection.cursor().execute("TRUNCATE casework_flag CASCADE")
                    if n == 0 and run is job:
                        with connection.execute_wrapper(statements):
                            run()
                    else:
                        results.append(_timed(run))
                    transaction.set_rollback(True)
        p95 = quantiles(times, n=20)[-1]
        limit = round(median(bare) * 1.5, 1)
        self._row(
            Measurement(
                name,
                self.label,
                round(median(times), 1),
                round(p95, 1),
                len(statements.kept),
                round(median(bare), 1),
                limit,
            )
        )

    def _person(self) -> Person:
        tomasz = Person.objects.filter(first_name="Tomasz", last_name="Wrona").first()
        return tomasz or Person.objects.get(
            pk=Stay.objects.filter(kind=StayKind.TEMPORARY).values("person").first()["person"]
        )

    # ------------------------------------------------------------------ how

    def _client(self, username: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=username))
        return client

    def _list(self, name: str, client: Client, url: str, limit: float = 40) -> None:
        self._page(f"{name}, first page", client, url, limit)
        next_url, pages = url, 1
        while pages < self.deep:
            link = NEXT.search(client.get(next_url).content)
            if not link:
                break
            target = (link[1] or link[2]).decode().replace("&amp;", "&")
            next_url = url.split("?")[0] + target if target.startswith("?") else target
            pages += 1
        if pages > 1:
            self._page(f"{name}, page {pages}", client, next_url, limit)

    def _search(self, name: str, client: Client, text: str) -> None:
        url = reverse("desk:search")

        def find() -> None:
            response = client.post(url, {"q": text})
            if response.status_code not in (200, 302):  # a complete case number redirects
                raise CommandError(f"{name}: {url} answered {response.status_code}")

        self._measure(name, find, 30, RUNS)

    def _page(
        self, name: str, client: Client, url: str, limit: float | None, runs: int = RUNS
    ) -> None:
        def get() -> None:
            response = client.get(url)
            if response.status_code != 200:
                raise CommandError(f"{name}: {url} answered {response.status_code}")

        self._measure(name, get, limit, runs)

    def _measure(
        self, name: str, run: Callable[[], object], limit: float | None, runs: int
    ) -> None:
        for _ in range(WARM_UP):
            run()
        statements = Statements()
        with connection.execute_wrapper(statements):
            run()
        times = [_timed(run) for _ in range(runs)]
        bare = [_timed(lambda: _execute(statements.kept)) for _ in range(max(runs // 5, 3))]
        p95 = quantiles(times, n=20)[-1]
        row = Measurement(
            name, self.label, round(median(times), 1), round(p95, 1), len(statements.kept),
            round(median(bare), 1), limit,
        )  # fmt: skip
        self._row(row)

    def _row(self, row: Measurement) -> None:
        self.rows.append(row)
        name, limit = row.name, row.limit_ms
        over = " over" if limit and row.median_ms > limit else ""
        self.stdout.write(
            f"{name:<42}{row.median_ms:>9}{row.p95_ms:>9}{row.queries:>9}{row.bare_sql_ms:>10}"
            f"{limit or '':>8}{over}"
        )

    def _write(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        kept = json.loads(path.read_text()) if path.exists() else []
        kept = [row for row in kept if row["size"] != self.label]
        path.write_text(json.dumps(kept + [asdict(row) for row in self.rows], indent=1))


def _timed(run: Callable[[], object]) -> float:
    began = perf_counter()
    run()
    return (perf_counter() - began) * 1000


def _execute(statements: list[tuple[str, object]]) -> None:
    """Execute the same statements without Django, and roll back."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for sql, params in statements:
                cursor.execute(sql, params)
                if cursor.description:
                    cursor.fetchall()
        transaction.set_rollback(True)
