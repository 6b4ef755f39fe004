"""A provider that costs next to nothing: takes every message as eSMS would, after some time.

Raw HTTP on a protocol, so that what is measured is our side. `GET` says how many were taken:
whoever waits asks here, and leaves the database to those who work.

Runs as `python -m contactbook.bench.stub DESCRIPTOR SECONDS`, on a socket that is already bound.
"""

import asyncio
import socket
import sys
from typing import cast

import uvloop

from contactbook.machine import lifeline

END = b"\r\n\r\n"
LENGTH = b"content-length:"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class Provider(asyncio.Protocol):
    """One connection, one request at a time."""

    taken = 0

    def __init__(self, latency: float) -> None:
        self.latency, self.buffer = latency, b""
        self.loop = asyncio.get_running_loop()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own class is no child

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (head := self.buffer.find(END)) >= 0:
            end = head + len(END) + length_of(self.buffer[:head])
            if len(self.buffer) < end:
                return
            asked, self.buffer = self.buffer.startswith(b"GET"), self.buffer[end:]
            if asked:
                self.say(b'{"taken":%d}' % Provider.taken)
            else:
                self.loop.call_later(self.latency, self.accept)

    def accept(self) -> None:
        Provider.taken += 1
        self.say(b'{"CodeResult":"100","CountRegenerate":0,"SMSID":"b%d"}' % Provider.taken)

    def say(self, body: bytes) -> None:
        self.transport.write(HEAD % len(body) + body)


def length_of(head: bytes) -> int:
    lines = (line for line in head.lower().split(b"\r\n") if line.startswith(LENGTH))
    return int(next(lines, LENGTH + b"0")[len(LENGTH) :])


async def serve(listening: socket.socket, latency: float) -> None:
    server = await asyncio.get_running_loop().create_server(
        lambda: Provider(latency), sock=listening, backlog=1_024
    )
    await server.serve_forever()


if __name__ == "__main__":
    lifeline.hold()
    uvloop.run(serve(socket.socket(fileno=int(sys.argv[1])), float(sys.argv[2])))
