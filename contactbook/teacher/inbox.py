"""The teacher's inbox: what families have said, class by class, until somebody has read it."""

from collections.abc import Sequence
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.classes.enrollment import enrolled
from contactbook.classes.models import Classroom
from contactbook.errors import NotFound
from contactbook.people import audit
from contactbook.people.accounts import SignedIn
from contactbook.requests import absences
from contactbook.requests.models import AbsenceNote
from contactbook.teacher import inbox_of
from contactbook.teacher.door import RoomDep, my_classes
from contactbook.web.deps import Page, PageDep, SessionDep, StaffDep, staffs_form

router = APIRouter(prefix="/teacher")


@router.get("/inbox")
def every_class(session: SessionDep, who: StaffDep, page: PageDep) -> Response:
    return whole(session, my_classes(session, who, page), who, page, back="/teacher/")


@router.get("/classes/{classroom_id}/inbox")
def one_class(room: RoomDep, session: SessionDep, who: StaffDep, page: PageDep) -> Response:
    return whole(session, [room.classroom], who, page, back=room.address)


@router.post(
    "/classes/{classroom_id}/inbox/absences/{note_id}/seen", dependencies=[Depends(staffs_form)]
)
def seen(
    note_id: UUID, room: RoomDep, session: SessionDep, who: StaffDep, page: PageDep
) -> Response:
    note = session.get(AbsenceNote, note_id)
    here = enrolled(room.classroom.id, page.today)
    if note is None or note.student_id not in set(session.scalars(here)):
        raise NotFound
    absences.see(session, note_id=note.id, staff_id=who.staff_id, now=page.now)
    return RedirectResponse(f"{room.address}/inbox", HTTPStatus.SEE_OTHER)


def whole(
    session: Session, rooms: Sequence[Classroom], who: SignedIn, page: Page, *, back: str
) -> Response:
    for room in rooms:
        audit.note(
            session,
            "inbox.read",
            actor_id=who.staff_id,
            school_id=room.school_id,
            subject_id=room.id,
            now=page.now,
        )
    return page.show(
        "teacher/inbox.html",
        today=page.today,
        back=back,
        classes=[
            {
                "id": room.id,
                "name": room.name,
                "talks": inbox_of.talks(session, room.id, page.now),
                "notes": inbox_of.notes(session, room.id, page.today),
                "slips": inbox_of.slips(session, room.id, page.today),
            }
            for room in rooms
        ],
    )
