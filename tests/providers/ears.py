"""A customer's webhook: hears callbacks, answers as told."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes


@dataclass
class Ears:
    url: str = ""
    calls: list[Call] = field(default_factory=list)
    answers: deque[int] = field(default_factory=deque)  # statuses; 200 when none is left
    deaf_for: float = 0.0  # seconds that an answer takes

    def until(self, enough: Callable[[list[Call]], bool], within: float = 5.0) -> list[Call]:
        """The calls, as soon as they are enough; fails when they never are."""
        end = time.monotonic() + within
        while not enough(self.calls):
            assert time.monotonic() < end, f"heard only {self.calls}"
            time.sleep(0.01)
        return list(self.calls)

    def heard(self, count: int, within: float = 5.0) -> list[Call]:
        return self.until(lambda calls: len(calls) >= count, within)


@contextmanager
def listening() -> Iterator[Ears]:
    ears = Ears()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            address = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            named = {name.lower(): value for name, value in self.headers.items()}
            ears.calls.append(Call(self.command, address.path, query, named, body))
            time.sleep(ears.deaf_for)
            self.send_response(ears.answers.popleft() if ears.answers else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        do_POST = do_GET  # noqa: N815 http.server calls it so

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    ears.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield ears
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
