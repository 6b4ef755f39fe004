"""One family's thread with the class: read, answered, or handed to the office.

A thread belongs to one guardian: another guardian of the same child has a thread of their own.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse
from sqlalchemy import exists, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import local
from contactbook.conversation import threads
from contactbook.conversation.hours import away_until
from contactbook.conversation.keeping import sealer_of
from contactbook.conversation.models import ChatMessage, Conversation, Desk, Kind
from contactbook.errors import Conflict, Invalid, NotFound
from contactbook.parts import Parts
from contactbook.people.accounts import SignedIn
from contactbook.people.models import Student
from contactbook.people.names import given_name
from contactbook.teacher.door import Room, RoomDep
from contactbook.web import people
from contactbook.web.deps import (
    FormDep,
    Page,
    PageDep,
    PartsDep,
    SessionDep,
    StaffDep,
    staffs_form,
)
from contactbook.words import gettext as _

router = APIRouter(
    prefix="/teacher/classes/{classroom_id}/inbox/threads/{conversation_id}/{student_id}"
)


@dataclass(frozen=True)
class Thread:
    """What one guardian and this class have said about one child, and who looks at it now."""

    session: Session
    parts: Parts
    room: Room
    who: SignedIn
    page: Page
    conversation: Conversation
    child: Student
    guardian_id: UUID

    @property
    def whose(self) -> dict[str, Any]:
        return {
            "conversation_id": self.conversation.id,
            "student_id": self.child.id,
            "classroom_id": self.room.classroom.id,
        }

    @property
    def address(self) -> str:
        return f"{self.room.address}/inbox/threads/{self.conversation.id}/{self.child.id}"

    @property
    def signature(self) -> str:
        """How an answer is signed: by name and class, never by a number."""
        name = given_name(self.who.full_name)
        return _("Teacher {teacher} ({classroom})").format(
            teacher=name, classroom=self.room.classroom.name
        )


def thread_of(
    conversation_id: UUID,
    student_id: UUID,
    room: RoomDep,
    session: SessionDep,
    who: StaffDep,
    parts: PartsDep,
    page: PageDep,
) -> Thread:
    """A thread of this class, or none: also one of a child that was in another class then."""
    ours = exists().where(
        ChatMessage.conversation_id == conversation_id,
        ChatMessage.student_id == student_id,
        ChatMessage.classroom_id == room.classroom.id,
        ChatMessage.desk.is_not(None),
    )
    kept = session.get(Conversation, conversation_id)
    if kept is None or kept.guardian_id is None or not session.scalar(select(ours)):
        raise NotFound
    return Thread(
        session,
        parts,
        room,
        who,
        page,
        kept,
        session.get_one(Student, student_id),
        kept.guardian_id,
    )


ThreadDep = Annotated[Thread, Depends(thread_of)]
OURS = [Depends(staffs_form)]


@router.get("")
def look(thread: ThreadDep) -> Response:
    return whole(thread)


@router.post("/answer")
def answer(form: FormDep, thread: ThreadDep) -> Response:
    """One of the quick answers, or her own words."""
    typed = form.lines("text")
    quick = dict(quick_answers()).get(form.text("quick"), "")
    try:
        with thread.session.begin_nested():
            threads.answer(
                thread.session, sealer_of(thread.parts.settings), **thread.whose,
                staff_id=thread.who.staff_id, signature=thread.signature, text=quick or typed,
                now=thread.page.now,
            )  # fmt: skip
    except (Invalid, Conflict) as wrong:
        return whole(thread, typed, str(wrong))
    return RedirectResponse(thread.address, HTTPStatus.SEE_OTHER)


@router.post("/seen", dependencies=OURS)
def seen(thread: ThreadDep) -> Response:
    """Read, and nothing to answer."""
    threads.seen(thread.session, **thread.whose, now=thread.page.now)
    return RedirectResponse(f"{thread.room.address}/inbox", HTTPStatus.SEE_OTHER)


@router.post("/office", dependencies=OURS)
def office(thread: ThreadDep) -> Response:
    """What the class cannot answer: the office reads and answers it."""
    threads.to_office(
        thread.session, **thread.whose, staff_id=thread.who.staff_id, now=thread.page.now
    )
    return RedirectResponse(f"{thread.room.address}/inbox", HTTPStatus.SEE_OTHER)


def quick_answers() -> list[tuple[str, str]]:
    """Under the thumb: what is said a hundred times, in a kind teacher's words."""
    return [
        ("thanks", _("Thank you, I have read your message.")),
        ("noted", _("I have noted it and will keep an eye on it today.")),
        ("later", _("I am with the children now and will write to you this afternoon.")),
        ("fine", _("Your child is well in class today, please do not worry.")),
    ]


def whole(thread: Thread, typed: str = "", error: str = "") -> Response:
    session, page, kept = thread.session, thread.page, thread.conversation
    lines = threads.read(
        session, sealer_of(thread.parts.settings), **thread.whose,
        staff_id=thread.who.staff_id, now=page.now,
    )  # fmt: skip
    return page.show(
        "teacher/thread.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK,
        classroom=thread.room.shown,
        here=thread.address,
        child=thread.child.full_name,
        guardian=people.asker(session, thread.child.id, thread.guardian_id),
        channel=kept.channel,
        lines=[shown(line) for line in lines],
        waits=waits(thread),
        reachable=threads.reachable(session, kept),
        closed=away_until(page.now) is not None,
        quick=quick_answers(),
        typed=typed,
        error=error,
        most=threads.LONGEST,
    )


def waits(thread: Thread) -> bool:
    """Whether something the family wrote has been read by nobody of the class."""
    unread = exists().where(
        ChatMessage.conversation_id == thread.conversation.id,
        ChatMessage.student_id == thread.child.id,
        ChatMessage.classroom_id == thread.room.classroom.id,
        ChatMessage.desk == Desk.CLASS,
        ChatMessage.kind == Kind.HEARD,
        ChatMessage.seen_at.is_(None),
    )
    return bool(thread.session.scalar(select(unread)))


STATES = {
    "queued": "waiting", "sending": "sending", "sent": "sent", "failed": "failed",
    "unknown": "unknown", "skipped": "skipped",
}  # fmt: skip


def shown(line: threads.Line) -> dict[str, Any]:
    return {
        "hers": line.hers,
        "at": local(line.at),
        "text": line.text,
        "files": len(line.files),
        "urgent": line.urgent,
        "office": line.desk == "office",
        "state": STATES.get(line.status or "", ""),
    }
