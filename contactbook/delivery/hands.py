"""The accounts of one lane in the hands of one drain: who sends what, and what that says of them.

In a lane with several accounts each has a share: its weight, by how well it is. One that is paused
has none. What one account surely refused to take may go to another one; what is in doubt at a
provider that knows our reference stays with it.
"""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from contactbook.clock import at, school_day
from contactbook.delivery import lanes
from contactbook.delivery.consequence import PAUSE, Answer
from contactbook.delivery.outbox import Claim, Turn
from contactbook.parts import Parts
from contactbook.ports.account import Account
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    ChannelAdapter,
    OutcomeUnknown,
    Throttled,
    TryAgain,
    UsedUp,
)

SHORTEST = timedelta(seconds=1)
SLOW = 5.0  # seconds: an answer that takes longer counts as a bad one for the account's share


class Hands:
    def __init__(self, parts: Parts, lane_id: UUID) -> None:
        self.parts, self.lane_id = parts, lane_id
        self.accounts: dict[UUID, Account] = {}
        self.health: dict[UUID, float] = {}
        self.looked_at: datetime | None = None
        self.well: set[UUID] = set()  # told to be so, and no trouble since

    def __bool__(self) -> bool:
        return bool(self.health)

    def look(self, session: Session, now: datetime) -> None:
        """Which accounts there are and how each is; now and then, not every turn."""
        if self.looked_at is not None and now - self.looked_at <= lanes.SEEN_STEP:
            return
        self.accounts |= {one.id: one for one in self.parts.accounts.of_lane(self.lane_id)}
        known = {one.id for one in self.parts.accounts.of_lane(self.lane_id)}
        usable = lanes.usable(session, self.lane_id, now)
        self.health = {key: health for key, health in usable.items() if key in known}
        self.looked_at, self.well = now, set()

    def adapter(self, account_id: UUID) -> ChannelAdapter:
        return self.accounts[account_id].adapter

    def most(self, within: timedelta) -> int:
        """How many messages these accounts can send in that time: no more are worth claiming."""
        rates = [self.accounts[key].rate for key in self.health]
        known = sum(rate for rate in rates if rate)
        return max(1, int(known * within.total_seconds())) if all(rates) else 1_000_000

    def shared_out(
        self, session: Session, wanted: Sequence[Claim], now: datetime
    ) -> tuple[list[Turn], list[Claim]]:
        """Who sends which message now, and those for whom no account has room yet."""
        chosen = [(claim, self.choice(claim)) for claim in wanted]
        room = {
            account: self.room(session, account, want, now)
            for account, want in Counter(account for _, account in chosen if account).items()
        }
        turn, later = [], []
        for claim, account in chosen:
            if account and room[account] > 0:
                room[account] -= 1
                turn.append(Turn(claim.id, claim.month, account))
            else:
                later.append(claim)
        return turn, later

    def choice(self, claim: Claim) -> UUID | None:
        if claim.account_id in self.health:
            return claim.account_id
        if not self.health:
            return None
        keys = list(self.health)
        if len(keys) == 1:
            return keys[0]
        shares = [self.accounts[key].weight * self.health[key] for key in keys]
        return random.choices(keys, shares)[0]  # noqa: S311 spreads load, guards nothing

    def room(self, session: Session, account_id: UUID, want: int, now: datetime) -> int:
        """How many of `want` the account may send now: by its daily quota, then by its rate."""
        account = self.accounts[account_id]
        if account.rate:
            want = self.parts.buckets.take(account_id, want=want, rate=account.rate)
        if account.daily_quota is not None and want:
            want = lanes.allowance(session, account_id, want=want, today=school_day(now))
            if not want:
                self.pause(session, account_id, tomorrow(now), "daily quota used up", now)
        return want

    def pause(
        self, session: Session, account_id: UUID, until: datetime, why: str, now: datetime,
        *, alert: bool = True,
    ) -> None:  # fmt: skip
        lanes.pause(session, account_id, until=until, reason=why, now=now, alert=alert)
        self.health.pop(account_id, None)

    def judge(self, session: Session, back: Sequence[Answer], now: datetime) -> bool:
        """What a group of answers says of the accounts; whether none of them is usable now."""
        for account in {one.account_id for one in back}:
            its = [one for one in back if one.account_id == account]
            self.judge_one(session, account, its, now)
        return not self.health

    def judge_one(
        self, session: Session, account: UUID, back: Sequence[Answer], now: datetime
    ) -> None:
        for one in back:
            if isinstance(one.said, AccountUnusable):
                self.pause(session, account, now + PAUSE, str(one.said), now)
                return
            if isinstance(one.said, Throttled):
                until = now + max(one.said.after or SHORTEST, SHORTEST)
                used_up = isinstance(one.said, UsedUp)
                self.pause(session, account, until, str(one.said), now, alert=used_up)
                return
        bad = any(isinstance(one.said, TryAgain | OutcomeUnknown) for one in back)
        if any(isinstance(one.said, Accepted) for one in back):
            if account not in self.well:
                lanes.well(session, account)
            self.well.add(account)
        elif bad:
            lanes.struggling(session, account, now)
            self.well.discard(account)
        if len(self.accounts) > 1:
            slow = any(one.seconds > SLOW for one in back)
            lanes.judge(session, account, good=not (bad or slow))
            self.looked_at = None  # its share has changed


def tomorrow(now: datetime) -> datetime:
    """When a day's quota is new: midnight in Vietnam."""
    return at(school_day(now) + timedelta(days=1), datetime.min.time())
