"""Small worlds in one line: a school, a class, families with addresses and consent."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from billing.models import Subscription
from contactbook.classes.models import AgeGroup, Classroom, Enrollment
from contactbook.people import consent
from contactbook.people.accounts import hashed
from contactbook.people.consent import ALL_PURPOSES, Method, Purpose
from contactbook.people.models import (
    ContactPoint,
    Guardian,
    Guardianship,
    Relation,
    School,
    Student,
)
from contactbook.people.names import folded, given_name, sort_key
from contactbook.people.staff import Duty, Staff, StaffRole
from contactbook.ports.channel import Channel

TODAY = date(2026, 11, 24)
LONG_AGO = datetime(2026, 9, 1, tzinfo=UTC)
PASSWORD = "mat-khau-cua-co-hanh"
numbers = count(1)


@dataclass
class Class:
    """A classroom with its teacher; children come by `family`."""

    school: School
    classroom: Classroom
    teacher: Staff
    students: list[Student] = field(default_factory=list)


def class_of(
    session: Session, *children: str, name: str = "Lá 1", school: School | None = None,
    password: str = "",
) -> Class:  # fmt: skip
    """A class and its teacher in a school of its own; each child with a mother on Zalo."""
    school = school or a_school(session)
    room = Classroom(
        school_id=school.id, name=name, school_year=2027, age_group=AgeGroup.MG56, campus_id=None
    )
    teacher = Staff(
        school_id=school.id,
        username=f"hanh{next(numbers)}-{uuid4().hex[:6]}",
        full_name="Trần Thị Hạnh",
        password_hash=hashed(password) if password else "none",
    )
    session.add_all([room, teacher])
    session.flush()
    session.add(
        StaffRole(
            staff_id=teacher.id, duty=Duty.TEACHER, classroom_id=room.id, valid_from=LONG_AGO.date()
        )
    )
    world = Class(school, room, teacher)
    for child in children:
        family(session, world, Channel.ZALO, child=child)
    session.flush()
    return world


def a_school(session: Session, name: str = "Trường Mầm non Hoa Mai") -> School:
    school = School(
        code=f"S{uuid4().hex[:10]}", name=name, sms_name="Truong MN Hoa Mai", phone="028 3000 0000"
    )
    session.add(school)
    session.flush()
    return school


def pupil(session: Session, world: Class, name: str = "Nguyễn Gia An") -> Student:
    child = Student(
        school_id=world.school.id,
        code=f"{next(numbers)}-{uuid4().hex[:8]}",
        full_name=name,
        given_name=given_name(name),
        sort_key=sort_key(name),
        born_on=date(2021, 5, 1),
        sex="f",
    )
    session.add(child)
    session.flush()
    session.add(
        Enrollment(
            school_id=world.school.id,
            student_id=child.id,
            classroom_id=world.classroom.id,
            valid_from=LONG_AGO.date(),
        )
    )
    world.students.append(child)
    return child


def guardian(session: Session, world: Class, name: str = "Trần Thị Mai") -> Guardian:
    person = Guardian(
        school_id=world.school.id,
        full_name=name,
        name_key=folded(name),
        phone=f"+8490{next(numbers):07d}",
    )
    session.add(person)
    session.flush()
    return person


def family(
    session: Session,
    world: Class,
    *channels: Channel,
    child: str = "Nguyễn Gia An",
    mother: str = "Trần Thị Mai",
    pupils: int = 1,
    purposes: Purpose = ALL_PURPOSES,
    verified: bool = True,
    restricted: bool = False,
    paid: bool = False,
) -> tuple[list[Student], Guardian]:
    """A mother with an address on each channel, in that order, and `pupils` children here."""
    children = [pupil(session, world, child) for _ in range(pupils)]
    person = guardian(session, world, mother)
    for one in children:
        bond(session, world, one, person, restricted=restricted)
        if paid:
            subscribe(session, world, one, person)
    reach(session, world, person, channels, verified=verified)
    agree(session, world, person, children, channels, purposes)
    return children, person


def bond(
    session: Session, world: Class, child: Student, person: Guardian, *, restricted: bool = False
) -> Guardianship:
    tie = Guardianship(
        school_id=world.school.id,
        student_id=child.id,
        guardian_id=person.id,
        relation=Relation.MOTHER,
        restricted=restricted,
        valid_from=LONG_AGO.date(),
    )
    session.add(tie)
    session.flush()
    return tie


def reach(
    session: Session,
    world: Class,
    person: Guardian,
    channels: Sequence[Channel],
    *,
    verified: bool = True,
) -> list[ContactPoint]:
    points = [
        ContactPoint(
            school_id=world.school.id,
            guardian_id=person.id,
            channel=channel,
            address=address_of(channel, person),
            rank=rank,
            verified_at=LONG_AGO if verified else None,
        )
        for rank, channel in enumerate(channels, start=1)
    ]
    session.add_all(points)
    session.flush()
    return points


def address_of(channel: Channel, person: Guardian) -> str:
    digits = person.phone[1:]
    return {
        Channel.SMS: person.phone,
        Channel.ZBS: person.phone,
        Channel.ZALO: f"25125{digits}",
        Channel.TELEGRAM: digits,
        Channel.EMAIL: f"me{digits}@example.com",
    }[channel]


def agree(
    session: Session,
    world: Class,
    person: Guardian,
    children: Sequence[Student],
    channels: Sequence[Channel],
    purposes: Purpose = ALL_PURPOSES,
    *,
    granted: bool = True,
) -> None:
    consent.record(
        session,
        school_id=world.school.id,
        guardian_id=person.id,
        student_ids=[child.id for child in children],
        channels={channel.agreed_as for channel in channels},
        purposes=purposes,
        granted=granted,
        method=Method.PAPER,
        now=LONG_AGO,
    )


def subscribe(session: Session, world: Class, child: Student, person: Guardian) -> UUID:
    plan = Subscription(
        school_id=world.school.id,
        student_id=child.id,
        ordered_by=person.id,
        monthly_vnd=20_000,
        starts_on=LONG_AGO.date(),
        paid_until=date(2027, 5, 31),
    )
    session.add(plan)
    session.flush()
    return plan.id
