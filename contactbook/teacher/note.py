"""Words about the whole class: what was done today, and what was learned."""

import json
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.people.staff import Staff
from contactbook.teacher.door import PenDep, Room, RoomDep
from contactbook.teacher.forms import MOST_CLASS, as_dict, too_long
from contactbook.updates import day
from contactbook.updates.models import ClassDay
from contactbook.web.deps import FormDep, Page, PageDep, SessionDep, StaffDep
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher/classes/{classroom_id}/note")
FIELDS = ("activity", "learning")


@router.get("")
def look(room: RoomDep, session: SessionDep, page: PageDep) -> Response:
    said = recorded(day.whole_class(session, room.classroom.id, page.today))
    return sheet(room, page, said, said)


@router.post("")
def save(
    form: FormDep, room: PenDep, session: SessionDep, who: StaffDep, page: PageDep
) -> Response:
    before = day.whole_class(session, room.classroom.id, page.today)
    said, shown = recorded(before), as_dict(form.text("was"))
    typed = {name: form.lines(name) for name in FIELDS}
    faults: dict[str, str] = {}
    for name, mine in typed.items():
        if mine == shown.get(name):
            typed[name] = said[name]
        elif before and name in shown and said[name] not in (mine, shown[name]):
            faults[name] = overtaken(session, before, said[name])
        too_long(name, mine, MOST_CLASS, faults)
    if faults:
        return sheet(room, page, typed, said, faults)
    day.say(
        session,
        school_id=room.school.id,
        classroom_id=room.classroom.id,
        on=page.today,
        activity=typed["activity"],
        learning=typed["learning"],
        staff_id=who.staff_id,
        now=page.now,
    )
    return RedirectResponse(room.address, HTTPStatus.SEE_OTHER)


def recorded(words: ClassDay | None) -> dict[str, str]:
    return {name: getattr(words, name) if words else "" for name in FIELDS}


def overtaken(session: Session, words: ClassDay, text: str) -> str:
    """Both wrote in the same field: neither is thrown away without a person's word."""
    writer = session.get_one(Staff, words.changed_by).full_name
    if not text:
        return _("%(name)s has just emptied this. Please look at it and save again.") % {
            "name": writer
        }
    return _("%(name)s has just written: “%(text)s”. Please put both together and save.") % {
        "name": writer,
        "text": text,
    }


def sheet(
    room: Room,
    page: Page,
    form: dict[str, str],
    said: dict[str, str],
    errors: dict[str, str] | None = None,
) -> Response:
    """The sheet; who saves it changes only what she changed since it showed `said`."""
    return page.show(
        "teacher/note.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        classroom=room.shown,
        form=form,
        was=json.dumps(said, ensure_ascii=False),
        errors=errors or {},
        most={"activity": MOST_CLASS, "learning": MOST_CLASS},
    )
