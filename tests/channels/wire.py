"""Small honest servers on 127.0.0.1 that answer as told: HTTP, and SMTP."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

HANG_UP = b"hang up"  # close without a word
SILENCE = b"silence"  # keep the connection, say nothing


@dataclass
class Request:
    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


def reply(status: int, body: object, **headers: str) -> bytes:
    """An HTTP answer; `body` is bytes, or becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = {"Content-Length": str(len(content)), **headers}
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in head.items())
    return f"HTTP/1.1 {status} So\r\n{lines}\r\n".encode() + content


@dataclass
class Provider:
    """What a test knows of its server: where it is, and what it was told."""

    url: str = ""
    seen: list[Request] = field(default_factory=list)


@asynccontextmanager
async def serving(talk: Callable[..., Any]) -> AsyncIterator[int]:
    """A server on a free port; `talk` handles every connection, and all end with the test."""
    tasks: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        tasks.add(task)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
                await talk(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


@asynccontextmanager
async def http_provider(answer: bytes | Callable[[Request], bytes]) -> AsyncIterator[Provider]:
    provider = Provider()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode():
            line, *rest = head.strip().split("\r\n")
            headers = {k.lower(): v.strip() for k, _, v in (one.partition(":") for one in rest)}
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            provider.seen.append(Request(line, headers, body))
            said = answer if isinstance(answer, bytes) else answer(provider.seen[-1])
            if said == HANG_UP:
                return
            if said == SILENCE:
                await asyncio.sleep(60)
            writer.write(said)
            await writer.drain()

    async with serving(talk) as port:
        provider.url = f"http://127.0.0.1:{port}"
        yield provider


@dataclass
class Relay:
    """An SMTP server's script: what it says at each step, and what it got."""

    says: dict[str, bytes] = field(default_factory=dict)
    once: dict[str, bytes] = field(default_factory=dict)  # said a single time
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    port: int = 0
    connections: int = 0
    commands: list[str] = field(default_factory=list)
    letters: list[bytes] = field(default_factory=list)

    def at(self, step: str, otherwise: bytes) -> bytes:
        return self.once.pop(step, self.says.get(step, otherwise))

    def hang_up(self) -> None:
        for writer in self.writers:
            writer.close()


@asynccontextmanager
async def mail_relay(**says: bytes) -> AsyncIterator[Relay]:
    """Steps: greeting, ehlo, auth, mail, rcpt, data (before the text), dot (after it)."""
    relay = Relay(says)

    async def say(writer: asyncio.StreamWriter, step: str, otherwise: bytes) -> bool:
        said = relay.at(step, otherwise)
        if said == SILENCE:
            await asyncio.sleep(60)
        if said == HANG_UP:
            return False
        writer.write(said + b"\r\n")
        await writer.drain()
        return not said.startswith(b"421")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        relay.connections += 1
        relay.writers.append(writer)
        alive = await say(writer, "greeting", b"220 relay.example")
        while alive:
            command = (await reader.readuntil(b"\r\n")).decode().strip()
            relay.commands.append(command)
            step = command.split()[0].lower()
            normal = {"ehlo": b"250-relay.example\r\n250 AUTH PLAIN", "auth": b"235 welcome"}
            normal |= {"quit": b"221 bye", "data": b"354 go on"}
            alive = await say(writer, step, normal.get(step, b"250 ok")) and step != "quit"
            if step == "data" and "data" not in relay.says:
                letter = await reader.readuntil(b"\r\n.\r\n")
                relay.letters.append(letter)
                alive = await say(writer, "dot", b"250 queued")

    async with serving(talk) as relay.port:
        yield relay
