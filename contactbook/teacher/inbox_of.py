"""What families of a class have said that waits for its teacher, as pages show it."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from contactbook.classes.enrollment import enrolled
from contactbook.clock import local
from contactbook.requests import absences, medicine
from contactbook.requests.models import AbsenceNote, MedicationSlip, NoteStatus, SlipStatus
from contactbook.web import people


def count(session: Session, classroom_id: UUID, day: date) -> int:
    """Absence notes nobody has read, and slips without an answer."""
    children = enrolled(classroom_id, day)
    notes = select(func.count()).where(
        AbsenceNote.student_id.in_(children),
        AbsenceNote.until >= day,
        AbsenceNote.seen_at.is_(None),
        AbsenceNote.status != NoteStatus.RESOLVED,
    )
    slips = select(func.count()).where(
        MedicationSlip.student_id.in_(children),
        MedicationSlip.until >= day,
        MedicationSlip.status == SlipStatus.ASKED,
    )
    return (session.scalar(notes) or 0) + (session.scalar(slips) or 0)


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
