"""What makes a draft differ from a routine one, said with words beside a sign. Pure.

A draft with a flag is signed together with others only after its signer has opened it (``services.signing_many``).

«Unusual» is kept simple on purpose: of the last ``LAST`` decided dossiers of the same version in the agency, at most
one in twenty (``RARE``) has the same fee, or has, or lacks, one line of the paper. With fewer than ``ENOUGH`` earlier
ones nothing is called unusual. Only grants are compared: a refusal is always read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications.office.clock import Chip

LAST, ENOUGH, RARE = 50, 10, 0.05


@dataclass(frozen=True)
class Shape:
    """What is compared of a grant: the labels of its lines and the fee in đồng."""

    labels: frozenset[str]
    fee_vnd: int


@dataclass(frozen=True)
class Case:
    """One draft as the flags look at it. ``reported``: facts of registers the citizen calls wrong; ``altered``:
    suggestions of the template the officer replaced; ``returns``: how often an earlier draft was sent back."""

    shape: Shape
    usual: Sequence[Shape] = ()
    is_refusal: bool = False
    is_self_declared: bool = False
    reported: int = 0
    is_overdue: bool = False
    supplements: int = 0
    late_defects: int = 0
    altered: int = 0
    is_outdated: bool = False
    returns: int = 0


@dataclass(frozen=True)
class Flag:
    """``key`` is stable; the note of the chip says what to look at."""

    key: str
    chip: Chip


def flags(case: Case, *, large_fee_vnd: int) -> list[Flag]:
    """Everything that asks for a look, the gravest first. ``large_fee_vnd``: from this fee on it is large, đồng."""
    return [
        *_of_the_paper(case),
        *_of_the_facts(case),
        *_of_the_way(case),
        *_of_money_and_habit(case, large_fee_vnd),
    ]


def unusual(shape: Shape, usual: Sequence[Shape]) -> list[str]:
    """In words what few of ``usual`` have in common with ``shape``; empty when there are too few to say."""
    if len(usual) < ENOUGH:
        return []
    most = int(RARE * len(usual))
    known = frozenset().union(*(one.labels for one in usual))
    found = [
        _("có dòng «%(label)s»") % {"label": label}
        for label in sorted(shape.labels)
        if sum(label in one.labels for one in usual) <= most
    ]
    found += [
        _("không có dòng «%(label)s»") % {"label": label}
        for label in sorted(known - shape.labels)
        if sum(label not in one.labels for one in usual) <= most
    ]
    if sum(one.fee_vnd == shape.fee_vnd for one in usual) <= most:
        found.append(_("phí %(amount)s đồng") % {"amount": _dong(shape.fee_vnd)})
    return found


def _of_the_paper(case: Case) -> Iterator[Flag]:
    if case.is_refusal:
        note = _("Văn bản từ chối phải nêu lý do đúng luật.")
        yield Flag("refusal", Chip("warning", "alert", _("Từ chối, đọc lý do"), note))
    if case.altered:
        text = ngettext("Khác mẫu %(n)d chỗ", "Khác mẫu %(n)d chỗ", case.altered) % {"n": case.altered}
        yield Flag("altered", Chip("warning", "alert", text, _("Người dự thảo sửa điều mẫu gợi ý.")))
    if case.is_outdated:
        note = _("Dự thảo lấy dữ kiện cũ; hãy trả lại để trình lại.")
        yield Flag("outdated", Chip("error", "stop", _("Dữ kiện đổi sau khi dự thảo"), note))


def _of_the_facts(case: Case) -> Iterator[Flag]:
    if case.is_self_declared:
        note = _("Cơ sở dữ liệu không trả lời lúc nộp; hãy xem kết quả đối chiếu trong hồ sơ.")
        yield Flag("self_declared", Chip("warning", "alert", _("Dân tự khai thay CSDL"), note))
    if case.reported:
        text = ngettext("Dân báo CSDL sai %(n)d mục", "Dân báo CSDL sai %(n)d mục", case.reported)
        note = _("Văn bản ghi theo cơ sở dữ liệu; hãy xem điều người dân báo.")
        yield Flag("reported", Chip("warning", "alert", text % {"n": case.reported}, note))


def _of_the_way(case: Case) -> Iterator[Flag]:
    if case.is_overdue:
        yield Flag("overdue", Chip("error", "stop", _("Đã quá hạn"), _("Ngày hẹn với người dân đã qua.")))
    if case.supplements > 1:
        text = _("Bổ sung %(n)d lần") % {"n": case.supplements}
        yield Flag("supplements", Chip("warning", "alert", text, _("Người dân phải bổ sung quá một lần.")))
    if case.late_defects:
        text = ngettext("%(n)d mục hỏi muộn", "%(n)d mục hỏi muộn", case.late_defects)
        note = _("Lẽ ra phải nêu từ lần yêu cầu bổ sung đầu.")
        yield Flag("late_defects", Chip("warning", "alert", text % {"n": case.late_defects}, note))
    if case.returns:
        text = _("Trình lại sau %(n)d lần trả") % {"n": case.returns}
        yield Flag(
            "returned", Chip("warning", "alert", text, _("Hãy xem bản này đã sửa điều bị trả lại chưa."))
        )


def _of_money_and_habit(case: Case, large_fee_vnd: int) -> Iterator[Flag]:
    if case.shape.fee_vnd >= large_fee_vnd:
        text = _("Phí lớn: %(amount)s đồng") % {"amount": _dong(case.shape.fee_vnd)}
        yield Flag("large_fee", Chip("warning", "alert", text, _("Hãy xem căn cứ tính phí.")))
    differs = [] if case.is_refusal else unusual(case.shape, case.usual)
    if differs:
        note = _("Hiếm trong %(count)d hồ sơ gần nhất của thủ tục: %(what)s.") % {
            "count": len(case.usual),
            "what": "; ".join(differs),
        }
        yield Flag("unusual", Chip("warning", "alert", _("Khác thường"), note))


def _dong(amount: int) -> str:
    return str(number_format(amount, 0, force_grouping=True))
