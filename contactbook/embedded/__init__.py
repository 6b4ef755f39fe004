"""PostgreSQL and Redis from packages, on one machine, for those who configured no address.

    with postgres(data_dir) as url, redis(data_dir) as address:
        …                              # run the application; Ctrl-C does not reach the servers
        while not told_to_stop():      # a supervisor looks now and then
            revive(data_dir)           # whichever of the two had died is started, address unchanged

Any number of processes may hold the same data directory: they share its servers, the last one to
leave stops them. A server whose holders were all killed runs on and is adopted by the next one.
`server_pid(data_dir, "postgres")` is for those who want to see it die. Sockets only, no TCP; where
what lies, and who may enter, is drawn in `place`; every refusal is an `EmbeddedError`.
"""

import os
from pathlib import Path
from typing import Literal

from contactbook.embedded import holding
from contactbook.embedded.account import service_account
from contactbook.embedded.errors import EmbeddedError
from contactbook.embedded.place import Place
from contactbook.embedded.postgresql import PostgreSQL, postgres
from contactbook.embedded.redis_server import RedisAddress, RedisServer, redis
from contactbook.embedded.server import Server

__all__ = [
    "EmbeddedError",
    "RedisAddress",
    "default_data_dir",
    "postgres",
    "redis",
    "revive",
    "server_pid",
]

SERVERS: dict[str, type[Server]] = {"postgres": PostgreSQL, "redis": RedisServer}


def default_data_dir() -> Path:
    """Where data lies when nobody says: the system's place for root, the user's own otherwise."""
    if os.geteuid() == 0:
        return Path("/var/lib/contactbook")
    configured = Path(os.environ.get("XDG_DATA_HOME", ""))  # a relative one is void, says its text
    base = configured if configured.is_absolute() else Path.home() / ".local/share"
    return base / "contactbook"


def revive(data_dir: Path) -> list[str]:
    """Start again those servers this process holds in `data_dir` that have died; their names."""
    return holding.revive(data_dir.expanduser().resolve())


def server_pid(data_dir: Path, name: Literal["postgres", "redis"]) -> int:
    """The pid of a running server, whoever started it."""
    path = data_dir.expanduser().resolve()
    pid = SERVERS[name](Place(path, service_account())).pid()
    if pid is None:
        raise EmbeddedError(f"No {name} runs in {path}.")
    return pid
