"""SpeedSMS, as its documents and two clients describe it (shared/reference/sms.md §2)."""

import json
import time
from typing import Any

import httpx
import pytest

from tests.providers.conftest import Stage
from tests.providers.ears import Ears

SEND = "/index.php/sms/send"
KEY = ("speedsms-token", "x")
GOOD = {
    "to": ["84901888484"],
    "content": "Truong MN Hoa Mai: be An hom nay di hoc.",
    "sms_type": 3,
    "sender": "HOAMAI",
}


@pytest.fixture
def config(ears: Ears) -> dict[str, Any]:
    return {"speedsms_callback_url": f"{ears.url}/speedsms", "speedsms_balance": 1_000}


def send(stage: Stage, **change: object) -> dict[str, Any]:
    told: dict[str, Any] = stage.http.post(SEND, json={**GOOD, **change}, auth=KEY).json()
    return told


def balance(stage: Stage) -> int:
    told = stage.http.get("/index.php/user/info", auth=KEY).json()
    assert told["data"]["currency"] == "VND"
    return int(told["data"]["balance"])


def test_an_accepted_message_is_on_the_phone_and_paid(stage: Stage) -> None:
    told = send(stage)
    assert (told["status"], told["code"]) == ("success", "00")
    assert told["data"] == {
        "tranId": told["data"]["tranId"],
        "totalSMS": 1,
        "totalPrice": 250,
        "invalidPhone": [],
    }
    [message] = stage.arrived("sms")
    assert (message["address"], message["sender"]) == ("0901888484", "HOAMAI")
    assert balance(stage) == 750


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": []}, "101"),
        ({"to": ["842838291111"]}, "105"),
        ({"content": ""}, "101"),
        ({"sms_type": 9}, "101"),
        ({"sender": "OTHER"}, "101"),
        ({"sms_type": 4}, "101"),
        ({"content": "a" * 800}, "113"),
        ({"content": "a" * 700}, "300"),
    ],
)
def test_a_wrong_request_gets_its_code(stage: Stage, change: dict[str, Any], code: str) -> None:
    told = send(stage, **change)
    assert (told["status"], told["code"]) == ("error", code)
    assert stage.arrived() == []
    assert balance(stage) == 1_000


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"'])
def test_what_is_no_request_misses_its_parameters(stage: Stage, body: bytes) -> None:
    assert stage.http.post(SEND, content=body, auth=KEY).json()["code"] == "101"


def test_a_wrong_token_may_do_nothing(stage: Stage) -> None:
    assert stage.http.post(SEND, json=GOOD, auth=("wrong", "x")).json()["code"] == "009"
    assert stage.http.post(SEND, json=GOOD).status_code == 401
    assert stage.http.get("/index.php/user/info").status_code == 401
    assert stage.arrived() == []


def test_there_is_no_duplicate_check(stage: Stage) -> None:
    first, second = send(stage), send(stage)
    assert first["data"]["tranId"] != second["data"]["tranId"]
    assert balance(stage) == 500


@pytest.mark.parametrize(
    ("receipt", "status"), [("", 0), ("temporary", 34), ("failed", 64), ("rejected", 65)]
)
def test_the_report_is_a_post_to_the_accounts_one_address(
    stage: Stage, receipt: str, status: int
) -> None:
    stage.script("sms", "0901888484", {"receipt": receipt})
    tran_id = send(stage)["data"]["tranId"]
    [call] = stage.ears.heard(1)
    assert (call.method, call.path) == ("POST", "/speedsms")
    assert json.loads(call.body) == {
        "type": "report",
        "tranId": str(tran_id),
        "phone": "84901888484",
        "status": status,
    }
    told = stage.http.get(f"/index.php/sms/status/{tran_id}", auth=KEY).json()
    assert told["data"][0]["status"] == status
    assert stage.arrived()[0]["state"] == ("failed" if status else "delivered")


def test_before_the_report_there_is_no_status(stage: Stage) -> None:
    stage.script("sms", "0901888484", {"receipt": "none"})
    tran_id = send(stage)["data"]["tranId"]
    path = f"/index.php/sms/status/{tran_id}"
    assert stage.http.get(path, auth=KEY).json()["data"] == []
    assert stage.http.get("/index.php/sms/status/1", auth=KEY).json()["code"] == "101"


@pytest.mark.parametrize(("receipt", "count"), [("none", 0), ("twice", 2)])
def test_reports_may_be_missing_or_come_twice(stage: Stage, receipt: str, count: int) -> None:
    stage.script("sms", "0901888484", {"receipt": receipt})
    send(stage)
    stage.ears.heard(count)
    time.sleep(0.2)
    assert len(stage.ears.calls) == count


def test_an_early_report_overtakes_the_answer(stage: Stage) -> None:
    stage.script("sms", "0901888484", {"receipt": "early"})
    told = send(stage)
    assert json.loads(stage.ears.calls[0].body)["tranId"] == str(told["data"]["tranId"])


def test_faults_come_as_scripted(stage: Stage) -> None:
    stage.script("sms", "0901888484", {"error": "500"}, {"throttle": 3}, "html", "hang_after")
    assert send(stage)["code"] == "500"
    limited = stage.http.post(SEND, json=GOOD, auth=KEY)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "3")
    assert stage.http.post(SEND, json=GOOD, auth=KEY).headers["content-type"] == "text/html"
    assert stage.arrived() == []
    with pytest.raises(httpx.ReadTimeout):
        stage.http.post(SEND, json=GOOD, auth=KEY, timeout=0.3)
    assert len(stage.arrived()) == 1


def test_a_parent_writes_back(stage: Stage) -> None:
    stage.door("say", {"channel": "sms", "address": "0901888484", "text": "NGUNG"})
    [call] = stage.ears.heard(1)
    told = json.loads(call.body)
    assert told.pop("tranId").isdecimal()
    assert told == {"type": "sms", "phone": "84901888484", "content": "NGUNG"}
    wrong = {"channel": "sms", "address": "1900", "text": "NGUNG"}
    assert stage.http.post("/_simulator/say", json=wrong).status_code == 400
