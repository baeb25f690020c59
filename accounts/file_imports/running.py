"""The job that reads a file and takes it in, outside the web request.

It may be started twice or killed: one run of a file goes at a time, a whole file is one
transaction, and the rows of other files are one each. How far it has come is in the cache.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from celery import shared_task
from django.core.cache import cache
from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from common import spreadsheets
from common.cells import Unreadable
from common.errors import RuleBroken, explain_integrity_error
from common.jobs import JobResult

from ..enums import ImportState
from ..models import FileImport, User
from .kinds import KINDS, ChangedSinceRead, FileKind, Report, RowRefused, RowReport, Work, name_key

logger = logging.getLogger("varig.jobs")
PROGRESS_SECONDS = 900
# The first key of the advisory locks of imports; the second is the key of the import.
LOCK = 8_102
EVERY = 25
# Shorter than PostgreSQL's deadlock_timeout (a second): in a deadlock, reading a file gives up.
WAITS_FOR_A_LOCK = "500ms"
# After this the content of a file nobody said yes to is thrown away.
KEPT_DAYS = 30


class NoLongerAllowed(RuleBroken):
    """The user has lost the right to import this since the file was sent."""

    def __init__(self, user: User) -> None:
        super().__init__(
            _("%(name)s har ikke lenger tilgang til å ta inn slike filer.") % {"name": user}
        )


class Cancelled(Exception):
    """The user has cancelled the import while it ran."""


@shared_task(
    name="accounts.tasks.run_file_import",
    autoretry_for=(OperationalError, InterfaceError),
    retry_backoff=5,
    max_retries=20,
)
def run_file_import(pk: int, **ignored: object) -> None:
    """Read or take in one uploaded file."""
    run(pk)


def start(pk: int) -> None:
    """Queue the run when the transaction is committed."""
    transaction.on_commit(lambda: run_file_import.delay(pk))


def throw_away(on: date) -> JobResult:
    """Throw away the content and report of files nobody said yes to in a month."""
    before = datetime.combine(on - timedelta(days=KEPT_DAYS), time.min, get_default_timezone())
    old = FileImport.objects.filter(
        uploaded_at__lt=before,
        state__in=(ImportState.READING, ImportState.READ, ImportState.FAILED),
    )
    return JobResult(ended=old.update(state=ImportState.EXPIRED, content=b"", report={}))


def progress_of(upload: FileImport) -> tuple[int, int]:
    """Rows done, and rows in all; zeros when no worker is at it, or it is not known."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT EXISTS (
                SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
                WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.granted
                    AND l.classid = %s AND l.objid = %s)""",
            [LOCK, upload.pk],
        )
        (at_work,) = cursor.fetchone()
    # What a killed worker left in the cache stays there for some time.
    return (at_work and cache.get(_key(upload.pk))) or (0, 0)


def run(pk: int) -> None:
    """Read or take in the file, whichever it is waiting for. Safe to run twice."""
    with _alone(pk) as alone:
        upload = (
            FileImport.objects.select_related("uploaded_by", "confirmed_by")
            .filter(pk=pk, state__in=ImportState.running())
            .first()
        )
        if not alone or upload is None:
            return
        state = upload.state
        try:
            _work(upload)
        except Cancelled:
            return
        except ChangedSinceRead as error:
            _move(upload, state, state=ImportState.READ, report=error.report.as_json(),
                  error=str(error), confirmed_at=None, confirmed_by=None)  # fmt: skip
        except RuleBroken as error:
            _move(upload, state, state=ImportState.FAILED, error=str(error)[:300])
        except (OperationalError, InterfaceError):
            raise  # the database is away: the task is tried again
        except Exception as error:
            logger.error("an import failed", extra={"event": type(error).__name__})
            text = _("Noe gikk galt hos oss, og filen ble ikke tatt inn.")
            if isinstance(error, IntegrityError):
                text = explain_integrity_error(error) or text
            _move(upload, state, state=ImportState.FAILED, error=text[:300])
        finally:
            cache.delete(_key(pk))


def _work(upload: FileImport) -> None:
    kind = KINDS[upload.kind]
    reading = upload.state == ImportState.READING
    by = upload.uploaded_by if reading else upload.confirmed_by
    if not (by.is_active and kind.may(by)):
        raise NoLongerAllowed(by)
    work = Work(
        sheet=spreadsheets.read(bytes(upload.content), upload.file_name),
        by=by,
        at=upload.uploaded_at if reading else upload.confirmed_at,
        write=not reading,
        with_changes=upload.with_changes,
        progress=lambda done, total: _tell(upload, done, total),
        agreed=lambda report: _agreed(upload, report),
    )
    done = {"state": ImportState.READ} if reading else {"state": ImportState.APPLIED}
    if not reading:
        done["ended_at"] = timezone.now()  # noqa: TID251
        if kind.personal:
            done["content"] = b""
    with transaction.atomic():
        if kind.whole:
            report = kind.whole(work)
            _move(upload, upload.state, report=report.as_json(), error="", **done)
            return
    report = _read_rows(kind, work) if reading else _take_in_rows(kind, work, upload)
    _move(upload, upload.state, report=report.as_json(), error="", **done)


def _agreed(upload: FileImport, report: Report) -> None:
    if report.digest != upload.digest:
        raise ChangedSinceRead(report)


# ------------------------------------------------------------------ row by row


def _read_rows(kind: FileKind, work: Work) -> Report:
    """Do every row and undo them all, so that the report says what will happen: of two rows that
    want the same home, the second is refused.

    The rows take their locks in the order of the file, and hold them to the end. Where somebody
    else holds one, the run gives up and is tried again, so that no deadlock stops a user.
    """
    report = _report(kind, work)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [WAITS_FOR_A_LOCK])
        for done, (number, cells) in enumerate(work.sheet.rows):
            report.rows.append(_one(kind, work, number, cells))
            if done % EVERY == 0:
                work.progress(done, len(work.sheet.rows))
        transaction.set_rollback(True)
    return report


def _take_in_rows(kind: FileKind, work: Work, upload: FileImport) -> Report:
    """Take in the rows the user said yes to, from where an earlier run stopped."""
    report = Report.from_json(upload.report)
    rows = {row.number: index for index, row in enumerate(report.rows)}
    for done, (number, cells) in enumerate(work.sheet.rows):
        index = rows.get(number)
        if number <= upload.rows_done or index is None or not report.rows[index].accepted:
            continue
        with transaction.atomic():
            row = _one(kind, work, number, cells)
            report.rows[index] = row
            saved = {"rows_done": number}
            if row.errors or done % EVERY == 0:
                saved["report"] = report.as_json()
            _move(upload, ImportState.APPLYING, **saved)
        if done % EVERY == 0:
            work.progress(done, len(work.sheet.rows))
    return report


def _one(kind: FileKind, work: Work, number: int, cells) -> RowReport:
    try:
        with transaction.atomic():
            row = kind.row(work, cells)
            row.number = number
            if row.errors:
                transaction.set_rollback(True)
            return row
    except RowRefused as error:
        return RowReport(number, verdict=_("Tas ikke inn"), errors=error.sentences)
    except (RuleBroken, Unreadable) as error:
        return RowReport(number, verdict=_("Tas ikke inn"), errors=[str(error)])
    except IntegrityError as error:
        if sentence := explain_integrity_error(error):
            return RowReport(number, verdict=_("Tas ikke inn"), errors=[sentence])
        raise


def _report(kind: FileKind, work: Work) -> Report:
    known = {name_key(column.name) for column in kind.columns()}
    unknown = [name for name in work.sheet.headings if name and name_key(name) not in known]
    return Report([], unknown, [], work.sheet.other_sheets)


# ------------------------------------------------------------------ state


def _tell(upload: FileImport, done: int, total: int) -> None:
    """Write how far the run has come. Raises `Cancelled`."""
    cache.set(_key(upload.pk), (done, total), PROGRESS_SECONDS)
    if not FileImport.objects.filter(pk=upload.pk, state=upload.state).exists():
        raise Cancelled


def _move(upload: FileImport, was: str, **values) -> None:
    """Save, unless the user has cancelled meanwhile: then raise `Cancelled`."""
    if not FileImport.objects.filter(pk=upload.pk, state=was).update(**values):
        raise Cancelled


@contextmanager
def _alone(pk: int) -> Iterator[bool]:
    """True for the only run of this file. The lock goes with the connection of a killed worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK, pk])
        (alone,) = cursor.fetchone()
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK, pk])


def _key(pk: int) -> str:
    return f"file-import:{pk}"
