"""Indexes that hold all that is asked of a row, so that ten thousand who wait, and the dwellings
that stand empty, are found without reading the rows. As in 0002 they lie on tables of the floors
below, and stand here because `allocation.ranking` and `allocation.vacancy` read by them."""

from django.db import migrations

INDEXES = {
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
        ("allocation", "0002_ranking_indexes"),
        ("casework", "0004_person_hidden"),  # the same as ranking_hidden, and named by the model
        ("stays", "0001_initial"),
    ]
    operations = [
        *(
            migrations.RunSQL(f"CREATE INDEX {name} ON {rest}", f"DROP INDEX {name}")
            for name, rest in INDEXES.items()
        ),
        migrations.RunSQL(
            "DROP INDEX ranking_hidden",
            "CREATE INDEX ranking_hidden ON casework_person (id) WHERE shielded OR protection IN"
            " ('fortrolig', 'strengtFortrolig', 'strengtFortroligUtland')",
        ),
    ]
