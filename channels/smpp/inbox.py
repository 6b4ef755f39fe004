"""What came in goes to whoever keeps it, in order, many at once when many came."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from contactbook.ports.account import Hear
from contactbook.ports.channel import Incoming, Receipt

log = structlog.get_logger()
MOST = 500  # in one go
Word = Receipt | Incoming


class Inbox:
    """Used on one event loop only. `written` returns when the word is kept, or raises why not."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._waiting: list[tuple[Word, asyncio.Future[None]]] = []
        self._clerk: asyncio.Task[None] | None = None

    async def written(self, word: Word) -> None:
        done = asyncio.get_running_loop().create_future()
        self._waiting.append((word, done))
        if self._clerk is None:
            self._clerk = asyncio.create_task(self._work())
        await done

    async def close(self) -> None:
        """Until everything that came is kept, or cannot be."""
        while self._clerk:
            with suppress(asyncio.CancelledError):
                await asyncio.shield(self._clerk)

    async def _work(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            if not await self._tell(group) and len(group) > 1:
                for one in group:  # one that cannot be kept shall not hold up the others
                    await self._tell([one])
        self._clerk = None

    async def _tell(self, group: Sequence[tuple[Word, asyncio.Future[None]]]) -> bool:
        try:
            await self._hear([word for word, _ in group])
        except Exception as fault:
            log.exception("what an SMSC said could not be kept", words=len(group))
            if len(group) == 1 and not group[0][1].done():
                group[0][1].set_exception(fault)
            return False
        for _, done in group:
            if not done.done():
                done.set_result(None)
        return True
