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

CREATE FUNCTION varig_outcome_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- FOR SHARE waits for who is issuing the vedtak just now. An outcome written before its
    -- vedtak (bulk loading, where foreign keys are checked at commit) finds none, and stands.
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT FROM casework_vedtak WHERE id = OLD.vedtak_id AND issued_at IS NOT NULL FOR SHARE
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT FROM casework_vedtak WHERE id = NEW.vedtak_id AND issued_at IS NOT NULL FOR SHARE
    ) THEN
        RAISE EXCEPTION 'an issued vedtak is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER outcome_frozen BEFORE INSERT OR UPDATE OR DELETE ON casework_vedtakoutcome
    FOR EACH ROW EXECUTE FUNCTION varig_outcome_frozen();
-- What a vedtak was written with stands as the vedtak does.
CREATE TRIGGER texts_frozen BEFORE INSERT OR UPDATE OR DELETE ON casework_vedtak_standard_texts
    FOR EACH ROW EXECUTE FUNCTION varig_outcome_frozen();

CREATE TRIGGER vedtak_kept BEFORE DELETE ON casework_vedtak
    FOR EACH ROW WHEN (OLD.issued_at IS NOT NULL) EXECUTE FUNCTION varig_refuse_change();
CREATE TRIGGER storedfile_kept BEFORE DELETE ON casework_storedfile
    FOR EACH ROW EXECUTE FUNCTION varig_refuse_change();
CREATE TRIGGER transition_kept BEFORE DELETE ON casework_transition
    FOR EACH ROW EXECUTE FUNCTION varig_refuse_change();
-- A person's events may be moved to the record they are merged with; what is told stays told.
CREATE TRIGGER event_append_only
    BEFORE UPDATE OF kind, text, data, at, by_id OR DELETE ON casework_event
    FOR EACH ROW EXECUTE FUNCTION varig_refuse_change();
"""
THAW = """
DROP TRIGGER event_append_only ON casework_event;
DROP TRIGGER transition_kept ON casework_transition;
DROP TRIGGER storedfile_kept ON casework_storedfile;
DROP TRIGGER vedtak_kept ON casework_vedtak;
DROP TRIGGER texts_frozen ON casework_vedtak_standard_texts;
DROP TRIGGER outcome_frozen ON casework_vedtakoutcome;
DROP FUNCTION varig_outcome_frozen();
DROP TRIGGER vedtak_frozen ON casework_vedtak;
DROP FUNCTION varig_vedtak_frozen();
DROP TRIGGER transition_append_only ON casework_transition;
DROP TRIGGER storedfile_frozen ON casework_storedfile;
ALTER TABLE casework_storedfile DROP CONSTRAINT stored_file_checksum;
"""


class Migration(migrations.Migration):
    """Letters keep their checksum, an issued vedtak and its outcomes are corrected only by a new
    one (need C15), and what was written is not thrown away.

    Deleting by the retention plan (need S7) will have to say so to the database itself.
    """

    dependencies = [("casework", "0001_initial"), ("accounts", "0002_append_only")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
