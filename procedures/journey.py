"""One walk through a form: (form, answers, context) → what is shown, asked, missing, next. No database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any, Literal

from django.utils.translation import gettext as _

from procedures import rules
from procedures.schema import (
    AnswerError,
    Choice,
    Condition,
    Form,
    Group,
    Page,
    Question,
    blank,
    clean,
    fits,
    in_expressions,
    is_blank,
)
from procedures.schema.answers import any_commune

CITIZEN = "citizen"
COMPUTED = "computed"
Error = tuple[str, str]
Treatment = Literal["hidden", "asked", "known"]


@dataclass(frozen=True, slots=True)
class Answer:
    """A value and where it comes from: citizen, computed, vault, eid, or the name of a register."""

    value: Any
    source: str = CITIZEN
    at: datetime | None = None


class Journey:
    """Everything is settled in one pass over the questions in order: an expression sees only earlier ones,
    so the walk ends for every form and every set of answers."""

    def __init__(
        self,
        form: Form,
        answers: Mapping[str, Answer],
        context: Mapping[str, Any],
        *,
        commune_exists: Callable[[str], bool] = any_commune,
    ) -> None:
        self.form = form
        self.context = context
        self._given = answers
        self._commune_exists = commune_exists
        self._scope: dict[str, Any] = {**form.blanks(), "ctx": dict(context)}
        self._wrong: dict[str, str] = {}
        self._row_scopes: dict[tuple[str, int], dict[str, Any]] = {}
        self._answers: dict[str, Answer] = {}
        self._treated: dict[str, Treatment] = {}
        self._offered: dict[str, tuple[Choice, ...]] = {}
        self._required: set[str] = set()
        self._open_pages: set[str] = set()
        for page in form.pages:
            self._walk(page)

    def _walk(self, page: Page) -> None:
        if page.show_if and not rules.truth(page.show_if, self._scope):
            return
        self._open_pages.add(page.id)
        if page.group is not None:
            self._walk_group(page, page.group)
            return
        for question in page.questions:
            if not question.show_if or rules.truth(question.show_if, self._scope):
                self._settle(question)

    def _best(self, question: Question) -> Answer | None:
        """Register before rule before citizen: what the State or the law already says is not asked. A
        proposal is the exception: there the citizen's own choice comes first."""
        answer = self._given.get(question.id)
        if answer is not None and (is_blank(answer.value) or answer.source == COMPUTED):
            answer = None
        if question.kind == COMPUTED:
            answer = None
        if answer is not None and answer.source != CITIZEN and not fits(question, answer.value):
            answer = None
        settled = answer is not None and (answer.source != CITIZEN or question.proposed)
        if question.derive and not settled:
            derived = rules.evaluate(question.derive, self._scope)
            if not is_blank(derived):
                return Answer(derived, COMPUTED)
        return answer

    def _settle(self, question: Question) -> None:
        answer = self._best(question)
        never_asked = question.kind == COMPUTED or _holds(question.fact_only, self._scope)
        if never_asked and answer is None and question.kind != COMPUTED:
            return
        stated = answer is not None and answer.source != CITIZEN and not question.proposed
        if stated or never_asked:
            self._treated[question.id] = "known"
        else:
            self._treated[question.id] = "asked"
            if _holds(question.required, self._scope):
                self._required.add(question.id)
        if question.choices:
            self._offered[question.id] = _offered(question, self._scope)
        if answer is not None:
            self._keep(question, answer)

    def _keep(self, question: Question, answer: Answer) -> None:
        value = self._read(question, answer, question.id)
        if question.id in self._wrong:
            self._answers[question.id] = answer
        elif not is_blank(value):
            self._answers[question.id] = replace(answer, value=value)
            self._scope[question.id] = in_expressions(question, value)

    def _read(self, question: Question, answer: Answer, name: str) -> Any:
        """What a citizen wrote enters expressions only when it can be read: a stale or hostile answer is an
        error to show, never a rule that breaks the page."""
        if answer.source != CITIZEN:
            return answer.value if is_blank(answer.value) or fits(question, answer.value) else None
        try:
            return clean(question, answer.value, commune_exists=self._commune_exists, today=self._today)
        except AnswerError as error:
            self._wrong[name] = error.message
            return None

    def _walk_group(self, page: Page, group: Group) -> None:
        answer = self._given.get(group.id)
        if answer is None or is_blank(answer.value) or not isinstance(answer.value, list):
            return
        rows: list[dict[str, Any]] = []
        for number, row in enumerate(answer.value):
            shown, scope = self._visible_row(page, row, answer, f"{group.id}-{number}")
            rows.append(shown)
            self._row_scopes[group.id, number] = scope
        self._answers[group.id] = Answer(rows, answer.source, answer.at)
        columns = [question.id for question in page.questions]
        self._scope[group.id] = [
            {name: self._row_scopes[group.id, number][name] for name in columns}
            for number in range(len(rows))
        ]

    def _visible_row(
        self, page: Page, row: Mapping[str, Any], answer: Answer, name: str
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        scope = {**self._scope, **{question.id: blank(question) for question in page.questions}}
        shown: dict[str, Any] = {}
        for question in page.questions:
            if question.show_if and not rules.truth(question.show_if, scope):
                continue
            written = row.get(question.id, "")
            value = self._read(question, Answer(written, answer.source), f"{name}-{question.id}")
            wrong = f"{name}-{question.id}" in self._wrong
            shown[question.id] = written if wrong else value
            if not wrong and not is_blank(value):
                scope[question.id] = in_expressions(question, value)
        return shown, scope

    # What stands on a page

    def visible(self, page: Page) -> tuple[Question, ...]:
        """For a repeating page: all columns while the page is open."""
        if page.group is not None:
            return page.questions if page.id in self._open_pages else ()
        return tuple(one for one in page.questions if one.id in self._treated)

    def to_ask(self, page: Page) -> tuple[Question, ...]:
        if page.group is not None:
            return () if self._group_known(page.group) else self.visible(page)
        return tuple(one for one in page.questions if self._treated.get(one.id) == "asked")

    def known(self, page: Page) -> tuple[tuple[Question, Answer], ...]:
        """Facts to show with their source, never to ask."""
        return tuple(
            (one, self._answers[one.id])
            for one in page.questions
            if self._treated.get(one.id) == "known" and one.id in self._answers
        )

    def _group_known(self, group: Group) -> bool:
        answer = self._answers.get(group.id)
        return answer is not None and answer.source != CITIZEN

    def answer(self, question_id: str) -> Answer | None:
        """The answer that counts: visible, and from whoever knows best."""
        return self._answers.get(question_id)

    def choices(self, question: Question) -> tuple[Choice, ...]:
        """What this person may choose from."""
        return self._offered.get(question.id, question.choices)

    def is_required(self, question: Question) -> bool:
        return question.id in self._required

    # The way through

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Only pages with something to ask."""
        return tuple(page for page in self.form.pages if self.to_ask(page))

    @property
    def open_pages(self) -> tuple[Page, ...]:
        """Every page that concerns this person, also those with facts only (for checking answers)."""
        return tuple(page for page in self.form.pages if self.visible(page))

    def next_page(self, after: str | None) -> Page | None:
        """The page after this one (None: the first); None at the end, where answers are checked."""
        order = [page.id for page in self.form.pages]
        start = order.index(after) + 1 if after in order else 0
        return next((page for page in self.pages if page.id in order[start:]), None)

    def previous_page(self, before: str) -> Page | None:
        order = [page.id for page in self.form.pages]
        earlier = order[: order.index(before)] if before in order else order
        return next((page for page in reversed(self.pages) if page.id in earlier), None)

    def can_visit(self, page_id: str) -> bool:
        """A page opens once every page before it is right."""
        for page in self.pages:
            if page.id == page_id:
                return True
            if self.page_errors(page):
                return False
        return False

    # What is missing or wrong

    def page_errors(self, page: Page) -> tuple[Error, ...]:
        names = {question.id for question in page.questions} | ({page.group.id} if page.group else set())
        return tuple(error for error in self.errors() if error[0] in names or _group_of(error[0]) in names)

    def errors(self) -> tuple[Error, ...]:
        return self._errors

    @cached_property
    def _errors(self) -> tuple[Error, ...]:
        found: list[Error] = []
        for page in self.pages:
            found += self._group_errors(page, page.group) if page.group else self._page_errors(page)
        named = {name for name, message in found}
        return (*found, *((name, text) for name, text in self._check_errors() if name not in named))

    def _page_errors(self, page: Page) -> Iterator[Error]:
        for question in self.to_ask(page):
            answer = self._answers.get(question.id)
            if question.id in self._wrong:
                yield question.id, self._wrong[question.id]
            elif answer is None and question.id in self._required:
                yield question.id, _missing(question)
            elif answer is not None and not _is_offered(answer.value, self._offered.get(question.id)):
                yield question.id, f"{question.text}: " + _("chọn một mục trong danh sách")

    def _group_errors(self, page: Page, group: Group) -> Iterator[Error]:
        answer = self._answers.get(group.id)
        rows: list[dict[str, Any]] = answer.value if answer else []
        if not group.min <= len(rows) <= group.max:
            yield (
                group.id,
                f"{group.text}: "
                + _("ghi từ %(min)s đến %(max)s dòng")
                % {
                    "min": group.min,
                    "max": group.max,
                },
            )
        for number, row in enumerate(rows):
            yield from self._row_errors(page, group, number, row)

    def _row_errors(self, page: Page, group: Group, number: int, row: dict[str, Any]) -> Iterator[Error]:
        scope = self._row_scopes[group.id, number]
        for question in page.questions:
            name = f"{group.id}-{number}-{question.id}"
            if name in self._wrong:
                yield name, self._wrong[name]
            elif question.id in row and is_blank(row[question.id]):
                if _holds(question.required, scope):
                    yield name, _missing(question)
            elif question.id in row and not _is_offered(row[question.id], _offered(question, scope) or None):
                yield name, f"{question.text}: " + _("chọn một mục trong danh sách")

    def _check_errors(self) -> Iterator[Error]:
        """Rules across questions, told at the question they name, only while that question is asked."""
        for check in self.form.checks:
            if self._concerns(check.question) and not rules.truth(check.when, self._scope):
                page = self.form.groups.get(check.question)
                about = page.group if page and page.group else self.form.questions[check.question]
                yield check.question, f"{about.text}: {check.fail}"

    def _concerns(self, name: str) -> bool:
        """Asked of the citizen, answered, and the answer can be read."""
        answer = self._answers.get(name)
        if answer is None or name in self._wrong:
            return False
        return answer.source == CITIZEN if name in self.form.groups else self._treated.get(name) == "asked"

    @property
    def _today(self) -> date | None:
        today = self.context.get("today")
        return date.fromisoformat(today) if today else None

    @property
    def complete(self) -> bool:
        return not self.errors()

    # What counts

    def values(self) -> dict[str, Any]:
        """Visible and computed answers. A hidden answer never counts, whatever was once written there."""
        return {name: answer.value for name, answer in self._answers.items()}

    def scope(self) -> dict[str, Any]:
        """Every name of the form, blank where nothing counts, and ctx: what fees and decisions read."""
        return dict(self._scope)

    def failed_conditions(self) -> list[Condition]:
        """Of the automatic decision; empty means granted (where the form has such a decision)."""
        return rules.failed(self.form.auto_decision, self._scope)


def _holds(rule: bool | str, scope: Mapping[str, Any]) -> bool:
    return rules.truth(rule, scope) if isinstance(rule, str) else rule


def _offered(question: Question, scope: Mapping[str, Any]) -> tuple[Choice, ...]:
    return tuple(one for one in question.choices if not one.show_if or rules.truth(one.show_if, scope))


def _is_offered(value: Any, offered: Sequence[Choice] | None) -> bool:
    if offered is None:
        return True
    return {choice.code for choice in offered}.issuperset(value if isinstance(value, list) else [value])


def _group_of(error_name: str) -> str:
    return error_name.split("-", 1)[0]


def _missing(question: Question) -> str:
    if question.kind == "file":
        how = _("bạn chưa gửi tệp")
    elif question.choices or question.kind == "boolean":
        how = _("bạn chưa chọn")
    else:
        how = _("bạn chưa ghi")
    return f"{question.text}: {how}"
