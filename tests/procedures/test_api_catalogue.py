"""The API over the whole real catalogue: its list page by page, and all of it as one file."""

from __future__ import annotations

import gzip
import json

import pytest

from procedures.catalogue.exporting import export_catalogue
from procedures.models import Synonym
from tests.procedures.files import parsed
from tests.reference import ON

pytestmark = pytest.mark.django_db
BASE = "/api/v1/procedures/"


@pytest.fixture(autouse=True)
def on_the_day(monkeypatch):
    monkeypatch.setattr("procedures.api.catalogue.today", lambda: ON)


def test_the_whole_catalogue_is_the_file_that_the_command_exports(client, catalogue):
    plain = client.get("/api/v1/catalogue/")
    assert plain.headers["Content-Disposition"] == 'attachment; filename="catalogue.json"'
    text = b"".join(plain.streaming_content)
    packed = client.get("/api/v1/catalogue/", headers={"accept-encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == text
    assert packed.headers["ETag"] != plain.headers["ETag"]
    refused = client.get("/api/v1/catalogue/", headers={"accept-encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers
    assert json.loads(text) == parsed(export_catalogue(on=ON))
    Synonym.objects.create(say=["giấy độc thân"], find=["tình trạng hôn nhân"])
    changed = client.get("/api/v1/catalogue/", headers={"if-none-match": plain.headers["ETag"]})
    assert "giấy độc thân" in b"".join(changed.streaming_content).decode()


def test_the_list_leads_to_its_next_page(client, catalogue):
    told = client.get(BASE, {"q": "khai sinh"}).json()
    assert told["next"] is None or told["next"].startswith(f"{BASE}?q=")
    whole = client.get(BASE)
    assert (whole.json()["next"], whole.headers["Link"]) == (f"{BASE}?page=2", f'<{BASE}?page=2>; rel="next"')
    codes = {one["code"] for one in whole.json()["results"]}
    assert not codes & {one["code"] for one in client.get(whole.json()["next"]).json()["results"]}
    assert client.get(BASE, {"page": "64"}).json()["next"] is None
