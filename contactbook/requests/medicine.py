"""A family asks the school to give a medicine; the school says yes or no, and logs each dose."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from contactbook.clock import school_day
from contactbook.errors import Conflict, Invalid, NotFound
from contactbook.people import audit
from contactbook.people.names import tidy
from contactbook.requests import rights
from contactbook.requests.doses import give, today
from contactbook.requests.models import MedicationSlip, SlipStatus
from contactbook.requests.slip_form import Asked, whole
from contactbook.words import gettext as _

__all__ = ["accept", "ask", "give", "refuse", "today", "withdraw"]
MOST_REFUSAL = 300


def ask(  # noqa: PLR0913 a slip has this many lines
    session: Session,
    *,
    school_id: UUID,
    student_id: UUID,
    guardian_id: UUID,
    drug: str,
    dose: str,
    times: Sequence[time],
    since: date,
    until: date,
    channel: str,
    now: datetime,
    note: str = "",
    picture: str = "",
) -> MedicationSlip:
    """Ask for `drug`, `dose` at each of `times`, from `since` to `until`, both included.

    `times` are on the school's wall clock; `picture` names where the photo of the prescription is
    kept. Nothing is given before the school accepts. Raises Invalid with sentences for `drug`,
    `dose`, `times`, `since`, `until` and `note`; NotFound or NotAllowed from `rights.check`.
    """
    asked = whole(Asked(drug, dose, times, since, until, note), now)
    rights.check(
        session,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        today=school_day(now),
        until=until,
        decides=True,
    )
    slip = MedicationSlip(
        school_id=school_id, student_id=student_id, guardian_id=guardian_id, drug=asked.drug,
        dose=asked.dose, times=list(asked.times), since=since, until=until, note=asked.note,
        picture=picture, channel=channel, status=SlipStatus.ASKED, asked_at=now,
    )  # fmt: skip
    session.add(slip)
    session.flush()
    written(session, "medicine.asked", slip, now)
    return slip


def accept(session: Session, *, slip_id: UUID, staff_id: UUID, now: datetime) -> MedicationSlip:
    """The school will give it. Twice is once; raises Conflict when it was answered otherwise."""
    return answer(session, slip_id, SlipStatus.ACCEPTED, "", staff_id, now)


def refuse(
    session: Session, *, slip_id: UUID, staff_id: UUID, reason: str, now: datetime
) -> MedicationSlip:
    """The school will not give it, for a reason that the family reads."""
    why = tidy(reason)
    if not why:
        raise Invalid({"refusal": _("Please write why: the family reads it.")})
    if len(why) > MOST_REFUSAL:
        sentence = _("This is %(n)s characters long, at most %(most)s fit.")
        raise Invalid({"refusal": sentence % {"n": len(why), "most": MOST_REFUSAL}})
    return answer(session, slip_id, SlipStatus.REFUSED, why, staff_id, now)


def answer(
    session: Session, slip_id: UUID, to: SlipStatus, why: str, staff_id: UUID, now: datetime
) -> MedicationSlip:
    slip = held(session, slip_id)
    if slip.status is to:
        return slip
    if slip.status is SlipStatus.WITHDRAWN:
        raise Conflict(_("The family has taken this slip back."))
    if slip.status is not SlipStatus.ASKED:
        raise Conflict(_("This slip was answered before. Please load the page again."))
    if slip.until < school_day(now):
        raise Conflict(_("The days of this slip are over."))
    slip.status, slip.refusal, slip.answered_by, slip.answered_at = to, why, staff_id, now
    session.flush()
    written(session, f"medicine.{to.value}", slip, now, staff_id)
    return slip


def withdraw(
    session: Session, *, slip_id: UUID, guardian_id: UUID, now: datetime
) -> MedicationSlip:
    """She takes her own slip back: no further dose is given. Twice is once.

    Raises NotFound for a slip that is not hers, Conflict for one that was refused or is over.
    """
    slip = held(session, slip_id)
    if slip.guardian_id != guardian_id:
        raise NotFound
    if slip.status is SlipStatus.WITHDRAWN:
        return slip
    if slip.status is SlipStatus.REFUSED or slip.until < school_day(now):
        raise Conflict(_("This slip is over already."))
    slip.status, slip.withdrawn_at = SlipStatus.WITHDRAWN, now
    session.flush()
    written(session, "medicine.withdrawn", slip, now)
    return slip


def held(session: Session, slip_id: UUID) -> MedicationSlip:
    """The slip, while nobody else changes it."""
    slip = session.get(MedicationSlip, slip_id, with_for_update=True, populate_existing=True)
    if slip is None:
        raise NotFound
    return slip


def written(
    session: Session, action: str, slip: MedicationSlip, now: datetime, staff_id: UUID | None = None
) -> None:
    audit.note(
        session,
        action,
        actor_id=staff_id,
        school_id=slip.school_id,
        subject_id=slip.student_id,
        now=now,
        slip=str(slip.id),
        guardian=str(slip.guardian_id),
    )
