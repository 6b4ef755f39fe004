"""Data directories to start servers in, and other processes that use them."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, cast

import psycopg
import pytest

ROOT = os.geteuid() == 0
FAST = {"fsync": "off"}  # these tests kill processes, not machines
CODE = Path(__file__).parents[3]
NOBODY = pwd.getpwnam("nobody")

needs_root = pytest.mark.skipif(not ROOT, reason="only root can become another user")


class Holder:
    """Another process that uses the servers of a data directory."""

    def __init__(
        self, data_dir: Path, *names: str, path: Path = CODE, nobody: bool = False
    ) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-m", "tests.contactbook.embedded.holder", data_dir, *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=CODE,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": f"{path}:{CODE}",
                "RUN_AS": f"{NOBODY.pw_uid}" if nobody and ROOT else "",
            },
        )

    def says(self) -> str:
        return cast("IO[str]", self.process.stdout).readline().strip()

    def address(self) -> tuple[str, int]:
        """The address of its only server, and that server's pid."""
        address, pid = self.says().split()
        return address, int(pid)

    def leave(self) -> int:
        self.process.communicate()
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def holder() -> Iterator[Callable[..., Holder]]:
    started: list[Holder] = []

    def start(data_dir: Path, *names: str, path: Path = CODE, nobody: bool = False) -> Holder:
        started.append(Holder(data_dir, *names, path=path, nobody=nobody))
        return started[-1]

    yield start
    for each in started:
        if each.process.returncode is None:
            each.leave()


@pytest.fixture
def open_dir() -> Iterator[Path]:
    """A directory with parents that everybody may pass through."""
    made = Path(tempfile.mkdtemp(prefix="cb-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.fixture(params=["open", "closed"])
def data_dir(request: pytest.FixtureRequest, open_dir: Path) -> Path:
    """A data directory to be: below parents open to all, and below one that only we may enter."""
    if request.param == "closed":
        open_dir.chmod(0o700)
    return open_dir / "data"


def connected(url: str) -> "psycopg.Connection[Any]":
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def ask(url: str, question: str) -> object:
    """The first value of the first row."""
    with connected(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]
