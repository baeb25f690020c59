"""The embedded cluster's databases: made when first asked for."""

from __future__ import annotations

import contextlib
import sys

import psycopg
from psycopg import sql

from scripts import services


def ensure_database(name: str | None = None) -> None:
    """Make the database (VARIG_DB_NAME, else `varig`), or say what to run first."""
    name = name or services.database_name()
    create = sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
    try:
        with psycopg.connect(services.database_url("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not known.fetchone():
                # Another process may be first.
                taken = psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation
                with contextlib.suppress(*taken):
                    connection.execute(create)
    except psycopg.OperationalError:
        sys.exit(
            "The embedded PostgreSQL is not running. Run `make services` first, "
            "or set DATABASE_URL and REDIS_URL."
        )
