from django.db import migrations

FORBID = """
CREATE TRIGGER payments_ledgerentry_append_only BEFORE UPDATE OR DELETE ON payments_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER payments_ledgerentry_no_truncate BEFORE TRUNCATE ON payments_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER payments_receipt_kept BEFORE DELETE ON payments_receipt
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER payments_statementline_append_only BEFORE UPDATE OR DELETE ON payments_statementline
    FOR EACH ROW EXECUTE FUNCTION append_only();

CREATE FUNCTION payments_transfer_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(debit_vnd) <> sum(credit_vnd) FROM payments_ledgerentry WHERE transfer = NEW.transfer) THEN
        RAISE EXCEPTION 'transfer % does not balance', NEW.transfer USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payments_ledgerentry_balances AFTER INSERT ON payments_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_transfer_balances();
"""
ALLOW = """
DROP TRIGGER payments_ledgerentry_balances ON payments_ledgerentry;
DROP FUNCTION payments_transfer_balances();
DROP TRIGGER payments_statementline_append_only ON payments_statementline;
DROP TRIGGER payments_receipt_kept ON payments_receipt;
DROP TRIGGER payments_ledgerentry_no_truncate ON payments_ledgerentry;
DROP TRIGGER payments_ledgerentry_append_only ON payments_ledgerentry;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("applications", "0002_append_only")]
    operations = [migrations.RunSQL(FORBID, ALLOW)]
