"""Our adapter at the end of a line to an SMSC, and the line itself, which can be cut."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from channels.accounts import SmppAccount, Surroundings
from channels.settings import ChannelSettings
from channels.smpp.adapter import SmppAdapter
from channels.smpp.link import Patience
from contactbook.ports.account import Hear
from contactbook.ports.channel import (
    Accepted,
    Channel,
    Incoming,
    Outgoing,
    Receipt,
    SendFailed,
    TryAgain,
)

MOTHER = "+84901888484"
ACCOUNT: dict[str, Any] = {
    "host": "127.0.0.1",
    "system_id": "hoamai",
    "password": "smpp-key",
    "brandname": "HOAMAI",
    "accented": True,
}


@dataclass
class Ours:
    """One account of ours: the adapter, and everything that the book was told."""

    adapter: SmppAdapter
    told: list[Receipt | Incoming] = field(default_factory=list)

    @property
    def receipts(self) -> list[Receipt]:
        return [word for word in self.told if isinstance(word, Receipt)]

    @property
    def incoming(self) -> list[Incoming]:
        return [word for word in self.told if isinstance(word, Incoming)]

    async def tried(self, message: Outgoing) -> Accepted | SendFailed:
        try:
            return await self.adapter.send(message)
        except SendFailed as failed:
            return failed

    async def sent(self, message: Outgoing, most_wait: float = 0.3) -> Accepted | SendFailed:
        """As the book does it: what may be tried again is, until it is something else."""
        said = await self.tried(message)
        while isinstance(said, TryAgain):
            await asyncio.sleep(min(said.after.total_seconds() if said.after else 0.1, most_wait))
            said = await self.tried(message)
        return said

    async def all_sent(
        self, messages: Sequence[Outgoing], at_once: int = 32
    ) -> list[Accepted | SendFailed]:
        room = asyncio.Semaphore(at_once)

        async def one(message: Outgoing) -> Accepted | SendFailed:
            async with room:
                return await self.sent(message)

        return list(await asyncio.gather(*(one(message) for message in messages)))

    async def until(self, count: int, within: float = 10.0) -> None:
        """Until so many words were told; fails when they never are."""
        await eventually(lambda: len(self.told) >= count, within, lambda: f"told {len(self.told)}")


async def eventually(
    happened: Callable[[], bool], within: float = 10.0, what: Callable[[], str] = str
) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + within
    while not happened():
        assert loop.time() < end, what() or "it never happened"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def ours_at(
    port: int,
    *,
    timeout_seconds: float = 3.0,
    hear: Hear | None = None,
    **more: Any,  # noqa: ANN401 fields of every kind
) -> AsyncIterator[Ours]:
    settings = ChannelSettings(_env_file=None, timeout_seconds=timeout_seconds, **machine(more))
    told: list[Receipt | Incoming] = []

    async def note(words: Sequence[Receipt | Incoming]) -> None:
        if hear:
            await hear(words)
        told.extend(words)

    account = SmppAccount(**(ACCOUNT | {"port": port} | more))
    adapter = SmppAdapter(account, settings, Surroundings(hear=note))
    adapter.link._patience = Patience(first=0.05, most=0.2)
    adapter.link.pace.pause = 0.05
    try:
        yield Ours(adapter, told)
    finally:
        await adapter.close()


def machine(more: dict[str, Any]) -> dict[str, Any]:
    return {name: more.pop(name) for name in ("sms_max_parts",) if name in more}


def outgoing(body: str, number: int = 1, address: str = MOTHER) -> Outgoing:
    return Outgoing(UUID(int=number), address, body)


def many(count: int) -> list[Outgoing]:
    """Messages of one to three parts in both alphabets; each text names its own number."""
    lengths = (20, 150, 200, 320, 30)  # 200 is two parts of GSM, three of UCS-2 …
    made = []
    for number in range(count):
        letter = "ạ" if number % 3 == 0 else "a"
        words = f"#{number:05} " + letter * (lengths[number % 5] // (2 if letter == "ạ" else 1))
        address = f"+8490{number % 1_000_0000:07}"
        made.append(Outgoing(UUID(int=number + 1), address, words))
    return made


@dataclass
class Cable:
    """A TCP line to `port`, which can be cut like one."""

    target: int
    port: int = 0
    lines: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = field(default_factory=list)
    opened: int = 0
    down: bool = False

    def cut(self) -> None:
        for pair in self.lines:
            for end in pair:
                end.transport.abort()
        self.lines.clear()

    async def carry(self, near: asyncio.StreamReader, ours: asyncio.StreamWriter) -> None:
        if self.down:
            ours.transport.abort()
            return
        self.opened += 1
        far, theirs = await asyncio.open_connection("127.0.0.1", self.target)
        self.lines.append((ours, theirs))
        await asyncio.gather(self.pump(near, theirs), self.pump(far, ours))

    async def pump(self, from_: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while octets := await from_.read(65_536):
                to.write(octets)
                await to.drain()
        to.close()


@asynccontextmanager
async def cable_to(port: int) -> AsyncIterator[Cable]:
    cable = Cable(port)
    server = await asyncio.start_server(cable.carry, "127.0.0.1", 0)
    cable.port = server.sockets[0].getsockname()[1]
    try:
        yield cable
    finally:
        server.close()
        cable.cut()
        await server.wait_closed()


def references(receipts: Sequence[Receipt]) -> Counter[UUID | None]:
    return Counter(receipt.reference for receipt in receipts)


def channel_of(words: Sequence[Receipt | Incoming]) -> set[Channel]:
    return {word.channel for word in words}
