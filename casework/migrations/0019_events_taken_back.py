# The table of events is the largest there is: nothing here holds it while it is read through. Each
# statement is a transaction of its own, and may be run again after one that was cut off.

import django.db.models.deletion
from django.db import migrations, models

COLUMN = "ALTER TABLE casework_event ADD COLUMN IF NOT EXISTS taken_back_by_id bigint NULL"
DROP = "ALTER TABLE casework_event DROP COLUMN IF EXISTS taken_back_by_id"
DROP_KEY = "ALTER TABLE casework_event DROP CONSTRAINT IF EXISTS casework_event_taken_back_by_fk"
# Checked for new rows from now on; the rows there are have none, and are checked without a lock.
KEY = """
ALTER TABLE casework_event ADD CONSTRAINT casework_event_taken_back_by_fk
    FOREIGN KEY (taken_back_by_id) REFERENCES casework_event (id)
    DEFERRABLE INITIALLY DEFERRED NOT VALID
"""
VALID = "ALTER TABLE casework_event VALIDATE CONSTRAINT casework_event_taken_back_by_fk"
DROP_INDEX = "DROP INDEX CONCURRENTLY IF EXISTS casework_event_taken_back_by"
INDEX = """
CREATE INDEX CONCURRENTLY casework_event_taken_back_by ON casework_event (taken_back_by_id)
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("casework", "0018_complete_means_complete"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(COLUMN, DROP),
                migrations.RunSQL(DROP_KEY, migrations.RunSQL.noop),
                migrations.RunSQL(KEY, migrations.RunSQL.noop),
                migrations.RunSQL(VALID, migrations.RunSQL.noop),
                migrations.RunSQL(DROP_INDEX, migrations.RunSQL.noop),
                migrations.RunSQL(INDEX, migrations.RunSQL.noop),
            ],
            state_operations=[
                migrations.AddField(
                    model_name="event",
                    name="taken_back_by",
                    field=models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="casework.event",
                    ),
                ),
            ],
        ),
    ]
