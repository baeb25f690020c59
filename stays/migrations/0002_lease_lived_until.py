"""The day the tenant's stay ends, beside the day the contract does, so that one index answers who
still lives there. The stay's period says it; the database copies it, whoever writes either."""

import datetime

from django.db import migrations, models

KEEP = """
CREATE FUNCTION varig_lease_lived_until() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.lived_until := coalesce(
        (SELECT upper(period) FROM stays_stay WHERE id = NEW.stay_id), '9999-12-31');
    RETURN NEW;
END $$;
CREATE TRIGGER lease_lived_until BEFORE INSERT OR UPDATE ON stays_lease
    FOR EACH ROW EXECUTE FUNCTION varig_lease_lived_until();

CREATE FUNCTION varig_stay_lived_until() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE stays_lease SET lived_until = coalesce(upper(NEW.period), '9999-12-31')
    WHERE stay_id = NEW.id;
    RETURN NULL;
END $$;
-- Also when the stay is written after its lease, as in bulk.
CREATE TRIGGER lease_lived_until AFTER INSERT OR UPDATE OF period ON stays_stay
    FOR EACH ROW WHEN (NEW.kind = 'leie') EXECUTE FUNCTION varig_stay_lived_until();

UPDATE stays_lease SET stay_id = stay_id;
"""
STOP = """
DROP TRIGGER lease_lived_until ON stays_stay;
DROP FUNCTION varig_stay_lived_until();
DROP TRIGGER lease_lived_until ON stays_lease;
DROP FUNCTION varig_lease_lived_until();
"""


class Migration(migrations.Migration):
    dependencies = [("stays", "0001_initial")]
    operations = [
        migrations.RemoveIndex(model_name="lease", name="lease_expires"),
        migrations.AddField(
            model_name="lease",
            name="lived_until",
            field=models.DateField(default=datetime.date.max, editable=False),
        ),
        migrations.RunSQL(KEEP, STOP),
        # The rows written just now have events that wait for the end of the transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="lease",
            index=models.Index(fields=["expires_on", "lived_until", "id"], name="lease_expires"),
        ),
    ]
