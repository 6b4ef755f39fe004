"""Nothing published is lost and nobody is told twice, whatever is killed.

Real processes: PostgreSQL, Redis, Celery workers and beat; eSMS and Zalo as simulators.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from channels.settings import ChannelSettings
from channels.simulator.server import Simulator, running
from contactbook import assembly, clock, embedded
from contactbook.db import Sessions, connect, sessions, transaction
from contactbook.delivery.status import Status
from contactbook.ports.channel import Channel
from contactbook.settings import Settings
from contactbook.tables import migrate
from contactbook.worker import create_worker
from tests.builders import class_of, family
from tests.contactbook.delivery.engine import AT_ONCE, a_crowd_told, mark, tell

MANY, SOME = 5_000, 800
WINDOW = 32
PATIENCE = 50.0
NEVER_STOPS_FOR_FSYNC = {"fsync": "off"}  # the processes die here, not the machine


@dataclass
class City:
    """One machine with everything on it, each part of which can be killed."""

    data_dir: Path
    database_url: str
    redis_url: str
    simulator: Simulator
    engine: Engine
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def sessions(self) -> Sessions:
        return sessions(self.engine)

    def environment(self) -> dict[str, str]:
        config = self.simulator.config
        return {
            "CONTACTBOOK_SECRET_KEY": "a secret of thirty-two characters",
            "CONTACTBOOK_DATABASE_URL": self.database_url,
            "CONTACTBOOK_REDIS_URL": self.redis_url,
            "CONTACTBOOK_LEASE": "PT4S",
            "CONTACTBOOK_WINDOW": str(WINDOW),
            "CONTACTBOOK_QUIET_FROM": "00:00",  # the suite runs at night, too
            "CONTACTBOOK_QUIET_UNTIL": "00:00",
            "CHANNELS_ESMS_URL": f"{self.simulator.http_url}/MainService.svc/json",
            "CHANNELS_ESMS_API_KEY": config.esms_api_key,
            "CHANNELS_ESMS_SECRET_KEY": config.esms_secret_key,
            "CHANNELS_ESMS_BRANDNAME": config.esms_brandnames[0],
            "CHANNELS_ZALO_OA_URL": self.simulator.http_url,
            "CHANNELS_ZALO_ACCESS_TOKEN": config.zalo_access_token,
        }

    def start(self, role: str) -> subprocess.Popen[bytes]:
        with (self.data_dir / f"{role}.log").open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "tests.journeys.celery_process", role],
                env={**os.environ, **self.environment()},
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self.children.append(child)
        return child

    def kill(self, child: subprocess.Popen[bytes]) -> None:
        child.kill()
        child.wait()

    def kill_server(self, name: str) -> None:
        os.kill(embedded.server_pid(self.data_dir, name), signal.SIGKILL)  # type: ignore[arg-type]

    def statuses(self) -> Counter[Status]:
        with transaction(self.sessions) as session:
            rows = session.execute(text("SELECT status, count(*) FROM delivery GROUP BY status"))
            return Counter({Status(status): count for status, count in rows})


@pytest.fixture
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    data_dir = tmp_path_factory.mktemp("city")
    with ExitStack() as stack:
        url = stack.enter_context(embedded.postgres(data_dir, tuning=NEVER_STOPS_FOR_FSYNC))
        address = stack.enter_context(embedded.redis(data_dir))
        simulator = stack.enter_context(running())
        engine = connect(url)
        stack.callback(engine.dispose)
        migrate(engine)
        one = City(data_dir, url, address.celery_url, simulator, engine)
        yield one
        for child in one.children:
            one.kill(child)


def until(what: Callable[[], bool], within: float = PATIENCE) -> bool:
    end = monotonic() + within
    while not what():
        if monotonic() > end:
            return False
        sleep(0.05)
    return True


def arrived(city: City) -> int:
    return len(city.simulator.book.messages)


def test_five_thousand_messages_survive_every_kind_of_death(city: City) -> None:
    for role in ("worker", "worker", "beat"):
        city.start(role)
    a_crowd_told(city.sessions, MANY, Channel.SMS, clock.now())

    assert until(lambda: arrived(city) > MANY // 10), (city.data_dir / "worker.log").read_text()
    for worker in city.children[:2]:
        city.kill(worker)
    city.start("worker")
    assert until(lambda: arrived(city) > MANY // 4)
    city.kill_server("redis")
    assert until(lambda: arrived(city) > MANY // 3)  # the drains at work need no Redis
    city.kill_server("postgres")
    sleep(0.5)
    assert set(embedded.revive(city.data_dir)) == {"postgres", "redis"}
    city.start("worker")

    ended = until(lambda: city.statuses() == {Status.SENT: MANY})
    assert ended, city.statuses()
    messages = city.simulator.messages
    assert len({message.reference for message in messages}) == len(messages) == MANY
    repeats = sum(message.copies - 1 for message in messages)
    assert repeats <= 3 * WINDOW  # of the killed; recognised by their reference, and not sent


def test_where_no_repeat_is_recognised_a_kill_leaves_doubts_and_no_repeats(city: City) -> None:
    workers = [city.start("worker"), city.start("worker")]
    city.start("beat")
    a_crowd_told(city.sessions, SOME, Channel.ZALO, clock.now())
    assert until(lambda: arrived(city) > SOME // 4), (city.data_dir / "worker.log").read_text()
    polite, other = workers
    polite.terminate()  # asked to stop: it hears what is out, and leaves no doubt behind
    polite.wait(10)
    assert until(lambda: arrived(city) > SOME // 2)
    city.kill(other)
    city.start("worker")
    over = {Status.SENT, Status.UNKNOWN}
    assert until(lambda: set(city.statuses()) <= over), city.statuses()
    outcome = city.statuses()
    assert outcome.total() == SOME
    assert outcome[Status.UNKNOWN] <= WINDOW
    texts = Counter(message.address for message in city.simulator.messages)
    assert set(texts.values()) == {1}
    assert outcome[Status.SENT] <= len(texts) <= SOME


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP], ids=["dead", "silent"])
def test_a_publication_does_not_wait_for_redis(city: City, how: signal.Signals) -> None:
    settings = Settings(secret_key=SecretStr("a secret of thirty-two characters"))
    parts = assembly.build(settings, ChannelSettings(), database_url=city.database_url)
    create_worker(parts, city.redis_url)  # its wake-ups follow every commit
    with transaction(parts.sessions) as session:
        world = class_of(session)
        family(session, world, Channel.ZALO)
        mark(session, world)
    pid = embedded.server_pid(city.data_dir, "redis")
    os.kill(pid, how)
    began = monotonic()
    with transaction(parts.sessions) as session:
        tell(session, world, AT_ONCE)
    took = timedelta(seconds=monotonic() - began)
    if how is signal.SIGSTOP:
        os.kill(pid, signal.SIGCONT)
    assembly.close(parts)
    assert took < timedelta(seconds=3)
    assert city.statuses() == {Status.QUEUED: 1}
