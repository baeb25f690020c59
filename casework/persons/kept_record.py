"""What is written on a record that was merged away is written on the one that is kept (need C4).

A form, a job or a browser tab may hold the person it read before the merge. The database itself
sends a new row on to the record that is kept, for every table with a person, also of later apps:
`install` runs after every migration. What somebody is writing while the merge is saved, the merge
fetches when they are done (`merging._fetch_late_rows`).
"""

from __future__ import annotations

from typing import Any

from django.db import models

from .models import Person, PersonMerge

STAYS_WITH_THE_LOSER = (PersonMerge, Person)

FUNCTION = """
CREATE OR REPLACE FUNCTION varig_kept_{column}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept bigint;
BEGIN
    LOOP
        -- The lock is that of the foreign key, which would take it only at commit: the merge
        -- waits for it before it fetches.
        SELECT merged_into_id INTO kept FROM casework_person WHERE id = NEW.{column}
            FOR KEY SHARE;
        IF kept IS NULL THEN
            RETURN NEW;
        END IF;
        NEW.{column} := kept;
    END LOOP;
END $$
"""
TRIGGER = """
CREATE OR REPLACE TRIGGER kept_{column} BEFORE INSERT ON {table}
    FOR EACH ROW WHEN (NEW.{column} IS NOT NULL) EXECUTE FUNCTION varig_kept_{column}()
"""


def relations() -> list[models.ForeignKey]:
    """Every foreign key to a person that a merge moves."""
    return [
        relation.field
        for relation in Person._meta.related_objects
        if relation.related_model not in STAYS_WITH_THE_LOSER
        and not hasattr(relation.related_model, "history_object")
    ]


def install(cursor: Any) -> None:
    """Make the triggers, for the tables there are. Run by the owner of the tables."""
    fields = [field for field in relations() if field.model._meta.managed]
    for column in sorted({field.column for field in fields}):
        cursor.execute(FUNCTION.format(column=column))
    for field in fields:
        table = field.model._meta.db_table
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
        if cursor.fetchone()[0]:
            cursor.execute(TRIGGER.format(column=field.column, table=table))
