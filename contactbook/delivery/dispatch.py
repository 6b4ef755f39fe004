"""A drain: send one channel's due messages, turn by turn, until nothing is due.

A turn is one transaction: what came back is settled, a chunk is claimed when the hand is empty,
and as many are marked as leaving as the window has room for. Then the transaction is closed, they
leave, and the drain waits for the next answers. The window is what we doubt if the process dies.
While the database is away a turn is tried again, so that what the provider said is not lost.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from time import monotonic, sleep

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from contactbook.db import transaction
from contactbook.delivery import lanes, outbox, unsubscribe
from contactbook.delivery.consequence import PAUSE, Answer, consequence
from contactbook.delivery.outbox import Claim, Leaving
from contactbook.delivery.plan import quiet
from contactbook.delivery.window import Answers, send_all
from contactbook.parts import Parts
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Channel,
    ChannelAdapter,
    OutcomeUnknown,
    TryAgain,
)

log = structlog.get_logger()
AGAIN = 0.5  # seconds between two tries to reach the database


def drain(parts: Parts, channel: Channel) -> int:
    """Send until nothing of `channel` is due; returns how many answers came. Safe in many workers.

    In one process only one drain per channel runs; a second one finds it at work and returns.
    """
    adapter, lock = parts.adapters.get(channel), parts.draining[channel]
    if adapter is None or parts.stopping.is_set() or not lock.acquire(blocking=False):
        return 0
    try:
        return Drain(parts, adapter).run()
    finally:
        lock.release()


class Drain:
    def __init__(self, parts: Parts, adapter: ChannelAdapter) -> None:
        self.parts, self.adapter, self.channel = parts, adapter, adapter.channel
        half = max(1, parts.settings.window // 2)  # a group is no more than half a window
        self.answers = Answers(half)
        self.waiting: deque[Claim] = deque()
        self.out = 0
        self.heard = 0
        self.dry = False  # the last claim found nothing
        self.seen_at: datetime | None = None
        self.well = False  # the lane was told of a message taken, and of no trouble since

    def run(self) -> int:
        """Turn after turn; once asked to stop, only until everything that is out has been heard."""
        back: list[Answer] = []
        lease = self.parts.settings.lease.total_seconds()
        while True:
            leaving = self.turn(back)
            if leaving:  # every answer comes within half a lease: before anybody takes the row
                sending = send_all(self.adapter, leaving, self.answers.put, lease / 2)
                self.parts.loop.start(sending)
            self.out += len(leaving)
            if not self.out and self.dry:
                return self.heard
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
        self.be_seen(session, now)
        self.settle(session, back)
        if self.parts.stopping.is_set():
            self.give_back(session)
            self.dry = True
            return []
        room = settings.window - self.out
        if room > 0 and not self.waiting:
            self.waiting.extend(self.claim(session))
            self.dry = not self.waiting
        turn = [self.waiting.popleft() for _ in range(min(room, len(self.waiting)))]
        leaving = outbox.leave(
            session, self.parts.entitlements, turn, now=now, lease=settings.lease
        )
        return unsubscribe.addressed(session, settings, leaving)

    def be_seen(self, session: Session, now: datetime) -> None:
        """Now and then: it locks the lane, and other processes' drains would wait for this turn."""
        if self.seen_at is None or now - self.seen_at > lanes.SEEN_STEP:
            lanes.seen(session, self.channel, now)
            self.seen_at, self.well = now, False

    def give_back(self, session: Session) -> None:
        outbox.give_back(session, list(self.waiting), now=self.parts.now())
        self.waiting.clear()

    def claim(self, session: Session) -> list[Claim]:
        settings, now = self.parts.settings, self.parts.now()
        return outbox.claim(
            session,
            self.channel,
            most=settings.chunk,
            awake=not quiet(now, settings.quiet_from, settings.quiet_until),
            now=now,
            lease=settings.lease,
        )

    def settle(self, session: Session, back: Sequence[Answer]) -> None:
        if not back:
            return
        now, most = self.parts.now(), self.parts.settings.attempts
        repeatable, hears = self.adapter.repeatable, self.adapter.hears
        changes = [
            consequence(one, repeatable=repeatable, hears=hears, attempts=most, now=now)
            for one in back
        ]
        outbox.settle(session, self.parts.entitlements, changes, now=now)
        self.judge(session, back)

    def judge(self, session: Session, back: Sequence[Answer]) -> None:
        """What a group of answers says of the account itself."""
        now = self.parts.now()
        for one in back:
            if isinstance(one.said, AccountUnusable):
                lanes.pause(session, self.channel, until=now + PAUSE, reason=str(one.said), now=now)
                self.give_back(session)
                return
        if any(isinstance(one.said, Accepted) for one in back):
            if not self.well:
                lanes.well(session, self.channel)
            self.well = True
        elif any(isinstance(one.said, TryAgain | OutcomeUnknown) for one in back):
            lanes.struggling(session, self.channel, now)
            self.well = False
