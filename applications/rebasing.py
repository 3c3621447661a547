"""What of a draft fits another version of its form. Pure: rows in, what to keep, write and set aside out.

Nothing a person typed is lost: an answer whose question is gone, or now wants another kind of answer, is set aside
with the words of its question. What a register said is not set aside but asked again, unless question and source are
the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from procedures.journey import CITIZEN
from procedures.schema import Form, Page, Question, is_blank


@dataclass(frozen=True, slots=True)
class Row:
    """One stored answer: of a question, of a table, or (``raw`` set) the boxes of a page as they were written."""

    name: str
    value: Any
    source: str = CITIZEN
    raw: bool = False


@dataclass
class Carried:
    """``write``: rows to store anew by name; ``drop``: names of rows that go; ``aside``: what was typed and has no
    question any more, by question. Rows in none of these stay as they are. ``raw`` and ``drop_raw`` say the same of
    pages."""

    write: dict[str, Any] = field(default_factory=dict)
    drop: set[str] = field(default_factory=set)
    raw: dict[str, dict[str, Any]] = field(default_factory=dict)
    drop_raw: set[str] = field(default_factory=set)
    aside: dict[str, Any] = field(default_factory=dict)


def carry(before: Form, after: Form, rows: Iterable[Row]) -> Carried:
    """How the rows of a draft of ``before`` become those of a draft of ``after``."""
    carried = Carried()
    for row in sorted(rows, key=lambda row: row.raw):  # boxes last: they are what was typed last
        if row.raw:
            _page(before, after, row, carried)
        elif row.name in before.groups:
            _table(before, after, row, carried)
        elif row.name in before.questions:
            _answer(before, after, row, carried)
    return carried


def fits(before: Form, after: Form, name: str) -> bool:
    """The question still exists and still wants the same kind of answer; for a table, all its columns do."""
    if name in before.groups:
        return name in after.groups and _columns(before.groups[name]) <= _columns(after.groups[name])
    new = after.questions.get(name)
    return new is not None and new.value_of == before.questions[name].value_of


def _answer(before: Form, after: Form, row: Row, carried: Carried) -> None:
    stays = fits(before, after, row.name)
    if row.source == CITIZEN:
        if not stays:
            carried.drop.add(row.name)
            _set_aside(carried, row.name, row.value)
        return
    if not stays or not _same_source(before.questions[row.name], after.questions[row.name], before, after):
        carried.drop.add(row.name)


def _table(before: Form, after: Form, row: Row, carried: Carried) -> None:
    if row.source != CITIZEN:
        same = row.name in after.groups and before.groups[row.name] == after.groups[row.name]
        if not same or before.roles != after.roles:
            carried.drop.add(row.name)
        return
    if fits(before, after, row.name):
        return
    _set_aside(carried, row.name, row.value)
    if row.name in after.groups:
        carried.write[row.name] = _shared_columns(before, after, row.name, row.value)
    else:
        carried.drop.add(row.name)


def _page(before: Form, after: Form, row: Row, carried: Carried) -> None:
    """Boxes of an unchanged page stay. Otherwise each box goes where its question now stands, and a page nobody has
    looked at in its new shape is shown once more."""
    old = before.page(row.name)
    if old is not None and old == after.page(row.name):
        return
    carried.drop_raw.add(row.name)
    for name, written in (row.value or {}).items():
        if name not in before.questions and name not in before.groups:
            continue
        if fits(before, after, name):
            carried.raw.setdefault(_page_of(after, name).id, {})[name] = written
        else:
            _set_aside(carried, name, written)


def _set_aside(carried: Carried, name: str, value: Any) -> None:
    if not is_blank(value):
        carried.aside[name] = value


def _columns(page: Page) -> set[tuple[str, str]]:
    return {(one.id, one.value_of) for one in page.questions}


def _shared_columns(before: Form, after: Form, name: str, rows: Any) -> list[dict[str, Any]]:
    shared = {column for column, _kind in _columns(before.groups[name]) & _columns(after.groups[name])}
    return [{column: value for column, value in row.items() if column in shared} for row in rows or ()]


def _same_source(old: Question, new: Question, before: Form, after: Form) -> bool:
    return old.prefill == new.prefill and before.roles == after.roles


def _page_of(form: Form, name: str) -> Page:
    return next(
        page
        for page in form.pages
        if (page.group is not None and page.group.id == name) or name in {one.id for one in page.questions}
    )
