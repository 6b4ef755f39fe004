"""Carries callbacks to the customer: late, paced, tried again as each provider promises."""

import asyncio
import heapq
import itertools
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import httpx
from httpx_aiohttp import AiohttpTransport

IN_FLIGHT = 32
MOST = 500_000  # waiting callbacks; more are lost, as with a provider that is overrun
CATCH_UP = 0.05  # seconds of pacing slack: sleeping for less is not worth it

Job = Callable[[], Coroutine[Any, Any, None]]


class Courier:
    """A timetable of callbacks, on one event loop."""

    def __init__(self, per_second: float) -> None:
        self.per_second = per_second
        self.client: httpx.AsyncClient | None = None
        self._due: list[tuple[float, int, Job]] = []
        self._free_at = 0.0
        self._number = itertools.count()
        self._news = asyncio.Event()
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._running: set[asyncio.Task[None]] = set()
        self._clerk: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        return len(self._due) + len(self._running)

    async def start(self) -> None:
        self.client = httpx.AsyncClient(transport=AiohttpTransport(), timeout=10)
        self._clerk = asyncio.create_task(self._work())

    async def stop(self) -> None:
        tasks = [*self._running, *([self._clerk] if self._clerk else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.client:
            await self.client.aclose()

    def later(self, seconds: float, job: Job) -> None:
        """Run `job` after `seconds`; the order of equal times is the order of asking."""
        if len(self._due) >= MOST:
            return
        due = asyncio.get_running_loop().time() + seconds
        heapq.heappush(self._due, (due, next(self._number), job))
        if self._due[0][0] == due:
            self._news.set()

    async def send(
        self,
        method: str,
        url: str,
        *,
        within: float,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> httpx.Response | None:
        """Call the customer; None where no connection came about. A time-out is raised."""
        assert self.client is not None  # noqa: S101 started before anything is sent
        await self._pace()
        try:
            return await self.client.request(
                method, url, content=content, headers=headers, timeout=within
            )
        except (httpx.ReadTimeout, httpx.WriteTimeout, httpx.PoolTimeout) as error:
            raise TimeoutError from error
        except (httpx.HTTPError, httpx.InvalidURL):
            return None

    async def _work(self) -> None:
        while True:
            await self._until_due()
            _, _, job = heapq.heappop(self._due)
            await self._slots.acquire()
            task = asyncio.create_task(job())
            self._running.add(task)
            task.add_done_callback(self._done)

    async def _pace(self) -> None:
        """Wait for this call's place in the second."""
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now) + 1 / self.per_second
        if (ahead := self._free_at - now) > CATCH_UP:
            await asyncio.sleep(ahead)

    async def _until_due(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._due or self._due[0][0] > loop.time():
            self._news.clear()
            wait = self._due[0][0] - loop.time() if self._due else None
            with suppress(TimeoutError):
                async with asyncio.timeout(wait):  # wait_for of Python 3.11 may lose a cancel
                    await self._news.wait()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()
        if not task.cancelled():
            task.exception()  # a callback that failed for good is nobody's error
