import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Each old row showed one person. Its seal is over `person_id`, which stays, and a constraint binds
# the two. The trigger is the owner's to lift, and only while this runs.
CARRY_OVER = """
ALTER TABLE accounts_readlog DISABLE TRIGGER readlog_append_only;
UPDATE accounts_readlog SET persons = ARRAY[person_id], kind = CASE page
    WHEN 'tildelingsmote' THEN 'mote'
    WHEN 'bolig' THEN 'liste' WHEN 'eiendom' THEN 'liste' WHEN 'i-natt' THEN 'liste'
    WHEN 'brev' THEN 'dokument' WHEN 'document' THEN 'dokument' WHEN 'klagefil' THEN 'dokument'
    ELSE 'personside' END;
ALTER TABLE accounts_readlog ENABLE TRIGGER readlog_append_only;
"""
# One row for each person again: what a row says of the others is lost.
CARRY_BACK = """
ALTER TABLE accounts_readlog DISABLE TRIGGER readlog_append_only;
UPDATE accounts_readlog SET person_id = persons[1] WHERE person_id IS NULL;
DELETE FROM accounts_readlog WHERE user_id IS NULL;
ALTER TABLE accounts_readlog ENABLE TRIGGER readlog_append_only;
"""


class Migration(migrations.Migration):
    """The read log has one row a response, with all it showed (docs/adr/0022)."""

    dependencies = [("accounts", "0011_confirmed_roles")]
    operations = [
        migrations.RemoveIndex("readlog", "readlog_person"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RenameField("readlog", "person_id", "only_person"),
                migrations.AlterField(
                    "readlog",
                    "only_person",
                    models.BigIntegerField(db_column="person_id", editable=False, null=True),
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE accounts_readlog ALTER COLUMN person_id DROP NOT NULL",
                    "ALTER TABLE accounts_readlog ALTER COLUMN person_id SET NOT NULL",
                )
            ],
        ),
        migrations.AlterField(
            "readlog",
            "user",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reads",
                to=settings.AUTH_USER_MODEL,
                verbose_name="bruker",
            ),
        ),
        migrations.AddField(
            "readlog",
            "persons",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(),
                default=list,
                size=None,
                verbose_name="personer",
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "readlog",
            "own",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list, size=None, verbose_name="egne"
            ),
        ),
        migrations.AddField(
            "readlog",
            "kind",
            models.CharField(
                choices=[
                    ("personside", "Side om personen"),
                    ("mote", "Møte"),
                    ("sok", "Søk"),
                    ("liste", "Liste"),
                    ("dokument", "Dokument"),
                    ("uttrekk", "Uttrekk"),
                ],
                default="personside",
                max_length=10,
                verbose_name="måte",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(CARRY_OVER, CARRY_BACK),
        migrations.AddIndex(
            "readlog",
            django.contrib.postgres.indexes.GinIndex(fields=["persons"], name="readlog_persons"),
        ),
        migrations.AddConstraint(
            "readlog",
            models.CheckConstraint(
                name="readlog_kept_person",
                condition=models.Q(only_person__isnull=True)
                | models.Q(persons=[models.F("only_person")]),
            ),
        ),
    ]
