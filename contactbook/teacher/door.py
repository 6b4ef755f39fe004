"""Who stands before which class: one question for every page, asked of `people.authority`.

What is not yours does not exist: a foreign class, an unknown id and a child of another class are
all the same "no such page".
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from contactbook.classes.enrollment import enrolled
from contactbook.classes.models import Classroom
from contactbook.errors import NotFound
from contactbook.people import authority
from contactbook.people.authority import Deed
from contactbook.people.models import School, Student
from contactbook.updates.models import Update
from contactbook.web.deps import PageDep, SessionDep, StaffDep


@dataclass(frozen=True)
class Room:
    """A classroom that the person before us may read and write today."""

    classroom: Classroom
    school: School

    @property
    def shown(self) -> dict[str, object]:
        return {
            "id": self.classroom.id,
            "name": self.classroom.name,
            "school": self.school.name,
        }

    @property
    def address(self) -> str:
        return f"/teacher/classes/{self.classroom.id}"


def room_of(classroom_id: UUID, session: SessionDep, who: StaffDep, page: PageDep) -> Room:
    classroom = session.get(Classroom, classroom_id)
    if classroom is None or classroom.school_id != who.school_id:
        raise NotFound
    allowed = authority.may(
        session,
        who.staff_id,
        Deed.WRITE_CLASS,
        school_id=classroom.school_id,
        classroom_id=classroom.id,
        on=page.today,
    )
    if not allowed:
        raise NotFound
    return Room(classroom, session.get_one(School, classroom.school_id))


RoomDep = Annotated[Room, Depends(room_of)]


def pen_of(room: RoomDep, session: SessionDep) -> Room:
    """The room, while nobody else writes in it: what is filled in hangs on what is there."""
    alone = select(Classroom.id).where(Classroom.id == room.classroom.id)
    session.execute(alone.with_for_update(key_share=True))
    return room


PenDep = Annotated[Room, Depends(pen_of)]


def child_of(student_id: UUID, room: RoomDep, session: SessionDep, page: PageDep) -> Student:
    here = exists().where(
        Student.id == student_id, Student.id.in_(enrolled(room.classroom.id, page.today))
    )
    if not session.scalar(select(here)):
        raise NotFound
    return session.get_one(Student, student_id)


ChildDep = Annotated[Student, Depends(child_of)]


@dataclass(frozen=True)
class Told:
    """An update of a class that is ours."""

    update: Update
    room: Room


def update_of(update_id: UUID, session: SessionDep, who: StaffDep, page: PageDep) -> Told:
    update = session.get(Update, update_id)
    if update is None or update.classroom_id is None:
        raise NotFound
    return Told(update, room_of(update.classroom_id, session, who, page))


ToldDep = Annotated[Told, Depends(update_of)]


def my_classes(session: Session, who: StaffDep, page: PageDep) -> list[Classroom]:
    """A teacher's own classes, or all of the school for its principal; by name."""
    if who.school_id is None:
        return []
    own, whole = authority.classrooms_of(who.staff_id, who.school_id, page.today)
    return list(
        session.scalars(
            select(Classroom)
            .where(Classroom.school_id == who.school_id, Classroom.id.in_(own) | whole)
            .order_by(Classroom.name)
        )
    )
