"""What the functions of the language take and give."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _

from procedures.schema.types import ANY, TRUTH, Type, free_text, is_day, noun, number

Say = Callable[[str], Type]
COST = 100
"""Steps a call out of the engine weighs."""
LONGEST_DAYS = 3_700_000
LONGEST_DATE_IN_WORDS = 200


def uncountable(one: Type, sign: str, other: Type) -> str:
    """Why these two cannot be added, multiplied…; '' if they can."""
    if not (one.is_number and other.is_number) or one.null or other.null:
        names = {"one": noun(one), "sign": sign, "other": noun(other)}
        return _("không tính được %(one)s %(sign)s %(other)s") % names
    if one.sort != other.sort:
        return _("số nguyên và số thập phân không tính chung: đổi số nguyên bằng double( )")
    if sign == "%" and one.sort == "decimal":
        return _("phép % chỉ dùng cho số nguyên")
    return ""


def interval(one: Type, sign: str, other: Type) -> tuple[float, float]:
    """The least and the greatest result; of a division by a number that is not 0."""
    if sign == "+":
        return one.low + other.low, one.high + other.high
    if sign == "-":
        return one.low - other.high, one.high - other.low
    if sign == "%":
        most = max(abs(other.low), abs(other.high))
        return (-most if one.low < 0 else 0), most
    ends = [(a, b) for a in (one.low, one.high) for b in (other.low, other.high)]
    if sign == "*":
        results = [a * b for a, b in ends]
        return min(results), max(results)
    if one.sort == "whole":  # rounded towards zero
        results = [int(abs(a) // abs(b)) * (1 if a * b >= 0 else -1) for a, b in ends]
    else:
        results = [a / b for a, b in ends]
    return min(results), max(results)


def result(name: str, given: Sequence[Type], say: Say) -> Type:
    """Of a function call. Says what is wrong with its arguments."""
    if name not in _CALLS:
        return say(_("không có hàm nào tên «%(name)s»") % {"name": name})
    if any(one.sort == "any" for one in given):
        return ANY
    return _CALLS[name](name, given, say)


def _wrong(name: str, needs: str, say: Say) -> Type:
    return say(_("hàm %(name)s cần %(needs)s") % {"name": name, "needs": needs})


def _is_day(one: Type) -> bool:
    written = isinstance(one.constant, str) and is_day(one.constant)
    return one.sort == "text" and (written or (one.day and not one.blank))


def _date(name: str, given: Sequence[Type], say: Say) -> Type:
    if len(given) != 1 or not _is_day(given[0]):
        return _no_day(name, given, say)
    return free_text(10, blank=False, day=True)


def _no_day(name: str, given: Sequence[Type], say: Say) -> Type:
    for one in given:
        if isinstance(one.constant, str) and one.constant:
            return say(
                _("«%(text)s» không phải một ngày có thật, viết năm-tháng-ngày") % {"text": one.constant}
            )
        if one.day and one.blank:
            return say(_("hàm %(name)s cần một ngày đã ghi: hãy kiểm tra != '' trước") % {"name": name})
    return _wrong(name, _("ngày (năm-tháng-ngày)"), say)


def _between(name: str, given: Sequence[Type], say: Say) -> Type:
    if len(given) != 2 or not all(_is_day(one) for one in given):
        return _no_day(name, given, say)
    most = LONGEST_DAYS if name == "days_between" else 10_000
    return number("whole", -most, most)


def _in_words(name: str, given: Sequence[Type], say: Say) -> Type:
    if len(given) != 1 or not (_is_day(given[0]) or given[0].day):
        return _no_day(name, given, say)
    return free_text(LONGEST_DATE_IN_WORDS, blank=given[0].blank)


def _size(name: str, given: Sequence[Type], say: Say) -> Type:
    if len(given) != 1 or given[0].sort not in ("text", "list"):
        return _wrong(name, _("một chữ hoặc một danh sách"), say)
    return number("whole", 0, given[0].most)


def _extreme(name: str, given: Sequence[Type], say: Say) -> Type:
    same = len({one.sort for one in given}) == 1 and len(given) > 1
    if not same or any(one.null for one in given):
        return _wrong(name, _("từ hai số cùng loại trở lên"), say)
    if given[0].sort == "text":
        return free_text(
            max(one.most for one in given),
            blank=any(one.blank for one in given),
            day=all(one.day for one in given),
        )
    if not given[0].is_number:
        return _wrong(name, _("từ hai số cùng loại trở lên"), say)
    pick = min if name == "min" else max
    return number(given[0].sort, pick(one.low for one in given), pick(one.high for one in given))


def _code_is_right(name: str, given: Sequence[Type], say: Say) -> Type:
    return TRUTH if len(given) == 1 and given[0].sort == "text" else _wrong(name, _("một chữ"), say)


def _convert(name: str, given: Sequence[Type], say: Say) -> Type:
    if len(given) != 1 or not given[0].is_number or given[0].null:
        return _wrong(name, _("một số"), say)
    if name == "string":
        return free_text(40, blank=False)
    return number("decimal" if name == "double" else "whole", given[0].low, given[0].high)


_CALLS: dict[str, Callable[[str, Sequence[Type], Say], Type]] = {
    "date": _date,
    "days_between": _between,
    "years_between": _between,
    "date_in_words": _in_words,
    "size": _size,
    "letters": _size,
    "min": _extreme,
    "max": _extreme,
    "cas_ok": _code_is_right,
    "hs_ok": _code_is_right,
    "int": _convert,
    "double": _convert,
    "string": _convert,
}


def method(name: str, one: Type, given: Sequence[Type], say: Say) -> Type:
    if name == "size" and not given:
        return result("size", [one], say)
    if name not in ("contains", "startsWith", "endsWith"):
        return say(_("không có hàm nào tên «%(name)s»") % {"name": name})
    if one.sort == "any" or any(other.sort == "any" for other in given):
        return ANY
    if one.sort != "text" or len(given) != 1 or given[0].sort != "text":
        return say(_("«%(name)s» chỉ so chữ với chữ") % {"name": name})
    return TRUTH
