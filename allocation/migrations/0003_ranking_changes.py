"""A number that grows whenever something the ranking reads is written; see `allocation.order`.

The tables are those of the floors below as well as our own: they are named here because the
ranking reads them. A sequence, since a row would make every writer wait for the others.
"""

from django.db import migrations

READ = (
    "allocation_consideration",
    "allocation_manualclass",
    "allocation_offer",
    "casework_application",
    "casework_householdmember",
    "casework_legalbasis",
    "casework_person",
    "casework_vedtak",
    "casework_vedtakoutcome",
    "stays_lease",
    "stays_stay",
)

GROW = """
CREATE SEQUENCE ranking_changes;
CREATE FUNCTION varig_ranking_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM nextval('ranking_changes');
    RETURN NULL;
END $$;
""" + "".join(
    f"CREATE TRIGGER ranking_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
    " FOR EACH STATEMENT EXECUTE FUNCTION varig_ranking_changed();\n"
    for table in READ
)
GONE = (
    "".join(f"DROP TRIGGER ranking_changed ON {table};\n" for table in READ)
    + "DROP FUNCTION varig_ranking_changed();\nDROP SEQUENCE ranking_changes;"
)


class Migration(migrations.Migration):
    dependencies = [
        ("allocation", "0002_ranking_indexes"),
        ("casework", "0002_frozen"),
        ("stays", "0001_initial"),
    ]

    operations = [migrations.RunSQL(GROW, GONE)]
