"""Pictures, buttons and keyboards as Telegram gets them, through python-telegram-bot."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest

from channels.telegram.adapter import TelegramAdapter
from channels.telegram.pace import Pace
from contactbook.ports.channel import (
    Accepted,
    Button,
    Channel,
    GiveUp,
    Media,
    OutcomeUnknown,
    Outgoing,
    Picture,
    SendFailed,
    Throttled,
    TryAgain,
)
from tests.channels.adapter_contract import TAKEN, open_adapter, outgoing, run, tried
from tests.channels.wire import HANG_UP, Provider, Request, http_provider, reply

JPEG = b"\xff\xd8\r\n--not a boundary\r\n\xff\xd9"
PICTURE = Picture("ve.jpg", "image/jpeg", JPEG)
LONG = "ạ" * 1_025
OK = TAKEN[Channel.TELEGRAM]
FLOODED = reply(
    429,
    {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 3",
        "parameters": {"retry_after": 3},
    },
)


def sent(
    *messages: Outgoing, answer: bytes | Callable[[Request], bytes] = OK, gap: float = 0.0
) -> tuple[list[Accepted | SendFailed], Provider]:
    async def story() -> tuple[list[Accepted | SendFailed], Provider]:
        async with (
            http_provider(answer) as there,
            open_adapter(Channel.TELEGRAM, there.url) as ours,
        ):
            assert isinstance(ours, TelegramAdapter)
            ours._pace = Pace(gap)
            return [await tried(ours, one) for one in messages], there

    result: tuple[list[Accepted | SendFailed], Provider] = run(story())
    return result


def message(body: str = "Bé An vẽ", **more: Any) -> Outgoing:  # noqa: ANN401 its fields
    return outgoing(Channel.TELEGRAM, body, **more)


def called(request: Request) -> str:
    return request.line.split()[1].rpartition("/")[2]


def form(request: Request) -> dict[str, Any]:
    """Of a multipart request: its fields, and its files as bytes."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    found = {}
    for part in message_from_bytes(head + request.body).walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found[name] = content if part.get_filename() else content.decode()
    return found


def markup(request: Request) -> Any:  # noqa: ANN401 JSON
    return json.loads(request.form["reply_markup"])


def test_a_picture_carries_its_words_and_cannot_be_passed_on() -> None:
    [came], there = sent(message(picture=PICTURE, buttons=(Button("Đã đọc", "read:1"),)))
    assert came == Accepted("7")
    [request] = there.seen
    assert called(request) == "sendPhoto"
    told = form(request)
    assert (told["chat_id"], told["caption"]) == ("55", "Bé An vẽ")
    assert told["protect_content"] == "true"
    assert JPEG in told.values()
    assert "read:1" in told["reply_markup"]


def test_words_too_long_for_a_picture_follow_it_as_an_answer() -> None:
    [came], there = sent(message(LONG, picture=PICTURE, buttons=(Button("Có", "yes"),)))
    assert came == Accepted("7")
    picture, words = there.seen
    assert (called(picture), called(words)) == ("sendPhoto", "sendMessage")
    assert "caption" not in form(picture)
    assert "reply_markup" not in form(picture)
    assert words.form["text"] == LONG
    assert json.loads(words.form["reply_parameters"])["message_id"] == 7
    assert markup(words)["inline_keyboard"]


def test_words_that_had_to_wait_are_sent_without_a_second_picture() -> None:
    says = [OK, FLOODED, OK]
    note = message(LONG, picture=PICTURE)

    async def story() -> tuple[list[Accepted | SendFailed], list[str]]:
        async with (
            http_provider(lambda _: says.pop(0)) as there,
            open_adapter(Channel.TELEGRAM, there.url) as ours,
        ):
            assert isinstance(ours, TelegramAdapter)
            ours._pace = Pace(0)
            first = await tried(ours, note)
            ours._pace = Pace(0)  # the flood is over
            return [first, await tried(ours, note)], [called(one) for one in there.seen]

    came, calls = run(story())
    assert isinstance(came[0], Throttled)
    assert came[1] == Accepted("7")
    assert calls == ["sendPhoto", "sendMessage", "sendMessage"]


def test_words_that_nobody_answered_after_their_picture_are_in_doubt() -> None:
    says = [OK, HANG_UP]
    [came], _ = sent(message(LONG, picture=PICTURE), answer=lambda _: says.pop(0))
    assert type(came) is OutcomeUnknown


@pytest.mark.parametrize(
    "wrong",
    [
        message("ạ" * 4_097),
        message("😀" * 2_049),
        message(buttons=(Button("Có", "ạ" * 22),)),
        message(picture=Picture("x.jpg", "image/jpeg", b"")),
        message(picture=Picture("x.jpg", "image/jpeg", b"x" * (10 * 1024 * 1024 + 1))),
    ],
)
def test_what_telegram_would_refuse_is_not_sent(wrong: Outgoing) -> None:
    [came], there = sent(wrong)
    assert type(came) is GiveUp
    assert not there.seen


def test_exactly_as_much_as_telegram_takes_is_sent() -> None:
    reply_word = "x" * 64
    came, _ = sent(
        message("ạ" * 4_096, buttons=(Button("Có", reply_word),)),
        message("ạ" * 1_024, picture=PICTURE),
    )
    assert all(isinstance(one, Accepted) for one in came)


def test_short_buttons_stand_side_by_side_and_long_ones_do_not() -> None:
    buttons = (
        Button("Có", "yes"),
        Button("Không", "no"),
        Button("Xem thêm", url="https://hoamai.example/p/1"),
        Button("Nhắn cho cô giáo của bé", "ask"),
    )
    _, there = sent(message(buttons=buttons))
    [request] = there.seen
    assert markup(request) == {
        "inline_keyboard": [
            [
                {"text": "Có", "callback_data": "yes"},
                {"text": "Không", "callback_data": "no"},
                {"text": "Xem thêm", "url": "https://hoamai.example/p/1"},
            ],
            [{"text": "Nhắn cho cô giáo của bé", "callback_data": "ask"}],
        ]
    }


def test_asking_for_the_phone_shows_a_keyboard_that_shares_it() -> None:
    _, there = sent(message(asks_phone=True, buttons=(Button("Để sau", "later"),)))
    [request] = there.seen
    told = markup(request)
    share, later = told["keyboard"]
    assert share == [{"text": "Chia sẻ số điện thoại của tôi", "request_contact": True}]
    assert later == [{"text": "Để sau"}]
    assert told["one_time_keyboard"] is True


def test_the_message_may_name_that_button_itself() -> None:
    _, there = sent(message(asks_phone=True, buttons=(Button("Share my number"),)))
    assert markup(there.seen[0])["keyboard"][0][0]["text"] == "Share my number"


def test_one_chat_gets_a_message_a_second_and_others_need_not_wait() -> None:
    async def story() -> tuple[list[float], float, object]:
        pace, loop = Pace(0.05), asyncio.get_running_loop()
        start, left = loop.time(), list[float]()

        async def leave(chat: int) -> None:
            await pace.turn(chat)
            left.append(loop.time() - start)

        await asyncio.gather(leave(1), leave(1), leave(1))
        before = loop.time()
        await leave(2)
        waited = loop.time() - before
        pace.free[1] = loop.time() + 11
        try:
            await pace.turn(1)
        except TryAgain as late:
            return left, waited, late
        return left, waited, None

    left, waited, late = run(story())
    assert left[1] >= 0.05
    assert left[2] >= 0.1
    assert waited < left[2]
    assert isinstance(late, TryAgain)
    assert not isinstance(late, Throttled)
    assert late.after is not None


def test_a_flooded_bot_asks_nothing_more_until_its_time() -> None:
    came, there = sent(message(), message(address="56"), answer=FLOODED)
    assert [type(one) for one in came] == [Throttled, Throttled]
    assert len(there.seen) == 1, "the second one was not even tried"
    assert isinstance(came[1], Throttled)
    assert came[1].after is not None
    assert timedelta(0) < came[1].after <= timedelta(seconds=3)


def test_another_bot_does_not_wait_for_a_flooded_one() -> None:
    async def story() -> list[Accepted | SendFailed]:
        async with (
            http_provider(FLOODED) as full,
            http_provider(OK) as free,
            open_adapter(Channel.TELEGRAM, full.url) as one,
            open_adapter(Channel.TELEGRAM, free.url) as other,
        ):
            return [await tried(one, message()), await tried(other, message())]

    flooded, accepted = run(story())
    assert isinstance(flooded, Throttled)
    assert isinstance(accepted, Accepted)


def asked(answer: Callable[[Request], bytes], deed: Callable[[TelegramAdapter], Any]) -> Any:  # noqa: ANN401 whatever it gives
    async def story() -> Any:  # noqa: ANN401 the same
        async with (
            http_provider(answer) as there,
            open_adapter(Channel.TELEGRAM, there.url) as ours,
        ):
            assert isinstance(ours, TelegramAdapter)
            try:
                return await deed(ours)
            except SendFailed as failed:
                return failed

    return run(story())


def test_a_picture_a_parent_sent_is_fetched() -> None:
    seen: list[str] = []

    def answer(request: Request) -> bytes:
        seen.append(request.line)
        if request.line.startswith("GET"):
            return reply(200, b"\xff\xd8" * 200_000)
        file = {
            "file_id": "l",
            "file_unique_id": "u",
            "file_size": 400_000,
            "file_path": "photos/1.jpg",
        }
        return reply(200, {"ok": True, "result": file})

    came = asked(answer, lambda ours: ours.fetch(Media("image/jpeg", file_id="l")))
    assert came == b"\xff\xd8" * 200_000
    assert seen[1] == "GET /file/bot123:telegram-token-xyz/photos/1.jpg HTTP/1.1"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(400, {"ok": False, "description": "Bad Request: file is too big"}), GiveUp),
        (reply(200, {"ok": True, "result": {"file_id": "l", "file_unique_id": "u"}}), GiveUp),
        (
            reply(
                200,
                {
                    "ok": True,
                    "result": {
                        "file_id": "l",
                        "file_unique_id": "u",
                        "file_path": "x",
                        "file_size": 21_000_000,
                    },
                },
            ),
            GiveUp,
        ),
        (HANG_UP, OutcomeUnknown),
    ],
)
def test_a_file_that_cannot_be_had_is_an_outcome(answer: bytes, kind: type[SendFailed]) -> None:
    came = asked(lambda _: answer, lambda ours: ours.fetch(Media("image/jpeg", file_id="l")))
    assert type(came) is kind
    assert "123:" not in str(came)


def test_a_file_of_another_provider_is_not_asked_for() -> None:
    came = asked(
        lambda _: OK, lambda ours: ours.fetch(Media("image/jpeg", url="https://z.example"))
    )
    assert type(came) is GiveUp


def test_a_link_brings_its_code_to_the_chat() -> None:
    async def story() -> list[str]:
        async with open_adapter(
            Channel.TELEGRAM, "http://127.0.0.1:9", telegram_username="hoamai_bot"
        ) as ours:
            assert isinstance(ours, TelegramAdapter)
            link = ours.deep_link("abc_123-X")
            for wrong in ("a b", "x" * 65, "mẹ"):
                with pytest.raises(ValueError, match="deep-link"):
                    ours.deep_link(wrong)
            return [link]

    assert run(story()) == ["https://t.me/hoamai_bot?start=abc_123-X"]


def test_a_bot_nobody_named_has_no_link() -> None:
    async def story() -> str:
        async with open_adapter(Channel.TELEGRAM, "http://127.0.0.1:9") as ours:
            assert isinstance(ours, TelegramAdapter)
            return ours.deep_link("abc")

    assert run(story()) == ""
