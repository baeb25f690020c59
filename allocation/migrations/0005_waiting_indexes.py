"""The waiting list finds who waits from an index alone, and looks up only the few it hides."""

from django.db import migrations

HIDDEN = "shielded OR protection IN ('fortrolig', 'strengtFortrolig', 'strengtFortroligUtland')"


class Migration(migrations.Migration):
    dependencies = [("allocation", "0004_ranking_indexes")]
    operations = [
        migrations.RunSQL(
            "DROP INDEX ranking_vedtak",
            "CREATE INDEX ranking_vedtak ON casework_vedtak (application_id)"
            " INCLUDE (id, issued_on, valid_from, valid_to) WHERE state = 'fattet'",
        ),
        migrations.RunSQL(
            "CREATE INDEX ranking_in_force ON casework_vedtak (id)"
            " INCLUDE (application_id, issued_on, valid_from, valid_to) WHERE state = 'fattet'",
            "DROP INDEX ranking_in_force",
        ),
        migrations.RunSQL(
            f"CREATE INDEX ranking_hidden ON casework_person (id) WHERE {HIDDEN}",
            "DROP INDEX ranking_hidden",
        ),
        # Children are found without reading the members, or anybody else's birth date.
        migrations.RunSQL(
            "DROP INDEX ranking_children; CREATE INDEX ranking_children"
            " ON casework_householdmember (household_id) INCLUDE (person_id, relation, period)"
            " WHERE relation IN ('barn', 'annen')",
            "DROP INDEX ranking_children; CREATE INDEX ranking_children"
            " ON casework_householdmember (household_id, person_id)"
            " WHERE relation IN ('barn', 'annen')",
        ),
    ]
