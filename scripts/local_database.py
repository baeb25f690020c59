"""Creates databases by copying one that has been migrated.

Running all migrations on an empty database takes ten seconds, copying a migrated one a fraction
of a second. The name of this template has a hash of the migrations, so a changed migration gives
a new template.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
from psycopg import sql

from common import database_roles
from scripts import services

TEMPLATE_PREFIX = "varig_migrated_"
NOT_RUNNING = (
    "The embedded PostgreSQL is not running. Run `make services` first, "
    "or set DATABASE_URL and REDIS_URL."
)


@contextlib.contextmanager
def _cluster(**where) -> Iterator[psycopg.Connection]:
    """A connection to the `postgres` database that holds our lock for creating databases."""
    where = where or {"conninfo": services.database_url("postgres", "postgres")}
    with psycopg.connect(**where, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('varig: making databases'))")
        yield connection


def _exists(connection: psycopg.Connection, name: str) -> bool:
    query = "SELECT 1 FROM pg_database WHERE datname = %s"
    return connection.execute(query, [name]).fetchone() is not None


def _owner(connection: psycopg.Connection, name: str) -> str | None:
    query = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
    found = connection.execute(query, [name]).fetchone()
    return found and found[0]


def template_name() -> str:
    digest = hashlib.sha256((services.ROOT / "requirements.lock").read_bytes())
    # What is made after the migrations, each time.
    for name in ("common/database_roles.py", "casework/persons/kept_record.py"):
        digest.update((services.ROOT / name).read_bytes())
    for file in sorted(services.ROOT.glob("*/migrations/*.py")):
        digest.update(file.name.encode() + file.read_bytes())
    return TEMPLATE_PREFIX + digest.hexdigest()[:12]


def _drop(connection: psycopg.Connection, name: str) -> None:
    statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(statement.format(sql.Identifier(name)))


def _make_template(connection: psycopg.Connection, name: str) -> None:
    draft = f"{TEMPLATE_PREFIX}draft"
    _drop(connection, draft)
    create = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
    connection.execute(create.format(sql.Identifier(draft)))
    _make_roles(connection, draft)
    result = subprocess.run(
        [sys.executable, services.ROOT / "manage.py", "migrate", "--verbosity", "0"],
        env={
            **os.environ,
            "VARIG_DB_NAME": draft,
            "VARIG_MODE": "test",
            "VARIG_PROCESS": "owner",
        },
        cwd=services.ROOT,
        check=False,
    )
    if result.returncode:
        sys.exit("The migrations do not apply to an empty database; see above.")
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    connection.execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))
    old = connection.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND datname <> %s",
        [TEMPLATE_PREFIX, name],
    ).fetchall()
    for (other,) in old:
        _drop(connection, other)


def _make_roles(cluster: psycopg.Connection, name: str) -> None:
    """Give the database to its owner, and the application's user its rights."""
    where = psycopg.conninfo.make_conninfo(cluster.info.dsn, dbname=name)
    with psycopg.connect(where, password=cluster.info.password) as admin:
        database_roles.make_roles(
            admin,
            name,
            application=(database_roles.APPLICATION, ""),
            owner=(database_roles.OWNER, ""),
        )


def migrated_template(**where) -> str:
    """The name of a database with all migrations applied and no rows; created if missing."""
    name = template_name()
    with _cluster(**where) as connection:
        if not _exists(connection, name):
            _make_template(connection, name)
    return name


def ensure_database(name: str | None = None, *, migrated: bool = False) -> None:
    """Create the database (VARIG_DB_NAME, else `varig`) if it is missing.

    With `migrated` a new database already has its tables. One made by an earlier Varig is given to
    its owner.
    """
    name = name or services.database_name()
    try:
        with psycopg.connect(services.database_url("postgres", "postgres")) as connection:
            if _owner(connection, name) == database_roles.OWNER:
                return
        template = migrated_template() if migrated else "template0"
        with _cluster() as connection:
            if not _exists(connection, name):
                create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
                names = sql.Identifier(name), sql.Identifier(template)
                connection.execute(create.format(*names))
            _make_roles(connection, name)
    except psycopg.OperationalError:
        sys.exit(NOT_RUNNING)


def drop_database(name: str) -> None:
    """Remove the database, if it is there."""
    with _cluster() as connection:
        _drop(connection, name)
