"""One reader for each kind of question: raw input in, value out, AnswerError with a plain sentence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, NoReturn

import phonenumbers
from django.utils.translation import gettext as _

from identity.numbers import NumberError, check_citizen_number, check_tax_code
from procedures import rules
from procedures.schema.errors import AnswerError
from procedures.schema.model import Question

SPACES = re.compile(r"\s+")
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
THOUSANDS = re.compile(r"\d{1,3}(\.\d{3})+")
YES, NO = frozenset({"yes", "true", "on", "1", "có"}), frozenset({"no", "false", "off", "0", "không"})
# Beyond this a double no longer holds every whole number.
LARGEST = 10**15
LARGEST_COUNT = 10**9
"""Of a whole number that is no money, unless the question says more: products of two stay computable."""
LONGEST_LINE, LONGEST_TEXT = 300, 5000
PARTS_OF_DAY = ("year", "month", "day")


@dataclass(frozen=True)
class Reading:
    question: Question
    today: date
    commune_exists: Callable[[str], bool]

    @cached_property
    def label(self) -> str:
        return self.question.text

    def refuse(self, how: str) -> NoReturn:
        raise AnswerError(self.question.id, f"{self.label}: {how}")

    def number_bounds(self, value: int | float) -> None:
        low, high = self.question.min, self.question.max
        if isinstance(low, int | float) and value < low:
            self.refuse(_("ghi số từ %(low)s trở lên") % {"low": shown(low)})
        if isinstance(high, int | float) and value > high:
            self.refuse(_("ghi số không quá %(high)s") % {"high": shown(high)})

    def day_bounds(self, day: date) -> None:
        low, high = (self.bound(limit) for limit in (self.question.min, self.question.max))
        if high is not None and day > high:
            self.refuse(_("ghi ngày không sau %(day)s") % {"day": f"{high:%d/%m/%Y}"})
        if day < (low or date(1850, 1, 1)) or day.year > 2200:
            self.refuse(_("xem lại năm, bạn ghi %(year)s") % {"year": day.year})

    def bound(self, limit: int | float | str | None) -> date | None:
        if not isinstance(limit, str):
            return None
        return self.today if limit == "today" else date.fromisoformat(limit)


def shown(number: int | float) -> str:
    """1234567 → 1.234.567, as Vietnamese readers expect."""
    return f"{number:,}".replace(",", " ").replace(".", ",").replace(" ", ".")


def plain(raw: Any, *, lines: bool = False) -> str:
    """NFC, one space between words, no control or invisible characters (they hide text from readers)."""
    if raw is None or isinstance(raw, bool | Mapping | list | tuple):
        return ""
    text = unicodedata.normalize("NFC", str(raw))
    kept = (c for c in text if c in "\r\n\t" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    text = "".join(kept)
    if not lines:
        return SPACES.sub(" ", text).strip()
    return "\n".join(SPACES.sub(" ", line).strip() for line in text.splitlines()).strip()


def read_text(reading: Reading, raw: Any) -> str:
    text = plain(raw, lines=reading.question.kind == "long_text")
    long = LONGEST_TEXT if reading.question.kind == "long_text" else LONGEST_LINE
    limit = reading.question.max_length or long
    if len(text) > limit:
        reading.refuse(
            _("viết ngắn lại còn %(limit)s chữ cái, bạn đang ghi %(count)s")
            % {"limit": limit, "count": len(text)}
        )
    return text


def read_name(reading: Reading, raw: Any) -> str:
    """Letters of every people of Vietnam, spaces, apostrophes, hyphens: H’Hen Niê, Ƀ, Č, Ñ, Ĕ, Ŏ."""
    text = plain(raw)
    if not text:
        return ""
    wrong = {c for c in text if unicodedata.category(c)[0] not in "LM" and c not in " '’ʼ-"}
    if wrong:
        reading.refuse(_("bỏ ký tự %(wrong)s, tên chỉ gồm chữ cái") % {"wrong": " ".join(sorted(wrong))})
    if not 2 <= len(text) <= 100 or not any(unicodedata.category(c)[0] == "L" for c in text):
        reading.refuse(_("ghi từ 2 đến 100 chữ cái"))
    return text


def _written_day(raw: Any) -> tuple[str, ...]:
    """Year, month, day as written: three boxes, 2026-04-23 or 23/4/2026. Missing parts are ''."""
    if isinstance(raw, Mapping):
        return tuple(plain(raw.get(part)) for part in PARTS_OF_DAY)
    text = plain(raw)
    parts = text.split("-") if "-" in text else list(reversed(re.split(r"[/.]", text)))
    return tuple((parts + ["", "", ""])[:3]) if len(parts) <= 3 else (text, "", "")


def _day(reading: Reading, year: str, month: str, day: str) -> date:
    if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in (year, month, day)):
        reading.refuse(_("ghi đủ ngày, tháng, năm bằng số, ví dụ 23 4 2026"))
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        reading.refuse(
            _("không có ngày %(day)s/%(month)s/%(year)s, hãy xem lại")
            % {"day": day, "month": month, "year": year}
        )
    reading.day_bounds(found)
    return found


def read_date(reading: Reading, raw: Any) -> str:
    year, month, day = _written_day(raw)
    return _day(reading, year, month, day).isoformat() if year or month or day else ""


def read_partial_date(reading: Reading, raw: Any) -> str:
    """Old papers often know the year only."""
    year, month, day = _written_day(raw)
    if not (year or month or day):
        return ""
    if not year or (day and not month):
        reading.refuse(_("ghi ít nhất là năm; có ngày thì phải có tháng"))
    found = _day(reading, year, month or "1", day or "1")
    return "-".join(found.isoformat().split("-")[: 1 + bool(month) + bool(day)])


def read_time(reading: Reading, raw: Any) -> str:
    text = plain(raw)
    if not text:
        return ""
    match = re.fullmatch(r"([0-9]{1,2})\s*(?:[:hg]|giờ)\s*([0-9]{1,2})?(?:\s*phút)?", text.lower())
    if match is None or int(match[1]) > 23 or int(match[2] or 0) > 59:
        reading.refuse(_("ghi giờ và phút, ví dụ 06:42"))
    return f"{int(match[1]):02}:{int(match[2] or 0):02}"


def _whole(reading: Reading, raw: Any) -> int | None:
    text = plain(raw).replace(" ", "")
    if not text:
        return None
    text = text.replace(".", "") if THOUSANDS.fullmatch(text.lstrip("-")) else text
    if not re.fullmatch(r"-?[0-9]{1,16}", text) or abs(int(text)) > LARGEST:
        reading.refuse(_("ghi số nguyên, chỉ gồm chữ số"))
    return int(text)


def read_integer(reading: Reading, raw: Any) -> int | None:
    value = _whole(reading, raw)
    if value is not None:
        if reading.question.kind == "integer" and reading.question.max is None:
            reading = replace(reading, question=replace(reading.question, max=LARGEST_COUNT))
        if reading.question.kind == "integer" and reading.question.min is None:
            reading = replace(reading, question=replace(reading.question, min=-LARGEST_COUNT))
        reading.number_bounds(value)
    return value


def read_year(reading: Reading, raw: Any) -> int | None:
    value = read_integer(reading, raw)
    if value is not None and not 1850 <= value <= 2200:
        reading.refuse(_("ghi năm bằng bốn chữ số, ví dụ 1995"))
    return value


def read_money(reading: Reading, raw: Any) -> int | None:
    """Whole đồng, never a fraction."""
    text = re.sub(r"\s*(đồng|đ|₫|vnd)$", "", plain(raw), flags=re.IGNORECASE)
    value = read_integer(reading, text)
    if value is not None and value < 0:
        reading.refuse(_("ghi số tiền không âm"))
    return value


def read_decimal(reading: Reading, raw: Any) -> float | None:
    """Decimal comma. «1.500» could be one and a half or fifteen hundred, so it is asked again."""
    kept = isinstance(raw, int | float) and not isinstance(raw, bool)
    text = f"{raw:.10f}".rstrip("0").rstrip(".") if kept else plain(raw).replace(" ", "")
    if not text:
        return None
    if not kept and "," not in text and THOUSANDS.fullmatch(text.lstrip("-")):
        reading.refuse(
            _("viết rõ hơn: %(whole)s hay %(part)s?")
            % {"whole": text.replace(".", ""), "part": text.replace(".", ",", 1)}
        )
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", text):
        reading.refuse(_("ghi số, dùng dấu phẩy cho phần lẻ, ví dụ 99,5"))
    reading.number_bounds(float(text))
    return float(text)


def read_choice(reading: Reading, raw: Any) -> str:
    code = plain(raw)
    if code and code not in {choice.code for choice in reading.question.choices}:
        reading.refuse(_("chọn một mục trong danh sách"))
    return code


def read_multi_choice(reading: Reading, raw: Any) -> list[str]:
    codes = [plain(code) for code in (raw if isinstance(raw, list | tuple) else [raw])]
    offered = [choice.code for choice in reading.question.choices]
    if any(code and code not in offered for code in codes):
        reading.refuse(_("chỉ chọn những mục trong danh sách"))
    return [code for code in offered if code in codes]


def read_boolean(reading: Reading, raw: Any) -> bool | None:
    if isinstance(raw, bool):
        return raw
    text = plain(raw).lower()
    if text and text not in YES | NO:
        reading.refuse(_("chọn Có hoặc Không"))
    return text in YES if text else None


def read_citizen_id(reading: Reading, raw: Any) -> str:
    number = re.sub(r"[\s.]", "", plain(raw))
    if number:
        try:
            check_citizen_number(number, today=reading.today)
        except NumberError as error:
            reading.refuse(str(error))
    return number


def read_tax_code(reading: Reading, raw: Any) -> str:
    code = re.sub(r"[\s.]", "", plain(raw))
    if code:
        try:
            check_tax_code(code, today=reading.today)
        except NumberError as error:
            reading.refuse(str(error))
    return code


def read_passport(reading: Reading, raw: Any) -> str:
    number = re.sub(r"\s", "", plain(raw)).upper()
    if number and not re.fullmatch(r"[A-Z0-9]{6,9}", number):
        reading.refuse(_("ghi 6 đến 9 chữ và số như trên hộ chiếu, ví dụ C1234567"))
    return number


def read_phone(reading: Reading, raw: Any) -> str:
    text = plain(raw)
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, "VN")
    except phonenumbers.NumberParseException:
        number = None
    if number is None or len(text) > 30 or not phonenumbers.is_valid_number(number):
        reading.refuse(_("ghi đủ số điện thoại, ví dụ 0905 123 456"))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def read_email(reading: Reading, raw: Any) -> str:
    text = plain(raw)
    if text and (len(text) > 254 or not EMAIL.fullmatch(text)):
        reading.refuse(_("ghi đúng dạng ten@nhacungcap.vn"))
    return text


def read_code(reading: Reading, raw: Any) -> str:
    text = plain(raw)
    if len(text) > (reading.question.max_length or 100):
        reading.refuse(_("mã dài quá, hãy xem lại"))
    if text and reading.question.format == "cas" and not rules.FUNCTIONS["cas_ok"](text):
        reading.refuse(_("mã CAS không đúng, hãy xem lại từng số, ví dụ 1310-73-2"))
    if text and reading.question.format == "hs":
        text = re.sub(r"[.\s]", "", text)
        if not rules.FUNCTIONS["hs_ok"](text):
            reading.refuse(_("ghi 8 chữ số, ví dụ 28151100"))
    return text


def read_address(reading: Reading, raw: Any) -> dict[str, str]:
    """Two levels since 1/7/2025: a commune code and the detail; abroad: the country and the detail."""
    given = raw if isinstance(raw, Mapping) else {"detail": raw}
    detail, commune, country = (plain(given.get(part)) for part in ("detail", "commune_code", "country"))
    if not (detail or commune) and country in ("", "VN"):
        return {}
    country = country or "VN"
    if country == "VN" and not (re.fullmatch(r"[0-9]{5}", commune) and reading.commune_exists(commune)):
        reading.refuse(_("chọn xã, phường hoặc đặc khu trong danh sách"))
    if len(detail) > 200:
        reading.refuse(_("viết phần số nhà, đường ngắn lại còn 200 chữ cái"))
    return {"detail": detail, "commune_code": commune if country == "VN" else "", "country": country}


def read_identity_document(reading: Reading, raw: Any) -> dict[str, str]:
    given = raw if isinstance(raw, Mapping) else {"number": raw}
    number = re.sub(r"\s", "", plain(given.get("number"))).upper()
    if not number:
        return {}
    if not re.fullmatch(r"[A-Z0-9]{6,12}", number):
        reading.refuse(_("ghi số giấy tờ từ 6 đến 12 chữ và số"))
    issued = replace(reading, question=replace(reading.question, max="today"))
    return {
        "type": plain(given.get("type")),
        "number": number,
        "issue_date": read_date(issued, given.get("issue_date", "")),
        "issuer": plain(given.get("issuer"))[:200],
    }


def read_file(reading: Reading, raw: Any) -> list[str]:
    """References to stored attachments; their content was checked when they were uploaded."""
    given = raw if isinstance(raw, list | tuple) else [raw]
    found = [plain(one) for one in given if plain(one)]
    if len(found) > 20:
        reading.refuse(_("gửi không quá 20 tệp"))
    return found


READERS: Mapping[str, Callable[[Reading, Any], Any]] = {
    "text": read_text,
    "long_text": read_text,
    "org_name": read_text,
    "name": read_name,
    "date": read_date,
    "partial_date": read_partial_date,
    "time": read_time,
    "year": read_year,
    "choice": read_choice,
    "country": read_choice,
    "ethnicity": read_choice,
    "religion": read_choice,
    "multi_choice": read_multi_choice,
    "boolean": read_boolean,
    "citizen_id": read_citizen_id,
    "identity_document": read_identity_document,
    "passport_no": read_passport,
    "tax_code": read_tax_code,
    "phone": read_phone,
    "email": read_email,
    "address": read_address,
    "money": read_money,
    "integer": read_integer,
    "decimal": read_decimal,
    "code": read_code,
    "file": read_file,
}
