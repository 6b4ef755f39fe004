"""Callbacks as the providers send them, through the real adapters: genuine, forged, repeated."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

import pytest
from httpx2 import Response
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.testclient import TestClient

from channels.adapters import build_adapters
from contactbook.app import create_app
from contactbook.db import transaction
from contactbook.delivery import dispatch
from contactbook.delivery.models import Delivery
from contactbook.delivery.status import Status
from contactbook.ports.channel import Callback, Channel, ChannelAdapter, Incoming, Receipt
from contactbook.web import guard
from tests.builders import family
from tests.channels.adapter_contract import (
    APP_ID,
    ESMS_SECRET,
    OA_SECRET,
    TELEGRAM_SECRET,
    all_at,
)
from tests.contactbook.web.site import Teaching
from tests.fakes import FakeChannel, accounts_of

LENIENT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass
class Ears(FakeChannel):
    """Sends nowhere; what comes back is read by the adapter that reads it in production."""

    real: ChannelAdapter | None = None

    def read(self, callback: Callback) -> list[Receipt | Incoming]:
        assert self.real
        return list(self.real.read(callback))


@dataclass
class Told:
    """An update that has left for its families, and a provider who knocks."""

    teacher: Teaching
    door: TestClient
    channels: dict[Channel, Ears]

    def reference(self, channel: Channel) -> UUID:
        return self.channels[channel].sent[0].reference

    def status(self, channel: Channel) -> Status:
        with transaction(self.teacher.site.sessions) as session:
            row = select(Delivery.status).where(Delivery.id == self.reference(channel))
            return Status(session.scalars(row).one())


@pytest.fixture
def told(teacher: Teaching) -> Told:
    site = teacher.site
    adapters = build_adapters(all_at("http://127.0.0.1:9"))
    ears = {one: Ears(one, real=adapters[one]) for one in adapters}
    site.parts = replace(site.parts, accounts=accounts_of(site.sessions, site.parts.loop, {**ears}))
    site.app = create_app(site.parts)
    with transaction(site.sessions) as session:
        family(session, teacher.world, Channel.SMS, child="Đỗ Anh Khoa")
    teacher.visitor = site.signed_in(teacher.world.teacher.username)
    teacher.urgent("Bé bị ngã, ba mẹ gọi lại ngay.")
    site.clock.at += timedelta(minutes=2)
    for channel in Channel:
        dispatch.drain(site.parts, channel)
    return Told(teacher, site.visitor(), ears)


def zalo(told: Told, event: Mapping[str, object], secret: str = OA_SECRET) -> Response:
    body = json.dumps({"app_id": APP_ID, "timestamp": "1793775757000", **event}).encode()
    plain = APP_ID.encode() + body + b"1793775757000" + secret.encode()
    mac = {"X-ZEvent-Signature": "mac=" + hashlib.sha256(plain).hexdigest()}
    return told.door.post("/hooks/zalo/webhook", content=body, headers=mac)


def esms(told: Told, secret: str = ESMS_SECRET, **said: str) -> Response:
    report = {
        "SMSID": "dc712784-4d", "SendFailed": "0", "SendStatus": "5", "SendSuccess": "1",
        "TotalPrice": "850.0000", "TotalReceiver": "1", "TotalSent": "1", "TypeId": "2",
        "RequestId": told.reference(Channel.SMS).hex,
    }  # fmt: skip
    return told.door.get(f"/hooks/sms/esms/{secret}", params=report | said)


def telegram(told: Told, update: object, secret: str = TELEGRAM_SECRET) -> Response:
    word = {"X-Telegram-Bot-Api-Secret-Token": secret}
    return told.door.post("/hooks/telegram/bot", json=update, headers=word)


def test_zalo_says_arrived_and_then_seen(told: Told) -> None:
    name = f"zalo-{told.reference(Channel.ZALO).hex}"
    arrived = {"event_name": "user_received_message", "message": {"msg_id": name}}
    seen = {"event_name": "user_seen_message", "message": {"msg_ids": [name]}}
    assert told.status(Channel.ZALO) == Status.SENT
    assert zalo(told, arrived).status_code == HTTPStatus.OK
    assert told.status(Channel.ZALO) == Status.DELIVERED
    for event in (seen, seen, arrived):  # again, and out of order: a status moves forward only
        assert zalo(told, event).status_code == HTTPStatus.OK
        assert told.status(Channel.ZALO) == Status.READ


def test_esms_says_delivered_or_not(told: Told) -> None:
    assert esms(told, SendStatus="2").status_code == HTTPStatus.OK, "not the last word"
    assert told.status(Channel.SMS) == Status.SENT
    for _ in range(2):
        assert esms(told).status_code == HTTPStatus.OK
        assert told.status(Channel.SMS) == Status.DELIVERED


def test_a_parent_who_writes_in_telegram_is_heard(told: Told) -> None:
    message = {"message_id": 1, "date": 1_790_000_000, "chat": {"id": 55, "type": "private"},
               "text": "Cháu bị sốt cô ạ"}  # fmt: skip
    for _ in range(2):
        answer = telegram(told, {"update_id": 1, "message": message})
        assert answer.status_code == HTTPStatus.OK


def test_forgers_move_nothing(told: Told) -> None:
    name = f"zalo-{told.reference(Channel.ZALO).hex}"
    event = {"event_name": "user_received_message", "message": {"msg_id": name}}
    knocks = [
        zalo(told, event, secret="guess"),
        zalo(told, event, secret=""),
        told.door.post("/hooks/zalo/webhook", json=event),
        told.door.get("/hooks/zalo/webhook"),
        esms(told, secret="guess"),
        esms(told, secret=ESMS_SECRET + "/x"),
        told.door.get("/hooks/sms/esms"),
        told.door.get("/hooks/sms/"),
        telegram(told, {"update_id": 1}, secret="guess"),
        told.door.get("/hooks/telegram/bot"),
        told.door.post("/hooks/email/bounce", json={}),
    ]
    assert {answer.status_code for answer in knocks} == {HTTPStatus.FORBIDDEN}
    assert told.status(Channel.ZALO) == told.status(Channel.SMS) == Status.SENT


def test_a_signature_does_not_fit_another_body(told: Told) -> None:
    name = f"zalo-{told.reference(Channel.ZALO).hex}"
    genuine = zalo(told, {"event_name": "user_received_message", "message": {"msg_id": "other"}})
    mac = genuine.request.headers["x-zevent-signature"]
    body = genuine.request.content.replace(b"other", name.encode())
    answer = told.door.post(
        "/hooks/zalo/webhook", content=body, headers={"x-zevent-signature": mac}
    )
    assert answer.status_code == HTTPStatus.FORBIDDEN
    assert told.status(Channel.ZALO) == Status.SENT


def test_more_than_a_callback_can_be_is_not_read(told: Told) -> None:
    for path in ("zalo/webhook", "telegram/bot", f"sms/esms/{ESMS_SECRET}", "fax/x"):
        answer = told.door.post(f"/hooks/{path}", content=b"x" * (guard.MOST + 1))
        assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


NAMES = st.sampled_from(
    ["event_name", "message", "msg_id", "msg_ids", "sender", "id", "timestamp", "update_id",
     "chat", "text", "date", "type"]
) | st.text(max_size=8)  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(NAMES, some, max_size=4),
    max_leaves=12,
)
EVENTS = st.sampled_from(["user_received_message", "user_seen_message", "user_send_text", "x"])


@LENIENT
@given(junk=st.dictionaries(NAMES, JSON, max_size=6), event=EVENTS, words=st.text(max_size=60))
def test_junk_with_the_right_word_is_no_fault_of_ours(
    told: Told, junk: dict[str, object], event: str, words: str
) -> None:
    """A provider may change its mind about its own documents; we answer, and nothing breaks."""
    fields = ("RequestId", "SMSID", "SendStatus", "SendSuccess", "TotalPrice")
    answers = [
        zalo(told, junk | {"event_name": event, "timestamp": "1793775757000"}),
        telegram(told, junk),
        esms(told, **dict.fromkeys(fields, words)),
    ]
    assert {answer.status_code for answer in answers} <= {HTTPStatus.OK, HTTPStatus.FORBIDDEN}
