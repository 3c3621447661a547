from django.db import migrations

FORBID = """
CREATE TRIGGER applications_dutyevent_append_only BEFORE UPDATE OR DELETE ON applications_dutyevent
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER applications_dutyevent_no_truncate BEFORE TRUNCATE ON applications_dutyevent
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE FUNCTION delegation_only_revoked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL
       OR to_jsonb(NEW) - 'revoked_at' - 'revoked_by_id' <> to_jsonb(OLD) - 'revoked_at' - 'revoked_by_id' THEN
        RAISE EXCEPTION 'a delegation is revoked, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER applications_delegation_only_revoked BEFORE UPDATE ON applications_delegation
    FOR EACH ROW EXECUTE FUNCTION delegation_only_revoked();
"""
ALLOW = """
DROP TRIGGER applications_delegation_only_revoked ON applications_delegation;
DROP FUNCTION delegation_only_revoked();
DROP TRIGGER applications_dutyevent_no_truncate ON applications_dutyevent;
DROP TRIGGER applications_dutyevent_append_only ON applications_dutyevent;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0003_revisions_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
