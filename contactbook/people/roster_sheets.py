"""The visible sheets of an .xlsx file as plain rows of values, read without trusting the file.

The file comes from a stranger's computer: it may be something else, locked with a password, carry
macros, or unpack to gigabytes. It is looked at as a zip archive first (roster_archive); only then
does openpyxl read it, in the mode that never builds a whole sheet, and no further than a class list
can reach.
"""

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.stylesheet import apply_stylesheet
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.datetime import WINDOWS_EPOCH

from contactbook.people.roster_archive import Archive, UnreadableFile, honest

__all__ = ["Cell", "Row", "Sheet", "UnreadableFile", "read_sheets"]

MOST_SHEETS = 60
MOST_ROWS = 5_000  # filled ones of the whole file; a large school has 1,000 children
LAST_ROW = 20_000  # one cell below it would make openpyxl count through a million empty rows
MOST_COLUMNS = 100
MOST_TEXT = 2_000  # characters of one cell that are read at all
ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}

Cell = str | int | float | date | time | timedelta | None


@dataclass(frozen=True)
class Row:
    number: int  # as Excel shows it, from 1
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    title: str
    rows: tuple[Row, ...]
    epoch: datetime = WINDOWS_EPOCH  # what serial 0 stands for; files of old Macs start in 1904
    merged: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """Cells merged downwards: (number of the first row, index of the column) → last row."""


class _Reader(ExcelReader):
    """openpyxl's own, as far as cells are concerned: pictures, charts and properties stay closed.

    A chart on a sheet of its own may hold anything, and it would take the whole file down.
    """

    def read(self) -> None:
        self.read_manifest()
        self.read_strings()
        self.read_workbook()
        apply_stylesheet(self.archive, self.wb)  # it tells dates from numbers
        self.read_worksheets()

    def read_chartsheet(self, *_: object) -> None:
        pass


def read_sheets(source: Path | BinaryIO) -> tuple[Sheet, ...]:
    """Every visible sheet, formulas as the values last computed; raises `UnreadableFile` only."""
    archive = honest(source)
    try:
        with warnings.catch_warnings(action="ignore"):  # styles and extensions that we do not read
            return tuple(_opened(archive))
    except UnreadableFile:
        raise
    except Exception as error:  # a broken file breaks openpyxl in any way it likes
        raise UnreadableFile(
            "Tệp Excel bị hỏng nên chưa đọc được. Cô mở tệp, lưu lại rồi gửi lại giúp nhé."
        ) from error


def _opened(archive: Archive) -> Iterator[Sheet]:
    reader = _Reader(archive.file, read_only=True, data_only=True, keep_links=False)
    reader.read()
    book: Any = reader.wb
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(shown) > MOST_SHEETS:
        raise UnreadableFile(f"Tệp có hơn {MOST_SHEETS} trang nên chưa đọc được.")
    room = MOST_ROWS
    for sheet in shown:
        sheet.reset_dimensions()  # a file may lie about its size, in both directions
        lines = sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS, values_only=True)
        rows = tuple(_filled(lines, room))
        room -= len(rows)
        merged = dict(_downwards(archive.merged.get(sheet._worksheet_path, ())))  # noqa: SLF001
        yield Sheet(sheet.title, rows, book.epoch, merged)


def _downwards(ranges: Iterable[str]) -> Iterator[tuple[tuple[int, int], int]]:
    for one in ranges:
        left, top, _right, bottom = range_boundaries(one)
        if left and top and bottom and bottom > top:
            yield (top, left - 1), bottom


def _filled(lines: Iterable[Sequence[object]], room: int) -> Iterator[Row]:
    """The rows that hold something, under their own numbers."""
    for number, line in enumerate(lines, start=1):
        if line.count(None) == len(line):  # quick: there may be very many of them
            continue
        cells = tuple(map(_plain, line))
        if all(cell is None for cell in cells):
            continue
        if not room:
            raise UnreadableFile(f"Tệp có hơn {MOST_ROWS} dòng nên chưa đọc được.")
        room -= 1
        yield Row(number, cells)


def _plain(value: object) -> Cell:
    """A value of a kind we know, its text not endless; blanks and Excel's error marks are None."""
    if isinstance(value, str):
        return None if not value.strip() or value in ERRORS else value[:MOST_TEXT]
    return value if isinstance(value, int | float | date | time | timedelta) else None
