"""A tree of processes: started in order, started again when one dies, stopped together.

Children have sessions of their own, so that Ctrl-C in a terminal reaches their supervisor only,
which ends them in the reverse order of their start: who takes work in goes first, who does it may
finish, who answers goes last. Should the supervisor be killed, `lifeline` ends them.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from contactbook.machine import lifeline
from contactbook.machine.errors import Refused
from contactbook.machine.interrupts import Interrupts
from contactbook.machine.logs import PROCESS

log = structlog.get_logger()
STEP = 0.1  # seconds between two looks at the children
LOOK = 1.0  # seconds between two looks at the servers
FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds before a dead child is started again
WELL = 60.0  # a child that lived so long died by accident: its next wait is the first again
HURRY = 1.0  # seconds that each child gets after a second Ctrl-C
REFUSED = 2  # exit code of a command that said a sentence: no later start will be better
LONGEST_LOG = 10_000_000  # bytes; a longer one is set aside when a child starts


@dataclass
class Child:
    """One command that is to run for as long as the tree stands."""

    name: str
    argv: Sequence[str]
    env: Mapping[str, str]
    grace: float  # seconds from SIGTERM to kill -9
    pass_fds: Sequence[int]
    greet: Callable[[], bool] | None  # asked after each start until it says yes
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    again: float = 0.0  # not before
    wait: float = FIRST_WAIT
    greeted: bool = False


@dataclass
class Tree:
    """Children, their supervisor's pipe, and where their output goes (None: where ours goes)."""

    interrupts: Interrupts
    logs: Path | None = None
    watch: Callable[[], object] = lambda: None  # called every second: servers that died
    children: list[Child] = field(default_factory=list)
    _pipe: tuple[int, int] = field(default_factory=os.pipe)
    _looked: float = 0.0

    def start(
        self,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str],
        *,
        grace: float = 5.0,
        pass_fds: Sequence[int] = (),
        greet: Callable[[], bool] | None = None,
    ) -> None:
        """Start a command after those that are there, and keep it running."""
        child = Child(name, argv, env, grace, pass_fds, greet)
        self.children.append(child)
        self._launch(child)

    def look(self) -> None:
        """One look: servers that died, children that died, children that wait to be greeted."""
        now = time.monotonic()
        if now - self._looked > LOOK:
            self._looked = now
            self.watch()
        for child in self.children:
            if child.process is None:
                if now >= child.again:
                    self._launch(child)
            elif (code := child.process.poll()) is not None:
                self._mourn(child, code)
            elif child.greet and not child.greeted:
                child.greeted = child.greet()

    def until(self, done: Callable[[], bool], seconds: float) -> bool:
        """Keep the tree standing until `done`, for `seconds` at most; whether it came true."""
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                return False
            self.look()
            time.sleep(STEP)
        return True

    def run(self) -> None:
        """Keep the tree standing until somebody interrupts."""
        while True:
            self.look()
            time.sleep(STEP)

    def stop(self) -> None:
        """End all children, the last started first; none is left afterwards."""
        for child in reversed(self.children):
            if child.process is not None:
                self._end(child, child.process)
                child.process = None
        self.children.clear()
        for end in self._pipe:
            os.close(end)

    def _launch(self, child: Child) -> None:
        out = self._output(child.name)
        try:
            child.process = subprocess.Popen(  # noqa: S603 our own words, no shell
                child.argv,
                env={**child.env, lifeline.NAME: str(self._pipe[0]), PROCESS: child.name},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                pass_fds=[self._pipe[0], *child.pass_fds],
                start_new_session=True,
            )
        finally:
            if out is not None:
                os.close(out)
        child.born, child.greeted = time.monotonic(), False

    def _mourn(self, child: Child, code: int) -> None:
        child.process = None
        if code == REFUSED:
            raise Refused(f"{child.name} does not start{self._last_words(child.name)}")
        lived = time.monotonic() - child.born
        child.wait = FIRST_WAIT if lived > WELL else child.wait
        child.again = time.monotonic() + child.wait
        log.warning("process died", name=child.name, code=code, again_in=child.wait)
        child.wait = min(2 * child.wait, LONGEST_WAIT)

    def _end(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        process.terminate()
        end = time.monotonic() + child.grace
        while process.poll() is None and time.monotonic() < end:
            if self.interrupts.hurry:
                end = min(end, time.monotonic() + HURRY)
            time.sleep(STEP / 5)
        if process.poll() is None:
            log.warning("process does not end: killed", name=child.name)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def _output(self, name: str) -> int | None:
        if self.logs is None:
            return None
        path = self._log(name)
        if path.exists() and path.stat().st_size > LONGEST_LOG:
            path.replace(path.with_suffix(".log.1"))
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _log(self, name: str) -> Path:
        logs = self.logs or Path()
        logs.mkdir(mode=0o700, exist_ok=True)
        return logs / f"{name}.log"

    def _last_words(self, name: str) -> str:
        if self.logs is None:
            return "."  # it has said so itself, where ours goes
        said = self._log(name).read_text(encoding="utf-8", errors="replace").strip()
        return ": " + said.rpartition("\n")[2]


@contextmanager
def tree(
    interrupts: Interrupts, *, logs: Path | None, watch: Callable[[], object]
) -> Iterator[Tree]:
    """A tree that has ended when the block has, however it ended."""
    standing = Tree(interrupts, logs, watch)
    try:
        yield standing
    finally:
        with interrupts.leaving():
            standing.stop()
