"""The single letters of the workspace: one table that the page of shortcuts, the page itself and tests read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

COOKIE, OFF = "phim_tat", "tat"
KEYS = {
    "a": _("Đến việc kế tiếp của hồ sơ; Enter để làm"),
    "t": _("Đến phần Thông tin"),
    "g": _("Đến phần Giấy tờ"),
    "x": _("Đến phần Xử lý"),
    "d": _("Mở dự thảo kết quả"),
    "b": _("Yêu cầu bổ sung"),
    "y": _("Lấy ý kiến cơ quan khác"),
    "c": _("Đến nút lưu kết quả xét điều kiện"),
    "n": _("Nhận hồ sơ kế tiếp, ở cả hộp việc"),
    "j": _("Ở hộp việc: xuống hồ sơ dưới; Enter để mở"),
    "k": _("Ở hộp việc: lên hồ sơ trên; Enter để mở"),
    "h": _("Về hộp việc"),
    ".": _("Mở danh sách việc, gõ để lọc"),
    "?": _("Mở trang này"),
}
"""No letter decides anything: it leads to a place, puts the focus on a button, or takes the next dossier in hand."""
