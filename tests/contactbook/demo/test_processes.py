"""The demo as people start it: everything stands, arrives, and leaves nothing behind."""

import re
import signal
from pathlib import Path

import httpx

from contactbook.db import Sessions, transaction
from contactbook.demo.browser import Browser
from contactbook.demo.check import signed_in
from tests.builders import a_school
from tests.contactbook.demo.commands import command, eventually, processes, says

READY = "Ctrl-C ends it all"
LINE = re.compile(
    r"^published=(\d+) deliveries=(\d+) sms=(\d+) zalo=(\d+) telegram=(\d+) email=(\d+) "
    r"delivered=(\d+) seconds=\d+\.\d$"
)


def test_the_check_publishes_on_four_channels_and_leaves_nothing(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with command("demo", "--check", said_to=said, env={"TMPDIR": str(tmp_path)}) as process:
        assert process.wait(120) == 0, said.read_text()
    [found] = filter(None, map(LINE.match, said.read_text().splitlines()))
    published, deliveries, *channels, delivered = map(int, found.groups())
    assert published == 3
    assert min(channels) > 0
    assert sum(channels) == deliveries == delivered
    assert processes(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["said"]


def test_a_demo_touches_nothing_where_real_schools_are(
    tmp_path: Path, committed: Sessions, database_url: str
) -> None:
    with transaction(committed) as session:
        school = a_school(session).code
    said, data = tmp_path / "said", tmp_path / "data"
    env = {"CONTACTBOOK_DATABASE_URL": database_url, "CONTACTBOOK_SECRET_KEY": "x" * 32}
    with command("demo", "--data-dir", str(data), "--port", "0", said_to=said, env=env) as process:
        assert process.wait(60) == 2
    assert school in said.read_text()
    assert not (data / "logs").exists(), "no worker was started that could send what is real"


def address(said: Path, what: str) -> str:
    found = re.search(rf"{what} +(http://127\.0\.0\.1:\d+)/", said.read_text())
    assert found, said.read_text()
    return found[1]


def test_ctrl_c_ends_a_demo_with_nothing_left(tmp_path: Path) -> None:
    said, data = tmp_path / "said", tmp_path / "data"
    with command("demo", "--port", "0", "--data-dir", str(data), said_to=said) as process:
        assert eventually(lambda: says(said, READY)), said.read_text()
        with Browser(address(said, "Teachers' pages")) as browser:
            assert "/teacher/classes/" in signed_in(browser, "la1.hoamai")
        phones = httpx.get(address(said, "The parents' phones"), follow_redirects=True).text
        assert "mẹ bé " in phones
        assert len(processes(data)) > 5
        process.send_signal(signal.SIGINT)
        assert process.wait(45) == 0
    assert processes(data) == []
    assert "Traceback" not in said.read_text()
    for log in (data / "logs").iterdir():
        assert "Traceback" not in log.read_text(), log


def test_a_killed_demo_leaves_no_process_and_stands_again_with_the_same_city(
    tmp_path: Path,
) -> None:
    said, data = tmp_path / "said", tmp_path / "data"
    words = ("demo", "--port", "0", "--data-dir", str(data))
    with command(*words, said_to=said) as process:
        assert eventually(lambda: says(said, READY)), said.read_text()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert eventually(lambda: processes(data) == [], 30), processes(data)
    with command(*words, said_to=said):
        assert eventually(lambda: says(said, READY)), said.read_text()
        assert says(said, "700 children in 3 schools")
        again = tmp_path / "again"
        with command(*words, said_to=again) as second:
            assert second.wait(60) == 2
        assert "already runs in" in again.read_text()
        assert "Traceback" not in again.read_text()
    assert processes(data) == []


def test_all_in_one_answers_works_and_ends_whole(tmp_path: Path) -> None:
    said, data = tmp_path / "said", tmp_path / "data"
    options = ("--port", "0", "--all-in-one", "--data-dir", str(data))
    with command("serve", *options, said_to=said) as process:
        assert eventually(lambda: bool(listening(said))), said.read_text()
        url = listening(said)
        assert eventually(lambda: answers(f"{url}/readyz")), said.read_text()
        assert {"worker", "beat"} <= {
            words.split()[-1].lstrip("-") for words in processes(data) if "contactbook.cli" in words
        }
        process.send_signal(signal.SIGTERM)
        assert process.wait(45) == 0
    assert processes(data) == []
    assert "Traceback" not in said.read_text()


def listening(said: Path) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+", said.read_text())
    return found[0] if found else ""


def answers(url: str) -> bool:
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


def test_the_simulators_stand_alone(tmp_path: Path) -> None:
    said = tmp_path / "said"
    with command("simulate", said_to=said) as process:
        assert eventually(lambda: says(said, "simulators ready")), said.read_text()
        assert answers(f"{listening(said)}/phones")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
