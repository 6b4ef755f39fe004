"""What Zalo's Official Account is sent, and what its answers mean."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from channels.accounts import Surroundings, ZaloAccount
from channels.zalo.adapter import ZaloAdapter
from channels.zalo.windows import Window, window
from contactbook.ports.channel import (
    Accepted,
    Button,
    Channel,
    GiveUp,
    OutcomeUnknown,
    Outgoing,
)
from tests.channels.adapter_contract import (
    NOW,
    TAKEN,
    TEXT,
    all_at,
    answered,
    outgoing,
    run,
    settings,
)
from tests.channels.wire import http_provider, reply


def sent(message: Outgoing) -> dict[str, Any]:
    """What stands in `message` of the request."""
    came, there = answered(Channel.ZALO, TAKEN[Channel.ZALO], message)
    assert isinstance(came, Accepted), came
    return dict(there.seen[-1].json["message"])


def refused(message: Outgoing) -> str:
    """Why nothing left."""
    came, there = answered(Channel.ZALO, TAKEN[Channel.ZALO], message)
    assert type(came) is GiveUp
    assert there.seen == []
    return str(came)


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


def test_zalo_needs_a_token() -> None:
    with pytest.raises(ValueError, match="not configured"):
        ZaloAdapter(ZaloAccount(), settings(), Surroundings())


def test_two_thousand_characters_leave_and_one_more_does_not() -> None:
    assert sent(outgoing(Channel.ZALO, "ạ" * 2_000))["text"] == "ạ" * 2_000
    assert "2001 characters" in refused(outgoing(Channel.ZALO, "ạ" * 2_001))
    refused(outgoing(Channel.ZALO, ""))


def test_buttons_answer_or_open_a_page() -> None:
    yes = Button("Đã đọc", reply="read:17")
    page = Button("Xem cả ngày", url="https://so.example/f/abc")
    assert sent(outgoing(Channel.ZALO, buttons=(yes, page))) == {
        "text": TEXT,
        "attachment": {
            "type": "template",
            "payload": {
                "buttons": [
                    {"title": "Đã đọc", "type": "oa.query.hide", "payload": "cb:read:17"},
                    {
                        "title": "Xem cả ngày",
                        "type": "oa.open.url",
                        "payload": {"url": "https://so.example/f/abc"},
                    },
                ]
            },
        },
    }


@pytest.mark.parametrize(
    "buttons",
    [
        (Button("Có", reply="y"),) * 6,
        (Button("x" * 101, reply="y"),),
        (Button("", reply="y"),),
        (Button("Có", reply="y" * 998),),
    ],
)
def test_buttons_zalo_would_refuse_do_not_leave(buttons: tuple[Button, ...]) -> None:
    assert refused(outgoing(Channel.ZALO, buttons=buttons))


def test_five_buttons_of_the_longest_leave() -> None:
    buttons = (Button("x" * 100, reply="y" * 997),) * 5
    assert len(sent(outgoing(Channel.ZALO, buttons=buttons))["attachment"]["payload"]["buttons"])


def test_an_answer_quotes_what_it_answers() -> None:
    assert sent(outgoing(Channel.ZALO, answers="96d3cdf3")) == {
        "text": TEXT,
        "quote_message_id": "96d3cdf3",
    }


@pytest.mark.parametrize(
    ("body", "element"),
    [
        (
            "Xin số điện thoại\nĐể nhà trường biết chị là mẹ bé An.",
            {"title": "Xin số điện thoại", "subtitle": "Để nhà trường biết chị là mẹ bé An."},
        ),
        ("Xin số điện thoại", {"title": "Xin số điện thoại"}),
        ("từ " * 40, {"title": ("từ " * 33).strip(), "subtitle": ("từ " * 7).strip()}),
        ("x" * 150, {"title": "x" * 100, "subtitle": "x" * 50}),
    ],
)
def test_a_phone_number_is_asked_for_by_zalos_own_form(body: str, element: dict[str, str]) -> None:
    assert sent(outgoing(Channel.ZALO, body, asks_phone=True)) == {
        "attachment": {
            "type": "template",
            "payload": {"template_type": "request_user_info", "elements": [element]},
        }
    }


def test_a_form_that_zalo_would_refuse_does_not_leave() -> None:
    refused(outgoing(Channel.ZALO, "Xin số\n" + "x" * 501, asks_phone=True))
    refused(outgoing(Channel.ZALO, " \n", asks_phone=True))


@pytest.mark.parametrize(
    ("quota", "cost"),
    [
        ({"quota_type": "reply", "remain": "8", "total": "8"}, 0),
        ({"quota_type": "sub_quota"}, 0),
        ({"quota_type": "purchase_quota"}, 55),
        (None, 0),
        ([], 0),
    ],
)
def test_the_answer_says_whether_it_was_billed(quota: object, cost: int) -> None:
    data = {"message_id": "m1", "quota": quota}
    came, _ = answered(Channel.ZALO, reply(200, {"error": 0, "data": data}))
    assert came == Accepted("m1", cost_vnd=cost)


@pytest.mark.parametrize(
    ("data", "left"),
    [
        ([{"remain": "420", "total": "500"}, {"remain": 80}], 500),
        ([{"remain": "many"}], None),
        ({}, None),
    ],
)
def test_the_months_free_messages_are_read(data: object, left: int | None) -> None:
    async def story() -> int | None:
        async with http_provider(reply(200, {"error": 0, "data": data})) as there:
            account = ZaloAccount(access_token="t")
            adapter = ZaloAdapter(account, all_at(there.url), Surroundings())
            found = await adapter.quota()
            await adapter.close()
            assert there.seen[0].json == {
                "quota_owner": "OA",
                "product_type": "cs",
                "quota_type": "sub_quota",
            }
            return found

    assert run(story()) == left


@pytest.mark.parametrize(
    ("ago", "found"),
    [
        (timedelta(0), Window.FREE),
        (timedelta(hours=48), Window.FREE),
        (timedelta(hours=48, seconds=1), Window.BILLED),
        (timedelta(days=7), Window.BILLED),
        (timedelta(days=7, seconds=1), Window.CLOSED),
        (None, Window.CLOSED),
    ],
)
def test_windows_are_known_before_a_message_leaves(ago: timedelta | None, found: Window) -> None:
    last = None if ago is None else NOW - ago
    assert window(last, NOW) is found


def test_a_school_that_does_not_pay_has_no_billed_window() -> None:
    last = datetime(2026, 11, 20, tzinfo=UTC)
    for pays, found in ((True, Window.BILLED), (False, Window.CLOSED)):
        account = ZaloAccount(access_token="t", pays_after_free_window=pays)
        ours = ZaloAdapter(account, settings(), Surroundings())
        assert ours.window(last, NOW) is found
    shorter = ZaloAdapter(
        ZaloAccount(access_token="t"), settings(zalo_open_window="P3D"), Surroundings()
    )
    assert shorter.window(last, NOW) is Window.CLOSED
