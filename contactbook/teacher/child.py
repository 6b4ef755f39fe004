"""One child's sheet: the exceptions of a day, a health note, a few words for the family."""

import json
from dataclasses import asdict
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import local
from contactbook.errors import Invalid
from contactbook.people import audit
from contactbook.people.models import Student
from contactbook.requests import absences
from contactbook.teacher.absence import settled, shown
from contactbook.teacher.classes import keep
from contactbook.teacher.door import ChildDep, PenDep, Room, RoomDep
from contactbook.teacher.forms import (
    MOST_HEALTH,
    MOST_REMARK,
    ChildForm,
    as_form,
    child_form,
    merged,
)
from contactbook.updates import day
from contactbook.web.deps import FormDep, Page, PageDep, SessionDep, StaffDep

router = APIRouter(prefix="/teacher/classes/{classroom_id}/children")


@router.get("/{student_id}")
def look(
    child: ChildDep, room: RoomDep, session: SessionDep, who: StaffDep, page: PageDep
) -> Response:
    audit.note(
        session,
        "child.read",
        actor_id=who.staff_id,
        school_id=room.school.id,
        subject_id=child.id,
        now=page.now,
    )
    facts = day.child_day(session, room.classroom.id, child.id, page.today).facts
    return sheet(session, room, child, as_form(facts), page)


@router.post("/{student_id}")
def save(
    form: FormDep,
    child: ChildDep,
    room: PenDep,
    session: SessionDep,
    who: StaffDep,
    page: PageDep,
) -> Response:
    recorded = day.child_day(session, room.classroom.id, child.id, page.today)
    before = recorded.facts
    typed = merged(child_form(form), form.text("was"), as_form(before))
    try:
        facts = settled(typed, recorded, page.now).facts(before, page.now, recorded.told)
    except Invalid as wrong:
        return sheet(session, room, child, typed, page, wrong.faults)
    if recorded.away and typed.present_anyway:
        absences.resolve(session, student_id=child.id, staff_id=who.staff_id, now=page.now)
    keep(session, room, who, page, {child.id: facts})
    return RedirectResponse(room.address, HTTPStatus.SEE_OTHER)


def sheet(
    session: Session,
    room: Room,
    child: Student,
    form: ChildForm,
    page: Page,
    errors: dict[str, str] | None = None,
) -> Response:
    recorded = day.child_day(session, room.classroom.id, child.id, page.today)
    told_at = recorded.told_at
    return page.show(
        "teacher/child.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        classroom=room.shown,
        child={
            "id": child.id,
            "name": child.full_name,
            "allergy": child.allergy,
            "health_note": child.remark if child.remark != child.allergy else "",
        },
        absence=shown(recorded.away),
        form=asdict(form),
        was=json.dumps(asdict(as_form(recorded.facts)), ensure_ascii=False),
        errors=errors or {},
        most={"health": MOST_HEALTH, "remark": MOST_REMARK},
        sent_at=local(told_at) if told_at else None,
    )
