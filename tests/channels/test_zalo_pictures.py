"""Pictures for Zalo: uploaded once, known for a week (reference/zalo.md §7)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.accounts import Surroundings, ZaloAccount
from channels.zalo.adapter import ZaloAdapter
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Button,
    Channel,
    GiveUp,
    Media,
    Outgoing,
    Picture,
    SendFailed,
    TryAgain,
)
from tests.channels.adapter_contract import NOW, TAKEN, TEXT, all_at, outgoing, run, tried
from tests.channels.test_zalo import refused
from tests.channels.wire import HANG_UP, Request, http_provider, reply

MENU = Picture("menu-2026-11-24", "image/jpeg", b"\xff\xd8 a menu")
UPLOADED = reply(200, {"data": {"attachment_id": "att-1"}, "error": 0, "message": "Success"})
EXPIRED = reply(200, {"error": -100, "message": "attachment_id was expired"})


def told(
    answer: Callable[[Request], bytes] | list[bytes],
    *messages: Outgoing,
    wait: timedelta = timedelta(0),
    **account: object,
) -> tuple[list[Accepted | SendFailed], list[Request]]:
    """Messages one after the other, `wait` between them; and what Zalo was asked."""
    answers = answer if isinstance(answer, list) else []
    now = [NOW]

    async def story() -> tuple[list[Accepted | SendFailed], list[Request]]:
        say = answer if callable(answer) else lambda _: answers.pop(0)
        async with http_provider(say) as there:
            ours = ZaloAccount(**({"access_token": "t"} | account))
            adapter = ZaloAdapter(ours, all_at(there.url), Surroundings(lambda: now[0]))
            came = []
            for message in messages:
                came.append(await tried(adapter, message))
                now[0] += wait
            await adapter.close()
            return came, there.seen

    found: tuple[list[Accepted | SendFailed], list[Request]] = run(story())
    return found


WITH_MENU = outgoing(Channel.ZALO, picture=MENU)
YES = TAKEN[Channel.ZALO]


def test_a_picture_is_uploaded_once_and_named_in_every_message() -> None:
    came, seen = told([UPLOADED, YES, YES], WITH_MENU, WITH_MENU)
    assert all(isinstance(one, Accepted) for one in came)
    upload, first, second = seen
    assert upload.line == "POST /v2.0/oa/upload/image HTTP/1.1"
    assert upload.headers["access_token"] == "t"
    assert upload.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="file"' in upload.body
    assert MENU.data in upload.body
    assert first.json["message"] == {
        "text": TEXT,
        "attachment": {
            "type": "template",
            "payload": {
                "template_type": "media",
                "elements": [{"media_type": "image", "attachment_id": "att-1"}],
            },
        },
    }
    assert second.json == first.json


def test_a_picture_is_uploaded_anew_before_zalo_forgets_it() -> None:
    _, seen = told([UPLOADED, YES] * 2, WITH_MENU, WITH_MENU, wait=timedelta(days=6, hours=12))
    assert ["upload" in request.line for request in seen] == [True, False, True, False]


def test_a_picture_zalo_has_forgotten_is_uploaded_again_once() -> None:
    [came], seen = told([UPLOADED, EXPIRED, UPLOADED, YES], WITH_MENU)
    assert isinstance(came, Accepted)
    assert len(seen) == 4
    [came], seen = told([UPLOADED, EXPIRED] * 2, WITH_MENU)
    assert type(came) is GiveUp
    assert len(seen) == 4


@pytest.mark.parametrize(
    "picture",
    [
        Picture("large", "image/png", b"x" * 1_000_001),
        Picture("odd", "image/webp", b"x"),
    ],
)
def test_a_picture_zalo_takes_not_is_given_up_before(picture: Picture) -> None:
    refused(outgoing(Channel.ZALO, picture=picture))


@pytest.mark.parametrize(
    ("upload", "kind"),
    [
        (HANG_UP, TryAgain),
        (reply(502, b"<html>"), TryAgain),
        (reply(200, {"error": -999}), TryAgain),
        (reply(200, {"error": 0, "data": {}}), TryAgain),
        (reply(200, {"error": -321}), AccountUnusable),
    ],
)
def test_while_only_the_picture_left_the_message_may_be_tried_again(
    upload: bytes, kind: type[SendFailed]
) -> None:
    [came], seen = told([upload], WITH_MENU)
    assert type(came) is kind
    assert len(seen) == 1


def test_with_a_picture_the_text_says_what_the_buttons_would() -> None:
    message = replace(WITH_MENU, buttons=(Button("Đã đọc", reply="read"),))
    _, seen = told([UPLOADED, YES], message)
    assert "buttons" not in json.dumps(seen[-1].json)


def fetched(said: bytes, hosts: tuple[str, ...] = ("127.0.0.1",)) -> tuple[object, list[Request]]:
    async def story() -> tuple[object, list[Request]]:
        async with http_provider(said) as there:
            where = all_at(there.url, zalo_media_hosts=hosts)
            adapter = ZaloAdapter(ZaloAccount(access_token="t"), where, Surroundings())
            try:
                came: object = await adapter.fetch(Media("image/jpeg", f"{there.url}/a.jpg"))
            except SendFailed as failed:
                came = failed
            await adapter.close()
            return came, there.seen

    found: tuple[object, list[Request]] = run(story())
    return found


def test_a_parents_picture_is_fetched_without_our_token() -> None:
    came, [request] = fetched(reply(200, b"\xff\xd8"))
    assert came == b"\xff\xd8"
    assert request.line == "GET /a.jpg HTTP/1.1"
    assert "access_token" not in request.headers


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (reply(404, b""), GiveUp),
        (reply(302, b"", Location="http://127.0.0.1/"), GiveUp),
        (reply(502, b""), TryAgain),
        (HANG_UP, TryAgain),
    ],
)
def test_a_picture_may_be_gone_or_come_later(said: bytes, kind: type[SendFailed]) -> None:
    came, _ = fetched(said)
    assert type(came) is kind


def test_what_lies_elsewhere_is_not_fetched() -> None:
    for hosts in (("zdn.vn",), ("0.0.1.evil",), ()):
        came, seen = fetched(reply(200, b"x"), hosts)
        assert type(came) is GiveUp
        assert seen == []
