"""Export and import: an empty catalogue becomes an equal one, byte for byte, and one's own export changes nothing."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from identity.models import Agency
from procedures.catalogue.exporting import export_catalogue
from procedures.catalogue.importing import import_catalogue
from procedures.models import (
    LifeEvent,
    LifeEventStep,
    Procedure,
    ProcedureField,
    ProcedureVersion,
    ServiceOffering,
    Synonym,
)
from tests.procedures.files import DAY, counts, emptied, parsed, text_of
from tests.reference import AT, ON

pytestmark = pytest.mark.django_db


def test_the_whole_catalogue_comes_back_byte_for_byte(catalogue, province_offers):
    first = text_of(export_catalogue(on=ON))
    emptied()
    told = import_catalogue(json.loads(first), at=AT + dt.timedelta(days=3), on=ON)
    assert told.as_dict() == counts(created=3172)
    assert text_of(export_catalogue(on=ON)) == first
    live = {one.procedure.slug for one in ProcedureVersion.objects.select_related("procedure") if one.is_live}
    assert "birth-registration" in live
    assert (LifeEvent.objects.count(), ProcedureField.objects.count()) == (18, 217)
    again = import_catalogue(json.loads(first), at=AT, on=ON)
    assert again.as_dict() == counts(unchanged=3172)
    assert text_of(export_catalogue(on=ON)) == first


@pytest.fixture
def province_offers(catalogue):
    """What provinces and editors added to the real records."""
    agencies = Agency.objects.filter(level="province").order_by("key")[:3]
    birth = Procedure.objects.get(slug="birth-registration")
    for number, agency in enumerate(agencies):
        ServiceOffering.objects.create(
            procedure=birth,
            agency=agency,
            online_level="full",
            fee_vnd=8000 * number,
            fee_basis="23/2026/NQ-HĐND",
            channels=["online", "post"],
            valid_from=ON - 30 * DAY,
            valid_to=ON + 30 * DAY if number else None,
        )
    Synonym.objects.create(say=["giấy độc thân"], find=["xác nhận tình trạng hôn nhân"], is_own=False)
    event = LifeEvent.objects.get(key="having-a-baby")
    event.summary, event.summary_en = "Chúc mừng gia đình.", "Congratulations."
    event.save()
    LifeEventStep.objects.filter(lifeevent=event, procedure=birth).update(order=1, note="Trong 60 ngày")


def test_the_burden_of_each_form_is_told_and_ignored(catalogue):
    exported = export_catalogue(on=ON)
    birth = next(one for one in exported["procedures"] if one.get("id") == "birth-registration")
    assert set(birth["burden"]) == {"unknown", "known"}
    assert birth["burden"]["known"]["typed"] < birth["burden"]["unknown"]["typed"]
    birth["burden"] = "bao nhiêu cũng được"
    assert import_catalogue({"procedures": [parsed(birth)]}, at=AT, on=ON).as_dict() == counts(unchanged=1)
