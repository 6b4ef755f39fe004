"""A letter's whole way: our adapter, the played relay, its report, our door, the delivery's row."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from email import message_from_bytes
from http import HTTPStatus

import pytest
from sqlalchemy import select, update

from channels.adapters import build_adapters
from channels.simulator.mail import REPORTS
from channels.simulator.mail_reports import bounce, complaint
from channels.simulator.server import Config, Simulator, running
from contactbook.app import create_app
from contactbook.db import transaction
from contactbook.delivery import dispatch
from contactbook.delivery.models import Delivery, ReceiptLine
from contactbook.delivery.status import Status
from contactbook.people.models import ContactPoint
from contactbook.ports.channel import Channel
from tests.channels.adapter_contract import all_at
from tests.conftest import NOON
from tests.contactbook.web.site import Teaching
from tests.fakes import accounts_of
from tests.providers.ears import Ears, listening

WORD = "a-word-of-16-signs"


@pytest.fixture
def ears() -> Iterator[Ears]:
    with listening() as ears:
        yield ears


@pytest.fixture
def simulator(ears: Ears) -> Iterator[Simulator]:
    url = f"{ears.url}/hooks/email/{WORD}/bounce"
    with running(Config(receipt_delay=0.02, mail_bounce_url=url)) as simulator:
        yield simulator


def sent_to(address: str, teacher: Teaching, simulator: Simulator) -> None:
    """Today's letter leaves for this mailbox, through the real adapter."""
    site = teacher.site
    keys = {"smtp_bounce_domain": "bounce.example", "smtp_callback_secret": WORD}
    settings = all_at("http://127.0.0.1:9", simulator.smtp_url, timeout_seconds=10, **keys)
    mail = build_adapters(settings)[Channel.EMAIL]
    fakes = {**site.channels, Channel.EMAIL: mail}
    site.parts = replace(site.parts, accounts=accounts_of(site.sessions, site.parts.loop, fakes))
    site.app = create_app(site.parts)
    with transaction(site.sessions) as session:
        session.execute(
            update(ContactPoint).where(ContactPoint.channel == "email").values(address=address)
        )
    teacher.post("/all/attendance", child=[str(one) for one in teacher.children])
    teacher.post("/publish", idempotency_key="a-key-of-a-phone", urgent="yes")
    site.clock.at = NOON.replace(minute=30)
    dispatch.drain(site.parts, Channel.EMAIL)
    site.parts.loop.run(mail.close())


def status(teacher: Teaching) -> Status:
    with transaction(teacher.site.sessions) as session:
        row = select(Delivery.status).where(Delivery.channel == "email")
        return Status(session.scalars(row).one())


def handed_over(teacher: Teaching, ears: Ears, change: Callable[[bytes], bytes] = bytes) -> int:
    """What the relay posted, posted to our own door."""
    [call] = ears.heard(1, within=20)
    assert call.headers["content-type"] == "message/rfc822"
    path = call.path + (f"?to={call.query['to']}" if "to" in call.query else "")
    tampered = change(path.encode()).decode().replace("+", "%2B")
    answer = teacher.site.visitor().post(tampered, content=change(call.body))
    return answer.status_code


def test_a_mailbox_that_accepted_and_bounced_has_not_got_it(
    teacher: Teaching, simulator: Simulator, ears: Ears
) -> None:
    sent_to("twice@example.vn", teacher, simulator)
    assert status(teacher) == Status.SENT
    assert handed_over(teacher, ears) == HTTPStatus.OK
    assert status(teacher) == Status.FAILED
    with transaction(teacher.site.sessions) as session:
        [reason] = session.scalars(select(ReceiptLine.reason)).all()
    assert reason == "bounced, 5.1.1"


def test_a_complaint_comes_through_the_same_door(
    teacher: Teaching, simulator: Simulator, ears: Ears
) -> None:
    sent_to("spam@example.vn", teacher, simulator)
    assert handed_over(teacher, ears) == HTTPStatus.OK
    with transaction(teacher.site.sessions) as session:
        [reason] = session.scalars(select(ReceiptLine.reason)).all()
    assert reason == "complained"


def test_a_bounce_with_a_forged_tag_moves_nothing(
    teacher: Teaching, simulator: Simulator, ears: Ears
) -> None:
    sent_to("twice@example.vn", teacher, simulator)
    [call] = ears.heard(1, within=20)
    tag = call.query["to"].partition("@")[0]
    wrong = tag[:-1] + ("0" if tag[-1] != "0" else "1")

    def forge(told: bytes) -> bytes:
        return told.replace(tag.encode(), wrong.encode())

    assert handed_over(teacher, ears, forge) == HTTPStatus.FORBIDDEN
    assert status(teacher) == Status.SENT


def test_other_mailboxes_hear_nothing_back(
    teacher: Teaching, simulator: Simulator, ears: Ears
) -> None:
    sent_to("phuhuynh@example.vn", teacher, simulator)
    assert status(teacher) == Status.SENT
    time.sleep(0.2)
    assert ears.calls == []


def test_the_played_reports_are_reports() -> None:
    letter = b"From: a@b.vn\r\nMessage-ID: <1@b.vn>\r\n\r\nx\r\n"
    args = ("bounce+x@b.vn", "me@c.vn", letter, NOON)
    for action, code in set(REPORTS.values()) - {("", "")}:
        mail = message_from_bytes(bounce(*args, action=action, status=code))
        kinds = [part.get_content_type() for part in mail.walk() if part.is_multipart()]
        assert kinds[:2] == ["multipart/report", "message/delivery-status"]
        assert [part["Status"] for part in mail.walk() if part["Status"]] == [code]
        assert [part["Message-ID"] for part in mail.walk() if part["Message-ID"]] == ["<1@b.vn>"]
    assert message_from_bytes(complaint(*args)).get_param("report-type") == "feedback-report"
