"""What families of a class have said that waits for its teacher, as pages show it."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contactbook.classes.enrollment import holds
from contactbook.classes.models import Enrollment
from contactbook.clock import local
from contactbook.conversation import threads
from contactbook.conversation.models import ChatMessage, Conversation
from contactbook.people.models import Student
from contactbook.requests import absences, medicine
from contactbook.requests.models import AbsenceNote, MedicationSlip, NoteStatus, SlipStatus
from contactbook.web import people

RECENT = timedelta(days=7)


def counts(session: Session, classroom_ids: Sequence[UUID], day: date) -> Counter[UUID]:
    """Messages and absence notes nobody has read, and slips without an answer: of each class."""
    of = Enrollment.classroom_id
    per_class = select(of, func.count()).where(of.in_(classroom_ids), holds(day)).group_by(of)
    notes = per_class.join(AbsenceNote, AbsenceNote.student_id == Enrollment.student_id).where(
        AbsenceNote.until >= day,
        AbsenceNote.seen_at.is_(None),
        AbsenceNote.status != NoteStatus.RESOLVED,
    )
    slips = per_class.join(
        MedicationSlip, MedicationSlip.student_id == Enrollment.student_id
    ).where(MedicationSlip.until >= day, MedicationSlip.status == SlipStatus.ASKED)
    waiting: Counter[UUID] = Counter()
    for question in (notes, slips, threads.unread_of(classroom_ids)):
        waiting.update({room: many for room, many in session.execute(question) if room})
    return waiting


def talks(session: Session, classroom_id: UUID, now: datetime) -> list[dict[str, Any]]:
    """The threads of the class: those that wait first, then what was said in the last days."""
    new = {
        (one.conversation_id, one.student_id): one for one in threads.waiting(session, classroom_id)
    }
    rows = session.execute(
        select(
            ChatMessage.conversation_id, ChatMessage.student_id, Student.full_name,
            Conversation.guardian_id, Conversation.channel, func.max(ChatMessage.at).label("last"),
        )
        .join(Conversation, Conversation.id == ChatMessage.conversation_id)
        .join(Student, Student.id == ChatMessage.student_id)
        .where(ChatMessage.classroom_id == classroom_id, ChatMessage.desk.is_not(None))
        .where(Conversation.guardian_id.is_not(None))
        .group_by(
            ChatMessage.conversation_id, ChatMessage.student_id, Student.full_name,
            Conversation.guardian_id, Conversation.channel,
        )
        .order_by(func.max(ChatMessage.at).desc())
    ).all()  # fmt: skip
    shown = [
        {
            "conversation_id": row.conversation_id,
            "student_id": row.student_id,
            "child": row.full_name,
            "by": people.asker(session, row.student_id, row.guardian_id),
            "channel": row.channel,
            "at": local(row.last),
            "unread": waiting.unread if waiting else 0,
            "urgent": bool(waiting and waiting.urgent),
        }
        for row in rows
        if (waiting := new.get((row.conversation_id, row.student_id))) or now - row.last < RECENT
    ]
    return sorted(shown, key=lambda one: (not one["urgent"], not one["unread"]))


def notes(session: Session, classroom_id: UUID, day: date) -> list[dict[str, Any]]:
    return [
        {
            "id": note.id,
            "child": student.full_name,
            "by": people.asker(session, student.id, note.guardian_id),
            "at": local(note.noted_at),
            "since": note.since,
            "until": note.until,
            "reason": note.reason,
            "withdrawn": note.status is NoteStatus.WITHDRAWN,
            "fresh": note.seen_at is None,
        }
        for note, student in absences.listed(session, classroom_id, day)
    ]


def slips(session: Session, classroom_id: UUID, day: date) -> list[dict[str, Any]]:
    """Those that wait for an answer; they are answered on the page of the class's medicine."""
    return [
        {
            "id": one.slip.id,
            "child": one.student.full_name,
            "by": people.asker(session, one.student.id, one.slip.guardian_id),
            "drug": one.slip.drug,
            "dose": one.slip.dose,
        }
        for one in medicine.today(session, classroom_id, day)
        if one.slip.status is SlipStatus.ASKED
    ]
