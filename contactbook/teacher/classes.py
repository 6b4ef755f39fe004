"""My classes today, and one class: the page on which a teacher spends her minute."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.classes.models import Classroom
from contactbook.clock import local
from contactbook.delivery import lanes
from contactbook.parts import Parts
from contactbook.people import audit, authority
from contactbook.people.authority import Deed
from contactbook.people.models import School
from contactbook.requests import doses
from contactbook.teacher import forms, inbox_of, slips, views
from contactbook.teacher.door import PenDep, Room, RoomDep, my_classes
from contactbook.teacher.reach import health_unheard
from contactbook.updates import day, progress
from contactbook.updates.day import ChildDay
from contactbook.updates.facts import OF_THE_CLASS, Facts
from contactbook.updates.models import Attendance, Entry, Update
from contactbook.web.deps import FormDep, Page, PageDep, PartsDep, SessionDep, StaffDep
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher")
CHANNELS = {"zalo": "Zalo", "zbs": "Zalo", "telegram": "Telegram", "sms": "SMS", "email": "E-mail"}


@router.get("/")
def classes(session: SessionDep, who: StaffDep, page: PageDep) -> Response:
    rooms = my_classes(session, who, page)
    school = session.get(School, who.school_id) if who.school_id else None
    days = day.class_days(session, [room.id for room in rooms], page.today)
    waiting = inbox_of.counts(session, [room.id for room in rooms], page.today)
    shown = [card(room, school, days[room.id]) | {"waiting": waiting[room.id]} for room in rooms]
    leads = any(office(session, who, page, deed) for deed in (Deed.RUN_SCHOOL, Deed.KEEP_MONEY))
    return page.show("teacher/classes.html", today=page.today, classes=shown, office=leads)


def office(session: Session, who: StaffDep, page: Page, deed: Deed) -> bool:
    return who.school_id is not None and authority.may(
        session, who.staff_id, deed, school_id=who.school_id, on=page.today
    )


def card(room: Classroom, school: School | None, children: Sequence[ChildDay]) -> dict[str, Any]:
    return {
        "id": room.id,
        "name": room.name,
        "school": school.name if school else "",
        "unsent": len(views.ready(children)),
        "sent": any(child.told for child in children),
        **views.counts(children),
    }


@router.get("/classes/{classroom_id}")
def one_class(
    room: RoomDep, session: SessionDep, who: StaffDep, parts: PartsDep, page: PageDep
) -> Response:
    read(session, room, who, page)
    return class_page(session, room, page, parts)


def read(session: Session, room: Room, who: StaffDep, page: Page) -> None:
    """Write down who saw the children of a class."""
    audit.note(
        session,
        "class.read",
        actor_id=who.staff_id,
        school_id=room.school.id,
        subject_id=room.classroom.id,
        now=page.now,
    )


def class_page(
    session: Session,
    room: Room,
    page: Page,
    parts: Parts,
    *,
    errors: dict[str, str] | None = None,
) -> Response:
    """The class as it is now; with `errors`, after something could not be done."""
    children = day.class_day(session, room.classroom.id, page.today)
    words = day.whole_class(session, room.classroom.id, page.today)
    going = views.ready(children)
    return page.show(
        "teacher/class.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        today=page.today,
        classroom=room.shown,
        counts=views.counts(children),
        deeds=views.steps(children, page.now),
        note={
            "activity": words.activity if words else "",
            "learning": words.learning if words else "",
            "changed": any(views.changed(child) & set(OF_THE_CLASS) for child in children),
        },
        children=[views.row(child) for child in children],
        kinds=len(views.kinds(going)),
        ready=len(going),
        silent=sum(child.facts.attendance is None and not child.news for child in children),
        health_unheard=len(health_unheard(session, room, going, parts, page)),
        idempotency_key=secrets.token_urlsafe(16),
        sent=sent(session, room, page),
        urgent=sent(session, room, page, urgent=True),
        waiting=inbox_of.counts(session, [room.classroom.id], page.today)[room.classroom.id],
        medicine=slips.summary(doses.today(session, room.classroom.id, page.today), page),
        errors=errors or {},
        **trouble(session, page.now),
    )


def sent(
    session: Session, room: Room, page: Page, *, urgent: bool = False
) -> dict[str, Any] | None:
    """The latest update of today, unless it was taken back."""
    update = progress.latest(session, room.classroom.id, page.today, urgent=urgent)
    if update is None or update.recalled_at is not None:
        return None
    entries = select(func.count()).select_from(Entry).where(Entry.update_id == update.id)
    return {
        "update_id": update.id,
        "at": local(update.published_at),
        "undo_seconds": undo_seconds(update, page.now),
        "children": session.scalar(entries) or 0,
    }


def undo_seconds(update: Update, now: datetime) -> int:
    return max(0, int((update.due_at - now).total_seconds()))


def trouble(session: Session, now: datetime) -> dict[str, Any]:
    """What keeps messages from leaving, in sentences."""
    said = []
    for lane in lanes.in_trouble(session, now):
        name = {"channel": CHANNELS[lane.channel]}
        if lane.paused_until and lane.paused_until > now:
            said.append(_("%(channel)s is paused: messages wait and go out later.") % name)
        else:
            said.append(_("%(channel)s is slow to answer: messages are tried again.") % name)
    return {"nothing_leaves": lanes.worker_absent(session, now), "channel_trouble": said}


@router.post("/classes/{classroom_id}/present")
def present(
    form: FormDep, room: PenDep, session: SessionDep, who: StaffDep, page: PageDep
) -> Response:
    """One tap on one child who is not marked: here, now. Whoever is marked stays as marked."""
    children = day.class_day(session, room.classroom.id, page.today)
    step = Facts(attendance=Attendance.PRESENT, arrived_at=forms.arrival(page.now))
    keep(session, room, who, page, day.fill(children, form.ids("present"), step))
    return RedirectResponse(room.address, HTTPStatus.SEE_OTHER)


def keep(
    session: Session, room: Room, who: StaffDep, page: Page, changes: dict[UUID, Facts]
) -> None:
    day.keep(
        session,
        school_id=room.school.id,
        classroom_id=room.classroom.id,
        on=page.today,
        changes=changes,
        staff_id=who.staff_id,
        now=page.now,
    )
