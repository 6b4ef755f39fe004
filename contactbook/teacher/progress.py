"""Who has it: the state of every family's message, asked for again while something moves."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import local
from contactbook.delivery import outbox
from contactbook.delivery.status import Status
from contactbook.errors import Conflict, NotFound
from contactbook.people import audit
from contactbook.people.accounts import SignedIn
from contactbook.people.audit import Audit
from contactbook.teacher.classes import trouble, undo_seconds
from contactbook.teacher.door import Told, ToldDep
from contactbook.updates.models import Entry, Update
from contactbook.updates.progress import Line, progress
from contactbook.web.deps import FormDep, Page, PageDep, SessionDep, StaffDep, Typed, as_uuid
from contactbook.web.states import counts, oddness, row
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher/updates/{update_id}")


@router.get("")
def whole(told: ToldDep, session: SessionDep, who: StaffDep, page: PageDep) -> Response:
    noted(session, "update.read", told, who, page, told.update.id)
    return page.show("teacher/progress.html", **shown(session, told, page))


@router.get("/progress")
def moving(told: ToldDep, session: SessionDep, who: StaffDep, page: PageDep) -> HTMLResponse:
    if not lately_read(session, told, who, page):
        noted(session, "update.read", told, who, page, told.update.id)
    return page.show("teacher/_progress.html", **shown(session, told, page))


def lately_read(session: Session, told: Told, who: SignedIn, page: Page) -> bool:
    """A page that asks every two seconds is one look, once an hour."""
    line = exists().where(
        Audit.subject_id == told.update.id,
        Audit.at > page.now - timedelta(hours=1),
        Audit.actor_id == who.staff_id,
        Audit.action == "update.read",
    )
    return bool(session.scalar(select(line)))


@router.post("/again")
def again(
    form: FormDep, told: ToldDep, session: SessionDep, who: StaffDep, page: PageDep
) -> Response:
    """A person's word: send one message once more that failed, or of which nobody knows."""
    line = asked_for(session, told, form)
    if outbox.send_again(
        session, delivery_id=line.delivery_id, update_id=told.update.id, now=page.now
    ):
        noted(session, "delivery.sent_again", told, who, page, line.delivery_id)
    return RedirectResponse(f"/teacher/updates/{told.update.id}", HTTPStatus.SEE_OTHER)


def asked_for(session: Session, told: Told, form: Typed) -> Line:
    """The message the form names. One in doubt leaves only after a second word."""
    wanted = as_uuid(form.text("delivery"))
    line = next((one for one in progress(session, told.update) if one.delivery_id == wanted), None)
    if line is None:
        raise NotFound
    if line.status is Status.UNKNOWN and form.text("sure") != "yes":
        raise Conflict(_("The family may have it already and would read it twice."))
    return line


def noted(
    session: Session, action: str, told: Told, who: SignedIn, page: Page, subject_id: UUID
) -> None:
    audit.note(
        session,
        action,
        actor_id=who.staff_id,
        school_id=told.room.school.id,
        subject_id=subject_id,
        now=page.now,
    )


def shown(session: Session, told: Told, page: Page) -> dict[str, Any]:
    update, lines = told.update, progress(session, told.update)
    at = local(update.published_at)
    return {
        "update": {
            "id": update.id,
            "classroom": told.room.shown,
            "at": at,
            "day": update.on_date,
            "urgent": update.urgent,
            "safety": safety(session, update) if update.urgent else "",
        },
        "done": all(line.ended for line in lines),
        "undo_seconds": 0 if update.recalled_at else undo_seconds(update, page.now),
        "nothing_leaves": trouble(session, page.now)["nothing_leaves"],
        "counts": counts(lines),
        "no_receipt": sum(line.told and line.status is Status.SENT for line in lines),
        "rows": sorted((row(line) for line in lines), key=oddness),
    }


def safety(session: Session, update: Update) -> str:
    """The sentence of an urgent update, the same for every child of it."""
    told = select(Entry.told).where(Entry.update_id == update.id).limit(1)
    return str((session.scalar(told) or {}).get("safety", ""))
