"""One event loop, in a thread of its own, that never stops.

A loop that runs only during a drain does not see a provider hang up: the next request on that
connection dies half written. And a client belongs to one loop: on a second one it raises.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cached_property
from threading import Thread
from typing import Any, TypeVar

import uvloop

T = TypeVar("T")


class Loop:
    @cached_property
    def _running(self) -> asyncio.AbstractEventLoop:  # born at first use: after any fork
        loop = uvloop.new_event_loop()
        Thread(target=loop.run_forever, name="loop", daemon=True).start()
        return loop

    def start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Begin `work` on the loop; the caller's thread goes on."""
        return asyncio.run_coroutine_threadsafe(work, self._running)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` on the loop and wait for it."""
        return self.start(work).result()
