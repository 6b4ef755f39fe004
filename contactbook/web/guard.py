"""Around every request: no more than a form's worth in, a seat while it is answered, safe headers.

A page takes a connection of the database and several turns of the thread pool. Were more of them
admitted than there are connections, those that wait for one could take every thread from those that
have one, and nobody would move: so whoever comes later waits here, with the body already read.
"""

from collections.abc import Callable
from http import HTTPStatus

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1_000_000  # bytes of one request: a callback, or a class's worth of forms
MOST_FILE = 3_500_000  # where the office brings a picture or a file
FILES = ("/office/notices/new", "/office/families/")
SEATS = 16  # fewer than the connections of `db.connect`
PATIENCE = 30.0  # seconds for a body to come in: a phone in a lift, not somebody who holds us up
SEATLESS = ("/static/", "/healthz")
LEFT = -1  # the browser went away in the middle of its form
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",  # a page holds children's names; static files say otherwise
}
Page = Callable[[Request, int], Response]


class Guard:
    """`refused` makes the page for what is not let in."""

    def __init__(self, app: ASGIApp, refused: Page, patience: float = PATIENCE) -> None:
        self.app = app
        self.refused = refused
        self.patience = patience
        self.seats = anyio.Semaphore(SEATS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        dressed = dress(send)
        if scope["path"].startswith(SEATLESS):
            return await self.app(scope, receive, dressed)
        status, body = await whole(scope, receive, self.patience)
        if status == LEFT:
            return None
        if status:
            return await self.refused(Request(scope), status)(scope, receive, dressed)
        async with self.seats:
            return await self.app(scope, again(body, receive), dressed)


async def whole(scope: Scope, receive: Receive, patience: float) -> tuple[int, bytes]:
    """The body; or why there is none: 413 too large, 408 too slow, LEFT: nobody to answer."""
    most = MOST_FILE if scope["path"].startswith(FILES) else MOST
    if too_large(Headers(scope=scope).get("content-length", ""), most):
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b""
    body, more = bytearray(), True
    with anyio.move_on_after(patience) as slow:
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":  # half a form is no form
                return LEFT, b""
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, b""
    return (HTTPStatus.REQUEST_TIMEOUT if slow.cancelled_caught else 0), bytes(body)


def too_large(length: str, most: int = MOST) -> bool:
    return length.isdigit() and (len(length) > len(str(most)) or int(length) > most)


def again(body: bytes, receive: Receive) -> Receive:
    """The body once more for who reads it; afterwards, whatever the browser does next."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def first_the_body() -> Message:
        return waiting.pop() if waiting else await receive()

    return first_the_body


def dress(send: Send) -> Send:
    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return dressed
