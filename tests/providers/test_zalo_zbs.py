"""Zalo's registered templates (shared/reference/zalo.md §6, §10)."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.simulator.zalo_zbs_form import Template
from tests.providers.conftest import Stage
from tests.providers.test_zalo import TOKEN, USER

PHONE = "84987654321"
GAPS = (
    {"name": "child", "require": True, "type": "STRING", "maxLength": 10, "minLength": 2},
    {"name": "meals", "require": False, "type": "NUMBER", "maxLength": 2},
)
MORNING = datetime(2026, 11, 24, 3, tzinfo=UTC)  # 10:00 in Vietnam
NIGHT = datetime(2026, 11, 24, 15, tzinfo=UTC)  # 22:00


class Clock:
    now = MORNING

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(clock: Clock) -> dict[str, Any]:
    care = Template(
        id="7895", name="day", tag="CUSTOMER_CARE", params=GAPS, text="Bé <child>", price=200
    )
    return {
        "clock": clock,
        "zalo_balance": 1_000,
        "zalo_zbs_daily": 4,
        "zalo_templates": (
            care,
            Template(id="1", name="absence", params=GAPS[:1], by_uid=False, daily=1),
            Template(id="2", name="new", status="PENDING_REVIEW"),
        ),
    }


def form(**more: object) -> dict[str, object]:
    told = {"phone": PHONE, "template_id": "7895", "template_data": {"child": "An"}}
    return told | {"tracking_id": "t1"} | more


def send(stage: Stage, told: object = None, path: str = "", **headers: str) -> dict[str, Any]:
    url = f"/message/template{path}"
    answer = stage.http.post(url, json=form() if told is None else told, headers=headers or TOKEN)
    assert answer.status_code == 200
    assert {"x-ratelimit-limit", "x-ratelimit-remain"} <= set(answer.headers)
    found: dict[str, Any] = answer.json()
    return found


def test_a_template_reaches_a_phone(stage: Stage) -> None:
    told = send(stage)
    assert (told["error"], told["message"]) == (0, "Success")
    assert told["data"]["quota"] == {"dailyQuota": "4", "remainingQuota": "3"}
    assert told["data"]["sending_mode"] == "1"
    [message] = stage.arrived("zbs")
    assert (message["address"], message["text"], message["reference"]) == (PHONE, "Bé An", "t1")


def test_its_receipt_says_whose_it_is_and_when(stage: Stage) -> None:
    message_id = send(stage)["data"]["msg_id"]
    [call] = stage.ears.heard(1)
    told = json.loads(call.body)
    assert call.headers["x-zevent-server"] == "ZNS"
    assert told["event_name"] == "user_received_message"
    assert told["recipient"] == {"id": PHONE}
    assert told["message"] == {
        "msg_id": message_id,
        "tracking_id": "t1",
        "delivery_time": told["timestamp"],
    }
    status = stage.http.get(f"/message/status?message_id={message_id}", headers=TOKEN).json()
    assert status["data"]["status"] == 1
    assert status["data"]["delivery_time"] == told["timestamp"]
    unknown = stage.http.get("/message/status?message_id=x", headers=TOKEN).json()
    assert unknown["data"]["status"] == -1


def test_a_hashed_number_is_as_good(stage: Stage) -> None:
    stage.door("people", {"channel": "zbs", "address": f"+{PHONE}"})
    told = form() | {"hash_phone": hashlib.sha256(PHONE.encode()).hexdigest()}
    del told["phone"]
    assert told["hash_phone"] == "116ce31ae9170769b075a11dedca1198f41d30318334919fb90917e9c617b438"
    assert send(stage, told, "/hashphone")["error"] == 0
    assert send(stage, told | {"hash_phone": "0" * 64}, "/hashphone")["error"] == -108


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (form(phone="0987654321"), -108),
        (form(phone="84123"), -108),
        (form(template_id="9"), -109),
        (form(template_id="2"), -131),
        (form(template_data={}), -111),
        (form(template_data="x"), -111),
        (form(template_data={"meals": "3"}), -1122),
        (form(template_data={"child": "x" * 11}), -1121),
        (form(template_data={"child": "x"}), -1124),
        (form(template_data={"child": 5}), -112),
        (form(template_data={"child": "An", "meals": "ba"}), -1124),
        (form(tracking_id="x" * 49), -132),
        (form(sending_mode="2"), -161),
        ([], -121),
    ],
)
def test_a_wrong_template_is_refused(stage: Stage, told: object, code: int) -> None:
    assert send(stage, told)["error"] == code
    assert stage.arrived("zbs") == []


def test_lengths_are_those_of_nfc(stage: Stage) -> None:
    assert send(stage, form(template_data={"child": "a\u0301" * 10}))["error"] == 0


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"unknown": True}, -118),
        ({"deaf": True}, -119),
        ({"inactive": True}, -114),
        ({"restricted": ["CUSTOMER_CARE"]}, -139),
        ({"restricted": ["PROMOTION"]}, 0),
        ({"blocked": True}, -141),
    ],
)
def test_a_number_may_be_out_of_reach(stage: Stage, person: dict[str, Any], code: int) -> None:
    stage.door("people", {"channel": "zbs", "address": PHONE, **person})
    assert send(stage)["error"] == code


def test_at_night_only_transactions_leave(stage: Stage, clock: Clock) -> None:
    clock.now = NIGHT
    assert send(stage)["error"] == -133
    assert send(stage, form(template_id="1"))["error"] == 0


def test_quotas_and_the_balance_end(stage: Stage) -> None:
    assert send(stage, form(template_id="1"))["error"] == 0
    assert send(stage, form(template_id="1"))["error"] == -147
    assert [send(stage)["error"] for _ in range(4)] == [0, 0, 0, -144]


class TestPoor:
    @pytest.fixture
    def config(self) -> dict[str, Any]:
        care = Template(id="7895", name="day", params=GAPS, price=200)
        return {"zalo_balance": 399, "zalo_templates": (care,)}

    def test_money_ends(self, stage: Stage) -> None:
        assert [send(stage)["error"] for _ in range(2)] == [0, -115]


@pytest.mark.parametrize(
    "headers", [{"access_token": "wrong"}, {"Authorization": "Bearer zalo-token"} | TOKEN]
)
def test_a_stranger_has_this_hosts_own_number(stage: Stage, headers: dict[str, str]) -> None:
    assert send(stage, **headers)["error"] == -124


def test_templates_are_listed_and_described(stage: Stage) -> None:
    told = stage.http.get("/template/all?offset=0&limit=100&status=1", headers=TOKEN).json()
    assert [one["templateName"] for one in told["data"]] == ["day", "absence"]
    one = stage.http.get("/template/info/v2?template_id=7895", headers=TOKEN).json()["data"]
    assert one["listParams"] == list(GAPS)
    assert (one["price_sdt"], one["templateTag"]) == (200, "CUSTOMER_CARE")
    gone = stage.http.get("/template/info/v2?template_id=0", headers=TOKEN).json()
    assert gone["error"] == -109


def by_uid(stage: Stage, **more: object) -> dict[str, Any]:
    told = {"user_id": USER, "template_id": "7895", "template_data": {"child": "An"}} | more
    answer = stage.http.post("/v3.0/oa/message/template", json=told, headers=TOKEN)
    found: dict[str, Any] = answer.json()
    return found


def test_a_template_may_go_to_a_user(stage: Stage, clock: Clock) -> None:
    told = by_uid(stage)
    assert told["error"] == 0
    assert told["data"]["user_id"] == USER
    assert by_uid(stage, template_id="1")["error"] == -249
    assert by_uid(stage, template_data={"child": 1})["error"] == -201
    clock.now = NIGHT
    assert by_uid(stage)["error"] == -234


class TestLimits:
    @pytest.fixture
    def config(self, clock: Clock) -> dict[str, Any]:
        care = Template(id="7895", name="day", params=GAPS)
        limits = {"zalo_oa_limit": 1, "zalo_app_limit": 4}
        return {"clock": clock, "zalo_templates": (care,), **limits}

    def test_templates_stand_outside_the_accounts_bucket(self, stage: Stage) -> None:
        assert [send(stage)["error"], by_uid(stage)["error"]] == [0, 0]
        from_oa = [stage.http.get("/v2.0/oa/getoa", headers=TOKEN).json() for _ in range(2)]
        assert [one["error"] for one in from_oa] == [0, -32]
        assert from_oa[1]["message"] == "Your OA reached limit call api"
        last = send(stage)
        assert last["message"] == "Your application reached limit call api"


@pytest.mark.parametrize("outcome", [{"error": -100}, {"http_after": 502}, "html_after"])
def test_outcomes_are_played_by_number(stage: Stage, outcome: object) -> None:
    stage.script("zbs", f"+{PHONE}", outcome)
    answer = stage.http.post("/message/template", json=form(), headers=TOKEN)
    after = isinstance(outcome, str) or "error" not in str(outcome)
    assert len(stage.arrived("zbs")) == after
    assert (b'"error":0' in answer.content) is False
