"""The road to an SMSC, kept open: one session after the other, with patience between them."""

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass
from logging import INFO, WARNING

import structlog

from channels.smpp import codes
from channels.smpp.pace import Pace
from channels.smpp.pdu import Command, Pdu
from channels.smpp.session import Answered, Endpoint, Heard, Lost, Refused, Session
from contactbook.ports.channel import AccountUnusable, Throttled

log = structlog.get_logger()


LASTING = 5.0  # seconds: a session that lived so long was a good one


class Away(Exception):
    """There is no session now, nothing has left; `seconds` until it is worth asking again."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Denied(Exception):
    """The SMSC does not let us in; says with which command_status."""

    def __init__(self, status: int) -> None:
        super().__init__(codes.named(status))
        self.status = status


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: before connecting again, doubling from the first to the most; refused, the most."""

    first: float = 0.5
    most: float = 60.0

    def after(self, failures: int) -> float:
        doubled = min(self.first * float(2 ** min(failures, 16)), self.most)
        return doubled * random.uniform(0.5, 1.0)  # noqa: S311 so that workers do not knock at once


class Link:
    """Used on one event loop only; opens itself at its first use, and stays open until `close`."""

    def __init__(
        self,
        endpoint: Endpoint,
        heard: Heard,
        *,
        patience: Patience | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.endpoint, self._heard = endpoint, heard
        self._patience, self.pace = patience or Patience(), pace or Pace()
        self._session: Session | None = None
        self._denied: int | None = None
        self._again_at = 0.0
        self._tried = asyncio.Event()  # whatever came of it
        self._keeper: asyncio.Task[None] | None = None
        self._closing = False

    def open(self) -> None:
        """Connect, and stay connected: receipts come whether we send or not."""
        if self._keeper is None and not self._closing:
            self._keeper = asyncio.create_task(self._keep())

    async def submit(self, body: bytes, answered: Answered) -> Pdu:
        """A submit_sm, in its turn; raises `Away` and `Denied` (nothing left), else `Lost`."""
        now, patience = asyncio.get_running_loop().time, self.endpoint.response
        if (wait := self.pace.wait(now())) > patience:
            raise Away("the SMSC asked us to slow down", wait)
        session = await self._bound()
        try:
            async with asyncio.timeout(patience):
                await session.room.acquire()
        except TimeoutError:
            raise Away("the window stays full", 1.0) from None
        try:
            await self._turn()
            left_at = now()
            said = await session.request(Command.SUBMIT_SM, body, answered)
        finally:
            session.room.release()
        if codes.verdict(said.status) is Throttled:
            self.pace.refused(left_at, now())
        elif said.status == codes.TAKEN:
            self.pace.took()
        return said

    async def close(self) -> None:
        self._closing = True
        session, self._session = self._session, None
        if session:
            await session.unbind()
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        while (wait := self.pace.wait(loop.time())) > 0:  # noqa: ASYNC110 it is for a time that we wait
            await asyncio.sleep(wait)
        self.pace.leave(loop.time())

    async def _bound(self) -> Session:
        """The session; waits for a try that is under way, not for one that is to come."""
        self.open()
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * self.endpoint.response):
                await self._tried.wait()
        if self._session is not None:
            return self._session
        if self._denied is not None:
            raise Denied(self._denied)
        raise Away("not connected", max(1.0, self._again_at - asyncio.get_running_loop().time()))

    async def _keep(self) -> None:
        failures, loop = 0, asyncio.get_running_loop()
        while not self._closing:
            began = loop.time()
            denied = await self._try()
            failures = 0 if loop.time() - began > LASTING else failures + 1
            wait = self._patience.most if denied else self._patience.after(failures)
            self._again_at = loop.time() + wait
            self._tried.set()
            await asyncio.sleep(wait)

    async def _try(self) -> bool:
        """One session, from bind to end; True when the SMSC does not want us at all."""
        self._tried.clear()
        about = {"host": self.endpoint.host, "port": self.endpoint.port}
        self._denied, denied = None, None
        try:
            session = await Session.bound(self.endpoint, self._heard)
        except Refused as refused:
            if codes.verdict(refused.status) is AccountUnusable:
                denied = refused.status
            log.warning("smpp bind refused", status=codes.named(refused.status), **about)
        except (OSError, Lost) as fault:
            log.warning("smpp not connected", why=type(fault).__name__, **about)
        else:
            log.info("smpp bound", **about)
            self._session = session
            self._tried.set()
            await session.closed.wait()
            self._session = None
            log.log(INFO if self._closing else WARNING, "smpp ended", why=session.ended, **about)
        self._denied = denied
        return denied is not None
