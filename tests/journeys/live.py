"""The whole book on loopback: real server, real adapters, played providers, restless drains."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

import httpx
import uvicorn

from channels.settings import ChannelSettings
from channels.simulator.server import Config, running
from contactbook import assembly
from contactbook.app import create_app
from contactbook.clock import at
from contactbook.conversation import sending
from contactbook.db import transaction
from contactbook.delivery import dispatch
from contactbook.delivery.release import release
from contactbook.parts import Parts
from contactbook.ports.channel import Channel
from contactbook.settings import Settings
from tests.builders import TODAY

UNDO = 4.0  # seconds: long enough to press the button, short enough to wait for
MORNING = at(TODAY, time(7, 20))
SETTINGS: dict[str, Any] = {
    "secret_key": "a secret for tests that is long enough",
    "undo": timedelta(seconds=UNDO),
    "quiet_from": time(21),
}


@dataclass
class WallClock:
    """Runs like every clock, and is set to the hour a test wants."""

    base: datetime = MORNING
    since: float = field(default_factory=monotonic)

    def __call__(self) -> datetime:
        return self.base + timedelta(seconds=monotonic() - self.since)

    def set(self, hour: int, minute: int = 0) -> None:
        self.base, self.since = at(TODAY, time(hour, minute)), monotonic()


@dataclass(frozen=True)
class Live:
    url: str
    phones: str
    parts: Parts
    clock: WallClock

    def arrived(self) -> list[dict[str, Any]]:
        answer = httpx.get(f"{self.phones}/_simulator/messages", params={"limit": 1000})
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found

    def tell(self, door: str, what: object) -> None:
        httpx.post(f"{self.phones}/_simulator/{door}", json=what).raise_for_status()


@contextmanager
def live(database_url: str) -> Iterator[Live]:
    with listening() as door:
        port = door.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        config = Config(
            receipt_delay=0.1,
            telegram_token="530:test-token",
            telegram_webhook_url=f"{url}/hooks/telegram/bot",
            zalo_webhook_url=f"{url}/hooks/zalo/webhook",
        )
        with running(config) as simulator:
            clock = WallClock()
            parts = assembly.build(
                Settings(**SETTINGS),
                keys(config, simulator.http_url, simulator.smtp_url, url),
                database_url=database_url,
                now=clock,
            )
            with served(parts, door), draining(parts):
                yield Live(url, simulator.http_url, parts, clock)
            assembly.close(parts)


def keys(config: Config, http: str, smtp: str, callback: str) -> ChannelSettings:
    """The accounts both sides know."""
    return ChannelSettings.model_validate(
        {
            "callback_url": callback,
            "esms_url": f"{http}/MainService.svc/json",
            "esms_api_key": config.esms_api_key,
            "esms_secret_key": config.esms_secret_key,
            "esms_brandname": config.esms_brandnames[0],
            "esms_callback_secret": "callback-word-of-tests",
            "zalo_oa_url": http,
            "zalo_access_token": config.zalo_access_token,
            "zalo_app_id": config.zalo_app_id,
            "zalo_webhook_secrets": (config.zalo_oa_secret,),
            "telegram_url": http,
            "telegram_token": config.telegram_token,
            "telegram_webhook_secret": config.telegram_secret,
            "smtp_url": smtp,
            "smtp_starttls": False,
            "smtp_sender": "so-lien-lac@hoamai.example",
        }
    )


@contextmanager
def listening() -> Iterator[socket.socket]:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        yield door


@contextmanager
def served(parts: Parts, door: socket.socket) -> Iterator[None]:
    server = uvicorn.Server(uvicorn.Config(create_app(parts), log_level="error", access_log=False))
    thread = Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
    thread.start()
    until(lambda: server.started)
    yield
    server.should_exit = True
    thread.join(10)


@contextmanager
def draining(parts: Parts) -> Iterator[None]:
    """What beat and the workers do, in threads of this process: a thread a channel, and release."""
    over = Event()

    def work(channel: Channel) -> None:
        while not over.wait(0.1):
            dispatch.drain(parts, channel)

    def chores() -> None:
        while not over.wait(0.2):
            with transaction(parts.sessions) as session:
                release(session, parts, now=parts.now())

    def reply(channel: Channel) -> None:
        while not over.wait(0.1):
            sending.drain(parts, channel)

    threads = [Thread(target=work, args=(channel,)) for channel in Channel]
    threads += [Thread(target=reply, args=(channel,)) for channel in sending.CHANNELS]
    threads.append(Thread(target=chores))
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join(20)


def until(true: Callable[[], bool], patience: float = 20) -> None:
    end = monotonic() + patience
    while not true():
        assert monotonic() < end, "waited in vain"
        sleep(0.05)
