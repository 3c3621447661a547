"""Reading what a person wrote into a value, or saying in one sentence how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from procedures import rules
from procedures.schema.errors import AnswerError
from procedures.schema.model import Page, Question, is_blank
from procedures.schema.readers import READERS, Reading

LONGEST = 20_000


def any_commune(code: str) -> bool:
    return True


def clean(
    question: Question,
    raw: Any,
    *,
    commune_exists: Callable[[str], bool] = any_commune,
    today: date | None = None,
) -> Any:
    """The value to keep. Nothing written gives '', None, [] or {} by kind: whether it may stay blank is the
    journey's business, because it depends on the other answers."""
    if question.kind == "computed":
        raise TypeError(f"{question.id} is computed, nobody answers it")
    reading = Reading(question, today or datetime.now(rules.LEGAL_ZONE).date(), commune_exists)
    if _length(raw) > LONGEST:
        reading.refuse(_("viết ngắn lại, nội dung dài quá"))
    return READERS[question.kind](reading, raw)


def _length(raw: Any) -> int:
    if isinstance(raw, Mapping):
        return sum(_length(part) for part in raw.values())
    if isinstance(raw, list | tuple):
        return sum(_length(part) for part in raw)
    return len(raw) if isinstance(raw, str) else 0


def clean_rows(
    page: Page,
    rows: Sequence[Mapping[str, Any]],
    *,
    commune_exists: Callable[[str], bool] = any_commune,
    today: date | None = None,
) -> tuple[list[dict[str, Any]], list[AnswerError]]:
    """The rows of a repeating page. Fully empty rows are dropped; what cannot be read stays as written, so
    that nothing typed is lost, and is named `group-row-question` among the errors."""
    name = page.group.id if page.group else page.id
    cleaned: list[dict[str, Any]] = []
    errors: list[AnswerError] = []
    for raw in rows:
        row: dict[str, Any] = {}
        for question in page.questions:
            written = raw.get(question.id, "")
            try:
                row[question.id] = clean(question, written, commune_exists=commune_exists, today=today)
            except AnswerError as error:
                row[question.id] = written
                errors.append(AnswerError(f"{name}-{len(cleaned)}-{question.id}", error.message))
        if not all(is_blank(value) for value in row.values()):
            cleaned.append(row)
    return cleaned, errors
