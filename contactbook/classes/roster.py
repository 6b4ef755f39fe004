"""A class list becomes children, families and classrooms: the same list twice changes nothing.

Contacts come in unverified and without consent: nothing leaves to them but an invitation. A child
that is missing from the list stays: lists come class by class. What a person verified, ended or
agreed to is never touched. Everything is compared in memory, then written table by table:

    roster_book      what the book holds       roster_children  which child a line speaks of
    roster_rooms     classes and places        roster_families  who people are, their addresses
    roster_ties      whose parents they are    roster_diff      what changed, counted and told
"""

import re
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contactbook.classes.roster_book import Book, opened
from contactbook.classes.roster_children import Recognised, new_child, recognised, renewed
from contactbook.classes.roster_diff import Difference, Tally
from contactbook.classes.roster_families import People, met
from contactbook.classes.roster_rooms import classroom, place
from contactbook.classes.roster_ties import tied
from contactbook.errors import Invalid
from contactbook.people import audit
from contactbook.people.models import School
from contactbook.people.names import folded, tidy
from contactbook.people.roster_lines import ClassList, Roster
from contactbook.words import unaccented

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('roster ' || :code, 0))")
LONGEST_SENDER = 30
# As on papers and in addresses: what else was typed is a slip, or a terminal's broken letter.
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
KIND = re.compile(r"^(truong )?(mam non|mau giao|mn|mg) ", re.IGNORECASE)


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
    """Take in a list that was read; two lists of one school are taken one after the other.

    The list names a child once, as `read_roster` sees to. Raises `Invalid` for a code that is none.
    What may be a slip, as a school that is new, is done and told in `warnings`.
    """
    code = fit(school_code)
    session.execute(ONE_AT_A_TIME, {"code": code})
    school, warnings = school_of(session, code, tidy(school_name or ""))
    book = opened(session, school, on)
    found, tally = compare(book, roster)
    found = replace(found, warnings=(*warnings, *found.warnings))
    book.write(session)
    if found.added or found.changed:
        audit.note(
            session,
            "roster.imported",
            actor_id=actor_id,
            school_id=school,
            subject_id=school,
            now=now,
            students=found.students,
            guardians=found.guardians,
            guardianships=found.guardianships,
            rejected=len(found.rejected),
            added=found.added,
            changed=found.changed,
            added_students=[str(key) for key in tally.added],
            changed_students=[str(key) for key in tally.changed],
        )
    return found


def fit(school_code: str) -> str:
    code = school_code.strip()
    if not code:
        raise Invalid({"school": "Chưa có mã trường."})
    if not CODE.fullmatch(code):
        shown = "".join(sign for sign in code[:20] if sign.isprintable())
        raise Invalid(
            {
                "school": f"Mã trường “{shown}” không hợp lệ: chỉ gồm chữ không dấu, số, dấu chấm, "
                "gạch nối, gạch dưới, nhiều nhất 40 ký tự."
            }
        )
    return code


def school_of(session: Session, code: str, name: str) -> tuple[UUID, list[str]]:
    """The school of this code, made when there is none; and what may be a slip about it."""
    known = session.execute(select(School.id, School.name).where(School.code == code)).one_or_none()
    if known is not None:
        other = bool(name) and folded(name) != folded(known.name)
        said = f"Trường có mã {code} trong sổ tên là “{known.name}”, không phải “{name}”."
        return known.id, [said] if other else []
    school = School(code=code, name=name or f"Trường Mầm non {code}", sms_name="")
    school.sms_name = sender(school.name)
    session.add(school)
    session.flush()
    said = (
        f"Trong sổ chưa có trường nào mang mã {code}: đây là trường mới, tên “{school.name}”. "
        "Nếu mã bị gõ nhầm, cô kiểm tra lại trước khi dùng; nếu đúng, lần sau thêm --school-name."
    )
    return school.id, [] if name else [said]


def sender(name: str) -> str:
    """How the school signs an SMS: "Trường Mầm non Hoa Mai" is "Truong MN Hoa Mai"."""
    plain = " ".join(re.sub(r"[^A-Za-z0-9 .,'-]", " ", unaccented(name)).split())
    signed = f"Truong MN {KIND.sub('', plain)}"
    if len(signed) <= LONGEST_SENDER:
        return signed
    whole, _space, _rest = signed[: LONGEST_SENDER + 1].rpartition(" ")
    return whole if whole != "Truong MN" else signed[:LONGEST_SENDER]


def compare(book: Book, roster: Roster) -> tuple[Difference, Tally]:
    """What the list says beside what the book holds; `book` then has the rows to write."""
    every = [line for room in roster.classes for line in room.students]
    children = recognised(book.children, every)
    people = met(book, [line for line in every if line not in children.unclear])
    tally = Tally()
    for room in roster.classes:
        clear = tuple(line for line in room.students if line not in children.unclear)
        if clear:
            take(book, tally, people, children, replace(room, students=clear))
    return tally.told(roster, children.rejected()), tally


def take(book: Book, tally: Tally, people: People, children: Recognised, room: ClassList) -> None:
    """The children of one class, with their places and their people."""
    room_id = classroom(book, room)
    tally.warnings += strangers(book, room_id, children, room)
    tally.classrooms.append(room.name)
    remarks = any(line.remark for line in room.students)
    for line in room.students:
        known = children.known.get(line)
        key = known.id if known else new_child(book, line)
        changes = renewed(book, known, line, remarks=remarks) if known else []
        changes += place(book, key, room_id)
        changes += tied(book, people, tally, key, line)
        if known:
            tally.known(room.name, line.name, key, changes)
        else:
            tally.new(room.name, line.name, key)


def strangers(book: Book, room_id: UUID, children: Recognised, room: ClassList) -> list[str]:
    """A class of which the list knows nobody: it may be the list of another school."""
    there = sum(
        place.classroom_id == room_id for places in book.places.values() for place in places
    )
    if not there or any(line in children.known for line in room.students):
        return []
    said = (
        f"Lớp {room.name} trong sổ có {there} bé, không bé nào có trong danh sách này; danh sách "
        f"thêm {len(room.students)} bé. Có thể đây là danh sách của trường khác: cô xem lại mã "
        "trường giúp nhé."
    )
    return [said]
