"""How a dossier of the version is handled, as boxes: steps, competent agency, limits, the result."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from identity.models import Role
from procedures import processing
from procedures.editor.boxes import Box, Options, Rows, Section
from procedures.editor.content_boxes import UNITS

KINDS: Options = (
    ("examine", _("Thẩm tra")),
    ("verify", _("Xác minh")),
    ("consult", _("Lấy ý kiến cơ quan khác")),
    ("approve", _("Duyệt")),
    ("sign", _("Ký")),
    ("number", _("Cấp số")),
    ("release", _("Phát hành")),
)
ROLES: Options = tuple(
    (str(role), role.label) for role in (Role.CASE_OFFICER, Role.APPROVER, Role.SIGNER, Role.REGISTRY_CLERK)
) + (("system", _("Hệ thống, theo quy tắc")),)
LEVELS: Options = (("province", _("Cấp tỉnh")), ("commune", _("UBND cấp xã")))
TEMPLATES: Options = (
    ("certificate", _("Giấy chứng nhận chung")),
    ("birth-certificate", _("Giấy khai sinh")),
    ("judicial-record", _("Phiếu lý lịch tư pháp")),
    ("chemical-acknowledgement", _("Thông báo phản hồi khai báo hóa chất")),
)
RULE = _("Viết như điều kiện của biểu mẫu, ví dụ: copies > 1. Để trống nếu luôn luôn.")
EXTENDED_BY: Options = tuple(one for one in UNITS if one[0] in processing.EXTENDED_BY)
ONCE = _("Chỉ khi luật cho phép; để trống nếu không được gia hạn.")
FROM = _("Đánh dấu câu hỏi về địa chỉ; lấy câu đầu tiên có trả lời.")
DIFFERENT = _("Mã các bước đứng trước, mỗi dòng một mã: người đã làm bước đó không làm bước này.")
CONSULT = "consult"
ASKED = _("Chỉ cho việc lấy ý kiến.")
LIMITS = Section(
    "limits",
    _("Bổ sung, gia hạn, hẹn lại"),
    (
        Box(
            "supplement_days",
            _("Số ngày người dân có để bổ sung"),
            "whole",
            most=365,
            dropped=True,
            wide=False,
        ),
        Box(
            "extension.value",
            _("Được gia hạn một lần, thêm"),
            "whole",
            ONCE,
            most=365,
            dropped=True,
            wide=False,
        ),
        Box(
            "extension.unit",
            _("Đơn vị gia hạn"),
            "choice",
            options=EXTENDED_BY,
            dropped=True,
            wide=False,
        ),
        Box("extension.legal_basis", _("Căn cứ của việc gia hạn"), dropped=True),
        Box(
            "reappointment_days",
            _("Số ngày làm việc hẹn lại khi xin lỗi"),
            "whole",
            most=60,
            dropped=True,
            wide=False,
        ),
        Box("consultation.pauses", _("Căn cứ để đồng hồ dừng khi chờ ý kiến cơ quan khác"), dropped=True),
    ),
)
FINDINGS = Rows(
    "findings",
    _("Điều cán bộ kết luận"),
    _("Kết luận"),
    (
        Box("id", _("Mã"), empty="", most=40, wide=False, hint=_("Chữ thường không dấu.")),
        Box("label", _("Nhãn"), empty=""),
        Box("label_en", _("Nhãn bằng tiếng Anh"), empty="", language="en"),
        Box("suggest", _("Gợi ý sẵn"), empty=""),
        Box("required", _("Bắt buộc"), "flag", empty=False),
    ),
    {"id": "", "label": "", "label_en": "", "required": False, "suggest": ""},
    dropped=True,
)
CHECKLIST = Rows(
    "checklist",
    _("Điều kiện cán bộ xét"),
    _("Điều kiện"),
    (
        Box("id", _("Mã"), empty="", most=40, wide=False, hint=_("Chữ thường không dấu.")),
        Box("label", _("Điều kiện"), empty=""),
        Box("label_en", _("Điều kiện bằng tiếng Anh"), dropped=True, language="en"),
        Box("unmet", _("Câu báo khi không đạt"), empty=""),
        Box("unmet_en", _("Câu báo bằng tiếng Anh"), dropped=True, language="en"),
        Box("basis", _("Căn cứ pháp lý"), dropped=True),
        Box("required", _("Phải xét trước khi trình cấp"), "flag", empty=False),
    ),
    {"id": "", "label": "", "unmet": "", "required": True},
    dropped=True,
)


def steps(agencies: Options, kinds: Options, papers: Options) -> Rows:
    """The steps; an agency that is asked is found by key, or by kind at the place of the deciding one."""
    asked = (
        Box(
            "consult.agency", _("Hỏi một cơ quan"), "choice", ASKED, agencies, dropped=True, only_for=CONSULT
        ),
        Box(
            "consult.level",
            _("Hoặc hỏi cấp"),
            "choice",
            options=LEVELS,
            dropped=True,
            only_for=CONSULT,
            wide=False,
        ),
        Box(
            "consult.kind",
            _("Loại cơ quan được hỏi"),
            "choice",
            options=kinds,
            dropped=True,
            only_for=CONSULT,
        ),
        Box(
            "consult.days",
            _("Số ngày làm việc để trả lời"),
            "whole",
            most=60,
            dropped=True,
            only_for=CONSULT,
            wide=False,
        ),
        Box(
            "consult.papers",
            _("Giấy tờ cho xem"),
            "checks",
            options=papers,
            empty=[],
            dropped=True,
            only_for=CONSULT,
        ),
        Box("consult.silence", _("Căn cứ khi không trả lời"), dropped=True, only_for=CONSULT),
    )
    boxes = (
        Box("id", _("Mã bước"), empty="", most=40, wide=False, hint=_("Chữ thường không dấu.")),
        Box("kind", _("Việc"), "choice", options=KINDS, empty="examine", wide=False),
        Box("role", _("Ai làm"), "choice", options=ROLES, empty="case_officer", wide=False),
        Box("name_vi", _("Tên bước"), empty=""),
        Box("name_en", _("Tên bằng tiếng Anh"), empty="", language="en"),
        Box("when", _("Chỉ khi"), hint=RULE, dropped=True, most=2000),
        Box("different_from", _("Khác người với bước"), "lines", DIFFERENT, empty=[], dropped=True),
        Box("source", _("Căn cứ của bước"), dropped=True),
    )
    blank = {"id": "", "kind": "examine", "role": "case_officer", "name_vi": "", "name_en": ""}
    return Rows("steps", _("Các bước"), _("Bước"), (*boxes, *asked), blank)


def sections(
    agencies: Options, kinds: Options, addresses: Options, papers: Options = ()
) -> tuple[Section, ...]:
    """``agencies``: central ones by key; ``kinds``: kinds of local agencies, told by an example; ``addresses``:
    questions of the form, by id, whose answers name a place; ``papers``: those that ask for a file."""
    where = (
        Box("agency", _("Một cơ quan cho cả nước"), "choice", options=agencies, dropped=True),
        Box("level", _("Hoặc cấp"), "choice", options=LEVELS, dropped=True, wide=False),
        Box("kind", _("Loại cơ quan"), "choice", options=kinds, dropped=True),
        Box("from", _("Tìm theo câu trả lời"), "checks", FROM, addresses, empty=[], dropped=True),
    )
    cases = Rows(
        "routing.cases",
        _("Trường hợp riêng"),
        _("Trường hợp"),
        (Box("when", _("Khi"), hint=RULE, empty="", most=2000), *where),
        {"when": ""},
        dropped=True,
    )
    general = tuple(
        Box(
            f"routing.{box.name}", box.label, box.kind, box.hint, box.options, box.most, box.empty, box.dropped,
            wide=box.wide,
        )
        for box in where
    )  # fmt: skip
    return (
        Section("steps", _("Các bước"), (steps(agencies, kinds, papers),)),
        Section(
            "routing",
            _("Cơ quan có thẩm quyền"),
            (*general, cases),
            _("Trường hợp riêng đầu tiên thỏa điều kiện được dùng trước; không có thì theo phần chung."),
        ),
        LIMITS,
        Section(
            "result",
            _("Kết quả trả"),
            (
                Box("result_title", _("Tên giấy"), dropped=True),
                Box("result_template", _("Mẫu in"), "choice", options=TEMPLATES, dropped=True),
            ),
        ),
        Section(
            "checklist",
            _("Điều kiện cán bộ xét"),
            (CHECKLIST,),
            _("Điều kiện mà máy không tự xét được: cán bộ thụ lý đánh dấu trước khi trình."),
        ),
        Section("findings", _("Điều cán bộ kết luận"), (FINDINGS,)),
    )  # fmt: skip
