"""Pure checks of the numbers the State gives to persons and businesses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError
from stdnum.vn import mst

# The 63 province codes in use when the numbers were given out. A number never changes after a merger
# (Nghị định 137/2015/NĐ-CP, Điều 13), so the list of 34 provinces does not replace it.
_63_PROVINCES = """
01 02 04 06 08 10 11 12 14 15 17 19 20 22 24 25 26 27 30 31 33 34 35 36 37 38 40 42 44 45 46 48 49 51 52 54 56
58 60 62 64 66 67 68 70 72 74 75 77 79 80 82 83 84 86 87 89 91 92 93 94 95 96
"""
BIRTH_PROVINCES = frozenset(_63_PROVINCES.split())
TAX_CODE = re.compile(r"\d{10}(-\d{3})?", re.ASCII)


class NumberError(ValueError):
    """A number that cannot have been issued; the text says why, in plain words."""


@dataclass(frozen=True, slots=True)
class CitizenNumber:
    number: str
    province: str
    sex: str
    birth_year: int
    needs_review: bool

    def disagreements(self, *, sex: str = "", birth_year: int | None = None) -> tuple[str, ...]:
        """Declared facts the number contradicts: a warning for the officer, never a refusal (practice)."""
        found = []
        if sex and sex != self.sex:
            found.append("sex")
        if birth_year is not None and birth_year != self.birth_year:
            found.append("birth_year")
        return tuple(found)


def check_citizen_number(number: str, *, today: date) -> CitizenNumber:
    """Nghị định 137/2015/NĐ-CP, Điều 13: place of registration, century and sex, year, serial."""
    if not re.fullmatch(r"[0-9]+", number):
        raise NumberError(_("chỉ gồm chữ số, không có chữ cái hay dấu cách"))
    if len(number) != 12:
        raise NumberError(_("phải đủ 12 chữ số, bạn ghi %(count)s") % {"count": len(number)})
    place = number[:3]
    if place[0] == "0" and place[1:] not in BIRTH_PROVINCES:
        raise NumberError(_("ba số đầu %(place)s không phải mã tỉnh nào") % {"place": place})
    century_and_sex = int(number[3])
    year = 1900 + 100 * (century_and_sex // 2) + int(number[4:6])
    if year > today.year:
        raise NumberError(_("số này ứng với năm sinh %(year)s, chưa tới") % {"year": year})
    return CitizenNumber(
        number=number,
        province=place[1:] if place[0] == "0" else "",
        sex="female" if century_and_sex % 2 else "male",
        birth_year=year,
        needs_review=place[0] != "0",
    )


def check_tax_code(code: str, *, today: date) -> str:
    """10 digits, 13 for a branch (NNNNNNNNNN-XXX), or the personal number (Thông tư 86/2024/TT-BTC)."""
    if re.fullmatch(r"[0-9]{12}", code):
        return check_citizen_number(code, today=today).number
    if not TAX_CODE.fullmatch(code):
        raise NumberError(_("phải là 10 chữ số, hoặc 10 chữ số, dấu gạch và 3 chữ số của chi nhánh"))
    try:
        mst.validate(code)
    except ValidationError as error:
        raise NumberError(_("chữ số kiểm tra không khớp, hãy xem lại từng số")) from error
    return code
