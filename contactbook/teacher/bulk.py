"""One thing for many children, by a name list that is looked at before it is true."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.teacher import views
from contactbook.teacher.classes import keep, read
from contactbook.teacher.door import PenDep, Room, RoomDep
from contactbook.teacher.views import Step
from contactbook.updates import day
from contactbook.updates.facts import Facts
from contactbook.updates.models import Attendance, Meal
from contactbook.web.deps import FormDep, Page, PageDep, SessionDep, StaffDep, Typed
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher/classes/{classroom_id}/all")
NAPS = (120, 90, 60, 30)
USUAL_NAP = 90


@router.get("/{step}")
def look(step: Step, room: RoomDep, session: SessionDep, who: StaffDep, page: PageDep) -> Response:
    read(session, room, who, page)
    return name_list(session, step, room, page)


@router.post("/{step}")
def fill(
    step: Step, form: FormDep, room: PenDep, session: SessionDep, who: StaffDep, page: PageDep
) -> Response:
    if error := fault(step, form, page):
        return name_list(session, step, room, page, {"child": error})
    children = day.class_day(session, room.classroom.id, page.today)
    keep(session, room, who, page, day.fill(children, form.ids("child"), facts(step, form)))
    return RedirectResponse(room.address, HTTPStatus.SEE_OTHER)


def fault(step: Step, form: Typed, page: Page) -> str:
    if not views.is_open(step, page.now):
        return _("It is too early for this: a message says only what has happened.")
    if not form.ids("child"):
        return _("No child is ticked.")
    if step is Step.NAP and form.text("minutes") not in map(str, NAPS):
        return _("Please choose how long they slept.")
    return ""


def facts(step: Step, form: Typed) -> Facts:
    """A roll call for many says that they are here, not when each of them came."""
    if step is Step.ATTENDANCE:
        return Facts(attendance=Attendance.PRESENT)
    if step is Step.MEAL:
        return Facts(lunch=Meal.ALL)
    return Facts(nap_minutes=int(form.text("minutes")))


def name_list(
    session: Session, step: Step, room: Room, page: Page, errors: dict[str, str] | None = None
) -> Response:
    children = day.class_day(session, room.classroom.id, page.today)
    lacking = views.lacking(step, children) if views.is_open(step, page.now) else []
    shown: dict[str, Any] = {
        "children": [
            {
                "id": child.student.id,
                "name": child.student.full_name,
                "allergy": child.student.allergy,
            }
            for child in lacking
        ],
        "others": [
            {"name": child.student.full_name, "words": views.left_alone(child)}
            for child in children
            if child not in lacking
        ],
    }
    return page.show(
        "teacher/bulk.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        classroom=room.shown,
        deed=step.value,
        minutes=USUAL_NAP,
        errors=errors or {},
        **shown,
    )
