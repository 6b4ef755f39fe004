"""What Zalo is asked about templates that have left: their fate, and the day's quota."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from channels.accounts import Surroundings, ZaloAccount
from channels.zalo.zbs import Quota, ZbsAdapter
from contactbook.ports.channel import Channel, Heard, Receipt, TryAgain
from tests.channels.adapter_contract import NOW, all_at, run
from tests.channels.wire import HANG_UP, Request, http_provider, reply


def asked(said: bytes, what: Callable[[ZbsAdapter], Any]) -> tuple[Any, list[Request]]:
    async def story() -> tuple[Any, list[Request]]:
        async with http_provider(said) as there:
            account = ZaloAccount(access_token="t")
            adapter = ZbsAdapter(account, all_at(there.url), Surroundings(lambda: NOW))
            try:
                return await what(adapter), there.seen
            finally:
                await adapter.close()

    found: tuple[Any, list[Request]] = run(story())
    return found


@pytest.mark.parametrize(
    ("data", "arrived"),
    [
        ({"status": 1, "delivery_time": "1793775757000", "message": "…"}, True),
        ({"status": "1", "delivery_time": 1793775757000}, True),
        ({"status": 0, "message": "…"}, False),
        ({"status": -1}, False),
        ({}, False),
    ],
)
def test_an_unknown_outcome_is_asked_about(data: dict[str, object], arrived: bool) -> None:
    said = reply(200, {"error": 0, "data": data})
    found, [request] = asked(said, lambda ours: ours.ask("z1"))
    assert request.line == "GET /message/status?message_id=z1 HTTP/1.1"
    at = datetime.fromisoformat("2026-11-04T07:02:37+00:00")
    want = Receipt(Channel.ZBS, Heard.DELIVERED, None, "z1", at)
    assert found == (want if arrived else None)


def test_the_days_quota_is_asked_for() -> None:
    data = {"dailyQuota": "5000", "remainingQuota": 4999}
    found, [request] = asked(reply(200, {"error": 0, "data": data}), lambda ours: ours.ask_quota())
    assert request.line == "GET /message/quota HTTP/1.1"
    assert found == Quota(5000, 4999, NOW)


@pytest.mark.parametrize("said", [HANG_UP, reply(200, {"error": -100}), reply(500, b"")])
def test_a_question_without_an_answer_may_be_asked_again(said: bytes) -> None:
    with pytest.raises(TryAgain):
        asked(said, lambda ours: ours.ask("z1"))
