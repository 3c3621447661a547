"""The history of versions in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from procedures.models import EditorialEvent

MOST = 60
NAMES = {
    "open_draft": gettext_lazy("Mở bản nháp"),
    "edit": gettext_lazy("Sửa bản nháp"),
    "explain": gettext_lazy("Ghi lời giải trình"),
    "rebase": gettext_lazy("Chuyển bản nháp sang bản mới"),
    "send_to_check": gettext_lazy("Gửi thẩm định pháp lý"),
    "pass_check": gettext_lazy("Thẩm định đạt"),
    "send_back": gettext_lazy("Trả lại người soạn"),
    "approve": gettext_lazy("Duyệt và công bố"),
    "repeal": gettext_lazy("Bãi bỏ"),
    "discard": gettext_lazy("Bỏ bản nháp"),
    "simulate": gettext_lazy("Mô phỏng trên hồ sơ đã nộp"),
    "set_offering": gettext_lazy("Khai nơi cung cấp"),
    "end_offering": gettext_lazy("Thôi cung cấp"),
}


@dataclass(frozen=True, slots=True)
class Told:
    event: EditorialEvent
    name: str
    times: int
    """How often in a row the same person did it; the latest is shown."""


def told(about: Q) -> list[Told]:
    """The newest first; a run of edits by one person is one line."""
    events = EditorialEvent.objects.filter(about).select_related("by__user", "version").order_by("-pk")
    found: list[Told] = []
    for event in events[: MOST * 5]:
        last = found[-1] if found else None
        same = last and (last.event.kind, last.event.by_id, last.event.version_id) == (
            event.kind,
            event.by_id,
            event.version_id,
        )
        if last and same and event.kind == "edit":
            found[-1] = Told(last.event, last.name, last.times + 1)
        elif len(found) < MOST:
            found.append(Told(event, str(NAMES.get(event.kind, _("Thay đổi"))), 1))
    return found
