"""Registered templates: what ZBS is sent, checked before it leaves (reference/zalo.md §6, §10)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from channels.accounts import Surroundings, ZaloAccount
from channels.zalo.zbs import Quota, ZbsAdapter
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Channel,
    GiveUp,
    NotReachable,
    Outgoing,
    SendFailed,
    TryAgain,
)
from tests.channels.adapter_contract import (
    NOW,
    REFERENCE,
    TAKEN,
    all_at,
    answered,
    outgoing,
    run,
    tried,
)
from tests.channels.wire import HANG_UP, Request, http_provider, reply

YES = TAKEN[Channel.ZBS]
GAPS = [
    {"name": "child", "require": True, "type": "STRING", "maxLength": 12, "minLength": 2},
    {"name": "meals", "require": True, "type": "NUMBER", "maxLength": 2, "acceptNull": False},
    {"name": "note", "require": False, "type": "STRING", "maxLength": 30},
    {"name": "word", "require": True, "type": "STRING", "maxLength": 30, "acceptNull": True},
]
INFO: dict[str, Any] = {
    "templateId": "338291",
    "listParams": GAPS,
    "price_sdt": 800,
    "price_uid": "560.0",
    "timeout": 7200000,
    "templateTag": "CUSTOMER_CARE",
}
LIST = [
    {"templateId": "1", "templateName": "absence"},
    {"templateId": 338291, "templateName": "Day"},
]
FULL = {"child": "Bé An", "meals": "3", "note": "Ngủ ngon", "word": "Vui"}


def zbs(send: bytes = YES, **info: object) -> Callable[[Request], bytes]:
    """Zalo with one template; `send` answers what is sent."""

    def answer(request: Request) -> bytes:
        path = request.line.split()[1]
        if path.startswith("/template/all"):
            return reply(200, {"error": 0, "data": LIST})
        if path.startswith("/template/info/v2"):
            return reply(200, {"error": 0, "data": INFO | info})
        return send

    return answer


def told(
    answer: Callable[[Request], bytes],
    *messages: Outgoing,
    wait: timedelta = timedelta(0),
    at: datetime = NOW,
    **account: object,
) -> tuple[list[Accepted | SendFailed], list[Request], ZbsAdapter]:
    now = [at]

    async def story() -> tuple[list[Accepted | SendFailed], list[Request], ZbsAdapter]:
        async with http_provider(answer) as there:
            ours = ZaloAccount(**({"access_token": "t"} | account))
            adapter = ZbsAdapter(ours, all_at(there.url), Surroundings(lambda: now[0]))
            came = []
            for message in messages:
                came.append(await tried(adapter, message))
                now[0] += wait
            await adapter.close()
            return came, there.seen, adapter

    found: tuple[list[Accepted | SendFailed], list[Request], ZbsAdapter] = run(story())
    return found


def day(values: dict[str, str] | None = None, **more: str) -> Outgoing:
    return outgoing(Channel.ZBS, values=FULL if values is None else values, **more)


def test_a_template_given_in_the_account_leaves_as_the_documents_say() -> None:
    answer = {
        "error": 0,
        "message": "Success",
        "data": {
            "msg_id": "z1",
            "sent_time": "1626926349402",
            "sending_mode": "1",
            "quota": {"dailyQuota": "500", "remainingQuota": "499"},
        },
    }
    came, there = answered(Channel.ZBS, reply(200, answer))
    [request] = there.seen
    assert request.line == "POST /message/template HTTP/1.1"
    assert request.headers["access_token"] == "zalo-token-xyz"
    assert request.json == {
        "phone": "84901888484",
        "template_id": "338291",
        "template_data": {"child": "Bé An"},
        "tracking_id": REFERENCE.hex,
    }
    assert len(REFERENCE.hex) <= 48
    assert came == Accepted("z1", cost_vnd=200)


def test_a_template_is_found_at_zalo_by_the_name_of_its_kind() -> None:
    came, seen, _ = told(zbs(), day(), day())
    assert came == [Accepted("z1", cost_vnd=800)] * 2
    asked = [urlsplit(request.line.split()[1]) for request in seen]
    assert [one.path for one in asked] == [
        "/template/all",
        "/template/info/v2",
        "/message/template",
        "/message/template",
    ]
    assert dict(parse_qsl(asked[0].query)) == {"offset": "0", "limit": "100", "status": "1"}
    assert dict(parse_qsl(asked[1].query)) == {"template_id": "338291"}
    assert seen[2].json["template_data"] == FULL


def test_what_zalo_says_of_a_template_is_believed_for_an_hour() -> None:
    _, seen, _ = told(zbs(), day(), day(), day(), wait=timedelta(minutes=40))
    assert sum("info/v2" in request.line for request in seen) == 2


def test_a_refused_template_is_asked_about_again() -> None:
    _, seen, _ = told(zbs(reply(200, {"error": -131})), day(), day())
    assert sum("info/v2" in request.line for request in seen) == 2


def test_while_zalo_cannot_be_asked_what_was_known_holds() -> None:
    says = [
        reply(200, {"error": 0, "data": LIST}),
        reply(200, {"error": 0, "data": INFO}),
        YES,
        reply(502, b"<html>"),
        YES,
    ]
    came, _, _ = told(lambda _: says.pop(0), day(), day(), wait=timedelta(hours=2))
    assert came == [Accepted("z1", cost_vnd=800)] * 2


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (HANG_UP, TryAgain),
        (reply(502, b"<html>"), TryAgain),
        (reply(200, {"error": -100}), TryAgain),
        (reply(200, {"error": -999}), TryAgain),
        (reply(200, {"error": -115}), AccountUnusable),
    ],
)
def test_a_question_that_fails_leaves_the_message_unsent(
    said: bytes, kind: type[SendFailed]
) -> None:
    [came], seen, _ = told(lambda _: said, day())
    assert type(came) is kind
    assert not any("message" in request.line for request in seen)


def test_a_kind_without_a_template_is_given_up() -> None:
    [came], seen, _ = told(zbs(), day(template="birthday"))
    assert type(came) is GiveUp
    assert "birthday" in str(came)
    assert len(seen) == 1


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ({"child": "x" * 13}, "child"),
        ({"child": "x"}, "child"),
        ({"child": ""}, "child"),
        ({"child": None}, "child"),
        ({"meals": "ba"}, "meals"),
        ({"meals": "²"}, "meals"),
        ({"meals": "  "}, "meals"),
        ({"note": "x" * 31}, "note"),
    ],
)
def test_what_does_not_fit_is_given_up_by_name(change: dict[str, str | None], gap: str) -> None:
    values = {name: text for name, text in (FULL | change).items() if text is not None}
    [came], seen, _ = told(zbs(), day(values))
    assert type(came) is GiveUp
    assert repr(gap) in str(came)
    assert all(text not in str(came) for text in values.values() if len(text) > 2)
    assert not any("message" in request.line for request in seen)


def test_lengths_are_counted_in_nfc_and_strangers_stay_here() -> None:
    decomposed = "Be\u0301 An " + "a\u0301" * 6  # 12 letters, 19 code points
    values = {"child": decomposed, "meals": "3", "word": "", "secret": "x"}
    [came], seen, _ = told(zbs(), day(values))
    assert isinstance(came, Accepted)
    sent = seen[-1].json["template_data"]
    assert sent == {"child": "Bé An " + "á" * 6, "meals": "3", "word": ""}


VIETNAM_NIGHT = [
    ("2026-11-24T06:59:59+07:00", "0:00:01"),
    ("2026-11-24T22:00:00+07:00", "9:00:00"),
    ("2026-11-24T00:00:00+07:00", "7:00:00"),
]


@pytest.mark.parametrize(("at", "wait"), VIETNAM_NIGHT)
@pytest.mark.parametrize("tag", ["CUSTOMER_CARE", "3", "SOMETHING_NEW", ""])
def test_templates_of_care_and_promotion_wait_for_the_morning(at: str, wait: str, tag: str) -> None:
    moment = datetime.fromisoformat(at)
    [came], seen, _ = told(zbs(templateTag=tag), day(), at=moment)
    assert type(came) is TryAgain
    assert str(came.after) == wait
    assert not any("message" in request.line for request in seen)


@pytest.mark.parametrize(
    ("at", "tag"),
    [
        *((at, "TRANSACTION") for at, _ in VIETNAM_NIGHT),
        ("2026-11-24T07:00:00+07:00", "2"),
        ("2026-11-24T21:59:59+07:00", "PROMOTION"),
    ],
)
def test_in_their_hours_templates_leave(at: str, tag: str) -> None:
    [came], _, _ = told(zbs(templateTag=tag), day(), at=datetime.fromisoformat(at))
    assert isinstance(came, Accepted)


def test_a_user_id_goes_the_other_road_for_less() -> None:
    sent = reply(200, {"error": 0, "data": {"message_id": "u1", "user_id": "2512"}})
    [came], seen, _ = told(zbs(sent), day(address="2512523625412515"))
    assert came == Accepted("u1", cost_vnd=560)
    assert seen[-1].line == "POST /v3.0/oa/message/template HTTP/1.1"
    assert seen[-1].json == {
        "user_id": "2512523625412515",
        "template_id": "338291",
        "template_data": FULL,
    }


@pytest.mark.parametrize("address", ["+84901888484", "84901888484", "0901888484"])
def test_a_number_is_written_as_zalo_wants_it(address: str) -> None:
    _, seen, _ = told(zbs(), day(address=address))
    assert seen[-1].json["phone"] == "84901888484"


def test_a_foreign_number_is_nobodys_here() -> None:
    [came], _, _ = told(zbs(), day(address="+15551234567"))
    assert type(came) is NotReachable


def test_for_a_trial_only_admins_are_written_to() -> None:
    _, seen, _ = told(zbs(), day(), development=True)
    assert seen[-1].json["mode"] == "development"


def test_the_quota_of_the_day_is_read_from_every_answer() -> None:
    data = {"msg_id": "z", "quota": {"dailyQuota": "500", "remainingQuota": "499"}}
    _, _, adapter = told(zbs(reply(200, {"error": 0, "data": data})), day())
    assert adapter.quota == Quota(500, 499, NOW)
    assert adapter.quote("").cost_vnd == 800
