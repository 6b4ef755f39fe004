"""Exactly what one parent will get, on each of her channels, before anything is sent.

The words are made by `updates.publish` and put together by `delivery.message`, as when they leave;
the order of channels is `delivery.plan`'s.
"""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from contactbook.clock import local, school_day
from contactbook.delivery.message import Words, compose
from contactbook.delivery.plan import Plan, leaves_at
from contactbook.delivery.status import Skip
from contactbook.delivery.window import in_frame
from contactbook.letters import Frame
from contactbook.parts import Parts
from contactbook.people import audit
from contactbook.people.consent import Purpose
from contactbook.people.models import ContactPoint
from contactbook.ports.channel import Channel
from contactbook.teacher import views
from contactbook.teacher.door import Room, RoomDep
from contactbook.teacher.reach import (
    Person,
    health_left_out,
    health_unheard,
    reach,
    receivers,
    sayable,
    way_to,
)
from contactbook.updates import day
from contactbook.updates.day import ChildDay
from contactbook.updates.publish import Draft, words_of_class
from contactbook.web.deps import Page, PageDep, PartsDep, SessionDep, StaffDep
from contactbook.web.people import masked, relation
from contactbook.words import gettext as _

router = APIRouter(prefix="/teacher/classes/{classroom_id}/preview")


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
        to_call=[
            {"child": one.child.student.full_name, "words": one.words}
            for one in health_unheard(session, room, going, parts, page)
        ],
        idempotency_key=secrets.token_urlsafe(16),
    )


def kinds(
    going: Sequence[ChildDay], people: Sequence[Person], chosen: Person | None
) -> list[dict[str, Any]]:
    """One example of each different message, the most frequent first.

    Two that differ in a word of the teacher's alone are told apart by the child's name.
    """
    first: dict[UUID, str] = {}
    for person in people:
        first.setdefault(person.child.student.id, person.key)
    alike = views.kinds(going)
    words = [views.kind(some[0]) for some in alike]
    shown = []
    for some, said in zip(alike, words, strict=True):
        example = next((child for child in some if child.student.id in first), None)
        if example is None:
            continue
        mine = chosen is not None and chosen.child.student.id in {one.student.id for one in some}
        name = f"{example.student.given_name}: " if words.count(said) > 1 else ""
        shown.append(
            {
                "words": name + said,
                "count": len(some),
                "to": first[example.student.id],
                "current": mine,
            }
        )
    return shown


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
    words = sayable(told, parts, room)
    points, consented = reach(session, person)
    way = way_to(session, person, words, (points, consented), parts, page)
    messages = [
        message(point, words, consented, way, parts, room)
        for point in sorted(points, key=lambda one: (order(way, one.channel), one.rank))
        if point.channel in words
    ]
    silent = left_out(words, consented, way)
    if health_left_out(person.child, words, way):
        silent.append(_("An SMS holds no health news. Please call the family if it should know."))
    return messages, silent


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
