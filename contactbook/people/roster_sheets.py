"""The visible sheets of an .xlsx file as plain rows of values, read without trusting the file.

The file comes from a stranger's computer: it may be something else, locked with a password, carry
macros, or unpack to gigabytes. It is looked at as a zip archive first; only then does openpyxl read
it, in the mode that never builds a whole sheet, and no further than a class list can reach.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from openpyxl import load_workbook
from openpyxl.utils.datetime import WINDOWS_EPOCH

MEGABYTE = 1024 * 1024
MOST_BYTES = 10 * MEGABYTE
MOST_UNPACKED = 30 * MEGABYTE  # a school of 30 classes unpacks to less than one
MOST_PARTS = 1_000
MOST_SHEETS = 60
MOST_ROWS = 5_000  # filled ones of the whole file; a large school has 1,000 children
LAST_ROW = 20_000  # one cell below it would make openpyxl count through a million empty rows
MOST_COLUMNS = 100
MOST_TEXT = 2_000  # characters of one cell that are read at all

OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an OLE container: .xls, or .xlsx encrypted
LOCKED = "EncryptedPackage".encode("utf-16-le")
DECLARES = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)  # no spreadsheet program does

NOT_A_WORKBOOK = "Tệp không phải là bảng tính Excel (.xlsx). Cô chọn lại tệp giúp nhé."
ERRORS = {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}

Cell = str | int | float | date | time | timedelta | None


class UnreadableFile(ValueError):
    """Not a class list we can open; one Vietnamese sentence says why and what to do."""


@dataclass(frozen=True)
class Row:
    number: int  # as Excel shows it, from 1
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Sheet:
    title: str
    rows: tuple[Row, ...]
    epoch: datetime = WINDOWS_EPOCH  # what serial 0 stands for; files of old Macs start in 1904


def read_sheets(source: Path | BinaryIO) -> tuple[Sheet, ...]:
    """Every visible sheet, formulas as the values last computed; raises `UnreadableFile` only."""
    archive = _honest(_content(source))
    try:
        with warnings.catch_warnings(action="ignore"):  # styles and extensions that we do not read
            return tuple(_opened(archive))
    except UnreadableFile:
        raise
    except Exception as error:  # a broken file breaks openpyxl in any way it likes
        raise UnreadableFile(
            "Tệp Excel bị hỏng nên chưa đọc được. Cô mở tệp, lưu lại rồi gửi lại giúp nhé."
        ) from error


def _content(source: Path | BinaryIO) -> bytes:
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
        else:
            content = source.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableFile("Không mở được tệp. Cô kiểm tra lại đường dẫn giúp nhé.") from error
    if len(content) > MOST_BYTES:
        raise UnreadableFile(
            f"Tệp lớn hơn {MOST_BYTES // MEGABYTE} MB. Danh sách lớp chỉ cần chữ: "
            "cô bỏ hình ảnh ra rồi gửi lại giúp nhé."
        )
    return content


def _honest(content: bytes) -> BinaryIO:
    """The archive packed anew from what was really in it, or why it is not to be opened."""
    if content.startswith(OLD_OR_LOCKED):
        raise UnreadableFile(
            "Tệp đang có mật khẩu. Cô bỏ mật khẩu rồi gửi lại giúp nhé."
            if LOCKED in content
            else "Tệp Excel kiểu cũ (.xls). Cô lưu lại thành .xlsx rồi gửi lại giúp nhé."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive)
            return _packed_anew(archive)
    except UnreadableFile:
        raise
    except Exception as error:  # zipfile meets broken archives with a dozen errors
        raise UnreadableFile(NOT_A_WORKBOOK) from error


def _check_parts(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [part.filename.lower() for part in parts]
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise UnreadableFile(NOT_A_WORKBOOK)
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnreadableFile(
            "Tệp có macro. Cô lưu lại thành .xlsx (không có macro) rồi gửi lại giúp nhé."
        )
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise UnreadableFile("Tệp quá lớn so với một danh sách lớp nên chưa đọc được.")


def _packed_anew(archive: zipfile.ZipFile) -> BinaryIO:
    """A part whose declared size lies unpacks in full, unless it is read with a limit: do so."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as honest:
        for part in archive.infolist():
            if part.filename.lower().endswith((".xml", ".rels")):
                with archive.open(part) as file:
                    xml = file.read(part.file_size + 1)
                if DECLARES.search(xml.replace(b"\0", b"")):  # in UTF-16, too
                    raise UnreadableFile("Tệp có nội dung không an toàn nên không đọc được.")
                honest.writestr(part.filename, xml)
    copy.seek(0)
    return copy


def _opened(archive: BinaryIO) -> Iterator[Sheet]:
    book = load_workbook(archive, read_only=True, data_only=True, keep_links=False)
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if len(shown) > MOST_SHEETS:
        raise UnreadableFile(f"Tệp có hơn {MOST_SHEETS} trang nên chưa đọc được.")
    room = MOST_ROWS
    for sheet in shown:
        sheet.reset_dimensions()  # a file may lie about its size, in both directions
        lines = sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS, values_only=True)
        rows = tuple(_filled(lines, room))
        room -= len(rows)
        yield Sheet(sheet.title, rows, book.epoch)


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
