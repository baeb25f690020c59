from django.db import migrations

GRANTED = "casework_vedtakoutcome (vedtak_id, basis_id)"
WHERE = "WHERE outcome IN ('innvilget', 'delvis')"


class Migration(migrations.Migration):
    """The index of grants holds those that stand, and their own days."""

    dependencies = [
        ("allocation", "0005_dates_that_flag"),
        ("casework", "0012_what_stands"),
    ]
    operations = [
        migrations.RunSQL("DROP INDEX ranking_granted", migrations.RunSQL.noop),
        migrations.RunSQL(
            f"CREATE INDEX ranking_granted ON {GRANTED} INCLUDE (valid_from, valid_to) {WHERE}"
            " AND replaced_on IS NULL",
            f"DROP INDEX ranking_granted; CREATE INDEX ranking_granted ON {GRANTED} {WHERE}",
        ),
    ]
