from django.db import migrations

# An issued outcome is frozen but for what replaces it, as a vedtak is but for its state.
FROZEN = """
CREATE OR REPLACE FUNCTION varig_outcome_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- FOR SHARE waits for who is issuing the vedtak just now. An outcome written before its
    -- vedtak (bulk loading, where foreign keys are checked at commit) finds none, and stands.
    IF TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'replaced_by_id' - 'replaced_on'
            = to_jsonb(OLD) - 'replaced_by_id' - 'replaced_on' THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT FROM casework_vedtak WHERE id = OLD.vedtak_id AND issued_at IS NOT NULL FOR SHARE
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT FROM casework_vedtak WHERE id = NEW.vedtak_id AND issued_at IS NOT NULL FOR SHARE
    ) THEN
        RAISE EXCEPTION 'an issued vedtak is frozen' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
ONE_APPEAL = """
CREATE FUNCTION varig_one_open_appeal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Who registers an appeal has locked the vedtak, so two at once do not pass each other.
    IF EXISTS (
        SELECT FROM casework_appeal_outcomes other
        JOIN casework_appeal a ON a.id = other.appeal_id
        WHERE other.vedtakoutcome_id = NEW.vedtakoutcome_id AND other.appeal_id <> NEW.appeal_id
            AND a.closed_on IS NULL
            AND EXISTS (
                SELECT FROM casework_appeal mine
                WHERE mine.id = NEW.appeal_id AND mine.closed_on IS NULL)
    ) THEN
        RAISE EXCEPTION 'appeal_one_open: the outcome has an open appeal'
            USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER appeal_one_open BEFORE INSERT OR UPDATE ON casework_appeal_outcomes
    FOR EACH ROW EXECUTE FUNCTION varig_one_open_appeal();
"""
NOT_ONE_APPEAL = """
DROP TRIGGER appeal_one_open ON casework_appeal_outcomes;
DROP FUNCTION varig_one_open_appeal();
"""
# Until now a vedtak was replaced as a whole, and an appeal was about all with one appeals body.
WHAT_STOOD = """
UPDATE casework_vedtakoutcome o SET replaced_by_id = n.id, replaced_on = n.issued_on
FROM casework_vedtak v CROSS JOIN LATERAL (
    SELECT later.id, later.issued_on FROM casework_vedtak later
    WHERE later.application_id = v.application_id AND later.issued_at IS NOT NULL
        AND (later.issued_at, later.id) > (v.issued_at, v.id)
    ORDER BY later.issued_at, later.id LIMIT 1) n
WHERE o.vedtak_id = v.id AND v.state = 'omgjort';
UPDATE casework_vedtakoutcome o SET replaced_by_id = d.id
FROM casework_vedtak d, casework_vedtak v
WHERE d.replaces_id = v.id AND d.issued_at IS NULL AND v.state = 'fattet' AND o.vedtak_id = v.id;
INSERT INTO casework_appeal_outcomes (appeal_id, vedtakoutcome_id)
SELECT a.id, o.id FROM casework_appeal a
JOIN casework_vedtakoutcome o ON o.vedtak_id = a.vedtak_id
JOIN casework_legalbasis b ON b.id = o.basis_id AND b.appeal_body = a.body;
"""


class Migration(migrations.Migration):
    """Each legal basis of a vedtak is replaced and appealed by itself (docs/adr/0014)."""

    dependencies = [("casework", "0011_outcomes_by_basis")]
    operations = [
        migrations.RunSQL(FROZEN, migrations.RunSQL.noop),
        migrations.RunSQL(ONE_APPEAL, NOT_ONE_APPEAL),
        migrations.RunSQL(WHAT_STOOD, migrations.RunSQL.noop),
    ]
