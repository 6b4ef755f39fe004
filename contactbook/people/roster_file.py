"""A school's class list, an .xlsx file as offices keep it, read into plain values.

Pure: a file and a day in, a `Roster` out; nothing is known of the database. The way there:

    roster_sheets  the file, opened with care    roster_layout  titles, header, lines, sums
    roster_columns what a heading means          roster_cells   what a cell says
    roster_rows    a line becomes a child        here           lines become classes
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from openpyxl.utils.cell import get_column_letter

from contactbook.people.names import folded, given_name
from contactbook.people.roster_cells import told
from contactbook.people.roster_columns import Field
from contactbook.people.roster_layout import (
    Block,
    blocks,
    class_name,
    classrooms,
    lines,
    school_year,
)
from contactbook.people.roster_lines import (
    ClassList,
    GuardianLine,
    Rejected,
    Relation,
    Roster,
    StudentLine,
)
from contactbook.people.roster_rows import Line, read_child, united
from contactbook.people.roster_sheets import Sheet, UnreadableFile, read_sheets

__all__ = [
    "ClassList",
    "GuardianLine",
    "Rejected",
    "Relation",
    "Roster",
    "StudentLine",
    "UnreadableFile",
    "guardians",
    "read_roster",
]

LONGEST_CLASS = 60
PLEASE = "Cô kiểm tra lại giúp nhé."
NAMELESS: dict[Relation, str] = {"mother": "Mẹ bé", "father": "Ba bé", "guardian": "Phụ huynh bé"}


def read_roster(source: Path | BinaryIO, *, today: date) -> Roster:
    """Every class of the file and every line set aside; raises `UnreadableFile`, nothing else."""
    reading = _Reading(today)
    for sheet in read_sheets(source):
        reading.sheet(sheet)
    if not reading.has_children:
        raise UnreadableFile(
            "Không trang nào có dòng tiêu đề với cột “Họ và tên” và “Ngày sinh”. "
            "Cô xem lại tệp giúp nhé."
        )
    return reading.roster()


def guardians(roster: Roster) -> dict[tuple[str, str], GuardianLine]:
    """Each person once, by (number, folded name): the first spelling, every address in order."""
    every = (line for room in roster.classes for child in room.students for line in child.guardians)
    return {(line.phone, folded(line.name)): line for line in united(every)}


class _Reading:
    """What has been found in a file so far."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.has_children = False  # some sheet has a header of a class list
        self.rooms: dict[str, ClassList] = {}
        self.rejected: list[Rejected] = []
        self.left_out: list[Rejected] = []
        self.seen: dict[str, Line] = {}  # what tells a child → where it came first

    def roster(self) -> Roster:
        rooms = tuple(room for room in self.rooms.values() if room.students)
        return Roster(tuple(_with_names(rooms)), tuple(self.rejected), tuple(self.left_out))

    def sheet(self, sheet: Sheet) -> None:
        found = list(blocks(sheet))
        if sheet.rows and not found:
            reason = "Không đọc trang này vì không thấy dòng tiêu đề có cột “Họ và tên”."
            self.left_out.append(Rejected(sheet.title, sheet.rows[0].number, reason))
        for block, room in zip(found, classrooms(sheet, found), strict=True):
            if block.header.has_birth_dates:
                self.has_children = True
                self._block(sheet, block, room)
            else:
                reason = "Trang này có cột họ tên nhưng chưa có cột ngày sinh nên chưa đọc được."
                self.rejected.append(Rejected(sheet.title, block.number, reason))

    def _block(self, sheet: Sheet, block: Block, room: str) -> None:
        year = school_year(block.titles)
        self._columns_not_read(sheet, block)
        for line in lines(sheet, block):
            room = class_name(line.told(Field.CLASSROOM)) or room  # one cell merged over many lines
            self._line(line, room, year)

    def _columns_not_read(self, sheet: Sheet, block: Block) -> None:
        """Two columns say the same of a child: only the first is read, and that is told."""
        for column, title in block.header.again:
            if any(told(row.cells[column]) for row in block.rows):
                reason = (
                    f"Không đọc cột {get_column_letter(column + 1)} “{title}” vì đã có một cột "
                    "cùng loại ở bên trái."
                )
                self.left_out.append(Rejected(sheet.title, block.number, reason))

    def _line(self, line: Line, room: str, year: str | None) -> None:
        child, found = read_child(line, today=self.today)
        wrong = [*found.wrong, *self._repeated(line, child), *_unfit_class(room)]
        if wrong or child is None:
            self.rejected.append(Rejected(line.sheet, line.row, " ".join([*wrong, PLEASE])))
            return
        known = self.rooms.setdefault(folded(room), ClassList(room, year, ()))
        self.rooms[folded(room)] = replace(
            known,
            school_year=known.school_year or year,
            students=(*known.students, child),
        )
        if found.left_out:
            self.left_out.append(Rejected(line.sheet, line.row, " ".join(found.left_out)))

    def _repeated(self, line: Line, child: StudentLine | None) -> Iterator[str]:
        """A code stands for one child, even if its first line is set aside and mended later."""
        if code := line.told(Field.CODE):
            key, what = f"code {folded(code)}", f"Mã {code}"
        elif child:
            key = f"{child.born_on} {folded(child.name)}"
            what = f"Trẻ {child.name}, sinh ngày {child.born_on:%d/%m/%Y}, chưa có mã,"
        else:
            return
        first = self.seen.setdefault(key, line)
        if first is not line:
            name = first.told(Field.NAME)
            named = f" ({name})" if name else ""
            yield f"{what} đã có ở trang “{first.sheet}”, dòng {first.row}{named}."


def _unfit_class(room: str) -> Iterator[str]:
    if len(room) > LONGEST_CLASS or set("<>") & set(room):
        yield f"Tên lớp “{room[:LONGEST_CLASS]}” dài quá hoặc có ký hiệu lạ."


def _with_names(rooms: tuple[ClassList, ...]) -> Iterator[ClassList]:
    """A number without a name is the person who has it elsewhere in the file, or "Mẹ bé An"."""
    named = {g.phone: g.name for r in rooms for s in r.students for g in s.guardians if g.name}
    for room in rooms:
        yield replace(room, students=tuple(_named(child, named) for child in room.students))


def _named(child: StudentLine, named: dict[str, str]) -> StudentLine:
    called = given_name(child.name)
    people = [
        person
        if person.name
        else replace(
            person,
            name=named.setdefault(person.phone, f"{NAMELESS[person.relation]} {called}"),
        )
        for person in child.guardians
    ]
    return replace(child, guardians=united(people))
