"""Questions as HTML and posted boxes as raw answers. What was written is never changed before it is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from applications import addresses
from applications.models import Attachment
from identity.models import AdministrativeUnit
from procedures import rules, schema
from procedures.journey import CITIZEN, Error, Journey
from procedures.schema import Choice, Page, Question

MOST_RADIOS = 10
WIDGETS = {
    "long_text": "long_text",
    "date": "date",
    "partial_date": "date",
    "multi_choice": "checkboxes",
    "address": "address",
    "identity_document": "identity_document",
    "file": "file",
}
NUMERIC = frozenset({"citizen_id", "year", "money", "integer", "phone"})
SHORT = frozenset(
    {"time", "year", "integer", "decimal", "code", "passport_no", "citizen_id", "tax_code", "money"}
)
AUTOCOMPLETE = {"phone": "tel", "email": "email"}
DAY_PARTS = ("day", "month", "year")
ADDRESS_PARTS = ("detail", "province", "commune", "commune_code", "country")
PAPER_PARTS = ("number", "issuer")
UNWRITTEN = frozenset({"file", "computed"})
REMOVE, ADD = "bo_dong", "them_dong"


@dataclass(frozen=True)
class Field:
    """One question with what stands in its boxes. ``name`` is unique on the page and links errors to boxes.

    In a supplement: ``remark`` of the officer, ``before`` = the words that stood there when it was asked for,
    ``is_late`` where the office could have asked the first time.
    """

    name: str
    question: Question
    written: Any
    required: bool
    choices: tuple[Choice, ...] = ()
    error: str = ""
    paper: Attachment | None = None
    matches: tuple[AdministrativeUnit, ...] = ()
    provinces: tuple[AdministrativeUnit, ...] = ()
    remark: str = ""
    before: str = ""
    is_late: bool = False

    @property
    def widget(self) -> str:
        if self.question.kind in WIDGETS:
            return WIDGETS[self.question.kind]
        if self.choices:
            return "choice" if len(self.choices) <= MOST_RADIOS else "select"
        return "boolean" if self.question.kind == "boolean" else "text"

    @property
    def template(self) -> str:
        return f"components/fields/{self.widget}.html"

    @property
    def is_group(self) -> bool:
        return self.widget in {"date", "address", "identity_document", "choice", "boolean", "checkboxes"}

    @property
    def anchor(self) -> str:
        """The first box of the question: where a link in the error summary leads."""
        first = {
            "date": "day",
            "address": "commune",
            "identity_document": "number",
            "choice": "0",
            "boolean": "0",
            "checkboxes": "0",
        }
        return f"{self.name}-{first[self.widget]}" if self.widget in first else self.name

    @property
    def described(self) -> str:
        parts = [
            f"{self.name}-goi-y" if self.question.hint_text else "",
            f"{self.name}-loi" if self.error else "",
        ]
        return " ".join(part for part in parts if part)

    @property
    def numeric(self) -> bool:
        return self.question.kind in NUMERIC

    @property
    def short(self) -> bool:
        return self.question.kind in SHORT

    @property
    def options(self) -> SafeString:
        return _options(tuple((one.code, one.text) for one in self.choices), self.written)

    @property
    def province_options(self) -> SafeString:
        chosen = self.written.get("province") if isinstance(self.written, Mapping) else ""
        return _options(tuple((one.code, one.name) for one in self.provinces), chosen)

    @property
    def autocomplete(self) -> str:
        return AUTOCOMPLETE.get(self.question.kind, "off")

    @property
    def yes(self) -> bool:
        return self.written is True or self.written == "yes"

    @property
    def no(self) -> bool:
        return self.written is False or self.written == "no"


def _options(choices: tuple[tuple[str, str], ...], chosen: Any) -> SafeString:
    """Long lists are drawn outside the template language, which takes most of the time of a page for them."""
    return mark_safe(  # noqa: S308 each part is escaped below
        "".join(_selected(html) if code == chosen else html for code, html in _drawn(choices))
    )


def _selected(html: str) -> str:
    return html.replace(">", " selected>", 1)


@lru_cache(maxsize=256)
def _drawn(choices: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((code, format_html('<option value="{}">{}</option>', code, text)) for code, text in choices)


def read(page: Page, data: QueryDict) -> dict[str, Any]:
    """The posted boxes of a page, as plain JSON, in the shape the schema reads."""
    if page.group is None:
        return {one.id: _boxes(one, one.id, data) for one in page.questions if one.kind not in UNWRITTEN}
    group = page.group.id
    # Rows beyond the most allowed are kept as well, to be told about, as long as something is written there.
    told = min(_number(data.get(f"{group}-rows")), page.group.max)
    sent = {_number(name.split("-")[1], -1) for name in data if name.startswith(f"{group}-") and "-" in name}
    gone = _number(data.get(REMOVE), default=-1)
    rows = [
        {one.id: _boxes(one, f"{group}-{row}-{one.id}", data) for one in page.questions}
        for row in sorted({*range(told), *sent} - {gone, -1})
    ]
    if ADD in data and len(rows) < page.group.max:
        rows.append({})
    return {group: rows}


def _number(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 4 else default


def _boxes(question: Question, name: str, data: QueryDict) -> Any:
    kind = question.kind
    if kind in ("date", "partial_date"):
        return {part: data.get(f"{name}-{part}", "")[:20] for part in DAY_PARTS}
    if kind == "address":
        return {part: data.get(f"{name}-{part}", "")[:300] for part in ADDRESS_PARTS}
    if kind == "identity_document":
        issued = {part: data.get(f"{name}-{part}", "")[:20] for part in DAY_PARTS}
        return {part: data.get(f"{name}-{part}", "")[:300] for part in PAPER_PARTS} | {"issue_date": issued}
    if kind == "multi_choice":
        return data.getlist(name)[:50]
    return data.get(name, "")[: schema.answers.LONGEST + 1]


class PageForm:
    """The questions of one page over what is kept and what was written last (kept as it was, right or wrong)."""

    def __init__(
        self,
        journey: Journey,
        page: Page,
        *,
        written: Mapping[str, Any] | None,
        papers: Mapping[str, Attachment],
        on: dt.date,
        only: frozenset[str] | None = None,
    ) -> None:
        self.journey = journey
        self.page = page
        self.written = written or {}
        self.papers = papers
        self.on = on
        asked = journey.to_ask(page)
        self.questions = tuple(one for one in asked if only is None or one.id in only)
        self.errors: dict[str, str] = {}
        self.matches: dict[str, tuple[AdministrativeUnit, ...]] = {}
        self._provinces: tuple[AdministrativeUnit, ...] = ()
        if any(one.kind == "address" for one in self.questions):
            self._provinces = tuple(addresses.provinces(on))

    # Reading

    def clean(self) -> dict[str, Any]:
        """What can be kept as answers; what cannot is named in ``errors`` by the name of its boxes."""
        if self.page.group is None:
            kept: dict[str, Any] = {}
            for one in self.questions:
                if one.kind != "file":
                    self._clean_one(one, one.id, self.written.get(one.id, ""), kept)
            return kept
        rows = []
        for number, row in enumerate(self.rows_written):
            kept_row: dict[str, Any] = {}
            for one in self.page.questions:
                name = f"{self.page.group.id}-{number}-{one.id}"
                if not self._clean_one(one, name, row.get(one.id, ""), kept_row):
                    kept_row[one.id] = row.get(one.id, "")
            rows.append(kept_row)
        filled = [row for row in rows if not all(schema.is_blank(value) for value in row.values())]
        return {self.page.group.id: filled}

    def _clean_one(self, question: Question, name: str, raw: Any, kept: dict[str, Any]) -> bool:
        try:
            if question.kind == "address" and isinstance(raw, Mapping):
                raw = addresses.resolve(raw, label=question.text, on=self.on)
            kept[question.id] = schema.clean(question, raw, commune_exists=self._exists, today=self.on)
        except addresses.AddressUnclear as unclear:
            self.errors[name], self.matches[name] = unclear.message, unclear.matches
        except schema.AnswerError as wrong:
            self.errors[name] = wrong.message
        return question.id in kept

    def _exists(self, code: str) -> bool:
        return addresses.commune(code, self.on) is not None

    def take(self, errors: Iterable[Error]) -> None:
        """Errors found by the journey (missing, contradicting) join those of reading; the first one stands."""
        for name, message in errors:
            self.errors.setdefault(name, message)

    # Showing

    @property
    def rows_written(self) -> list[dict[str, Any]]:
        group = self.page.group.id if self.page.group else ""
        if group in self.written:
            return list(self.written[group])
        answer = self.journey.answer(group)
        return list(answer.value) if answer is not None and answer.source == CITIZEN else []

    @property
    def fields(self) -> list[Field]:
        return [] if self.page.group else [self._field(one, one.id, self.written) for one in self.questions]

    @property
    def asked(self) -> str:
        """The questions this page shows: sent back with it, so that nobody is blamed for one never seen."""
        return " ".join(one.id for one in self.questions)

    @cached_property
    def deciding(self) -> frozenset[str]:
        """Questions of this page whose answer decides on other ones here."""
        if self.page.group is not None:
            return frozenset()
        asked = frozenset(one.id for one in self.page.questions if one.kind not in UNWRITTEN)
        read: frozenset[str] = frozenset().union(*map(_reads, self.page.questions))
        return asked & read

    @property
    def rows(self) -> list[list[Field]]:
        if self.page.group is None:
            return []
        group = self.page.group.id
        return [
            [self._field(one, f"{group}-{number}-{one.id}", row) for one in self.page.questions]
            for number, row in enumerate(self.rows_written or [{}])
        ]

    def _field(self, question: Question, name: str, written: Mapping[str, Any]) -> Field:
        answer = self.journey.answer(question.id) if self.page.group is None else None
        value = written.get(question.id, answer.value if answer else "")
        required = (
            self.journey.is_required(question) if self.page.group is None else question.required is True
        )
        return Field(
            name,
            question,
            self._shown(question, value),
            required,
            self.journey.choices(question),
            self.errors.get(name, ""),
            self.papers.get(question.id),
            self.matches.get(name, ()),
            self._provinces,
        )

    def _shown(self, question: Question, value: Any) -> Any:
        """Kept values back into boxes: a date into three, an address into province and name."""
        if question.kind in ("date", "partial_date") and isinstance(value, str):
            return _parts(value)
        if question.kind == "identity_document" and isinstance(value, Mapping):
            issued = value.get("issue_date", "")
            return {**value, **(_parts(issued) if isinstance(issued, str) else issued)}
        if question.kind == "address" and isinstance(value, Mapping) and "commune" not in value:
            unit = addresses.commune(str(value.get("commune_code", "")), self.on)
            place = {"commune": unit.name, "province": unit.parent.code} if unit and unit.parent else {}
            return {**value, **place}
        if question.kind in ("integer", "year", "money", "decimal") and value is not None:
            return str(value).replace(".", ",")
        return "" if value is None else value

    @property
    def error_list(self) -> list[tuple[str, str]]:
        """(anchor, message) in the order of the page, for the summary."""
        anchors = {
            field.name: field.anchor for field in [*self.fields, *(one for row in self.rows for one in row)]
        }
        order = [*anchors, *(name for name in self.errors if name not in anchors)]
        return [(anchors.get(name, name), self.errors[name]) for name in order if name in self.errors]

    @property
    def group_errors(self) -> list[str]:
        """What is wrong with the repeating group as a whole (too few rows)."""
        return [
            message for name, message in self.errors.items() if self.page.group and name == self.page.group.id
        ]

    @property
    def title(self) -> str:
        return _("Lỗi: %(title)s") % {"title": self.page.text} if self.errors else self.page.text


def _reads(question: Question) -> frozenset[str]:
    """The names on which it depends whether this is asked, and how."""
    written = (question.show_if, question.required, question.fact_only, question.derive)
    choices = (choice.show_if for choice in question.choices)
    rule_names = [
        rules.compiled(rule).names for rule in (*written, *choices) if rule and isinstance(rule, str)
    ]
    return frozenset().union(*rule_names)


def _parts(iso: str) -> dict[str, str]:
    year, month, day = (iso.split("-") + ["", "", ""])[:3]
    return {"year": year, "month": month.lstrip("0"), "day": day.lstrip("0")}
