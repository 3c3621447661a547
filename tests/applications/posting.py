"""A counter with its people, a procedure whose paper goes by post, and a carrier on a real socket of this machine."""

from __future__ import annotations

import copy
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client
from django.utils import timezone

from applications import actors, services
from applications.models import Dossier
from applications.post.fake import DEMO_SECRET, Depot, serve
from applications.post.signing import sign
from identity.models import Agency, Role
from procedures.models import ProcedureVersion
from tests import factories

STREET = "97 Đường Chỉ Bưu Tá Biết"
ADDRESS_QUESTION = {
    "id": "delivery_address",
    "kind": "address",
    "label": "Địa chỉ nhận kết quả",
    "of": "request",
    "element": "delivery_address",
    "required": True,
    "show_if": "result_delivery == 'post'",
}


def form() -> dict[str, Any]:
    """The short birth form with delivery by post."""
    changed = copy.deepcopy(factories.FORM)
    questions = changed["pages"][1]["questions"]
    questions[-1]["choices"].append({"code": "post", "label": "Bản giấy qua bưu chính"})
    questions.append(copy.deepcopy(ADDRESS_QUESTION))
    return changed


def version(agency: Agency) -> ProcedureVersion:
    routing = {"level": "commune", "kind": agency.kind, "from": ["req_residence"]}
    return factories.version(form=form(), processing={"steps": factories.STEPS, "routing": routing})


def released(agency: Agency, delivery: str = "post", **arguments: Any) -> Dossier:
    """Signed and released on paper, waiting to reach somebody."""
    home = {"detail": STREET, "commune_code": agency.unit.code, "country": "VN"}
    answers = {"delivery_address": home} if delivery == "post" else {}
    dossier = factories.proposed(agency, of=version(agency), result_delivery=delivery, **answers, **arguments)
    return release(dossier, agency)


def release(dossier: Dossier, agency: Agency) -> Dossier:
    at = timezone.now()
    services.sign(dossier=dossier, by=actors.officer(factories.officer(agency, Role.SIGNER)), at=at)
    services.issue(dossier=dossier, at=at)
    clerk = actors.officer(factories.officer(agency, Role.REGISTRY_CLERK))
    return services.release(dossier=dossier, by=clerk, at=at)


class Reporting(Depot):
    """Reports to the portal of the test, without a second server."""

    def report(self, event: dict[str, str]) -> int:
        return push(event).status_code


@contextmanager
def carrier(settings: Any, **faults: Any) -> Iterator[Reporting]:
    depot = Reporting(portal="", secret=DEMO_SECRET, delay=0, **faults)
    server = serve(depot, 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    settings.CARRIER_DEMO_URL = f"http://127.0.0.1:{server.server_port}"
    try:
        yield depot
    finally:
        server.shutdown()
        server.server_close()


def push(event: dict[str, Any], *, secret: str = DEMO_SECRET, age: int = 0, to: str = "demo") -> Any:
    body, stamp = json.dumps(event).encode(), str(int(time.time()) - age)
    return Client().post(
        f"/api/v1/post/{to}/notify",
        body,
        content_type="application/json",
        headers={"x-timestamp": stamp, "x-signature": sign(secret, stamp, body)},
    )
