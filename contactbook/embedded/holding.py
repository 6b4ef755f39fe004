"""Who uses a server: the first starts it, later ones join, the last one to leave stops it.

Two locks per server, both the kernel's (flock), so that a process killed with -9 lets go of them:

    <server>.lock    exclusive, held for the moment of starting, joining, reviving or leaving
    <server>.users   shared, held while a process uses the server: who can make it exclusive on
                     leaving was the last. A server found running without users is adopted.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contactbook.embedded.server import Server

_held: list[tuple[Server, int]] = []  # of this process, each with the descriptor of its start lock


@contextmanager
def hold(server: Server) -> Iterator[None]:
    """Have `server` running inside the block."""
    starting, using = _open(server, "lock"), _open(server, "users")
    held, owner = (server, starting), os.getpid()
    try:
        with _alone(starting):
            fcntl.flock(using, fcntl.LOCK_SH)
            server.ensure()
        _held.append(held)
        yield
    finally:
        if os.getpid() == owner:  # a fork that unwinds must not let go for its parent
            _held[:] = [other for other in _held if other is not held]
            with _alone(starting):
                _leave(server, using)
        os.close(starting)
        os.close(using)


def revive(path: Path) -> list[str]:
    """Start again what this process uses in `path` and what has died; the names."""
    mourned = []
    for server, starting in tuple(_held):
        if server.place.path != path or server.pid():
            continue
        with _alone(starting):
            if server.ensure():
                mourned.append(server.name)
    return mourned


def _leave(server: Server, using: int) -> None:
    fcntl.flock(using, fcntl.LOCK_UN)
    try:
        fcntl.flock(using, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still uses it
    server.stop()


def _open(server: Server, kind: str) -> int:
    path = server.place.path / f"{server.name}.{kind}"
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


@contextmanager
def _alone(descriptor: int) -> Iterator[None]:
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # said aloud: a fork may share the descriptor
