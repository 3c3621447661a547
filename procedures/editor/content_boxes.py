"""The catalogue record of a procedure as boxes: nothing of it is HTML, every part has its own place.

The parts are those every published procedure must have (Nghị định 63/2010/NĐ-CP, Điều 8).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from procedures import facts
from procedures.editor.boxes import Box, Options, Rows, Section

LEVELS: Options = tuple((key, facts.LEVELS[key]) for key in ("central", "province", "commune"))
ONLINE_LEVELS: Options = tuple(facts.ONLINE_LEVELS.items())
TARGETS: Options = tuple(facts.TARGETS.items())
CHANNELS: Options = tuple(facts.CHANNELS.items())
REGISTERS: Options = tuple(facts.REGISTERS.items())
UNITS: Options = (
    ("working_days", _("ngày làm việc")),
    ("working_hours", _("giờ làm việc")),
    ("days", _("ngày")),
    ("hours", _("giờ")),
    ("months", _("tháng")),
)
FEE_TYPES: Options = (("none", _("Không thu")), ("le_phi", _("Lệ phí")), ("phi", _("Phí")))
SET_BY: Options = (("national", _("Cả nước một mức")), ("province", _("Từng tỉnh quy định")))
ACTORS: Options = (
    ("citizen", _("Người dân")),
    ("business", _("Doanh nghiệp")),
    ("one_stop_officer", _("Bộ phận một cửa")),
    ("processing_officer", _("Cơ quan giải quyết")),
    ("coordinating_agency", _("Cơ quan phối hợp")),
    ("central_agency", _("Cơ quan trung ương")),
    ("leader", _("Lãnh đạo ký")),
    ("system", _("Hệ thống tự làm")),
)
CONFIDENCES: Options = (
    ("high", _("Cao: đã đối chiếu với văn bản gốc")),
    ("medium", _("Trung bình")),
    ("low", _("Thấp: chưa xác minh")),
)
MONEY = 1_000_000_000_000
STEPS = Rows(
    "steps",
    _("Trình tự thực hiện"),
    _("Bước"),
    (
        Box("actor", _("Ai làm"), "choice", options=ACTORS, empty="citizen", wide=False),
        Box("name_vi", _("Làm gì"), empty="", most=1000),
        Box("name_en", _("Làm gì, bằng tiếng Anh"), empty="", most=1000, language="en"),
    ),
    {"order": 0, "actor": "citizen", "name_vi": "", "name_en": ""},
)
COMPONENTS = Rows(
    "components",
    _("Thành phần hồ sơ"),
    _("Giấy tờ"),
    (
        Box("name_vi", _("Tên giấy tờ"), empty="", most=1000),
        Box("name_en", _("Tên bằng tiếng Anh"), empty="", most=1000, language="en"),
        Box("required", _("Ai cũng phải có"), "flag", empty=False),
        Box("is_eform", _("Là tờ khai điện tử, điền ngay trên cổng"), "flag", empty=False),
        Box("condition_vi", _("Chỉ cần khi nào"), most=1000),
        Box("copies_original", _("Số bản chính"), "whole", most=99, wide=False),
        Box("copies_copy", _("Số bản sao"), "whole", most=99, wide=False),
        Box("form_code", _("Ký hiệu mẫu"), wide=False, most=60),
        Box("satisfiable_from", _("Dữ liệu thay được giấy này"), "checks", options=REGISTERS, empty=[]),
        Box(
            "legal_basis",
            _("Căn cứ để vẫn đòi giấy dù cơ sở dữ liệu đã có"),
            hint=_("Dẫn điều luật, ví dụ: Điều 16 Luật Hộ tịch 2014. Không có căn cứ thì để trống."),
            dropped=True,
        ),
    ),
    {
        "name_vi": "",
        "name_en": "",
        "required": True,
        "condition_vi": None,
        "copies_original": None,
        "copies_copy": None,
        "form_code": None,
        "is_eform": False,
        "satisfiable_from": [],
    },
)
VARIANTS = Rows(
    "fee.variants",
    _("Mức cho từng trường hợp"),
    _("Trường hợp"),
    (
        Box("name_vi", _("Trường hợp"), empty=""),
        Box("amount_vnd", _("Mức, đồng"), "whole", most=MONEY, wide=False),
        Box("online_amount_vnd", _("Mức khi nộp trực tuyến, đồng"), "whole", most=MONEY, wide=False),
    ),
    {"name_vi": "", "amount_vnd": None, "online_amount_vnd": None},
    dropped=True,
)
UNKNOWN = _("Chưa biết thì để trống: trang thủ tục ghi rõ là chưa có thông tin.")
LINES = _("Mỗi dòng một mục.")


def sections(fields: Sequence[str], events: Options) -> tuple[Section, ...]:
    """``fields``: names of the fields the catalogue knows; ``events``: life events by key."""
    named = tuple((name, name) for name in fields)
    return (
        Section("names", _("Tên và phạm vi"), _names(named)),
        Section("online", _("Nộp hồ sơ"), ONLINE),
        Section("legal_bases", _("Căn cứ pháp lý"), (Box("legal_bases", _("Văn bản"), "lines", LINES),)),
        Section("steps", _("Trình tự thực hiện"), (STEPS,)),
        Section("components", _("Thành phần hồ sơ"), (COMPONENTS,)),
        Section("time_limit", _("Thời hạn"), TIME_LIMIT, UNKNOWN),
        Section("fee", _("Phí, lệ phí"), FEE, UNKNOWN),
        Section("result", _("Kết quả"), RESULT),
        Section("found", _("Để tìm thấy"), _found(events)),
    )


def _names(fields: Options) -> tuple[Box, ...]:
    return (
        Box("name_vi", _("Tên thủ tục"), empty="", most=1000),
        Box("name_en", _("Tên bằng tiếng Anh"), empty="", most=1000, language="en"),
        Box("field_vi", _("Lĩnh vực"), "choice", options=fields, empty=""),
        Box("target", _("Ai làm thủ tục"), "checks", options=TARGETS, empty=[]),
        Box("levels_since_2025_07", _("Cấp giải quyết"), "checks", options=LEVELS, empty=[]),
        Box("confidence", _("Độ tin cậy"), "choice", options=CONFIDENCES, empty="low", wide=False),
    )


def _found(events: Options) -> tuple[Box, ...]:
    named = _("Cách người dân hay gọi; mỗi dòng một cách.")
    codes = _("Mỗi dòng một mã thủ tục; để trống nếu không liên thông.")
    bundle = _("Liên thông những thủ tục nào")
    return (
        Box("keywords", _("Từ khóa"), "lines", named, most=120),
        Box("life_events", _("Việc trong đời"), "checks", options=events, empty=[]),
        Box("bundle_of", bundle, "lines", codes, empty=[], dropped=True, most=80),
    )


ONLINE = (
    Box("online_level", _("Mức độ trực tuyến"), "choice", options=ONLINE_LEVELS, wide=False),
    Box("submission_channels", _("Cách nộp"), "checks", options=CHANNELS, empty=[]),
)
RESULT = (
    Box("result.name_vi", _("Người dân nhận được"), empty=""),
    Box("result.name_en", _("Bằng tiếng Anh"), empty="", language="en"),
)
TIME_LIMIT = (
    Box("time_limit.value", _("Thời hạn"), "whole", most=1000, wide=False),
    Box("time_limit.unit", _("Đơn vị"), "choice", options=UNITS, empty="working_days", wide=False),
    Box(
        "time_limit.cutoff_hour",
        _("Nhận sau mấy giờ thì tính từ hôm sau"),
        "whole",
        most=23,
        dropped=True,
        wide=False,
    ),
    Box("time_limit.automatic", _("Hệ thống trả lời tự động"), "flag", empty=False, dropped=True),
    Box("time_limit.note_vi", _("Ghi chú"), "text", most=2000),
)
FEE: tuple[Box | Rows, ...] = (
    Box("fee.type", _("Loại"), "choice", options=FEE_TYPES, empty="none", wide=False),
    Box("fee.set_by", _("Ai quy định mức"), "choice", options=SET_BY, wide=False),
    Box("fee.amount_vnd", _("Mức, đồng"), "whole", most=MONEY, wide=False),
    Box("fee.online_amount_vnd", _("Mức khi nộp trực tuyến, đồng"), "whole", most=MONEY, wide=False),
    Box("fee.unit", _("Tính theo"), hint=_("Ví dụ: lần, bản, người."), most=60, wide=False),
    Box("fee.legal_basis", _("Căn cứ mức thu")),
    Box("fee.note_vi", _("Ghi chú"), "text", most=2000),
    VARIANTS,
)
