"""What python-telegram-bot sends for us, and what Telegram's updates mean."""

import json
from datetime import timedelta
from typing import Any

import pytest

from channels.telegram.adapter import TelegramAdapter
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
    Forged,
    Incoming,
    Moved,
    NotReachable,
    OutcomeUnknown,
    Receipt,
    SendFailed,
    TryAgain,
)
from tests.channels.adapter_contract import (
    TAKEN,
    TELEGRAM_SECRET,
    adapter_at,
    answered,
    outgoing,
)
from tests.channels.wire import reply

FLOOD = "Too Many Requests: retry after 3"


def read(update: object, secret: str = TELEGRAM_SECRET, **more: Any) -> list[Receipt | Incoming]:  # noqa: ANN401 settings
    ours = adapter_at(Channel.TELEGRAM, "http://127.0.0.1:9", **more)
    headers = {"x-telegram-bot-api-secret-token": secret}
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    return list(ours.read(Callback("POST", "bot", {}, headers, body)))


def flooded(parameters: object, **headers: str) -> SendFailed | Accepted:
    said = {"ok": False, "error_code": 429, "description": FLOOD, "parameters": parameters}
    came, _ = answered(Channel.TELEGRAM, reply(429, said, **headers))
    return came


def test_the_request_is_plain_private_and_without_a_preview() -> None:
    text = "Bé <b>An</b> & *bạn* https://hoasen.example/x"
    came, there = answered(
        Channel.TELEGRAM, TAKEN[Channel.TELEGRAM], outgoing(Channel.TELEGRAM, text)
    )
    [request] = there.seen
    assert request.line == "POST /bot123:telegram-token-xyz/sendMessage HTTP/1.1"
    form = request.form
    assert json.loads(form.pop("link_preview_options")) == {"is_disabled": True}
    assert form == {"chat_id": "55", "text": text}
    assert came == Accepted("7")
    assert not TelegramAdapter.repeatable


@pytest.mark.parametrize("setting", ["1", "true", "false"])
def test_a_flood_waits_as_long_as_told(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", setting)
    came = flooded({"retry_after": 3})
    assert isinstance(came, TryAgain)
    assert came.after == timedelta(seconds=3)


@pytest.mark.parametrize(
    ("parameters", "header", "seconds"),
    [
        ({"retry_after": 30_000}, "1", 30_000),
        ({"retry_after": 10**40}, "1", 86_400),
        ({"retry_after": 0}, "1", 1),
        ({"retry_after": -4}, "1", 1),
        ({"retry_after": "soon"}, "5", 5),
        ({"retry_after": True}, "5", 5),
        (None, "5", 5),
        ([], "5", 5),
    ],
)
def test_a_flood_of_odd_numbers(parameters: object, header: str, seconds: int) -> None:
    came = flooded(parameters, Retry_After=header)
    assert isinstance(came, TryAgain)
    assert came.after == timedelta(seconds=seconds)


def test_a_flood_that_comes_as_another_status_is_one_too() -> None:
    said = {"ok": False, "description": FLOOD, "parameters": {"retry_after": 3}}
    came, _ = answered(Channel.TELEGRAM, reply(400, said))
    assert isinstance(came, TryAgain)
    assert came.after == timedelta(seconds=3)


def test_a_chat_that_moved_is_written_to_where_it_is_now() -> None:
    said = {"ok": False, "description": "…", "parameters": {"migrate_to_chat_id": -1001}}
    came, _ = answered(Channel.TELEGRAM, reply(400, said))
    assert isinstance(came, Moved)
    assert came.to == "-1001"


@pytest.mark.parametrize(
    "said",
    [
        {"ok": True},
        {"ok": True, "result": {}},
        {"ok": True, "result": None},
        {"ok": True, "result": {"message_id": 7}},
        {"ok": False, "description": "odd"},
        {"result": "yes"},
    ],
)
def test_a_yes_that_is_none_is_unknown(said: dict[str, Any]) -> None:
    came, _ = answered(Channel.TELEGRAM, reply(200, said))
    assert type(came) is OutcomeUnknown


@pytest.mark.parametrize(
    "parameters", [[], "x", {"retry_after": "soon"}, {"migrate_to_chat_id": []}]
)
@pytest.mark.parametrize("description", ["x", 5, None, {}])
def test_a_no_of_any_shape_is_an_outcome(parameters: object, description: object) -> None:
    said = {"ok": False, "description": description, "parameters": parameters}
    came, _ = answered(Channel.TELEGRAM, reply(403, said))
    assert isinstance(came, SendFailed)


@pytest.mark.parametrize("address", ["", "@mother", "5 5", "٥٥", "1" * 40, "55\n"])
def test_what_is_no_chat_is_not_tried(address: str) -> None:
    message = outgoing(Channel.TELEGRAM, address=address)
    came, there = answered(Channel.TELEGRAM, TAKEN[Channel.TELEGRAM], message)
    assert isinstance(came, NotReachable)
    assert not there.seen


@pytest.mark.parametrize("secret", ["", "wrong", TELEGRAM_SECRET + "x", "à"])
def test_an_update_without_our_secret_is_forged(secret: str) -> None:
    with pytest.raises(Forged):
        read({"update_id": 1}, secret)


def test_without_a_secret_of_ours_nothing_is_believed() -> None:
    with pytest.raises(Forged):
        read({"update_id": 1}, "", telegram_webhook_secret=None)
