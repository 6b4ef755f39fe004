"""The processes themselves: web, worker and timetable, each blocking until it is told to end."""

import socket
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
import uvicorn
from celery import Celery
from celery.exceptions import SecurityWarning
from pydantic import ValidationError

from channels.settings import ChannelSettings
from contactbook import worker
from contactbook.assembly import build, close
from contactbook.machine.addresses import Addresses
from contactbook.machine.errors import Refused
from contactbook.machine.secret import sentence
from contactbook.parts import Parts
from contactbook.ports.channel import Channel
from contactbook.settings import Settings

log = structlog.get_logger()
GOODBYE = 5  # seconds that requests may take to end


def channel_settings() -> ChannelSettings:
    """CHANNELS_* as the environment and `.env` say; raises `Refused`."""
    try:
        return ChannelSettings()
    except ValidationError as wrong:
        raise Refused(sentence(wrong.errors(), "CHANNELS_")) from None


@contextmanager
def assembled(settings: Settings, at: Addresses) -> Iterator[tuple[Parts, Celery]]:
    """The parts of a process, and the Celery application that wakes or is woken."""
    database, queue = at.database_url, at.redis_url
    parts = build(settings, channel_settings(), database_url=database, redis_url=queue)
    try:
        yield parts, worker.create_worker(parts, at.redis_url)
    finally:
        close(parts)


def serve(settings: Settings, at: Addresses, listening: socket.socket) -> None:
    """Answer browsers and providers on a socket that is already bound."""
    from contactbook.app import create_app  # noqa: PLC0415 only this process needs the pages

    with assembled(settings, at) as (parts, _):
        config = uvicorn.Config(
            create_app(parts),
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=GOODBYE,
        )
        host = listening.getsockname()[0]
        shown = f"[{host}]" if ":" in host else host
        log.info("listening", url=f"http://{shown}:{port_of(listening)}")
        uvicorn.Server(config).run(sockets=[listening])


def work(settings: Settings, at: Addresses, channels: Sequence[Channel]) -> None:
    """Send the messages of these channels; a warm shutdown hears what is out and claims no more.

    Every worker also takes the chores, which are safe to do twice: none is left to nobody.
    """
    with assembled(settings, at) as (_, app):
        run(app, worker.arguments(list(channels), chores=True))


def keep_time(settings: Settings, at: Addresses) -> None:
    """Send the timetable's wake-ups; one such process is enough, two do no harm."""
    with assembled(settings, at) as (_, app):
        run(app, worker.BEAT)


def run(app: Celery, argv: Sequence[str]) -> None:
    """Celery's own command, without its banner and its warning of root.

    That warns of pickled tasks; ours are JSON, and hold a channel's name.
    """
    warnings.simplefilter("ignore", SecurityWarning)
    app.start(argv=["--quiet", *argv])


def channels_named(words: str) -> list[Channel]:
    """The channels of "zalo,sms"; nothing said: all. Raises `Refused`."""
    names = [name for name in words.replace(" ", "").split(",") if name]
    if strange := [name for name in names if name not in set(Channel)]:
        raise Refused(f"{strange[0]} is no channel: choose from {', '.join(Channel)}.")
    return [Channel(name) for name in names] or list(Channel)


def listen(host: str, port: int) -> socket.socket:
    """A bound socket; raises `Refused` when the port is taken or not ours to take."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError, OverflowError) as error:
        raise Refused(f"{host}:{port} is no address to listen on.") from error
    family, kind, protocol, _, address = found[0]
    bound = socket.socket(family, kind, protocol)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(address)
        bound.listen(1_024)
    except (OSError, OverflowError) as error:
        bound.close()
        why = error.strerror if isinstance(error, OSError) else "no such port"
        raise Refused(f"{host}:{port} cannot be used ({why}): choose another --port.") from error
    return bound


def inherited(descriptor: int) -> socket.socket:
    """The bound socket that whoever started us has handed on; raises `Refused` when it is none."""
    try:
        return socket.socket(fileno=descriptor)
    except (OSError, ValueError, OverflowError) as error:
        raise Refused(f"--descriptor {descriptor} is no socket that was handed on.") from error


def port_of(bound: socket.socket) -> int:
    return int(bound.getsockname()[1])
