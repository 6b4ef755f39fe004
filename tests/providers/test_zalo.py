"""Zalo's Official Account interface (shared/reference/zalo.md §2–5, §9, §11)."""

import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.simulator.zalo_hooks import sign
from tests.providers.conftest import Stage
from tests.providers.ears import Call

SEND = "/v3.0/oa/message/cs"
USER = "2512523625412515"
TOKEN = {"access_token": "zalo-token"}


def body(text: str = "Bé An đã đến lớp.", user: object = USER, **more: object) -> dict[str, Any]:
    return {"recipient": {"user_id": user}, "message": {"text": text, **more}}


def send(stage: Stage, told: object = None, **headers: str) -> dict[str, Any]:
    answer = stage.http.post(SEND, json=told or body(), headers=headers or TOKEN)
    assert answer.status_code == 200
    said: dict[str, Any] = answer.json()
    return said


def test_the_documents_signature_vector() -> None:
    raw = (
        '{"app_id":"1234567890123456789","sender":{"id":"2512523625412515"},'
        '"recipient":{"id":"388613280878808645"},"user_id_by_app":"552177279717587730",'
        '"event_name":"user_send_text","message":{"text":"Xin chào",'
        '"msg_id":"96d3cdf3af150460909"},"timestamp":"1793775757000"}'
    ).encode()
    assert len(raw) == 265
    mac = sign("1234567890123456789", raw, "1793775757000", "zaloOASecret")
    assert mac == "mac=48bcccc219dab9942e7b8e2657bed045a99bef0f2fbf9c23c1e6a1806a8e135f"
    escaped = raw.replace("à".encode(), b"\\u00e0")
    other = sign("1234567890123456789", escaped, "1793775757000", "zaloOASecret")
    assert other.startswith("mac=754fed37")
    assert other.endswith("d1f9")


def test_an_accepted_message_is_answered_in_words(stage: Stage) -> None:
    answer = stage.http.post(SEND, json=body(), headers=TOKEN)
    told = answer.json()
    assert (told["error"], told["message"]) == (0, "Success")
    assert told["data"]["user_id"] == USER
    assert all(isinstance(told["data"][key], str) for key in ("message_id", "sent_time"))
    assert len(told["data"]["sent_time"]) == 13
    assert {"x-ratelimit-limit", "x-ratelimit-remain"} <= set(answer.headers)
    [message] = stage.arrived("zalo")
    assert message["provider_id"] == told["data"]["message_id"]
    assert message["text"] == "Bé An đã đến lớp."


@pytest.mark.parametrize(
    ("headers", "code", "words"),
    [
        ({"Authorization": "Bearer zalo-token"}, -216, "Access token is invalid"),
        ({"access_token": "wrong"}, -216, "Access token is invalid"),
        ({"x": "y"}, -216, "Access token is invalid"),
    ],
)
def test_only_the_access_token_header_opens(
    stage: Stage, headers: dict[str, str], code: int, words: str
) -> None:
    assert send(stage, **headers) == {"error": code, "message": words}
    assert stage.arrived() == []


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (body("ạ" * 2_001), -210),
        (body(""), -201),
        (body(user=2512523625412515), -201),
        (body(user="not-an-id"), -201),
        ({"message": {"text": "x"}}, -201),
        ([], -201),
    ],
)
def test_a_wrong_message_is_refused_with_http_200(stage: Stage, told: object, code: int) -> None:
    assert send(stage, told or [1])["error"] == code


def test_two_thousand_characters_pass(stage: Stage) -> None:
    assert send(stage, body("ạ" * 2_000))["error"] == 0


def buttons(count: int, title: str = "Có") -> dict[str, Any]:
    one = {"title": title, "type": "oa.query.hide", "payload": "yes"}
    return {"attachment": {"type": "template", "payload": {"buttons": [one] * count}}}


@pytest.mark.parametrize(
    ("more", "code"), [(buttons(5), 0), (buttons(6), -210), (buttons(1, "x" * 101), -201)]
)
def test_five_buttons_are_the_most(stage: Stage, more: dict[str, Any], code: int) -> None:
    assert send(stage, body(**more))["error"] == code


@pytest.mark.parametrize(
    ("person", "code"),
    [
        ({"follows": False}, -213),
        ({"blocked": True}, -217),
        ({"restricted": True}, -244),
        ({"inactive": True}, -227),
        ({"last_interaction": None}, -232),
        ({"last_interaction": (datetime.now(UTC) - timedelta(days=8)).isoformat()}, -230),
        ({"last_interaction": (datetime.now(UTC) - timedelta(days=6)).isoformat()}, 0),
    ],
)
def test_a_person_may_be_out_of_reach(stage: Stage, person: dict[str, Any], code: int) -> None:
    stage.door("people", {"channel": "zalo", "address": USER, **person})
    assert send(stage)["error"] == code


def test_a_word_of_the_parent_opens_the_window_again(stage: Stage) -> None:
    stage.door("people", {"channel": "zalo", "address": USER, "last_interaction": None})
    assert send(stage)["error"] == -232
    stage.door("say", {"channel": "zalo", "address": USER, "text": "Chào cô"})
    assert send(stage)["error"] == 0
    events = [json.loads(call.body) for call in stage.ears.heard(1)]
    assert events[0]["event_name"] == "user_send_text"
    assert events[0]["sender"] == {"id": USER}
    assert events[0]["message"]["text"] == "Chào cô"


def events(stage: Stage, count: int) -> list[tuple[Call, dict[str, Any]]]:
    return [(call, json.loads(call.body)) for call in stage.ears.heard(count)]


def test_receipts_and_the_echo_are_signed_over_the_raw_bytes(stage: Stage) -> None:
    message_id = send(stage)["data"]["message_id"]
    heard = events(stage, 3)
    by_name = {told["event_name"]: told for _, told in heard}
    assert by_name["oa_send_text"]["message"]["msg_id"] == message_id
    assert by_name["user_received_message"]["message"] == {"msg_id": message_id}
    assert by_name["user_seen_message"]["message"] == {"msg_ids": [message_id]}
    for call, told in heard:
        assert told["sender"] == {"id": "388613280878808645"}
        assert told["recipient"] == {"id": USER}
        raw = told["app_id"].encode() + call.body + told["timestamp"].encode() + b"zaloOASecret"
        mac = call.headers["x-zevent-signature"]
        assert mac == f"mac={hashlib.sha256(raw).hexdigest()}"
        assert "num_retry" not in call.headers
    assert stage.arrived()[0]["state"] == "seen"


def test_a_webhook_that_fails_is_repeated_and_in_the_end_disabled(stage: Stage) -> None:
    stage.script("zalo", USER, {"receipt": "none"})
    stage.ears.answers.extend([500] * 4)
    send(stage)
    calls = stage.ears.heard(4)
    assert [call.headers.get("num_retry") for call in calls] == [None, "1", "2", "3"]
    assert len({call.body for call in calls}) == 1
    send(stage)
    time.sleep(0.3)
    assert len(stage.ears.calls) == 4
    assert stage.http.get("/_simulator/state").json()["zalo_webhook_enabled"] is False


@pytest.mark.parametrize(
    ("receipt", "names"),
    [
        ("none", []),
        ("twice", ["user_received_message"] * 2 + ["user_seen_message"] * 2),
        ("reordered", ["user_seen_message", "user_received_message"]),
    ],
)
def test_receipts_come_as_scripted(stage: Stage, receipt: str, names: list[str]) -> None:
    stage.script("zalo", USER, {"receipt": receipt})
    send(stage)
    heard = [told["event_name"] for _, told in events(stage, 1 + len(names))]
    time.sleep(0.3)
    assert [name for name in heard if name != "oa_send_text"] == names
    assert len(stage.ears.calls) == 1 + len(names)


class TestLimits:
    @pytest.fixture
    def config(self) -> dict[str, Any]:
        still = datetime(2026, 11, 23, 9, tzinfo=UTC)
        return {"zalo_oa_limit": 2, "zalo_app_limit": 3, "clock": lambda: still}

    def test_calls_of_a_minute_are_counted(self, stage: Stage) -> None:
        answers = [stage.http.post(SEND, json=body(), headers=TOKEN) for _ in range(4)]
        assert [a.headers["x-ratelimit-remain"] for a in answers] == ["1", "0", "0", "0"]
        assert [a.json()["error"] for a in answers] == [0, 0, -32, -32]
        assert answers[2].json()["message"] == "Your OA reached limit call api"
        assert answers[3].json()["message"] == "Your application reached limit call api"


def refresh(stage: Stage, token: str, secret: str = "zalo-app-secret") -> dict[str, Any]:
    form = {
        "refresh_token": token,
        "app_id": "1234567890123456789",
        "grant_type": "refresh_token",
    }
    answer = stage.http.post("/v4/oa/access_token", data=form, headers={"secret_key": secret})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_a_refresh_token_is_good_once_and_the_old_pair_dies(stage: Stage) -> None:
    fresh = refresh(stage, "zalo-refresh")
    assert fresh["expires_in"] == "90000"
    assert send(stage)["error"] == -220
    assert send(stage, access_token=fresh["access_token"])["error"] == 0
    again = refresh(stage, "zalo-refresh")
    assert "access_token" not in again
    assert {"error_name", "error_reason", "error_description"} == set(again)
    assert "access_token" in refresh(stage, fresh["refresh_token"])


def test_a_wrong_app_secret_spends_nothing(stage: Stage) -> None:
    assert "access_token" not in refresh(stage, "zalo-refresh", "wrong")
    assert "access_token" in refresh(stage, "zalo-refresh")


def test_users_are_asked_about_with_one_json_parameter(stage: Stage) -> None:
    asked = {"data": json.dumps({"user_id": USER})}
    told = stage.http.get("/v3.0/oa/user/detail", params=asked, headers=TOKEN).json()
    assert told["data"]["user_id"] == USER
    assert told["data"]["user_is_follower"] is True
    stage.door("people", {"channel": "zalo", "address": USER, "follows": False})
    told = stage.http.get("/v3.0/oa/user/detail", params=asked, headers=TOKEN).json()
    assert told == {"error": -213, "message": "User has not followed OA"}


def test_the_old_ways_to_send_are_shut_down(stage: Stage) -> None:
    told = stage.http.post("/v3.0/oa/message/transaction", json={}, headers=TOKEN).json()
    assert told == {"error": -240, "message": "MessageV2 API shut down"}


@pytest.mark.parametrize("code", [-32, -200, -211, -216, -218, -227, -248, -321])
def test_every_error_can_be_scripted(stage: Stage, code: int) -> None:
    stage.script("zalo", USER, {"error": code})
    assert send(stage)["error"] == code
    assert send(stage)["error"] == 0
