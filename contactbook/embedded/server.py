"""What PostgreSQL and Redis have in common for us: a server that lives in a data directory."""

import signal
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from contactbook.embedded import process
from contactbook.embedded.errors import EmbeddedError
from contactbook.embedded.place import Place

PATIENCE = 180.0  # seconds until a server must answer: after a crash PostgreSQL replays its log


class Server(ABC):
    """One server of one data directory; says how it is started, asked and ended."""

    name: ClassVar[str]
    product: ClassVar[str]
    home: ClassVar[str]  # the directory it stands in, below the data directory
    pid_file: ClassVar[str]  # below its home
    socket_name: ClassVar[str]
    farewell: ClassVar[Sequence[tuple[signal.Signals, float]]]  # ever less polite, with seconds

    def __init__(self, place: Place) -> None:
        self.place = place
        self._seen: tuple[int, str] | None = None
        self._sockets: Path | None = None

    @property
    def log(self) -> Path:
        return self.place.path / f"{self.name}.log"

    @abstractmethod
    def launch(self) -> int:
        """Start the process and return its pid; it need not answer yet."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether a client is served."""

    def ready(self) -> None:  # noqa: B027 Redis has nothing to do here
        """Called with the start lock held, when the server answers."""

    def worth_another_try(self) -> bool:
        """Whether a start that has just failed may pass a moment later."""
        return False

    def socket(self) -> Path:
        """The socket its clients use."""
        self._sockets = self._sockets or self.place.sockets(self.name)
        return self._sockets / self.socket_name

    def pid(self) -> int | None:
        """The running server's pid, whoever started it."""
        home = self.place.path / self.home
        pid = process.pid_in(home / self.pid_file)
        if pid and process.alive(pid) and process.stands_in(self.place.account, pid, home):
            return pid
        if (
            self._seen
            and process.alive(self._seen[0])
            and process.born(self._seen[0]) == self._seen[1]
        ):
            return self._seen[0]  # its directory was moved or deleted under it
        return None

    def ensure(self) -> bool:
        """Make the server answer; whether it had to be started. Call with the start lock held."""
        pid = self.pid()
        if pid and self.socket().exists() and self._await(pid):
            self.ready()  # whoever started it may have been killed before that
            return False
        if pid:  # its socket was swept away: nobody will ever reach it again
            self.stop()
        self._start()
        return True

    def stop(self) -> None:
        """End the server and leave nothing of it behind but its data and its log."""
        if (pid := self.pid()) and not process.end(self.place.account, pid, self.farewell):
            raise EmbeddedError(f"{self.product} in {self.place.path} (pid {pid}) does not end.")
        self.place.forget_annex(self.name, self._sockets)
        self._seen = self._sockets = None

    def _start(self) -> None:
        for _ in range(100):  # 20 seconds of further tries at most
            pid = self.launch()
            try:
                if self._await(pid):
                    self.ready()
                    return
            except BaseException:  # Ctrl-C as well: what nobody holds must not run
                process.end(self.place.account, pid, self.farewell)
                raise
            if not self.worth_another_try():
                break
            process.wait(0.2, lambda: False)
        raise EmbeddedError(
            f"{self.product} does not start in {self.place.path}: "
            f"{process.last_words(self.log)} (all of it in {self.log})"
        )

    def _await(self, pid: int) -> bool:
        """Wait for an answer; False when the process ended instead."""
        self._seen = pid, process.born(pid)
        settled = process.wait(PATIENCE, lambda: not process.alive(pid) or self.answers())
        if not settled:
            raise EmbeddedError(
                f"{self.product} in {self.place.path} (pid {pid}) runs but does not answer: look "
                f"into {self.log}, or end that process and start again."
            )
        return process.alive(pid)
