"""Nobody who goes through the application can empty or rewrite the logs, and who goes past it is
found (ADR 16)."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import sealing
from accounts.enums import ReadKind
from accounts.models import LogRemoval, LogSeal, ReadLog
from common.database_roles import (
    APPEND_ONLY,
    APPLICATION,
    GUARDED,
    HISTORY,
    append_only_tables,
    excessive_rights,
)
from config import health
from scripts.local_database import _drop, migrated_template
from tests import factories as f

pytestmark = pytest.mark.django_db

# Tables with the look of a log that are not append-only, and why.
MAY_CHANGE = {
    "accounts_jobrun": "no persons; a run gets its end, and is thrown away after three months",
}


@pytest.fixture
def as_application():
    """The session of the application's user: no rights of the superuser behind it are left."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {APPLICATION}")
        yield cursor
        cursor.execute("RESET SESSION AUTHORIZATION")
        cursor.execute(f"SET ROLE {APPLICATION}")


def tables() -> dict[str, str]:
    with connection.cursor() as cursor:
        return dict(append_only_tables(cursor))


def is_refused(cursor, statement: str) -> bool:
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except DatabaseError as error:
        # Insufficient privilege, the trigger, a generated column.
        return error.__cause__.sqlstate in {"42501", "23001", "428C9"}
    return False


def test_the_applications_user_cannot_change_or_empty_a_log(as_application):
    allowed = []
    for table, kind in tables().items():
        key = "id" if kind == "evidence" else "history_id"
        columns = {
            c.name for c in connection.introspection.get_table_description(as_application, table)
        } - set(APPEND_ONLY.get(table).movable if table in APPEND_ONLY else ())
        for statement in (
            *(f'UPDATE {table} SET "{column}" = "{column}"' for column in columns),
            f"DELETE FROM {table}",
            f"DELETE FROM {table} WHERE {key} = 0",
            f"TRUNCATE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"ALTER TABLE {table} RENAME TO other",
            f"CREATE RULE gone AS ON INSERT TO {table} DO INSTEAD NOTHING",
            f"DROP TABLE {table} CASCADE",
        ):
            if not is_refused(as_application, statement):
                allowed.append(statement)
    for table in GUARDED:
        for what in (f"TRUNCATE {table} CASCADE", f"ALTER TABLE {table} DISABLE TRIGGER ALL"):
            if not is_refused(as_application, what):
                allowed.append(what)
    for statement in (
        "SET session_replication_role = 'replica'",
        "SET ROLE varig_owner",
        "SET ROLE postgres",
        "ALTER ROLE varig SUPERUSER",
        "CREATE FUNCTION varig_refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
        "CREATE OR REPLACE FUNCTION varig_remove(regclass, bigint[], text, bigint)"
        " RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "CREATE TABLE public.another (id int)",
        "DELETE FROM django_migrations",
    ):
        if not is_refused(as_application, statement):
            allowed.append(statement)
    assert not allowed
    assert excessive_rights(as_application) == []


def test_readiness_fails_in_production_when_the_user_could_empty_the_log(
    client, settings, as_owner, monkeypatch
):
    settings.PRODUCTION, settings.SECURE_SSL_REDIRECT = True, False
    monkeypatch.setattr(health, "_powerless", False)
    with as_owner():
        response = client.get("/readyz")
    assert (response.status_code, response.json()["checks"]["rights"]) == (503, False)
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {APPLICATION}")
        assert client.get("/readyz").json()["checks"]["rights"]
        cursor.execute("RESET SESSION AUTHORIZATION")
        cursor.execute(f"SET ROLE {APPLICATION}")


def test_every_guarded_table_and_every_log_has_its_answer():
    """A new trigger that refuses, or a new table of what has happened, must be decided on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger t JOIN pg_proc p"
            " ON p.oid = t.tgfoid WHERE NOT tgisinternal"
            " AND (proname LIKE '%refuse%' OR proname LIKE '%frozen%' OR prosrc LIKE '%RAISE%')"
        )
        triggered = {row[0] for row in cursor.fetchall()}
    # Of the evidence too: who holds the owner's password should not change it by a slip.
    assert triggered == set(APPEND_ONLY) | GUARDED
    looks_like_a_log = {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if re.search(
            r"log|event|transition$|history|historical|audit|access|breakglass|seal|removal|run$",
            model._meta.model_name,
        )
        or {"at", "by"} <= {field.name for field in model._meta.local_fields}
    }
    assert looks_like_a_log - set(tables()) == set(MAY_CHANGE)
    histories = {m.history.model._meta.db_table for m in apps.get_models() if hasattr(m, "history")}
    assert histories <= set(tables()), f"named otherwise than {HISTORY}"


# ------------------------------------------------------------------ the chain


def read(*persons: int) -> list[int]:
    at, user = timezone.now(), f.UserFactory()
    rows = [
        ReadLog(user=user, persons=[one], page="person", kind=ReadKind.PERSON, at=at)
        for one in persons
    ]
    return [row.pk for row in ReadLog.objects.bulk_create(rows)]


def proof(*arguments: str) -> tuple[str, bool]:
    out = StringIO()
    try:
        call_command("prove_log", *arguments, stdout=out)
    except CommandError:
        return out.getvalue(), False
    return out.getvalue(), True


@pytest.fixture
def past_it_all(as_owner):
    """A superuser, with the triggers off."""

    def run(statement: str, *values: object) -> None:
        with as_owner(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = 'replica'")
            cursor.execute(statement, values)
            cursor.execute("SET LOCAL session_replication_role = 'origin'")

    return run


def test_what_a_superuser_changes_is_found_and_named(past_it_all, monkeypatch):
    monkeypatch.setattr(sealing, "BLOCK", 3)
    keys = read(*range(1, 11))
    gap = keys[4]
    past_it_all("DELETE FROM accounts_readlog WHERE id = %s", gap)  # a key never used
    event = f.EventFactory()
    assert sealing.seal_all(timezone.now()) > 3
    assert sealing.seal_all(timezone.now()) == 0, "everything was sealed"
    read(11)
    said, whole = proof()
    assert whole and "accounts_readlog: 9 rows proven, 1 not yet sealed" in said

    past_it_all("UPDATE accounts_readlog SET persons = '{99}' WHERE id = %s", keys[2])
    past_it_all("DELETE FROM accounts_readlog WHERE id = %s", keys[7])
    past_it_all(
        "INSERT INTO accounts_readlog (id, user_id, persons, own, page, kind, at)"
        " SELECT %s, user_id, '{5}', own, page, kind, at FROM accounts_readlog WHERE id = %s",
        gap,
        keys[0],
    )
    past_it_all("UPDATE casework_event SET text = 'Noe annet' WHERE id = %s", event.pk)
    said, whole = proof()
    assert not whole
    for fault in (
        f"row {keys[2]} of accounts_readlog is changed",
        f"row {keys[7]} of accounts_readlog is missing",
        f"row {gap} of accounts_readlog was put in after it was sealed",
        f"row {event.pk} of casework_event is changed",
    ):
        assert said.count(fault) == 1
    assert said.count("  row ") == 4


def test_a_seal_that_is_changed_removed_or_made_anew_is_found(past_it_all, monkeypatch):
    monkeypatch.setattr(sealing, "BLOCK", 2)
    keys = read(*range(1, 7))
    sealing.seal_all(timezone.now())
    head = re.search(r"head (accounts_readlog:\S+)", proof()[0]).group(1)
    assert proof("--head", head)[1]
    seals = LogSeal.objects.filter(table="accounts_readlog").order_by("number")
    first = bytes(seals[0].hashes)

    with transaction.atomic():
        past_it_all("UPDATE accounts_logseal SET hashes = %s WHERE id = %s", b"x" * 64, seals[0].pk)
        assert "seal 1 of accounts_readlog is changed" in proof()[0]
        transaction.set_rollback(True)
    with transaction.atomic():
        past_it_all("DELETE FROM accounts_logseal WHERE id = %s", seals[1].pk)
        assert "seal 2 of accounts_readlog is missing" in proof()[0]
        transaction.set_rollback(True)
    assert bytes(seals[0].hashes) == first

    # A whole new chain over a changed log holds together, but not with the seal logged elsewhere.
    past_it_all("UPDATE accounts_readlog SET persons = '{99}' WHERE id = %s", keys[0])
    past_it_all("DELETE FROM accounts_logseal")
    sealing.seal_all(timezone.now())
    assert proof()[1]
    said, whole = proof("--head", head)
    assert not whole and "seal 3 of accounts_readlog is not the one given" in said


def test_a_row_leaves_the_log_only_old_and_with_a_trace(past_it_all):
    old, young = read(1, 2)
    by = f.UserFactory()
    past_it_all(
        "UPDATE accounts_readlog SET at = %s WHERE id = %s",
        timezone.now() - timedelta(days=400),
        old,
    )
    sealing.seal_all(timezone.now())
    with connection.cursor() as cursor:
        # Saying so oneself is not enough.
        cursor.execute(
            "SELECT set_config('varig.removes', 'accounts_readlog'::regclass::oid::text, true)"
        )
        assert is_refused(cursor, f"DELETE FROM accounts_readlog WHERE id = {old}")
        remove = "SELECT varig_remove(%s::regclass, %s, 'plan 2026', %s)"
        cursor.execute(remove, ["accounts_readlog", [old, young], by.pk])
        assert cursor.fetchone()[0] == 1
        for table in ("accounts_logseal", "accounts_logremoval", "accounts_user", "pg_class"):
            with pytest.raises(DatabaseError, match="nothing is removed"), transaction.atomic():
                cursor.execute(remove, [table, [1], by.pk])
    trace = LogRemoval.objects.get()
    assert (trace.table, trace.keys, trace.approved_by) == ("accounts_readlog", [old], by)
    said, whole = proof()
    assert whole and "accounts_readlog: 1 rows proven, 0 not yet sealed, 1 removed" in said
    history = f.PersonFactory().history.get()
    with connection.cursor() as cursor:
        cursor.execute(remove, [history._meta.db_table, [history.pk], by.pk])
        assert cursor.fetchone()[0] == 0, "younger than a year"


@pytest.mark.django_db(transaction=True)
def test_a_row_still_being_written_is_not_passed_by(monkeypatch):
    """Its key is lower than one already to be seen: it would look put in afterwards."""
    monkeypatch.setattr(sealing, "WAITS", 20)
    user = f.UserFactory()
    insert = (
        "INSERT INTO accounts_readlog (user_id, persons, own, page, kind, at)"
        f" VALUES ({user.pk}, '{{1}}', '{{}}', 'person', 'person', now())"
    )
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as slow:
        slow.execute(insert)
        with connection.cursor() as cursor:
            cursor.execute(insert)
        sealing.seal_all(timezone.now())
        assert not LogSeal.objects.filter(table="accounts_readlog").exists()
        slow.commit()
    sealing.seal_all(timezone.now())
    assert LogSeal.objects.get(table="accounts_readlog").keys == sorted(
        ReadLog.objects.values_list("pk", flat=True)
    )
    assert proof()[1]


# ------------------------------------------------------------------ the command


def test_the_command_makes_both_users_and_may_be_run_again(settings):
    """Over a database where a superuser owned all, and the application's user was too strong."""
    database = settings.DATABASES["default"]
    names = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password"}
    where = {ours: database[theirs] for theirs, ours in names.items() if database[theirs]}
    name, owner, application = "varig_rights", "varig_rights_owner", "varig_rights_app"
    template = migrated_template(dbname="postgres", **where)
    with psycopg.connect(dbname="postgres", autocommit=True, **where) as admin:
        _drop(admin, name)
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        admin.execute(f"DROP ROLE IF EXISTS {application}, {owner}")
        admin.execute(f"CREATE ROLE {application} LOGIN SUPERUSER IN ROLE pg_write_all_data")
        try:
            params = psycopg.conninfo.make_conninfo(dbname=name, **where)
            settings.DATABASE_NAME = name
            settings.DATABASE_ADMIN_URL = params
            settings.DATABASE_OWNER_URL = f"{params} user={owner} password=en"
            settings.DATABASE_URL = f"{params} user={application} password=to"
            with psycopg.connect(params) as inside:
                inside.execute("ALTER TABLE accounts_readlog OWNER TO postgres")
                inside.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {application}")
                inside.commit()
                for _time in range(2):
                    call_command("database_roles", stdout=StringIO())
                inside.execute(f"SET SESSION AUTHORIZATION {application}")
                assert excessive_rights(inside.cursor()) == []
                owners = inside.execute(
                    "SELECT DISTINCT relowner::regrole::text FROM pg_class"
                    " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
                ).fetchall()
                assert owners == [(owner,)]
        finally:
            _drop(admin, name)
            admin.execute(f"DROP ROLE IF EXISTS {application}, {owner}")
