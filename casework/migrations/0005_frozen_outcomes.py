from django.db import migrations

FREEZE = """
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
DROP TRIGGER outcome_frozen ON casework_vedtakoutcome;
DROP FUNCTION varig_outcome_frozen();
"""


class Migration(migrations.Migration):
    """The outcomes are frozen with their vedtak, and what was written is not thrown away.

    Deleting by the retention plan (need S7) will have to say so to the database itself.
    """

    dependencies = [("casework", "0004_application_lists")]
    operations = [migrations.RunSQL(FREEZE, THAW)]
