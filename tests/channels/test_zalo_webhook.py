"""What the events of Zalo's webhooks mean (reference/zalo.md §11)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from contactbook.ports.channel import (
    Callback,
    Channel,
    Heard,
    Incoming,
    Media,
    Receipt,
    Said,
)
from tests.channels.adapter_contract import APP_ID, REFERENCE, adapter_at
from tests.channels.zalo_events import AT, signed, told


def test_receipts() -> None:
    arrived = {"event_name": "user_received_message", "message": {"msg_id": "63ecf4"}}
    assert told(arrived) == [Receipt(Channel.ZALO, Heard.DELIVERED, None, "63ecf4", AT)]
    seen = {"event_name": "user_seen_message", "message": {"msg_ids": ["a1", "b2", "", None, {}]}}
    assert told(seen) == [
        Receipt(Channel.ZALO, Heard.READ, None, "a1", AT),
        Receipt(Channel.ZALO, Heard.READ, None, "b2", AT),
    ]


TEMPLATE = {
    "event_name": "user_received_message",
    "sender": {"id": "388613280878808645"},
    "recipient": {"id": "84123456789"},
    "message": {
        "delivery_time": "1602960467432",
        "msg_id": "z1",
        "tracking_id": REFERENCE.hex,
    },
}
DELIVERED_AT = datetime(2020, 10, 17, 18, 47, 47, 432_000, tzinfo=UTC)


def test_a_templates_receipt_is_told_by_its_tracking_id_and_has_its_own_time() -> None:
    want = Receipt(Channel.ZBS, Heard.DELIVERED, REFERENCE, "z1", DELIVERED_AT)
    assert told(TEMPLATE) == [want]


def test_a_templates_receipt_is_told_by_its_header_too() -> None:
    bare = TEMPLATE | {"message": {"msg_id": "z1"}}
    body, mac = signed({"app_id": APP_ID, "timestamp": "1793775757000"} | bare)
    ours = adapter_at(Channel.ZALO, "http://127.0.0.1:9")
    headers = {"x-zevent-signature": mac, "x-zevent-server": "ZNS"}
    said = ours.read(Callback("POST", "", {}, headers, body))
    assert said == [Receipt(Channel.ZBS, Heard.DELIVERED, None, "z1", AT)]


@pytest.mark.parametrize("tracking", ["someone-else's", "", 5, None])
def test_a_tracking_id_that_is_not_ours_is_no_reference(tracking: object) -> None:
    message = {"msg_id": "z1", "tracking_id": tracking}
    for receipt in told(TEMPLATE | {"message": message}):
        assert isinstance(receipt, Receipt)
        assert (receipt.reference, receipt.provider_id) == (None, "z1")


USER = {"sender": {"id": "2512"}, "recipient": {"id": "3886"}}


def deed(event: dict[str, Any]) -> Incoming:
    [said] = told(USER | event)
    assert isinstance(said, Incoming)
    assert said.address == "2512"
    assert said.at == AT
    return said


def test_a_tap_comes_as_if_its_payload_had_been_typed() -> None:
    event = {"event_name": "user_send_text", "message": {"text": "cb:read:17", "msg_id": "m"}}
    said = deed(event)
    assert (said.said, said.text, said.provider_id) == (Said.TAP, "read:17", "m")


def test_an_answer_names_what_it_answers() -> None:
    message = {"text": "Vâng", "msg_id": "m", "quote_msg_id": "63ecf4"}
    assert deed({"event_name": "user_send_text", "message": message}).answers == "63ecf4"


def test_a_number_given_on_request_is_her_own() -> None:
    info = {"name": "Chị Lan", "phone": "84912345678", "gender": "Nữ", "full_address": {}}
    said = deed({"event_name": "user_submit_info", "info": info})
    assert (said.said, said.phone, said.own_phone, said.text) == (
        Said.CONTACT,
        "84912345678",
        True,
        "",
    )
    assert told(USER | {"event_name": "user_submit_info", "info": {"phone": None}}) == []


@pytest.mark.parametrize(
    ("event", "what"),
    [
        ({"event_name": "follow", "oa_id": "3886", "follower": {"id": "2512"}}, Said.JOINED),
        ({"event_name": "unfollow", "oa_id": "3886", "follower": {"id": "2512"}}, Said.LEFT),
        ({"event_name": "user_click_chatnow", "oa_id": "3886", "user_id": "2512"}, Said.JOINED),
    ],
)
def test_coming_and_going(event: dict[str, Any], what: Said) -> None:
    [said] = told(event)
    assert isinstance(said, Incoming)
    assert (said.address, said.said, said.at) == ("2512", what, AT)
    assert said.provider_id == f"{event['event_name']}:2512:1793775757000"
    assert told(event) == [said], "a repeat has the same name"
    [later] = told(event | {"timestamp": "1793775757001"})
    assert later != said


def attached(kind: str, url: str = "https://f6.zdn.vn/a") -> dict[str, Any]:
    return {"attachments": [{"type": kind, "payload": {"url": url}}], "msg_id": "m"}


@pytest.mark.parametrize(
    ("event", "message", "what", "media"),
    [
        ("image", attached("image"), Said.MEDIA, ("image/jpeg",)),
        ("gif", attached("gif"), Said.MEDIA, ("image/gif",)),
        ("video", attached("video"), Said.MEDIA, ("video/mp4",)),
        ("file", attached("file"), Said.MEDIA, ("application/octet-stream",)),
        ("audio", attached("audio"), Said.OTHER, ("audio/aac",)),
        ("sticker", attached("sticker"), Said.OTHER, ()),
        ("location", {"attachments": [{"payload": {"coordinates": {}}}]}, Said.OTHER, ()),
        ("business_card", {}, Said.OTHER, ()),
        ("image", attached("image", "javascript:alert(1)"), Said.OTHER, ()),
        ("image", attached("image", "https://x/ \n"), Said.OTHER, ()),
        ("image", {"attachments": "x"}, Said.OTHER, ()),
    ],
)
def test_pictures_and_files_are_kept_the_rest_is_looked_at(
    event: str, message: dict[str, Any], what: Said, media: tuple[str, ...]
) -> None:
    said = deed({"event_name": f"user_send_{event}", "message": {"text": "Đây ạ"} | message})
    assert (said.said, said.text) == (what, "Đây ạ")
    assert said.media == tuple(Media(kind, "https://f6.zdn.vn/a") for kind in media)


def test_a_link_is_a_text() -> None:
    said = deed({"event_name": "user_send_link", "message": attached("link")})
    assert (said.said, said.text) == (Said.TEXT, "https://f6.zdn.vn/a")


@pytest.mark.parametrize(
    ("event", "facts"),
    [
        (
            {
                "event_name": "change_template_status",
                "template_id": "7895",
                "status": {"prev_status": "PENDING_REVIEW", "new_status": "REJECT"},
                "reason": "wrong tag",
            },
            {"template_id": "7895", "new_status": "REJECT", "reason": "wrong tag"},
        ),
        (
            {
                "event_name": "change_oa_daily_quota",
                "oaId": "3886",
                "quota": {"prev_value": "500", "new_value": "5000"},
            },
            {"prev_value": "500", "new_value": "5000"},
        ),
        ({"event_name": "change_template_quality"}, {"news": "a template's quality changed"}),
    ],
)
def test_news_of_the_account_is_written_down(event: dict[str, Any], facts: dict[str, str]) -> None:
    with capture_logs() as logs:
        assert told(event) == []
    [line] = [one for one in logs if one["event"] == "zalo account news"]
    assert facts.items() <= line.items()


@pytest.mark.parametrize(
    "event",
    [
        {"event_name": "oa_send_text", "message": {"msg_id": "a", "text": "our own"}},
        {"event_name": "oa_send_image", "message": {"msg_id": "a"}},
        {"event_name": "follow", "follower": {"id": ""}},
        {"event_name": "follow", "follower": "2512"},
        {"event_name": "user_reacted_message", "message": {"msg_id": "a"}},
        {"event_name": "oa_reacted_message"},
        {"event_name": "add_user_to_tag"},
        {"event_name": "user_feedback"},
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
