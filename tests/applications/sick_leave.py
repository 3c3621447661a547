"""The case of Đà Nẵng: a ward's office, its health worker, its head, and lists of people as they are pasted."""

from __future__ import annotations

import datetime as dt

from django.test import Client

from applications.models import BatchOperation
from bench.batches import COLUMNS, SHARED
from identity.models import Agency, Officer, Role
from procedures.models import ProcedureVersion
from tests import factories
from tests.applications import walking

PAPER = "doc_home_isolation_treatment_record"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HOMES = ("12 Bạch Đằng, Phường Hải Châu, Thành phố Đà Nẵng", "Thôn 3, Xã Hòa Vang, Thành phố Đà Nẵng")
NAMES = ("Nguyễn Văn", "Trần Thị", "Lê Minh", "Phạm Hồng", "H’Hen")


def number_of(serial: int) -> str:
    return f"048195{serial:06}"


def people(count: int, first: int = 1) -> list[list[str]]:
    return [
        [
            number_of(serial),
            f"{NAMES[serial % len(NAMES)]} {'ABCDEGHKLM'[serial % 10].title()}n {chr(65 + serial // 26 % 26)}n",
            "12/3/1995",
            "Nữ",
            HOMES[serial % 2],
            f"48{serial:08}",
            "0905 123 456",
            "1/11/2026",
            "7/11/2026",
        ]
        for serial in range(first, first + count)
    ]


def pasted(rows: list[list[str]], columns: tuple[str, ...] = COLUMNS) -> str:
    return "\n".join("\t".join(row) for row in [list(columns), *rows])


def office() -> tuple[Agency, ProcedureVersion]:
    """Phường Hải Châu and the procedure in force, as the portal ships it."""
    agency = walking.agency()
    content = {"time_limit": {"value": 3, "unit": "working_days"}}
    return agency, walking.live("sick-leave-certificate", "9.777001", **content)


def health_worker(agency: Agency) -> Officer:
    return factories.officer(agency, Role.INTAKE, Role.CASE_OFFICER, name="Lê Thị Trạm")


def head(agency: Agency) -> Officer:
    return factories.officer(agency, Role.SIGNER, Role.REGISTRY_CLERK, name="Phạm Quốc Việt")


def upload(client: Client, text: str, *, token: str = "trang-1", **more: object):
    from django.core.files.uploadedfile import SimpleUploadedFile

    sent: dict[str, object] = {"token": token, "danh-sach": text, "chung": SHARED}
    sent[PAPER] = SimpleUploadedFile("so-theo-doi.pdf", PDF, "application/pdf")
    return client.post("/can-bo/lo/danh-sach/", {**sent, **more})


def newest() -> BatchOperation:
    return BatchOperation.objects.latest("pk")


def noon() -> dt.datetime:
    return dt.datetime(2026, 11, 25, 5, 0, tzinfo=dt.UTC)
