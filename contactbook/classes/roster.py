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
from contactbook.people.names import tidy
from contactbook.people.roster_lines import ClassList, Roster
from contactbook.words import unaccented

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('roster ' || :code, 0))")
LONGEST_SENDER = 30
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

    The list names a child once, as `read_roster` sees to. Raises `Invalid` for a blank code.
    """
    code = tidy(school_code)
    if not code:
        raise Invalid({"school": "Chưa có mã trường."})
    session.execute(ONE_AT_A_TIME, {"code": code})
    school = school_of(session, code, school_name)
    book = opened(session, school, on)
    found, tally = compare(book, roster)
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


def school_of(session: Session, code: str, name: str | None) -> UUID:
    key = session.scalar(select(School.id).where(School.code == code))
    if key is None:
        name = tidy(name or "") or f"Trường Mầm non {code}"
        school = School(code=code, name=name, sms_name=sender(name))
        session.add(school)
        session.flush()
        key = school.id
    return key


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
