"""Publish what is new of a class, and take it back while there is time."""

import re
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from starlette.responses import Response

from contactbook.errors import Conflict, Invalid
from contactbook.parts import Parts
from contactbook.ports.channel import Channel
from contactbook.teacher.classes import class_page
from contactbook.teacher.door import RoomDep, ToldDep
from contactbook.updates.publish import Draft, Manners, publish
from contactbook.updates.recall import recall
from contactbook.web.deps import FormDep, PageDep, PartsDep, SessionDep, StaffDep, own_path
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher")
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


def manners(parts: Parts, school_id: UUID) -> Manners:
    settings = parts.settings
    ours = usable(parts, school_id)
    return Manners(settings.undo, settings.quiet_from, settings.quiet_until, ours)


def usable(parts: Parts, school_id: UUID) -> tuple[Channel, ...]:
    """The channels for which the school, or this server, has an account."""
    return tuple(one for one in Channel if parts.accounts.of_school(school_id, one))


def not_whole() -> str:
    return _("This form is not whole. Please open the class again and send.")


@router.post("/classes/{classroom_id}/publish")
def send(
    form: FormDep,
    room: RoomDep,
    session: SessionDep,
    who: StaffDep,
    parts: PartsDep,
    page: PageDep,
) -> Response:
    key = form.text("idempotency_key")
    if not KEY.fullmatch(key):
        return class_page(session, room, page, parts, errors={"publish": not_whole()})
    draft = Draft(room.classroom.id, who.staff_id, key)
    usual = manners(parts, room.school.id)
    try:
        with session.begin_nested():  # what was begun for nothing is undone, the page still shown
            publish(session, parts.entitlements, draft, usual, now=page.now)
    except Invalid as nothing:
        return class_page(session, room, page, parts, errors=nothing.faults)
    except Conflict as other:
        return class_page(session, room, page, parts, errors={"publish": str(other)})
    return RedirectResponse(room.address, HTTPStatus.SEE_OTHER)


@router.post("/updates/{update_id}/undo")
def undo(
    form: FormDep,
    told: ToldDep,
    session: SessionDep,
    who: StaffDep,
    parts: PartsDep,
    page: PageDep,
) -> Response:
    back, own = form.text("back"), f"/teacher/updates/{told.update.id}"
    try:
        recall(session, update_id=told.update.id, staff_id=who.staff_id, now=page.now)
    except Conflict as late:
        if back == told.room.address:
            return class_page(session, told.room, page, parts, errors={"publish": str(late)})
        raise
    leads = back if own_path(back) and back == told.room.address else own
    return RedirectResponse(leads, HTTPStatus.SEE_OTHER)
