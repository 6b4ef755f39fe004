"""What Zalo is sent, and what its webhooks mean; the signature's vector is of zalo.md §11."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from channels.accounts import Surroundings, ZaloAccount
from channels.zalo import ZaloAdapter
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
    Forged,
    Heard,
    Incoming,
    OutcomeUnknown,
    Receipt,
)
from tests.channels.adapter_contract import (
    APP_ID,
    OA_SECRET,
    TAKEN,
    TEXT,
    adapter_at,
    answered,
    settings,
)
from tests.channels.wire import reply

VECTOR = (
    '{"app_id":"1234567890123456789","sender":{"id":"2512523625412515"},'
    '"recipient":{"id":"388613280878808645"},"user_id_by_app":"552177279717587730",'
    '"event_name":"user_send_text","message":{"text":"Xin chào","msg_id":"96d3cdf3af150460909"},'
    '"timestamp":"1793775757000"}'
).encode()
MAC = "48bcccc219dab9942e7b8e2657bed045a99bef0f2fbf9c23c1e6a1806a8e135f"
AT = datetime(2026, 11, 4, 7, 2, 37, tzinfo=UTC)  # the vector's timestamp


def read(body: bytes, mac: str, **more: Any) -> list[Receipt | Incoming]:  # noqa: ANN401 settings
    ours = adapter_at(Channel.ZALO, "http://127.0.0.1:9", **more)
    return list(ours.read(Callback("POST", "oa", {}, {"x-zevent-signature": mac}, body)))


def signed(event: dict[str, Any], secret: str = OA_SECRET) -> tuple[bytes, str]:
    body = json.dumps(event, ensure_ascii=False).encode()
    plain = APP_ID.encode() + body + str(event.get("timestamp", "")).encode() + secret.encode()
    return body, "mac=" + hashlib.sha256(plain).hexdigest()


def told(event: dict[str, Any]) -> list[Receipt | Incoming]:
    return read(*signed({"app_id": APP_ID, "timestamp": "1793775757000"} | event))


def test_the_request_is_the_one_of_the_documents() -> None:
    came, there = answered(Channel.ZALO, TAKEN[Channel.ZALO])
    [request] = there.seen
    assert request.line == "POST /v3.0/oa/message/cs HTTP/1.1"
    assert request.headers["access_token"] == "zalo-token-xyz"
    assert "authorization" not in request.headers
    assert request.json == {
        "recipient": {"user_id": "2512523625412515"},
        "message": {"text": TEXT},
    }
    assert came == Accepted("63ecf4")
    assert not ZaloAdapter.repeatable


@pytest.mark.parametrize("error", [None, "x", True, [], 0.0])
def test_an_answer_without_a_number_is_unknown(error: object) -> None:
    came, _ = answered(Channel.ZALO, reply(200, {"error": error, "data": {}}))
    assert type(came) is OutcomeUnknown


def test_a_number_in_quotes_is_read() -> None:
    came, _ = answered(Channel.ZALO, reply(200, {"error": "0", "data": {"message_id": "m1"}}))
    assert came == Accepted("m1")


def test_the_vector_of_the_documents_is_believed() -> None:
    assert len(VECTOR) == 265
    said = Incoming(Channel.ZALO, "2512523625412515", "Xin chào", "96d3cdf3af150460909", AT)
    assert read(VECTOR, f"mac={MAC}") == [said]
    assert read(VECTOR, f" MAC={MAC.upper()} ") == [said]


def test_the_same_event_in_other_bytes_is_forged() -> None:
    again = json.dumps(json.loads(VECTOR), separators=(",", ":")).encode()
    assert b"\\u00e0" in again
    with pytest.raises(Forged):
        read(again, f"mac={MAC}")


@pytest.mark.parametrize(
    "more",
    [
        {"zalo_webhook_secrets": []},
        {"zalo_webhook_secrets": ["other"]},
        {"zalo_app_id": ""},
        {"zalo_app_id": "1"},
    ],
)
def test_without_the_right_secret_or_app_nothing_is_believed(more: dict[str, Any]) -> None:
    with pytest.raises(Forged):
        read(VECTOR, f"mac={MAC}", **more)


@pytest.mark.parametrize("mac", ["", "mac=", MAC[:-1], "mac=à", f"mac={MAC}0"])
def test_a_wrong_mac_is_forged(mac: str) -> None:
    with pytest.raises(Forged):
        read(VECTOR, mac)


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000, b'"x"', b"9" * 5000])
def test_what_is_no_event_is_forged(body: bytes) -> None:
    mac = hashlib.sha256(APP_ID.encode() + body + OA_SECRET.encode()).hexdigest()
    with pytest.raises(Forged):
        read(body, f"mac={mac}")


def test_receipts() -> None:
    arrived = {"event_name": "user_received_message", "message": {"msg_id": "63ecf4"}}
    assert told(arrived) == [Receipt(Channel.ZALO, Heard.DELIVERED, None, "63ecf4", AT)]
    seen = {"event_name": "user_seen_message", "message": {"msg_ids": ["a1", "b2", "", None, {}]}}
    assert told(seen) == [
        Receipt(Channel.ZALO, Heard.READ, None, "a1", AT),
        Receipt(Channel.ZALO, Heard.READ, None, "b2", AT),
    ]


@pytest.mark.parametrize(
    "event",
    [
        {"event_name": "oa_send_text", "message": {"msg_id": "a", "text": "our own"}},
        {"event_name": "follow", "follower": {"id": "1"}},
        {"event_name": "user_reacted_message", "message": {"msg_id": "a"}},
        {"event_name": "user_received_message"},
        {"event_name": "user_received_message", "message": []},
        {"event_name": "user_seen_message", "message": {"msg_ids": "a1"}},
        {"event_name": "user_send_text", "message": {"text": "without a sender"}},
        {"event_name": "user_send_text", "sender": {"id": "1"}, "message": {"text": 5}},
        {"event_name": ["user_send_text"]},
        {},
    ],
)
def test_echoes_and_unknown_kinds_say_nothing(event: dict[str, Any]) -> None:
    assert told(event) == []


@pytest.mark.parametrize("timestamp", ["", "soon", None, [], 10**30, "9" * 5000, -(10**18)])
def test_a_moment_that_is_none_is_left_out(timestamp: object) -> None:
    event = {"event_name": "user_received_message", "message": {"msg_id": "a"}}
    [receipt] = told(event | {"timestamp": timestamp})
    assert receipt.at is None


def test_words_are_made_fit_to_be_kept() -> None:
    message = {"text": "Be\u0301\u0000 An", "msg_id": "m"}
    [said] = told({"event_name": "user_send_text", "sender": {"id": "7"}, "message": message})
    assert isinstance(said, Incoming)
    assert said.text == "Bé An"


def test_zalo_needs_a_token() -> None:
    with pytest.raises(ValueError, match="not configured"):
        ZaloAdapter(ZaloAccount(), settings(), Surroundings())
