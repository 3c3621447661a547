"""Repeating groups without scripts: rows come and go, the bounds hold, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from applications import answering
from applications.models import Dossier
from tests import factories
from tests.applications import walking
from tests.applications.test_growing_page import start
from tests.applications.walking import boxes
from tests.procedures.definitions import question

pytestmark = pytest.mark.django_db
GROUP = {"id": "rows", "label": "Thành viên", "min": 2, "max": 3}
FORM = {
    "procedure_id": "rows", "official_form": "Mẫu", "pages": [
        {"id": "only", "title": "Bảng", "group": GROUP, "questions": [
            question("name", "who", required=True), question("integer", "share", min=0, max=100),
        ]},
        {"id": "sum", "title": "Tổng", "questions": [
            question("computed", "grown", value_kind="boolean", derive="rows.exists(r, r.share > 50)"),
            question("text", "note", show_if="grown == true"),
        ]},
    ],
}  # fmt: skip


@pytest.fixture
def dossier(client: Client) -> Dossier:
    person = walking.hanh()
    factories.sign_in_citizen(client, person)
    return start(person, FORM)


def rows(*written: tuple[str, str], **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"rows-rows": str(len(written)), **more}
    for number, (who, share) in enumerate(written):
        made |= {f"rows-{number}-who": who, f"rows-{number}-share": share}
    return made


def page(dossier: Dossier) -> str:
    return f"/ho-so/{dossier.key}/trang/only/"


def names(html: bytes) -> list[str]:
    found = boxes(html.decode()).values
    return [found[name] for name in sorted(found) if name.endswith("-who")]


def test_adding_and_removing_a_row_keeps_every_other_box_as_typed(client: Client, dossier: Dossier) -> None:
    shown = client.post(page(dossier), rows(("Lê An", "x7"), ("3", ""), them_dong="1"), follow=True)
    assert names(shown.content) == ["Lê An", "3", ""]
    assert boxes(shown.content.decode()).values["rows-0-share"] == "x7"
    assert "Thêm một dòng" not in shown.content.decode()
    assert "Nhiều nhất 3 dòng" in shown.content.decode()
    left = client.post(
        page(dossier), rows(("Lê An", "x7"), ("3", ""), ("Y Ƀlĭ", "1"), bo_dong="1"), follow=True
    )
    assert names(left.content) == ["Lê An", "Y Ƀlĭ"]


def test_too_few_and_too_many_rows_are_told_and_every_row_stands_there_again(
    client: Client, dossier: Dossier
) -> None:
    few = client.post(page(dossier), rows(("Lê An", "1")))
    assert few.status_code == 422
    assert "ghi từ 2 đến 3 dòng" in few.content.decode()
    many = client.post(
        page(dossier), rows(*[(f"Lê {letter}", "1") for letter in ("An", "Bình", "Chi", "Dũng")])
    )
    assert many.status_code == 422
    assert "ghi từ 2 đến 3 dòng" in many.content.decode()
    assert names(many.content) == ["Lê An", "Lê Bình", "Lê Chi", "Lê Dũng"]


def test_a_count_of_rows_from_outside_makes_no_rows(client: Client, dossier: Dossier) -> None:
    shown = client.post(
        page(dossier),
        {"rows-rows": "999", "rows-x-who": "?", "rows-998-who": "", "them_dong": "1"},
        follow=True,
    )
    assert len(names(shown.content)) <= 4


def test_a_value_computed_over_rows_decides_what_follows(client: Client, dossier: Dossier) -> None:
    sent = client.post(page(dossier), rows(("Lê An", "60"), ("Lê Bình", "40")))
    assert sent.url.endswith("/trang/sum/")
    client.post(page(dossier), rows(("Lê An", "50"), ("Lê Bình", "50")))
    walk = answering.journey_of(Dossier.objects.get(pk=dossier.pk), at=timezone.now())
    assert walk.values()["grown"] is False
    assert [one.id for one in walk.pages] == ["only"]
