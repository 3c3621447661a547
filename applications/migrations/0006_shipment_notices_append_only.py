from django.db import migrations

FORBID = """
CREATE TRIGGER applications_shipmentnotice_append_only BEFORE UPDATE OR DELETE ON applications_shipmentnotice
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER applications_shipmentnotice_no_truncate BEFORE TRUNCATE ON applications_shipmentnotice
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
"""
ALLOW = """
DROP TRIGGER applications_shipmentnotice_no_truncate ON applications_shipmentnotice;
DROP TRIGGER applications_shipmentnotice_append_only ON applications_shipmentnotice;
"""


class Migration(migrations.Migration):
    dependencies = [("applications", "0005_returned_drafts_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
