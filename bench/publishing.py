"""Publishing a version with 100 questions: one bare guarded UPDATE, the usual ORM way, and our three verbs.

The limit is the least that publishes: one statement that writes the same JSON where the row still waits for approval.
The usual way is what a careful Django project writes: row lock, ``full_clean()``, ``save()``, and the end of the
version before; no lint. Ours is ``send_to_check``, ``pass_check`` and ``approve``: rights, lint of the whole edition
twice, the burden compared with the version before, and an event for each step. Promise: at most one second.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from identity.models import Agency, Officer, Role, User
from procedures import services
from procedures.edition import Edition
from procedures.lint import lint
from procedures.models import Procedure, ProcedureVersion

PROMISE_SECONDS = 1.0
QUESTIONS, A_PAGE = 100, 5
Status = ProcedureVersion.Status
_LIMIT = """
    UPDATE procedures_procedureversion SET status = 'published', decision = %s, effective_from = %s,
           published_at = %s, online_level = %s, content = %s, form = %s, processing = %s
    WHERE id = %s AND status = 'approval' RETURNING id
"""


def run(*, rounds: int) -> dict[str, Any]:
    """Milliseconds of each way; raises AssertionError when one did not publish what was drafted."""
    world = _World()
    ways: dict[str, tuple[Callable[[ProcedureVersion], None], str]] = {
        "limit": (world.limit, Status.APPROVAL),
        "usual": (world.usual, Status.APPROVAL),
        "ours": (world.ours, Status.DRAFT),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, (publish, status) in ways.items():
            draft = world.draft(status)
            began = time.perf_counter()
            publish(draft)
            if number:  # the first warms caches and connections
                took[name].append((time.perf_counter() - began) * 1000)
            world.check(draft)
    ms = {name: round(statistics.median(values), 1) for name, values in took.items()}
    return {
        "job": f"publish a version with {QUESTIONS} questions, milliseconds",
        "milliseconds": {**ms, "ours_max": round(max(took["ours"]), 1)},
        "limit_to_ours": round(ms["limit"] / ms["ours"], 3),
        "usual_to_ours": round(ms["usual"] / ms["ours"], 3),
        "promise_to_max": round(PROMISE_SECONDS * 1000 / max(took["ours"]), 2),
        "floors": {"promise_to_max": 1.0},
    }


class _World:
    """Three people of a ministry, and the edition in force that each draft extends."""

    def __init__(self) -> None:
        self.at, self.on = timezone.now(), timezone.localdate()
        self.agency = Agency.objects.get(key="bo-tu-phap")
        roles = (Role.EDITOR, Role.LEGAL_REVIEWER, Role.PUBLISHER)
        self.editor, self.reviewer, self.publisher = (self._officer(role) for role in roles)
        in_force = ProcedureVersion.objects.in_force(self.on).select_related("procedure")
        self.model = in_force.get(procedure__slug="birth-registration")

    def _officer(self, role: str) -> Officer:
        user, _ = User.objects.get_or_create(
            username=f"bench-{role}", defaults={"full_name": f"Bench {role}"}
        )
        made, _ = Officer.objects.get_or_create(
            user=user, defaults={"agency": self.agency, "title": "Bench", "roles": [role]}
        )
        return made

    def draft(self, status: str) -> ProcedureVersion:
        """Of a procedure of its own, based on a version that holds until today."""
        slug = f"bench-{uuid.uuid4().hex[:12]}"
        procedure = Procedure.objects.create(slug=slug, name="Bench", owner=self.agency)
        edition = self.model.edition
        parts: dict[str, Any] = {
            "online_level": edition.online_level,
            "content": {**edition.content, "id": slug, "code": None, "components": _papers(edition)},
            "processing": {"steps": edition.processing["steps"]},
        }
        before = ProcedureVersion.objects.create(
            procedure=procedure,
            number=1,
            status=Status.PUBLISHED,
            effective_from=self.on - dt.timedelta(days=9),
            effective_to=self.on - dt.timedelta(days=1) if status == Status.APPROVAL else None,
            published_at=self.at,
            form=_form("Nội dung"),
            **parts,
        )
        version = ProcedureVersion.objects.create(
            procedure=procedure,
            number=2,
            status=status,
            based_on=before,
            author=self.editor,
            form=_form("Mục"),
            **parts,
        )
        assert [one for one in lint(version.edition) if one.severity == "error"] == []
        return version

    def limit(self, draft: ProcedureVersion) -> None:
        told = [json.dumps(one, ensure_ascii=False) for one in (draft.content, draft.form, draft.processing)]
        values = ["1/QĐ-BENCH", self.on, self.at, draft.online_level, *told, draft.pk]
        with connection.cursor() as cursor:
            cursor.execute(_LIMIT, values)
            assert cursor.fetchone() == (draft.pk,)

    @transaction.atomic
    def usual(self, draft: ProcedureVersion) -> None:
        version = ProcedureVersion.objects.select_for_update().get(pk=draft.pk)
        before = ProcedureVersion.objects.get(procedure=version.procedure_id, number=1)
        before.effective_to = self.on - dt.timedelta(days=1)
        before.save(update_fields=["effective_to"])
        version.status, version.decision = Status.PUBLISHED, "1/QĐ-BENCH"
        version.effective_from, version.published_at = self.on, self.at
        version.approved_by = self.publisher
        version.full_clean()
        version.save()

    def ours(self, draft: ProcedureVersion) -> None:
        version = services.send_to_check(version=draft, by=self.editor, at=self.at)
        version = services.pass_check(version=version, by=self.reviewer, at=self.at)
        services.approve(
            version=version,
            decision="1/QĐ-BENCH",
            effective_from=self.on,
            by=self.publisher,
            on=self.on,
            at=self.at,
        )

    def check(self, draft: ProcedureVersion) -> None:
        (held,) = ProcedureVersion.objects.in_force(self.on).filter(procedure=draft.procedure_id)
        assert (held.pk, held.form, held.content) == (draft.pk, draft.form, draft.content)
        assert (held.number, held.decision, held.effective_from) == (2, "1/QĐ-BENCH", self.on)


def _papers(edition: Edition) -> list[dict[str, Any]]:
    """Only the declaration itself, which is the form."""
    return [one for one in edition.content["components"] if one["is_eform"]]


def _form(label: str) -> dict[str, Any]:
    """Pages of five questions, most of them asked only after a certain answer to the first on their page."""
    pages: list[dict[str, Any]] = []
    for nth in range(QUESTIONS):
        first = nth - nth % A_PAGE
        if nth == first:
            place = nth // A_PAGE + 1
            pages.append(
                {
                    "id": f"page-{place}",
                    "title": f"Phần {place}",
                    "title_en": f"Part {place}",
                    "questions": [],
                }
            )
        question = {
            "id": f"item_{nth}",
            "kind": "boolean" if nth == first else "text",
            "label": f"{label} thứ {nth + 1}",
            "label_en": f"Item {nth + 1}",
            "required": True,
        }
        if nth != first:
            question["show_if"] = f"item_{first} == true"
        pages[-1]["questions"].append(question)
    return {
        "procedure_id": "bench",
        "official_form": "Tờ khai",
        "pages": pages,
        "result_fields": [{"label": "Nội dung", "label_en": "Item", "source": "item_0"}],
    }
