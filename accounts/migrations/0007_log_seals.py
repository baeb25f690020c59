import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models

# A row goes only by `varig_remove` (common.database_roles), which runs as the owner of the table:
# saying so oneself is not enough.
REFUSE = """
CREATE OR REPLACE FUNCTION varig_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('varig.removes', true) = TG_RELID::text
       AND current_user = (SELECT relowner::regrole::text FROM pg_catalog.pg_class
                           WHERE oid = TG_RELID) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER logseal_append_only BEFORE UPDATE OR DELETE ON accounts_logseal
    FOR EACH ROW EXECUTE FUNCTION varig_refuse_change();
CREATE TRIGGER logremoval_append_only BEFORE UPDATE OR DELETE ON accounts_logremoval
    FOR EACH ROW EXECUTE FUNCTION varig_refuse_change();
"""
BEFORE = """
DROP TRIGGER logseal_append_only ON accounts_logseal;
DROP TRIGGER logremoval_append_only ON accounts_logremoval;
CREATE OR REPLACE FUNCTION varig_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    """The logs are sealed, and what is removed from them by the retention plan leaves a trace."""

    dependencies = [("accounts", "0006_file_imports")]
    operations = [
        migrations.CreateModel(
            name="LogSeal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=63)),
                ("number", models.PositiveBigIntegerField()),
                (
                    "sealed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("hashes", models.BinaryField()),
                ("seal", models.BinaryField()),
                ("sealed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "segl",
                "verbose_name_plural": "segl",
                "constraints": [
                    models.UniqueConstraint(fields=("table", "number"), name="log_seal_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="LogRemoval",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("table", models.CharField(max_length=63)),
                (
                    "keys",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("approved_at", models.DateTimeField()),
                (
                    "approved_by",
                    models.ForeignKey(
                        on_delete=models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "sletting fra logg",
                "verbose_name_plural": "slettinger fra logg",
            },
        ),
        migrations.RunSQL(REFUSE, BEFORE),
    ]
