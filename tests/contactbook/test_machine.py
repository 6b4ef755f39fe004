"""One machine: its secret, its refusals, and processes that live and end together."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pydantic import SecretStr

from contactbook.demo.providers import address_of_a_site
from contactbook.machine.addresses import prepared, standing
from contactbook.machine.errors import Refused
from contactbook.machine.interrupts import interrupts
from contactbook.machine.processes import channels_named, inherited, listen, port_of
from contactbook.machine.secret import settings
from contactbook.machine.tree import tree
from contactbook.ports.channel import Channel
from contactbook.settings import Settings

SECRET = "a-secret-of-thirty-two-characters"


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of whoever runs the tests, and no .env."""
    for name in [name for name in os.environ if name.startswith(("CONTACTBOOK_", "CHANNELS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def eventually(done: Callable[[], bool], seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if done():
            return True
        time.sleep(0.05)
    return False


def alive(pid: int) -> bool:
    """Whether it runs: nobody may be there to reap what was killed."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_a_machine_of_its_own_makes_its_secret_once(tmp_path: Path) -> None:
    first = settings(tmp_path / "data").secret_key
    assert settings(tmp_path / "data").secret_key == first
    assert len(first.get_secret_value()) == 64
    kept = tmp_path / "data" / "secret_key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert settings(tmp_path / "other").secret_key != first


def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CONTACTBOOK_SECRET_KEY=\n")
    assert len(settings(tmp_path / "data").secret_key.get_secret_value()) == 64


def test_a_given_secret_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CONTACTBOOK_SECRET_KEY", SECRET)
    assert settings(tmp_path / "data").secret_key.get_secret_value() == SECRET
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CONTACTBOOK_SECRET_KEY", "short", "CONTACTBOOK_SECRET_KEY"),
        ("CONTACTBOOK_WINDOW", "1000", "CONTACTBOOK_WINDOW"),
        ("CONTACTBOOK_DATABASE_URL", "postgresql+psycopg://h/db", "CONTACTBOOK_SECRET_KEY"),
        ("CONTACTBOOK_DATABASE_URL", "sqlite:///x.db", "CONTACTBOOK_DATABASE_URL"),
        ("CONTACTBOOK_REDIS_URL", "foo", "CONTACTBOOK_REDIS_URL"),
    ],
    ids=[
        "a short secret",
        "a window too wide",
        "a database without its secret",
        "a file",
        "no URL",
    ],
)
def test_bad_settings_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused, match=said) as refused:
        settings()
    assert "short" not in str(refused.value).split("CONTACTBOOK_SECRET_KEY")[0]
    assert "\n" not in str(refused.value)


def test_a_bad_setting_alone_is_told_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The secret is made by itself: that none was given is no fault."""
    monkeypatch.setenv("CONTACTBOOK_UNDO", "soon")
    with pytest.raises(Refused, match="CONTACTBOOK_UNDO") as refused:
        settings()
    assert "SECRET_KEY" not in str(refused.value)


def test_an_env_file_that_is_no_text_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"CONTACTBOOK_PUBLIC_URL=http://tr\xb0\xf6ng.example\n")
    with pytest.raises(Refused, match=r"\.env is not UTF-8"):
        settings(tmp_path / "data")


@pytest.mark.parametrize("kept", [b"", b" \n", b"short", "bí mật".encode() * 9, b"\xff" * 64])
def test_a_damaged_secret_is_one_sentence(tmp_path: Path, kept: bytes) -> None:
    settings(tmp_path / "data")
    (tmp_path / "data" / "secret_key").write_bytes(kept)
    with pytest.raises(Refused, match="does not hold the secret") as refused:
        settings(tmp_path / "data")
    assert "short" not in str(refused.value)


@pytest.mark.parametrize("descriptor", [99, 2**40, -1])
def test_a_descriptor_that_is_no_socket_is_one_sentence(descriptor: int, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="no socket"):
        inherited(descriptor)
    with (tmp_path / "file").open("w") as file, pytest.raises(Refused, match="no socket"):
        inherited(file.fileno())


@pytest.mark.parametrize(
    "url", ["notaurl", "ftp://h", "http://", "http://h:x", "//h/", "http:///a", "http://h /"]
)
def test_an_address_that_cannot_be_called_back_is_one_sentence(url: str) -> None:
    with pytest.raises(Refused, match="no address to call back"):
        address_of_a_site(url)


def test_an_address_to_call_back_has_no_slash_at_its_end() -> None:
    assert address_of_a_site("http://127.0.0.1:8000/") == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "mysql://h/db",
        "sqlite:///x.db",
        "postgresql+psycopg://u:hush@127.0.0.1:1/db",
        "postgresql+psycopg://u:hush@h:port/db",
        "postgresql+asyncpg://u:hush@127.0.0.1:1/db",
    ],
    ids=["no address", "another product", "a file", "nobody there", "no port", "no driver"],
)
def test_a_database_that_cannot_be_used_is_one_sentence(url: str) -> None:
    with pytest.raises(Refused) as refused:
        prepared(url)
    assert "hush" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_configured_database_is_migrated_and_nothing_embedded_is_started(
    database_url: str, tmp_path: Path
) -> None:
    known = Settings(
        secret_key=SecretStr(SECRET), database_url=database_url, redis_url="redis://127.0.0.1:1"
    )
    with standing(known, tmp_path / "data") as at:
        assert (at.database_url, at.redis_url) == (database_url, "redis://127.0.0.1:1")
    assert not (tmp_path / "data").exists()


def test_a_port_that_is_taken_is_one_sentence() -> None:
    with (
        listen("127.0.0.1", 0) as taken,
        pytest.raises(Refused, match=f"127.0.0.1:{port_of(taken)} cannot be used"),
    ):
        listen("127.0.0.1", port_of(taken))


def test_channels_are_chosen_by_name() -> None:
    assert channels_named("zalo, sms") == [Channel.ZALO, Channel.SMS]
    assert channels_named("") == list(Channel)
    with pytest.raises(Refused, match="pigeon is no channel"):
        channels_named("zalo,pigeon")


@contextmanager
def supervisor(first: float = 1000, place: Path | None = None) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.contactbook.supervisor", str(first), str(place or "")],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def children(process: subprocess.Popen[str]) -> list[int]:
    assert process.stdout
    for line in process.stdout:
        if line[0].isdigit():
            return [int(word) for word in line.split()]
    raise AssertionError("the supervisor ended")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_told_to_end_a_tree_ends_whole(number: signal.Signals, tmp_path: Path) -> None:
    with supervisor(place=tmp_path) as process:
        pids = children(process)
        process.send_signal(number)
        said, _ = process.communicate(timeout=20)
        assert said.endswith("left\n")
        assert process.returncode == 0
        assert not any(map(alive, pids))


def test_no_child_outlives_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    with supervisor(place=tmp_path) as process:
        pids = children(process)
        assert eventually(lambda: (tmp_path / "second.log").read_text().count("up") == 1)
        process.kill()
        assert eventually(lambda: not any(map(alive, pids)))


def test_a_child_that_dies_is_started_again(tmp_path: Path) -> None:
    with supervisor(place=tmp_path) as process:
        first, second = children(process)
        os.kill(first, signal.SIGKILL)
        fresh, same = children(process)
        assert same == second
        assert fresh != first


def test_children_are_in_sessions_of_their_own(tmp_path: Path) -> None:
    with supervisor(place=tmp_path) as process:
        pids = children(process)
        assert [os.getsid(pid) for pid in pids] == pids


def test_a_command_that_refuses_ends_the_tree_with_its_sentence(tmp_path: Path) -> None:
    code = "import sys; print('contactbook: no such port.'); sys.exit(2)"

    def stand() -> None:
        with interrupts() as taken, tree(taken, logs=tmp_path, watch=lambda: None) as standing:
            standing.start("web", [sys.executable, "-c", code], dict(os.environ))
            standing.until(lambda: False, 20)

    with pytest.raises(Refused, match=r"web does not start: contactbook: no such port\."):
        stand()


def test_the_stubborn_are_killed_when_their_grace_is_over(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('up', flush=True); time.sleep(1000)"
    )
    with interrupts() as taken, tree(taken, logs=tmp_path, watch=lambda: None) as standing:
        for name in ("simulators", "web"):
            standing.start(name, [sys.executable, "-c", stubborn], dict(os.environ), grace=0.3)
        processes = {child.name: child.process for child in standing.children}
        assert standing.until(
            lambda: all((tmp_path / f"{name}.log").read_text() for name in processes), 20
        )
        began = time.monotonic()
    assert time.monotonic() - began >= 0.6, "one after the other"
    assert all(process and process.returncode == -signal.SIGKILL for process in processes.values())


def test_the_last_started_ends_first(tmp_path: Path) -> None:
    code = (
        "import signal, sys, time; from pathlib import Path; "
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); print('up', flush=True);\n"
        "try: time.sleep(1000)\n"
        "finally: Path(sys.argv[1]).open('a').write(sys.argv[2] + ' ')"
    )
    with interrupts() as taken, tree(taken, logs=tmp_path, watch=lambda: None) as standing:
        for name in ("simulators", "worker", "web"):
            argv = [sys.executable, "-c", code, str(tmp_path / "order"), name]
            standing.start(name, argv, dict(os.environ))
            assert standing.until(lambda log=tmp_path / f"{name}.log": bool(log.read_text()), 20)  # type: ignore[misc]
    assert (tmp_path / "order").read_text().split() == ["web", "worker", "simulators"]
