"""Indexes the waiting list reads facts by: they lie on tables of the floors below, but no other
reader needs them, so they stand here, beside the statement in `allocation.ranking`."""

from django.db import migrations

HIDDEN = "shielded OR protection IN ('fortrolig', 'strengtFortrolig', 'strengtFortroligUtland')"
INDEXES = {
    # The vedtak in force, with what is asked of them, and those that grant something.
    "ranking_in_force": (
        "casework_vedtak (id) INCLUDE (application_id, issued_on, valid_from, valid_to)"
        " WHERE state = 'fattet'"
    ),
    "ranking_granted": (
        "casework_vedtakoutcome (vedtak_id, basis_id) WHERE outcome IN ('innvilget', 'delvis')"
    ),
    # The few a reader may not see.
    "ranking_hidden": f"casework_person (id) WHERE {HIDDEN}",
    # Where somebody lives now, without reading where they lived before.
    "ranking_stay_until": "stays_stay (person_id, (coalesce(upper(period), 'infinity'::date)))",
    # Children are found without reading the members.
    "ranking_children": (
        "casework_householdmember (household_id) INCLUDE (person_id, relation, period)"
        " WHERE relation IN ('barn', 'annen')"
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("allocation", "0001_initial"),
        ("casework", "0001_initial"),
        ("stays", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(f"CREATE INDEX {name} ON {rest}", f"DROP INDEX {name}")
        for name, rest in INDEXES.items()
    ]
