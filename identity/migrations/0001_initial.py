import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tax_code', models.CharField(max_length=14, unique=True, verbose_name='mã số thuế')),
                ('name', models.CharField(max_length=250)),
            ],
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('full_name', models.CharField(max_length=150, verbose_name='họ và tên')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='AdministrativeUnit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=5)),
                ('level', models.CharField(choices=[('province', 'Cấp tỉnh'), ('commune', 'Cấp xã')], max_length=8)),
                ('name', models.CharField(max_length=120)),
                ('name_en', models.CharField(max_length=120)),
                ('former', models.TextField(blank=True, verbose_name='được lập từ')),
                ('search_text', models.TextField(blank=True, help_text='Tên nay và tên cũ, bỏ dấu')),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='communes', to='identity.administrativeunit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('level', 'code', 'valid_from'), name='unit_code_once_a_period', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('level', 'province'), ('parent', None)), models.Q(('level', 'commune'), ('parent__isnull', False)), _connector='OR'), name='unit_commune_has_province')],
            },
        ),
        migrations.CreateModel(
            name='Agency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=60, unique=True)),
                ('identifier', models.CharField(blank=True, help_text='QĐ 20/2020/QĐ-TTg: H17, H17.20.194', max_length=20, verbose_name='mã định danh')),
                ('name', models.CharField(max_length=200)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('level', models.CharField(choices=[('central', 'Trung ương'), ('province', 'Cấp tỉnh'), ('district', 'Cấp huyện (đến 30/6/2025)'), ('commune', 'Cấp xã')], max_length=8)),
                ('kind', models.CharField(max_length=40)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='identity.agency')),
                ('successor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='predecessors', to='identity.agency')),
                ('unit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='identity.administrativeunit')),
            ],
            options={
                'verbose_name_plural': 'agencies',
                'indexes': [models.Index(fields=['level', 'unit'], name='identity_ag_level_cfc187_idx')],
            },
        ),
        migrations.CreateModel(
            name='Citizen',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=12, unique=True, verbose_name='số định danh cá nhân')),
                ('name', models.CharField(max_length=150)),
                ('date_of_birth', models.DateField(blank=True, null=True)),
                ('sex', models.CharField(blank=True, choices=[('male', 'Nam'), ('female', 'Nữ')], max_length=6)),
                ('assurance_level', models.PositiveSmallIntegerField(default=1, help_text='Mức định danh điện tử 1 hoặc 2')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='citizen', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('assurance_level__in', [1, 2])), name='citizen_level_1_or_2'), models.CheckConstraint(condition=models.Q(('number__regex', '^\\d{12}$')), name='citizen_number_12_digits')],
            },
        ),
        migrations.CreateModel(
            name='DataAccess',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('purpose', models.CharField(max_length=200)),
                ('fields', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), size=None)),
                ('dossier_code', models.CharField(blank=True, max_length=40)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='identity.agency')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='data_accesses', to='identity.citizen')),
            ],
            options={
                'verbose_name_plural': 'data accesses',
                'indexes': [models.Index(fields=['subject', '-at'], name='identity_da_subject_a25812_idx')],
            },
        ),
        migrations.CreateModel(
            name='Officer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='chức danh')),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('intake', 'Cán bộ tiếp nhận'), ('case_officer', 'Cán bộ thụ lý'), ('approver', 'Lãnh đạo phê duyệt'), ('signer', 'Người ký'), ('registry_clerk', 'Văn thư'), ('finance', 'Kế toán'), ('editor', 'Biên tập thủ tục'), ('legal_reviewer', 'Thẩm định pháp lý'), ('publisher', 'Công bố thủ tục'), ('leader', 'Lãnh đạo theo dõi'), ('auditor', 'Kiểm tra'), ('administrator', 'Quản trị')], max_length=20), size=None)),
                ('skills', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), blank=True, default=list, help_text='Khóa của các lĩnh vực thông thạo; để trống là mọi lĩnh vực', size=None)),
                ('is_active', models.BooleanField(default=True)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='officers', to='identity.agency')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='officer', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('roles__contained_by', ['intake', 'case_officer', 'approver', 'signer', 'registry_clerk', 'finance', 'editor', 'legal_reviewer', 'publisher', 'leader', 'auditor', 'administrator'])), name='officer_roles_known')],
            },
        ),
        migrations.CreateModel(
            name='Mandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(default='legal_representative', max_length=60)),
                ('source', models.CharField(default='business_registry', max_length=40)),
                ('valid_from', models.DateField()),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('citizen', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='identity.citizen')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mandates', to='identity.organisation')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at', None)), fields=('citizen', 'organisation', 'scope'), name='one_live_mandate_a_scope')],
            },
        ),
    ]
