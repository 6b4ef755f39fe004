"""Starting, watching and ending a server that outlives the process that started it.

A server belongs to whoever uses its data directory, not to its parent: it has its own session, so
that Ctrl-C in a terminal reaches the application and not the database, and it is known by the pid
file it writes itself, checked against the directory it stands in (a number may be reused).
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from contactbook.embedded.account import ENVIRONMENT, Account

LONGEST_LOG = 10_000_000  # bytes; a longer one is set aside when a server starts
STEP = 0.02  # seconds between two looks
_children: set[int] = set()  # those we must reap: a dead child keeps its number until then


def launch(
    account: Account, argv: Sequence[str], *, stands_in: Path, log: Path, pass_fds: Sequence[int]
) -> int:
    """Start a server as `account` in a session of its own; its pid.

    The child steps into `stands_in` before it changes user: no right on the parents is needed.
    """
    out = _log(log)
    try:
        process = subprocess.Popen(  # noqa: S603 our own words, no shell
            argv,
            cwd=stands_in,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            pass_fds=pass_fds,
            start_new_session=True,
            umask=0o077,
            **account.clothes(),
        )
    finally:
        os.close(out)
    process.returncode = 0  # not Popen's to wait for any more: the pid is watched, by several of us
    _children.add(process.pid)
    return process.pid


def alive(pid: int) -> bool:
    """Whether the process still runs; one that ended and waits to be reaped does not."""
    if pid in _children:
        try:
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                _children.discard(pid)
                return False
        except ChildProcessError:  # we are a fork of its parent, or it was reaped already
            _children.discard(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's, and alive
    facts = _facts(pid)
    if not facts:
        return not Path("/proc/self/stat").exists()  # no /proc here: the signal's word stands
    return facts[0] not in "ZX"


def stands_in(account: Account, pid: int, directory: Path) -> bool:
    """Whether the process's working directory is `directory`: then the pid is the server's."""
    link = Path(f"/proc/{pid}/cwd")
    if not Path("/proc/self/cwd").exists():
        return True  # no /proc here: the pid file's word stands
    try:
        where = str(link.readlink())
    except OSError:  # a container's root may not look into another user's process: that user may
        where = account.run(["readlink", str(link)]).stdout.strip()
    return where.removesuffix(" (deleted)") == str(directory)


def born(pid: int) -> str:
    """When the process was started, which tells it from a later one of the same number."""
    return "".join(_facts(pid)[19:20])


def pid_in(file: Path) -> int | None:
    """The number on the first line of a pid file."""
    try:
        return int(file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def wait(seconds: float, done: Callable[[], bool]) -> bool:
    """Look until `done`, for `seconds` at most; whether it came true."""
    until = time.monotonic() + seconds
    while not done():
        if time.monotonic() > until:
            return False
        time.sleep(STEP)
    return True


def end(account: Account, pid: int, steps: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Signal the process with growing insistence until it is gone; whether it is."""
    for number, patience in steps:
        account.signal(pid, number)
        if wait(patience, lambda: not alive(pid)):
            return True
    return False


def last_words(log: Path, lines: int = 3) -> str:
    """The end of a server's log, in one line, for an operator's sentence."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 4000))
            return " / ".join(file.read().decode(errors="replace").split("\n")[-lines - 1 :]).strip(
                " /"
            )
    except OSError:
        return ""


def _facts(pid: int) -> list[str]:
    """What Linux tells of a process, from its state (proc(5), field 3) on; elsewhere nothing."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _log(path: Path) -> int:
    """Open a log that only we and root can read; a long one is set aside first."""
    if path.exists() and path.stat().st_size > LONGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
