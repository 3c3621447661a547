"""Vietnamese numbers and dates in words, as certificates and receipts print them."""

from __future__ import annotations

from datetime import date

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
SCALES = ("", "nghìn", "triệu")


def number_in_words(number: int) -> str:
    """1993 → «một nghìn chín trăm chín mươi ba»; 0 is «không»."""
    if number < 0:
        return "âm " + number_in_words(-number)
    if number >= 10**9:
        head, rest = divmod(number, 10**9)
        words = f"{number_in_words(head)} tỷ"
        return f"{words} {_groups(rest, padded=True)}" if rest else words
    return _groups(number, padded=False) or DIGITS[0]


def date_in_words(day: date) -> str:
    words = [number_in_words(part) for part in (day.day, day.month, day.year)]
    # Tháng tư, not tháng bốn: the customary reading on civil-status papers (practice).
    month = "tư" if day.month == 4 else words[1]
    return f"Ngày {words[0]} tháng {month} năm {words[2]}"


def _groups(number: int, *, padded: bool) -> str:
    """Below one thousand million. A group after the first is read in full: «hai nghìn không trăm…»."""
    parts: list[str] = []
    for scale in (2, 1, 0):
        group = number // 1000**scale % 1000
        if group:
            words = _hundreds(group, full=padded or bool(parts))
            parts.append(f"{words} {SCALES[scale]}".strip())
    return " ".join(parts)


def _hundreds(number: int, *, full: bool) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{DIGITS[hundreds]} trăm"] if hundreds or full else []
    if not rest:
        return words[0]
    tens, units = divmod(rest, 10)
    if tens == 0:
        return " ".join([*words, *(["linh"] if words else []), DIGITS[units]])
    words.append("mười" if tens == 1 else f"{DIGITS[tens]} mươi")
    if units == 1 and tens > 1:
        words.append("mốt")
    elif units == 5:
        words.append("lăm")
    elif units:
        words.append(DIGITS[units])
    return " ".join(words)
