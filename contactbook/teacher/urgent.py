"""Something urgent: one sentence for a child's safety, looked at once more before it leaves."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import RedirectResponse
from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.errors import Conflict, Invalid
from contactbook.parts import Parts
from contactbook.people.models import ContactPoint, Guardian
from contactbook.ports.channel import Channel
from contactbook.teacher.classes import read
from contactbook.teacher.compose import KEY, manners, not_whole, usable
from contactbook.teacher.door import Room, RoomDep
from contactbook.teacher.preview import bubble
from contactbook.teacher.reach import Person, receivers
from contactbook.updates import day
from contactbook.updates.day import ChildDay
from contactbook.updates.publish import MOST_SAFETY, Draft, check, publish, words_of_class
from contactbook.web.deps import (
    FormDep,
    Page,
    PageDep,
    PartsDep,
    SessionDep,
    StaffDep,
    Typed,
    as_uuid,
)
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher/classes/{classroom_id}/urgent")
CLASS, SOME = "class", "some"


@dataclass(frozen=True)
class UrgentForm:
    """As it was typed; `whom` is not chosen for her: the wrong families must not be woken."""

    safety: str
    whom: str
    children: set[UUID]
    key: str

    def chosen(self, children: Sequence[ChildDay]) -> list[ChildDay]:
        if self.whom == CLASS:
            return list(children)
        return [child for child in children if child.student.id in self.children]

    def draft(self, room: Room, author_id: UUID, chosen: Sequence[ChildDay]) -> Draft:
        only = set() if self.whom == CLASS else {child.student.id for child in chosen}
        return Draft(room.classroom.id, author_id, self.key, safety=self.safety, only=only)

    def faults(self, draft: Draft, chosen: Sequence[ChildDay]) -> dict[str, str]:
        """Every fault at once."""
        faults: dict[str, str] = {}
        try:
            check(draft)
        except Invalid as wrong:
            faults = dict(wrong.faults)
        if self.whom not in (CLASS, SOME):
            faults["whom"] = _("Please choose whose families get it.")
        elif not chosen:
            faults["child"] = _("No child is ticked.")
        return faults


def urgent_form(form: Typed) -> UrgentForm:
    key = form.text("idempotency_key")
    return UrgentForm(
        safety=form.text("safety"), whom=form.text("whom"), children=form.ids("child"), key=key
    )


@router.get("")
def look(
    room: RoomDep, session: SessionDep, who: StaffDep, page: PageDep, child: str = ""
) -> Response:
    read(session, room, who, page)
    about = as_uuid(child)
    blank = UrgentForm("", SOME if about else "", {about} if about else set(), fresh_key())
    return sheet(room, page, blank, day.class_day(session, room.classroom.id, page.today))


@router.post("")
def send(
    form: FormDep,
    room: RoomDep,
    session: SessionDep,
    who: StaffDep,
    parts: PartsDep,
    page: PageDep,
) -> Response:
    """Three steps by one form: written, looked at, sent. Only the last one asks for the key."""
    typed, step = urgent_form(form), form.text("step")
    children = day.class_day(session, room.classroom.id, page.today)
    chosen = typed.chosen(children)
    draft = typed.draft(room, who.staff_id, chosen)
    faults = typed.faults(draft, chosen)
    if step == "edit":
        return sheet(room, page, typed, children)
    if not faults and not KEY.fullmatch(typed.key):
        faults["safety"] = not_whole()
    if faults:
        return sheet(room, page, typed, children, faults)
    if step != "send":
        return look_again(session, room, page, parts, typed, draft, chosen)
    try:
        with session.begin_nested():  # what was begun for nothing is undone, the page still shown
            update = publish(
                session, parts.entitlements, draft, manners(parts, room.school.id), now=page.now
            )
    except (Conflict, Invalid) as other:
        return sheet(room, page, typed, children, {"safety": str(other)})
    return RedirectResponse(f"/teacher/updates/{update.id}", HTTPStatus.SEE_OTHER)


def fresh_key() -> str:
    return secrets.token_urlsafe(16)


def sheet(
    room: Room,
    page: Page,
    typed: UrgentForm,
    children: Sequence[ChildDay],
    errors: dict[str, str] | None = None,
) -> Response:
    return page.show(
        "teacher/urgent.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        classroom=room.shown,
        children=[
            {
                "id": child.student.id,
                "name": child.student.full_name,
                "ticked": child.student.id in typed.children,
            }
            for child in children
        ],
        form={"safety": typed.safety, "whom": typed.whom},
        idempotency_key=fresh_key() if errors or not typed.key else typed.key,
        errors=errors or {},
        most=MOST_SAFETY,
    )


def look_again(
    session: Session,
    room: Room,
    page: Page,
    parts: Parts,
    typed: UrgentForm,
    draft: Draft,
    chosen: Sequence[ChildDay],
) -> Response:
    """The words as they leave, whom they reach, and whom to call instead."""
    people = [one for one in receivers(session, chosen, page) if not one.tie.restricted]
    return page.show(
        "teacher/urgent_check.html",
        classroom=room.shown,
        form={"safety": typed.safety, "whom": typed.whom},
        children=[{"id": child.student.id, "name": child.student.full_name} for child in chosen],
        families=len(people),
        to_call=[
            {"child": one.child.student.full_name, "words": one.words}
            for one in without_address(session, people, usable(parts, room.school.id))
        ],
        messages=bubbles(session, room, page, parts, draft, chosen[0]),
        idempotency_key=typed.key,
    )


def without_address(
    session: Session, people: Sequence[Person], channels: Sequence[Channel]
) -> list[Person]:
    """Those whom no channel reaches: the school picks up the telephone."""
    has_one = exists().where(
        ContactPoint.guardian_id == Guardian.id,
        ContactPoint.verified_at.is_not(None),
        ContactPoint.ended_at.is_(None),
        ContactPoint.channel.in_(channels),
    )
    guardians = [one.guardian.id for one in people]
    reached = set(session.scalars(select(Guardian.id).where(Guardian.id.in_(guardians), has_one)))
    return [one for one in people if one.guardian.id not in reached]


def bubbles(
    session: Session, room: Room, page: Page, parts: Parts, draft: Draft, example: ChildDay
) -> list[dict[str, object]]:
    """How it reads by chat and e-mail, and how by SMS: of each kind one."""
    of = words_of_class(session, draft, room.classroom, [example], page.today, leaves_on=page.today)
    ours = usable(parts, room.school.id)
    words = {one.channel: one for one in of[example.student.id] if one.channel in ours}
    free = [channel for channel in words if not channel.paid]
    shown = [*free[:1], *(channel for channel in words if channel.paid)]
    return [
        {
            "channel": channel.value,
            "channels": [channel.value] if channel.paid else [one.value for one in free],
            "sender": room.school.name,
            **bubble(words[channel], words[channel].purposes, parts, room),
        }
        for channel in shown
    ]
