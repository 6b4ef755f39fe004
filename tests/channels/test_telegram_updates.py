"""What a parent does in Telegram, as the webhook tells it, and what we make of it."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.updates import heard
from contactbook.ports.channel import Callback, Channel, Incoming, Media, Said
from tests.channels.adapter_contract import TELEGRAM_SECRET, adapter_at

AT = datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
SENDER = {"id": 55, "is_bot": False, "first_name": "P"}
CHAT = {"id": 55, "type": "private"}
BASE: dict[str, Any] = {"message_id": 1, "date": 1700000000, "chat": CHAT, "from": SENDER}


def read(**update: Any) -> list[Incoming]:  # noqa: ANN401 other people's JSON
    ours = adapter_at(Channel.TELEGRAM, "http://127.0.0.1:9")
    headers = {"x-telegram-bot-api-secret-token": TELEGRAM_SECRET}
    body = json.dumps({"update_id": 7, **update}).encode()
    found = list(ours.read(Callback("POST", "bot", {}, headers, body)))
    assert all(isinstance(one, Incoming) for one in found)
    return [one for one in found if isinstance(one, Incoming)]


def said(**message: Any) -> Incoming:  # noqa: ANN401 the same
    [one] = read(message={**BASE, **message})
    assert (one.channel, one.address, one.at) == (Channel.TELEGRAM, "55", AT)
    return one


def test_a_parents_words_come_in_under_a_name_of_this_bot() -> None:
    one = said(text="Cháu bị sốt cô ạ", reply_to_message={"message_id": 31})
    assert one == Incoming(
        Channel.TELEGRAM, "55", "Cháu bị sốt cô ạ", "123:7", AT, Said.TEXT, answers="31"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("/start abc_123-X", "abc_123-X"),
        ("/start", ""),
        ("/start@hoamai_bot abc", "abc"),
        ("/start   abc ", "abc"),
    ],
)
def test_start_brings_the_code_of_the_paper_slip(text: str, code: str) -> None:
    one = said(text=text)
    assert (one.said, one.text) == (Said.JOINED, code)


@pytest.mark.parametrize("text", ["/started abc", "start abc", "/stop", "DUNG"])
def test_other_words_stay_words(text: str) -> None:
    one = said(text=text)
    assert (one.said, one.text) == (Said.TEXT, text)


@pytest.mark.parametrize(
    ("owner", "hers"), [({"user_id": 55}, True), ({"user_id": 56}, False), ({}, False)]
)
def test_a_number_is_hers_only_if_the_card_is(owner: dict[str, int], hers: bool) -> None:
    one = said(contact={"phone_number": "84901888484", "first_name": "P", **owner})
    assert (one.said, one.phone, one.own_phone) == (Said.CONTACT, "84901888484", hers)


def test_of_a_photo_the_largest_that_can_be_fetched() -> None:
    sizes = [
        {"file_id": "s", "width": 90, "height": 60, "file_size": 1_000},
        {"file_id": "l", "width": 1280, "height": 960, "file_size": 300_000},
        {"file_id": "m", "width": 320, "height": 240, "file_size": 20_000},
        {"file_id": "huge", "width": 9000, "height": 9000, "file_size": 30_000_000},
    ]
    one = said(photo=sizes, caption="Đơn thuốc của bé")
    assert (one.said, one.text) == (Said.MEDIA, "Đơn thuốc của bé")
    assert one.media == (Media("image/jpeg", file_id="l"),)


def test_a_document_is_a_file_with_its_type() -> None:
    one = said(document={"file_id": "d", "mime_type": "application/pdf"})
    assert (one.said, one.media) == (Said.MEDIA, (Media("application/pdf", file_id="d"),))


@pytest.mark.parametrize("kind", ["voice", "audio", "video", "video_note", "animation"])
def test_what_somebody_must_listen_to_or_watch_is_handed_on(kind: str) -> None:
    one = said(
        **{kind: {"file_id": "v"}}, document={"file_id": "v"} if kind == "animation" else None
    )
    assert one.said is Said.OTHER
    assert [media.file_id for media in one.media] == ["v"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"sticker": {"file_id": "x", "emoji": "👍"}}, "👍"),
        ({"location": {"latitude": 10.77, "longitude": 106.7}}, "📍 10.77, 106.7"),
        ({"dice": {"value": 3}}, "?"),
    ],
)
def test_what_is_no_word_reaches_a_person(content: dict[str, Any], text: str) -> None:
    one = said(**content)
    assert (one.said, one.text) == (Said.OTHER, text)


def test_a_tap_says_its_word_and_how_to_answer_it() -> None:
    message = {"message_id": 31, "date": 0, "chat": CHAT}
    query = {"id": "4382bfdwdsb323b2d9", "from": SENDER, "message": message, "data": "read:1"}
    [one] = read(callback_query=query)
    assert (one.said, one.address, one.text) == (Said.TAP, "55", "read:1")
    assert (one.handle, one.answers) == ("4382bfdwdsb323b2d9", "31")


def test_a_tap_under_a_message_too_old_to_show_is_still_hers() -> None:
    [one] = read(callback_query={"id": "1", "from": SENDER, "data": "read:1"})
    assert (one.address, one.text) == ("55", "read:1")


@pytest.mark.parametrize(
    ("status", "means"), [("kicked", Said.LEFT), ("left", Said.LEFT), ("member", Said.JOINED)]
)
def test_blocking_the_bot_is_leaving(status: str, means: Said) -> None:
    change = {**BASE, "old_chat_member": {}, "new_chat_member": {"status": status}}
    [one] = read(my_chat_member=change)
    assert (one.said, one.text, one.address) == (means, "", "55")


GROUP = {**BASE, "chat": {"id": -9, "type": "group"}}


@pytest.mark.parametrize(
    "update",
    [
        {"edited_message": {**BASE, "text": "x"}},
        {"message": {**GROUP, "text": "x"}},
        {"message": {**BASE, "text": "x", "from": {**SENDER, "is_bot": True}}},
        {"message": {**BASE, "pinned_message": {}}},
        {"message": {**BASE, "photo": []}},
        {"my_chat_member": {**GROUP, "new_chat_member": {"status": "kicked"}}},
        {"my_chat_member": {**BASE, "new_chat_member": {"status": "restricted"}}},
        {"callback_query": {"id": "1", "from": SENDER, "data": "x", "message": GROUP}},
        {"callback_query": {"id": "1", "data": "x"}},
        {"channel_post": {**BASE, "text": "x"}},
        {"update_id": "7", "message": {**BASE, "text": "x"}},
        {},
    ],
)
def test_what_is_not_a_persons_own_word_says_nothing(update: dict[str, Any]) -> None:
    assert read(**update) == []


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2)
    | st.dictionaries(
        st.sampled_from(
            ["chat", "from", "id", "type", "text", "photo", "contact", "user_id", "file_id",
             "file_size", "width", "height", "voice", "document", "mime_type", "data", "message",
             "new_chat_member", "status", "sticker", "emoji", "location", "reply_to_message",
             "message_id", "phone_number", "caption"]
        )
        | st.text(max_size=3),
        inner,
        max_size=4,
    ),
    max_leaves=6,
)  # fmt: skip


@given(
    kind=st.sampled_from(["message", "callback_query", "my_chat_member"]),
    content=st.dictionaries(
        st.sampled_from(["photo", "contact", "voice", "document", "sticker", "location", "text",
                         "new_chat_member", "from", "message", "data", "reply_to_message", "date"]),
        junk,
        max_size=3,
    ),
)  # fmt: skip
def test_whatever_telegram_may_change_nothing_breaks(kind: str, content: dict[str, Any]) -> None:
    for one in heard({"update_id": 7, kind: {**BASE, **content}}, "123"):
        assert one.provider_id == "123:7"
        assert one.address.lstrip("-").isdecimal()
