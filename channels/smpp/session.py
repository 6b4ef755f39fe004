"""One connection to an SMSC, from bind to unbind: requests, their answers, and signs of life.

Lost(left=False)  it surely never left us          Refused(status)   the SMSC said no to the bind
Lost(left=True)   it may have arrived, and nobody said so
"""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self
from uuid import uuid4

from channels.smpp.codes import REPEAT, UNKNOWN_COMMAND
from channels.smpp.pdu import (
    HEADER,
    LAST_SEQUENCE,
    Command,
    Malformed,
    Pdu,
    bind_body,
    decode,
    length,
)

MOST_HEARD = 1_000  # deliver_sm being written down at once; the rest is asked for again
NO_ID = b"\0"  # a deliver_sm_resp's message_id stays empty (section 4.6.2)


class Lost(Exception):
    """A request without an answer."""

    def __init__(self, reason: str, *, left: bool) -> None:
        super().__init__(reason)
        self.left = left


class Refused(Exception):
    """A bind that the SMSC answered with an error."""

    def __init__(self, status: int) -> None:
        super().__init__(f"bind refused: 0x{status:02X}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an SMSC is, who we are there, and how patient we are with it; times in seconds."""

    host: str
    port: int
    system_id: str
    password: str
    system_type: str = ""
    tls: ssl.SSLContext | None = None
    window: int = 10  # requests without an answer at once
    response: float = 10.0  # for connecting, and for every answer
    enquire: float = 30.0  # of silence, before we ask whether anybody is there


Heard = Callable[
    ["Session", Pdu], Coroutine[Any, Any, None]
]  # a deliver_sm; it answers by `answer`
Answered = Callable[[Pdu], None]  # at once, before anything else is read


@dataclass(slots=True, eq=False)
class _Waiting:
    answer: asyncio.Future[Pdu]
    answered: Answered | None


class Session:
    """Made by `bound`. Whatever ends it, `closed` is set, and all who wait are told."""

    def __init__(
        self,
        endpoint: Endpoint,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        heard: Heard,
    ) -> None:
        self._endpoint, self._reader, self._writer, self._heard = endpoint, reader, writer, heard
        self.name = uuid4().hex  # no two sessions share it, in whatever process
        self._loop = asyncio.get_running_loop()
        self._waiting: dict[int, _Waiting] = {}
        self._sequence = 0
        self._alive_at = self._loop.time()
        self._hearing: set[asyncio.Task[None]] = set()
        self.room = asyncio.Semaphore(endpoint.window)
        self.closed, self.ended = asyncio.Event(), ""
        self._leaving = False
        self._chores = [asyncio.create_task(self._read())]

    @classmethod
    async def bound(cls, endpoint: Endpoint, heard: Heard) -> Self:
        """Connect and bind as a transceiver; raises `Refused`, else OSError or `Lost`."""
        async with asyncio.timeout(endpoint.response):  # TimeoutError is an OSError
            reader, writer = await asyncio.open_connection(
                endpoint.host, endpoint.port, ssl=endpoint.tls
            )
        session = cls(endpoint, reader, writer, heard)
        try:
            await session._bind()
        except BaseException:
            session.end("no bind")
            raise
        session._chores.append(asyncio.create_task(session._watch()))
        return session

    async def _bind(self) -> None:
        me = self._endpoint
        body = bind_body(me.system_id, me.password, me.system_type)
        said = await self.request(Command.BIND_TRANSCEIVER, body)
        if said.status:
            raise Refused(said.status)

    async def request(
        self, command: Command, body: bytes = b"", answered: Answered | None = None
    ) -> Pdu:
        """Send, and wait for the answer; raises `Lost`.

        `answered` is told of it before the next PDU is read, even when it comes too late for us.
        """
        if self._leaving or self.closed.is_set() or self._writer.is_closing():
            raise Lost("the connection is closed", left=False)
        sequence = self._next()
        waiting = self._waiting[sequence] = _Waiting(self._loop.create_future(), answered)
        self._writer.write(Pdu(command, sequence, body=body).encode())
        await asyncio.wait([waiting.answer], timeout=self._endpoint.response)
        if not waiting.answer.done():
            waiting.answer.cancel()  # but kept in the book of those that wait
            raise Lost("no answer in time", left=True)
        return waiting.answer.result()

    async def settled(self) -> None:
        """Until everything that is on its way now is answered, or given up."""
        pending = [one.answer for one in self._waiting.values() if not one.answer.done()]
        if pending:
            await asyncio.wait(pending, timeout=self._endpoint.response)

    def answer(self, pdu: Pdu, status: int = 0, body: bytes = b"") -> None:
        if not self._writer.is_closing():
            self._writer.write(pdu.response(status, body).encode())

    async def unbind(self) -> None:
        """Take leave: wait for what is on its way in both directions, say goodbye, hang up."""
        await self._quiet()
        with suppress(Lost):
            await self.request(Command.UNBIND)
        await self._hang_up("we unbound")
        await asyncio.gather(*self._chores, return_exceptions=True)

    async def _quiet(self) -> None:
        await self.settled()
        if self._hearing:
            await asyncio.wait(self._hearing, timeout=self._endpoint.response)

    async def _hang_up(self, reason: str) -> None:
        with suppress(OSError):
            async with asyncio.timeout(1):
                await self._writer.drain()
        self.end(reason)

    def end(self, reason: str) -> None:
        if self.closed.is_set():
            return
        self.ended = reason
        self.closed.set()
        self._writer.close()
        for one in self._waiting.values():
            if not one.answer.done():
                one.answer.set_exception(Lost(reason, left=True))
                one.answer.exception()  # whoever waited may be gone
        self._waiting.clear()
        for chore in self._chores:
            if chore is not asyncio.current_task():
                chore.cancel()

    def _next(self) -> int:
        while True:
            self._sequence = self._sequence % LAST_SEQUENCE + 1
            if self._sequence not in self._waiting:
                return self._sequence

    async def _read(self) -> None:
        reason = "the SMSC hung up"
        try:
            while True:
                head = await self._reader.readexactly(HEADER.size)
                rest = await self._reader.readexactly(length(head) - HEADER.size)
                self._alive_at = self._loop.time()
                self._came(decode(head + rest))
        except Malformed as fault:
            reason = str(fault)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.end(reason)

    def _came(self, pdu: Pdu) -> None:
        if pdu.answers:
            self._answered(pdu)
        elif pdu.command == Command.DELIVER_SM and len(self._hearing) >= MOST_HEARD:
            self.answer(pdu, REPEAT, NO_ID)
        elif pdu.command == Command.DELIVER_SM:
            task = asyncio.create_task(self._heard(self, pdu))
            self._hearing.add(task)  # goes on when we are cut off: what came is not forgotten
            task.add_done_callback(self._hearing.discard)
        elif pdu.command == Command.ENQUIRE_LINK:
            self.answer(pdu)
        elif pdu.command == Command.UNBIND:
            self._chores.append(asyncio.create_task(self._dismissed(pdu)))
        elif pdu.command != Command.ALERT_NOTIFICATION:  # which nobody answers
            nack = Pdu(Command.GENERIC_NACK, pdu.sequence, UNKNOWN_COMMAND)
            self._writer.write(nack.encode())

    async def _dismissed(self, unbind: Pdu) -> None:
        """The SMSC wants us to go: nothing new leaves, what is on its way is still answered."""
        self._leaving = True
        await self._quiet()
        self.answer(unbind)
        await self._hang_up("the SMSC unbound us")

    def _answered(self, pdu: Pdu) -> None:
        """An answer, or a generic_nack in its place; nobody waits for what is not in the book."""
        waiting = self._waiting.pop(pdu.sequence, None)
        if waiting is None:
            return
        if waiting.answered:
            waiting.answered(pdu)
        if not waiting.answer.done():
            waiting.answer.set_result(pdu)

    async def _watch(self) -> None:
        """Ask after a silence whether the SMSC is there; without an answer it is not."""
        while True:
            quiet = self._loop.time() - self._alive_at
            if quiet < self._endpoint.enquire:
                await asyncio.sleep(self._endpoint.enquire - quiet)
                continue
            try:
                await self.request(Command.ENQUIRE_LINK)
            except Lost as lost:
                self.end(f"enquire_link: {lost}")
                return
