"""Each dose of an accepted slip: due at its time, logged once by whoever gave it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contactbook.classes.enrollment import enrolled
from contactbook.clock import at, local, school_day
from contactbook.errors import Conflict, Invalid, NotFound
from contactbook.people import audit
from contactbook.people.models import Student
from contactbook.people.names import tidy
from contactbook.people.seal import Sealer
from contactbook.requests.models import MedicationDose, MedicationSlip, SlipStatus
from contactbook.words import gettext as _

AHEAD = timedelta(hours=1)  # a dose may be given this long before its time
MOST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Due:
    """One dose of a day, and the last line the ledger has of it."""

    due_at: datetime
    done: MedicationDose | None

    def ripe(self, now: datetime) -> bool:
        """Whether it may be logged: a tap claims only what can have happened."""
        return self.done is None and now >= self.due_at - AHEAD

    def missed(self, now: datetime) -> bool:
        return self.done is None and now >= self.due_at + AHEAD


@dataclass(frozen=True, slots=True)
class Today:
    """A slip as it stands on a day, with its doses when it was accepted."""

    slip: MedicationSlip
    student: Student
    doses: Sequence[Due]


def today(session: Session, classroom_id: UUID, day: date) -> list[Today]:
    """The slips that ask for `day`, or that wait for an answer, of the children of the class.

    Withdrawn and refused ones are left out; those that wait come first, then by child.
    """
    rows = session.execute(
        select(MedicationSlip, Student)
        .join(Student, Student.id == MedicationSlip.student_id)
        .where(
            MedicationSlip.student_id.in_(enrolled(classroom_id, day)),
            MedicationSlip.until >= day,
            (MedicationSlip.status == SlipStatus.ASKED)
            | ((MedicationSlip.status == SlipStatus.ACCEPTED) & (MedicationSlip.since <= day)),
        )
        .order_by(MedicationSlip.status != SlipStatus.ASKED, Student.sort_key, MedicationSlip.id)
    ).all()
    logged = of_slips(session, [slip.id for slip, _student in rows])
    return [Today(slip, student, doses(slip, day, logged)) for slip, student in rows]


def doses(
    slip: MedicationSlip, day: date, logged: dict[tuple[UUID, datetime], MedicationDose]
) -> list[Due]:
    if slip.status is not SlipStatus.ACCEPTED or not slip.since <= day <= slip.until:
        return []
    due = [at(day, hour) for hour in slip.times]
    return [Due(moment, logged.get((slip.id, moment))) for moment in due]


def of_slips(
    session: Session, slips: Sequence[UUID]
) -> dict[tuple[UUID, datetime], MedicationDose]:
    """The last line about each dose: a correction stands after what it corrects."""
    lines = session.scalars(
        select(MedicationDose).where(MedicationDose.slip_id.in_(slips)).order_by(MedicationDose.id)
    )
    return {(line.slip_id, line.due_at): line for line in lines}


def give(  # noqa: PLR0913 which dose, by whom, what became of it
    session: Session,
    sealer: Sealer,
    *,
    slip_id: UUID,
    due_at: datetime,
    staff_id: UUID,
    now: datetime,
    given: bool = True,
    note: str = "",
) -> MedicationDose:
    """Log the dose that was due at `due_at`; `given` false: it was not given, `note` says why.

    The same dose twice is the first line again; the other answer is a line that corrects it. Raises
    Conflict when the slip is not accepted (any more), Invalid for what is no dose of today.
    """
    slip = session.get(MedicationSlip, slip_id, with_for_update=True, populate_existing=True)
    if slip is None:
        raise NotFound
    why = tidy(note)
    check(slip, due_at, now, given=given, why=why)
    before = of_slips(session, [slip.id]).get((slip.id, due_at))
    if before is not None and before.given is given:
        return before
    sealed = sealer.seal(session, slip.student_id, slip.school_id, why) if why else None
    made = session.scalars(
        insert(MedicationDose)
        .values(
            school_id=slip.school_id, slip_id=slip.id, due_at=due_at, given=given,
            given_by=staff_id, given_at=now, sealed=sealed,
            corrects_id=before.id if before else None,
        )
        .returning(MedicationDose)
    ).one()  # fmt: skip
    audit.note(
        session,
        "medicine.given" if given else "medicine.not_given",
        actor_id=staff_id,
        school_id=slip.school_id,
        subject_id=slip.student_id,
        now=now,
        dose=str(made.id),
        slip=str(slip.id),
    )
    return made


def check(slip: MedicationSlip, due_at: datetime, now: datetime, *, given: bool, why: str) -> None:
    if slip.status is not SlipStatus.ACCEPTED:
        raise Conflict(_("This slip does not count any more. Please load the page again."))
    due = local(due_at)
    if due.time() not in slip.times or not slip.since <= due.date() <= slip.until:
        raise Invalid({"dose": _("There is no such dose on this slip.")})
    if due.date() != school_day(now):
        raise Invalid({"dose": _("Only today's doses can be logged.")})
    if given and due_at - AHEAD > now:
        raise Invalid({"dose": _("It is too early for this dose.")})
    if not given and not why:
        raise Invalid({"dose": _("Please write why it was not given: the family reads it.")})
    if len(why) > MOST_NOTE:
        sentence = _("This is %(n)s characters long, at most %(most)s fit.")
        raise Invalid({"dose": sentence % {"n": len(why), "most": MOST_NOTE}})
