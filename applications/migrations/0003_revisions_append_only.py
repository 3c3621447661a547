from django.db import migrations

FORBID = """
CREATE TRIGGER applications_answerrevision_append_only BEFORE UPDATE OR DELETE ON applications_answerrevision
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER applications_answerrevision_no_truncate BEFORE TRUNCATE ON applications_answerrevision
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
ALLOW = """
DROP TRIGGER applications_answerrevision_no_truncate ON applications_answerrevision;
DROP TRIGGER applications_answerrevision_append_only ON applications_answerrevision;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0002_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
