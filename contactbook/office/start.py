"""The office's first page: what the school has, and what waits for somebody."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.classes.enrollment import holds
from contactbook.classes.models import Enrollment
from contactbook.delivery import fanout
from contactbook.delivery.models import Delivery
from contactbook.delivery.status import Status
from contactbook.office.door import AnteroomDep, Office
from contactbook.office.notices import card
from contactbook.people.models import ContactPoint, Guardianship
from contactbook.people.staff import Staff
from contactbook.updates import notices
from contactbook.web.deps import Page, PageDep, SessionDep

router = APIRouter(prefix="/office")
LATEST = 3


@router.get("")
def start(office: AnteroomDep, session: SessionDep, page: PageDep) -> Response:
    return page.show(
        "office/start.html",
        school=office.school.name,
        runs=office.runs,
        today=page.today,
        counts=counts(session, office, page),
        waiting=waiting(session, office, page) if office.runs else {},
        notices=[
            card(*row, page.now) for row in notices.latest(session, office.school.id, most=LATEST)
        ]
        if office.runs
        else [],
    )


def counts(session: Session, office: Office, page: Page) -> dict[str, int]:
    here = Enrollment.school_id == office.school.id, holds(page.today)
    return {
        "classes": number(session, select(Enrollment.classroom_id).where(*here).distinct()),
        "children": number(session, select(Enrollment.student_id).where(*here).distinct()),
        "staff": number(
            session,
            select(Staff.id).where(Staff.school_id == office.school.id, Staff.retired_at.is_(None)),
        ),
        "guardians": number(session, guardians(office, page)),
    }


def guardians(office: Office, page: Page, *more: ColumnElement[bool]) -> Select[Any]:
    return (
        select(Guardianship.guardian_id)
        .where(
            Guardianship.school_id == office.school.id,
            Guardianship.receives,
            ~Guardianship.restricted,
            fanout.valid(page.today),
            *more,
        )
        .distinct()
    )


def waiting(session: Session, office: Office, page: Page) -> dict[str, int]:
    """What somebody of the office should do something about."""
    reachable = exists().where(
        ContactPoint.guardian_id == Guardianship.guardian_id,
        ContactPoint.verified_at.is_not(None),
        ContactPoint.ended_at.is_(None),
    )
    lost = select(Delivery.id).where(
        Delivery.school_id == office.school.id,
        Delivery.month == page.today.replace(day=1),
        Delivery.status == Status.FAILED,
        Delivery.urgent,
    )
    return {
        "unlinked": number(session, guardians(office, page, ~reachable)),
        "urgent_lost": number(session, lost),
    }


def number(session: Session, rows: Select[Any]) -> int:
    return session.scalar(select(func.count()).select_from(rows.subquery())) or 0
