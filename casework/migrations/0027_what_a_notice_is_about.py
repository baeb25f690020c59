from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

# Notices sent before they said what they are about: all that was applied for, as they counted then.
SAY = """
UPDATE casework_advancenotice n SET about = coalesce((
    SELECT array_agg(DISTINCT b.code)
    FROM casework_application_bases ab JOIN casework_legalbasis b ON b.id = ab.legalbasis_id
    WHERE ab.application_id = n.application_id), '{}');
"""


class Migration(migrations.Migration):
    dependencies = [("casework", "0026_how_a_letter_went")]
    operations = [
        migrations.AddField(
            model_name="advancenotice",
            name="about",
            field=ArrayField(
                models.CharField(max_length=40),
                default=list,
                verbose_name="hva det gjelder",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(SAY, migrations.RunSQL.noop),
        # The rows written just now have events that wait for the end of the transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
    ]
