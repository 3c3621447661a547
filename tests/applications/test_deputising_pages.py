"""What a deputy sees and may open; the page on which power is given and taken back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from applications import access, services
from applications.models import Delegation, Event
from applications.office import signing
from tests import factories
from tests.applications.deputies import AT, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


# Lists and doors


def test_lists_and_the_next_dossier_show_what_the_deputy_may_do(world):
    named = factories.version()
    inside, outside = world.proposed(of=named), world.proposed()
    assert services.claim_next(officer=world.deputy, at=AT) is None
    world.lend(procedures=[named.procedure], ends_on=dt.date(2100, 1, 1))
    assert [row.dossier.pk for row in signing.read(world.deputy, now=AT).rows] == [inside.pk]
    assert [*access.dossiers_for_officer(world.deputy).values_list("pk", flat=True)] == [inside.pk]
    client = factories.sign_in_officer(Client(), world.deputy)
    page = client.get("/can-bo/", {"nhom": "mine"})
    assert [row.dossier.pk for row in page.context["inbox"].rows] == [inside.pk]
    assert "Anh/chị đang thay Phạm Quốc Việt (Chủ tịch) với vai trò Người ký" in page.text
    assert client.get("/can-bo/ky-so/").status_code == 200
    assert client.get(f"/can-bo/ho-so/{outside.code}/").status_code == 404
    taken = services.claim_next(officer=world.deputy, at=AT)
    assert taken is not None
    assert taken.pk == inside.pk
    assert Event.objects.get(dossier=inside, kind="claim").data["for"] == world.signer.user_id
    assert services.claim_next(officer=world.deputy, at=AT) is None


def test_a_lent_role_opens_no_door_of_money_or_catalogue(world):
    world.lend(ends_on=dt.date(2100, 1, 1))
    client = factories.sign_in_officer(Client(), world.deputy)
    assert client.get("/can-bo/doi-soat/").status_code == 403
    assert client.get("/bien-tap/").status_code == 403
    assert client.get("/can-bo/cap-duoi/").status_code == 403


# Pages


def typed(world: World, **changes: Any) -> dict[str, Any]:
    today = dt.date.today()
    return {
        "deputy": world.deputy.pk,
        "role": ["signer"],
        "starts_on": today.isoformat(),
        "ends_on": (today + dt.timedelta(days=3)).isoformat(),
        "form": "TUQ",
        "document_number": "12/UQ-UBND",
        "document_date": today.isoformat(),
        **changes,
    }


def test_the_page_gives_and_takes_back(world):
    client = factories.sign_in_officer(Client(), world.signer)
    named = world.proposed().version.procedure
    given = client.post(
        "/can-bo/uy-quyen/", typed(world, procedure=[named.pk], limit_vnd="200.000"), follow=True
    )
    assert "Đã giao quyền cho Trần Thị Mai" in given.text
    lent = Delegation.objects.get()
    assert (lent.limit_vnd, lent.form, list(lent.procedures.all())) == (200_000, "TUQ", [named])
    assert "Đang hiệu lực" in given.text
    received = factories.sign_in_officer(Client(), world.deputy).get("/can-bo/uy-quyen/")
    assert "Trần Thị Mai thay Phạm Quốc Việt" in received.text
    assert "Thu hồi" not in received.text
    answer = client.post(f"/can-bo/uy-quyen/{lent.pk}/thu-hoi/", follow=True)
    assert "Đã thu hồi" in answer.text


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"deputy": ""}, "Hãy chọn người được ủy quyền trong danh sách"),
        ({"role": []}, "Hãy chọn ít nhất một vai trò"),
        ({"starts_on": "5/5"}, "Hãy chọn ngày bắt đầu"),
        ({"ends_on": "0001-01-01"}, "Hãy chọn ngày cuối cùng"),
        ({"document_date": ""}, "Hãy chọn ngày của văn bản"),
        ({"limit_vnd": "hai trăm"}, "Mức phí chỉ gồm chữ số"),
        ({"document_number": ""}, "Hãy ghi số văn bản ủy quyền"),
    ],
)
def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(world, changes, says):
    client = factories.sign_in_officer(Client(), world.signer)
    page = client.post("/can-bo/uy-quyen/", typed(world, **changes))
    assert page.status_code == 422
    assert says in page.text
    if "document_number" not in changes:
        assert 'value="12/UQ-UBND"' in page.text
    assert not Delegation.objects.exists()


def test_people_of_another_agency_do_not_even_exist(world):
    foreign = World()
    lent = foreign.lend(ends_on=dt.date(2100, 1, 1), document_number="99/UQ-KHAC")
    client = factories.sign_in_officer(Client(), world.leader)
    page = client.get("/can-bo/uy-quyen/").text
    assert "99/UQ-KHAC" not in page
    assert f'<option value="{foreign.deputy.pk}"' not in page
    said = {
        client.post("/can-bo/uy-quyen/", typed(world, giver=world.signer.pk, deputy=number))
        .context["error"]
        .message
        for number in (foreign.deputy.pk, 999_999, "x")
    }
    assert said == {"Hãy chọn người được ủy quyền trong danh sách."}
    assert [client.post(f"/can-bo/uy-quyen/{n}/thu-hoi/").status_code for n in (lent.pk, 999_999)] == [
        404,
        404,
    ]
    assert Delegation.objects.get().revoked_at is None
