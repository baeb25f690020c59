"""Indexes the waiting list reads facts by, most of them holding all that is asked of a row, so
that ten thousand who wait, and the dwellings that stand empty, are found without reading the rows.

They lie on tables of the floors below, but no other reader needs them, so they stand here, beside
the statements in `allocation.ranking` and `allocation.vacancy`."""

from django.db import migrations

INDEXES = {
    # The vedtak in force, with what is asked of them, and those that grant something.
    "ranking_in_force": (
        "casework_vedtak (id) INCLUDE (application_id, issued_on, valid_from, valid_to)"
        " WHERE state = 'fattet'"
    ),
    "ranking_granted": (
        "casework_vedtakoutcome (vedtak_id, basis_id) WHERE outcome IN ('innvilget', 'delvis')"
    ),
    # Where somebody lives now, without reading where they lived before.
    "ranking_stay_until": "stays_stay (person_id, (coalesce(upper(period), 'infinity'::date)))",
    # Children are found without reading the members.
    "ranking_children": (
        "casework_householdmember (household_id) INCLUDE (person_id, relation, period)"
        " WHERE relation IN ('barn', 'annen')"
    ),
    "ranking_case": (
        "casework_application (id) INCLUDE (person_id, household_id, responsible_id, received_at,"
        " case_year, case_seq, kind, unit_id)"
        " WHERE state NOT IN ('trukket', 'bortfalt', 'sendt_videre')"
    ),
    "ranking_issued": (
        "casework_vedtak (application_id, issued_on, id) INCLUDE (valid_from, valid_to)"
        " WHERE state = 'fattet'"
    ),
    "ranking_signed": "stays_lease (application_id, agreed_on) WHERE application_id IS NOT NULL",
    "ranking_home": "stays_stay (person_id) INCLUDE (period) WHERE kind = 'leie'",
    "ranking_temporary": (
        "stays_stay (person_id) INCLUDE (period, unit_id, id) WHERE kind = 'midlertidig'"
    ),
    "ranking_born": "casework_person (id) INCLUDE (birth_date)",
    "vacancy_stay": "stays_stay (unit_id) INCLUDE (period) WHERE unit_id IS NOT NULL",
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
