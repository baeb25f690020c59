"""Whether somebody shares, or has shared, a household with a hidden person: who may not see the one
may not see the other (docs/adr/0017). The database keeps it, whoever writes either, so that every
list can ask with the row it reads."""

from django.db import migrations, models

KEEP = """
CREATE FUNCTION varig_beside(mine bigint, OUT protected boolean, OUT shielded boolean)
LANGUAGE sql STABLE AS $$
    SELECT
        coalesce(bool_or(p.protection
            IN ('fortrolig', 'strengtFortrolig', 'strengtFortroligUtland')), false),
        coalesce(bool_or(p.shielded), false)
    FROM casework_householdmember me
    JOIN casework_householdmember other ON other.household_id = me.household_id
        AND other.person_id <> me.person_id AND other.period && me.period
    JOIN casework_person p ON p.id = other.person_id
    WHERE me.person_id = mine
$$;

CREATE FUNCTION varig_person_beside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT b.protected, b.shielded INTO NEW.beside_protected, NEW.beside_shielded
    FROM varig_beside(NEW.id) b;
    RETURN NEW;
END $$;
CREATE TRIGGER person_beside BEFORE INSERT OR UPDATE ON casework_person
    FOR EACH ROW EXECUTE FUNCTION varig_person_beside();

-- Writes only the rows that change, in the order in which persons are locked.
CREATE FUNCTION varig_tell_households(households bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    one bigint;
BEGIN
    FOR one IN
        SELECT p.id FROM casework_person p, varig_beside(p.id) b
        WHERE p.id IN (SELECT person_id FROM casework_householdmember
                       WHERE household_id = ANY(households))
            AND (p.beside_protected, p.beside_shielded) <> (b.protected, b.shielded)
        ORDER BY p.id
    LOOP
        UPDATE casework_person SET beside_protected = beside_protected WHERE id = one;
    END LOOP;
END $$;

CREATE FUNCTION varig_member_beside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    gone bigint := CASE WHEN TG_OP <> 'INSERT' THEN OLD.person_id END;
BEGIN
    PERFORM varig_tell_households(ARRAY[
        CASE WHEN TG_OP <> 'INSERT' THEN OLD.household_id END,
        CASE WHEN TG_OP <> 'DELETE' THEN NEW.household_id END]);
    -- Who is no longer in the household.
    UPDATE casework_person SET beside_protected = beside_protected
    WHERE id = gone AND (beside_protected, beside_shielded)
        <> (SELECT b.protected, b.shielded FROM varig_beside(gone) b);
    RETURN NULL;
END $$;
CREATE TRIGGER member_beside AFTER INSERT OR UPDATE OR DELETE ON casework_householdmember
    FOR EACH ROW EXECUTE FUNCTION varig_member_beside();

CREATE FUNCTION varig_hidden_beside() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM varig_tell_households(ARRAY(
        SELECT household_id FROM casework_householdmember WHERE person_id = NEW.id));
    RETURN NULL;
END $$;
CREATE TRIGGER person_tells_beside AFTER UPDATE OF protection, shielded ON casework_person
    FOR EACH ROW WHEN ((OLD.protection, OLD.shielded) IS DISTINCT FROM (NEW.protection, NEW.shielded))
    EXECUTE FUNCTION varig_hidden_beside();

UPDATE casework_person SET beside_protected = beside_protected
WHERE id IN (
    SELECT me.person_id
    FROM casework_householdmember m JOIN casework_person other ON other.id = m.person_id
    JOIN casework_householdmember me ON me.household_id = m.household_id
    WHERE other.shielded
        OR other.protection IN ('fortrolig', 'strengtFortrolig', 'strengtFortroligUtland'));
"""
STOP = """
DROP TRIGGER person_tells_beside ON casework_person;
DROP TRIGGER member_beside ON casework_householdmember;
DROP TRIGGER person_beside ON casework_person;
DROP FUNCTION varig_hidden_beside();
DROP FUNCTION varig_member_beside();
DROP FUNCTION varig_tell_households(bigint[]);
DROP FUNCTION varig_person_beside();
DROP FUNCTION varig_beside(bigint);
"""
PROTECTED = ["fortrolig", "strengtFortrolig", "strengtFortroligUtland"]


class Migration(migrations.Migration):
    dependencies = [("casework", "0024_own_words_in_letters")]
    operations = [
        migrations.RemoveIndex(model_name="person", name="person_hidden"),
        migrations.AddField(
            model_name="person",
            name="beside_protected",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.AddField(
            model_name="person",
            name="beside_shielded",
            field=models.BooleanField(default=False, editable=False),
        ),
        migrations.RunSQL(KEEP, STOP),
        # The rows written just now have events that wait for the end of the transaction.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["id"],
                name="person_hidden",
                condition=models.Q(
                    ("protection__in", PROTECTED),
                    ("beside_protected", True),
                    ("shielded", True),
                    ("beside_shielded", True),
                    _connector="OR",
                ),
            ),
        ),
    ]
