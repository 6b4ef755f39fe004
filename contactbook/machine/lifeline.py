"""How a child process learns that its supervisor is gone, even by kill -9.

The supervisor keeps the writing end of a pipe and every child the reading end. Nothing is ever
written: when the kernel closes the writing end, reading ends, and so does the child.
"""

import fcntl
import os
import signal
import time
from contextlib import suppress
from threading import Thread

NAME = "CONTACTBOOK_LIFELINE"  # the reading end's number; set by the supervisor, never by hand
GRACE = 10.0  # seconds from SIGTERM to kill -9


def given() -> bool:
    """Whether this process is the child of a supervisor of ours."""
    return NAME in os.environ


def hold() -> None:
    """End this process when its supervisor ends; nothing happens without one."""
    if not given():
        return
    number = int(os.environ[NAME])
    fcntl.fcntl(number, fcntl.F_SETFD, fcntl.FD_CLOEXEC)  # it is ours, not our children's
    Thread(target=_watch, args=(number,), name="lifeline", daemon=True).start()


def _watch(number: int) -> None:
    with suppress(OSError):
        while os.read(number, 1):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os.kill(os.getpid(), signal.SIGKILL)
