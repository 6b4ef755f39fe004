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
from contactbook.delivery import fanout
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
from contactbook.updates.models import Entry, Update, UpdateKind
from contactbook.updates.phrases import Scene
from contactbook.updates.wording import day_words, urgent_words
from contactbook.words import gettext as _

MOST_SAFETY = 300  # letters: one sentence, not a day


@dataclass(frozen=True, slots=True)
class Draft:
    """What a teacher is about to publish; `only` empty: the whole class.

    With `safety` it is urgent: that sentence goes out at once, and the ordinary day stays untold.
    """

    classroom_id: UUID
    author_id: UUID
    key: str  # the phone's Idempotency-Key
    safety: str | None = None
    only: Collection[UUID] = field(default_factory=frozenset)

    @property
    def urgent(self) -> bool:
        return self.safety is not None

    def says(self, child: ChildDay) -> dict[str, Any]:
        """What the family of this child is told by it."""
        return child.news if self.safety is None else {"safety": self.safety}


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
    """Publish what is new of the class's day, or an urgent sentence.

    The same form again: the update it made before. Nothing is sent here: the commit wakes the
    drains, and the timetable drains if that is lost. Raises Invalid when there is nothing to tell.
    """
    if (before := published_as(session, draft, now)) is not None:
        return before
    check(draft)
    # Two teachers of one class publish one after the other: what the first told is no news.
    alone = {"key_share": True}  # who only refers to the class, as a child's record does, may go on
    classroom = session.get(Classroom, draft.classroom_id, with_for_update=alone)
    if classroom is None:
        raise NotFound
    update = begin(session, draft, classroom, manners, now)
    if update is None:  # the same form, twice at once: the other one has just been committed
        return already(session, draft, now)
    told, promise = telling(session, draft, update.on_date), promised(update, manners)
    if not told:
        raise Invalid({"publish": _("There is nothing new to send.")})
    words = words_of_class(
        session, draft, classroom, told, update.on_date, leaves_on=school_day(promise.leaves_at)
    )
    write_entries(session, update, draft, told, words)
    usable = {
        child: [one for one in variants if one.channel in manners.channels]
        for child, variants in words.items()
    }
    fanout.write_words(session, school_id=update.school_id, update_id=update.id, words=usable)
    rows = fanout.promise(session, entitlements, audience(update), promise, now)
    audit.note(
        session,
        "update.published",
        actor_id=draft.author_id,
        school_id=update.school_id,
        subject_id=update.id,
        now=now,
        children=len(told),
        urgent=update.urgent,
        rows=rows,
    )
    return update


def check(draft: Draft) -> None:
    """Nothing is urgent but what somebody says of a child's safety, in a sentence."""
    if draft.safety is None:
        return
    if not draft.safety.strip():
        raise Invalid({"safety": _("Please write what the family must know at once.")})
    if len(draft.safety) > MOST_SAFETY:
        sentence = _("This is %(n)s characters long, at most %(most)s fit.")
        raise Invalid({"safety": sentence % {"n": len(draft.safety), "most": MOST_SAFETY}})


def published_as(session: Session, draft: Draft, now: datetime) -> Update | None:
    """What this form has published before.

    Raises Conflict for a key that belongs to something else: another class or day, or an update
    that was taken back. Whoever sent it would take that one for this one, and nobody was told.
    """
    before = session.scalars(
        select(Update).where(
            Update.author_id == draft.author_id, Update.idempotency_key == draft.key
        )
    ).one_or_none()
    if before is None:
        return None
    if before.recalled_at is not None:
        raise Conflict(_("This was just taken back. Please send it again."))
    mine = (draft.classroom_id, draft.urgent, school_day(now))
    if (before.classroom_id, before.urgent, before.on_date) != mine:
        at = f"{local(before.published_at):%H:%M %d/%m}"
        sentence = _("This form was sent before, at %(at)s. Please send once more from this page.")
        raise Conflict(sentence % {"at": at})
    return before


def already(session: Session, draft: Draft, now: datetime) -> Update:
    update = published_as(session, draft, now)
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
    """The children whose families have something to hear."""
    children = class_day(session, draft.classroom_id, today)
    if draft.only:
        children = [child for child in children if child.student.id in draft.only]
    return [child for child in children if draft.says(child)]


def words_of_class(
    session: Session,
    draft: Draft,
    classroom: Classroom,
    told: Iterable[ChildDay],
    today: date,
    *,
    leaves_on: date,
) -> dict[UUID | None, list[Words]]:
    """The words about each child on every channel: what a preview shows is what is sent."""
    school = session.get_one(School, classroom.school_id)
    teacher = session.get_one(Staff, draft.author_id)

    def scene(child: ChildDay) -> Scene:
        return Scene(
            child=child.student.given_name,
            classroom=classroom.name,
            school=school.name,
            school_sms=school.sms_name,
            school_phone=school.phone,
            teacher=given_name(teacher.full_name),
            day=today,
            corrected=child.corrected,
            late=leaves_on != today,
        )

    return {
        child.student.id: day_words(scene(child), child.news)
        if draft.safety is None
        else urgent_words(scene(child), draft.safety)
        for child in told
    }


def write_entries(
    session: Session,
    update: Update,
    draft: Draft,
    told: Iterable[ChildDay],
    words: Mapping[Any, list[Words]],
) -> None:
    rows = [
        {
            "school_id": update.school_id,
            "update_id": update.id,
            "student_id": child.student.id,
            "told": draft.says(child),
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
