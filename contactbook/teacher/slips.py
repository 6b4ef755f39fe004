"""Medication slips in the shapes the pages ask for."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from contactbook.clock import local
from contactbook.people.names import folded
from contactbook.people.seal import Sealer
from contactbook.people.staff import Staff
from contactbook.requests import medicine
from contactbook.requests.doses import Due, Today
from contactbook.requests.models import SlipStatus
from contactbook.teacher.door import Room
from contactbook.web import people
from contactbook.web.deps import Page

WORD = re.compile(r"\w+")
SHORTEST = 4  # letters: a shorter word of a medicine's name says nothing of an allergy


def shown(
    session: Session, sealer: Sealer, room: Room, page: Page, errors: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    return [
        {
            "id": one.slip.id,
            "child": {"id": one.student.id, "name": one.student.full_name},
            "allergy": one.student.allergy,
            "allergic": allergic(one.slip.drug, one.student.allergy),
            "asked": one.slip.status is SlipStatus.ASKED,
            "by": people.asker(session, one.slip.student_id, one.slip.guardian_id),
            "at": local(one.slip.asked_at),
            "drug": one.slip.drug,
            "dose": one.slip.dose,
            "times": one.slip.times,
            "since": one.slip.since,
            "until": one.slip.until,
            "note": one.slip.note,
            "picture": bool(one.slip.picture),
            "answered_by": staff(session, one.slip.answered_by),
            "doses": [dose(session, sealer, one, due, page) for due in one.doses],
            "error": errors.get(one.slip.id, ""),
        }
        for one in medicine.today(session, room.classroom.id, page.today)
    ]


def dose(session: Session, sealer: Sealer, of: Today, due: Due, page: Page) -> dict[str, Any]:
    line = due.done
    why = sealer.read(session, of.student.id, line.sealed) if line and line.sealed else ""
    return {
        "due": due.due_at.isoformat(),
        "time": local(due.due_at),
        "ripe": due.ripe(page.now),
        "missed": due.missed(page.now),
        "given": line.given if line else None,
        "at": local(line.given_at) if line else None,
        "by": staff(session, line.given_by if line else None),
        "why": why or "",
    }


def staff(session: Session, staff_id: UUID | None) -> str:
    return session.get_one(Staff, staff_id).full_name if staff_id else ""


def allergic(drug: str, allergy: str) -> bool:
    """Whether a word of the medicine's name stands in the child's allergies."""
    known = set(WORD.findall(folded(allergy)))
    named = WORD.findall(folded(drug))
    return any(len(word) >= SHORTEST and word in known for word in named)


def summary(slips: Sequence[Today], page: Page) -> dict[str, int] | None:
    """What the class page says of medicine: slips to answer, doses due now, doses still to come."""
    due = [one for slip in slips for one in slip.doses if one.done is None]
    counted = {
        "asked": sum(one.slip.status is SlipStatus.ASKED for one in slips),
        "now": sum(one.ripe(page.now) for one in due),
        "later": sum(not one.ripe(page.now) for one in due),
        "done": sum(one.done is not None for slip in slips for one in slip.doses),
    }
    return counted if any(counted.values()) else None
