"""Her children today, and one child's days, month by month."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.classes.enrollment import holds
from contactbook.classes.models import Classroom, Enrollment
from contactbook.errors import NotFound
from contactbook.family.door import ChildDep, FamilyPageDep, ParentDep, ProvenDep
from contactbook.people import authority
from contactbook.people.authority import Right
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.people.family_access import Parent
from contactbook.people.models import Student
from contactbook.updates import told
from contactbook.updates.told import ToldDay
from contactbook.web.deps import SessionDep

router = APIRouter(prefix="/family")
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
ICONS = {
    "safety": "urgent", "attendance": "roll", "lunch": "meal", "nap": "nap", "health": "health",
    "remark": "talk", "activity": "class", "learning": "leaf",
}  # fmt: skip


def children(session: Session, parent: Parent, on: date) -> list[tuple[Student, str]]:
    """The children she reads on that day, the oldest first, each with its class ("": in none)."""
    hers = authority.children_of(parent.guardian_id, Right.READS, on)
    rows = session.execute(
        select(Student, Classroom.name)
        .outerjoin(Enrollment, (Enrollment.student_id == Student.id) & holds(on))
        .outerjoin(Classroom, Classroom.id == Enrollment.classroom_id)
        .where(Student.id.in_(hers))
        .order_by(Student.born_on, Student.id)
    )
    return [(child, room or "") for child, room in rows]


@router.get("/")
def today(session: SessionDep, parent: ParentDep, page: FamilyPageDep) -> Response:
    cards = []
    for child, room in children(session, parent, page.today):
        page.written(session, "child.read", child.id, since=str(page.today))
        purposes = told.allowed(session, parent.guardian_id, child.id)
        found = told.days(
            session, child.id, purposes, since=page.today, until=page.today, now=page.now
        )
        cards.append({**named(child), "classroom": room, "days": shown(found)})
    return page.show("today.html", today=page.today, children=cards)


def named(child: Student) -> dict[str, Any]:
    return {"id": child.id, "name": child.full_name, "called": child.given_name}


def shown(days: Sequence[ToldDay]) -> list[dict[str, Any]]:
    return [
        {
            "on": day.on,
            "at": day.at,
            "corrected": day.corrected,
            "lines": [(ICONS[name], name, words) for name, words in told.spoken(day)],
        }
        for day in days
    ]


@router.get("/children/{student_id}")
def month(
    child: ChildDep,
    session: SessionDep,
    parent: ProvenDep,
    page: FamilyPageDep,
    month: str = "",
) -> Response:
    first = first_of(month, page.today)
    page.written(session, "child.read", child.id, month=f"{first:%Y-%m}")
    purposes = told.allowed(session, parent.guardian_id, child.id)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    days = told.days(session, child.id, purposes, since=first, until=last, now=page.now)
    return page.show(
        "child.html",
        child=named(child),
        month=first,
        before=f"{first - timedelta(days=1):%Y-%m}",
        after=f"{last + timedelta(days=1):%Y-%m}" if last < page.today else None,
        days=shown(days),
        withheld=bool(ALL_PURPOSES & ~(Purpose.PICTURES | Purpose.NOTICES) & ~purposes),
    )


def first_of(month: str, today: date) -> date:
    """The first day of "2026-11", of this month for nothing; raises NotFound for what is none."""
    if not month:
        return today.replace(day=1)
    if not (found := MONTH.fullmatch(month)):
        raise NotFound
    first = date(int(found[1]), int(found[2]), 1)
    if first > today:
        raise NotFound
    return first


def names(session: Session, parent: Parent, on: date) -> dict[UUID, str]:
    return {child.id: child.full_name for child, _room in children(session, parent, on)}
