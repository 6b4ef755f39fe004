"""A family says that its child stays away; whoever calls the roll sees it before."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from contactbook.classes.enrollment import enrolled
from contactbook.clock import local, school_day
from contactbook.errors import Conflict, Invalid, NotFound
from contactbook.people import audit
from contactbook.people.models import Guardianship, Relation, Student
from contactbook.people.names import tidy
from contactbook.requests import rights
from contactbook.requests.models import AbsenceNote, NoteStatus
from contactbook.words import gettext as _

MOST_DAYS = 60
MOST_REASON = 300


@dataclass(frozen=True, slots=True)
class Away:
    """A note that counts on the day it was asked about; `relation` is who wrote it to the child."""

    note: AbsenceNote
    relation: Relation | None

    @property
    def at(self) -> datetime:
        return local(self.note.noted_at)


def note(  # noqa: PLR0913 who, about whom, when, why, by which road
    session: Session,
    *,
    school_id: UUID,
    student_id: UUID,
    guardian_id: UUID,
    since: date,
    until: date,
    reason: str,
    channel: str,
    now: datetime,
) -> AbsenceNote:
    """Keep the family's word for the days `since` to `until`, both included; the same twice is one.

    Raises Invalid with a sentence for `since`, `until` or `reason`; NotFound or NotAllowed from
    `rights.check`.
    """
    today, why = school_day(now), tidy(reason)
    check(since, until, why, today)
    rights.check(
        session,
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        today=today,
        until=until,
    )
    mine = same(session, student_id, guardian_id, since, until)
    if mine is not None and why in ("", mine.reason):
        return mine
    if mine is not None:
        mine.reason, mine.seen_at, mine.seen_by = why, None, None
    else:
        mine = AbsenceNote(
            school_id=school_id, student_id=student_id, guardian_id=guardian_id, since=since,
            until=until, reason=why, channel=channel, noted_at=now, status=NoteStatus.NOTED,
        )  # fmt: skip
        session.add(mine)
    session.flush()
    written(session, "absence.noted", mine, now)
    return mine


def check(since: date, until: date, reason: str, today: date) -> None:
    faults: dict[str, str] = {}
    if since < today:
        faults["since"] = _("That day is over. The teacher has called the roll already.")
    if until < since:
        faults["until"] = _("The last day is before the first one.")
    elif until >= today + timedelta(days=MOST_DAYS):
        sentence = _("At most the next %(n)s days can be reported. Please call the school.")
        faults["until"] = sentence % {"n": MOST_DAYS}
    if len(reason) > MOST_REASON:
        sentence = _("This is %(n)s characters long, at most %(most)s fit.")
        faults["reason"] = sentence % {"n": len(reason), "most": MOST_REASON}
    if faults:
        raise Invalid(faults)


def same(
    session: Session, student_id: UUID, guardian_id: UUID, since: date, until: date
) -> AbsenceNote | None:
    return session.scalars(
        select(AbsenceNote).where(
            AbsenceNote.student_id == student_id,
            AbsenceNote.guardian_id == guardian_id,
            AbsenceNote.since == since,
            AbsenceNote.until == until,
            AbsenceNote.status == NoteStatus.NOTED,
        )
    ).first()


def withdraw(session: Session, *, note_id: UUID, guardian_id: UUID, now: datetime) -> AbsenceNote:
    """The child comes after all, from today on: her own note only, what others wrote stays.

    Raises NotFound for a note that is not hers, Conflict once its last day is over. Twice is once.
    """
    mine = session.get(AbsenceNote, note_id, with_for_update=True, populate_existing=True)
    if mine is None or mine.guardian_id != guardian_id:
        raise NotFound
    if mine.status is not NoteStatus.NOTED:
        return mine
    today = school_day(now)
    if mine.until < today:
        raise Conflict(_("These days are over already."))
    mine.status, mine.ended_on, mine.ended_at = NoteStatus.WITHDRAWN, today, now
    mine.seen_at, mine.seen_by = None, None  # the teacher has to read this, too
    session.flush()
    written(session, "absence.withdrawn", mine, now)
    return mine


def resolve(session: Session, *, student_id: UUID, staff_id: UUID, now: datetime) -> int:
    """A member of staff has seen the child: every note that counts today ends. How many did."""
    today = school_day(now)
    ended = session.scalars(
        update(AbsenceNote)
        .where(AbsenceNote.student_id == student_id, counts(today))
        .values(
            status=NoteStatus.RESOLVED, ended_on=today, ended_at=now, resolved_by=staff_id,
            seen_at=now, seen_by=staff_id,
        )
        .returning(AbsenceNote)
        .execution_options(populate_existing=True)
    ).all()  # fmt: skip
    for one in ended:
        written(session, "absence.resolved", one, now, staff_id)
    return len(ended)


def see(session: Session, *, note_id: UUID, staff_id: UUID, now: datetime) -> None:
    """Somebody of the school has read it: it is no longer counted as new."""
    session.execute(
        update(AbsenceNote)
        .where(AbsenceNote.id == note_id, AbsenceNote.seen_at.is_(None))
        .values(seen_at=now, seen_by=staff_id)
    )


def counts(day: date) -> ColumnElement[bool]:
    """Whether a note holds on `day`."""
    return and_(
        AbsenceNote.since <= day,
        AbsenceNote.until >= day,
        or_(AbsenceNote.ended_on.is_(None), AbsenceNote.ended_on > day),
    )


def on(session: Session, classroom_id: UUID, day: date) -> list[AbsenceNote]:
    """The notes that hold on `day` for children of the class; two guardians may have one each."""
    return list(
        session.scalars(
            select(AbsenceNote)
            .where(AbsenceNote.student_id.in_(enrolled(classroom_id, day)), counts(day))
            .order_by(AbsenceNote.noted_at, AbsenceNote.id)
        )
    )


def of(session: Session, students: Collection[UUID], day: date) -> dict[UUID, Away]:
    """For each child that stays away on `day`: the first note that says so."""
    if not students:
        return {}
    rows = session.execute(
        select(AbsenceNote, Guardianship.relation)
        .outerjoin(
            Guardianship,
            and_(
                Guardianship.student_id == AbsenceNote.student_id,
                Guardianship.guardian_id == AbsenceNote.guardian_id,
                Guardianship.valid_from <= day,
                or_(Guardianship.valid_to.is_(None), Guardianship.valid_to > day),
            ),
        )
        .where(AbsenceNote.student_id.in_(students), counts(day))
        .order_by(AbsenceNote.noted_at.desc(), AbsenceNote.id.desc())
    )
    return {found.student_id: Away(found, relation) for found, relation in rows}


def listed(session: Session, classroom_id: UUID, day: date) -> list[tuple[AbsenceNote, Student]]:
    """What a class's teacher has to know from `day` on: the new first, then by day.

    Notes of today and later, and those taken back that nobody has read.
    """
    unread = AbsenceNote.seen_at.is_(None)
    rows = session.execute(
        select(AbsenceNote, Student)
        .join(Student, Student.id == AbsenceNote.student_id)
        .where(
            AbsenceNote.student_id.in_(enrolled(classroom_id, day)),
            AbsenceNote.until >= day,
            or_(
                AbsenceNote.status == NoteStatus.NOTED,
                and_(AbsenceNote.status == NoteStatus.WITHDRAWN, unread),
            ),
        )
        .order_by(AbsenceNote.seen_at.is_not(None), AbsenceNote.since, Student.sort_key)
    )
    return [(found, student) for found, student in rows]


def written(
    session: Session, action: str, about: AbsenceNote, now: datetime, staff_id: UUID | None = None
) -> None:
    audit.note(
        session,
        action,
        actor_id=staff_id,
        school_id=about.school_id,
        subject_id=about.student_id,
        now=now,
        note=str(about.id),
        guardian=str(about.guardian_id),
        since=about.since.isoformat(),
        until=about.until.isoformat(),
    )
