"""Uploads, attachments, windows, users and what parents do (shared/reference/zalo.md §4–8, §11)."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.providers.conftest import Stage
from tests.providers.test_zalo import TOKEN, USER, body, send

JPEG = b"\xff\xd8\xff\xe0 picture"


class Clock:
    now = datetime(2026, 11, 24, 3, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def config(clock: Clock) -> dict[str, Any]:
    return {"clock": clock, "zalo_sub_quota": 1, "zalo_purchases": False}


def upload(stage: Stage, data: bytes = JPEG, kind: str = "image") -> dict[str, Any]:
    files = {"file": ("a.jpg", data, "image/jpeg")}
    answer = stage.http.post(f"/v2.0/oa/upload/{kind}", files=files, headers=TOKEN)
    told: dict[str, Any] = answer.json()
    return told


def attached(payload: dict[str, Any], kind: str = "template") -> dict[str, Any]:
    return body(attachment={"type": kind, "payload": payload})


def media(**element: object) -> dict[str, Any]:
    return attached({"template_type": "media", "elements": [{"media_type": "image", **element}]})


def test_a_picture_lives_for_seven_days(stage: Stage, clock: Clock) -> None:
    name = upload(stage)["data"]["attachment_id"]
    clock.now += timedelta(days=6, hours=23)
    assert send(stage, media(attachment_id=name))["error"] == 0
    assert stage.arrived("zalo")[0]["picture"] == name
    clock.now += timedelta(hours=1)
    told = send(stage, media(attachment_id=name))
    assert told == {"error": -100, "message": "attachment_id was expired"}


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (b"GIF89a", "gif", 0),
        (b"\x89PNG\r\n", "image", 0),
        (b"%PDF-1.7", "file", 0),
        (b"GIF89a", "image", -201),
        (b"nothing", "image", -201),
        (JPEG + b"x" * 1_048_576, "image", -210),
    ],
)
def test_uploads_are_looked_at(stage: Stage, data: bytes, kind: str, code: int) -> None:
    assert upload(stage, data, kind)["error"] == code


def test_a_file_is_sent_by_its_token(stage: Stage) -> None:
    token = upload(stage, b"%PDF-1.7", "file")["data"]["token"]
    assert send(stage, attached({"token": token}, "file"))["error"] == 0
    assert send(stage, attached({"token": "x"}, "file"))["error"] == -201


def a_form(**more: object) -> dict[str, Any]:
    element = {"title": "Xin số", "subtitle": "Để nhận tin"} | more
    return attached({"template_type": "request_user_info", "elements": [element]})


def a_button(kind: str, payload: object) -> dict[str, Any]:
    return attached({"buttons": [{"title": "Có", "type": kind, "payload": payload}]})


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (media(url="https://so.example/a.jpg"), 0),
        (media(url="ftp://a"), -201),
        (media(), -201),
        (media(attachment_id="never"), -100),
        (media(media_type="gif", url="https://a/b.gif"), -201),
        (media(media_type="gif", url="https://a/b.gif", width=1, height=1), 0),
        (a_form(), 0),
        (a_form(title="x" * 101), -210),
        (a_form(subtitle="x" * 501), -210),
        (a_form(title=""), -201),
        (attached({"template_type": "request_user_info", "elements": [{"title": "a"}] * 2}), -210),
        (attached({"template_type": "list", "elements": [{"title": "a"}]}), -233),
        (attached({"x": 1}, "video"), -233),
        (a_button("oa.query.hide", "yes"), 0),
        (a_button("oa.query.show", "x" * 1_001), -201),
        (a_button("oa.query.hide", {"url": "x"}), -201),
        (a_button("oa.open.url", {"url": "https://a"}), 0),
        (a_button("oa.open.url", "https://a"), -201),
        (a_button("oa.open.phone", {"phone_code": "84912"}), 0),
        (a_button("oa.fly", "x"), -201),
    ],
)
def test_attachments_have_their_forms(stage: Stage, told: dict[str, Any], code: int) -> None:
    assert send(stage, told)["error"] == code


def test_after_48_hours_the_package_pays_and_then_nobody(stage: Stage, clock: Clock) -> None:
    long_ago = (clock.now - timedelta(hours=48, seconds=1)).isoformat()
    assert send(stage)["data"]["quota"]["quota_type"] == "reply"
    stage.door("people", {"channel": "zalo", "address": USER, "last_interaction": long_ago})
    assert send(stage)["data"]["quota"]["quota_type"] == "sub_quota"
    assert send(stage)["error"] == -211
    stage.door("say", {"channel": "zalo", "address": USER, "tap": "cb:yes"})
    assert send(stage)["error"] == 0


def test_a_kind_of_message_may_be_refused(stage: Stage) -> None:
    stage.door("people", {"channel": "zalo", "address": USER, "restricted": ["PROMOTION"]})
    assert send(stage)["error"] == 0
    stage.door("people", {"channel": "zalo", "address": USER, "restricted": ["cs"]})
    assert send(stage)["error"] == -244


def test_a_bearer_is_refused_even_beside_the_right_header(stage: Stage) -> None:
    assert send(stage, Authorization="Bearer zalo-token", **TOKEN)["error"] == -216


def heard(stage: Stage, **deed: object) -> dict[str, Any]:
    stage.door("say", {"channel": "zalo", "address": USER, **deed})
    found: dict[str, Any] = json.loads(stage.ears.heard(1)[0].body)
    return found


def test_a_tap_is_a_text_that_equals_its_payload(stage: Stage) -> None:
    told = heard(stage, tap="cb:yes")
    assert (told["event_name"], told["message"]["text"]) == ("user_send_text", "cb:yes")


def test_a_picture_of_a_parent_can_be_fetched(stage: Stage) -> None:
    photo = {"name": "a.jpg", "data": base64.b64encode(JPEG).decode()}
    told = heard(stage, photo=photo, caption="Thuốc của bé")
    assert (told["event_name"], told["message"]["text"]) == ("user_send_image", "Thuốc của bé")
    [attachment] = told["message"]["attachments"]
    assert stage.http.get(attachment["payload"]["url"]).content == JPEG


@pytest.mark.parametrize(
    ("deed", "name", "fields"),
    [
        ({"follow": True}, "follow", {"follower": {"id": USER}, "source": "oa_profile"}),
        ({"follow": False}, "unfollow", {"follower": {"id": USER}}),
        ({"chatnow": 1}, "user_click_chatnow", {"user_id": USER}),
        ({"contact": "84912345678"}, "user_submit_info", {"sender": {"id": USER}}),
        (
            {"event": {"event_name": "change_oa_daily_quota", "quota": {"new_value": "1"}}},
            "change_oa_daily_quota",
            {"quota": {"new_value": "1"}},
        ),
    ],
)
def test_what_parents_do_is_told(
    stage: Stage, deed: dict[str, Any], name: str, fields: dict[str, Any]
) -> None:
    told = heard(stage, **deed)
    assert told["event_name"] == name
    assert fields.items() <= told.items()


def test_a_deed_may_be_told_twice(stage: Stage) -> None:
    stage.door("say", {"channel": "zalo", "address": USER, "text": "Chào cô", "times": 2})
    first, second = stage.ears.heard(2)
    assert first.body == second.body


def test_users_are_listed_and_tagged(stage: Stage) -> None:
    send(stage)
    send(stage, body(user="999"))
    for path, told in [
        ("tagfollower", {"user_id": USER, "tag_name": "la1"}),
        ("tagfollower", {"user_id": "999", "tag_name": "la1"}),
        ("rmfollowerfromtag", {"user_id": "999", "tag_name": "la1"}),
    ]:
        answer = stage.http.post(f"/v2.0/oa/tag/{path}", json=told, headers=TOKEN)
        assert answer.json()["error"] == 0
    asked = {"data": json.dumps({"offset": 0, "count": 50, "tag_name": "la1"})}
    told = stage.http.get("/v3.0/oa/user/getlist", params=asked, headers=TOKEN).json()
    assert told["data"]["users"] == [{"user_id": USER}]
    tags = stage.http.get("/v2.0/oa/tag/gettagsofoa", headers=TOKEN).json()
    assert tags["data"] == ["la1"]
    much = {"data": json.dumps({"offset": 0, "count": 51})}
    assert stage.http.get("/v3.0/oa/user/getlist", params=much, headers=TOKEN).json()["error"]


def test_the_months_quota_is_told(stage: Stage) -> None:
    asked = {"quota_owner": "OA", "product_type": "cs", "quota_type": "sub_quota"}
    [asset] = stage.http.post("/v3.0/oa/quota/message", json=asked, headers=TOKEN).json()["data"]
    assert (asset["total"], asset["remain"]) == ("1", "1")
