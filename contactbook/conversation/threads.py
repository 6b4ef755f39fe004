"""What a class's teacher and the office have to read, and how they answer.

A thread is one guardian's words about one child, with what was answered to them: another guardian
of the same child has a thread of their own, and neither sees the other's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select, update
from sqlalchemy.orm import Session

from contactbook.conversation.keeping import content_of, queue
from contactbook.conversation.models import ChatMessage, Conversation, Desk, Kind, Sending
from contactbook.conversation.said import Reply
from contactbook.errors import Conflict, Invalid, NotFound
from contactbook.people import audit
from contactbook.people.models import ContactPoint, Guardian, Student
from contactbook.people.seal import Sealer
from contactbook.words import gettext as _

LONGEST = 1_500  # letters of an answer: Zalo takes 2,000


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thread with something nobody has read; the newest first, urgent ones before all."""

    conversation_id: UUID
    student_id: UUID | None
    classroom_id: UUID | None
    child: str
    guardian: str
    channel: str
    unread: int
    urgent: bool
    since: datetime  # of the oldest unread message


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a thread. `text` is None once the family is erased."""

    id: UUID
    at: datetime
    hers: bool
    text: str | None
    files: Sequence[dict[str, str]]
    said: str
    urgent: bool
    staff_id: UUID | None
    status: str | None
    desk: str | None


def waiting(session: Session, classroom_id: UUID) -> list[Waiting]:
    """The unread threads of a class."""
    return _waiting(session, ChatMessage.classroom_id == classroom_id, _of_class())


def office_waiting(session: Session, school_id: UUID) -> list[Waiting]:
    """What was handed to the office, and everything urgent."""
    return _waiting(session, ChatMessage.school_id == school_id, _of_office())


def unread(session: Session, classroom_id: UUID) -> int:
    """How many messages nobody of the class has read."""
    return _count(session, ChatMessage.classroom_id == classroom_id, _of_class())


def unread_of(classroom_ids: Sequence[UUID]) -> Select[UUID | None, int]:
    """The same for several classes: a query of (class, how many)."""
    of = ChatMessage.classroom_id
    return select(of, func.count()).where(*_open(of.in_(classroom_ids), _of_class())).group_by(of)


def office_unread(session: Session, school_id: UUID) -> int:
    return _count(session, ChatMessage.school_id == school_id, _of_office())


def read(  # noqa: PLR0913 which thread, and who reads it
    session: Session,
    sealer: Sealer,
    *,
    conversation_id: UUID,
    student_id: UUID | None,
    staff_id: UUID,
    now: datetime,
    classroom_id: UUID | None = None,
    most: int = 50,
) -> list[Line]:
    """The last messages of a thread, oldest first; that it was read is in the audit.

    With `classroom_id` only what belongs to that class: a child that moved leaves the old thread.
    """
    kept = session.get(Conversation, conversation_id)
    if kept is None:
        raise NotFound
    rows = session.scalars(
        select(ChatMessage)
        .where(ChatMessage.conversation_id == conversation_id)
        .where(ChatMessage.student_id.is_not_distinct_from(student_id))
        .where(or_(ChatMessage.desk.is_not(None), ChatMessage.kind == Kind.TEACHER))
        .where(*_class(classroom_id))
        .order_by(ChatMessage.id.desc())
        .limit(most)
    ).all()
    audit.note(
        session, "thread.read", actor_id=staff_id, school_id=kept.school_id,
        subject_id=student_id or kept.guardian_id, now=now, messages=len(rows),
    )  # fmt: skip
    return [_line(session, sealer, kept, one) for one in reversed(rows)]


def seen(
    session: Session, *, conversation_id: UUID, student_id: UUID | None, now: datetime,
    classroom_id: UUID | None = None,
) -> int:  # fmt: skip
    """Everything in the thread has been read; returns how much was new."""
    done = session.execute(
        update(ChatMessage)
        .where(ChatMessage.conversation_id == conversation_id, ChatMessage.kind == Kind.HEARD)
        .where(ChatMessage.student_id.is_not_distinct_from(student_id))
        .where(ChatMessage.desk.is_not(None), ChatMessage.seen_at.is_(None))
        .where(*_class(classroom_id))
        .values(seen_at=now)
        .returning(ChatMessage.id)
    )
    return len(done.all())


def answer(  # noqa: PLR0913 which thread, and who answers what
    session: Session,
    sealer: Sealer,
    *,
    conversation_id: UUID,
    student_id: UUID | None,
    staff_id: UUID,
    signature: str,
    text: str,
    now: datetime,
    classroom_id: UUID | None = None,
) -> ChatMessage:
    """What a member of staff writes back, quoted as hers: "Cô Hạnh (Lá 1): …". Marks it as read.

    Raises Invalid for a text that cannot be sent, and Conflict when the family has stopped the
    channel, or left it, since.
    """
    words = text.strip()
    if not words:
        raise Invalid({"text": _("Please write an answer.")})
    if len(words) > LONGEST:
        raise Invalid({"text": _("An answer has at most {n} letters.").format(n=LONGEST)})
    kept = session.get(Conversation, conversation_id)
    if kept is None or kept.guardian_id is None:
        raise NotFound
    if not reachable(session, kept):
        raise Conflict(_("The family has stopped this channel. Please call instead."))
    body = f"{signature}: {words}"
    message = queue(
        session, sealer, kept, Reply(body, sms=_("Please see Zalo or Telegram.")), now=now,
        kind=Kind.TEACHER, staff_id=staff_id, about=(student_id, classroom_id),
    )  # fmt: skip
    seen(session, conversation_id=conversation_id, student_id=student_id, now=now,
         classroom_id=classroom_id)  # fmt: skip
    audit.note(
        session, "thread.answered", actor_id=staff_id, school_id=kept.school_id,
        subject_id=student_id or kept.guardian_id, now=now,
    )  # fmt: skip
    return message


def reachable(session: Session, kept: Conversation) -> bool:
    """Whether a word of ours may still go there: her address, and not stopped since she wrote."""
    if kept.stopped_at and (kept.heard_at is None or kept.heard_at <= kept.stopped_at):
        return False
    return bool(
        session.scalar(
            select(ContactPoint.id).where(
                ContactPoint.guardian_id == kept.guardian_id,
                ContactPoint.channel == kept.channel,
                ContactPoint.address == kept.address,
                ContactPoint.verified_at.is_not(None),
                ContactPoint.ended_at.is_(None),
            )
        )
    )


def to_office(
    session: Session, *, conversation_id: UUID, student_id: UUID | None, staff_id: UUID,
    now: datetime, classroom_id: UUID | None = None,
) -> int:  # fmt: skip
    """Hand the thread's open messages over to the office, where they are unread again.

    Open are those that came after the last answer. Returns how many there were.
    """
    last = session.scalar(
        select(func.max(ChatMessage.at)).where(
            ChatMessage.conversation_id == conversation_id,
            ChatMessage.student_id.is_not_distinct_from(student_id),
            ChatMessage.kind == Kind.TEACHER,
        )
    )
    newer = [ChatMessage.at > last] if last else []
    moved = session.execute(
        update(ChatMessage)
        .where(ChatMessage.conversation_id == conversation_id, ChatMessage.desk == Desk.CLASS)
        .where(ChatMessage.student_id.is_not_distinct_from(student_id), *newer)
        .where(*_class(classroom_id))
        .values(desk=Desk.OFFICE, seen_at=None)
        .returning(ChatMessage.school_id)
    ).all()
    if moved:
        audit.note(
            session, "thread.handed_over", actor_id=staff_id, school_id=moved[0].school_id,
            subject_id=student_id, now=now, messages=len(moved),
        )  # fmt: skip
    return len(moved)


def _of_class() -> ColumnElement[bool]:
    return ChatMessage.desk == Desk.CLASS


def _of_office() -> ColumnElement[bool]:
    return or_(ChatMessage.desk == Desk.OFFICE, ChatMessage.urgent)


def _class(classroom_id: UUID | None) -> list[ColumnElement[bool]]:
    return [ChatMessage.classroom_id == classroom_id] if classroom_id else []


def _open(*where: ColumnElement[bool]) -> list[ColumnElement[bool]]:
    return [ChatMessage.kind == Kind.HEARD, ChatMessage.seen_at.is_(None), *where]


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(ChatMessage).where(*_open(*where))) or 0


def _waiting(session: Session, *where: ColumnElement[bool]) -> list[Waiting]:
    rows: Any = session.execute(
        select(
            ChatMessage.conversation_id,
            ChatMessage.student_id,
            ChatMessage.classroom_id,
            func.coalesce(func.max(Student.given_name), "").label("child"),
            func.coalesce(func.max(Guardian.full_name), "").label("guardian"),
            ChatMessage.channel,
            func.count().label("unread"),
            func.bool_or(ChatMessage.urgent).label("urgent"),
            func.min(ChatMessage.at).label("since"),
        )
        .join(Conversation, Conversation.id == ChatMessage.conversation_id)
        .outerjoin(Student, Student.id == ChatMessage.student_id)
        .outerjoin(Guardian, Guardian.id == Conversation.guardian_id)
        .where(*_open(*where))
        .group_by(
            ChatMessage.conversation_id, ChatMessage.student_id, ChatMessage.classroom_id,
            ChatMessage.channel,
        )
        .order_by(func.bool_or(ChatMessage.urgent).desc(), func.max(ChatMessage.at).desc())
    )  # fmt: skip
    return [Waiting(*row) for row in rows]


def _line(session: Session, sealer: Sealer, kept: Conversation, one: ChatMessage) -> Line:
    content = content_of(session, sealer, kept.guardian_id, one)
    return Line(
        id=one.id,
        at=one.at,
        hers=one.kind == Kind.HEARD,
        text=content.get("text", "") if content is not None else None,
        files=content.get("files", []) if content else [],
        said=one.said,
        urgent=one.urgent,
        staff_id=one.staff_id,
        status=Sending(one.status).value if one.status else None,
        desk=one.desk,
    )
