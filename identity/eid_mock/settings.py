"""Settings of the demonstration eID process: only what it needs, nothing shared with the portal but names."""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from identity.eid_mock.keys import signing_key

if os.environ.get("DEMO", "1").lower() not in {"1", "true", "yes", "on"}:
    raise ImproperlyConfigured("Hệ thống định danh trình diễn chỉ chạy cùng bản trình diễn (DEMO=1).")

BASE_DIR = Path(__file__).resolve().parents[2]
PORT = int(os.environ.get("PORT", "8000"))
PUBLIC_URL = os.environ.get("PUBLIC_URL", f"http://127.0.0.1:{PORT}")
EID_ISSUER = os.environ.get("EID_ISSUER", f"http://127.0.0.1:{PORT + 1}/o")
EID_CLIENT_ID = os.environ.get("EID_CLIENT_ID", "portal")
EID_CLIENT_SECRET = os.environ.get("EID_CLIENT_SECRET", "demo-eid-client-secret")
EID_HOME = BASE_DIR / os.environ.get("PORTAL_HOME", ".local") / "eid"
EID_FAULT = os.environ.get("EID_FAULT", "")
EID_SLOW_SECONDS = float(os.environ.get("EID_SLOW_SECONDS", "8"))

SECRET_KEY = os.environ.get("EID_SECRET_KEY", "demo-only-eid-secret-key-not-for-production")
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "identity.eid_mock.urls"
WSGI_APPLICATION = "identity.eid_mock.wsgi.application"
INSTALLED_APPS = [
    "identity.eid_mock",
    "oauth2_provider",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "identity.eid_mock.faults.FaultMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
DATABASES = {
    "default": dj_database_url.parse(os.environ.get("EID_DATABASE_URL", "postgresql://localhost/eid"))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SESSION_COOKIE_NAME = "eid_session"
CSRF_COOKIE_NAME = "eid_csrf"
LOGIN_URL = "choose"

OAUTH2_PROVIDER = {
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": EID_ISSUER,
    "OIDC_RSA_PRIVATE_KEY": signing_key(EID_HOME),
    "OIDC_RESPONSE_TYPES_SUPPORTED": ["code"],
    "OAUTH2_VALIDATOR_CLASS": "identity.eid_mock.claims.Claims",
    "PKCE_REQUIRED": True,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"],
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
    "SCOPES": {"openid": "Định danh", "profile": "Họ tên, ngày sinh, giới tính", "citizen": "Số định danh"},
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF, PUBLIC_URL],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "vi"
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
