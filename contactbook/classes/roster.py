"""A class list becomes children, families and classrooms: the same list twice changes nothing.

Contacts come in unverified and without consent: nothing leaves to them but an invitation. A child
that is missing from the list stays: lists come class by class. What a person verified, ended or
agreed to is never touched.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contactbook.classes.models import AgeGroup, Classroom, Enrollment
from contactbook.classes.roster_book import Book, opened, student_key
from contactbook.classes.roster_diff import Difference, Tally
from contactbook.people import audit
from contactbook.people.models import (
    ContactPoint,
    Guardian,
    Guardianship,
    Relation,
    School,
    Student,
)
from contactbook.people.names import folded, given_name, sort_key
from contactbook.people.roster_lines import ClassList, GuardianLine, Roster, StudentLine
from contactbook.ports.channel import Channel
from contactbook.words import unaccented

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('roster ' || :code, 0))")
FIRST_MONTH = 8  # a school year begins in August
LONGEST_SENDER = 30
RANKS = {Channel.EMAIL: 5, Channel.SMS: 9}  # what costs money is tried last
PARENT = {"mother": "mẹ", "father": "ba", "guardian": "người giám hộ"}


def merge(
    session: Session,
    *,
    school_code: str,
    roster: Roster,
    on: date,
    now: datetime,
    school_name: str | None = None,
    actor_id: UUID | None = None,
) -> Difference:
    """Take in a list that was read; two lists of one school are taken one after the other."""
    session.execute(ONE_AT_A_TIME, {"code": school_code})
    school = school_of(session, school_code, school_name)
    book, tally = opened(session, school, on), Tally()
    for room in roster.classes:
        room_id = classroom(book, room)
        for line in room.students:
            take(book, tally, room, room_id, line)
    book.write()
    found = tally.told(roster)
    if found.added or found.changed:
        audit.note(
            session,
            "roster.imported",
            actor_id=actor_id,
            school_id=school.id,
            subject_id=None,
            now=now,
            added=found.added,
            changed=found.changed,
            rejected=len(found.rejected),
        )
    return found


def school_of(session: Session, code: str, name: str | None) -> School:
    school = session.scalars(select(School).where(School.code == code)).one_or_none()
    if school is None:
        name = name or f"Trường Mầm non {code}"
        school = School(code=code, name=name, sms_name=sender(name))
        session.add(school)
        session.flush()
    return school


def sender(name: str) -> str:
    """How the school signs an SMS: "Trường Mầm non Hoa Mai" is "Truong MN Hoa Mai"."""
    kind = re.compile(r"^(truong\s+)?(mam non|mau giao|mn)\s+", re.IGNORECASE)
    own = kind.sub("", unaccented(name))
    return f"Truong MN {own}"[:LONGEST_SENDER].strip()


def classroom(book: Book, room: ClassList) -> UUID:
    year = school_year(room.school_year, book.on)
    key = (room.name, year)
    if key not in book.rooms:
        book.rooms[key] = book.add(
            Classroom,
            name=room.name,
            school_year=year,
            campus_id=None,
            age_group=age_group(room, book.on),
        )
    return book.rooms[key]


def school_year(written: str | None, on: date) -> int:
    """The year in which it ends: of "2026-2027", or the one that runs on this day."""
    years = re.findall(r"\d{4}", written or "")
    if years:
        return int(years[-1]) if len(years) > 1 else int(years[0]) + 1
    return on.year + (on.month >= FIRST_MONTH)


def age_group(room: ClassList, on: date) -> AgeGroup | None:
    """Guessed from the name, for a nursery group from its children's ages in months."""
    name = folded(room.name)
    for word, group in (
        ("mam", AgeGroup.MG34),
        ("choi", AgeGroup.MG45),
        ("la", AgeGroup.MG56),
    ):
        if word in name.split():
            return group
    if "nha tre" not in name and "nhom" not in name:
        return None
    months = sorted((on - child.born_on).days // 30 for child in room.students)
    middle = months[len(months) // 2] if months else 30
    year = 12
    if middle <= year:
        return AgeGroup.NT1
    return AgeGroup.NT2 if middle <= 2 * year else AgeGroup.NT3


def take(book: Book, tally: Tally, room: ClassList, room_id: UUID, line: StudentLine) -> None:
    """One child of the list, with its place and its people."""
    student_id, new, changes = child(book, line)
    changes += place(book, student_id, room_id)
    for person in line.guardians:
        guardian_id = guardian(book, person)
        tally.people.add(guardian_id)
        tally.ties.add((student_id, guardian_id))
        changes += tie(book, student_id, guardian_id, person)
        changes += reach(book, guardian_id, person)
    changes += gone(book, student_id, line.guardians)
    tally.child(room.name, line.name, new=new, changes=list(dict.fromkeys(changes)))


def child(book: Book, line: StudentLine) -> tuple[UUID, bool, list[str]]:
    """The child's key, whether it is new, and what the list says otherwise than the book."""
    facts = {
        "full_name": line.name,
        "given_name": given_name(line.name),
        "sort_key": sort_key(line.name),
        "born_on": line.born_on,
        "sex": line.sex,
        "remark": line.remark,
        "allergy": line.allergy,
    }
    key = student_key(line.code, line.name, line.born_on)
    known = book.students.get(key)
    if known is None:
        return book.add(Student, code=line.code, **facts), True, []
    other = {name: value for name, value in facts.items() if getattr(known, name) != value}
    if other:
        book.change(Student, known.id, **other)
    return known.id, False, [WORDS[name] for name in other if name in WORDS]


WORDS = {
    "full_name": "đổi tên",
    "born_on": "đổi ngày sinh",
    "sex": "đổi giới tính",
    "remark": "đổi ghi chú",
    "allergy": "đổi dị ứng",
}


def place(book: Book, student_id: UUID, room_id: UUID) -> list[str]:
    """The class it is in from today; the one before ends today."""
    known = book.places.get(student_id)
    if known is None:
        book.add(
            Enrollment,
            student_id=student_id,
            classroom_id=room_id,
            valid_from=book.on,
            valid_to=None,
        )
        return ["vào lớp"]
    if known.classroom_id == room_id:
        return []
    if known.valid_from >= book.on:
        book.change(Enrollment, known.id, classroom_id=room_id)
    else:
        book.change(Enrollment, known.id, valid_to=book.on)
        book.add(
            Enrollment,
            student_id=student_id,
            classroom_id=room_id,
            valid_from=book.on,
            valid_to=None,
        )
    return ["chuyển lớp"]


def guardian(book: Book, line: GuardianLine) -> UUID:
    """A person is a number and a name: a father may answer on the mother's telephone."""
    key = (line.phone, folded(line.name))
    if key not in book.guardians:
        book.guardians[key] = book.add(
            Guardian, full_name=line.name, name_key=key[1], phone=line.phone
        )
        book.names[book.guardians[key]] = key[1]
    return book.guardians[key]


def tie(book: Book, student_id: UUID, guardian_id: UUID, line: GuardianLine) -> list[str]:
    known = book.ties.setdefault(student_id, {})
    if (held := known.get(guardian_id)) is None:
        rights = {"relation": Relation(line.relation), "valid_from": book.on, "valid_to": None}
        key = book.add(Guardianship, student_id=student_id, guardian_id=guardian_id, **rights)
        known[guardian_id] = Guardianship(id=key, guardian_id=guardian_id, **rights)
        return [f"thêm {PARENT[line.relation]}"]
    if held.relation == line.relation:
        return []
    book.change(Guardianship, held.id, relation=Relation(line.relation))
    held.relation = Relation(line.relation)
    return ["đổi quan hệ"]


def reach(book: Book, guardian_id: UUID, line: GuardianLine) -> list[str]:
    """Addresses that are not there yet; one that was ended or verified stays as it is."""
    told: list[str] = []
    addresses = [(Channel.EMAIL, mail) for mail in line.emails] + [(Channel.SMS, line.phone)]
    for channel, address in addresses:
        key = (guardian_id, channel.value, address)
        if key not in book.points:
            book.points.add(key)
            book.add(
                ContactPoint,
                guardian_id=guardian_id,
                channel=channel.value,
                address=address,
                rank=RANKS[channel],
                verified_at=None,
                ended_at=None,
            )
            told.append("thêm thư điện tử" if channel is Channel.EMAIL else "thêm số điện thoại")
    return told


def gone(book: Book, student_id: UUID, listed: Sequence[GuardianLine]) -> list[str]:
    """A parent of the same name under another number is the same parent with a new number."""
    now = {(line.phone, folded(line.name)) for line in listed}
    ids = {book.guardians[key] for key in now}
    names = {name for _phone, name in now}
    told: list[str] = []
    for guardian_id, held in list(book.ties.get(student_id, {}).items()):
        if guardian_id in ids or book.names[guardian_id] not in names:
            continue
        end = max(book.on, held.valid_from + timedelta(days=1))
        book.change(Guardianship, held.id, valid_to=end)
        del book.ties[student_id][guardian_id]
        told.append(f"{PARENT[held.relation]} đổi số điện thoại")
    return told
