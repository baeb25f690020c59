"""The embedded cluster's databases: made when first asked for."""

from __future__ import annotations

import sys

import psycopg
from psycopg import sql

from scripts import services


def ensure_database(name: str | None = None) -> None:
    """Make the database (VARIG_DB_NAME, else `varig`), or say what to run first."""
    name = name or services.database_name()
    try:
        with psycopg.connect(services.database_url("postgres"), autocommit=True) as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [name]
            ).fetchone()
            if not found:
                try:
                    connection.execute(
                        sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
                    )
                except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                    pass  # another process was first
    except psycopg.OperationalError:
        sys.exit(
            "The embedded PostgreSQL is not running. Run `make services` first, "
            "or set DATABASE_URL and REDIS_URL."
        )
