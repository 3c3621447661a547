import django.db.models.deletion
import payments.models.money
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('applications', '0001_initial'),
        ('identity', '0001_initial'),
        ('identity', '__first__'),
    ]

    operations = [
        migrations.CreateModel(
            name='Charge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('phi', 'Phí'), ('le_phi', 'Lệ phí')], max_length=6)),
                ('amount_vnd', models.BigIntegerField()),
                ('legal_basis', models.CharField(blank=True, max_length=300)),
                ('lines', models.JSONField(default=list)),
                ('state', models.CharField(choices=[('open', 'Chờ nộp'), ('settled', 'Đã nộp'), ('cancelled', 'Đã hủy')], default='open', max_length=9)),
                ('opened_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='charges', to='applications.dossier')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_vnd__gte', 0)), name='charge_amount_not_negative'), models.CheckConstraint(condition=models.Q(('state__in', ['open', 'settled', 'cancelled'])), name='charge_state_known'), models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('dossier',), name='one_open_charge_a_dossier')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=20)),
                ('reference', models.CharField(default=payments.models.money.new_reference, max_length=25, unique=True)),
                ('provider_id', models.CharField(blank=True, max_length=64, null=True)),
                ('amount_vnd', models.BigIntegerField()),
                ('state', models.CharField(choices=[('started', 'Đang chờ tiền về'), ('settled', 'Đã nhận tiền'), ('failed', 'Không thành công'), ('expired', 'Hết giờ')], default='started', max_length=7)),
                ('checkout_url', models.CharField(blank=True, max_length=300)),
                ('started_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('paid_at', models.DateTimeField(blank=True, help_text='Theo đồng hồ của cổng thanh toán', null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('charge', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attempts', to='payments.charge')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'settled')), fields=['gateway', 'paid_at'], name='attempt_settled_day'), models.Index(condition=models.Q(('state', 'started')), fields=['expires_at'], name='attempt_live')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_vnd__gte', 0)), name='attempt_amount_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'settled'), _negated=True), models.Q(('paid_at__isnull', False), ('provider_id__isnull', False)), _connector='OR'), name='attempt_settled_is_named'), models.UniqueConstraint(fields=('gateway', 'provider_id'), name='provider_id_once_a_gateway'), models.UniqueConstraint(condition=models.Q(('state', 'settled')), fields=('charge',), name='one_settled_attempt_a_charge'), models.UniqueConstraint(condition=models.Q(('state', 'started')), fields=('charge', 'gateway'), name='one_live_attempt_a_gateway')],
            },
        ),
        migrations.CreateModel(
            name='DemoTransaction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider_id', models.CharField(max_length=64, unique=True)),
                ('reference', models.CharField(max_length=25, unique=True)),
                ('amount_vnd', models.BigIntegerField()),
                ('return_url', models.CharField(max_length=300)),
                ('state', models.CharField(choices=[('open', 'Chờ khách trả'), ('paid', 'Khách đã trả'), ('failed', 'Khách không trả')], default='open', max_length=6)),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_vnd__gte', 0)), name='demo_amount_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField()),
                ('serial', models.PositiveIntegerField()),
                ('number', models.CharField(max_length=48, unique=True, verbose_name='số biên lai')),
                ('amount_vnd', models.BigIntegerField()),
                ('issued_at', models.DateTimeField()),
                ('cancelled_at', models.DateTimeField(blank=True, null=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.agency')),
                ('charge', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='payments.charge')),
                ('dossier', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='receipts', to='applications.dossier')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agency', 'year', 'serial'), name='receipt_serial_once'), models.CheckConstraint(condition=models.Q(('amount_vnd__gte', 0)), name='receipt_amount_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_vnd', models.BigIntegerField()),
                ('reason', models.CharField(choices=[('withdrawn', 'Công dân rút hồ sơ'), ('not_accepted', 'Hồ sơ không được tiếp nhận')], max_length=12)),
                ('basis', models.CharField(max_length=300)),
                ('status', models.CharField(choices=[('requested', 'Chờ duyệt'), ('approved', 'Đã duyệt, chờ chi'), ('paid', 'Đã hoàn tiền'), ('refused', 'Không hoàn tiền')], default='requested', max_length=9)),
                ('requested_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('charge', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='refund', to='payments.charge')),
                ('event', models.ForeignKey(help_text='Việc làm phát sinh khoản hoàn', on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.event')),
                ('paid_by', models.ForeignKey(help_text='Để trống khi ngân hàng tự báo', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('requested_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status__in', ['requested', 'approved'])), fields=['requested_at'], name='refund_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_vnd__gt', 0), models.Q(('amount_vnd', 0), ('status', 'refused')), _connector='OR'), name='refund_amount_positive'), models.CheckConstraint(condition=models.Q(('status__in', ['requested', 'approved', 'paid', 'refused'])), name='refund_status_known'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved', 'paid']), _negated=True), ('approved_by__isnull', False), _connector='OR'), name='refund_approved_before_paid'), models.CheckConstraint(condition=models.Q(models.Q(('requested_by', None), ('approved_by', None), models.Q(('requested_by', models.F('approved_by')), _negated=True), _connector='OR'), models.Q(('paid_by', None), ('approved_by', None), models.Q(('paid_by', models.F('approved_by')), _negated=True), _connector='OR')), name='refund_two_persons')],
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('transfer', models.UUIDField()),
                ('account', models.CharField(max_length=100)),
                ('debit_vnd', models.BigIntegerField(default=0)),
                ('credit_vnd', models.BigIntegerField(default=0)),
                ('at', models.DateTimeField()),
                ('attempt', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payments.attempt')),
                ('refund', models.ForeignKey(help_text='Khoản hoàn, khi tiền đi ngược lại', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='payments.refund')),
            ],
            options={
                'verbose_name_plural': 'ledger entries',
                'constraints': [models.UniqueConstraint(fields=('transfer', 'account'), name='one_entry_a_transfer_and_account'), models.CheckConstraint(condition=models.Q(models.Q(('credit_vnd', 0), ('debit_vnd__gt', 0)), models.Q(('credit_vnd__gt', 0), ('debit_vnd', 0)), _connector='OR'), name='entry_is_debit_or_credit')],
            },
        ),
        migrations.CreateModel(
            name='RefundStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('requested', 'Chờ duyệt'), ('approved', 'Đã duyệt, chờ chi'), ('paid', 'Đã hoàn tiền'), ('refused', 'Không hoàn tiền')], max_length=9)),
                ('at', models.DateTimeField()),
                ('note', models.CharField(blank=True, max_length=300)),
                ('actor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('refund', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='payments.refund')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('refund', 'status'), name='refund_step_once')],
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('sha256', models.CharField(max_length=64)),
                ('count', models.PositiveIntegerField()),
                ('total_vnd', models.BigIntegerField()),
                ('received_at', models.DateTimeField()),
                ('report', models.JSONField(default=dict)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'get_latest_by': ['received_at', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('gateway', 'day', 'sha256'), name='statement_once'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', False)), fields=('gateway', 'day'), name='day_closed_once'), models.CheckConstraint(condition=models.Q(('total_vnd__gte', 0)), name='statement_total_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Break',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('gateway', models.CharField(max_length=20)),
                ('day', models.DateField()),
                ('kind', models.CharField(choices=[('missing_here', 'Đã trả, cổng chưa ghi nhận'), ('missing_there', 'Cổng ghi nhận, trung gian không có'), ('amount', 'Lệch số tiền'), ('duplicate', 'Trả hai lần'), ('status', 'Lệch trạng thái')], max_length=13)),
                ('provider_id', models.CharField(max_length=64)),
                ('reference', models.CharField(blank=True, max_length=64)),
                ('occurrence', models.PositiveIntegerField(default=1)),
                ('ours_vnd', models.BigIntegerField(blank=True, null=True)),
                ('theirs_vnd', models.BigIntegerField(blank=True, null=True)),
                ('paid_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'Chưa xử lý'), ('resolved', 'Đã xử lý')], default='open', max_length=8)),
                ('found_at', models.DateTimeField()),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('attempt', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='breaks', to='payments.attempt')),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('statement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='breaks', to='payments.statement')),
            ],
            options={
                'indexes': [models.Index(fields=['gateway', 'provider_id'], name='payments_br_gateway_f91175_idx')],
                'constraints': [models.UniqueConstraint(fields=('gateway', 'day', 'kind', 'provider_id', 'reference', 'occurrence', 'ours_vnd', 'theirs_vnd'), name='break_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('ours_vnd', None), ('ours_vnd__gte', 0), _connector='OR'), models.Q(('theirs_vnd', None), ('theirs_vnd__gte', 0), _connector='OR')), name='break_amounts_not_negative'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at', None), ('state', 'open')), models.Q(('resolved_at__isnull', False), ('state', 'resolved'), models.Q(('note', ''), _negated=True)), _connector='OR'), name='break_resolved_with_a_note')],
            },
        ),
        migrations.CreateModel(
            name='StatementLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('provider_id', models.CharField(max_length=64)),
                ('reference', models.CharField(blank=True, max_length=64)),
                ('amount_vnd', models.BigIntegerField()),
                ('status', models.CharField(max_length=10)),
                ('paid_at', models.DateTimeField()),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='payments.statement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('statement', 'number'), name='statement_line_once'), models.CheckConstraint(condition=models.Q(('amount_vnd__gte', 0)), name='statement_line_not_negative')],
            },
        ),
    ]
