from django.db import migrations

FORBID = """
CREATE TRIGGER applications_returneddraft_append_only BEFORE UPDATE OR DELETE ON applications_returneddraft
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER applications_returneddraft_no_truncate BEFORE TRUNCATE ON applications_returneddraft
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
ALLOW = """
DROP TRIGGER applications_returneddraft_no_truncate ON applications_returneddraft;
DROP TRIGGER applications_returneddraft_append_only ON applications_returneddraft;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0004_duties_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
