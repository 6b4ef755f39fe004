import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from redis import Redis

from contactbook.embedded import EmbeddedError, postgres, redis
from contactbook.embedded.place import prepare
from contactbook.embedded.programs import unpacked
from contactbook.embedded.redis_server import PARCEL
from tests.contactbook.embedded.conftest import FAST, NOBODY, Holder, ask, needs_root

Start = Callable[..., Holder]


def refusal(data_dir: Path) -> str:
    with pytest.raises(EmbeddedError) as refused, postgres(data_dir, tuning=FAST):
        pass
    return str(refused.value)


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert refusal(tmp_path / "file").startswith(f"{tmp_path}/file is a file")


def test_a_directory_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told = f"{tmp_path}/file is a file, so {tmp_path}/file/data cannot be"
    assert refusal(tmp_path / "file/data").startswith(told)


def test_a_directory_we_may_not_make(open_dir: Path, holder: Start) -> None:
    if os.geteuid():
        open_dir.chmod(0o500)
    told = holder(open_dir / "data", "redis", nobody=True).says()
    open_dir.chmod(0o755)
    assert told.startswith(
        f"refused: {open_dir}/data cannot be used as a data directory (Permission denied)"
    )


@needs_root
def test_a_directory_that_is_not_ours(open_dir: Path, holder: Start) -> None:
    assert f"{open_dir} belongs to the user root" in holder(open_dir, "redis", nobody=True).says()
    os.chown(open_dir, NOBODY.pw_uid, NOBODY.pw_gid)
    assert f"{open_dir} belongs to the user nobody" in refusal(open_dir)


def test_a_directory_that_everybody_may_write(open_dir: Path) -> None:
    open_dir.chmod(0o777)
    assert refusal(open_dir).startswith(f"{open_dir} can be written by everybody")


def test_a_directory_we_may_not_write(open_dir: Path, holder: Start) -> None:
    closed = open_dir / "data"
    closed.mkdir()
    if not os.geteuid():
        os.chown(closed, NOBODY.pw_uid, NOBODY.pw_gid)
    closed.chmod(0o500)
    told = holder(closed, "redis", nobody=True).says()
    assert told.startswith(f"refused: {closed} cannot be written")


def test_the_data_of_another_server(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("17\n")
    assert refusal(tmp_path).startswith(f"{tmp_path} is itself the data of a PostgreSQL server")


def test_the_cluster_of_another_version(tmp_path: Path) -> None:
    data = tmp_path / "postgres/data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")
    assert refusal(tmp_path).startswith(f"{data} was made by PostgreSQL 17, and this is")


@needs_root
def test_a_room_that_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    assert f"{tmp_path}/postgres is not a directory of the user" in refusal(tmp_path)


def test_a_python_without_the_wheel(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedError, match=r"Redis is not installed .* set CONTACTBOOK_REDIS_URL"):
        unpacked(replace(PARCEL, package="no_such_wheel"), prepare(tmp_path), "redis")


@pytest.mark.parametrize("name", ["x" * 120, "Trường Mầm Non, số 1"], ids=["long", "vietnamese"])
def test_a_path_no_socket_can_have_is_no_reason(open_dir: Path, name: str) -> None:
    with postgres(open_dir / name, tuning=FAST) as url, redis(open_dir / name) as address:
        assert ask(url, "SELECT 1") == 1
        with Redis.from_url(address.client_url) as client:
            assert client.ping()
        annexes = [Path(note.read_text()) for note in (open_dir / name).glob("*.annex")]
        assert len(annexes) == 2
        assert all((annex / "run").stat().st_mode & 0o777 == 0o700 for annex in annexes)
    assert not any(annex.exists() for annex in annexes)
