"""The desk of an editor: what waits, what is open, and every procedure of the ministry."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from identity.folding import fold
from identity.models import Officer
from procedures.access import may, procedures_of
from procedures.editor.chips import Chip, chip_of
from procedures.lint import lint
from procedures.models import Procedure, ProcedureVersion

PAGE = 30
MOST_COUNTED = 30
"""Open versions whose findings are counted on one page."""
Status, Stage = ProcedureVersion.Status, ProcedureVersion.Stage
WAITS = {Status.DRAFT: "edit", Status.LEGAL_CHECK: "check", Status.APPROVAL: "publish"}
FILTERS = {
    "": _("Mọi giai đoạn"),
    "dang-soan": _("Đang soạn, thẩm định hoặc duyệt"),
    str(Stage.IN_FORCE): Stage.IN_FORCE.label,
    str(Stage.SCHEDULED): Stage.SCHEDULED.label,
    str(Stage.REPEALED): Stage.REPEALED.label,
    "chua-cong-bo": _("Chưa công bố lần nào"),
}
SHOWN = ("pk", "procedure_id", "number", "status", "effective_from", "effective_to", "repeal_decision")


@dataclass(frozen=True)
class Row:
    procedure: Procedure
    chips: list[Chip]
    open: ProcedureVersion | None
    current: ProcedureVersion | None


@dataclass(frozen=True)
class Opened:
    version: ProcedureVersion
    chip: Chip
    errors: int
    warnings: int
    waits_for_me: bool


class Shelf:
    """What a query string asks for: ``q``, ``giai-doan``, ``trang``."""

    def __init__(self, officer: Officer, asked: QueryDict, on: dt.date) -> None:
        self.officer, self.on = officer, on
        self.query = " ".join(asked.get("q", "").split())[:200]
        stage = asked.get("giai-doan", "")
        self.stage = stage if stage in FILTERS else ""
        self._number = asked.get("trang", "")

    @property
    def filters(self) -> list[tuple[str, str, bool]]:
        return [(key, str(label), key == self.stage) for key, label in FILTERS.items()]

    @cached_property
    def page(self) -> Page[Procedure]:
        return Paginator(self._matching, PAGE).get_page(self._number)

    @cached_property
    def rows(self) -> list[Row]:
        return [self._row(procedure) for procedure in self.page]

    @cached_property
    def open(self) -> list[Opened]:
        """Everything not published yet, what waits for this officer first."""
        versions = ProcedureVersion.objects.filter(procedure__in=procedures_of(self.officer))
        pending = versions.exclude(status=Status.PUBLISHED).select_related("procedure", "author__user")
        found = [self._opened(version) for version in pending.order_by("-pk")[:MOST_COUNTED]]
        return sorted(found, key=lambda one: not one.waits_for_me)

    @property
    def waiting(self) -> int:
        return sum(one.waits_for_me for one in self.open)

    def _opened(self, version: ProcedureVersion) -> Opened:
        errors, warnings = counted(version)
        waits = may(self.officer, WAITS[Status(version.status)])
        return Opened(version, chip_of(version, self.on), errors, warnings, waits)

    @cached_property
    def _versions(self) -> dict[int, list[ProcedureVersion]]:
        """Without their content, which is large."""
        rows = ProcedureVersion.objects.filter(procedure__in=procedures_of(self.officer)).only(*SHOWN)
        found: dict[int, list[ProcedureVersion]] = defaultdict(list)
        for version in rows.order_by("number"):
            found[version.procedure_id].append(version)
        return found

    @cached_property
    def _matching(self) -> list[Procedure]:
        words = fold(self.query).split()
        procedures = procedures_of(self.officer).order_by("name", "pk")
        return [
            one
            for one in procedures
            if all(word in f"{one.path_code} {fold(one.name)}" for word in words) and self._in_stage(one)
        ]

    def _in_stage(self, procedure: Procedure) -> bool:
        versions = self._versions[procedure.pk]
        published = [one for one in versions if one.status == Status.PUBLISHED]
        if not self.stage:
            return True
        if self.stage == "dang-soan":
            return len(published) < len(versions)
        if self.stage == "chua-cong-bo":
            return not published
        if self.stage == Stage.REPEALED:
            return bool(published) and published[-1].stage(self.on) == Stage.REPEALED
        return any(one.stage(self.on) == self.stage for one in published)

    def _row(self, procedure: Procedure) -> Row:
        versions = self._versions[procedure.pk]
        pending = next((one for one in versions if one.status != Status.PUBLISHED), None)
        current = next((one for one in versions if one.stage(self.on) == Stage.IN_FORCE), None)
        scheduled = [one for one in versions if one.stage(self.on) == Stage.SCHEDULED]
        last = [versions[-1]] if versions and not (pending or current or scheduled) else []
        chips = _chips([*last, *filter(None, [current]), *scheduled, *filter(None, [pending])], self.on)
        return Row(procedure, chips, pending, current)


def counted(version: ProcedureVersion) -> tuple[int, int]:
    """Errors and warnings of a draft; counted again only after an edit."""
    key = f"lint:{version.pk}:{version.edits}"
    found: tuple[int, int] | None = cache.get(key)
    if found is None:
        severities = [one.severity for one in lint(version.edition)]
        found = severities.count("error"), severities.count("warning")
        cache.set(key, found, 3600)
    return found


def _chips(versions: Iterable[ProcedureVersion], on: dt.date) -> list[Chip]:
    return [chip_of(one, on) for one in versions]
