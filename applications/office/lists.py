"""A list of people as an officer pastes or uploads it: a table in, answers judged by the form's own schema out.

The first row names the columns by the labels of the questions. Everything wrong is told with its row and column and
how to mend it; as long as anything is wrong nothing is kept.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from applications import addresses, answering
from applications.models import Channel
from applications.services.list_filing import question_of
from identity.errors import Refused
from identity.folding import fold
from identity.models import Agency, Citizen
from procedures import rules
from procedures.journey import Answer, Journey
from procedures.models import ProcedureVersion
from procedures.schema import Form, Question

MOST_ROWS = 1000
MOST_BYTES = 2 * 1024 * 1024
MOST_UNPACKED = 50 * 1024 * 1024
SHOWN_MISTAKES = 100
UNASKED = frozenset({"file", "computed", "identity_document"})
Table = list[list[str]]


@dataclass(frozen=True)
class Mistake:
    """``row`` counts as the officer's sheet does: the names of the columns are row 1; 0 is the list as a whole."""

    row: int
    column: str
    message: str


@dataclass(frozen=True)
class Judged:
    rows: tuple[dict[str, Any], ...]
    mistakes: tuple[Mistake, ...]


def usable(agency: Agency, *, on: dt.date) -> list[ProcedureVersion]:
    """Versions in force that this office may file by list (setting OFFICE_LIST_PROCEDURES) and decides itself."""
    found = ProcedureVersion.objects.in_force(on).select_related("procedure")
    named = found.filter(procedure__slug__in=settings.OFFICE_LIST_PROCEDURES).order_by("procedure__name")
    return [one for one in named if one.is_live and _decided_by(one, agency)]


def _decided_by(version: ProcedureVersion, agency: Agency) -> bool:
    routing = version.processing.get("routing", {})
    return any(
        case.get("agency") == agency.key
        or (case.get("level"), case.get("kind")) == (agency.level, agency.kind)
        for case in routing.get("cases", [routing])
    )


def columns(form: Form) -> list[Question]:
    return [
        one for page in form.pages if page.group is None for one in page.questions if one.kind not in UNASKED
    ]


def heading(question: Question) -> str:
    """The label of the question, said of somebody else."""
    return question.label.removesuffix(" của bạn").replace(" của bạn ", " ").removesuffix(" bạn")


def papers(form: Form) -> list[Question]:
    """Papers the form asks for: the office holds one for the whole list."""
    return [one for page in form.pages for one in page.questions if one.kind == "file"]


def table_of_text(text: str) -> Table:
    """Pasted from a sheet (tabs) or written as CSV (comma or semicolon)."""
    first = text.lstrip("\ufeff").partition("\n")[0]
    separator = max("\t;,", key=first.count)
    read = csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=separator)
    return _filled([cell.strip() for cell in row] for row in read)


def table_of_file(name: str, content: bytes) -> Table:
    """CSV in UTF-8, or the first sheet of an XLSX file. Raises Refused with the mend."""
    if len(content) > MOST_BYTES:
        raise Refused(_("Tệp danh sách lớn hơn 2 MB. Hãy chia thành nhiều danh sách."))
    if not name.lower().endswith(".xlsx"):
        try:
            return table_of_text(content.decode("utf-8-sig"))
        except (UnicodeDecodeError, csv.Error) as error:
            raise Refused(
                _("Tệp danh sách phải là XLSX hoặc CSV mã hóa UTF-8. Hãy lưu lại rồi tải lên.")
            ) from error
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > MOST_UNPACKED:
                raise Refused(_("Bảng tính này quá lớn. Hãy chép riêng danh sách sang một tệp mới."))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = sheet.to_python(nrows=MOST_ROWS + 2)
    except (CalamineError, zipfile.BadZipFile, IndexError, ValueError) as error:
        raise Refused(_("Không mở được tệp XLSX này. Hãy lưu lại từ bảng tính rồi tải lên.")) from error
    return _filled([_cell(value) for value in row] for row in rows)


def text_of(table: Table) -> str:
    """The table as it is put back into the box, to be mended there."""
    return "\n".join("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row) for row in table)


def template(form: Form) -> str:
    """The names of the columns as CSV a spreadsheet opens with its Vietnamese letters intact."""
    kept = io.StringIO()
    csv.writer(kept).writerow([heading(one) for one in columns(form)])
    return "\ufeff" + kept.getvalue()


def usual(form: Form) -> str:
    """What is the same for most lists, one «column: value» a line, to be changed by the officer."""
    own = {question_of(form, "sex"), ""}
    return "\n".join(
        f"{heading(one)}: {one.choices[0].label}"
        for one in columns(form)
        if one.choices and one.id not in own
    )


def judge(
    version: ProcedureVersion,
    table: Table,
    *,
    shared: str,
    papers: Mapping[str, str],
    agency: Agency,
    at: dt.datetime,
) -> Judged:
    """Every row as the form itself judges it.

    ``shared``: lines «column: value» that hold for all; ``papers``: hash of the stored file by question.
    """
    form = answering.form_of_version(version)
    named, mistakes = _headings(form, table)
    common, wrong = _shared(form, shared)
    mistakes += wrong
    if not mistakes and len(table) < 2:
        mistakes.append(Mistake(0, "", _("Danh sách chưa có người nào dưới dòng tên cột.")))
    if len(table) - 1 > MOST_ROWS:
        mistakes.append(
            Mistake(0, "", _("Danh sách có hơn %(most)d người. Hãy chia nhỏ.") % {"most": MOST_ROWS})
        )
    if mistakes:
        return Judged((), tuple(mistakes))
    reading = _Reading(form, agency, papers, at)
    rows = []
    for number, row in enumerate(table[1:], 2):
        cells = {one.id: cell for one, cell in zip(named, row, strict=False) if cell}
        rows.append(reading.answers({**common, **cells}, number))
    reading.compare(rows)
    found = sorted(reading.mistakes, key=lambda one: one.row)
    return Judged(() if found else tuple(rows), tuple(found))


def _headings(form: Form, table: Table) -> tuple[list[Question], list[Mistake]]:
    known = _known(form)
    named, mistakes = [], []
    for cell in table[0] if table else []:
        if (question := known.get(fold(cell))) is None:
            mistakes.append(
                Mistake(
                    1, cell, _("Không có cột này trong biểu mẫu. Hãy dùng tên cột của tệp mẫu, hoặc bỏ cột.")
                )
            )
        elif question in named:
            mistakes.append(Mistake(1, cell, _("Cột này có hai lần. Hãy giữ một.")))
        else:
            named.append(question)
    return named, mistakes


def _shared(form: Form, text: str) -> tuple[dict[str, str], list[Mistake]]:
    known, common, mistakes = _known(form), {}, []
    for line in filter(None, map(str.strip, text.splitlines())):
        name, _colon, value = line.partition(":")
        if (question := known.get(fold(name))) is None:
            mistakes.append(
                Mistake(
                    0, name or line, _("Giá trị chung: ghi «tên cột: giá trị», tên cột như trong tệp mẫu.")
                )
            )
        else:
            common[question.id] = value.strip()
    return common, mistakes


def _known(form: Form) -> dict[str, Question]:
    return {fold(name): one for one in columns(form) for name in (one.id, one.label, heading(one))}


class _Reading:
    """Rows of one list; a place many people share is looked up once."""

    def __init__(self, form: Form, agency: Agency, papers: Mapping[str, str], at: dt.datetime) -> None:
        self.form, self.papers = form, papers
        self.day = answering.legal_day(at)
        self.context = rules.context(today=self.day, channel=str(Channel.COUNTER), agency=agency.name)
        self.number, self.name = question_of(form, "citizen_id"), question_of(form, "full_name")
        self.mistakes: list[Mistake] = []
        self._places: dict[str, dict[str, str]] = {}

    def answers(self, cells: Mapping[str, str], row: int) -> dict[str, Any]:
        """Answers as the dossier will keep them."""
        before = len(self.mistakes)
        raw = {name: self._raw(self.form.questions[name], cell, row) for name, cell in cells.items()}
        given = {name: Answer(value) for name, value in {**raw, **self.papers}.items()}
        journey = Journey(self.form, given, self.context, commune_exists=answering.commune_exists)
        if len(self.mistakes) == before:
            for name, message in journey.errors():
                self._mistake(row, self.form.questions[name], message)
        kept = journey.values()
        return {name: kept[name] for name in raw if name in kept}

    def compare(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Nobody stands in the list twice, or under a name the portal does not know the number by."""
        first: dict[str, int] = {}
        numbers = [str(row.get(self.number, "")) for row in rows]
        known = dict(Citizen.objects.filter(number__in=set(numbers)).values_list("number", "name"))
        for row, (number, answers) in enumerate(zip(numbers, rows, strict=True), 2):
            question = self.form.questions[self.number]
            if number and number in first:
                text = _("trùng với dòng %(row)d. Mỗi người một dòng") % {"row": first[number]}
                self._mistake(row, question, text)
            first.setdefault(number, row)
            if number in known and fold(known[number]) != fold(str(answers.get(self.name, ""))):
                text = _("trên cổng, số này thuộc người có tên khác. Hãy xem lại số và tên")
                self._mistake(row, question, text)

    def _raw(self, question: Question, cell: str, row: int) -> Any:
        if question.kind == "address":
            return self._address(question, cell, row)
        if question.choices:
            folded = fold(cell)
            found = (one.code for one in question.choices if folded in (fold(one.label), fold(one.code)))
            return next(found, cell)
        return cell

    def _address(self, question: Question, cell: str, row: int) -> Any:
        """«12 Bạch Đằng, Phường Hải Châu, Thành phố Đà Nẵng»: the last two parts name the place."""
        parts = [part.strip() for part in cell.split(",")]
        detail, place = ", ".join(parts[:-2]), ", ".join(parts[-2:])
        if place not in self._places:
            written = {"commune": place, "detail": "", "country": "VN"}
            try:
                self._places[place] = addresses.resolve(written, label=heading(question), on=self.day)
            except addresses.AddressUnclear as unclear:
                self._mistake(row, question, unclear.message)
                return ""
        return {**self._places[place], "detail": detail}

    def _mistake(self, row: int, question: Question, message: str) -> None:
        said = message.removeprefix(f"{question.text}: ").removeprefix(f"{heading(question)}: ")
        self.mistakes.append(Mistake(row, heading(question), f"{said[:1].upper()}{said[1:].rstrip('.')}."))


def _filled(rows: Iterable[list[str]]) -> Table:
    return [row for row in rows if any(row)]


def _cell(value: Any) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
