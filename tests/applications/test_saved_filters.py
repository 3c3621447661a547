"""Filters with a name: kept, pinned, shared with the unit, changed by nobody but their owner."""

from __future__ import annotations

import pytest
from django.test import Client

from applications.models import SavedFilter
from identity.models import Role
from tests import factories

pytestmark = pytest.mark.django_db
SAVE = "/can-bo/bo-loc/"


def signed_in(agency, name="Trần Quốc Bảo"):
    post = factories.officer(agency, Role.INTAKE, name=name)
    return factories.sign_in_officer(Client(), post), post


def offered(client: Client) -> list[str]:
    return [one.name for one in client.get("/can-bo/").context["saved"]]


def test_a_filter_is_saved_pinned_renamed_shared_and_deleted():
    agency = factories.commune_agency()
    client, post = signed_in(agency)
    colleague, _post = signed_in(agency, "Người Khác")
    stranger, _post = signed_in(factories.commune_agency("Thanh Khê"))
    client.post(SAVE, {"ten": "Bưu chính", "nhom": "waiting", "query": "kenh=post&lech=1&x=la"})
    client.post(SAVE, {"ten": " Im  lặng ", "nhom": "mine", "query": "im=1"})
    kept = SavedFilter.objects.get(name="Im lặng")
    assert (kept.owner_id, kept.tab, kept.query) == (post.user_id, "mine", "im=1")
    assert SavedFilter.objects.get(name="Bưu chính").query == "kenh=post&lech=1"
    assert offered(client) == ["Bưu chính", "Im lặng"]
    assert offered(colleague) == []
    client.post(f"{SAVE}{kept.pk}/ghim/", {"bat": "1"})
    client.post(f"{SAVE}{kept.pk}/chia-se/", {"bat": "1"})
    client.post(f"{SAVE}{kept.pk}/doi-ten/", {"ten": "Nằm im"})
    assert offered(client) == ["Nằm im", "Bưu chính"]
    assert offered(colleague) == ["Nằm im"]
    assert offered(stranger) == []
    client.post(f"{SAVE}{kept.pk}/chia-se/")
    assert offered(colleague) == []
    client.post(f"{SAVE}{kept.pk}/xoa/")
    assert offered(client) == ["Bưu chính"]


@pytest.mark.parametrize("action", ["ghim", "chia-se", "doi-ten", "xoa"])
def test_a_shared_filter_is_changed_by_its_owner_only(action):
    agency = factories.commune_agency()
    client, _post = signed_in(agency)
    colleague, _post = signed_in(agency, "Người Khác")
    client.post(SAVE, {"ten": "Chung", "nhom": "mine", "query": "im=1"})
    kept = SavedFilter.objects.get()
    client.post(f"{SAVE}{kept.pk}/chia-se/", {"bat": "1"})
    before = SavedFilter.objects.values().get()
    assert colleague.post(f"{SAVE}{kept.pk}/{action}/", {"ten": "Khác", "bat": "1"}).status_code == 404
    assert SavedFilter.objects.values().get() == before


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"ten": "Trống", "query": ""}, "Chưa chọn bộ lọc nào"),
        ({"ten": " ", "query": "im=1"}, "Hãy đặt tên"),
        ({"ten": "Có rồi", "query": "im=1"}, "đã có bộ lọc tên"),
    ],
)
def test_what_cannot_be_saved_is_said_and_nothing_is_stored(typed, told):
    client, _post = signed_in(factories.commune_agency())
    client.post(SAVE, {"ten": "Có rồi", "nhom": "mine", "query": "lech=1"})
    page = client.post(SAVE, {"nhom": "mine", **typed}, follow=True)
    assert told in page.text
    assert SavedFilter.objects.count() == 1
