"""What a family was told of its child, day by day: the last word of each field, nothing unasked."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contactbook.clock import local
from contactbook.people.consent import ConsentState, Purpose
from contactbook.people.names import given_name
from contactbook.people.staff import Staff
from contactbook.updates.facts import known
from contactbook.updates.models import Attendance, Entry, Meal, Update
from contactbook.updates.phrases import MEALS, came, slept
from contactbook.words import gettext as _

PURPOSES: dict[str, Purpose] = {
    "attendance": Purpose.ATTENDANCE,
    "arrived_at": Purpose.ATTENDANCE,
    "lunch": Purpose.DAILY_LIFE,
    "nap_minutes": Purpose.DAILY_LIFE,
    "activity": Purpose.DAILY_LIFE,
    "remark": Purpose.LEARNING,
    "learning": Purpose.LEARNING,
    "health": Purpose.HEALTH,
    "safety": Purpose.SAFETY,
}


@dataclass
class ToldDay:
    """A day as the family knows it now."""

    on: date
    at: datetime  # the last word, on the school's wall clock
    facts: dict[str, Any] = field(default_factory=dict)
    teacher: str = ""  # who wrote last, as she is called
    corrected: bool = False


def allowed(session: Session, guardian_id: UUID, student_id: UUID) -> Purpose:
    """What she agreed to for this child on any channel, and what is asked of nobody."""
    agreed = select(func.bit_or(ConsentState.purposes)).where(
        ConsentState.guardian_id == guardian_id, ConsentState.student_id == student_id
    )
    return Purpose(session.scalar(agreed) or 0) | Purpose.SAFETY


def days(
    session: Session,
    student_id: UUID,
    purposes: Purpose,
    *,
    since: date,
    until: date,
    now: datetime,
) -> list[ToldDay]:
    """The days from `since` to `until`, both included, the last one first.

    What was taken back, and what still waits for its undo time, was not told.
    """
    rows = session.execute(
        select(Entry.told, Update.on_date, Update.published_at, Staff.full_name)
        .join(Update, Update.id == Entry.update_id)
        .join(Staff, Staff.id == Update.author_id)
        .where(
            Entry.student_id == student_id,
            Update.recalled_at.is_(None),
            Update.due_at <= now,
            Update.on_date.between(since, until),
        )
        .order_by(Update.on_date.desc(), Update.id)
    )
    found: dict[date, ToldDay] = {}
    for told, on, at, author in rows:
        new = {name: value for name, value in told.items() if PURPOSES.get(name, 0) & purposes}
        if new:
            add(found.setdefault(on, ToldDay(on, local(at))), new, local(at), given_name(author))
    return [day for day in found.values() if day.facts]


def add(day: ToldDay, new: dict[str, Any], at: datetime, teacher: str) -> None:
    """A later word takes the place of an earlier one about the same; None takes it back."""
    day.corrected = day.corrected or None in new.values()
    if new.get("attendance") and "attendance" in day.facts:
        before, now = (Attendance(one["attendance"]).here for one in (day.facts, new))
        day.corrected = day.corrected or before != now
    if "safety" in new and "safety" in day.facts:
        new = {**new, "safety": f"{day.facts['safety']} {new['safety']}"}
    day.facts = known(day.facts, new)
    day.at, day.teacher = at, teacher


def spoken(day: ToldDay) -> list[tuple[str, str]]:
    """What there is to read, in the order of a day: which field, and its sentence."""
    return [(name, sentence) for name, sentence in sentences(day) if sentence]


def sentences(day: ToldDay) -> Iterable[tuple[str, str]]:
    facts = day.facts
    yield "safety", facts.get("safety", "")
    if attendance := facts.get("attendance"):
        yield "attendance", presence(Attendance(attendance), facts.get("arrived_at", ""))
    if lunch := facts.get("lunch"):
        yield "lunch", opening(MEALS[Meal(lunch)]())
    if (nap := facts.get("nap_minutes")) is not None:
        yield "nap", opening(slept(nap))
    yield "health", facts.get("health", "")
    if remark := facts.get("remark"):
        yield "remark", _("Teacher {teacher}: {text}").format(teacher=day.teacher, text=remark)
    if activity := facts.get("activity"):
        yield "activity", _("The whole class: {text}").format(text=activity)
    if learning := facts.get("learning"):
        yield "learning", _("The class learned: {text}").format(text=learning)


def presence(attendance: Attendance, arrived: str) -> str:
    if attendance is Attendance.ABSENT:
        return _("Not in class, and no word from the family")
    return opening(came(attendance, arrived))


def opening(clause: str) -> str:
    """A clause as a sentence begins."""
    return clause[:1].upper() + clause[1:]
