"""The first look at a definition from outside: size and depth, then shape, all in bounded time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, ValidationError

from procedures.schema.errors import Fault, SchemaError
from procedures.schema.structure import FORM

MOST_BYTES = 5_000_000
MOST_DEPTH = 20
MOST_VALUES = 200_000
MOST_FAULTS = 50
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def decode(content: bytes | str, *, most_bytes: int = MOST_BYTES) -> Any:
    """JSON from outside. Raises SchemaError before parsing what is too large or nested too deep to parse."""
    if len(content) > most_bytes:
        _refuse("form", _("tệp lớn quá %(most)s MB") % {"most": most_bytes // 1_000_000})
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
    except UnicodeDecodeError:
        _refuse("form", _("tệp không phải chữ UTF-8"))
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found[0], 0)
        if depth > MOST_DEPTH:
            line = text.count("\n", 0, found.start()) + 1
            _refuse("form", _too_deep() + _(" (dòng %(line)s)") % {"line": line})
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except SchemaError:
        raise
    except json.JSONDecodeError as error:
        _refuse(
            "form",
            _("không phải JSON: dòng %(line)s, cột %(column)s")
            % {"line": error.lineno, "column": error.colno},
        )
    except ValueError:  # more digits than a number may have
        _refuse("form", _("có số dài quá"))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, value in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        _refuse("form", _("tên «%(name)s» ghi hai lần trong một khối") % {"name": twice[:60]})
    return made


def _no_number(name: str) -> NoReturn:
    _refuse("form", _("«%(name)s» không phải số") % {"name": name})


def _too_deep() -> str:
    return _("lồng sâu quá %(most)s tầng") % {"most": MOST_DEPTH}


def _refuse(path: str, reason: str) -> NoReturn:
    raise SchemaError([Fault(path, reason)])


def faults(definition: Any) -> list[Fault]:
    """Everything wrong with the shape, at most MOST_FAULTS; looks no further into what is too large."""
    return _too_large(definition) or [*islice(against(_form(), definition), MOST_FAULTS)]


@cache
def _form() -> Draft202012Validator:
    return Draft202012Validator(FORM)


def against(validator: Draft202012Validator, value: Any) -> Iterator[Fault]:
    for error in validator.iter_errors(value):
        yield Fault(path_of(error.absolute_path), sentence(error))


def _too_large(definition: Any) -> list[Fault]:
    """Counts values and letters without recursion."""
    waiting: list[tuple[Any, int]] = [(definition, 1)]
    values = letters = 0
    while waiting:
        value, depth = waiting.pop()
        values += 1
        inner: Iterable[Any] = ()
        if isinstance(value, str):
            letters += len(value)
        elif isinstance(value, Mapping):
            inner = value.values()
            letters += sum(len(str(name)) for name in value)
        elif isinstance(value, list):
            inner = value
        if depth > MOST_DEPTH:
            return [Fault("form", _too_deep())]
        if values + len(waiting) > MOST_VALUES or letters > MOST_BYTES:
            return [Fault("form", _("biểu lớn quá: bớt câu hỏi, bớt lựa chọn hoặc chia thành nhiều thủ tục"))]
        waiting += [(one, depth + 1) for one in inner]
    return []


def path_of(parts: Iterable[str | int]) -> str:
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return path.lstrip(".") or "form"


def sentence(error: ValidationError) -> str:
    """What is wrong, for an editor. The value itself is not repeated: it can be long, or markup."""
    limit = error.validator_value
    known = {
        "required": lambda: _("thiếu: %(names)s") % {"names": _missing(error)},
        "additionalProperties": lambda: _("không có mục tên: %(names)s") % {"names": _surplus(error)},
        "enum": lambda: _("chỉ được là một trong: %(names)s") % {"names": _first(limit)},
        "type": lambda: (
            _("phải là kiểu %(kind)s") % {"kind": _first(limit if isinstance(limit, list) else [limit])}
        ),
        "pattern": lambda: _pattern(limit),
        "maxLength": lambda: _("dài quá %(limit)s chữ cái") % {"limit": limit},
        "minLength": lambda: _("không được để trống"),
        "maxItems": lambda: _("nhiều quá %(limit)s mục") % {"limit": limit},
        "minItems": lambda: _("cần ít nhất %(limit)s mục") % {"limit": limit},
        "minimum": lambda: _("không được nhỏ hơn %(limit)s") % {"limit": limit},
        "maximum": lambda: _("không được lớn hơn %(limit)s") % {"limit": limit},
    }
    wrong = known.get(str(error.validator))
    return wrong() if wrong else _("viết chưa đúng mẫu")


def _first(names: Iterable[Any]) -> str:
    shown = [str(name) for name in islice(names, 31)]
    return ", ".join(shown[:30]) + ("…" if len(shown) > 30 else "")


def _missing(error: ValidationError) -> str:
    return _first(name for name in error.validator_value if name not in error.instance)


def _surplus(error: ValidationError) -> str:
    known = error.schema.get("properties", {})
    return _first(str(name)[:60] for name in error.instance if name not in known)


def _pattern(pattern: str) -> str:
    if "<>" in pattern:
        return _("không được có dấu < hoặc >: nhãn chỉ là chữ, không phải HTML")
    if "today" in pattern:
        return _("ngày giới hạn viết năm-tháng-ngày, hoặc today")
    return _("mã chỉ gồm chữ thường không dấu, số và gạch, bắt đầu bằng chữ")
