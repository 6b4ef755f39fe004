"""How fast messages leave through two real workers, and what each costs in CPU."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from uuid import UUID, uuid4

from celery import Celery
from sqlalchemy import text

from billing.entitlements import SubscriptionEntitlements
from contactbook.bench import city
from contactbook.bench.fanout import promise_of
from contactbook.clock import now, school_day
from contactbook.db import Sessions, transaction
from contactbook.delivery import fanout
from contactbook.ports.channel import Channel

WORKERS, AT_ONCE = 2, 64  # the loop keeps as many requests in flight as one worker
LATENCY = 0.02  # seconds until the provider answers
KEYS = {
    "CHANNELS_ESMS_API_KEY": "key",
    "CHANNELS_ESMS_SECRET_KEY": "secret",
    "CHANNELS_ESMS_BRANDNAME": "HOAMAI",
}
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 120.0  # seconds for one round
LEFT = text(
    "SELECT count(*) FROM delivery WHERE update_id = :update_id "
    "AND status IN ('queued', 'held', 'claimed', 'sending')"
)
SENT = text("SELECT count(*) FROM delivery WHERE update_id = :update_id AND status = 'sent'")


@dataclass(frozen=True)
class Round:
    """One publication, from due to accepted."""

    messages: int
    seconds: float
    worker_cpu: float  # seconds, of all workers together
    database_cpu: float


@contextmanager
def stub() -> Iterator[str]:
    """The provider in a process of its own; its base address."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        number = door.fileno()
        command = [sys.executable, "-m", "contactbook.bench.stub", str(number), str(LATENCY)]
        with subprocess.Popen(command, pass_fds=[number]) as process:
            try:
                yield f"http://127.0.0.1:{door.getsockname()[1]}"
            finally:
                process.kill()


@contextmanager
def workers(
    database_url: str, redis_url: str, provider: str, data_dir: Path
) -> Iterator[list[int]]:
    """Two workers as in production; their pids."""
    env = os.environ | {
        "CONTACTBOOK_DATABASE_URL": database_url,
        "CONTACTBOOK_REDIS_URL": redis_url,
        "CONTACTBOOK_DATA_DIR": str(data_dir),
        "CONTACTBOOK_SECRET_KEY": uuid4().hex,
        "CONTACTBOOK_QUIET_FROM": "00:00",
        "CONTACTBOOK_QUIET_UNTIL": "00:00",
        "CHANNELS_ESMS_URL": provider,
        **KEYS,
    }
    command = [sys.executable, "-m", "contactbook.cli", "worker", "--channels", "sms"]
    with ExitStack() as held:
        running = [
            held.enter_context(
                subprocess.Popen(
                    command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
            )
            for _ in range(WORKERS)
        ]
        for process in running:
            held.callback(process.terminate)
        yield [process.pid for process in running]


def one_round(
    sessions: Sessions, queue: Celery, schools: int, pids: list[int], postmaster: int
) -> Round:
    """Publish a notice by SMS to these schools, wake the workers, wait until all is accepted."""
    moment = now()
    with transaction(sessions) as session:
        told = city.notice(session, uuid4().hex, [Channel.SMS], moment)
        audience = fanout.everybody(city.some_schools(schools), school_day(moment))
        fanout.promise(
            session, SubscriptionEntitlements(), audience, promise_of(told, moment), moment
        )
    backends = children(postmaster)
    before = cpu(pids), cpu(backends)
    began = perf_counter()
    wake(queue)
    while waiting(sessions, told.id):
        if perf_counter() - began > PATIENCE:
            raise TimeoutError("the workers do not send")
        sleep(0.05)
    seconds = perf_counter() - began
    with transaction(sessions) as session:
        sent = session.scalar(SENT, {"update_id": told.id}) or 0
    return Round(sent, seconds, cpu(pids) - before[0], cpu(backends) - before[1])


def wake(queue: Celery) -> None:
    for _ in range(WORKERS * 3):  # a worker that is at it lets the others go by
        queue.send_task("delivery.drain", [Channel.SMS.value], queue=Channel.SMS.value)


def waiting(sessions: Sessions, update_id: UUID) -> int:
    with transaction(sessions) as session:
        return session.scalar(LEFT, {"update_id": update_id}) or 0


def cpu(pids: list[int]) -> float:
    """Seconds of user and system time that these processes have used so far."""
    used = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        used += int(fields[11]) + int(fields[12])
    return used / TICKS


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def client_loop(provider: str, messages: int) -> float:
    """Requests a second of the loop that only posts."""
    command = [
        sys.executable,
        "-m",
        "contactbook.bench.client_loop",
        provider,
        str(messages),
        str(AT_ONCE),
    ]
    env = os.environ | {**KEYS, "CHANNELS_ESMS_URL": provider}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=env)
    return messages / float(told.stdout)
