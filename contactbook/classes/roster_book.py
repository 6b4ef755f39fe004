"""What the book holds of a school, in dictionaries, and what is to be written to it, in lists.

A class list is gone through in memory; then each table is written by one statement.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, or_, select, text, update
from sqlalchemy.orm import Session

from contactbook.classes.models import Classroom, Enrollment
from contactbook.db import Base
from contactbook.people.models import ContactPoint, Guardian, Guardianship, School, Student
from contactbook.people.names import folded

IN_ORDER = (Classroom, Student, Guardian, Enrollment, Guardianship, ContactPoint)
FRESH = text("SELECT uuidv7() FROM generate_series(1, :most)")


@dataclass
class Book:
    """One school today; `new` and `changed` are rows by table."""

    session: Session
    school: School
    on: date
    ids: Iterator[UUID]
    rooms: dict[tuple[str, int], UUID] = field(default_factory=dict)
    students: dict[object, Student] = field(default_factory=dict)
    guardians: dict[tuple[str, str], UUID] = field(default_factory=dict)
    ties: dict[UUID, dict[UUID, Guardianship]] = field(default_factory=dict)
    names: dict[UUID, str] = field(default_factory=dict)  # of guardians, folded
    places: dict[UUID, Enrollment] = field(default_factory=dict)
    points: set[tuple[UUID, str, str]] = field(default_factory=set)
    new: dict[type[Base], list[dict[str, Any]]] = field(default_factory=dict)
    changed: dict[type[Base], list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, table: type[Base], **row: Any) -> UUID:  # noqa: ANN401 columns of any table
        key = next(self.ids)
        self.new.setdefault(table, []).append({"id": key, "school_id": self.school.id, **row})
        return key

    def change(self, table: type[Base], key: UUID, **row: Any) -> None:  # noqa: ANN401 the same
        self.changed.setdefault(table, []).append({"id": key, **row})

    def write(self) -> None:
        """Table by table; of a dated one what ends before what begins: rows may not overlap."""
        for table in IN_ORDER:
            for row in self.changed.get(table, []):
                self.session.execute(update(table).where(table.id == row.pop("id")).values(row))
            if rows := self.new.get(table):
                self.session.execute(insert(table), rows)


def student_key(code: str | None, name: str, born_on: date) -> object:
    """A child is known by its code; without one, by its name and birth date."""
    return code or (folded(name), born_on)


def opened(session: Session, school: School, on: date) -> Book:
    """Read what a merge compares with, one query a table."""
    book = Book(session, school, on, fresh(session))
    mine = {"school_id": school.id}
    for room in session.scalars(select(Classroom).filter_by(**mine)):
        book.rooms[room.name, room.school_year] = room.id
    for child in session.scalars(select(Student).filter_by(**mine)):
        book.students[student_key(child.code, child.full_name, child.born_on)] = child
    for person in session.scalars(select(Guardian).filter_by(**mine)):
        book.guardians[person.phone, person.name_key] = person.id
        book.names[person.id] = person.name_key
    for tie in session.scalars(
        select(Guardianship).filter_by(**mine).where(holds(Guardianship, on))
    ):
        book.ties.setdefault(tie.student_id, {})[tie.guardian_id] = tie
    for place in session.scalars(select(Enrollment).filter_by(**mine).where(holds(Enrollment, on))):
        book.places[place.student_id] = place
    for point in session.scalars(select(ContactPoint).filter_by(**mine)):
        book.points.add((point.guardian_id, point.channel, point.address))
    return book


def holds(rows: type[Guardianship | Enrollment], on: date) -> ColumnElement[bool]:
    return or_(rows.valid_to.is_(None), rows.valid_to > on)


def fresh(session: Session) -> Iterator[UUID]:
    """New keys as the database makes them, a handful of hundreds at a time."""
    while True:
        yield from session.scalars(FRESH, {"most": 500}).all()
