"""An SMSC from the package index: `smpp34`, whose wire is written in Rust. Nobody here wrote it."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import smpp34

from tests.channels.smpp.record import Record, Script, receipt_text

THROTTLED = 0x58


class Smsc34:
    def __init__(self, server: smpp34.Server, port: int, script: Script) -> None:
        self.server, self.port, self.script = server, port, script
        self.record = Record()
        self.sessions: dict[str, smpp34.Esme] = {}
        self.pushing: set[asyncio.Task[None]] = set()
        self.untold: list[tuple[str, str, int]] = []
        self.binds = 0

    async def serve(self) -> None:
        while True:
            event = await self.server.next()
            if isinstance(event, smpp34.Esme):
                self.binds += 1
                self.sessions[event.session_id] = event
                for waiting in self.untold:
                    self.tell(*waiting)
                self.untold.clear()
            elif isinstance(event, smpp34.SubmitSmEvent):
                self.submitted(event)
            else:
                self.sessions.pop(event.session_id, None)

    def submitted(self, event: smpp34.SubmitSmEvent) -> None:
        self.record.asked += 1
        if self.script.throttles(self.record.asked):
            event.reject(THROTTLED)
            return
        number = self.record.took(
            event.source_addr,
            event.destination_addr,
            event.short_message,
            event.esm_class,
            event.data_coding,
        )
        message_id = self.script.given(number)
        if event.registered_delivery != 1:
            event.accept(message_id=message_id)
        elif self.script.early:
            self.tell(event.source_addr, event.destination_addr, number)
            asyncio.get_running_loop().call_later(0.002, event.accept, message_id)
        else:
            event.accept(message_id=message_id)
            self.tell(event.source_addr, event.destination_addr, number)

    def tell(self, source: str, destination: str, number: int) -> None:
        """A receipt, to whoever is bound; told again to the next session when nobody answered."""
        task = asyncio.create_task(self._tell(source, destination, number))
        self.pushing.add(task)
        task.add_done_callback(self.pushing.discard)

    async def _tell(self, source: str, destination: str, number: int) -> None:
        if not self.sessions:
            self.untold.append((source, destination, number))
            return
        esme = next(reversed(self.sessions.values()))
        try:
            said = await esme.deliver_sm(
                destination_addr=source,
                source_addr=destination,
                source_addr_ton=1,
                source_addr_npi=1,
                dest_addr_ton=5,
                esm_class=4,
                short_message=receipt_text(self.script.named(number)),
            )
        except (smpp34.SmppError, RuntimeError, OSError):
            said = None
        if said is None or not said.is_success:
            await asyncio.sleep(0.05)
            await self._tell(source, destination, number)


@asynccontextmanager
async def smpp34_smsc(script: Script) -> AsyncIterator[Smsc34]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="SMSC")
    await server.start()
    smsc = Smsc34(server, port, script)
    serving = asyncio.create_task(smsc.serve())
    try:
        yield smsc
    finally:
        for task in [serving, *smsc.pushing]:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await serving
        await server.stop()
