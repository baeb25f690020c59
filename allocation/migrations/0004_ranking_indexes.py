"""Indexes the waiting list reads facts by: they lie on tables of the floors below, but no other
reader needs them, so they stand here, beside the statement in `allocation.ranking`."""

from django.db import migrations

INDEXES = {
    # Where somebody lives now, without reading where they lived before.
    "ranking_stay_until": ("stays_stay (person_id, (coalesce(upper(period), 'infinity'::date)))"),
    # The few members that can be children.
    "ranking_children": (
        "casework_householdmember (household_id, person_id) WHERE relation IN ('barn', 'annen')"
    ),
    # The vedtak in force, with what is asked of them.
    "ranking_vedtak": (
        "casework_vedtak (application_id) INCLUDE (id, issued_on, valid_from, valid_to)"
        " WHERE state = 'fattet'"
    ),
    "ranking_granted": (
        "casework_vedtakoutcome (vedtak_id, basis_id) WHERE outcome IN ('innvilget', 'delvis')"
    ),
}


class Migration(migrations.Migration):
    dependencies = [
        ("allocation", "0003_initial"),
        ("casework", "0001_initial"),
        ("stays", "0001_initial"),
    ]
    operations = [
        migrations.RunSQL(f"CREATE INDEX {name} ON {rest}", f"DROP INDEX {name}")
        for name, rest in INDEXES.items()
    ]
