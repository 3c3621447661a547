"""What a province decides of a national procedure: where it is offered, at which level, fee and by which channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from identity.errors import Conflict, Forbidden, Refused
from identity.models import Agency, Officer
from procedures.access import province_of
from procedures.models import EditorialEvent, OnlineLevel, Procedure, ServiceOffering

CHANNELS = ("online", "in_person", "post")
DEAREST = 1_000_000_000
"""A fee above a thousand million đồng is a slip of the keyboard (practice)."""


@transaction.atomic
def set_offering(
    *,
    procedure: Procedure,
    agency: Agency,
    online_level: str,
    fee_vnd: int | None,
    fee_basis: str,
    channels: Sequence[str],
    valid_from: dt.date,
    by: Officer,
    at: dt.datetime,
) -> ServiceOffering:
    """From ``valid_from`` on; the offering before it ends the day before. ``fee_vnd`` in whole đồng, None where the
    national fee holds; a fee of the province names the People's Council resolution it comes from (Luật Phí và lệ phí
    2015). Raises Refused, Forbidden or Conflict."""
    province = province_of(by)
    if agency != province and agency.parent_id != province.pk:
        raise Forbidden(
            _("Anh/chị chỉ khai được cho các cơ quan của %(province)s.") % {"province": province.name}
        )
    if online_level not in OnlineLevel.values or not channels or set(channels) - set(CHANNELS):
        raise Refused(_("Hãy chọn mức độ trực tuyến và ít nhất một kênh nộp."))
    if fee_vnd is not None and not 0 <= fee_vnd <= DEAREST:
        raise Refused(_("Mức phí: ghi số đồng nguyên, từ 0 đến 1.000.000.000."))
    fee_basis = " ".join(fee_basis.split())
    if fee_vnd is not None and not fee_basis:
        raise Refused(_("Căn cứ mức phí: ghi số nghị quyết của Hội đồng nhân dân, ví dụ 23/2026/NQ-HĐND."))
    Procedure.objects.select_for_update().get(pk=procedure.pk)
    _make_room(procedure, agency, valid_from)
    offering = ServiceOffering.objects.create(
        procedure=procedure,
        agency=agency,
        online_level=online_level,
        fee_vnd=fee_vnd,
        fee_basis=fee_basis[:200],
        channels=[one for one in CHANNELS if one in channels],
        valid_from=valid_from,
    )
    details = {"agency": agency.key, "fee_vnd": fee_vnd, "valid_from": valid_from.isoformat()}
    EditorialEvent.objects.create(
        subject=f"offering:{procedure.slug}", kind="set_offering", by=by, at=at, details=details
    )
    return offering


@transaction.atomic
def end_offering(
    *, offering: ServiceOffering, last_day: dt.date, by: Officer, at: dt.datetime
) -> ServiceOffering:
    """The agency no longer offers the procedure after ``last_day``."""
    province = province_of(by)
    current = (
        ServiceOffering.objects.select_for_update(of=("self",))
        .select_related("agency", "procedure")
        .get(pk=offering.pk)
    )
    if current.agency_id != province.pk and current.agency.parent_id != province.pk:
        raise Forbidden(
            _("Anh/chị chỉ khai được cho các cơ quan của %(province)s.") % {"province": province.name}
        )
    if last_day < current.valid_from or (current.valid_to and last_day > current.valid_to):
        raise Refused(_("Ngày cuối: ghi một ngày trong thời gian nơi này còn cung cấp."))
    current.valid_to = last_day
    current.save(update_fields=["valid_to"])
    EditorialEvent.objects.create(
        subject=f"offering:{current.procedure.slug}",
        kind="end_offering",
        by=by,
        at=at,
        details={"agency": current.agency.key, "last_day": last_day.isoformat()},
    )
    return current


def _make_room(procedure: Procedure, agency: Agency, valid_from: dt.date) -> None:
    rows = ServiceOffering.objects.filter(procedure=procedure, agency=agency)
    later = rows.filter(valid_from__gte=valid_from).first()
    if later is not None:
        raise Conflict(
            _("Nơi này đã có một mức bắt đầu ngày %(day)s. Hãy chọn ngày sau ngày đó.")
            % {"day": f"{later.valid_from:%d/%m/%Y}"}
        )
    for before in rows.filter(Q(valid_to=None) | Q(valid_to__gte=valid_from)):
        before.valid_to = valid_from - dt.timedelta(days=1)
        before.save(update_fields=["valid_to"])
