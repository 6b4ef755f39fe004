"""The operating system's user that the servers run as.

PostgreSQL refuses to run as root. A root process therefore runs both servers as a system user
without login, `contactbook`, made when missing; anybody else runs them as oneself.

Root never writes, runs or signals anything that this user could have prepared: whatever happens in
the user's own directories is done by a child process that *is* this user, so the kernel judges it.
"""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contactbook.embedded.errors import EmbeddedError

SERVICE_USER = "contactbook"
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}
NOBODYS_HOME = ["--home-dir", "/nonexistent", "--no-create-home", "--shell", "/usr/sbin/nologin"]
WAYS_TO_ADD = (  # shadow-utils, which Debian, Red Hat and SUSE have; then busybox
    ["useradd", "--system", "--user-group", *NOBODYS_HOME, SERVICE_USER],
    ["adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", SERVICE_USER],
)


@dataclass(frozen=True)
class Account:
    """A user of the operating system; `foreign` when it is not the one this process runs as."""

    name: str
    uid: int
    gid: int
    foreign: bool

    def clothes(self) -> dict[str, Any]:
        """Arguments that make a child process this user, without any of our further groups."""
        if not self.foreign:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def run(
        self, argv: Sequence[str], *, text: str = "", pass_fds: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[str]:
        """Run a short command as this user, away from our own directory and environment."""
        return subprocess.run(  # noqa: S603 our own words, no shell
            argv,
            input=text,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env=ENVIRONMENT,
            pass_fds=pass_fds,
            **self.clothes(),
        )

    def enters(self, directory: Path) -> bool:
        """Whether this user may pass through `directory` and everything above it."""
        return not self.foreign or self.run(["test", "-x", str(directory)]).returncode == 0

    def reads(self, paths: Sequence[Path]) -> bool:
        every = 'for path do test -r "$path" || exit 1; done'
        return (
            not self.foreign
            or self.run(["sh", "-c", every, "sh", *map(str, paths)]).returncode == 0
        )

    def write(self, path: str, text: str, *, pass_fds: Sequence[int] = ()) -> None:
        """Replace a file of this user's in one step, readable by nobody else."""
        replace = 'umask 077 && cat >"$1.new" && mv -f "$1.new" "$1"'
        done = self.run(["sh", "-c", replace, "sh", path], text=text, pass_fds=pass_fds)
        if done.returncode:
            raise EmbeddedError(f"{path} cannot be written: {done.stderr.strip()}")

    def signal(self, pid: int, number: signal.Signals) -> None:
        """Signal a process of this user; the kernel spares it when it is somebody else's."""
        if self.foreign:
            self.run(["sh", "-c", 'kill -s "$1" "$2"', "sh", number.name[3:], str(pid)])
            return
        try:
            os.kill(pid, number)
        except (ProcessLookupError, PermissionError):
            return


def service_account() -> Account:
    """Whom the servers run as: a system user of their own under root, else ourselves."""
    uid = os.geteuid()
    if uid:
        return Account(name_of(uid), uid, os.getegid(), foreign=False)
    entry = _entry() or _added()
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid, foreign=True)


def name_of(uid: int) -> str:
    """The user's name: PostgreSQL's peer authentication compares names, not numbers."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise EmbeddedError(
            f"The user number {uid} has no name on this machine, and PostgreSQL needs one: add it "
            "to /etc/passwd, or set CONTACTBOOK_DATABASE_URL and CONTACTBOOK_REDIS_URL."
        ) from None


def owner_of(uid: int) -> str:
    """A user's name for a sentence, or its number when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"number {uid}"


def _entry() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SERVICE_USER)
    except KeyError:
        return None


def _added() -> pwd.struct_passwd:
    """Add the system user; two first starts at once may both try, so look again after failing."""
    said = "neither useradd nor adduser is installed"
    for argv in WAYS_TO_ADD:
        if shutil.which(argv[0]) is None:
            continue
        done = subprocess.run(  # noqa: S603 our own words, no shell
            argv, capture_output=True, text=True, check=False, env=ENVIRONMENT
        )
        said = done.stderr.strip()
        if entry := _entry():
            return entry
    raise EmbeddedError(
        f"The servers cannot run as root, and the system user {SERVICE_USER} could not be added "
        f"({said}): add it (useradd --system {SERVICE_USER}), or run contactbook as another user."
    )
