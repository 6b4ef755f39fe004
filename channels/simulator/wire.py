"""HTTP as the simulated providers see it: one request in, one reply out, or none at all."""

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

from uvicorn.protocols.http.h11_impl import H11Protocol

from channels.simulator.faults import OK, Outcome

LARGEST = 12_000_000  # bytes of a request; Telegram's photo of 10 MB and its form
LINGER_NOT = struct.pack("ii", 1, 0)  # close with RST instead of FIN
EARLY = 0.3  # seconds that our answer waits, so that the receipt overtakes it
PAGE = b"<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>"

Headers = tuple[tuple[bytes, bytes], ...]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    raw_query: bytes
    headers: dict[bytes, bytes]  # names in lower case
    body: bytes
    client: tuple[str, int]

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    @cached_property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(self.raw_query.decode("latin-1"), keep_blank_values=True))

    @cached_property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:  # noqa: ANN401 it may be anything
        """The body as JSON, or None where it is not."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    kind: bytes = b"application/json; charset=utf-8"
    headers: Headers = ()
    fate: str = field(default="answer")  # answer | hang | reset


HANG = Reply(fate="hang")
RESET = Reply(fate="reset")
Handler = Callable[[Request], Awaitable[Reply]]


def as_json(content: object, status: int = 200, headers: Headers = ()) -> Reply:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Reply(status, body, headers=headers)


def as_html(page: str, status: int = 200) -> Reply:
    return Reply(status, page.encode("utf-8", "replace"), b"text/html; charset=utf-8")


async def perform(  # noqa: PLR0911 one line for each fault
    outcome: Outcome,
    *,
    accept: Callable[[Outcome], Reply],
    refuse: Callable[[Outcome], Reply],
) -> Reply:
    """Play `outcome`: `accept` takes the message, `refuse` says the provider's own error."""
    if outcome is OK:
        return accept(outcome)
    if outcome.slow:
        await asyncio.sleep(outcome.slow)
    if outcome.kind in ("error", "throttle"):
        return refuse(outcome)
    taken = accept(outcome) if outcome.accepts else None
    if outcome.receipt == "early":
        await asyncio.sleep(EARLY)
    match outcome.kind.removesuffix("_after"):
        case "hang":
            return HANG
        case "reset":
            return RESET
        case "html":
            return Reply(200, PAGE, b"text/html")
        case "http":
            wait = ((b"retry-after", b"1"),) if outcome.value in ("429", "503") else ()
            return Reply(int(outcome.value), PAGE, b"text/html", wait)
    return taken or HANG


class Connection(H11Protocol):
    """uvicorn's protocol, listed by peer so that a reply may be a reset connection."""

    open: dict[tuple[str, int], asyncio.Transport] = {}  # noqa: RUF012 shared on purpose

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.open[transport.get_extra_info("peername")[:2]] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.open.pop(self.client or ("", 0), None)
        super().connection_lost(exc)


def hang_up(client: tuple[str, int]) -> None:
    """Reset the connection of `client`, as a dying proxy does."""
    transport = Connection.open.get(client)
    if transport is None:
        return
    plain: socket.socket = transport.get_extra_info("socket")
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    transport.abort()


async def serve(handler: Handler, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one ASGI request with `handler`, or leave it unanswered as its reply says."""
    body = await _body(receive)
    if body is None:
        return
    request = Request(
        scope["method"],
        scope["path"],
        scope["query_string"],
        dict(scope["headers"]),
        body,
        scope["client"],
    )
    reply = await handler(request)
    if reply.fate == "hang":
        await _until_gone(receive)
    if reply.fate == "reset":
        hang_up(request.client)
    if reply.fate != "answer":
        return
    length = str(len(reply.body)).encode()
    named = [(b"content-type", reply.kind), (b"content-length", length), *reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": named})
    shown = b"" if request.method == "HEAD" else reply.body
    await send({"type": "http.response.body", "body": shown})


async def _body(receive: Receive) -> bytes | None:
    """The whole body, or None from a caller who hung up or sends without end."""
    event = await receive()
    body: bytes = event.get("body", b"")
    while event.get("more_body") and len(body) <= LARGEST:
        event = await receive()
        body += event.get("body", b"")
    return None if event["type"] == "http.disconnect" or len(body) > LARGEST else body


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
