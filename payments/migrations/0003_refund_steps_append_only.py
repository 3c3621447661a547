from django.db import migrations

FORBID = """
CREATE TRIGGER payments_refundstep_append_only BEFORE UPDATE OR DELETE ON payments_refundstep
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER payments_refundstep_no_truncate BEFORE TRUNCATE ON payments_refundstep
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER payments_refund_kept BEFORE DELETE ON payments_refund
    FOR EACH ROW EXECUTE FUNCTION append_only();
"""
ALLOW = """
DROP TRIGGER payments_refund_kept ON payments_refund;
DROP TRIGGER payments_refundstep_no_truncate ON payments_refundstep;
DROP TRIGGER payments_refundstep_append_only ON payments_refundstep;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_balance_and_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
