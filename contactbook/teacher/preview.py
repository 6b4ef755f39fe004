"""Exactly what one parent will get, on each of her channels, before anything is sent.

The words are made by `updates.publish` and put together by `delivery.message`, as when they leave;
the order of channels is `delivery.plan`'s.
"""

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import local, school_day
from contactbook.delivery import fanout
from contactbook.delivery.message import Words, compose
from contactbook.delivery.plan import Plan, Road, leaves_at, plan
from contactbook.delivery.status import Skip
from contactbook.delivery.window import in_frame
from contactbook.letters import Frame
from contactbook.parts import Parts
from contactbook.people import audit
from contactbook.people.consent import ConsentState, Purpose
from contactbook.people.models import ContactPoint, Guardian, Guardianship
from contactbook.ports.channel import Channel
from contactbook.teacher import views
from contactbook.teacher.door import Room, RoomDep
from contactbook.updates import day
from contactbook.updates.day import ChildDay
from contactbook.updates.publish import Draft, words_of_class
from contactbook.web.deps import Page, PageDep, PartsDep, SessionDep, StaffDep
from contactbook.web.people import masked, relation
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher/classes/{classroom_id}/preview")


@dataclass(frozen=True)
class Person:
    """One guardian of one child, and how she can be reached."""

    child: ChildDay
    tie: Guardianship
    guardian: Guardian

    @property
    def key(self) -> str:
        return f"{self.guardian.id}.{self.child.student.id}"

    @property
    def words(self) -> str:
        return f"{relation(self.tie.relation)} – {self.guardian.full_name}"


@router.get("")
def look(
    room: RoomDep, session: SessionDep, who: StaffDep, parts: PartsDep, page: PageDep, to: str = ""
) -> Response:
    going = views.ready(day.class_day(session, room.classroom.id, page.today))
    people = receivers(session, going, page)
    chosen = next((one for one in people if one.key == to), people[0] if people else None)
    audit.note(
        session,
        "preview.read",
        actor_id=who.staff_id,
        school_id=room.school.id,
        subject_id=chosen.child.student.id if chosen else room.classroom.id,
        now=page.now,
    )
    settings = parts.settings
    due = page.now + settings.undo
    leaves = leaves_at(due, settings.quiet_from, settings.quiet_until, urgent=False)
    draft = Draft(room.classroom.id, who.staff_id, key="preview")
    messages, left_out = shown_to(session, room, chosen, draft, parts, page, school_day(leaves))
    return page.show(
        "teacher/preview.html",
        classroom=room.shown,
        kinds=kinds(going, people, chosen),
        people=by_child(people),
        to=chosen.key if chosen else "",
        guardian={
            "name": chosen.guardian.full_name,
            "relation": relation(chosen.tie.relation),
            "child": chosen.child.student.full_name,
        }
        if chosen
        else {},
        messages=messages,
        left_out=left_out,
        leaves_at=local(leaves) if leaves > due else None,
        ready=len(going),
        idempotency_key=secrets.token_urlsafe(16),
    )


def receivers(session: Session, going: Sequence[ChildDay], page: Page) -> list[Person]:
    """Who is to be told about these children today, by child and then by priority."""
    ties = session.execute(
        select(Guardianship, Guardian)
        .join(Guardian, Guardian.id == Guardianship.guardian_id)
        .where(
            Guardianship.student_id.in_([child.student.id for child in going]),
            Guardianship.receives,
            fanout.valid(page.today),
        )
        .order_by(Guardianship.priority, Guardian.full_name, Guardian.id)
    ).all()
    of: dict[UUID, list[tuple[Guardianship, Guardian]]] = {}
    for tie, guardian in ties:
        of.setdefault(tie.student_id, []).append((tie, guardian))
    return [Person(child, *pair) for child in going for pair in of.get(child.student.id, [])]


def kinds(
    going: Sequence[ChildDay], people: Sequence[Person], chosen: Person | None
) -> list[dict[str, Any]]:
    """One example of each different message, the most frequent first."""
    tally = Counter(views.kind(child.news) for child in going)
    mine = views.kind(chosen.child.news) if chosen else ""
    examples: dict[str, str] = {}
    for person in people:
        examples.setdefault(views.kind(person.child.news), person.key)
    return [
        {"words": words, "count": count, "to": examples[words], "current": words == mine}
        for words, count in tally.most_common()
        if words in examples
    ]


def by_child(people: Sequence[Person]) -> list[dict[str, Any]]:
    grouped: dict[str, list[dict[str, str]]] = {}
    for one in people:
        choice = {"to": one.key, "words": one.words}
        grouped.setdefault(one.child.student.full_name, []).append(choice)
    return [{"child": child, "choices": choices} for child, choices in grouped.items()]


def shown_to(
    session: Session,
    room: Room,
    person: Person | None,
    draft: Draft,
    parts: Parts,
    page: Page,
    leaves_on: date,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Her messages in the order of trial, and the sentences about what she does not get."""
    if person is None:
        return [], []
    student = person.child.student
    told = words_of_class(
        session, draft, room.classroom, [person.child], page.today, leaves_on=leaves_on
    )[student.id]
    words = {
        one.channel: one
        for one in told
        if one.purposes and parts.accounts.of_school(room.school.id, one.channel)
    }
    points, consented = reach(session, person)
    roads = [
        Road(
            channel=Channel(point.channel),
            rank=point.rank,
            verified=point.verified_at is not None,
            words=words[Channel(point.channel)].purposes if point.channel in words else 0,
            consented=consented.get(Channel(point.channel).agreed_as, 0),
            closed=point.window_ends_at is not None and point.window_ends_at <= page.now,
        )
        for point in points
    ]
    entitled = parts.entitlements.paid(page.today).subquery()
    column = next(iter(entitled.c))
    may_pay = session.scalar(select(column).where(column == student.id)) is not None
    restricted = person.tie.restricted
    way = plan(roads, restricted=restricted, urgent=False, may_pay=may_pay)
    messages = [
        message(point, words, consented, way, parts, room)
        for point in sorted(points, key=lambda one: (order(way, one.channel), one.rank))
        if point.channel in words
    ]
    return messages, left_out(words, consented, way)


def reach(session: Session, person: Person) -> tuple[list[ContactPoint], dict[str, int]]:
    points = session.scalars(
        select(ContactPoint)
        .where(ContactPoint.guardian_id == person.guardian.id, ContactPoint.ended_at.is_(None))
        .order_by(ContactPoint.rank, ContactPoint.channel)
    ).all()
    states = session.execute(
        select(ConsentState.channel, ConsentState.purposes).where(
            ConsentState.guardian_id == person.guardian.id,
            ConsentState.student_id == person.child.student.id,
        )
    )
    first = {point.channel: point for point in reversed(points)}  # one address a channel
    return list(first.values()), dict(iter(states))


def order(way: Plan, channel: str) -> int:
    return way.channels.index(Channel(channel)) if channel in way.channels else len(Channel)


def message(
    point: ContactPoint,
    words: dict[Channel, Words],
    consented: dict[str, int],
    way: Plan,
    parts: Parts,
    room: Room,
) -> dict[str, Any]:
    channel = Channel(point.channel)
    mine, allowed = words[channel], consented.get(channel.agreed_as, 0)
    place = order(way, channel)
    return {
        "channel": channel.value,
        "use": "never" if place == len(Channel) else "next" if place else "first",
        "why": why_never(point, mine, allowed, way) if place == len(Channel) else "",
        "address": masked(channel, point.address),
        "sender": room.school.name,
        **bubble(mine, allowed or mine.purposes, parts, room, point.address),
    }


def body(words: Words, allowed: int, room: Room) -> str:
    """What leaves; of a letter all but the parent's own address that ends e-mail."""
    if words.channel is not Channel.EMAIL:
        return compose(words, allowed)
    return in_frame(words, allowed, Frame(room.school.name, room.school.phone, words.foot)).text


def bubble(
    words: Words, allowed: int, parts: Parts, room: Room, address: str = ""
) -> dict[str, Any]:
    """How a message looks where it arrives, and what it costs."""
    whole = body(words, allowed, room)
    [account, *_others] = parts.accounts.of_school(room.school.id, words.channel)
    quote = account.adapter.quote(whole, address)
    title, _line, rest = ("", "", quote.text) if words.channel.paid else whole.partition("\n")
    return {
        "subject": words.subject if words.channel is Channel.EMAIL else "",
        "title": title,
        "body": rest,
        "units": quote.segments,
        "price": quote.cost_vnd,
    }


def why_never(point: ContactPoint, words: Words, allowed: int, way: Plan) -> str:
    if way.skip is Skip.RESTRICTED:
        return _("This person is not to receive news of the child.")
    if point.verified_at is None:
        return _("Not used: the address has not been confirmed.")
    if not words.purposes & allowed:
        return _("Not used: the family has not agreed to this channel.")
    if way.skip is Skip.WINDOW or not Channel(point.channel).paid:
        return _("Not used: the family has not written on Zalo for a week.")
    return _("Not used: this child has no plan for paid messages.")


NAMES = {
    Purpose.ATTENDANCE: lambda: _("attendance"),
    Purpose.DAILY_LIFE: lambda: _("meals and nap"),
    Purpose.LEARNING: lambda: _("learning and your words"),
    Purpose.HEALTH: lambda: _("health"),
}


def left_out(words: dict[Channel, Words], consented: dict[str, int], way: Plan) -> list[str]:
    """What is said to others and not to her, on the channel that goes first."""
    if not way.channels:
        return []
    first = way.channels[0]
    missing = Purpose(words[first].purposes & ~consented.get(first.agreed_as, 0))
    names = [NAMES[purpose]() for purpose in missing if purpose in NAMES]
    if not names:
        return []
    return [_("Left out, because this family has not agreed: %(parts)s.") % {
        "parts": ", ".join(names)
    }]  # fmt: skip
