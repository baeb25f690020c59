from django.db import migrations

FREEZE = """
ALTER TABLE casework_storedfile ADD CONSTRAINT stored_file_checksum
    CHECK (sha256 = encode(sha256(content), 'hex'));
CREATE TRIGGER storedfile_frozen BEFORE UPDATE ON casework_storedfile
    FOR EACH ROW EXECUTE FUNCTION varig_refuse_change();
CREATE TRIGGER transition_append_only BEFORE UPDATE ON casework_transition
    FOR EACH ROW EXECUTE FUNCTION varig_refuse_change();

CREATE FUNCTION varig_vedtak_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What was decided stands; only its afterlife (state, arrival of the notice) may be written.
    IF OLD.issued_at IS NOT NULL AND
       (to_jsonb(NEW) - 'state' - 'arrived_on') <> (to_jsonb(OLD) - 'state' - 'arrived_on') THEN
        RAISE EXCEPTION 'an issued vedtak is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER vedtak_frozen BEFORE UPDATE ON casework_vedtak
    FOR EACH ROW EXECUTE FUNCTION varig_vedtak_frozen();
"""
THAW = """
DROP TRIGGER vedtak_frozen ON casework_vedtak;
DROP FUNCTION varig_vedtak_frozen();
DROP TRIGGER transition_append_only ON casework_transition;
DROP TRIGGER storedfile_frozen ON casework_storedfile;
ALTER TABLE casework_storedfile DROP CONSTRAINT stored_file_checksum;
"""


class Migration(migrations.Migration):
    """Letters keep their checksum, and an issued vedtak is corrected only by a new one (C15)."""

    dependencies = [("casework", "0001_initial"), ("accounts", "0002_append_only")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
