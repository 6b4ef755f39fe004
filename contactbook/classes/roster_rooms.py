"""The classrooms of a class list, and each child's dated place in one of them."""

import re
from statistics import median_low
from uuid import UUID

from contactbook.classes.models import AgeGroup, Classroom, Enrollment
from contactbook.classes.roster_book import Book
from contactbook.people.names import folded
from contactbook.people.roster_lines import ClassList

FIRST_MONTH = 8  # a school year begins in August
NAMED = {"mam": AgeGroup.MG34, "choi": AgeGroup.MG45, "la": AgeGroup.MG56}
NURSERY = re.compile(r"\b(nha tre|nhom)\b")


def classroom(book: Book, room: ClassList) -> UUID:
    """The class of this name and school year, made when there is none, however it is spelt."""
    year = school_year(book, room.school_year)
    key = (folded(room.name), year)
    if key not in book.rooms:
        book.rooms[key] = made = book.add(
            Classroom,
            name=room.name,
            school_year=year,
            campus_id=None,
            age_group=age_group(room, year),
        )
        book.room_names[made] = room.name
    return book.rooms[key]


def school_year(book: Book, written: str | None) -> int:
    """The year in which it ends: of "2026-2027", or the one that runs today."""
    years = re.findall(r"\d{4}", written or "")
    if years:
        return int(years[1]) if len(years) > 1 else int(years[0]) + 1
    return book.on.year + (book.on.month >= FIRST_MONTH)


def age_group(room: ClassList, year: int) -> AgeGroup | None:
    """Guessed from the name; for a nursery group from how old most of its children get.

    Groups go by the year of birth: a child of 2024 is in "25-36 tháng" in 2026-2027.
    """
    name = folded(room.name)
    for word in name.split():
        if word in NAMED:
            return NAMED[word]
    if not NURSERY.search(name) or not room.students:
        return None
    age = year - 1 - median_low(child.born_on.year for child in room.students)
    if age <= 0:
        return AgeGroup.NT1
    return AgeGroup.NT2 if age == 1 else AgeGroup.NT3


def place(book: Book, student_id: UUID, room_id: UUID) -> list[str]:
    """The class it is in from today; the one before ends today, what is planned later stays."""
    known = sorted(book.places[student_id], key=lambda one: one.valid_from)
    now = next((one for one in known if one.valid_from <= book.on), None)
    later = next((one.valid_from for one in known if one.valid_from > book.on), None)
    if now and now.classroom_id == room_id:
        return []
    if now and now.valid_from == book.on:  # put right on the same day
        book.change(Enrollment, now.id, classroom_id=room_id)
    else:
        if now:
            book.change(Enrollment, now.id, valid_to=book.on)
        book.add(
            Enrollment,
            student_id=student_id,
            classroom_id=room_id,
            valid_from=book.on,
            valid_to=now.valid_to if now else later,
        )
    return [f"chuyển từ {book.room_names[now.classroom_id]}" if now else "vào lớp"]
