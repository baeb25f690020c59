"""The ranking reads the legal bases of a case too, so writing one changes its version."""

from django.db import migrations

TABLE = "casework_application_bases"


class Migration(migrations.Migration):
    dependencies = [
        ("allocation", "0007_homes_held_in_a_meeting"),
        ("casework", "0029_household_splits"),
    ]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER ranking_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {TABLE}"
            " FOR EACH STATEMENT EXECUTE FUNCTION varig_ranking_changed();",
            f"DROP TRIGGER ranking_changed ON {TABLE};",
        )
    ]
