"""A class's day as teachers record it: nobody is anything until a person says so.

A family's absence note is such a word, and wins over every mark until staff resolve it:
who is not marked as here is away with notice, and of who is marked as here nothing is told.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contactbook.classes.enrollment import holds
from contactbook.classes.models import Enrollment
from contactbook.clock import local
from contactbook.errors import NotFound
from contactbook.people import audit
from contactbook.people.models import Student
from contactbook.requests import absences
from contactbook.requests.absences import Away
from contactbook.updates.facts import (
    NAMES,
    OF_THE_CLASS,
    Earlier,
    Facts,
    corrected,
    known,
    news,
    recorded,
)
from contactbook.updates.models import Attendance, ClassDay, DailyRecord, Entry, Update


@dataclass(frozen=True, slots=True)
class ChildDay:
    """One child of the class today: what is recorded, and what its family was already told."""

    student: Student
    facts: Facts
    told: dict[str, Any]
    told_at: datetime | None = None  # when the family was last told anything today
    said_at: Mapping[str, datetime] = field(default_factory=dict)  # when each word was last told
    away: Away | None = None  # the family's word that it stays away, not resolved

    @property
    def disputed(self) -> bool:
        """The roll call says here, the family says away: a person has to look."""
        return self.away is not None and here(self.facts)

    @property
    def news(self) -> dict[str, Any]:
        new = news(self.facts, self.told)
        if self.disputed:
            return {name: value for name, value in new.items() if name not in ONLY_WHEN_HERE}
        if self.away and new.keys() == {"attendance"} and "attendance" not in self.told:
            return {}  # the family knows: it told us
        return new

    @property
    def corrected(self) -> dict[str, Earlier]:
        """Which words to the family this news takes back."""
        clocks = {name: local(at).time() for name, at in self.said_at.items()}
        return corrected(self.news, self.told, clocks)


ONLY_WHEN_HERE = frozenset({"attendance", "arrived_at", "lunch", "nap_minutes"})


def class_day(session: Session, classroom_id: UUID, on: date) -> list[ChildDay]:
    """Every child of the class on day `on`, by given name."""
    return class_days(session, [classroom_id], on)[classroom_id]


def class_days(
    session: Session, classroom_ids: Collection[UUID], on: date
) -> dict[UUID, list[ChildDay]]:
    """The same of many classes, in as many questions as of one."""
    rows = session.execute(
        select(Enrollment.classroom_id, Student, DailyRecord)
        .join(Student, Student.id == Enrollment.student_id)
        .outerjoin(
            DailyRecord, (DailyRecord.student_id == Student.id) & (DailyRecord.on_date == on)
        )
        .where(Enrollment.classroom_id.in_(classroom_ids), holds(on))
        .order_by(Student.sort_key, Student.id)
    ).all()
    ids = [student.id for _, student, _ in rows]
    told, away = told_on(session, ids, on), absences.of(session, ids, on)
    said = select(ClassDay).where(ClassDay.classroom_id.in_(classroom_ids), ClassDay.on_date == on)
    rooms = {words.classroom_id: words for words in session.scalars(said)}
    days: dict[UUID, list[ChildDay]] = {room: [] for room in classroom_ids}
    for room, student, record in rows:
        facts, word = recorded(record, rooms.get(room)), away.get(student.id)
        if word and not here(facts):
            facts = replace(facts, attendance=Attendance.EXCUSED)
        before = told.get(student.id, Told()).here(room, facts)
        days[room].append(
            ChildDay(student, facts, before.words, before.at, before.said_at, away=word)
        )
    return days


@dataclass(frozen=True, slots=True)
class Told:
    """What a family was told of a day, when, and of which class the words to all of it are."""

    words: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    said_at: dict[str, datetime] = field(default_factory=dict)
    rooms: dict[str, UUID | None] = field(default_factory=dict)

    def here(self, room: UUID, facts: Facts) -> "Told":
        """For a child that is in `room` by now: what another class did is no mistake here."""
        elsewhere = [
            name
            for name in OF_THE_CLASS
            if name in self.words
            and self.rooms[name] != room
            and self.words[name] != getattr(facts, name)
        ]
        words = {name: value for name, value in self.words.items() if name not in elsewhere}
        return replace(self, words=words)


def told_on(session: Session, students: Collection[UUID], on: date) -> dict[UUID, Told]:
    """What each family was told of that day, in whichever class, the last word winning.

    Recalled updates never were; an urgent sentence tells nothing of the day. Updates are in the
    order of their ids: given while the class is held, unlike the time on the page that sent them.
    """
    rows = session.execute(
        select(Entry.student_id, Entry.told, Update.published_at, Update.classroom_id)
        .join(Update, Update.id == Entry.update_id)
        .where(Entry.student_id.in_(students), Update.on_date == on, Update.recalled_at.is_(None))
        .order_by(Update.id)
    )
    told: dict[UUID, Told] = {}
    for student_id, said, at, room in rows:
        new = {name: value for name, value in said.items() if name in NAMES}
        if new:
            before = told.get(student_id, Told())
            told[student_id] = Told(
                known(before.words, new),
                at,
                before.said_at | dict.fromkeys(new, at),
                before.rooms | dict.fromkeys(new, room),
            )
    return told


def whole_class(session: Session, classroom_id: UUID, on: date) -> ClassDay | None:
    return session.scalars(
        select(ClassDay).where(ClassDay.classroom_id == classroom_id, ClassDay.on_date == on)
    ).one_or_none()


def say(  # noqa: PLR0913 to whom, what, by whom
    session: Session,
    *,
    school_id: UUID,
    classroom_id: UUID,
    on: date,
    activity: str,
    learning: str,
    staff_id: UUID,
    now: datetime,
) -> None:
    """Keep the words to the whole class; they go out with the next update."""
    row = {
        "school_id": school_id,
        "classroom_id": classroom_id,
        "on_date": on,
        "activity": activity,
        "learning": learning,
        "changed_by": staff_id,
        "changed_at": now,
    }
    write = insert(ClassDay).values(row)
    fresh = {"activity": activity, "learning": learning, "changed_by": staff_id, "changed_at": now}
    session.execute(
        write.on_conflict_do_update(index_elements=["classroom_id", "on_date"], set_=fresh)
    )
    audit.note(
        session,
        "class.said",
        actor_id=staff_id,
        school_id=school_id,
        subject_id=classroom_id,
        now=now,
        on=on.isoformat(),
    )


def child_day(session: Session, classroom_id: UUID, student_id: UUID, on: date) -> ChildDay:
    for child in class_day(session, classroom_id, on):
        if child.student.id == student_id:
            return child
    raise NotFound


def keep(
    session: Session,
    *,
    school_id: UUID,
    classroom_id: UUID,
    on: date,
    changes: dict[UUID, Facts],
    staff_id: UUID,
    now: datetime,
) -> None:
    """Write each child's whole record; who and when go to the audit as well."""
    rows = [
        {
            "school_id": school_id,
            "classroom_id": classroom_id,
            "student_id": student_id,
            "on_date": on,
            "attendance": facts.attendance,
            "arrived_at": facts.arrived_at,
            "lunch": facts.lunch,
            "nap_minutes": facts.nap_minutes,
            "health": facts.health,
            "remark": facts.remark,
            "changed_by": staff_id,
            "changed_at": now,
        }
        for student_id, facts in changes.items()
    ]
    if not rows:
        return
    write = insert(DailyRecord)
    fresh = {
        name: write.excluded[name] for name in rows[0] if name not in ("student_id", "on_date")
    }
    session.execute(
        write.on_conflict_do_update(index_elements=["student_id", "on_date"], set_=fresh), rows
    )
    for student_id in changes:
        audit.note(
            session,
            "day.recorded",
            actor_id=staff_id,
            school_id=school_id,
            subject_id=student_id,
            now=now,
            on=on.isoformat(),
        )


def fill(children: Sequence[ChildDay], shown: set[UUID], step: Facts) -> dict[UUID, Facts]:
    """One tap for many: gives each child of the shown list what nobody has said of it yet.

    `step` has one field set. Attendance goes to those not marked; a meal or a nap only to those who
    are here: a tap claims only what has happened, and never overrules a person's own word.
    """
    filled: dict[UUID, Facts] = {}
    for child in children:
        facts = child.facts
        if child.student.id not in shown:
            continue
        if step.attendance and facts.attendance is None:
            filled[child.student.id] = replace(
                facts, attendance=step.attendance, arrived_at=step.arrived_at
            )
        elif here(facts) and step.lunch and facts.lunch is None:
            filled[child.student.id] = replace(facts, lunch=step.lunch)
        elif here(facts) and step.nap_minutes is not None and facts.nap_minutes is None:
            filled[child.student.id] = replace(facts, nap_minutes=step.nap_minutes)
    return filled


def here(facts: Facts) -> bool:
    return facts.attendance is not None and Attendance(facts.attendance).here
