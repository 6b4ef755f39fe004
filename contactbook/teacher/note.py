"""Words about the whole class: what was done today, and what was learned."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from contactbook.teacher.door import Room, RoomDep
from contactbook.teacher.forms import MOST_CLASS, too_long
from contactbook.updates import day
from contactbook.web.deps import FormDep, Page, PageDep, SessionDep, StaffDep

router = APIRouter(prefix="/teacher/classes/{classroom_id}/note")


@router.get("")
def look(room: RoomDep, session: SessionDep, page: PageDep) -> Response:
    words = day.whole_class(session, room.classroom.id, page.today)
    said = (words.activity, words.learning) if words else ("", "")
    return sheet(room, page, *said)


@router.post("")
def save(
    form: FormDep, room: RoomDep, session: SessionDep, who: StaffDep, page: PageDep
) -> Response:
    activity, learning = form.lines("activity"), form.lines("learning")
    faults: dict[str, str] = {}
    too_long("activity", activity, MOST_CLASS, faults)
    too_long("learning", learning, MOST_CLASS, faults)
    if faults:
        return sheet(room, page, activity, learning, faults)
    day.say(
        session,
        school_id=room.school.id,
        classroom_id=room.classroom.id,
        on=page.today,
        activity=activity,
        learning=learning,
        staff_id=who.staff_id,
        now=page.now,
    )
    return RedirectResponse(room.address, HTTPStatus.SEE_OTHER)


def sheet(
    room: Room, page: Page, activity: str, learning: str, errors: dict[str, str] | None = None
) -> Response:
    return page.show(
        "teacher/note.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        classroom=room.shown,
        form={"activity": activity, "learning": learning},
        errors=errors or {},
        most={"activity": MOST_CLASS, "learning": MOST_CLASS},
    )
