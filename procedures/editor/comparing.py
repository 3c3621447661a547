"""Two versions side by side: what changed, in words, and what it costs the people who use it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from identity.access import officer_required
from identity.errors import NotFound
from procedures import diff
from procedures.access import EDITORIAL, version_for
from procedures.diff import BurdenDelta, Change, Segment
from procedures.editor.frame import frame, signed_in
from procedures.models import ProcedureVersion

A_DAY = 86_400
HEADS = (
    ("typed", gettext_lazy("Ô phải gõ")),
    ("chosen", gettext_lazy("Lựa chọn")),
    ("uploads", gettext_lazy("Giấy tờ tải lên")),
    ("pages", gettext_lazy("Trang")),
    ("clicks", gettext_lazy("Lần bấm")),
)


@dataclass(frozen=True)
class Line:
    """A change as it is read: a sentence, and the words that came and went where it is a matter of words."""

    kind: str
    sentence: str
    segments: list[Segment]
    language: str


@dataclass(frozen=True)
class Comparison:
    before: ProcedureVersion
    after: ProcedureVersion
    groups: list[tuple[str, list[Line]]]
    delta: BurdenDelta | None

    @property
    def count(self) -> int:
        return sum(len(changes) for _title, changes in self.groups)

    @property
    def burden(self) -> list[tuple[str, int, int]]:
        """Head, for somebody of whom nothing is known, for somebody known to every register."""
        if self.delta is None:
            return []
        return [(str(label), self.delta.unknown[key], self.delta.known[key]) for key, label in HEADS]


def compared(before: ProcedureVersion, after: ProcedureVersion) -> Comparison:
    changes = diff.compare(before.edition, after.edition)
    by_group = groupby(changes, key=lambda one: one.group)
    groups = [(str(diff.GROUPS[key]), [_line(one) for one in rows]) for key, rows in by_group]
    return Comparison(before, after, groups, delta_between(before, after))


def _line(change: Change) -> Line:
    before, after = _words(change.before), _words(change.after)
    runs = diff.segments(before, after) if change.kind != "moved" and (before or after) else []
    return Line(change.kind, change.sentence, runs, "en" if change.place.endswith("_en") else "vi")


def _words(value: Any) -> str:
    """A text, a number or a list of them; a whole part is told by its name alone."""
    if isinstance(value, list):
        return "; ".join(map(_words, value)) if not any(isinstance(one, Mapping) for one in value) else ""
    return "" if isinstance(value, Mapping) else diff.shown(value)


def delta_between(before: ProcedureVersion, after: ProcedureVersion) -> BurdenDelta | None:
    """Walking the personas takes a moment; two versions as they are give the same answer every time."""
    key = f"burden:{before.pk}:{before.edits}:{after.pk}:{after.edits}"
    found: BurdenDelta | str | None = cache.get(key)
    if found is None:
        found = diff.burden_delta(before.edition, after.edition) or "unknown"
        cache.set(key, found, A_DAY)
    return None if isinstance(found, str) else found


def chosen(
    versions: Iterable[ProcedureVersion], asked: str, usual: ProcedureVersion | None
) -> ProcedureVersion | None:
    """The version with the number asked for. Raises NotFound for a number nobody has."""
    if not asked:
        return usual
    found = next((one for one in versions if str(one.number) == asked), None)
    if found is None:
        raise NotFound(_("Thủ tục này không có bản %(number)s.") % {"number": asked[:10]})
    return found


@require_GET
@officer_required(*EDITORIAL)
def compare(request: HttpRequest, version: int) -> HttpResponse:
    """``?voi=<number>``: with another version of the same procedure; without it, with what the draft stands on."""
    officer = signed_in(request)
    found = version_for(officer, version, "read")
    others = list(found.procedure.versions.exclude(pk=found.pk).order_by("-number"))
    earlier = next((one for one in others if one.number < found.number), None)
    other = chosen(others, request.GET.get("voi", ""), found.based_on or earlier)
    pair = sorted([other, found], key=lambda one: one.number) if other else []
    context = frame(found, officer, tab="compare") | {
        "others": others,
        "other": other,
        "comparison": compared(*pair) if pair else None,
    }
    return render(request, "editor/compare.html", context)
