"""What FPT is sent, how its token lives, and what its answers mean."""

import asyncio
import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from channels import fpt
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Forged,
    GiveUp,
    OutcomeUnknown,
    SendFailed,
    TryAgain,
)
from tests.channels.adapter_contract import NOW, REFERENCE, run, tried
from tests.channels.sms_providers import PLAIN, adapter, sent, sms
from tests.channels.wire import HANG_UP, SILENCE, Request, http_provider, reply

TAKEN = {"MessageId": "fpt-77", "Phone": "0901888484", "BrandName": "HOAMAI"}
# Written from the documents a second time, not read from the adapter.
TABLE: dict[type[Accepted | SendFailed], str] = {
    Accepted: "2501 1",
    AccountUnusable: "1008 1011 1013",
    GiveUp: "2513 2 -8 2518 5 -20 2519 6 -18",
    OutcomeUnknown: "3 -1 9999 abc",
}
ROWS = [(code, kind) for kind, codes in TABLE.items() for code in codes.split()]


class Gateway:
    """Tokens t1, t2, …; pushes answered one after the other as told, the last one for ever."""

    def __init__(self, *pushes: object, tokens: Callable[[int], bytes] | None = None) -> None:
        self.pushes = [one if isinstance(one, bytes) else reply(200, one) for one in pushes]
        self.tokens, self.given = tokens, 0

    def __call__(self, request: Request) -> bytes:
        if "/oauth2/token" in request.line:
            self.given += 1
            token = {"access_token": f"t{self.given}", "expires_in": 3600}
            return self.tokens(self.given) if self.tokens else reply(200, token)
        return self.pushes.pop(0) if len(self.pushes) > 1 else self.pushes[0]


def tokens_used(seen: list[Request]) -> list[str]:
    return [one.json["access_token"] for one in seen if "push" in one.line]


def test_the_requests_are_those_of_the_documents() -> None:
    came, there = sent("fpt", Gateway(TAKEN))
    assert came == Accepted("fpt-77", units=1, cost_vnd=850)
    ask, push = there.seen
    assert ask.line == "POST /oauth2/token HTTP/1.1"
    session = ask.json["session_id"]
    assert len(session) >= 16
    assert ask.json == {
        "grant_type": "client_credentials",
        "client_id": "fpt-client",
        "client_secret": "fpt-secret",
        "scope": "send_brandname_otp",
        "session_id": session,
    }
    assert push.line == "POST /api/push-brandname-otp HTTP/1.1"
    assert push.json == {
        "access_token": "t1",
        "session_id": session,
        "BrandName": "HOAMAI",
        "Phone": "0901888484",
        "Message": base64.b64encode(PLAIN.encode()).decode(),
        "RequestId": REFERENCE.hex,
    }
    assert "authorization" not in push.headers


def test_newer_gateways_want_the_token_in_the_header() -> None:
    _, there = sent("fpt", Gateway(TAKEN), token_in="header")
    assert there.seen[1].headers["authorization"] == "Bearer t1"
    assert "access_token" not in there.seen[1].json


def test_accents_travel_as_utf_8() -> None:
    _, there = sent("fpt", Gateway(TAKEN), sms("Bé Đạt ngoan"), accented=True)
    assert base64.b64decode(there.seen[1].json["Message"]).decode() == "Bé Đạt ngoan"


@pytest.mark.parametrize("name", ["error", "ErrorCode", "code"])
@pytest.mark.parametrize(("code", "kind"), ROWS)
def test_every_row_of_its_table(code: str, kind: type[SendFailed], name: str) -> None:
    said = {name: int(code) if code.lstrip("-").isdecimal() else code, "error_description": "…"}
    came, there = sent("fpt", Gateway(said))
    assert type(came) is kind
    assert len(there.seen) == (4 if code in {"1011", "1013"} else 2)  # a token, and a second one


def test_the_adapter_knows_no_code_that_this_page_does_not() -> None:
    known = {code for code, kind in ROWS if kind is not OutcomeUnknown}
    assert set(fpt.ANSWERS) | set(fpt.TAKEN) == known
    assert all(row.meaning for row in fpt.ANSWERS.values())


@pytest.mark.parametrize("code", [1011, 1013])
def test_a_stale_token_is_renewed_once(code: int) -> None:
    came, there = sent("fpt", Gateway({"error": code}, TAKEN))
    assert isinstance(came, Accepted)
    assert tokens_used(there.seen) == ["t1", "t2"]


def many(gateway: Gateway, count: int, *, minutes: tuple[float, ...] = (0.0,)) -> list[Any]:
    """`count` messages at once, at each of these minutes."""
    now = [NOW]

    def clock() -> datetime:
        return now[0]

    async def story() -> list[Any]:
        async with http_provider(gateway) as there:
            ours = adapter("fpt", there.url, clock=clock)
            came: list[Any] = []
            for minute in minutes:
                now[0] = NOW + timedelta(minutes=minute)
                came += await asyncio.gather(*(tried(ours, sms()) for _ in range(count)))
            await ours.close()
            return came

    result: list[Any] = run(story())
    return result


def test_many_at_once_ask_for_one_token() -> None:
    gateway = Gateway(TAKEN)
    assert all(isinstance(one, Accepted) for one in many(gateway, 20))
    assert gateway.given == 1


def test_many_at_once_with_a_stale_token_renew_it_once() -> None:
    stale = [{"error": 1013}] * 20
    gateway = Gateway(*stale, TAKEN)
    assert all(isinstance(one, Accepted) for one in many(gateway, 20))
    assert gateway.given == 2


def test_a_token_is_kept_for_3500_seconds() -> None:
    gateway = Gateway(TAKEN)
    many(gateway, 1, minutes=(0, 58, 58.32))
    assert gateway.given == 1
    many(again := Gateway(TAKEN), 1, minutes=(0, 58.34, 60, 116))
    assert again.given == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (HANG_UP, TryAgain),
        (SILENCE, TryAgain),
        (reply(500, b""), TryAgain),
        (reply(503, b""), TryAgain),
        (reply(200, b"<html>"), TryAgain),
        (reply(200, {}), TryAgain),
        (reply(200, {"access_token": 5}), TryAgain),
        (reply(200, {"error": 1008}), AccountUnusable),
        (reply(400, {"error": 1008}), AccountUnusable),
        (reply(401, b""), AccountUnusable),
        (reply(400, b""), AccountUnusable),
        (reply(404, b""), AccountUnusable),
    ],
)
def test_without_a_token_no_message_has_left(answer: bytes, kind: type[SendFailed]) -> None:
    came, there = sent("fpt", Gateway(TAKEN, tokens=lambda _: answer))
    assert type(came) is kind
    assert not [one for one in there.seen if "push" in one.line]


@pytest.mark.parametrize("answer", [HANG_UP, SILENCE, reply(200, b"<html>"), reply(502, b"")])
def test_what_left_and_was_not_answered_is_unknown_and_never_repeatable(answer: bytes) -> None:
    came, _ = sent("fpt", Gateway(answer))
    assert type(came) is OutcomeUnknown
    assert not adapter("fpt", "http://127.0.0.1:9").repeatable


def test_a_taken_message_without_an_id_is_in_doubt() -> None:
    assert type(sent("fpt", Gateway({"Phone": "0901888484"}))[0]) is OutcomeUnknown


def test_fpt_calls_nobody_back() -> None:
    ours = adapter("fpt", "http://127.0.0.1:9")
    assert not ours.hears
    with pytest.raises(Forged):
        ours.read(Callback("POST", "fpt/anything"))
