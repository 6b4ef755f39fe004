"""`contactbook` commands as processes of their own, and a look at what they leave behind."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

STARTED = 90.0  # seconds in which a demo must stand, on a busy machine


def environment(**more: str) -> dict[str, str]:
    """Nothing of whoever runs the tests; imports are compiled once, not in every process."""
    settings = ("CONTACTBOOK_", "CHANNELS_", "PYTHONDONTWRITEBYTECODE")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(settings)}
    return {**bare, "NO_COLOR": "1", **more}


@contextmanager
def command(
    *words: str, said_to: Path, env: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A command that runs inside the block; what it says goes to a file."""
    with said_to.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "contactbook.cli", *words],
            env=environment(**(env or {})),
            cwd=said_to.parent,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(45)
        finally:
            process.kill()


def says(said_to: Path, words: str) -> bool:
    return words in said_to.read_text(encoding="utf-8")


def eventually(done: Callable[[], bool], seconds: float = STARTED) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.1)
    return False


def processes(of: Path) -> list[str]:
    """Command lines of the living processes that have to do with a data directory."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            env = (entry / "environ").read_bytes().decode(errors="replace")
            home = str((entry / "cwd").readlink())
        except OSError:
            continue
        if state not in "ZX" and str(of) in f"{words} {env} {home}":
            found.append(words)
    return found
