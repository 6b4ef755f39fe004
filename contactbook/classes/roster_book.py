"""What the book holds of a school, as values to compare with, and what is to be written to it.

A class list is gone through in memory; then each table is written by one statement or two.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import insert, select, text, update
from sqlalchemy.orm import Session

from contactbook.classes.models import Classroom, Enrollment
from contactbook.db import Base
from contactbook.people.models import ContactPoint, Guardian, Guardianship, Relation, Student
from contactbook.people.names import folded

FRESH = text("SELECT uuidv7() FROM generate_series(1, :most)")
POINTED_AT: tuple[type[Base], ...] = (Classroom, Student, Guardian)
POINTING: tuple[type[Base], ...] = (Enrollment, Guardianship, ContactPoint)
Row = dict[str, Any]


class Child(NamedTuple):
    id: UUID
    code: str | None
    full_name: str
    born_on: date
    sex: str | None
    remark: str
    allergy: str


class Person(NamedTuple):
    """A guardian."""

    id: UUID
    full_name: str
    name_key: str
    phone: str


class Tie(NamedTuple):
    """A guardianship, past, present or to come."""

    id: UUID
    student_id: UUID
    guardian_id: UUID
    relation: Relation
    valid_from: date
    valid_to: date | None
    reads: bool
    receives: bool
    decides: bool
    picks_up: bool
    priority: int
    restricted: bool

    @property
    def rights(self) -> Row:
        names = ("reads", "receives", "decides", "picks_up", "priority", "restricted")
        return {name: getattr(self, name) for name in names}


class Place(NamedTuple):
    """An enrollment of today or to come."""

    id: UUID
    student_id: UUID
    classroom_id: UUID
    valid_from: date
    valid_to: date | None


class Point(NamedTuple):
    guardian_id: UUID
    channel: str
    address: str
    rank: int


Kind = TypeVar("Kind", Child, Person, Tie, Place, Point)


@dataclass
class Book:
    """One school on day `on`; `new` and `changed` are the rows to write, by table."""

    school_id: UUID
    on: date
    ids: Iterator[UUID]
    rooms: dict[tuple[str, int], UUID] = field(default_factory=dict)  # by folded name and year
    room_names: dict[UUID, str] = field(default_factory=dict)
    children: list[Child] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    ties: dict[UUID, list[Tie]] = field(default_factory=lambda: defaultdict(list))
    places: dict[UUID, list[Place]] = field(default_factory=lambda: defaultdict(list))
    points: dict[UUID, list[Point]] = field(default_factory=lambda: defaultdict(list))
    new: dict[type[Base], list[Row]] = field(default_factory=lambda: defaultdict(list))
    changed: dict[type[Base], list[Row]] = field(default_factory=lambda: defaultdict(list))

    def add(self, table: type[Base], **row: Any) -> UUID:  # noqa: ANN401 columns of any table
        key = next(self.ids)
        self.new[table].append({"id": key, "school_id": self.school_id, **row})
        return key

    def change(self, table: type[Base], key: UUID, **row: Any) -> None:  # noqa: ANN401 the same
        self.changed[table].append({"id": key, **row})

    def write(self, session: Session) -> None:
        """Who is pointed at first; then what ends, and what begins: dated rows may not overlap."""
        for table in POINTED_AT:
            put(session, table, self.new[table])
        for table, rows in self.changed.items():
            session.execute(update(table), alike(rows))  # by key, all in one round trip
        for table in POINTING:
            put(session, table, self.new[table])
        if self.changed:
            session.expire_all()  # what the caller holds of these rows is old


def put(session: Session, table: type[Base], rows: list[Row]) -> None:
    if rows:
        session.execute(insert(table), alike(rows))


def alike(rows: list[Row]) -> list[Row]:
    """Those with the same columns side by side: they make one statement."""
    return sorted(rows, key=sorted)


def opened(session: Session, school_id: UUID, on: date) -> Book:
    """Read what a merge compares with, one query a table."""
    book = Book(school_id, on, fresh(session))
    rooms = (Classroom.id, Classroom.name, Classroom.school_year)
    for key, name, year in session.execute(
        select(*rooms).where(Classroom.school_id == school_id).order_by(Classroom.id.desc())
    ):
        book.rooms[folded(name), year] = key  # of two spellings the older one
        book.room_names[key] = name
    book.children += read(session, Child, Student, school_id)
    book.people += read(session, Person, Guardian, school_id)
    for tie in read(session, Tie, Guardianship, school_id):
        book.ties[tie.student_id].append(tie)
    for point in read(session, Point, ContactPoint, school_id):
        book.points[point.guardian_id].append(point)
    for place in read(session, Place, Enrollment, school_id):
        if holds(place, on):
            book.places[place.student_id].append(place)
    return book


def read(session: Session, kind: type[Kind], table: type[Base], school_id: UUID) -> list[Kind]:
    """The school's rows of `table`, oldest first, without making objects that must be tracked."""
    columns = table.__table__.c
    mine = (
        select(*(columns[name] for name in kind._fields))
        .where(columns.school_id == school_id)
        .order_by(columns.id)
    )
    return [kind._make(row) for row in session.execute(mine)]


def holds(row: Tie | Place, on: date) -> bool:
    """Whether it is true today, or will be."""
    return row.valid_to is None or row.valid_to > on


def fresh(session: Session) -> Iterator[UUID]:
    """New keys as the database makes them, a handful of hundreds at a time."""
    while True:
        yield from session.scalars(FRESH, {"most": 500}).all()
