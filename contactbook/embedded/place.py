"""The data directory: made, or refused with a sentence; and the ways into it.

    <data directory>/       ours: root:contactbook 0710 under root, else 0700
    ├── postgres/, redis/   the servers' rooms, 0700, theirs alone; the sockets are in here
    ├── *.log               written through a descriptor we open: a server cannot change its past
    ├── *.lock, *.users     who is starting a server, and who is using it (see `holding`)
    ├── *.annex             where a server's annex is, if it has one
    └── programs/           a copy of the programs, if their user cannot reach the installed ones

A directory that was there before keeps its owner and its mode, and so does everything above it.
Where the servers' user cannot pass (a data directory below /root), a server gets its room as an
open descriptor, and its socket and programs go to an *annex*: a temporary directory with the same
modes. An annex also serves where the socket's path would be too long for the kernel.
"""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from contactbook.embedded.account import Account, owner_of, service_account
from contactbook.embedded.errors import EmbeddedError

LONGEST_SOCKETS = 80  # bytes: a socket's whole path may have 107 (103 on macOS)
PLAIN = re.compile(r"[A-Za-z0-9/._-]+")  # libpq reads a comma in a host as a second host


@dataclass(frozen=True)
class Place:
    """A data directory and the user its servers run as."""

    path: Path
    account: Account

    def room(self, name: str) -> Path:
        """The directory in which server `name` lives, and which only its user can enter."""
        room = self.path / name
        with suppress(FileExistsError):
            room.mkdir(mode=0o700)
            _own(room, self.account)
        found = room.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.account.uid:
            raise EmbeddedError(
                f"{room} is not a directory of the user {self.account.name} (it belongs to "
                f"{owner_of(found.st_uid)}): choose another data directory, or give it back."
            )
        if stat.S_IMODE(found.st_mode) & 0o077:
            room.chmod(0o700)  # somebody opened it: close it again
        return room

    @contextmanager
    def door(self, room: Path) -> Iterator[tuple[str, Sequence[int]]]:
        """The name by which the servers' user reaches `room`, and the descriptors it needs.

        A descriptor that root opened leads past closed parents without changing any of them.
        """
        if self.account.enters(room):
            yield str(room), ()
            return
        if not Path("/proc/self/fd").is_dir():
            raise EmbeddedError(
                f"{self.path} cannot be reached by the user {self.account.name}, which its servers "
                "run as: choose a data directory whose parents others may pass through."
            )
        descriptor = os.open(room, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            yield f"/proc/self/fd/{descriptor}", (descriptor,)
        finally:
            os.close(descriptor)

    def sockets(self, name: str) -> Path:
        """The directory for a server's socket: its room, unless that is too long or closed."""
        if known := self._annex(name):
            return (
                known / "run"
            )  # the running server may have been started before the path was open
        room = self.path / name
        if _fits(room) and self.account.enters(room):
            return room
        return self.annex(name) / "run"

    def annex(self, name: str) -> Path:
        """A temporary directory of ours, remembered for as long as the server runs."""
        if known := self._annex(name):
            return known
        annex = Path(tempfile.mkdtemp(prefix="contactbook-", dir=self._shelter()))
        _open_to_group(annex, self.account)
        run = annex / "run"
        run.mkdir(mode=0o700)
        _own(run, self.account)
        self._note(name).write_text(str(annex))
        return annex

    def forget_annex(self, name: str, sockets: Path | None) -> None:
        """Remove the annex, found by its note or by the sockets that were in it."""
        if sockets and not sockets.is_relative_to(self.path):
            shutil.rmtree(sockets.parent, ignore_errors=True)
        if annex := self._annex(name):
            shutil.rmtree(annex, ignore_errors=True)
        with suppress(OSError):  # the whole data directory may be gone by now
            self._note(name).unlink(missing_ok=True)

    def _note(self, name: str) -> Path:
        return self.path / f"{name}.annex"

    def _annex(self, name: str) -> Path | None:
        """The annex of an earlier start, if it is there and nobody put another in its place."""
        try:
            annex = Path(self._note(name).read_text())
            found, run = annex.lstat(), (annex / "run").lstat()
        except OSError:
            return None
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()
        theirs = stat.S_ISDIR(run.st_mode) and run.st_uid == self.account.uid
        return annex if ours and theirs and not stat.S_IMODE(run.st_mode) & 0o077 else None

    def _shelter(self) -> Path:
        for base in map(Path, (tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108 0700 within
            short = base.is_dir() and _fits(base / "contactbook-12345678/run")
            if short and self.account.enters(base):
                return base
        raise EmbeddedError(
            f"The sockets of {self.path} need a temporary directory with a short path that the "
            f"user {self.account.name} can enter, and there is none: choose a data directory with "
            "a shorter path."
        )


def prepare(data_dir: Path) -> Place:
    """The data directory, made when missing; raises `EmbeddedError` if it cannot be used."""
    account = service_account()
    path = data_dir.expanduser().resolve()
    try:
        _make(path, account)
        _inspect(path)
    except OSError as error:
        raise EmbeddedError(
            f"{path} cannot be used as a data directory ({error.strerror}): choose another one "
            "with --data-dir, or have it made for this user."
        ) from error
    return Place(path, account)


def _make(path: Path, account: Account) -> None:
    for above in (path, *path.parents):
        if above.exists() and not above.is_dir():
            raise EmbeddedError(
                f"{above} is a file, so {path} cannot be the data directory: choose another one."
            )
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return  # another first start was quicker
    _open_to_group(path, account)


def _inspect(path: Path) -> None:
    found = path.stat()
    if found.st_uid != os.geteuid():
        raise EmbeddedError(
            f"{path} belongs to the user {owner_of(found.st_uid)}: run contactbook as that user, "
            "or choose another data directory."
        )
    if found.st_mode & stat.S_IWOTH:
        raise EmbeddedError(
            f"{path} can be written by everybody on this machine: choose a directory inside it."
        )
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        raise EmbeddedError(
            f"{path} cannot be written: make it writable for its owner, or choose another data "
            "directory."
        )
    if (path / "PG_VERSION").exists():
        raise EmbeddedError(
            f"{path} is itself the data of a PostgreSQL server: choose another data directory."
        )


def _fits(directory: Path) -> bool:
    name = str(directory)
    return len(os.fsencode(name)) <= LONGEST_SOCKETS and PLAIN.fullmatch(name) is not None


def _open_to_group(directory: Path, account: Account) -> None:
    """Let the servers' user pass through a directory that we have just made, and nobody else."""
    if account.foreign:
        os.chown(directory, os.geteuid(), account.gid)
        directory.chmod(0o710)


def _own(directory: Path, account: Account) -> None:
    """Hand over a directory that we have just made."""
    directory.chmod(0o700)  # whatever the umask is
    if account.foreign:
        os.chown(directory, account.uid, account.gid, follow_symlinks=False)
