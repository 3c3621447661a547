"""What went with a dossier: the declaration, the facts of each register and every file, with size and fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from applications.facts import SOURCES
from applications.log import canonical
from applications.models import Attachment, Digitisation, Dossier
from applications.wording import rows_in_words
from procedures.journey import CITIZEN, COMPUTED, Journey
from procedures.schema import Form


@dataclass(frozen=True)
class Sent:
    """One line of the list on the confirmation."""

    name: str
    source: str
    size: int
    sha256: str

    @property
    def fingerprint(self) -> str:
        """The first 12 hexadecimal digits in groups: enough to compare by eye."""
        return " ".join(self.sha256[at : at + 4] for at in (0, 4, 8))


@dataclass(frozen=True)
class Paper:
    """An attached file with the question it answers."""

    label: str
    file: Attachment
    page: str


def attached(dossier: Dossier, form: Form) -> list[Paper]:
    """In the order of the form; papers an officer asked for beyond the form come last."""
    standing = Attachment.objects.filter(dossier=dossier, removed_at=None)
    return in_order(list(standing.select_related("digitisation__by")), form)


def in_order(papers: Iterable[Attachment], form: Form) -> list[Paper]:
    files = {one.question: one for one in papers}
    asked = [
        Paper(question.text, files.pop(question.id), page.id)
        for page in form.pages
        for question in page.questions
        if question.id in files
    ]
    return asked + [Paper(one.name, one, "") for one in files.values()]


def everything(dossier: Dossier, journey: Journey) -> list[Sent]:
    """The declaration first, then data taken from registers, then files."""
    own: dict[str, Any] = {}
    registers: dict[str, dict[str, Any]] = {}
    for name in journey.values():
        answer = journey.answer(name)
        if answer is None:
            continue
        if answer.source in (CITIZEN, COMPUTED):
            own[name] = answer.value
        else:
            registers.setdefault(answer.source, {})[name] = answer.value
    lines = [_sent(_("Tờ khai điện tử"), _("Bạn điền"), own)]
    lines += [
        _sent(_("Dữ liệu đã lấy"), str(SOURCES.get(name, name)), values) for name, values in registers.items()
    ]
    lines += [
        Sent(paper.label, _origin(paper.file), paper.file.size, paper.file.sha256)
        for paper in attached(dossier, journey.form)
    ]
    return lines


def _origin(file: Attachment) -> str:
    """The person's own file name; of a scan made at the counter also who made it."""
    scan: Digitisation | None = getattr(file, "digitisation", None)
    if scan is None:
        return file.name
    seen = _("đã đối chiếu bản chính") if scan.original_seen else _("chưa đối chiếu bản chính")
    return _("%(file)s, số hóa bởi %(who)s, %(seen)s") % {
        "file": file.name, "who": scan.by.full_name, "seen": seen
    }  # fmt: skip


def tables(journey: Journey) -> list[dict[str, Any]]:
    """Repeating groups as tables, for the declaration."""
    return [
        {
            "label": page.group.text,
            "columns": [one.text for one in page.questions],
            "rows": rows_in_words(page.questions, answer.value),
        }
        for page in journey.form.pages
        if page.group and (answer := journey.answer(page.group.id))
    ]


def _sent(name: str, source: str, values: Mapping[str, Any]) -> Sent:
    content = canonical(dict(values))
    return Sent(name, source, len(content), hashlib.sha256(content).hexdigest())
