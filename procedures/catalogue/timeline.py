"""Where a stated version goes among the versions of its procedure. Works on rows already read; writes nothing.

Published versions are frozen: of one that stands here only its end may move. What an editor scheduled stays, and so
does what an officer published here when a file without versions (a list of a ministry, the project's own records)
merely repeats what an earlier version said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from procedures.catalogue import definition
from procedures.catalogue.additions import Entry, Record, Stated
from procedures.catalogue.values import Fault, InvalidCatalogue
from procedures.models import OnlineLevel, Procedure, ProcedureVersion

CATALOGUE_FROM = dt.date(2025, 7, 1)
"""First day of the two-level administration, from which the records of the catalogue are stated."""
DAY = dt.timedelta(days=1)
Parts = dict[str, Any]


@dataclass
class Line:
    """The published versions of one procedure by the day they begin, and what the import changes of them."""

    procedure: Procedure
    versions: list[ProcedureVersion]
    top: int
    """Highest number in use, drafts included."""
    fresh: list[ProcedureVersion] = field(default_factory=list)
    ended: list[ProcedureVersion] = field(default_factory=list)
    before: ProcedureVersion | None = None
    after: ProcedureVersion | None = None
    """The version in force that was replaced, and the one that replaces it."""

    @property
    def changed(self) -> bool:
        return bool(self.fresh or self.ended)


def place(entry: Entry, line: Line, *, at: dt.datetime, on: dt.date) -> None:
    """Plan everything the file says of one procedure. Raises InvalidCatalogue."""
    if not line.versions:
        _found(entry, line, at=at)
        return
    now = entry.now
    if now.begins is not None and now.begins > on:
        _schedule(now, line, at=at)
    elif now.ends is None or now.ends >= on:
        _hold(now, line, at=at, on=on)
    for one in entry.history:
        if one.begins is not None and one.begins > on:
            _schedule(one, line, at=at)


def _found(entry: Entry, line: Line, *, at: dt.datetime) -> None:
    """A procedure not yet published here: all its versions, with the numbers and days the file gives them."""
    shift = line.top
    made = {}
    for stated in (entry.now, *entry.history):
        number = stated.term("number", 1)
        version = _version(stated, line.procedure, _stated_parts(stated, line.procedure.slug), at)
        version.number = shift + number
        version.effective_from = stated.begins or _first_day(stated.record)
        version.effective_to = stated.ends
        version.repeal_decision = stated.term("repeal_decision", "")
        made[number] = version
    for stated in (entry.now, *entry.history):
        version = made[stated.term("number", 1)]
        version.based_on = made.get(stated.term("based_on", 0))
    line.fresh = [made[number] for number in sorted(made)]
    line.after = made[entry.now.term("number", 1)]


def _hold(stated: Stated, line: Line, *, at: dt.datetime, on: dt.date) -> None:
    """``stated`` is to be in force from ``on``, unless what stands here already says so."""
    standing = _standing(line, on)
    if _nothing_new(stated, line, standing):
        return
    current = standing or _next_or_last(line, on)
    parts = _parts(stated, line, current)
    if _same(current, parts):
        _repeal(stated, current, line)
        return
    version = _version(stated, line.procedure, parts, at)
    begins = on
    if standing is not None and standing.effective_from is not None:
        begins = max(on, standing.effective_from + DAY)
    _insert(version, begins, line, stated.path)
    line.before, line.after = current, version


def _standing(line: Line, on: dt.date) -> ProcedureVersion | None:
    """In force on ``on``; or, where imports of one day follow each other, the last of them: a version that began
    today holds for today, so its successor waits until tomorrow."""
    current = next((one for one in line.versions if _covers(one, on)), None)
    for later in line.versions:
        if current is None or current.effective_from is None or later.effective_from is None:
            continue
        follows = current.effective_from >= on and later.effective_from == current.effective_from + DAY
        if follows and not _by_officer(later):
            current = later
    return current


def _next_or_last(line: Line, on: dt.date) -> ProcedureVersion:
    """What to compare with where nothing is in force: what is to come, else what was repealed."""
    return next((one for one in line.versions if _begin(one) > on), line.versions[-1])


def _covers(version: ProcedureVersion, on: dt.date) -> bool:
    begins, ends = version.effective_from, version.effective_to
    return begins is not None and begins <= on and (ends is None or ends >= on)


def _by_officer(version: ProcedureVersion) -> bool:
    return version.approved_by_id is not None or version.author_id is not None


def _nothing_new(stated: Stated, line: Line, standing: ProcedureVersion | None) -> bool:
    """A record without version and form that an officer's publication, or a repeal, has since left behind."""
    if stated.terms is not None or stated.states_form:
        return False
    settled = standing is None or any(_by_officer(one) for one in line.versions)
    return settled and any(one.content == stated.record for one in line.versions)


def _parts(stated: Stated, line: Line, own: ProcedureVersion) -> Parts:
    """The edition the file means; a record alone leaves the form that an officer published here as it is."""
    if stated.states_form or stated.terms is not None or not _by_officer(own):
        return _stated_parts(stated, line.procedure.slug)
    return {
        "online_level": own.online_level,
        "content": dict(stated.record),
        "form": own.form,
        "processing": own.processing,
    }


def _stated_parts(stated: Stated, slug: str) -> Parts:
    form = stated.form if stated.states_form else definition(f"{slug}.json")
    processing = stated.steps
    if not stated.states_form:
        processing = processing or definition(f"{slug}.processing.json") or {}
    level = stated.record.get("online_level") if form else None
    return {
        "online_level": stated.term("online_level", level or OnlineLevel.INFORMATION.value),
        "content": dict(stated.record),
        "form": form,
        "processing": dict(processing),
    }


def _same(version: ProcedureVersion, parts: Mapping[str, Any]) -> bool:
    return all(getattr(version, name) == value for name, value in parts.items())


def _repeal(stated: Stated, current: ProcedureVersion, line: Line) -> None:
    """The same version, which the file knows to end."""
    decision = stated.term("repeal_decision", "")
    if decision and stated.ends and current.effective_to is None:
        current.effective_to, current.repeal_decision = stated.ends, decision
        line.ended.append(current)


def _schedule(stated: Stated, line: Line, *, at: dt.datetime) -> None:
    begins = stated.begins
    if begins is None:
        return
    parts = _stated_parts(stated, line.procedure.slug)
    if any(one.effective_from == begins and _same(one, parts) for one in line.versions):
        return
    if later := next(
        (one for one in line.versions if one.effective_from and one.effective_from >= begins), None
    ):
        raise InvalidCatalogue(
            [
                Fault(
                    f"{stated.path}.version.effective_from",
                    f"ở đây đã có bản {later.number} bắt đầu ngày {later.effective_from}; hãy ghi ngày sau ngày đó",
                )
            ]
        )
    _insert(_version(stated, line.procedure, parts, at), begins, line, stated.path)


def _insert(version: ProcedureVersion, begins: dt.date, line: Line, path: str) -> None:
    """From ``begins`` until the next version; the one that held there ends the day before."""
    if any(one.effective_from == begins for one in line.versions):
        raise InvalidCatalogue(
            [
                Fault(
                    path,
                    f"ở đây đã có bản bắt đầu ngày {begins}; hãy nhập lại khi bản đó có hiệu lực,"
                    " hoặc sửa trong trang biên tập",
                )
            ]
        )
    line.top += 1
    version.number, version.effective_from = line.top, begins
    later = [
        one.effective_from for one in line.versions if one.effective_from and one.effective_from > begins
    ]
    version.effective_to = min(later) - DAY if later else None
    for one in line.versions:
        if _covers(one, begins):
            version.effective_to, version.repeal_decision = one.effective_to, one.repeal_decision
            one.effective_to, one.repeal_decision = begins - DAY, ""
            line.ended.append(one)
    line.versions = sorted([*line.versions, version], key=_begin)
    line.fresh.append(version)


def _begin(version: ProcedureVersion) -> dt.date:
    return version.effective_from or dt.date.max


def _version(stated: Stated, procedure: Procedure, parts: Parts, at: dt.datetime) -> ProcedureVersion:
    published = stated.term("published_at", None)
    return ProcedureVersion(
        procedure=procedure,
        status=ProcedureVersion.Status.PUBLISHED,
        published_at=dt.datetime.fromisoformat(published) if published else at,
        decision=stated.term("decision", ""),
        change_note=stated.term("change_note", ""),
        burden_reason=stated.term("burden_reason", ""),
        **parts,
    )


def _first_day(record: Record) -> dt.date:
    return dt.date.fromisoformat(record["valid_from"]) if "valid_from" in record else CATALOGUE_FROM


def sorted_by_day(versions: Sequence[ProcedureVersion]) -> list[ProcedureVersion]:
    return sorted(versions, key=_begin)
