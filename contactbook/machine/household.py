"""The processes of one machine as a tree: web, worker and timetable over shared servers."""

import fcntl
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from contactbook import embedded
from contactbook.machine.addresses import Addresses
from contactbook.machine.errors import Refused
from contactbook.machine.interrupts import Interrupts
from contactbook.machine.processes import port_of
from contactbook.machine.tree import Tree, tree
from contactbook.settings import Settings

COMMAND = (sys.executable, "-m", "contactbook.cli")
WORKER_GRACE = 25.0  # longer than a provider may take to answer: what is out is heard
WEB_GRACE = 8.0


@contextmanager
def household(
    interrupts: Interrupts, settings: Settings, at: Addresses, *, logs: Path | None
) -> Iterator[Tree]:
    """A tree whose embedded servers are started again when they die. One per data directory."""
    if logs is not None:
        at.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = not settings.database_url or not settings.redis_url
    with alone(at.data_dir, own=own), tree(
        interrupts, logs=logs, watch=lambda: embedded.revive(at.data_dir)
    ) as standing:  # fmt: skip
        yield standing


def settle(standing: Tree, at: Addresses, web: socket.socket, **more: str) -> None:
    """Start timetable, worker and web; they are stopped the other way round."""
    env = environment(at, more)
    descriptor = web.fileno()
    standing.start("beat", [*COMMAND, "worker", "--beat"], env)
    standing.start("worker", [*COMMAND, "worker"], env, grace=WORKER_GRACE)
    standing.start(
        "web",
        [*COMMAND, "serve", "--port", str(port_of(web)), "--descriptor", str(descriptor)],
        env,
        grace=WEB_GRACE,
        pass_fds=[descriptor],
    )


def environment(at: Addresses, more: Mapping[str, str]) -> dict[str, str]:
    """What a child is told: everything we were, and where the machine's data is."""
    return {**os.environ, "CONTACTBOOK_DATA_DIR": str(at.data_dir), **more}


@contextmanager
def alone(data_dir: Path, *, own: bool) -> Iterator[None]:
    """Refuse to stand twice on one data directory: two timetables, two workers, two of all."""
    if not own:
        yield
        return
    descriptor = os.open(data_dir / "machine.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Refused(
            f"A contact book already runs in {data_dir}: stop it, or choose another --data-dir."
        ) from None
    else:
        yield
    finally:
        os.close(descriptor)
