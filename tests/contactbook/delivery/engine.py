"""An engine driven by hand: parts with fakes, a class that has published, what became of it."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contactbook.clock import school_day
from contactbook.db import Sessions, transaction
from contactbook.delivery import fanout, outbox
from contactbook.delivery.accounts import default_lane
from contactbook.delivery.buckets import LocalBuckets
from contactbook.delivery.dispatch import drain
from contactbook.delivery.message import Part, Words
from contactbook.delivery.models import Delivery
from contactbook.delivery.outbox import Claim, Leaving, Turn
from contactbook.delivery.release import release
from contactbook.delivery.status import Status
from contactbook.loop import Loop
from contactbook.parts import Parts
from contactbook.people.consent import Purpose
from contactbook.people.models import School, Student
from contactbook.ports.channel import Channel
from contactbook.ports.entitlement import Entitlements
from contactbook.settings import Settings
from contactbook.updates import day
from contactbook.updates.facts import Facts
from contactbook.updates.models import Attendance, Update, UpdateKind
from contactbook.updates.publish import Draft, Manners, publish
from tests.builders import Class, class_of, family
from tests.conftest import NOON
from tests.fakes import FakeChannel, PaidFor, accounts_of

AT_ONCE = Manners(undo=timedelta(0), quiet_from=time(21), quiet_until=time(7))
A_MINUTE = replace(AT_ONCE, undo=timedelta(minutes=1))
PRESENT = Facts(attendance=Attendance.PRESENT, arrived_at=time(7, 20))
SAFETY = "Bé bị sốt cao, ba mẹ đón bé ngay."
LOOP = Loop()
keys = count(1)
LEASE = timedelta(minutes=2)


@dataclass
class Clock:
    """Time that a test moves."""

    moment: datetime = NOON

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, **step: float) -> datetime:
        self.moment += timedelta(**step)
        return self.moment


@dataclass
class Engine:
    """One worker process's parts, over fakes."""

    sessions: Sessions
    fakes: Sequence[FakeChannel]
    clock: Clock = field(default_factory=Clock)
    entitlements: Entitlements = field(default_factory=PaidFor)
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        secret = SecretStr("a secret that only tests know of.")
        self.parts = Parts(
            settings=Settings(secret_key=secret, **self.settings),
            sessions=self.sessions,
            accounts=accounts_of(self.sessions, LOOP, {one.channel: one for one in self.fakes}),
            buckets=LocalBuckets(),
            entitlements=self.entitlements,
            loop=LOOP,
            now=self.clock,
        )
        self.parts.accounts.of_channel(Channel.ZALO)  # their rows are there from now on

    @property
    def accounts(self) -> dict[Channel, UUID]:
        """The row of each fake's account."""
        return {
            fake.channel: self.parts.accounts.of_channel(fake.channel)[0].id for fake in self.fakes
        }

    def claim(self, channel: Channel, most: int = 100) -> list[Claim]:
        with transaction(self.sessions) as session:
            return outbox.claim(
                session, default_lane(channel), most=most, awake=True, now=self.clock(), lease=LEASE
            )

    def leave(self, channel: Channel, claims: Sequence[Claim]) -> list[Leaving]:
        turn = [Turn(one.id, one.month, self.accounts[channel]) for one in claims]
        with transaction(self.sessions) as session:
            return outbox.leave(session, self.entitlements, turn, now=self.clock(), lease=LEASE)

    def drain(self, *channels: Channel) -> int:
        """Send what is due on these channels, or on all that there are."""
        mine = [fake.channel for fake in self.fakes]
        return sum(drain(self.parts, channel) for channel in channels or mine)

    def release(self) -> None:
        with transaction(self.sessions) as session:
            release(session, self.parts, now=self.clock())


def mark(
    session: Session, world: Class, facts: Facts = PRESENT, *, only: Iterable[Student] = ()
) -> None:
    """The teacher records `facts` for the class, or for some of it."""
    day.keep(
        session,
        school_id=world.school.id,
        classroom_id=world.classroom.id,
        on=school_day(NOON),
        changes={child.id: facts for child in only or world.students},
        staff_id=world.teacher.id,
        now=NOON,
    )


def tell(
    session: Session,
    world: Class,
    manners: Manners = AT_ONCE,
    *,
    paid: Collection[UUID] = (),
    urgent: bool = False,
    now: datetime = NOON,
    key: str = "",
    author_id: UUID | None = None,
) -> Update:
    """The teacher publishes what is new, or something urgent."""
    draft = Draft(
        classroom_id=world.classroom.id,
        author_id=author_id or world.teacher.id,
        key=key or f"key {next(keys)}",
        safety=SAFETY if urgent else None,
    )
    return publish(session, PaidFor(list(paid)), draft, manners, now=now)


def a_family_told(
    sessions: Sessions, *channels: Channel, urgent: bool = False, manners: Manners = AT_ONCE
) -> tuple[Class, Update]:
    """One child, one mother with these addresses, and an update for her."""
    with transaction(sessions) as session:
        world = class_of(session)
        family(session, world, *channels, paid=True)
        mark(session, world)
        paid = [child.id for child in world.students]
        return world, tell(session, world, manners, urgent=urgent, paid=paid)


def a_class_told(sessions: Sessions, children: int, *channels: Channel) -> tuple[Class, Update]:
    """Many children, each with a mother of its own on these channels, and an update."""
    with transaction(sessions) as session:
        world = class_of(session)
        for _ in range(children):
            family(session, world, *channels)
        mark(session, world)
        return world, tell(session, world, paid=[child.id for child in world.students])


CROWD = text("""
    WITH kids AS (
        INSERT INTO student (school_id, full_name, given_name, sort_key, born_on, sex)
        SELECT :school, 'Lê Bé ' || n, 'Bé', 'be ' || n, DATE '2021-05-01', 'f'
        FROM generate_series(1, :size) n RETURNING id),
    mothers AS (
        INSERT INTO guardian (school_id, full_name, name_key, phone)
        SELECT :school, 'Lê Mẹ', 'le me', '+849' || :batch + n
        FROM generate_series(1, :size) n RETURNING id, phone),
    pairs AS (
        SELECT k.id AS kid, m.id AS mother, m.phone
        FROM (SELECT id, row_number() OVER () AS n FROM kids) k
        JOIN (SELECT id, phone, row_number() OVER () AS n FROM mothers) m USING (n)),
    tied AS (
        INSERT INTO guardianship (school_id, student_id, guardian_id, relation, valid_from)
        SELECT :school, kid, mother, 'mother', DATE '2026-09-01' FROM pairs),
    reached AS (
        INSERT INTO contact_point (school_id, guardian_id, channel, address, verified_at)
        SELECT :school, mother, :channel, CASE :channel WHEN 'sms' THEN phone ELSE ltrim(phone, '+')
               END, now() FROM pairs),
    agreed AS (
        INSERT INTO consent (school_id, guardian_id, student_id, channel, purpose, granted,
                             text_version, text_sha256, method)
        SELECT :school, mother, kid, :channel, 32, true, 'v', '', 'paper' FROM pairs)
    SELECT count(*) FROM pairs
""")


def a_crowd_told(
    sessions: Sessions, size: int, channel: Channel, now: datetime = NOON
) -> tuple[Class, Update]:
    """Thousands of families of one school, and a notice to all of them."""
    with transaction(sessions) as session:
        world = class_of(session)
        # Its locks, one a row, are for lifelike numbers.
        session.execute(text("ALTER TABLE guardianship DISABLE TRIGGER no_overlap"))
        session.execute(
            CROWD,
            {
                "school": world.school.id,
                "size": size,
                "channel": channel,
                "batch": 10_000_000 + 100_000 * next(keys),
            },
        )
        session.execute(text("ALTER TABLE guardianship ENABLE TRIGGER no_overlap"))
        told = a_notice(session, world, now=now)
        part = Part(Purpose.NOTICES, "Trường nghỉ ngày mai.")
        words = [Words(channel, "Thông báo", (part,), "— Trường Mầm non Hoa Mai")]
        fanout.write_words(
            session, school_id=world.school.id, update_id=told.id, words={None: words}
        )
        schools = select(School.id).where(School.id == world.school.id)
        audience = fanout.everybody(schools, told.on_date)
        what = fanout.Promise(told.id, told.month, told.urgent, now, held=False)
        paid = PaidFor(list(session.scalars(select(Student.id))) if channel.paid else ())
        assert fanout.promise(session, paid, audience, what, now) == size
        return world, told


def a_notice(
    session: Session, world: Class, *, urgent: bool = False, now: datetime = NOON
) -> Update:
    """An update that has no words and no deliveries yet."""
    told = Update(
        school_id=world.school.id,
        classroom_id=world.classroom.id,
        author_id=world.teacher.id,
        idempotency_key=f"key {next(keys)}",
        kind=UpdateKind.NOTICE,
        urgent=urgent,
        on_date=school_day(now),
        published_at=now,
        due_at=now,
        month=school_day(now).replace(day=1),
    )
    session.add(told)
    session.flush()
    return told


def deliveries(sessions: Sessions) -> list[Delivery]:
    """Every row of the outbox, in the order they were made."""
    with transaction(sessions) as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def roads(sessions: Sessions) -> list[tuple[str | None, str, str]]:
    """(channel, status, reason) of every row, in the order they were made."""
    return [(one.channel, one.status, one.reason) for one in deliveries(sessions)]


def statuses(sessions: Sessions) -> Counter[Status]:
    return Counter(Status(one.status) for one in deliveries(sessions))
