"""From the bytes of a file to a document that is safe to walk: bounded, whole, spelt one way. Pure.

A file may come from anybody. Everything here works without recursion until the depth is known.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from procedures.catalogue.values import UNWRITABLE, Fault, InvalidCatalogue

LARGEST_FILE = 50_000_000
"""Bytes. The whole catalogue with its forms has about 7 MB."""
DEEPEST = 30
MOST_FAULTS = 100
"""Told at once; whoever repairs these imports again."""


def read_file(file: Path) -> Any:
    """The document of a file, not yet looked at. Raises OSError, ValueError or RecursionError."""
    with file.open("rb") as stream:
        data = stream.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError(f"tệp lớn hơn {LARGEST_FILE // 1_000_000} MB; hãy chia danh mục thành nhiều tệp")
    return json.loads(data.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_not_json)


def composed(document: Any) -> Any:
    """A copy with every text in NFC: two spellings of one mark must not become two versions.

    Raises InvalidCatalogue where something is nested too deeply or cannot be kept by the database.
    """
    if found := list(_unkeepable(document)):
        raise InvalidCatalogue(found)
    return _composed(document)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"trường «{twice[:60]}» có hai lần trong một đối tượng; hãy giữ một")
    return made


def _not_json(constant: str) -> NoReturn:
    raise ValueError(f"{constant} không phải là số của JSON; điều chưa biết thì ghi null")


def _unkeepable(document: Any) -> Iterator[Fault]:
    stack: list[tuple[str, int, Any]] = [("$", 0, document)]
    told = 0
    while stack and told < MOST_FAULTS:
        path, depth, value = stack.pop()
        reason = _why_not(value)
        if not reason and depth > DEEPEST:
            reason = f"lồng nhau sâu quá {DEEPEST} tầng; hãy kiểm tra phần mềm đã ghi tệp"
        if reason:
            told += 1
            yield Fault(path, reason)
        elif isinstance(value, dict):
            for key, inner in value.items():
                if not isinstance(key, str) or UNWRITABLE.search(key):
                    told += 1
                    yield Fault(path, "tên trường có ký tự lạ; hãy gõ lại tên trường")
                elif inner.__class__ is not str or _why_not(inner):
                    stack.append((f"{path}.{key[:60]}", depth + 1, inner))
        elif isinstance(value, list):
            stack += [
                (f"{path}[{number}]", depth + 1, inner)
                for number, inner in enumerate(value)
                if inner.__class__ is not str or _why_not(inner)
            ]


def _why_not(value: Any) -> str:
    if isinstance(value, str):
        return (
            "có ký tự lạ mà cơ sở dữ liệu không giữ được; hãy gõ lại câu" if UNWRITABLE.search(value) else ""
        )
    if isinstance(value, float) and not math.isfinite(value):
        return "số quá lớn; điều chưa biết thì ghi null"
    return ""


def _composed(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed(item) for item in value]
    if isinstance(value, dict):
        return {_composed(key): _composed(item) for key, item in value.items()}
    return value
