"""What ``catalogue lint`` looks at and prints: the editions in force or those of a file, as text and as data."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from procedures.catalogue import definition
from procedures.catalogue.validate import ADDED
from procedures.catalogue.values import SLUG
from procedures.edition import Edition
from procedures.lint import Citation, Finding, citations, lint
from procedures.models import OnlineLevel, ProcedureVersion
from procedures.personas import burden_of

HEADS = ("typed", "chosen", "uploads", "pages", "clicks")


@dataclass(frozen=True, slots=True)
class Report:
    edition: Edition
    findings: list[Finding]
    justified: list[Citation]
    burden: Mapping[str, Mapping[str, int]]

    @property
    def errors(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == "error"]

    @property
    def warnings(self) -> list[Finding]:
        return [one for one in self.findings if one.severity == "warning"]

    @property
    def asked(self) -> tuple[int, int]:
        """Pages and questions of the form; a form that cannot be read has none."""
        pages = (self.edition.form or {}).get("pages") or []
        return len(pages), sum(len(page.get("questions") or ()) for page in pages if isinstance(page, dict))

    def as_dict(self) -> dict[str, Any]:
        pages, questions = self.asked
        return {
            "id": self.edition.slug,
            "online_level": self.edition.online_level,
            "form": self.edition.form is not None,
            "pages": pages,
            "questions": questions,
            "burden": self.burden,
            "errors": [asdict(one) for one in self.errors],
            "warnings": [asdict(one) for one in self.warnings],
            "justified": [asdict(one) for one in self.justified],
        }


def report(edition: Edition, *, today: dt.date) -> Report:
    findings = lint(edition)
    loads = not any(one.rule == "schema" for one in findings)
    burden = burden_of(edition, today=today) if loads else {}
    return Report(edition, findings, citations(edition), burden)


def in_force(on: dt.date, codes: Iterable[str]) -> list[Edition]:
    """Of every procedure described in full, or of those named by slug or code."""
    versions = ProcedureVersion.objects.in_force(on).select_related("procedure").order_by("procedure__slug")
    wanted = set(codes)
    return [
        version.edition
        for version in versions.iterator()
        if (
            wanted & {version.procedure.slug, version.procedure.code}
            if wanted
            else "components" in version.content
        )
    ]


def of_document(document: Any) -> list[Edition]:
    """The records of a catalogue file, as an import would publish them: with the form they carry, else the one
    shipped under their id. Raises ValueError when it is no catalogue."""
    records = document.get("procedures") if isinstance(document, dict) else None
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ValueError("phải có danh sách «procedures»")
    return [_edition(record) for record in records]


def _edition(record: dict[str, Any]) -> Edition:
    slug = str(record.get("id") or record.get("code") or "")
    named = SLUG.fullmatch(slug) is not None
    form = record.get("form") or (definition(f"{slug}.json") if named else None)
    steps = record.get("processing") or (definition(f"{slug}.processing.json") if named else None)
    terms = record.get("version")
    stated = terms.get("online_level") if isinstance(terms, dict) else None
    level = stated or (record.get("online_level") if form else None)
    content = {name: part for name, part in record.items() if name not in ADDED}
    return Edition(slug, str(level or OnlineLevel.INFORMATION), content, form, steps or {})


def totals(reports: list[Report]) -> dict[str, Any]:
    rules = Counter(f"{one.rule}:{one.severity}" for report in reports for one in report.findings)
    return {
        "procedures": len(reports),
        "with_form": sum(one.edition.form is not None for one in reports),
        "clean": sum(not one.errors for one in reports),
        "questions": sum(one.asked[1] for one in reports),
        "errors": sum(len(one.errors) for one in reports),
        "warnings": sum(len(one.warnings) for one in reports),
        "justified": sum(len(one.justified) for one in reports),
        "by_rule": dict(sorted(rules.items())),
    }


def lines(reports: list[Report], *, every: bool) -> Iterable[str]:
    """One line a procedure; with its findings where there is something to mend (all of them unless ``every``)."""
    for one in reports:
        pages, questions = one.asked
        yield (
            f"{one.edition.slug}: {one.edition.online_level}, {pages} trang, {questions} câu hỏi; "
            f"{_counts(one.burden)}{len(one.errors)} lỗi, {len(one.warnings)} nhắc, {len(one.justified)} dẫn luật"
        )
        for finding in one.errors if every else one.findings:
            mark = "LỖI " if finding.severity == "error" else "nhắc"
            yield f"  {mark} {finding.rule} {finding.place}: {finding.message} → {finding.mend}"
    sums = totals(reports)
    yield (
        f"Tổng: {sums['procedures']} thủ tục, {sums['with_form']} có biểu mẫu, {sums['clean']} không lỗi; "
        f"{sums['questions']} câu hỏi, {sums['errors']} lỗi, {sums['warnings']} nhắc, {sums['justified']} dẫn luật."
    )


def _counts(burden: Mapping[str, Mapping[str, int]]) -> str:
    names = {"unknown": "chưa biết", "known": "đã biết"}
    shown = [f"{names[who]} {'/'.join(str(one[head]) for head in HEADS)}" for who, one in burden.items()]
    return f"gõ/chọn/tải/trang/bấm: {', '.join(shown)}; " if shown else ""
