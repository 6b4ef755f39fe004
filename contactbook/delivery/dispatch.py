"""A drain: send one channel's due messages, turn by turn, until nothing is due.

A turn is one transaction: what came back is settled, a chunk is claimed when the hand is empty,
and as many are marked as leaving as the window has room for. Then the transaction is closed, they
leave, and the drain waits for the next answers. The window is what we doubt if the process dies.
"""

from collections import deque
from collections.abc import Sequence
from queue import SimpleQueue

from sqlalchemy.orm import Session

from contactbook.db import transaction
from contactbook.delivery import lanes, outbox
from contactbook.delivery.consequence import PAUSE, Answer, consequence
from contactbook.delivery.outbox import Claim, Leaving
from contactbook.delivery.plan import quiet
from contactbook.delivery.window import arrived, send_all
from contactbook.parts import Parts
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Channel,
    ChannelAdapter,
    OutcomeUnknown,
    TryAgain,
)


def drain(parts: Parts, channel: Channel) -> int:
    """Send until nothing of `channel` is due; returns how many answers came. Safe in many workers.

    In one process only one drain per channel runs; a second one finds it at work and returns.
    """
    adapter, lock = parts.adapters.get(channel), parts.draining[channel]
    if adapter is None or not lock.acquire(blocking=False):
        return 0
    try:
        return Drain(parts, adapter).run()
    finally:
        lock.release()


class Drain:
    def __init__(self, parts: Parts, adapter: ChannelAdapter) -> None:
        self.parts, self.adapter, self.channel = parts, adapter, adapter.channel
        self.answers: SimpleQueue[Answer] = SimpleQueue()
        self.waiting: deque[Claim] = deque()
        self.out = 0
        self.heard = 0

    def run(self) -> int:
        with transaction(self.parts.sessions) as session:
            lanes.seen(session, self.channel, self.parts.now())
        back: list[Answer] = []
        patience = self.parts.settings.lease.total_seconds() / 4
        while True:
            leaving = self.turn(back)
            if leaving:
                self.parts.loop.start(send_all(self.adapter, leaving, self.answers.put))
            self.out += len(leaving)
            if not self.out and not self.waiting and not leaving:
                return self.heard
            back = arrived(self.answers, patience) if self.out else []
            self.out -= len(back)
            self.heard += len(back)

    def turn(self, back: Sequence[Answer]) -> list[Leaving]:
        """One commit: what came back, and who leaves."""
        settings, now = self.parts.settings, self.parts.now()
        with transaction(self.parts.sessions) as session:
            self.settle(session, back)
            room = settings.window - self.out
            if room > 0 and not self.waiting:
                self.waiting.extend(self.claim(session))
            turn = [self.waiting.popleft() for _ in range(min(room, len(self.waiting)))]
            return outbox.leave(
                session, self.parts.entitlements, turn, now=now, lease=settings.lease
            )

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
        repeatable = self.adapter.repeatable
        changes = [
            consequence(one, self.channel, repeatable=repeatable, attempts=most, now=now)
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
                outbox.give_back(session, list(self.waiting), now=now)
                self.waiting.clear()
                return
        if any(isinstance(one.said, Accepted) for one in back):
            lanes.well(session, self.channel)
        elif any(isinstance(one.said, TryAgain | OutcomeUnknown) for one in back):
            lanes.struggling(session, self.channel, now)
