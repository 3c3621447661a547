"""Sixteen real processes take the next dossier at the same moment: each dossier goes to one of them."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from django.conf import settings

from applications.models import Dossier, Event
from identity.models import Role
from tests import factories
from tests.applications.test_claiming import AT, waiting
from tests.faults.machinery import worker_environment

PROCESSES, EACH = 16, 2
PROGRAM = """
import datetime as dt, json, os, sys
import django
django.setup()
from applications import services
from identity.models import Officer
at, gate = dt.datetime.fromisoformat(sys.argv[1]), os.pipe()
answers = []
for pk in sys.argv[2].split(","):
    answer = os.pipe()
    if not os.fork():
        os.close(gate[1])
        post = Officer.objects.select_related("agency", "user").get(pk=pk)
        os.write(answer[1], b".")
        os.read(gate[0], 1)
        taken = [services.claim_next(officer=post, at=at) for _n in range(int(sys.argv[3]))]
        os.write(answer[1], json.dumps([one.pk if one else None for one in taken]).encode())
        os._exit(0)
    os.close(answer[1])
    answers.append(answer[0])
for answer in answers:
    os.read(answer, 1)
os.close(gate[1])
given = []
for answer in answers:
    with os.fdopen(answer) as whole:
        given.append(json.loads(whole.read()))
print(json.dumps(given))
"""
"""One interpreter sets Django up and forks; nobody has a connection before the fork, so each opens its own."""


@pytest.mark.django_db(transaction=True)
def test_sixteen_processes_never_get_the_same_dossier(tmp_path):
    agency = factories.commune_agency()
    ids = waiting(agency, PROCESSES * EACH - 4)
    posts = [factories.officer(agency, Role.CASE_OFFICER, name=f"Thụ lý {n}") for n in range(PROCESSES)]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, AT.isoformat(), ",".join(str(one.pk) for one in posts), str(EACH)],
        cwd=settings.BASE_DIR, env=worker_environment("redis://127.0.0.1:1/0", tmp_path),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    given = json.loads(done.stdout)
    taken = [pk for many in given for pk in many if pk is not None]
    assert sorted(taken) == sorted(ids)
    assert Event.objects.filter(kind="claim").count() == len(ids)
    holder = dict(Dossier.objects.values_list("pk", "assignee"))
    assert all(
        holder[pk] == post.user_id for post, many in zip(posts, given, strict=True) for pk in many if pk
    )
