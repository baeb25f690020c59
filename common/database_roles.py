"""The two users of the database, and what the application's may do (ADR 16).

The owner owns the tables and runs the migrations. The application's user owns nothing: it reads and
writes rows, and in an append-only table it can only add. PostgreSQL lets only an owner TRUNCATE,
alter a table or switch off a trigger, and only a superuser set `session_replication_role`.

Only psycopg: this also makes the embedded databases, before Django has started.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, sql

# The users of the embedded PostgreSQL and of docker-compose.yml.
APPLICATION, OWNER = "varig", "varig_owner"


@dataclass(frozen=True, slots=True)
class Evidence:
    """An append-only table.

    `sealed`: the expressions whose values are sealed (`accounts.sealing`), the key apart; empty for
    a table that is not. `movable`: the columns the application may still write. `at`: the column of
    the time, for a table the retention plan may remove old rows from.
    """

    sealed: tuple[str, ...] = ()
    movable: tuple[str, ...] = ()
    at: str = ""


# The one list of append-only tables, with the history tables (`HISTORY`).
APPEND_ONLY = {
    "accounts_readlog": Evidence(("user_id", "persons", "own", "page", "kind", "at"), at="at"),
    "accounts_accessevent": Evidence(
        (
            "event",
            "user_id",
            "kind",
            "unit_id",
            "period",
            "protected_access",
            "shielded_access",
            "reason",
            "at",
            "by_id",
        ),
        at="at",
    ),
    # The seals are a chain of their own.
    "accounts_logseal": Evidence(),
    "accounts_logremoval": Evidence(('"table"', "keys", "reason", "approved_at", "approved_by_id")),
    # Moved when two records are merged, and struck out by a later one; what is told stays told.
    "casework_event": Evidence(
        ("kind", "text", "data", "at", "by_id"),
        movable=("person_id", "application_id", "taken_back_by_id"),
        at="at",
    ),
    "casework_transition": Evidence(
        ("process", "object_id", "from_state", "to_state", "at", "by_id"), at="at"
    ),
    "casework_storedfile": Evidence(
        ("encode(sha256(content), 'hex')", "sha256", "media_type", "made_at"), at="made_at"
    ),
}
# The tables of django-simple-history. Nothing changes or deletes a row of them; a row that must
# go by the retention plan goes through `varig_remove`.
HISTORY = r"%\_historical%"
# Tables whose triggers decide which rows may still be written: a draft may, what is issued may not.
GUARDED = {
    "casework_vedtak",
    "casework_vedtakoutcome",
    "casework_vedtak_standard_texts",
    "casework_letter",
    "casework_appeal_outcomes",
}


def make_roles(
    admin: Connection, database: str, *, application: tuple[str, str], owner: tuple[str, str]
) -> None:
    """Make both users (name, password; an empty password is not set), give the owner the database
    and all that is in it, and take every other right from the application's user. Safe to run
    again. `admin` is connected to `database` as someone who may make users.
    """
    for name, password in (owner, application):
        _make_role(admin, name, password)
    app, own, base = (sql.Identifier(name) for name in (application[0], owner[0], database))
    for (group,) in admin.execute(
        "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = %s::regrole",
        [application[0]],
    ).fetchall():
        admin.execute(sql.SQL("REVOKE {} FROM {}").format(sql.SQL(group), app))
    if not admin.execute("SELECT pg_has_role(%s, 'SET')", [owner[0]]).fetchone()[0]:
        admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(own))
    admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(base, own))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(base))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM {}").format(base, app))
    admin.execute(sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(base, app))
    _give_all_to(admin, owner[0])
    admin.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    grant(admin.cursor(), application[0])


def _make_role(admin: Connection, name: str, password: str) -> None:
    there = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    admin.execute(
        sql.SQL(
            "{} ROLE {} LOGIN INHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
        ).format(sql.SQL("ALTER" if there else "CREATE"), sql.Identifier(name))
    )
    if password:
        # The hash, so that no log of statements has the password.
        secret = admin.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256")
        admin.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(name), sql.Literal(secret.decode())
            )
        )


# What someone else owns in `public`, extensions' own objects apart: (kind, name).
OTHERS = r"""
SELECT CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
    c.oid::regclass::text
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
    AND c.relowner <> %(owner)s::regrole
    -- A column's own sequence follows its table.
    AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.objid = c.oid AND d.deptype IN ('e', 'a', 'i') AND d.classid = 'pg_class'::regclass)
UNION ALL
SELECT 'FUNCTION', p.oid::regprocedure::text
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    AND p.proowner <> %(owner)s::regrole
    AND NOT EXISTS (SELECT FROM pg_depend d
        WHERE d.objid = p.oid AND d.deptype = 'e' AND d.classid = 'pg_proc'::regclass)
"""


def _give_all_to(admin: Connection, owner: str) -> None:
    for kind, name in admin.execute(OTHERS, {"owner": owner}).fetchall():
        change = sql.SQL("ALTER {} {} OWNER TO {}")
        admin.execute(change.format(sql.SQL(kind), sql.SQL(name), sql.Identifier(owner)))


def grant(cursor: Any, application: str) -> None:
    """Give the application's user its rights to the tables there are, and no others.

    Run by the owner after every migration: a new table gets its rights with it, and one that is
    append-only never has others. In one transaction of the caller's.
    """
    app = sql.Identifier(application)
    append_only = [name for name, _why in append_only_tables(cursor)]
    statements = [
        "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {app}",
        "REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {app}",
        "GRANT USAGE ON SCHEMA public TO {app}",
        # MAINTAIN: ANALYZE, and the short lock of a sealing.
        "GRANT SELECT, INSERT, UPDATE, DELETE, MAINTAIN ON ALL TABLES IN SCHEMA public TO {app}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
    ]
    for statement in statements:
        cursor.execute(sql.SQL(statement).format(app=app))
    if append_only:
        tables = sql.SQL(", ").join(map(sql.Identifier, append_only))
        cursor.execute(sql.SQL("REVOKE UPDATE, DELETE ON {} FROM {}").format(tables, app))
    for table, evidence in APPEND_ONLY.items():
        if evidence.movable and table in append_only:
            columns = sql.SQL(", ").join(map(sql.Identifier, evidence.movable))
            give = sql.SQL("GRANT UPDATE ({}) ON {} TO {}")
            cursor.execute(give.format(columns, sql.Identifier(table), app))
    cursor.execute("SELECT to_regproc('varig_remove') IS NOT NULL")
    if cursor.fetchone()[0]:
        cursor.execute(sql.SQL("GRANT EXECUTE ON FUNCTION varig_remove TO {}").format(app))
    cursor.execute("SELECT to_regclass('django_migrations') IS NOT NULL")
    if cursor.fetchone()[0]:
        take = sql.SQL("REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {}")
        cursor.execute(take.format(app))


# The one way a row leaves an append-only table, for a retention plan: nothing younger than a year,
# always with the one who approved it and a trace that is itself append-only. It runs as the owner.
REMOVE = """
CREATE OR REPLACE FUNCTION varig_remove(gone regclass, keys bigint[], why text, approver bigint)
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text := (SELECT relname FROM pg_class
                  WHERE oid = gone AND relnamespace = 'public'::regnamespace);
    dated text := CASE WHEN name LIKE {history} THEN 'history_date'
                       ELSE {dated}::jsonb ->> name END;
    key text := CASE WHEN name LIKE {history} THEN 'history_id' ELSE 'id' END;
    removed bigint[];
BEGIN
    IF dated IS NULL THEN
        RAISE EXCEPTION 'nothing is removed from %', gone USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('varig.removes', gone::oid::text, true);
    EXECUTE format('WITH gone AS (DELETE FROM %s WHERE %I = ANY ($1)'
        ' AND %I < now() - interval ''1 year'' RETURNING %I AS key)'
        ' SELECT array_agg(key ORDER BY key) FROM gone', gone, key, dated, key)
        INTO removed USING keys;
    PERFORM set_config('varig.removes', '', true);
    IF removed IS NOT NULL THEN
        INSERT INTO public.accounts_logremoval
            ("table", "keys", reason, approved_at, approved_by_id)
        VALUES (name, removed, why, now(), approver);
    END IF;
    RETURN coalesce(cardinality(removed), 0);
END $$;
REVOKE ALL ON FUNCTION varig_remove FROM PUBLIC
"""


def install(cursor: Any) -> None:
    """Make `varig_remove`, for the tables there are. Run by the owner after every migration."""
    dated = {table: evidence.at for table, evidence in APPEND_ONLY.items() if evidence.at}
    cursor.execute(
        sql.SQL(REMOVE).format(history=sql.Literal(HISTORY), dated=sql.Literal(json.dumps(dated)))
    )


def append_only_tables(cursor: Any) -> list[tuple[str, str]]:
    """The append-only tables there are: (name, "evidence" or "history")."""
    cursor.execute(
        "SELECT relname, CASE WHEN relname = ANY(%(evidence)s) THEN 'evidence' ELSE 'history' END"
        " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND (relname = ANY(%(evidence)s) OR relname LIKE %(history)s) ORDER BY relname",
        {"evidence": list(APPEND_ONLY), "history": HISTORY},
    )
    return cursor.fetchall()


# What the connected user could do to the log, in words; no rows when it can do nothing.
EXCESSIVE = r"""
SELECT 'is a superuser' WHERE current_setting('is_superuser')::bool
UNION ALL
SELECT 'may become ' || rolname FROM pg_roles
    WHERE rolname <> current_user AND pg_has_role(oid, 'SET')
UNION ALL
SELECT 'owns the database' FROM pg_database
    WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE')
UNION ALL
SELECT DISTINCT 'owns or may empty ' || relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND (pg_has_role(relowner, 'USAGE') OR has_table_privilege(oid, 'TRUNCATE, TRIGGER')
        OR (relname = ANY(%(evidence)s) OR relname LIKE %(history)s)
            AND has_table_privilege(oid, 'UPDATE, DELETE'))
"""


def excessive_rights(cursor: Any) -> list[str]:
    """What the connected user may do that would let it empty or rewrite the log."""
    cursor.execute(EXCESSIVE, {"evidence": list(APPEND_ONLY), "history": HISTORY})
    return [row[0] for row in cursor.fetchall()]
