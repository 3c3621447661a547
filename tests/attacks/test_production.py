"""A production installation refuses to start half-configured and shows nothing of the demonstration."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REAL = {
    "DEMO": "0",
    "PUBLIC_URL": "https://dichvucong.example.vn",
    "ALLOWED_HOSTS": "dichvucong.example.vn",
    "SECRET_KEY": "q7Zr0vX2mK9tB4yN6wJ1cH8fL3pD5sG0aU2eR7iO9xT4zV6b",
    "EID_ISSUER": "https://eid.example.vn/o",
    "EID_CLIENT_SECRET": "a",
    "GATEWAY_SECRET": "b",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DJANGO_SETTINGS_MODULE": "portal.settings",
}
REAL["SECRET_KEY"] += "K1jM3nB5vC7x"
LOOK = """
import django; django.setup()
from django.conf import settings
from django.core.management import call_command
from django.urls import NoReverseMatch, resolve, Resolver404, reverse
from payments.gateways.connected import connected
call_command("check", deploy=True, fail_level="WARNING")
try: resolve("/cong-thanh-toan-demo/X/"); print("demo gateway is there")
except Resolver404: pass
print(connected(), settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE, settings.SECURE_HSTS_SECONDS > 0)
"""


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **REAL, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_has_no_warning_and_the_demonstration_is_off():
    looked = run("-c", LOOK)
    assert looked.returncode == 0, looked.stderr
    assert looked.stdout.splitlines()[-1] == "{} True True True"
    assert "demo gateway is there" not in looked.stdout


@pytest.mark.parametrize("key", ["", "demo-only-secret-key-not-for-production"])
def test_a_missing_or_known_secret_key_refuses_to_start(key):
    refused = run("-c", "import django; django.setup()", SECRET_KEY=key)
    assert refused.returncode != 0
    assert "SECRET_KEY" in refused.stderr.splitlines()[-1]


def test_the_demonstration_eid_refuses_to_start():
    refused = run("-c", "import django; django.setup()", DJANGO_SETTINGS_MODULE="identity.eid_mock.settings")
    assert refused.returncode != 0
    assert "DEMO=1" in refused.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["demo_data", "run"])
def test_demo_commands_refuse_in_one_line(command):
    refused = run("manage.py", command)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count("\n") == 1
    assert "rình diễn" in refused.stderr


@pytest.mark.parametrize("wrong", [("due", "--json"), ("catalogue", "foo")])
def test_a_command_with_wrong_arguments_exits_with_two_and_one_line(wrong):
    refused = run("manage.py", *wrong)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.count("\n") == 1
