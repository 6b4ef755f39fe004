"""How fast one bot may speak: a message a second to each chat, and silence while it is flooded.

The limit of all chats together is the account's rate, kept over all processes by who drains it.
"""

import asyncio
from datetime import timedelta

from contactbook.ports.channel import Throttled, TryAgain

GAP = 1.0  # seconds between two messages to one chat
LONGEST_QUEUE = 10.0  # seconds; who would wait longer comes back later
KEPT = 10_000  # chats remembered before the old ones are swept out


class Pace:
    """Used on one event loop."""

    def __init__(self, gap: float = GAP) -> None:
        self.gap = gap
        self.free: dict[int, float] = {}  # chat: when the next message to it may leave
        self.open_at = 0.0  # the end of a flood

    async def turn(self, chat: int) -> None:
        """Wait for this chat's next second; raises `TryAgain` instead of a long wait."""
        now = asyncio.get_running_loop().time()
        self.dry(now)
        at = max(now, self.free.get(chat, 0.0))
        if at - now > LONGEST_QUEUE:
            raise TryAgain("others to this chat go first", after=timedelta(seconds=at - now))
        if len(self.free) > KEPT:
            self.free = {one: free for one, free in self.free.items() if free > now}
        self.free[chat] = at + self.gap
        if at > now:
            await asyncio.sleep(at - now)
            self.dry(asyncio.get_running_loop().time())

    def dry(self, now: float) -> None:
        """Raises `Throttled` while Telegram wants to hear nothing: asking makes a flood longer."""
        if self.open_at > now:
            raise Throttled("the bot is flooded", after=timedelta(seconds=self.open_at - now))

    def flooded(self, wait: timedelta | None) -> None:
        seconds = (wait or timedelta(seconds=self.gap)).total_seconds()
        self.open_at = max(self.open_at, asyncio.get_running_loop().time() + seconds)
