"""How a sheet of a class list is laid out: titles, header, children, sums and signatures."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from contactbook.people.names import folded, tidy
from contactbook.people.roster_cells import Sex, text, told
from contactbook.people.roster_columns import BIRTH_DATES, RELATIONS, Field, Header, header_at
from contactbook.people.roster_rows import Line
from contactbook.people.roster_sheets import Cell, Row, Sheet

HEADER_WITHIN = 20  # rows from the top of a sheet
TITLES_ABOVE = 6  # rows that may announce a further class in the middle of a sheet

# What Excel, LibreOffice and Google call a sheet that nobody named.
UNNAMED = re.compile(r"(sheet|trang( tinh)?|bang( tinh)?|table|danh sach|ds|data)[ _]?\d*")
CLASS_TITLE = re.compile(
    r"(?:danh sách\b.*?\b)?(?:lớp|nhóm lớp|nhóm)\b\s*:?\s*(\S.*)", re.IGNORECASE
)
AFTER_CLASS = re.compile(r"\s+[-–—(]|[,;]|\s*\b(?:năm học|gvcn|giáo viên|sĩ số)", re.IGNORECASE)
SCHOOL_YEAR = re.compile(r"\bnam hoc ?:? ?(\d{4}) ?[-–—/] ?(\d{4})\b")

# Matched without accents, from the start. "Tống Thị Hoa" and "Công Thị Nghĩa" are people.
SUM = re.compile(
    r"tong (cong|so|si so)\b|(tong|cong|cong cong) ?(:|\d|$)|si so\b|danh sach (nay )?(co|gom)\b"
)
SIGNATURE = re.compile(
    r"nguoi lap|(pho )?hieu truong|ban giam hieu|ke toan|giao vien|gvcn|thu truong|xac nhan|"
    r"\(?ky\b.*\bten\b|(.*, ?)?ngay\b.*\bthang\b.*\bnam\b"
)
LONGEST_CLOSING = 120  # characters; patterns with many ".*" are slow on prose
COLUMN_NUMBER = re.compile(r"\(?(\d{1,2}|[A-Za-z])\)?")
OF_A_FAMILY = [f for f in Field if f.startswith(RELATIONS) or f in (Field.PHONE, Field.EMAIL)]


@dataclass(frozen=True)
class Block:
    """A header with the lines under it, and the titles above it."""

    header: Header
    number: int  # of the row the header begins in
    titles: tuple[str, ...]
    rows: Sequence[Row]


def blocks(sheet: Sheet) -> Iterator[Block]:
    """Usually one. A second header is a page break, or the next class under the first one."""
    rows = sheet.rows
    starts: list[tuple[int, Header]] = []
    below = 0  # the second row of a header is none of its own, even if it could be
    for at in range(len(rows)):
        if at >= below and (header := header_at(rows, at)):
            starts.append((at, header))
            below = at + header.rows
    if not starts or rows[starts[0][0]].number > HEADER_WITHIN:
        return
    ends = [at for at, _ in starts[1:]] + [len(rows)]
    for (at, header), end in zip(starts, ends, strict=True):
        above = rows[:at] if at == starts[0][0] else rows[at - min(at, TITLES_ABOVE) : at]
        titles = tuple(text(cell) for row in above for cell in row.cells if isinstance(cell, str))
        yield Block(header, rows[at].number, titles, rows[at + header.rows : end])


def classrooms(sheet: Sheet, found: Sequence[Block]) -> list[str]:
    """What the class of each block is called."""
    named = not UNNAMED.fullmatch(folded(sheet.title))
    names: list[str] = []
    for block in found:
        fallback = names[-1] if names else class_name(sheet.title)
        titled = next(filter(None, map(_class_in, reversed(block.titles))), "")
        names.append(fallback if named and not names else titled or fallback)
    return names


def class_name(written: str) -> str:
    """One spelling of a class: "LỚP MẦM 1" is Mầm 1."""
    name = re.sub(r"^(?:lớp|lop)\b\s*:?\s*(?=\S)", "", tidy(written), flags=re.IGNORECASE)
    return name.capitalize() if name.isupper() and len(name.split()[0]) > 1 else name


def school_year(titles: Sequence[str]) -> str | None:
    """Two years in a row: "Năm học 2026 - 2027" is 2026-2027."""
    for title in titles:
        if found := SCHOOL_YEAR.search(folded(title)):
            first, second = map(int, found.groups())
            return f"{first}-{second}" if second == first + 1 else None
    return None


def lines(sheet: Sheet, block: Block) -> Iterator[Line]:
    """The lines that speak of a child: no sums, no signatures, no row of numbers or of nothing."""
    unmarked = _unmarked(block)
    below = False  # a sum or signature was passed: a name alone is now somebody who signs
    shared = _Shared(sheet)
    for index, row in enumerate(block.rows):
        said = {what: row.cells[column] for what, column in block.header.columns.items()}
        line = Line(sheet.title, row.number, said, unmarked, sheet.epoch)
        parents = shared.parents(row, block.header)
        if _is_closing(row, line):
            below = True
        elif not index and _numbers_columns(row):
            continue
        elif line.points_to_child() or (line.told(Field.NAME) and not below):
            yield replace(line, said=said | parents)


class _Shared:
    """What is merged over the lines of brothers and sisters, which only the first of them holds."""

    def __init__(self, sheet: Sheet) -> None:
        self.merged = sheet.merged
        self.open: dict[int, tuple[int, Cell]] = {}  # column → until which row, and what

    def parents(self, row: Row, header: Header) -> dict[Field, Cell]:
        """Of this row's parents what stands in a cell that begins further up."""
        held: dict[Field, Cell] = {}
        for what in OF_A_FAMILY:
            if (column := header.columns.get(what)) is None:
                continue
            if until := self.merged.get((row.number, column)):
                self.open[column] = until, row.cells[column]
            until, cell = self.open.get(column, (0, None))
            if row.number <= until and row.cells[column] is None:
                held[what] = cell
        return held


def _class_in(title: str) -> str:
    found = CLASS_TITLE.match(title)
    return class_name(AFTER_CLASS.split(found[1], maxsplit=1)[0]) if found else ""


def _unmarked(block: Block) -> Sex | None:
    """Where only girls have a column and some are marked, the others are boys; and vice versa."""
    columns = block.header.columns
    if len({Field.BOY, Field.GIRL} & columns.keys()) != 1 or Field.SEX in columns:
        return None
    column = columns.get(Field.GIRL, columns.get(Field.BOY, 0))
    if not any(told(row.cells[column]) for row in block.rows):
        return None
    return "m" if Field.GIRL in columns else "f"


def _is_closing(row: Row, line: Line) -> bool:
    words = [folded(text(cell)[:LONGEST_CLOSING]) for cell in row.cells if cell is not None]
    name = folded(line.told(Field.NAME)[:LONGEST_CLOSING])
    if SUM.match(words[0]) or SUM.match(name):
        return not any(line.told(what) for what in BIRTH_DATES)
    if name and not SIGNATURE.match(name):
        return False
    return any(map(SIGNATURE.match, words)) and not line.points_to_child(but=SIGNATURE)


def _numbers_columns(row: Row) -> bool:
    """The row "1 2 3 4 …" or "(1) (2) …" that forms put under their header."""
    return all(COLUMN_NUMBER.fullmatch(text(cell)) for cell in row.cells if cell is not None)
