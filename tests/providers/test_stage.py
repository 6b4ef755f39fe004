"""The simulators as a program: their door, their memory, their life as process and thread."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from typing import Any

import httpx
import pytest

from channels.simulator.server import Config, Simulator, running
from channels.simulator.state import Book, Message
from tests.providers.conftest import Stage

ZALO = "/v3.0/oa/message/cs"


def zalo(stage: Stage, user: str = "2512523625412515", text: str = "x") -> httpx.Response:
    told = {"recipient": {"user_id": user}, "message": {"text": text}}
    return stage.http.post(ZALO, json=told, headers={"access_token": "zalo-token"})


def test_messages_are_read_from_where_one_stopped(stage: Stage) -> None:
    for number in range(5):
        zalo(stage, text=f"tin {number}")
    first = stage.http.get("/_simulator/messages", params={"limit": 3}).json()
    assert ([m["text"] for m in first["messages"]], first["more"]) == (
        ["tin 0", "tin 1", "tin 2"],
        True,
    )
    rest = stage.http.get("/_simulator/messages", params={"since": first["last"]}).json()
    assert [m["text"] for m in rest["messages"]] == ["tin 3", "tin 4"]
    assert stage.http.delete("/_simulator/messages").status_code == 204
    assert stage.arrived() == []
    zalo(stage)
    assert stage.arrived()[0]["id"] == 6


def test_the_same_words_twice_to_one_person_are_counted(stage: Stage) -> None:
    for _ in range(3):
        zalo(stage, text="Bé An đã đến lớp.")
    assert [m["copies"] for m in stage.arrived()] == [3, 2, 3]


@pytest.mark.parametrize(
    ("condition", "status"), [({"down": True}, 503), ({"down": True, "how": "502"}, 502)]
)
def test_a_channel_goes_down_and_comes_back(
    stage: Stage, condition: dict[str, Any], status: int
) -> None:
    stage.door("conditions", {"channel": "zalo", **condition})
    assert zalo(stage).status_code == status
    assert stage.http.post("/bot123456:AAtoken/getMe").is_success
    stage.door("conditions", {"channel": "zalo", "down": False, "slow": 0.2})
    begun = time.monotonic()
    assert zalo(stage).json()["error"] == 0
    assert time.monotonic() - begun >= 0.2


def test_a_script_for_everybody_is_used_up_by_anybody(stage: Stage) -> None:
    stage.script("zalo", "*", {"error": -227, "times": 2})
    codes = [zalo(stage, user=f"251252362541251{n}").json()["error"] for n in range(3)]
    assert codes == [-227, -227, 0]


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("script", {"channel": "zalo", "address": "1", "outcomes": ["explode"]}),
        ("script", {"channel": "zalo", "address": "1", "outcomes": [{"http": 1, "error": 2}]}),
        ("script", {"channel": "fax", "address": "1", "outcomes": []}),
        ("script", {"channel": "zalo"}),
        ("conditions", {"channel": "zalo", "weather": "rain"}),
        ("people", {"channel": "zalo", "address": "1", "shoe_size": 38}),
        ("say", {"channel": "sms", "address": "0901888484", "text": "x"}),
        ("say", {"channel": "zalo", "address": "1"}),
        ("contacts", 7),
    ],
)
def test_the_door_refuses_what_it_cannot_play(stage: Stage, what: str, told: object) -> None:
    answer = stage.http.post(f"/_simulator/{what}", json=told)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_an_unknown_door_is_404(stage: Stage) -> None:
    assert stage.http.get("/_simulator/window").status_code == 404


def test_memory_is_bounded_by_number_and_by_bytes() -> None:
    clock = Config().clock
    book = Book(clock, most=3, most_bytes=10_000)
    for number in range(5):
        book.add(Message("zalo", f"user {number}", "x", clock()))
    assert [m.address for m in book.messages] == ["user 2", "user 3", "user 4"]
    assert len(book.phones) == 3
    book.add(Message("zalo", "user 9", "x" * 4_500, clock()))
    assert [m.address for m in book.messages] == ["user 9"]


def test_a_simulator_listens_on_loopback_only() -> None:
    with pytest.raises(ValueError, match="loopback"):
        Simulator(Config(host="0.0.0.0"))


def test_it_lives_on_the_loop_that_starts_it() -> None:
    async def life() -> int:
        simulator = Simulator()
        await simulator.start()
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{simulator.http_url}/_simulator/state")
        await simulator.stop()
        return answer.status_code

    assert asyncio.run(life()) == 200


def test_a_port_that_is_taken_is_an_error_and_not_a_hang() -> None:
    with running() as one:
        second = running(Config(http_port=int(one.http_url.rpartition(":")[2])))
        with pytest.raises(RuntimeError, match="did not start"):
            second.__enter__()


def test_stopping_does_not_wait_for_those_we_left_hanging(stage: Stage) -> None:
    stage.script("zalo", "*", "hang")
    told = {"recipient": {"user_id": "1"}, "message": {"text": "x"}}
    with pytest.raises(httpx.ReadTimeout):
        stage.http.post(ZALO, json=told, headers={"access_token": "zalo-token"}, timeout=0.2)


def test_as_a_process_it_says_one_line_and_stops_on_sigterm() -> None:
    code = "from channels.simulator.server import Config, run; run(Config())"
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert re.fullmatch(
            r"simulators ready http://127\.0\.0\.1:\d+ smtp://127\.0\.0\.1:\d+"
            r" smpp://hoamai:smpp-key@127\.0\.0\.1:\d+\n",
            line,
        )
        assert httpx.get(f"{line.split()[2]}/_simulator/state").is_success
        process.send_signal(signal.SIGTERM)
        assert process.communicate(timeout=10) == ("", "")
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()


SEND = "/bot123456:AAtoken/sendMessage"
STRANGE: list[object] = [
    7,
    None,
    "text",
    ["a"],
    {"recipient": 5, "message": []},
    {"recipient": {"user_id": "1"}, "message": {"text": "x", "attachment": "bad"}},
    {"recipient": {"user_id": "1"}, "message": {"attachment": {"payload": {"buttons": "zz"}}}},
    {"recipient": {"user_id": "1"}, "message": {"attachment": {"payload": {"elements": [3]}}}},
    {"recipient": {"user_id": "1"}, "message": {"text": "nửa \ud83d"}},
    {"chat_id": "9" * 5_000, "text": "x"},
    {"chat_id": 5, "text": "nửa \ud83d"},
    {"chat_id": 5, "text": "x", "reply_markup": {"inline_keyboard": [3]}},
    {"chat_id": 5, "text": {"a": 1}, "parse_mode": ["HTML"]},
]


@pytest.mark.parametrize("told", STRANGE, ids=str)
def test_nothing_that_is_sent_breaks_a_provider_or_the_page(stage: Stage, told: object) -> None:
    body = json.dumps(told).encode()
    headers = {"access_token": "zalo-token", "content-type": "application/json"}
    for path in (ZALO, SEND, "/MainService.svc/json/SendMultipleMessage_V4_post_json/"):
        assert stage.http.post(path, content=body, headers=headers).status_code < 500
    for path in ("/phones", "/phones?to=zalo:1", "/phones?to=telegram:5", "/phones/live?seen=abc"):
        assert stage.http.get(path).status_code == 200
    assert stage.http.get("/_simulator/messages").status_code == 200
