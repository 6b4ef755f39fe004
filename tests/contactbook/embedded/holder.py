"""A process that uses the servers of a data directory until its standard input is closed."""

import os
import secrets  # noqa: F401 redis-py asks for it later, when it may be out of reach
import sys
from contextlib import ExitStack
from pathlib import Path

from contactbook.embedded import EmbeddedError, postgres, redis, server_pid


def main(data_dir: Path, names: list[str]) -> None:
    with ExitStack() as stack:
        addresses = []
        if "postgres" in names:
            url = stack.enter_context(postgres(data_dir, tuning={"fsync": "off"}))
            addresses += [url, str(server_pid(data_dir, "postgres"))]
        if "redis" in names:
            address = stack.enter_context(redis(data_dir))
            addresses += [address.client_url, str(server_pid(data_dir, "redis"))]
        if "fork" in names and os.fork() == 0:
            return  # the fork leaves the blocks as if it had started the servers
        sys.stdout.write(" ".join(addresses) + "\n")
        sys.stdout.flush()
        sys.stdin.read()


def become(uid: int) -> None:
    """Give up root, after the imports: Python itself may lie where nobody else can read it."""
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)


if __name__ == "__main__":
    if os.environ["RUN_AS"]:
        become(int(os.environ["RUN_AS"]))
    try:
        main(Path(sys.argv[1]), sys.argv[2:])
    except EmbeddedError as error:
        sys.stdout.write(f"refused: {error}\n")
