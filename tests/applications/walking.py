"""A citizen walking through the pages as a browser without scripts does: reads a form, fills it, presses a button."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.test import Client

from identity.models import AdministrativeUnit, Agency, Citizen, User
from procedures.models import Procedure, ProcedureVersion
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
DEFINITIONS = ROOT / "procedures" / "definitions"
HANH = "048195001234"


class _Boxes(HTMLParser):
    """The controls of the main form as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}
        self.kinds: dict[str, str] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        name, kind = a.get("name") or "", a.get("type") or "text"
        if tag == "select":
            self.select = name
            self.kinds[name], self.values[name] = "select", ""
        elif tag == "option" and "selected" in a:
            self.values[self.select] = a.get("value") or ""
        elif tag == "textarea":
            self.kinds[name] = "textarea"
            self.values[name] = ""
        elif tag == "input" and name and name != "csrfmiddlewaretoken":
            self.kinds[name] = kind
            if kind in ("radio", "checkbox"):
                if "checked" in a:
                    self.values[name] = a.get("value") or "on"
            elif kind != "file":
                self.values[name] = a.get("value") or ""


def boxes(html: str) -> _Boxes:
    found = _Boxes()
    main = re.search(r"<form method=\"post\".*?</form>", html, re.S)
    found.feed(main[0] if main else "")
    return found


def fill(client: Client, url: str, **changes: Any):
    """Open the page, keep what its boxes hold, change some, press the first button."""
    page = client.get(url)
    assert page.status_code == 200, (url, page.status_code, getattr(page, "url", ""))
    return client.post(url, {**boxes(page.content.decode()).values, **changes})


def units() -> AdministrativeUnit:
    """Part of Đà Nẵng with the codes the registers of the demonstration use; returns the province."""
    province = AdministrativeUnit.objects.create(
        code="48", level="province", name="Thành phố Đà Nẵng", name_en="Da Nang City"
    )
    for code, name, former in (
        ("20242", "Phường Hải Châu", "Phường Thanh Bình, Phường Thuận Phước, Phường Hòa Thuận"),
        ("20285", "Phường Hòa Cường", "Phường Bình Thuận, Phường Hòa Thuận, Phường Hòa Cường Bắc"),
        ("20320", "Xã Hòa Vang", "Xã Hòa Phong, Xã Hòa Phú"),
    ):
        AdministrativeUnit.objects.create(
            code=code, level="commune", name=name, name_en=name, former=former, parent=province
        )
    return province


def agency() -> Agency:
    """The People's Committee of Hải Châu."""
    units()
    unit = AdministrativeUnit.objects.get(code="20242")
    return Agency.objects.create(
        key="ubnd-phuong-hai-chau",
        identifier="H17.20.242",
        name="UBND phường Hải Châu",
        level="commune",
        kind="commune_committee",
        unit=unit,
    )


def live(name: str, code: str, audience: list[str] | None = None, **content: Any) -> ProcedureVersion:
    """A published version with one of the definitions the project ships."""
    form = json.loads((DEFINITIONS / f"{name}.json").read_text())
    processing = json.loads((DEFINITIONS / f"{name}.processing.json").read_text())
    procedure = Procedure.objects.create(
        slug=name, code=code, name="Đăng ký khai sinh", audience=audience or ["citizen"]
    )
    content = {"time_limit": {"value": 0, "unit": "working_days", "cutoff_hour": 15}, **content}
    return factories.version(procedure=procedure, form=form, processing=processing, content=content)


def hanh() -> Citizen:
    user = User.objects.create(username="hanh", full_name="Nguyễn Thị Minh Hạnh")
    return Citizen.objects.create(
        user=user,
        number=HANH,
        name="Nguyễn Thị Minh Hạnh",
        date_of_birth="1995-03-12",
        sex="female",
        assurance_level=2,
    )
