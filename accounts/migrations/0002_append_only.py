from django.db import migrations

REFUSE = """
CREATE FUNCTION varig_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER readlog_append_only BEFORE UPDATE OR DELETE ON accounts_readlog
    FOR EACH ROW EXECUTE FUNCTION varig_refuse_change();
"""
ALLOW = """
DROP TRIGGER readlog_append_only ON accounts_readlog;
DROP FUNCTION varig_refuse_change();
"""


class Migration(migrations.Migration):
    """Who read what cannot be rewritten, by anyone who goes through the application (need S2)."""

    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
