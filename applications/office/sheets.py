"""Tables written row by row, as CSV or XLSX: never a whole table in memory, never a cell that a program would run."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, TextIO

import xlsxwriter

from applications.deadlines import LEGAL_ZONE

Cell = str | int | dt.date | dt.datetime | None
_RUNS = frozenset("=+-@\t\r\n＝＋－＠")
_WIDEST = 60


class Table(Protocol):
    def write(self, row: Sequence[Cell]) -> None: ...


def inert(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula (CWE-1236)."""
    return f"'{text}" if text[:1] in _RUNS or text.lstrip()[:1] in _RUNS else text


@contextmanager
def csv_table(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    """RFC 4180 in UTF-8 with a byte order mark, moments as RFC 3339, money as whole đồng."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = _Csv(file)
        table.write(columns)
        yield table


class _Csv:
    def __init__(self, file: TextIO) -> None:
        self.writer = csv.writer(file)

    def write(self, row: Sequence[Cell]) -> None:
        self.writer.writerow([_told(cell) for cell in row])


def _told(cell: Cell) -> str | int:
    if isinstance(cell, dt.datetime):
        return cell.astimezone(LEGAL_ZONE).isoformat(timespec="seconds")
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return cell if isinstance(cell, int) else inert(cell or "")


@contextmanager
def xlsx_table(path: Path, columns: Sequence[str]) -> Iterator[Table]:
    """One sheet; moments are dates of the sheet in Vietnamese time, shown as 07/05/2026 17:00."""
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    table = _Xlsx(book, columns)
    try:
        yield table
        table.finish()
        book.close()
    finally:
        table.let_go()


class _Xlsx:
    def __init__(self, book: xlsxwriter.Workbook, columns: Sequence[str]) -> None:
        self.sheet = book.add_worksheet("Danh sách")
        self.formats = {
            dt.datetime: book.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            dt.date: book.add_format({"num_format": "dd/mm/yyyy"}),
            int: book.add_format({"num_format": "#,##0"}),
        }
        self.number, self.columns = 0, len(columns)
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, min(_WIDEST, max(16, len(column) + 2)))
            self.sheet.write_string(0, place, column, head)

    def write(self, row: Sequence[Cell]) -> None:
        self.number += 1
        for place, cell in enumerate(row):
            if isinstance(cell, dt.datetime):
                local = cell.astimezone(LEGAL_ZONE).replace(tzinfo=None, microsecond=0)
                self.sheet.write_datetime(self.number, place, local, self.formats[dt.datetime])
            elif isinstance(cell, dt.date):
                self.sheet.write_datetime(self.number, place, cell, self.formats[dt.date])
            elif isinstance(cell, int):
                self.sheet.write_number(self.number, place, cell, self.formats[int])
            elif cell:
                self.sheet.write_string(self.number, place, inert(cell))

    def finish(self) -> None:
        self.sheet.autofilter(0, 0, self.number, self.columns - 1)

    def let_go(self) -> None:
        """Close the file of the rows, which the library leaves open when the sheet was not finished."""
        self.sheet.row_data_fh.close()


TABLES = {"csv": csv_table, "xlsx": xlsx_table}
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
