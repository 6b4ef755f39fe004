"""A drain: send one lane's due messages, turn by turn, until nothing is due.

A turn is one transaction: what came back is settled, a chunk is claimed when the hand is empty,
and as many are marked as leaving as the window has room for. Then the transaction is closed, they
leave, and the drain waits for the next answers. The window is what we doubt if the process dies.
While the database is away a turn is tried again, so that what the provider said is not lost.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from time import monotonic, sleep
from uuid import UUID

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from contactbook.db import transaction
from contactbook.delivery import lanes, outbox, reading, settling, unsubscribe
from contactbook.delivery.consequence import Answer, consequence
from contactbook.delivery.hands import Hands
from contactbook.delivery.outbox import Claim, Leaving
from contactbook.delivery.plan import quiet
from contactbook.delivery.window import Answers, send_all
from contactbook.parts import Parts
from contactbook.ports.account import Listens
from contactbook.ports.channel import Channel, ChannelAdapter

log = structlog.get_logger()
AGAIN = 0.5  # seconds between two tries to reach the database
BREATH = 0.05  # seconds between two looks at a bucket that is empty
SHIFT = 30.0  # seconds after which a drain lets others have its thread


def drain(parts: Parts, channel: Channel) -> int:
    """Send what is due of `channel`, lane after lane; returns how many answers came."""
    return sum(drain_lane(parts, channel, lane) for lane in due(parts, channel))


def due(parts: Parts, channel: Channel) -> Sequence[UUID]:
    """The lanes of `channel` to be drained now, by a process that has accounts for it."""
    accounts = parts.accounts.of_channel(channel)
    if parts.stopping.is_set() or not accounts:
        return []
    for account in accounts:
        hear(parts, account.adapter)
    with transaction(parts.sessions) as session:
        lanes.seen(session, channel, parts.now())
        return lanes.due(session, channel, parts.now())


def hear(parts: Parts, adapter: ChannelAdapter) -> None:
    """Have a provider that speaks on our connection connected, whether we send or not."""

    async def listen(to: Listens) -> None:
        to.listen()

    if isinstance(adapter, Listens) and id(adapter) not in parts.listening:
        parts.listening.add(id(adapter))
        parts.loop.start(listen(adapter))


def drain_lane(parts: Parts, channel: Channel, lane_id: UUID) -> int:
    """Safe in many workers. In one process only one drain per lane runs; a second one returns."""
    lock = parts.draining.setdefault(lane_id, Lock())
    if parts.stopping.is_set() or not lock.acquire(blocking=False):
        return 0
    try:
        return Drain(parts, channel, lane_id).run()
    finally:
        lock.release()


class Drain:
    def __init__(self, parts: Parts, channel: Channel, lane_id: UUID) -> None:
        self.parts, self.channel, self.lane_id = parts, channel, lane_id
        half = max(1, parts.settings.window // 2)  # a group is no more than half a window
        self.answers = Answers(half)
        self.hands = Hands(parts, lane_id)
        self.waiting: deque[Claim] = deque()
        self.out = 0
        self.heard = 0
        self.dry = False  # the last claim found nothing
        self.over = monotonic() + SHIFT

    def run(self) -> int:
        """Turn after turn; once asked to stop, only until everything that is out has been heard."""
        back: list[Answer] = []
        lease = self.parts.settings.lease.total_seconds()
        while True:
            leaving = self.turn(back)
            if leaving:  # every answer comes within half a lease: before anybody takes the row
                sending = send_all(self.hands.adapter, leaving, self.answers.put, lease / 2)
                self.parts.loop.start(sending)
            self.out += len(leaving)
            if not self.out and self.dry:
                return self.heard
            if not self.out:
                sleep(BREATH)  # no account may send right now
            back = self.answers.get(lease / 4) if self.out else []
            self.out -= len(back)
            self.heard += len(back)

    def turn(self, back: Sequence[Answer]) -> list[Leaving]:
        """One commit, tried again for as long as the answers in hand are worth anything."""
        until = monotonic() + self.parts.settings.lease.total_seconds()
        while True:
            try:
                with transaction(self.parts.sessions) as session:
                    return self.take_turn(session, back)
            except (OperationalError, InterfaceError) as away:
                if monotonic() > until:
                    raise
                log.warning("database away", channel=self.channel.value, why=type(away).__name__)
                sleep(AGAIN)

    def take_turn(self, session: Session, back: Sequence[Answer]) -> list[Leaving]:
        """What came back is written, and who leaves is marked."""
        settings, now = self.parts.settings, self.parts.now()
        outbox.plan_once(session)
        self.hands.look(session, now)
        self.settle(session, back, now)
        if self.parts.stopping.is_set() or monotonic() > self.over or not self.hands:
            self.give_back(session, list(self.waiting))
            self.dry = True
            return []
        awake = not quiet(now, settings.quiet_from, settings.quiet_until)
        if not awake:  # the evening came while they were in hand
            self.give_back(session, [one for one in self.waiting if not one.urgent])
        room = settings.window - self.out
        if room > 0 and not self.waiting:
            self.waiting.extend(self.claim(session, awake=awake, now=now))
            self.dry = not self.waiting
        wanted = [self.waiting.popleft() for _ in range(min(room, len(self.waiting)))]
        turn, later = self.hands.shared_out(session, wanted, now)
        self.waiting.extendleft(reversed(later))
        leaving = outbox.leave(
            session, self.parts.entitlements, turn, now=now, lease=settings.lease
        )
        leaving = reading.addressed(session, settings, leaving, now=now)
        return unsubscribe.addressed(session, settings, leaving)

    def give_back(self, session: Session, claims: list[Claim]) -> None:
        outbox.give_back(session, claims, now=self.parts.now())
        self.waiting = deque(one for one in self.waiting if one not in claims)

    def claim(self, session: Session, *, awake: bool, now: datetime) -> list[Claim]:
        settings = self.parts.settings
        return outbox.claim(
            session,
            self.lane_id,
            most=min(settings.chunk, self.hands.most(settings.lease / 4)),
            awake=awake,
            now=now,
            lease=settings.lease,
        )

    def settle(self, session: Session, back: Sequence[Answer], now: datetime) -> None:
        if not back:
            return
        changes = [
            consequence(
                one,
                repeatable=self.hands.adapter(one.account_id).repeatable,
                hears=self.hands.adapter(one.account_id).hears,
                attempts=self.parts.settings.attempts,
                now=now,
            )
            for one in back
        ]
        settling.settle(session, self.parts.entitlements, changes, now=now)
        if self.hands.judge(session, back, now):
            self.give_back(session, list(self.waiting))
