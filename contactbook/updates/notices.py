"""The school's office writes to many families: each guardian hears it once, with all her children.

The same engine as a teacher's update: words kept once, a row per guardian, undo until it leaves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from contactbook.classes.enrollment import holds
from contactbook.classes.models import Classroom, Enrollment
from contactbook.clock import school_day
from contactbook.delivery import fanout
from contactbook.delivery.reading import Attachment
from contactbook.errors import Conflict, Invalid
from contactbook.people import audit
from contactbook.people.models import School, Student
from contactbook.ports.entitlement import Entitlements
from contactbook.updates.models import Update, UpdateKind
from contactbook.updates.notice_models import Notice, Whom
from contactbook.updates.notice_words import Said, notice_words
from contactbook.updates.publish import MOST_SAFETY, Manners, promised
from contactbook.words import gettext as _

MOST_SUBJECT, MOST_BODY = 80, 1500  # letters
FARTHEST = timedelta(days=90)  # of what is written now and leaves later


@dataclass(frozen=True, slots=True)
class NoticeDraft:
    """What the office is about to send; `leave_at` empty: as soon as undo is over."""

    school_id: UUID
    author_id: UUID
    key: str  # of the form: the same one twice is one notice
    subject: str
    body: str
    whom: Whom | None
    chosen: frozenset[UUID] = field(default_factory=frozenset)
    urgent: bool = False
    wants_confirmation: bool = False
    leave_at: datetime | None = None
    attachment_id: UUID | None = None

    @property
    def most_body(self) -> int:
        return MOST_SAFETY if self.urgent else MOST_BODY


def publish(
    session: Session, entitlements: Entitlements, draft: NoticeDraft, manners: Manners,
    *, now: datetime,
) -> Update:  # fmt: skip
    """Publish a notice; the same form again is the notice it made before.

    Raises Invalid for what cannot be sent, and Conflict for a form whose notice was taken back.
    """
    if (before := published_as(session, draft)) is not None:
        return before
    if faults := check(session, draft, now):
        raise Invalid(faults)
    made = begin(session, draft, manners, now)
    if made is None:  # the same form, twice at once: the other one has just been committed
        return published_as(session, draft) or taken_back()
    attach(session, draft, made)
    usable = [one for one in notice_words(said(session, draft)) if one.channel in manners.channels]
    fanout.write_words(session, school_id=made.school_id, update_id=made.id, words={None: usable})
    rows = fanout.promise(
        session, entitlements, audience(draft, made), promised(made, manners), now
    )
    if not rows:
        raise Invalid({"whom": _("Nobody is to be told: these children have no parents here.")})
    audit.note(
        session,
        "notice.published",
        actor_id=draft.author_id,
        school_id=made.school_id,
        subject_id=made.id,
        now=now,
        urgent=made.urgent,
        rows=rows,
    )
    return made


def published_as(session: Session, draft: NoticeDraft) -> Update | None:
    mine = (Update.author_id == draft.author_id, Update.idempotency_key == draft.key)
    before = session.scalars(select(Update).where(*mine)).one_or_none()
    if before is not None and before.recalled_at is not None:
        taken_back()
    return before


def taken_back() -> Update:
    raise Conflict(_("This was just taken back. Please send it again."))


def check(session: Session, draft: NoticeDraft, now: datetime) -> dict[str, str]:
    """Every fault at once, by field."""
    faults = {}
    if not draft.subject:
        faults["subject"] = _("Please say in a few words what this is about.")
    if not draft.body:
        faults["body"] = _("Please write what the families are to know.")
    for name, text, most in (
        ("subject", draft.subject, MOST_SUBJECT),
        ("body", draft.body, draft.most_body),
    ):
        if len(text) > most:
            sentence = _("This is %(n)s characters long, at most %(most)s fit.")
            faults[name] = sentence % {"n": len(text), "most": most}
    faults |= whom_is_wrong(session, draft)
    if draft.leave_at is not None and not now < draft.leave_at <= now + FARTHEST:
        faults["leave_at"] = _("Please choose a moment that is still to come, within 90 days.")
    return faults


def whom_is_wrong(session: Session, draft: NoticeDraft) -> dict[str, str]:
    if draft.whom is None:
        return {"whom": _("Please choose whom this is for.")}
    if draft.whom is Whom.SCHOOL:
        return {}
    table = Classroom if draft.whom is Whom.CLASSES else Student
    ours = select(table.id).where(table.id.in_(draft.chosen), table.school_id == draft.school_id)
    if not draft.chosen or set(session.scalars(ours)) != draft.chosen:
        if draft.whom is Whom.CLASSES:
            return {"classroom": _("Please tick at least one class.")}
        return {"child": _("Please tick at least one child.")}
    return {}


def begin(session: Session, draft: NoticeDraft, manners: Manners, now: datetime) -> Update | None:
    """The notice's own rows; None if its key is taken. The insert waits for a twin to commit."""
    undone = now if draft.urgent else now + manners.undo
    today = school_day(now)
    row = {
        "school_id": draft.school_id,
        "author_id": draft.author_id,
        "idempotency_key": draft.key,
        "kind": UpdateKind.NOTICE,
        "urgent": draft.urgent,
        "on_date": today,
        "published_at": now,
        "due_at": max(undone, draft.leave_at or undone),
        "month": today.replace(day=1),
    }
    made = session.scalar(
        pg_insert(Update).values(row).on_conflict_do_nothing().returning(Update.id)
    )
    if made is None:
        return None
    session.add(
        Notice(
            update_id=made,
            school_id=draft.school_id,
            subject=draft.subject,
            body=draft.body,
            whom=draft.whom,
            chosen=[] if draft.whom is Whom.SCHOOL else sorted(map(str, draft.chosen)),
            wants_confirmation=draft.wants_confirmation,
        )
    )
    session.flush()
    return session.get_one(Update, made)


def attach(session: Session, draft: NoticeDraft, made: Update) -> None:
    if draft.attachment_id is not None:
        mine = (Attachment.id == draft.attachment_id, Attachment.staff_id == draft.author_id)
        session.execute(
            update(Attachment)
            .where(*mine, Attachment.update_id.is_(None))
            .values(update_id=made.id)
        )


def said(session: Session, draft: NoticeDraft) -> Said:
    school = session.get_one(School, draft.school_id)
    file = session.get(Attachment, draft.attachment_id) if draft.attachment_id else None
    return Said(
        school=school.name,
        school_sms=school.sms_name,
        school_phone=school.phone,
        subject=draft.subject,
        body=draft.body,
        urgent=draft.urgent,
        wants_confirmation=draft.wants_confirmation,
        file_name=file.name if file else "",
    )


def audience(draft: NoticeDraft, made: Update) -> Select[Any]:
    """Each guardian of those it is for, once."""
    if draft.whom is Whom.SCHOOL:
        return fanout.everybody(select(School.id).where(School.id == draft.school_id), made.on_date)
    return fanout.families(pupils(draft, made), made.on_date)


def pupils(draft: NoticeDraft, made: Update) -> Select[Any]:
    if draft.whom is Whom.FAMILIES:
        return select(Student.id).where(Student.id.in_(draft.chosen))
    in_classes: ColumnElement[bool] = Enrollment.classroom_id.in_(draft.chosen)
    return select(Enrollment.student_id).where(in_classes, holds(made.on_date))


def latest(session: Session, school_id: UUID, *, most: int) -> Sequence[tuple[Update, Notice]]:
    """The school's notices, the last one first."""
    rows = session.execute(
        select(Update, Notice)
        .join(Notice, Notice.update_id == Update.id)
        .where(Notice.school_id == school_id)
        .order_by(Update.id.desc())
        .limit(most)
    )
    return [(row[0], row[1]) for row in rows]
