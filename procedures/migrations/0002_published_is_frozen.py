from django.db import migrations

FORBID = """
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Of a published version only its end may still be set: by its successor, or by a decision that repeals it.
CREATE FUNCTION published_version_is_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> 'published' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a published version is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    IF to_jsonb(NEW) - 'effective_to' - 'repeal_decision' IS DISTINCT FROM
       to_jsonb(OLD) - 'effective_to' - 'repeal_decision' THEN
        RAISE EXCEPTION 'a published version is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER procedures_version_frozen BEFORE UPDATE OR DELETE ON procedures_procedureversion
    FOR EACH ROW EXECUTE FUNCTION published_version_is_frozen();

-- The law knows one version of a procedure on a day, and one offering of it at an agency.
ALTER TABLE procedures_procedureversion ADD CONSTRAINT version_one_in_force_a_day EXCLUDE USING gist (
    int8range(procedure_id, procedure_id, '[]') WITH &&, daterange(effective_from, effective_to, '[]') WITH &&
) WHERE (status = 'published');
ALTER TABLE procedures_serviceoffering ADD CONSTRAINT offering_one_in_force_a_day EXCLUDE USING gist (
    int8range(procedure_id, procedure_id, '[]') WITH &&, int8range(agency_id, agency_id, '[]') WITH &&,
    daterange(valid_from, valid_to, '[]') WITH &&
);

-- What an editor did is never rewritten; only the events of a draft go with the draft itself.
CREATE FUNCTION editorial_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM procedures_procedureversion v WHERE v.id = OLD.version_id AND v.status <> 'published'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'what an editor did is never rewritten' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER procedures_editorialevent_append_only BEFORE UPDATE OR DELETE ON procedures_editorialevent
    FOR EACH ROW EXECUTE FUNCTION editorial_event_stays();
"""
ALLOW = """
DROP TRIGGER procedures_editorialevent_append_only ON procedures_editorialevent;
DROP FUNCTION editorial_event_stays();
ALTER TABLE procedures_serviceoffering DROP CONSTRAINT offering_one_in_force_a_day;
ALTER TABLE procedures_procedureversion DROP CONSTRAINT version_one_in_force_a_day;
DROP TRIGGER procedures_version_frozen ON procedures_procedureversion;
DROP FUNCTION published_version_is_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [("procedures", "0001_initial")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
