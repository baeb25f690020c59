"""Status pages for the container's health check and the load balancer."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.jobs import late_jobs
from common.database_roles import excessive_rights
from config.celery import HEARTBEAT_KEY

logger = logging.getLogger("varig.health")
_migrated = False  # checked until true: the code of a process never changes
_powerless = False  # likewise


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _migrations() -> bool:
    global _migrated
    if not _migrated:
        executor = MigrationExecutor(connection)
        _migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _migrated


def _rights() -> bool:
    """Whether this process can only add to the log, never empty it (ADR 16)."""
    global _powerless
    if not _powerless:
        with connection.cursor() as cursor:
            found = excessive_rights(cursor)
        if found:
            logger.error("the database user " + "; ".join(found), extra={"event": "rights"})
        _powerless = not found
    return _powerless


def _redis() -> bool:
    if settings.TEST:
        return True
    import redis

    client = redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    finally:
        client.close()


def _worker() -> bool:
    """Whether a worker has run the heartbeat job that beat queues every minute."""
    return cache.get(HEARTBEAT_KEY) is not None


def _late(needed: dict[str, bool]) -> list[str]:
    """The jobs that should have run by now but have not."""
    if not (needed["database"] and needed["migrations"]):
        return []
    try:
        return late_jobs(timezone.now())
    except Exception:
        logger.exception("check failed", extra={"event": "jobs"})
        return []


def _passes(check) -> bool:
    try:
        return check()
    except Exception:
        logger.exception("check failed", extra={"event": check.__name__.strip("_")})
        return False


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Always 200: the process is alive."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if the process can serve pages: database, migrations and Redis are in order; else 503.

    The worker and the jobs are reported but do not change the status code, since pages work while
    jobs wait. If a job has not run in time, `status` is "jobs late" and `late` names the jobs.
    """
    needed = {check.__name__.strip("_"): _passes(check) for check in (_database, _redis)}
    needed["migrations"] = needed["database"] and _passes(_migrations)
    if settings.PRODUCTION:
        needed["rights"] = needed["migrations"] and _passes(_rights)
    ready = all(needed.values())
    checks = {**needed, "worker": needed["redis"] and _passes(_worker)}
    late = _late(needed)
    checks["jobs"] = not late
    status = "not ready" if not ready else "jobs late" if late else "ok"
    body = {"status": status, "checks": checks, "late": late}
    return JsonResponse(body, status=200 if ready else 503)
