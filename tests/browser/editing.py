"""A draft in the running portal, opened by the ministry's editor through the verb that its page calls."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.parse import urlsplit

from django.conf import settings

from portal.place import home

OPEN = """
from django.utils import timezone
from identity.models import Officer
from procedures import services
from procedures.models import Procedure
editor = Officer.objects.get(user__username="{editor}")
procedure = Procedure.objects.get(slug="{slug}")
found = procedure.versions.exclude(status="published").first()
found = found or services.open_draft(procedure=procedure, by=editor, at=timezone.now())
print("draft", found.pk)
"""


def open_draft(base: str, slug: str, editor: str = "tuphap.bientap") -> int:
    """The number of the draft in its address; the one that is open when there is one."""
    env = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env |= {"PORTAL_HOME": str(home() / "portal"), "PORT": str(urlsplit(base).port)}
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", OPEN.format(slug=slug, editor=editor)],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout.rsplit("draft ", 1)[1])
