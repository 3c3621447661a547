"""Whether two values may be compared, and what the comparison can give."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from procedures.schema.types import TRUTH, Type, is_day, noun, truth


def unequal_sorts(one: Type, other: Type) -> Iterator[str]:
    """Why == never makes sense between the two."""
    if "null" in (one.sort, other.sort):
        if not (one.null and other.null):
            yield _("chỉ câu Có hoặc Không mới có thể là null; chữ chưa trả lời là '', số là 0")
    elif (one.sort != other.sort and not (one.is_number and other.is_number)) or one.sort in ("map", "list"):
        yield _("so sánh %(one)s với %(other)s") % {"one": noun(one), "other": noun(other)}


def unordered(one: Type, other: Type) -> list[str]:
    numbers = one.is_number and other.is_number and not (one.null or other.null)
    if numbers or (one.sort == other.sort == "text"):
        return []
    return [_("không so lớn bé được giữa %(one)s và %(other)s") % {"one": noun(one), "other": noun(other)}]


def strange_codes(one: Type, other: Type) -> list[str]:
    """A choice compared with a code that is not among its choices."""
    found = []
    for chosen, written in ((one, other), (other, one)):
        if chosen.codes is None or written.can is None or written.codes is not None:
            continue
        for code in sorted(written.can - chosen.codes):
            known = ", ".join(sorted(chosen.codes - {""})[:12])
            found.append(
                _("không có lựa chọn «%(code)s»; các mã là: %(known)s") % {"code": code, "known": known}
            )
    return found


def strange_days(one: Type, other: Type) -> list[str]:
    """A date compared with a text that is no date (30/02, day first…)."""
    found = []
    for day, written in ((one, other), (other, one)):
        if day.day and written.constant not in (None, "") and not is_day(written.constant):
            found.append(
                _("«%(text)s» không phải một ngày có thật viết theo năm-tháng-ngày")
                % {"text": written.constant}
            )
    return found


def equal(one: Type, other: Type) -> Type:
    if one.is_number:
        return _equal_numbers(one, other)
    if "null" in (one.sort, other.sort):
        known = other if one.sort == "null" else one
        may_be_other = known.sort != "null" and known.can != frozenset()
        return truth(*([True] if known.null else []), *([False] if may_be_other else []))
    if one.can is not None and other.can is not None:
        left, right = _values(one), _values(other)
        same = bool(left & right)
        return truth(*([True] if same else []), *([False] if len(left | right) > 1 else []))
    return truth(False) if _only_blank_differs(one, other) else TRUTH


def _values(one: Type) -> frozenset[object]:
    return (one.can or frozenset()) | (frozenset({None}) if one.null else frozenset())


def _equal_numbers(one: Type, other: Type) -> Type:
    if one.null or other.null:
        return TRUTH
    if one.high < other.low or other.high < one.low:
        return truth(False)
    return truth(True) if one.low == one.high == other.low == other.high else TRUTH


def _only_blank_differs(one: Type, other: Type) -> bool:
    return (one.constant == "" and not other.blank) or (other.constant == "" and not one.blank)


def ordered(one: Type, sign: str, other: Type) -> Type:
    if not one.is_number:
        return TRUTH
    if sign in (">", ">="):
        one, other, sign = other, one, "<" if sign == ">" else "<="
    if one.high < other.low or (sign == "<=" and one.high == other.low):
        return truth(True)
    if one.low > other.high or (sign == "<" and one.low == other.high):
        return truth(False)
    return TRUTH


def inside(item: Type, among: Type) -> Type:
    listed = among.of.can if among.of is not None else None
    if among.most == 0:
        return truth(False)
    if item.can is None or listed is None:
        return TRUTH
    return TRUTH if item.can & listed else truth(False)
