"""One connection to the simulated SMSC: binds, answers, and deliver_sm that is told again."""

import asyncio
import itertools
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from channels.simulator import smsc_wire as wire
from channels.simulator.config import Config

LINGER_NOT = struct.pack("ii", 1, 0)  # close with RST instead of FIN
BINDS = (wire.BIND_RECEIVER, wire.BIND_TRANSMITTER, wire.BIND_TRANSCEIVER)


@dataclass(slots=True, eq=False)
class Delivery:
    """A deliver_sm on its way, told again until it is answered."""

    sms: wire.Sms
    tries: int = 0


class Centre(Protocol):
    config: Config

    def bind(self, session: "Esme", system_id: str, password: str) -> int: ...
    def bound(self, session: "Esme") -> None: ...
    async def submit(self, session: "Esme", asked: wire.Frame) -> None: ...
    def deliver(self, delivery: Delivery) -> None: ...


class Esme:
    """Whoever connected; an ESME is what the standard calls an SMSC's customer."""

    def __init__(
        self, centre: Centre, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.centre, self.reader, self.writer = centre, reader, writer
        self.numbers = itertools.count(1)
        self.untold: dict[int, Delivery] = {}  # sent, not answered
        self.asked = 0  # submit_sm that we have not answered
        self.kind = 0
        self.tasks: set[asyncio.Task[None]] = set()

    @property
    def receives_only(self) -> bool:
        return self.kind == wire.BIND_RECEIVER

    async def talk(self) -> None:
        """Until either side hangs up; what was not answered is told to the next session."""
        try:
            while True:
                size = wire.size_of(first := await self.reader.readexactly(4))
                await self.hear(wire.frame(first + await self.reader.readexactly(size - 4)))
        except (wire.Broken, OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.writer.close()
            self.kind = 0
            for task in self.tasks:
                task.cancel()
            left, self.untold = self.untold, {}
            for delivery in left.values():
                self.centre.deliver(delivery)

    async def hear(self, said: wire.Frame) -> None:
        if said.command in BINDS:
            self.bind(said)
        elif said.command == wire.SUBMIT_SM:
            self.asked += 1
            self.keep(asyncio.create_task(self.submit(said)))
            await asyncio.sleep(0)  # in the order in which they came
        elif said.command == wire.DELIVER_SM | wire.RESPONSE:
            self.answered(said)
        elif said.command == wire.ENQUIRE_LINK:
            self.send(said.reply())
        elif said.command == wire.UNBIND:
            self.send(said.reply())
            self.writer.close()
        elif not said.command & wire.RESPONSE:
            nack = wire.Frame(wire.GENERIC_NACK, wire.INVALID_COMMAND, said.number)
            self.send(nack)

    def bind(self, said: wire.Frame) -> None:
        status = self.centre.bind(self, *wire.credentials(said.body))
        self.send(said.reply(status, b"simulator\0"))
        if status == wire.OK:
            self.kind = said.command
            self.centre.bound(self)

    async def submit(self, said: wire.Frame) -> None:
        try:
            await self.centre.submit(self, said)
        except wire.Broken:
            self.send(said.reply(wire.INVALID_LENGTH))
        finally:
            self.asked -= 1

    def deliver(self, delivery: Delivery) -> bool:
        """Tell it; False when this session cannot hear."""
        if self.kind not in (wire.BIND_RECEIVER, wire.BIND_TRANSCEIVER):
            return False
        delivery.tries += 1
        number = next(self.numbers)
        self.untold[number] = delivery
        self.send(wire.Frame(wire.DELIVER_SM, 0, number, delivery.sms.packed()))
        config = self.centre.config
        if config.smpp_repeat and delivery.tries < config.smpp_tries:
            self.again(config.smpp_repeat, number)
        return True

    def answered(self, said: wire.Frame) -> None:
        delivery = self.untold.pop(said.number, None)
        config = self.centre.config
        if delivery and said.status and delivery.tries < config.smpp_tries:
            number = -next(self.numbers)  # under no number that could be answered
            self.untold[number] = delivery
            self.again(config.smpp_repeat or 1.0, number)

    def again(self, seconds: float, number: int) -> None:
        async def later() -> None:
            await asyncio.sleep(seconds)
            if delivery := self.untold.pop(number, None):
                self.deliver(delivery)

        self.keep(asyncio.create_task(later()))

    def keep(self, task: asyncio.Task[None]) -> None:
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def send(self, frame: wire.Frame) -> None:
        self.write(frame.packed())

    def write(self, octets: bytes) -> None:
        with suppress(OSError):
            if not self.writer.is_closing():
                self.writer.write(octets)

    def hang_up(self) -> None:
        """Reset the connection, as a dying machine does."""
        plain: socket.socket = self.writer.get_extra_info("socket")
        with suppress(OSError):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self.writer.transport.abort()
