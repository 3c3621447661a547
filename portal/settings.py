"""One settings file, driven by the environment (docs/operations.md lists every variable)."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import dj_database_url
import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.place import home

django_stubs_ext.monkeypatch()  # lets ``admin.ModelAdmin[Agency]`` and the like be written

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """A variable, or the content of the file named by ``<name>_FILE`` (secrets mounted by an orchestrator)."""
    if path := os.environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return os.environ.get(name, default)


def env_bool(name: str, default: bool = False) -> bool:
    return env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    return [item.strip() for item in env(name, default).split(",") if item.strip()]


# --- The installation -------------------------------------------------------------------------------------
PORT = int(env("PORT", "8000"))
PUBLIC_URL = env("PUBLIC_URL", f"http://127.0.0.1:{PORT}")
DEMO = env_bool("DEMO", default=True)
DEBUG = env_bool("DEBUG")
PORTAL_HOME = home()
SECRET_KEY = env("SECRET_KEY", "demo-only-secret-key-not-for-production" if DEMO else "")
if not DEMO and len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY: cần ít nhất 50 ký tự ngẫu nhiên (ngoài bản trình diễn).")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SITE_NOTICE = env("SITE_NOTICE")

INSTALLED_APPS = [
    "portal",
    "exchange",
    "oversight",
    "payments",
    "applications",
    "notifications",
    "procedures",
    "identity",
    "portal.administration.AdministrationConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "csp",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "django_prometheus",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portal.middleware.OddRequestMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.DomainErrorMiddleware",
    "axes.middleware.AxesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "portal.shell.shell",
            ],
            "builtins": ["portal.templatetags.sen"],
        },
    }
]

# --- Data: PostgreSQL is the only truth -------------------------------------------------------------------
DATABASES = {
    "default": {
        **dj_database_url.parse(env("DATABASE_URL", "postgresql://localhost/portal")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c lock_timeout=5000 -c statement_timeout=30000 -c timezone=UTC"},
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis and Celery: a wake-up call that may be lost, repeated or late ----------------------------------
REDIS_URL = env("REDIS_URL", "redis://127.0.0.1:6379/0")
CELERY_BROKER_URL = (
    REDIS_URL.replace("unix://", "redis+socket://") if REDIS_URL.startswith("unix://") else REDIS_URL
)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "retry_on_timeout": False,
    "max_retries": 0,
}
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "applications.sweep": {"queue": "default"},
    "applications.write_export": {"queue": "default"},
    "applications.*": {"queue": "issue"},
    "exchange.*": {"queue": "sync"},
    "notifications.*": {"queue": "notify"},
    "payments.*": {"queue": "reconcile"},
}
CELERY_TIMEZONE = "Asia/Ho_Chi_Minh"

# --- People -----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "identity.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "identity:sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "identity/locked.html"

EID_ISSUER = env("EID_ISSUER", f"http://127.0.0.1:{PORT + 1}/o")
EID_CLIENT_ID = env("EID_CLIENT_ID", "portal")
EID_CLIENT_SECRET = env("EID_CLIENT_SECRET", "demo-eid-client-secret" if DEMO else "")
REFUND_UNTIL = env("REFUND_UNTIL", "processing")
REFUND_BASIS = env(
    "REFUND_BASIS", "Thực hành: hoàn khi hồ sơ chưa được xử lý; chưa có quy định chung đã xác minh"
)
REGISTERS_BACKEND = env("REGISTERS_BACKEND", "identity.registers.fake")

SESSION_COOKIE_NAME = "portal_session"
SESSION_COOKIE_AGE = 60 * 60 * 8
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PUBLIC_URL.startswith("https://")
CSRF_FAILURE_VIEW = "portal.views.csrf_failure"

# --- Security headers -------------------------------------------------------------------------------------
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_bool("BEHIND_PROXY") else None
SECURE_SSL_REDIRECT = PUBLIC_URL.startswith("https://")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if PUBLIC_URL.startswith("https://") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_EID_ORIGIN = "/".join(EID_ISSUER.split("/")[:3])
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, _EID_ORIGIN],
        "frame-ancestors": [NONE],
    }
}

# --- Words and time ---------------------------------------------------------------------------------------
LANGUAGE_CODE = "vi"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "portal_language"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
USE_I18N = USE_TZ = USE_THOUSAND_SEPARATOR = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

# --- Files ------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT", str(PORTAL_HOME / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env("MEDIA_ROOT", str(PORTAL_HOME / "media")))
SIGNING_DIR = Path(env("SIGNING_DIR", str(PORTAL_HOME / "signing")))
SETTLEMENT_DIR = Path(env("SETTLEMENT_DIR", str(PORTAL_HOME / "settlement")))
STORAGES = {
    "default": {"BACKEND": env("STORAGE_BACKEND", "django.core.files.storage.FileSystemStorage")},
    "staticfiles": {
        "BACKEND": env("STATICFILES_BACKEND", "whitenoise.storage.CompressedManifestStaticFilesStorage")
    },
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
PUBLIC_TRIES = int(env("PUBLIC_TRIES", "10"))  # look-ups and checks by one address in 15 minutes (practice)
MOST_HELD_DOSSIERS = int(env("MOST_HELD_DOSSIERS", "20"))  # an officer at a time, by «claim next» (practice)
LARGE_FEE_VND = int(env("LARGE_FEE_VND", "5000000"))  # a fee the signer is shown as large, đồng (practice)
BATCH_SECONDS = float(env("BATCH_SECONDS", "5"))  # a worker's turn at one batch, then others have theirs
OFFICE_LIST_PROCEDURES = env_list(
    "OFFICE_LIST_PROCEDURES", "sick-leave-certificate"
)  # an office may file for many people at once: Đà Nẵng, văn bản 593/STTTT-CNTT ngày 19/3/2022
EXPORT_DIR = PORTAL_HOME / "exports"  # half-written files of the workers
EXPORT_DAYS = int(env("EXPORT_DAYS", "7"))  # a file of an export can be fetched so long
MOST_EXPORTED_ROWS = int(env("MOST_EXPORTED_ROWS", "100000"))  # dossiers in one file
ATTACHMENT_MAX_BYTES = 10 * 1024 * 1024

# --- Legal clock (practice of one-stop offices; the articles are not verified, hence settings) ----------------
REAPPOINTMENT_DAYS = int(
    env("REAPPOINTMENT_DAYS", "3")
)  # working days an apology proposes: NĐ 61/2018 Điều 19
APOLOGY_HOURS = int(env("APOLOGY_HOURS", "1"))  # working hours in which a late dossier has its letter
SILENCE_DAYS = int(env("SILENCE_DAYS", "2"))  # working days without any act before the holder is alarmed
SILENCE_SUPERIOR_DAYS = int(env("SILENCE_SUPERIOR_DAYS", "4"))  # … before the superior agency is

# --- Interfaces -------------------------------------------------------------------------------------------
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "SCOPES": {"status:write": "Gửi trạng thái hồ sơ", "status:read": "Đọc trạng thái hồ sơ"},
    "DEFAULT_SCOPES": ["status:write", "status:read"],
    "ACCESS_TOKEN_EXPIRE_SECONDS": 3600,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["oauth2_provider.contrib.rest_framework.OAuth2Authentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.api.problem",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {"TITLE": "Cổng Dịch vụ công: API", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}
GATEWAY_SECRET = env("GATEWAY_SECRET", "demo-gateway-secret" if DEMO else "")
CARRIER_SECRET = env("CARRIER_SECRET", "demo-carrier-secret" if DEMO else "")
CARRIER_DEMO_URL = env("CARRIER_DEMO_URL", f"http://127.0.0.1:{PORT + 3}")
CARRIER_ASK_AFTER = dt.timedelta(minutes=int(env("CARRIER_ASK_MINUTES", "60")))  # without news of a parcel
PARTNER_DEMO_URL = env("PARTNER_DEMO_URL", f"http://127.0.0.1:{PORT + 2}")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL", "WARNING")},
}
SILENCED_SYSTEM_CHECKS = ["axes.W003"]
