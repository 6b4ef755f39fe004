"""How fast messages leave through two real workers, and what each costs in CPU.

Processes, Redis, adapter and fsync are those of production; only the provider is played.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from time import perf_counter, sleep
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from celery import Celery
from sqlalchemy import func, select

from billing.entitlements import SubscriptionEntitlements
from contactbook import embedded
from contactbook.bench import city
from contactbook.bench.fanout import promise_of
from contactbook.clock import now
from contactbook.db import Sessions, transaction
from contactbook.delivery import fanout
from contactbook.delivery.models import Delivery
from contactbook.delivery.status import Status
from contactbook.machine.addresses import Addresses
from contactbook.machine.errors import Refused
from contactbook.machine.household import COMMAND, WORKER_GRACE
from contactbook.machine.interrupts import interrupts
from contactbook.machine.processes import listen, port_of
from contactbook.machine.tree import Tree, tree
from contactbook.ports.channel import Channel

WORKERS, AT_ONCE = 2, 64
LATENCY = 0.02  # seconds until the provider answers
SMS = Channel.SMS.value
TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 120.0  # seconds for one round
LOOK = 0.02  # seconds between two looks at what has been accepted


@dataclass(frozen=True)
class Round:
    """One publication, from due to accepted."""

    messages: int
    seconds: float
    worker_cpu: float  # seconds, of all workers together
    database_cpu: float

    @property
    def rate(self) -> float:
        return self.messages / self.seconds


@dataclass(frozen=True)
class Line:
    """What is measured: the book and its queue, workers, and a provider at their end."""

    sessions: Sessions
    queue: Celery
    workers: Sequence[int]
    postmaster: int
    env: Mapping[str, str]

    def send(self, schools: int) -> Round:
        """Publish a notice by SMS to these schools; ends when the last one is written as sent."""
        moment, audience = now(), city.some_schools(schools)
        with transaction(self.sessions) as session:
            told = city.notice(session, uuid4().hex, [Channel.SMS], moment)
            everybody = fanout.everybody(audience, told.on_date)
            what = promise_of(told, moment)
            rows = fanout.promise(session, SubscriptionEntitlements(), everybody, what, moment)
        taken, used, began = self.taken(), self.cpu(), perf_counter()
        for _ in range(WORKERS * 3):  # a worker that is at it lets the others go by
            self.queue.send_task("delivery.drain", [SMS], queue=SMS)
        while self.taken() - taken < rows or self.sent(told.id) < rows:
            if perf_counter() - began > PATIENCE:
                raise Refused("The workers do not finish: there is nothing to measure.")
            sleep(LOOK)
        seconds = perf_counter() - began
        if (sent := self.taken() - taken) != rows:
            raise Refused(f"{rows} messages were promised, and {sent} taken by the provider.")
        worker_cpu, database_cpu = (b - a for a, b in zip(used, self.cpu(), strict=True))
        return Round(rows, seconds, worker_cpu, database_cpu)

    def post_only(self, messages: int) -> float:
        """Messages a second of one process that only posts."""
        url = self.env["CHANNELS_ESMS_URL"]
        told = subprocess.run(
            [
                sys.executable,
                "-m",
                "contactbook.bench.client_loop",
                url,
                f"{messages}",
                f"{AT_ONCE}",
            ],
            check=True,
            capture_output=True,
            env=self.env,
            cwd=self.env["CONTACTBOOK_DATA_DIR"],
        )
        return messages / float(told.stdout)

    def taken(self) -> int:
        """How many messages the provider has accepted so far."""
        where = urlsplit(self.env["CHANNELS_ESMS_URL"]).netloc
        with closing(HTTPConnection(where)) as asked:
            asked.request("GET", "/")
            return int(json.load(asked.getresponse())["taken"])

    def sent(self, update_id: UUID) -> int:
        """How many of them are written as sent."""
        of_it = Delivery.update_id == update_id, Delivery.status == Status.SENT
        with transaction(self.sessions) as session:
            return session.scalar(select(func.count()).where(*of_it)) or 0

    def cpu(self) -> tuple[float, float]:
        """Seconds used until now: by the workers, and by PostgreSQL's connections to them."""
        return used(self.workers), used(children(self.postmaster))


@contextmanager
def line(sessions: Sessions, at: Addresses) -> Iterator[Line]:
    """Provider and workers, ready to send; none of them is left afterwards."""
    logs = at.data_dir / "logs"
    with (
        interrupts() as taken,
        listen("127.0.0.1", 0) as door,
        tree(taken, logs=logs, watch=lambda: None) as standing,
    ):
        env = surroundings(at, f"http://127.0.0.1:{port_of(door)}")
        number = door.fileno()
        stub = [sys.executable, "-m", "contactbook.bench.stub", str(number), str(LATENCY)]
        standing.start("provider", stub, env, pass_fds=[number])
        for number in range(WORKERS):
            command = [*COMMAND, "worker", "--channels", SMS]
            standing.start(f"worker-{number}", command, env, grace=WORKER_GRACE)
        postmaster = embedded.server_pid(at.data_dir, "postgres")
        queue = Celery("bench", broker=at.redis_url, set_as_current=False)
        ready = Line(sessions, queue, pids(standing), postmaster, env)
        if not standing.until(
            lambda: len(queue.control.ping(timeout=1.0) or ()) == WORKERS, PATIENCE
        ):
            raise Refused(f"The workers do not start{last_line(logs / 'worker-0.log')}")
        yield ready


def pids(standing: Tree) -> list[int]:
    return [
        child.process.pid
        for child in standing.children
        if child.process and child.name.startswith("worker")
    ]


def last_line(log: Path) -> str:
    said = log.read_text(encoding="utf-8", errors="replace").strip() if log.exists() else ""
    return ": " + said.rpartition("\n")[2] if said else "."


def surroundings(at: Addresses, provider: str) -> dict[str, str]:
    """What the processes are told: the product's defaults, but no night and no real provider."""
    ours = ("CONTACTBOOK_", "CHANNELS_")
    known = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return known | {
        "CONTACTBOOK_DATABASE_URL": at.database_url,
        "CONTACTBOOK_REDIS_URL": at.redis_url,
        "CONTACTBOOK_DATA_DIR": str(at.data_dir),
        "CONTACTBOOK_SECRET_KEY": uuid4().hex,
        "CONTACTBOOK_QUIET_FROM": "00:00",
        "CONTACTBOOK_QUIET_UNTIL": "00:00",
        "CHANNELS_ESMS_URL": provider,
        "CHANNELS_ESMS_API_KEY": "key",
        "CHANNELS_ESMS_SECRET_KEY": "secret",
        "CHANNELS_ESMS_BRANDNAME": "HOAMAI",
    }


def used(pids: Sequence[int]) -> float:
    """Seconds of user and system time of these processes so far."""
    fields = (
        Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        for pid in pids
        if Path(f"/proc/{pid}").exists()
    )
    return sum(int(one[11]) + int(one[12]) for one in fields) / TICKS


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
