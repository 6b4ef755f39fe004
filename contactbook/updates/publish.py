"""A teacher publishes: the update, its entries, their words and all deliveries, together or not."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session

from contactbook.classes.models import Classroom
from contactbook.clock import local, school_day
from contactbook.delivery import fanout, outbox
from contactbook.delivery.message import Words
from contactbook.delivery.plan import leaves_at
from contactbook.errors import Conflict, Invalid, NotFound
from contactbook.people import audit
from contactbook.people.models import School
from contactbook.people.names import given_name
from contactbook.people.staff import Staff
from contactbook.ports.channel import Channel
from contactbook.ports.entitlement import Entitlements
from contactbook.updates.day import ChildDay, class_day
from contactbook.updates.facts import was_wrong
from contactbook.updates.models import Entry, Update, UpdateKind
from contactbook.updates.wording import Scene, clock, day_words
from contactbook.words import gettext as _


@dataclass(frozen=True, slots=True)
class Draft:
    """What a teacher is about to publish; `only` empty: the whole class."""

    classroom_id: UUID
    author_id: UUID
    key: str  # the phone's Idempotency-Key
    urgent: bool = False
    only: Collection[UUID] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Manners:
    """When messages may leave, and where: undo, quiet hours, the channels that have keys."""

    undo: timedelta
    quiet_from: time
    quiet_until: time
    channels: Collection[Channel] = tuple(Channel)


def publish(
    session: Session, entitlements: Entitlements, draft: Draft, manners: Manners, *, now: datetime
) -> Update:
    """Publish what is new of the class's day. The same key again: the update it made before.

    Nothing is sent here: the commit wakes the drains, and the timetable drains if that is lost.
    Raises Invalid when there is nothing to tell.
    """
    if (before := published_as(session, draft)) is not None:
        return before
    # Two teachers of one class publish one after the other: what the first told is no news.
    alone = {"key_share": True}  # who only refers to the class, as a child's record does, may go on
    classroom = session.get(Classroom, draft.classroom_id, with_for_update=alone)
    if classroom is None:
        raise NotFound
    update = begin(session, draft, classroom, manners, now)
    if update is None:  # the same form, twice at once: the other one has just been committed
        return already(session, draft)
    told = telling(session, draft, school_day(now))
    if not told:
        raise Invalid({"publish": _("There is nothing new to send.")})
    words = words_of_class(session, draft, classroom, told, school_day(now))
    write_entries(session, update, told, words)
    usable = {
        child: [one for one in variants if one.channel in manners.channels]
        for child, variants in words.items()
    }
    fanout.write_words(session, school_id=update.school_id, update_id=update.id, words=usable)
    rows = fanout.promise(session, entitlements, audience(update), promised(update, manners), now)
    audit.note(
        session,
        "update.published",
        actor_id=draft.author_id,
        school_id=update.school_id,
        subject_id=update.id,
        now=now,
        children=len(told),
        rows=rows,
    )
    return update


def published_as(session: Session, draft: Draft) -> Update | None:
    return session.scalars(
        select(Update).where(
            Update.author_id == draft.author_id, Update.idempotency_key == draft.key
        )
    ).one_or_none()


def already(session: Session, draft: Draft) -> Update:
    update = published_as(session, draft)
    if update is None:
        raise Conflict(_("This was just taken back. Please send it again."))
    return update


def begin(
    session: Session, draft: Draft, classroom: Classroom, manners: Manners, now: datetime
) -> Update | None:
    """The update's own row; None if its key is taken. The insert waits for a twin to commit."""
    row = {
        "school_id": classroom.school_id,
        "classroom_id": classroom.id,
        "author_id": draft.author_id,
        "idempotency_key": draft.key,
        "kind": UpdateKind.DAILY,
        "urgent": draft.urgent,
        "on_date": school_day(now),
        "published_at": now,
        "due_at": now if draft.urgent else now + manners.undo,
        "month": school_day(now).replace(day=1),
    }
    made = session.scalar(
        pg_insert(Update).values(row).on_conflict_do_nothing().returning(Update.id)
    )
    return session.get_one(Update, made) if made else None


def telling(session: Session, draft: Draft, today: date) -> list[ChildDay]:
    """The children whose families have something new to hear."""
    children = class_day(session, draft.classroom_id, today)
    if draft.only:
        children = [child for child in children if child.student.id in draft.only]
    return [child for child in children if child.news]


def words_of_class(
    session: Session, draft: Draft, classroom: Classroom, told: Iterable[ChildDay], today: date
) -> dict[UUID | None, list[Words]]:
    """The words about each child on every channel: what a preview shows is what is sent."""
    school = session.get_one(School, classroom.school_id)
    teacher = session.get_one(Staff, draft.author_id)
    return {
        child.student.id: day_words(
            Scene(
                child=child.student.given_name,
                classroom=classroom.name,
                school=school.name,
                school_sms=school.sms_name,
                school_phone=school.phone,
                teacher=given_name(teacher.full_name),
                day=today,
                told_at=clock(f"{local(child.placed_at):%H:%M}")
                if child.placed_at and was_wrong(child.news, child.told)
                else "",
            ),
            child.news,
            urgent=draft.urgent,
        )
        for child in told
    }


def write_entries(
    session: Session, update: Update, told: Iterable[ChildDay], words: Mapping[Any, list[Words]]
) -> None:
    rows = [
        {
            "school_id": update.school_id,
            "update_id": update.id,
            "student_id": child.student.id,
            "told": child.news,
            "purposes": max((one.purposes for one in words[child.student.id]), default=0),
        }
        for child in told
    ]
    session.execute(insert(Entry), rows)


def audience(update: Update) -> Select[Any]:
    students = select(Entry.student_id).where(Entry.update_id == update.id)
    return fanout.receivers(students, update.on_date)


def promised(update: Update, manners: Manners) -> fanout.Promise:
    leaves = leaves_at(update.due_at, manners.quiet_from, manners.quiet_until, urgent=update.urgent)
    return fanout.Promise(
        update_id=update.id,
        month=update.month,
        urgent=update.urgent,
        leaves_at=leaves,
        held=leaves > update.due_at,
    )


def recall(session: Session, *, update_id: UUID, staff_id: UUID, now: datetime) -> Update:
    """Take an update back while nothing of it has left; afterwards only a correction can help.

    Raises Conflict once the undo time is over. Twice is once.
    """
    update = session.get(Update, update_id, with_for_update=True)
    if update is None:
        raise NotFound
    if update.recalled_at is not None:
        return update
    if now >= update.due_at:
        raise Conflict(_("It is too late to take this back: the messages are on their way."))
    update.recalled_at = now
    rows = outbox.recall(session, update_id=update.id, month=update.month, now=now)
    audit.note(
        session,
        "update.recalled",
        actor_id=staff_id,
        school_id=update.school_id,
        subject_id=update.id,
        now=now,
        rows=rows,
    )
    return update
