"""A ministry with its editors and a draft on a short published form."""

from __future__ import annotations

import copy
import datetime as dt

import pytest

from identity.models import Agency, Role
from procedures import services
from procedures.models import ProcedureVersion
from tests import factories

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


@pytest.fixture
def ministry(db):
    return Agency.objects.create(
        key="bo-thu", name="Bộ Thử nghiệm", level=Agency.Level.CENTRAL, kind="ministry"
    )


@pytest.fixture
def editor(ministry):
    return factories.officer(ministry, Role.EDITOR, name="Lê Thị Soạn")


@pytest.fixture
def published(ministry):
    found = factories.version(form=copy.deepcopy(factories.FORM), content=dict(CONTENT))
    found.procedure.owner = ministry
    found.procedure.save()
    return found


CONTENT = {
    "components": [
        {"name_vi": "Tờ khai", "is_eform": True, "required": True, "satisfiable_from": []},
        {"name_vi": "Giấy chứng sinh", "is_eform": False, "required": False, "satisfiable_from": []},
    ],
    "time_limit": {"value": 5, "unit": "working_days"},
    "result": {"name_vi": "Giấy khai sinh"},
    "legal_bases": ["Luật Hộ tịch 2014"],
}


@pytest.fixture
def draft(published, editor):
    return services.open_draft(procedure=published.procedure, by=editor, at=AT)


@pytest.fixture
def bare(ministry, editor, published):
    """A draft that has no form yet."""
    draft = services.create_procedure(
        name="Cấp giấy thử", name_en="Trial paper", field=None, by=editor, at=AT
    )
    return ProcedureVersion.objects.get(pk=draft.pk)


@pytest.fixture
def desk(client, editor):
    """The editor's browser."""
    return factories.sign_in_officer(client, editor)
