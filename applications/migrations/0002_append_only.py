from django.db import migrations

FORBID = """
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER applications_event_append_only BEFORE UPDATE OR DELETE ON applications_event
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER applications_event_no_truncate BEFORE TRUNCATE ON applications_event
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER identity_dataaccess_append_only BEFORE UPDATE OR DELETE ON identity_dataaccess
    FOR EACH ROW EXECUTE FUNCTION append_only();
"""
ALLOW = """
DROP TRIGGER identity_dataaccess_append_only ON identity_dataaccess;
DROP TRIGGER applications_event_no_truncate ON applications_event;
DROP TRIGGER applications_event_append_only ON applications_event;
DROP FUNCTION append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
