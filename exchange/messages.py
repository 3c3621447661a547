"""What a partner is told of an event: the field names of the national synchronisation interface, no person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from applications.models import Channel, Dossier, Event
from applications.states import NATIONAL_CODE

CHANNEL_CODE = {Channel.COUNTER: "1", Channel.ONLINE: "2", Channel.POST: "3"}
"""KenhThucHien of the interface (index 3.3: channel 1 in person, 2 online, 3 post)."""


def event_id(event: Event) -> str:
    """Never changes: the receiver keeps it to take each event once."""
    return f"evt_{event.pk}"


def batch_id(events: Sequence[Event]) -> str:
    """The same events again are the same message."""
    return "msg_" + hashlib.sha256(",".join(map(event_id, events)).encode()).hexdigest()[:32]


def body(events: Sequence[Event]) -> bytes:
    message = {"type": "dossier.events", "data": [fields(event) for event in events]}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()


def fields(event: Event) -> dict[str, Any]:
    dossier: Dossier = event.dossier
    return {
        "id": event_id(event),
        "ThuTu": event.seq,
        "SuKien": event.kind,
        "MaHoSo": dossier.code,
        "MaTTHC": dossier.version.procedure.path_code,
        "MaDonViTiepNhan": dossier.agency.identifier if dossier.agency else "",
        "TrangThai": NATIONAL_CODE[event.to_state],
        "ThoiDiem": event.at.isoformat(),
        "NgayNop": _iso(dossier.submitted_at),
        "NgayTiepNhan": _iso(dossier.accepted_at),
        "NgayHenTra": _iso(dossier.due_at),
        "NgayKetThucXuLy": _iso(dossier.ended_at),
        "KenhThucHien": CHANNEL_CODE[Channel(dossier.channel)],
        "TrangThaiThanhToan": int(bool(dossier.fee_vnd) and not dossier.unpaid_vnd),
    }


def _iso(moment: Any) -> str | None:
    return moment.isoformat() if moment else None
