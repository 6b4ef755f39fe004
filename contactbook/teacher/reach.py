"""Who is to be told about a child, by which roads, and who would not hear of its health."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.delivery import fanout
from contactbook.delivery.message import Words
from contactbook.delivery.plan import Plan, Road, plan
from contactbook.parts import Parts
from contactbook.people.consent import ConsentState, Purpose
from contactbook.people.models import ContactPoint, Guardian, Guardianship
from contactbook.ports.channel import Channel
from contactbook.teacher.door import Room
from contactbook.updates.day import ChildDay
from contactbook.updates.publish import Draft, words_of_class
from contactbook.web.deps import Page
from contactbook.web.people import relation


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


Reach = tuple[list[ContactPoint], dict[str, int]]  # addresses; agreed purposes by channel


def reach(session: Session, person: Person) -> Reach:
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


def way_to(
    session: Session,
    person: Person,
    words: dict[Channel, Words],
    reached: Reach,
    parts: Parts,
    page: Page,
) -> Plan:
    """The channels that would be tried for her, in their order."""
    points, consented = reached
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
    student_id = person.child.student.id
    may_pay = session.scalar(select(column).where(column == student_id)) is not None
    return plan(roads, restricted=person.tie.restricted, urgent=False, may_pay=may_pay)


def sayable(told: Sequence[Words], parts: Parts, room: Room) -> dict[Channel, Words]:
    """By the channels for which the school has an account."""
    return {
        one.channel: one
        for one in told
        if one.purposes and parts.accounts.of_school(room.school.id, one.channel)
    }


def health_left_out(child: ChildDay, words: dict[Channel, Words], way: Plan) -> bool:
    """Whether there is news of the child's health that her first channel has no words for."""
    told = bool(child.news.get("health"))
    return told and bool(way.channels) and not words[way.channels[0]].purposes & Purpose.HEALTH


def health_unheard(
    session: Session, room: Room, going: Sequence[ChildDay], parts: Parts, page: Page
) -> list[Person]:
    """Those whose child has health news, and who would get an SMS, which holds none."""
    ill = [child for child in going if child.news.get("health")]
    if not ill:
        return []
    draft = Draft(room.classroom.id, page.who.staff_id, key="look")
    told = words_of_class(session, draft, room.classroom, ill, page.today, leaves_on=page.today)
    unheard = []
    for one in receivers(session, ill, page):
        of_child = told[one.child.student.id]
        words = sayable(of_child, parts, room)
        way = way_to(session, one, words, reach(session, one), parts, page)
        if health_left_out(one.child, words, way):
            unheard.append(one)
    return unheard
