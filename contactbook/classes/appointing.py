"""Letting somebody sign in, with one duty in one place: a class, a school or an office."""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.classes.models import Classroom
from contactbook.clock import school_day
from contactbook.errors import Invalid
from contactbook.people import audit
from contactbook.people.accounts import hashed
from contactbook.people.models import OrgUnit, School
from contactbook.people.names import folded, person_name
from contactbook.people.staff import Duty, Staff, StaffRole
from contactbook.people.unfit import Unfit

FITS = "two characters or more of a-z, 0-9, dot, hyphen and underscore"
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,49}")


@dataclass(frozen=True, slots=True)
class Appointment:
    """Who, and where: `school` and `unit` are codes, `classroom` is a name of this school year."""

    username: str
    name: str
    duty: str
    school: str = ""
    classroom: str = ""
    unit: str = ""

    def check(self) -> None:
        """What can be known without the database. Raises `Invalid`."""
        if not USERNAME.fullmatch(self.username.strip().lower()):
            sentence = f"The user name “{self.username[:60]}” does not fit: {FITS}."
            raise Invalid({"username": sentence})
        for place in ("school", "classroom", "unit"):
            if not getattr(self, place).isprintable():  # a terminal's broken letter, for one
                raise Invalid(
                    {place: f"What is given as the {place} holds signs that are no text."}
                )
        if self.duty not in set(Duty):
            raise Invalid({"duty": f"“{self.duty}” is no duty: choose from {', '.join(Duty)}."})
        wanted = {Duty.OFFICER: ("unit",), Duty.TEACHER: ("school", "classroom")}
        needs = wanted.get(Duty(self.duty), ("school",))
        for place in ("school", "classroom", "unit"):
            option = "--class" if place == "classroom" else f"--{place}"
            if bool(getattr(self, place)) != (place in needs):
                verb = "needs" if place in needs else "has no"
                raise Invalid({place: f"The duty {self.duty} {verb} {option}."})


def appoint(session: Session, wanted: Appointment, password: str, *, now: datetime) -> Staff:
    """A new member of staff, from today on. Raises `Invalid`."""
    wanted.check()
    staff = Staff(
        school_id=None,
        username=wanted.username.strip().lower(),
        full_name=named(wanted.name),
        password_hash=hashed(password),
    )
    if session.scalar(select(Staff.id).where(Staff.username == staff.username)):
        raise Invalid({"username": f"The user name {staff.username} is taken."})
    role = StaffRole(duty=Duty(wanted.duty), valid_from=school_day(now))
    if wanted.duty == Duty.OFFICER:
        role.unit_id = unit_id(session, wanted.unit)
    else:
        staff.school_id = school_id(session, wanted.school)
        if wanted.duty == Duty.TEACHER:
            role.classroom_id = classroom_id(session, staff.school_id, wanted.classroom)
        else:
            role.school_id = staff.school_id
    session.add(staff)
    session.flush()
    role.staff_id = staff.id
    session.add(role)
    audit.note(
        session, "staff.appointed", actor_id=None, school_id=staff.school_id, subject_id=staff.id,
        now=now, duty=wanted.duty,
    )  # fmt: skip
    return staff


def named(name: str) -> str:
    try:
        return person_name(name)
    except Unfit as why:
        raise Invalid({"name": str(why)}) from why


def school_id(session: Session, code: str) -> UUID:
    found = session.scalar(select(School.id).where(School.code == code))
    if found is None:
        raise Invalid(
            {"school": f"There is no school with the code {code}: import its class list first."}
        )
    return found


def unit_id(session: Session, code: str) -> UUID:
    found = session.scalar(select(OrgUnit.id).where(OrgUnit.code == code))
    if found is None:
        raise Invalid({"unit": f"There is no office with the code {code}."})
    return found


def classroom_id(session: Session, school: UUID, name: str) -> UUID:
    """The class of that name in the newest school year, however it is accented."""
    rooms = session.execute(
        select(Classroom.id, Classroom.name)
        .where(Classroom.school_id == school)
        .order_by(Classroom.school_year.desc())
    ).all()
    for key, known in rooms:
        if folded(known) == folded(name):
            return key
    names = ", ".join(dict.fromkeys(known for _, known in rooms)) or "none yet"
    raise Invalid({"classroom": f"There is no class {name} in this school ({names})."})
