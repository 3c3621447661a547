"""The portal's own settings on embedded servers in a home of their own; only what tests must not wait for differs."""

from __future__ import annotations

import os

os.environ.setdefault("PORTAL_HOME", ".local/test")
if (worker := os.environ.get("PYTEST_XDIST_WORKER")) and os.environ.pop("PORTAL_PRIVATE_SERVER", ""):
    # Servers of its own for each process: the log is read behind the oldest transaction of a whole server.
    os.environ["PORTAL_HOME"] += f"/{worker}"
    del os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
os.environ.setdefault("PORTAL_DURABLE", "0")
os.environ.setdefault("STATICFILES_BACKEND", "django.contrib.staticfiles.storage.StaticFilesStorage")

from portal.embedded import provide  # noqa: E402

provide()

from portal.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405  whitenoise warns of a missing one, and warnings are errors
