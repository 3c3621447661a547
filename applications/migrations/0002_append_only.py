from django.db import migrations

FORBID = """
CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER applications_event_append_only BEFORE UPDATE OR DELETE ON applications_event
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER applications_event_no_truncate BEFORE TRUNCATE ON applications_event
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER identity_dataaccess_append_only BEFORE UPDATE OR DELETE ON identity_dataaccess
    FOR EACH ROW EXECUTE FUNCTION append_only();

CREATE FUNCTION published_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status = 'published' AND (
        NEW.procedure_id, NEW.number, NEW.status, NEW.online_level, NEW.decision, NEW.effective_from, NEW.content,
        NEW.form, NEW.processing
    ) IS DISTINCT FROM (
        OLD.procedure_id, OLD.number, OLD.status, OLD.online_level, OLD.decision, OLD.effective_from, OLD.content,
        OLD.form, OLD.processing
    ) THEN
        RAISE EXCEPTION 'a published version is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER procedures_version_frozen BEFORE UPDATE ON procedures_procedureversion
    FOR EACH ROW EXECUTE FUNCTION published_version_is_frozen();
"""
ALLOW = """
DROP TRIGGER procedures_version_frozen ON procedures_procedureversion;
DROP FUNCTION published_version_is_frozen();
DROP TRIGGER identity_dataaccess_append_only ON identity_dataaccess;
DROP TRIGGER applications_event_no_truncate ON applications_event;
DROP TRIGGER applications_event_append_only ON applications_event;
DROP FUNCTION append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
