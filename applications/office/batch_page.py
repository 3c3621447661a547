"""A batch as its page shows it: exact figures, items with what became of them, what the officer may do next."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from applications import answering
from applications.deadlines import LEGAL_ZONE
from applications.models import BatchItem, BatchOperation
from applications.office import batches
from applications.office.clock import Chip
from applications.services.list_filing import question_of
from identity.models import Officer
from procedures.schema import Form

PAGE = 50
MOST_LISTED = 50
Status, Phase = BatchItem.Status, BatchOperation.Phase
CHIPS: Mapping[str, tuple[str, str]] = {
    Status.WAITING: ("", "clock"),
    Status.READY: ("info", "check"),
    Status.DONE: ("success", "check-c"),
    Status.REFUSED: ("warning", "alert"),
    Status.FAILED: ("error", "x-c"),
}
PHASE_CHIPS: Mapping[str, tuple[str, str]] = {
    Phase.CHECKING: ("info", "clock"),
    Phase.CHECKED: ("warning", "pen"),
    Phase.RUNNING: ("info", "clock"),
    Phase.STOPPED: ("", "pause"),
    Phase.FINISHED: ("success", "check-c"),
}


@dataclass(frozen=True)
class Line:
    """One item; ``who`` is the person it is for, ``number`` that of the sheet's row or of the item."""

    item: BatchItem
    number: int
    who: str
    chip: Chip


@dataclass(frozen=True)
class Figures:
    """How many items stand where; together they are the batch."""

    counts: Mapping[str, int]

    @property
    def size(self) -> int:
        return sum(self.counts.values())

    def __getattr__(self, name: str) -> int:
        if name in Status.values:
            return self.counts.get(name, 0)
        raise AttributeError(name)

    @property
    def problems(self) -> int:
        return self.counts.get(Status.REFUSED, 0) + self.counts.get(Status.FAILED, 0)


@dataclass(frozen=True)
class Shown:
    batch: BatchOperation
    action: batches.BatchAction
    figures: Figures
    chip: Chip
    passed: int
    """Items of this phase that are behind; the progress bar."""
    total: int
    lines: Sequence[Line]
    tabs: Sequence[tuple[str, str, int]]
    chosen: str
    next_position: int
    is_own: bool
    following: Sequence[batches.BatchAction]

    @property
    def percent(self) -> int:
        return 100 * self.passed // self.total if self.total else 100


def figures_of(batch: BatchOperation) -> Figures:
    counted = batch.items.order_by().values_list("status").annotate(n=Count("pk"))
    return Figures(dict(counted))


def read(officer: Officer, batch: BatchOperation, *, status: str, after: int, now: dt.datetime) -> Shown:
    figures = figures_of(batch)
    chosen = status if status in Status.values else ""
    rows = batch.items.select_related("dossier__submitter", "dossier__organisation")
    asked = rows.filter(status=chosen) if chosen else rows
    found = list(asked.filter(position__gt=after).order_by("position")[: PAGE + 1])
    tabs = [("", str(_("Tất cả")), figures.size)]
    tabs += [(one.value, str(one.label), figures.counts[one]) for one in Status if figures.counts.get(one)]
    passed, total = _progress(batch, figures)
    return Shown(
        batch=batch,
        action=batches.action_of(batch),
        figures=figures,
        chip=phase_chip(batch),
        passed=passed,
        total=total,
        lines=[_line(item, batch) for item in found[:PAGE]],
        tabs=tabs,
        chosen=chosen,
        next_position=found[PAGE - 1].position if len(found) > PAGE else 0,
        is_own=batch.officer_id == officer.pk,
        following=batches.offered(officer, at=now) if figures.done else [],
    )


def phase_chip(batch: BatchOperation) -> Chip:
    tone, icon = PHASE_CHIPS[batch.phase]
    return Chip(tone, icon, str(Phase(batch.phase).label))


def listed(found: QuerySet[BatchOperation]) -> list[tuple[BatchOperation, batches.BatchAction, Chip]]:
    return [
        (one, batches.action_of(one), phase_chip(one)) for one in found.order_by("-created_at")[:MOST_LISTED]
    ]


def result_lines(batch: BatchOperation) -> Iterator[str]:
    """The outcome as CSV, line by line; holds codes, never a person's data."""
    yield "\ufeff" + _csv([_("Số thứ tự"), _("Mã hồ sơ"), _("Kết quả"), _("Lý do"), _("Lúc")])
    for item in batch.items.select_related("dossier").order_by("position").iterator(chunk_size=500):
        code = item.dossier.code if item.dossier else ""
        when = item.at.astimezone(LEGAL_ZONE).strftime("%d/%m/%Y %H:%M:%S") if item.at else ""
        yield _csv([item.position, code, Status(item.status).label, item.message, when])


class _Echo:
    def write(self, text: str) -> str:
        return text


def _csv(cells: Sequence[object]) -> str:
    """A cell that begins like a formula is kept as text."""
    safe = [f"'{cell}" if str(cell)[:1] in "=+-@" and str(cell) else str(cell) for cell in cells]
    return str(csv.writer(_Echo()).writerow(safe))


def _progress(batch: BatchOperation, figures: Figures) -> tuple[int, int]:
    """Of a dry run: what was judged; afterwards: what was done or turned out undoable."""
    left = figures.waiting if batch.phase in (Phase.CHECKING, Phase.CHECKED) else figures.ready
    return figures.size - left, figures.size


def _line(item: BatchItem, batch: BatchOperation) -> Line:
    tone, icon = CHIPS[item.status]
    chip = Chip(tone, icon, str(Status(item.status).label))
    number = item.position + 1 if batch.action == batches.FILE else item.position
    if item.dossier is not None:
        organisation = item.dossier.organisation
        return Line(item, number, organisation.name if organisation else item.dossier.submitter.name, chip)
    row: dict[str, Any] = item.row or {}
    return Line(item, number, str(row.get(_name_question(batch), "")), chip)


def _name_question(batch: BatchOperation) -> str:
    return question_of(_form(batch), "full_name")


def _form(batch: BatchOperation) -> Form:
    if batch.version is None:
        raise TypeError("not a batch of a list")
    return answering.form_of_version(batch.version)
