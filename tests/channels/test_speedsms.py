"""What SpeedSMS is sent, what its answers mean, and what it tells us afterwards."""

import base64
import json
import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import speedsms
from channels.adapters import PROVIDERS
from contactbook.ports.account import AccountState, Answers
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Channel,
    Forged,
    GiveUp,
    Gone,
    Heard,
    Incoming,
    OutcomeUnknown,
    Receipt,
    SendFailed,
    TryAgain,
)
from tests.channels.sms_providers import PLAIN, SECRET, adapter, asked, sent, sms
from tests.channels.wire import HANG_UP, SILENCE, reply

TAKEN = {
    "status": "success",
    "code": "00",
    "data": {"tranId": 123456, "totalSMS": 1, "totalPrice": 250, "invalidPhone": []},
}
REPORT = {"type": "report", "tranId": "123456", "phone": "84901888484", "status": 0}
# Written from the documents a second time, not read from the adapter.
TABLE: dict[type[SendFailed], str] = {
    AccountUnusable: "007 008 009 300",
    GiveUp: "101 110 113",
    Gone: "105",
    OutcomeUnknown: "500 999 1 00 abc",
}
ROWS = [(code, kind) for kind, codes in TABLE.items() for code in codes.split()]


def read(said: object, path: str = f"speedsms/{SECRET}", method: str = "POST") -> list[Any]:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return list(adapter("speedsms", "http://127.0.0.1:9").read(Callback(method, path, body=body)))


def test_the_request_is_the_one_of_the_documents() -> None:
    came, there = sent("speedsms", reply(200, TAKEN))
    assert came == Accepted("123456", units=1, cost_vnd=250)
    [request] = there.seen
    assert request.line == "POST /sms/send HTTP/1.1"
    assert request.json == {
        "to": ["84901888484"],
        "content": PLAIN,
        "sms_type": 3,
        "sender": "HOAMAI",
    }
    given = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    assert given == "speedsms-token:x"


def test_a_random_number_has_no_name() -> None:
    _, there = sent("speedsms", reply(200, TAKEN), sms_type=2)
    assert there.seen[0].json == {"to": ["84901888484"], "content": PLAIN, "sms_type": 2}


def test_the_price_is_ours_where_speedsms_names_none() -> None:
    data = {"tranId": 123456, "totalPrice": "?"}
    came, _ = sent("speedsms", reply(200, TAKEN | {"data": data}))
    assert came == Accepted("123456", units=1, cost_vnd=850)


def test_a_number_it_calls_invalid_is_given_up() -> None:
    data = {"tranId": 123456, "totalSMS": 0, "totalPrice": 0, "invalidPhone": ["84901888484"]}
    assert type(sent("speedsms", reply(200, TAKEN | {"data": data}))[0]) is Gone


@pytest.mark.parametrize(("code", "kind"), ROWS)
@pytest.mark.parametrize("status", [200, 400])
def test_every_row_of_its_table(status: int, code: str, kind: type[SendFailed]) -> None:
    said = {"status": "error", "code": code, "message": "…", "invalidPhone": []}
    assert type(sent("speedsms", reply(status, said))[0]) is kind


def test_the_adapter_knows_no_code_that_this_page_does_not() -> None:
    known = {code for code, kind in ROWS if kind is not OutcomeUnknown} | {"500"}
    assert set(speedsms.ANSWERS) == known
    assert all(row.meaning for row in speedsms.ANSWERS.values())


@pytest.mark.parametrize("answer", [HANG_UP, SILENCE, reply(200, b"<html>"), reply(502, b"")])
def test_what_left_and_was_not_answered_is_unknown_and_never_repeatable(answer: bytes) -> None:
    came, _ = sent("speedsms", answer)
    assert type(came) is OutcomeUnknown
    assert not adapter("speedsms", "http://127.0.0.1:9").repeatable


def test_a_wrong_token_pauses_the_account() -> None:
    assert type(sent("speedsms", reply(401, b"<html>"))[0]) is AccountUnusable


@pytest.mark.parametrize(
    ("status", "heard", "means"),
    [
        (0, Heard.DELIVERED, None),
        ("0", Heard.DELIVERED, None),
        (1, Heard.FAILED, TryAgain),
        (63, Heard.FAILED, TryAgain),
        (64, Heard.FAILED, None),
        (200, Heard.FAILED, None),
        (-1, None, None),
        ("many", None, None),
        (True, None, None),
        (None, None, None),
        (0.5, None, None),
    ],
)
def test_a_report_becomes_a_receipt(
    status: object, heard: Heard | None, means: type[SendFailed] | None
) -> None:
    said = read(REPORT | {"status": status})
    assert [(one.heard, one.provider_id, one.means) for one in said] == (
        [(heard, "123456", means)] if heard else []
    )


def test_a_failures_reason_says_the_status() -> None:
    assert read(REPORT | {"status": 64})[0].reason == "SpeedSMS status 64"


@pytest.mark.parametrize("kind", ["sms", "incoming"])
@pytest.mark.parametrize("name", ["content", "message"])
@pytest.mark.parametrize("phone", ["84901888484", "0901888484", "+84901888484"])
def test_a_parents_text_comes_in_under_either_name(kind: str, name: str, phone: str) -> None:
    said = read({"type": kind, "tranId": "77", "phone": phone, name: "NGU\u031bNG"})
    assert said == [Incoming(Channel.SMS, "+84901888484", "NG\u01afNG", provider_id="77")]


@pytest.mark.parametrize(
    "said",
    [
        {"type": "sms", "phone": "1900", "content": "x"},
        {"type": "sms", "phone": "84901888484"},
        {"type": "sms", "phone": "84901888484", "content": 5},
        {"type": "other", "phone": "84901888484", "content": "x"},
        {"type": ["report"]},
        {},
        b"",
        b"[1]",
        b"\xff",
    ],
)
def test_what_means_nothing_is_nothing(said: object) -> None:
    assert read(said) == []


@pytest.mark.parametrize(
    "path", ["", "speedsms", "speedsms/", "speedsms/wrong", f"esms/{SECRET}", f"speedsms/{SECRET}x"]
)
def test_a_path_without_our_secret_is_forged(path: str) -> None:
    with pytest.raises(Forged):
        read(REPORT, path)


def test_without_a_secret_nobody_is_believed() -> None:
    deaf = adapter("speedsms", "http://127.0.0.1:9", callback_secret=None)
    assert not deaf.hears
    with pytest.raises(Forged):
        deaf.read(Callback("POST", "speedsms/", body=json.dumps(REPORT).encode()))


def test_a_get_says_nothing() -> None:
    assert read(REPORT, method="GET") == []


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


@given(
    said=st.dictionaries(
        st.sampled_from(["type", "tranId", "phone", "status", "content", "id"]),
        junk | st.sampled_from(["report", "sms", "84901888484"]),
    )
)
def test_it_may_say_anything(said: dict[str, object]) -> None:
    assert all(isinstance(one, Receipt | Incoming) for one in read(said))


def test_it_can_be_asked_of_a_message_and_of_the_account() -> None:
    assert isinstance(adapter("speedsms", "http://127.0.0.1:9"), Answers)
    told = {"status": "success", "code": "00", "data": [{"phone": "84901888484", "status": 0}]}
    came, there = asked("speedsms", reply(200, told), lambda ours: ours.ask("123456"))
    assert came == Receipt(Channel.SMS, Heard.DELIVERED, provider_id="123456")
    assert there.seen[0].line == "GET /sms/status/123456 HTTP/1.1"
    money = {"email": "a@b.example", "balance": 36693, "currency": "VND"}
    told = {"status": "success", "code": "00", "data": money}  # type: ignore[dict-item]
    came, there = asked("speedsms", reply(200, told), lambda ours: ours.account_state())
    assert came == AccountState(balance_vnd=36693)
    assert there.seen[0].line == "GET /user/info HTTP/1.1"


@pytest.mark.parametrize(
    "said",
    [
        {"status": "success", "code": "00", "data": []},
        {"status": "success", "code": "00", "data": {"state": 0}},
        {"status": "error", "code": "101"},
        {},
    ],
)
def test_a_status_that_cannot_be_read_is_not_known_yet(said: object) -> None:
    came, _ = asked("speedsms", reply(200, said), lambda ours: ours.ask("123456"))
    assert came is None


def test_failures_name_no_person_no_text_and_no_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said = {"status": "error", "code": "101", "message": f"84901888484 {PLAIN}"}
    came, _ = sent("speedsms", reply(200, said), sms())
    for private in (PLAIN, "901888484", "speedsms-token"):
        assert private not in str(came) + caplog.text


def test_it_is_a_provider_of_sms() -> None:
    assert PROVIDERS["speedsms"].channel is Channel.SMS
