import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from kombu import Connection
from redis import Redis

from contactbook.embedded import EmbeddedError, postgres, redis, revive, server_pid
from contactbook.embedded.process import alive, wait
from tests.contactbook.embedded.conftest import FAST, Holder, ask, connected

Start = Callable[..., Holder]


def die(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert wait(5, lambda: not alive(pid))


def test_both_servers_serve_and_leave_no_process(data_dir: Path) -> None:
    with postgres(data_dir) as url, redis(data_dir) as address:
        pids = server_pid(data_dir, "postgres"), server_pid(data_dir, "redis")
        assert ask(url, "SELECT current_setting('fsync')") == "on"
        with Redis.from_url(address.client_url) as client:
            assert client.ping()
    assert not any(map(alive, pids))
    assert not list(data_dir.glob("*.annex"))
    with pytest.raises(EmbeddedError, match=f"No redis runs in {data_dir}"):
        server_pid(data_dir, "redis")


def test_nothing_listens_on_a_port(open_dir: Path) -> None:
    with postgres(open_dir / "data", tuning=FAST) as url, redis(open_dir / "data") as address:
        assert ask(url, "SELECT current_setting('listen_addresses')") == ""
        with Redis.from_url(address.client_url) as client:
            assert client.config_get("port") == {"port": "0"}


def test_the_cluster_is_utf8_in_utc_with_checksums(open_dir: Path) -> None:
    with postgres(open_dir / "data", tuning=FAST) as url:
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SELECT lower('ĐẶNG THỊ ÁNH')") == "đặng thị ánh"
        assert ask(url, "SHOW timezone") == "UTC"
        assert ask(url, "SHOW data_checksums") == "on"


def test_the_application_owns_its_database_and_no_more(open_dir: Path) -> None:
    with postgres(open_dir / "data", tuning=FAST) as url:
        rights = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls OR rolreplication"
        assert ask(url, "SELECT current_user") == "contactbook"
        assert ask(url, f"SELECT bool_or({rights}) FROM pg_roles WHERE rolname ~ '^cont'") is False
        assert ask(url, "SELECT datdba::regrole::text FROM pg_database WHERE datname ~ '^cont'")
        with connected(url) as connection, connection.transaction():
            connection.execute("CREATE TABLE child (name text)")
            connection.execute("SET LOCAL ROLE contactbook_school")
            assert connection.execute("SELECT current_user").fetchone() == ("contactbook_school",)
            with pytest.raises(Exception, match="permission denied"), connection.transaction():
                connection.execute("SELECT * FROM child")


def test_a_committed_row_survives_kill_9_of_postgresql(data_dir: Path) -> None:
    with postgres(data_dir) as url:
        with connected(url) as connection:  # still open when the server dies
            connection.execute("CREATE TABLE told AS SELECT 1 AS once")
            die(server_pid(data_dir, "postgres"))
            assert revive(data_dir) == ["postgres"]
        assert ask(url, "SELECT count(*) FROM told") == 1
        assert revive(data_dir) == []


def test_a_committed_row_survives_kill_9_of_everything(data_dir: Path, holder: Start) -> None:
    first = holder(data_dir, "postgres")
    url, pid = first.address()
    with connected(url) as connection:
        connection.execute("CREATE TABLE told AS SELECT 1 AS once")
    first.kill()
    die(pid)
    with postgres(data_dir, tuning=FAST) as url:
        assert ask(url, "SELECT count(*) FROM told") == 1


def test_a_killed_redis_comes_back_at_the_same_address(data_dir: Path) -> None:
    with redis(data_dir) as address:
        die(server_pid(data_dir, "redis"))
        assert revive(data_dir) == ["redis"]
        with Connection(address.celery_url) as broker:
            with broker.SimpleQueue("wake") as queue:
                queue.put("zalo")
                message = queue.get(timeout=5)
                message.ack()
            assert message.payload == "zalo"


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_a_server_whose_process_was_killed_is_adopted(
    data_dir: Path, holder: Start, name: str
) -> None:
    first = holder(data_dir, name)
    _, pid = first.address()
    first.kill()
    assert alive(pid)
    second = holder(data_dir, name)
    assert second.address()[1] == pid
    assert second.leave() == 0
    assert not alive(pid)


@pytest.mark.parametrize("name", ["postgres", "redis"])
def test_the_last_one_to_leave_stops_the_server(data_dir: Path, holder: Start, name: str) -> None:
    first = holder(data_dir, name)
    address, pid = first.address()
    second = holder(data_dir, name)
    assert second.address() == (address, pid)
    assert first.leave() == 0
    assert server_pid(data_dir, "postgres" if name == "postgres" else "redis") == pid
    assert second.leave() == 0
    assert not alive(pid)


def test_three_first_starts_at_once_make_one_server(data_dir: Path, holder: Start) -> None:
    three = [holder(data_dir, "postgres") for _ in range(3)]
    [(url, pid)] = {each.address() for each in three}
    assert ask(url, "SELECT 1") == 1
    assert [each.leave() for each in three] == [0, 0, 0]
    assert not alive(pid)


def test_two_data_directories_do_not_know_each_other(open_dir: Path) -> None:
    here, there = open_dir / "here", open_dir / "there"
    with postgres(here, tuning=FAST) as one, postgres(there, tuning=FAST) as two:
        assert server_pid(here, "postgres") != server_pid(there, "postgres")
        with connected(one) as connection:
            connection.execute("CREATE TABLE only_here ()")
        assert ask(two, "SELECT to_regclass('only_here')") is None


def test_a_fork_that_unwinds_does_not_stop_its_parents_server(
    open_dir: Path, holder: Start
) -> None:
    parent = holder(open_dir / "data", "postgres", "fork")
    url, _ = parent.address()
    assert ask(url, "SELECT 1") == 1
    assert parent.leave() == 0


def test_ctrl_c_in_the_terminal_ends_the_application_first(open_dir: Path, holder: Start) -> None:
    user = holder(open_dir / "data", "postgres")
    _, pid = user.address()
    assert os.getsid(pid) == pid != os.getsid(user.process.pid)
    user.process.send_signal(signal.SIGINT)
    assert user.leave() != 0
    assert not alive(pid)
    assert "fast shutdown" in (open_dir / "data/postgres.log").read_text()


def test_a_pid_that_another_program_has_now_is_no_obstacle(open_dir: Path) -> None:
    data_dir, other = open_dir / "data", open_dir / "other"
    lock = data_dir / "postgres/data/postmaster.pid"
    with postgres(other, tuning=FAST):  # a living process of the same user
        with postgres(data_dir, tuning=FAST):
            pid, rest = lock.read_text().split("\n", 1)
        lock.write_text(f"{server_pid(other, 'postgres')}\n{rest}")
        shutil.chown(lock, lock.parent.owner(), lock.parent.group())
        with postgres(data_dir, tuning=FAST) as url:
            assert ask(url, "SELECT 1") == 1
            assert pid != lock.read_text().split("\n", 1)[0]


def test_a_first_start_that_was_cut_short_is_made_good(data_dir: Path) -> None:
    with postgres(data_dir, tuning=FAST):
        pass
    half = data_dir / "postgres/initdb-half"
    (data_dir / "postgres/data").rename(half)
    with postgres(data_dir, tuning=FAST) as url:
        assert ask(url, "SELECT 1") == 1
        assert not half.exists()


def test_servers_end_even_when_their_directory_is_deleted_under_them(data_dir: Path) -> None:
    with redis(data_dir) as address:
        pid = server_pid(data_dir, "redis")
        shutil.rmtree(data_dir)
    assert not alive(pid)
    assert not Path(address.client_url.removeprefix("unix://")).parent.exists()


def test_a_server_that_cannot_start_says_why(open_dir: Path) -> None:
    data_dir = open_dir / "data"
    told = rf"PostgreSQL does not start in {data_dir}: .*shared_buffers.*postgres\.log"
    with pytest.raises(EmbeddedError, match=told):
        postgres(data_dir, tuning={"shared_buffers": "a lot"}).__enter__()
    with postgres(data_dir, tuning=FAST) as url:
        assert ask(url, "SELECT 1") == 1
