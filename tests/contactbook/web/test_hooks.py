"""One door for every provider: who may knock, what a receipt does, what nobody can break."""

from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from structlog.testing import capture_logs

from contactbook.db import transaction
from contactbook.delivery import dispatch
from contactbook.delivery.models import Delivery, ReceiptLine
from contactbook.delivery.status import Status
from contactbook.ports.channel import Callback, Channel, Forged, Heard, Incoming, Receipt
from tests.contactbook.web.site import Site, Teaching
from tests.fakes import FakeChannel

LENIENT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass
class Provider(FakeChannel):
    """Says what it is told to say, to whoever knows the word."""

    says: list[Receipt | Incoming] = field(default_factory=list)
    seen: list[Callback] = field(default_factory=list)

    def read(self, callback: Callback) -> list[Receipt | Incoming]:
        self.seen.append(callback)
        if "word" not in callback.path:
            raise Forged("not the word")
        return self.says


@pytest.fixture
def zalo(site: Site) -> Provider:
    provider = Provider(Channel.ZALO)
    site.channels[Channel.ZALO] = provider
    return provider


def test_who_does_not_know_the_word_is_sent_away(site: Site, zalo: Provider) -> None:
    zalo.says = [Receipt(Channel.ZALO, Heard.READ, provider_id="1")]
    for method in ("GET", "POST"):
        answer = site.visitor().request(method, "/hooks/zalo/guess")
        assert answer.status_code == HTTPStatus.FORBIDDEN
    with transaction(site.sessions) as session:
        assert session.scalar(select(func.count()).select_from(ReceiptLine)) == 0


def test_it_hands_over_what_came(site: Site, zalo: Provider) -> None:
    site.visitor().post("/hooks/zalo/a/word?x=1", content=b"\x00\xff", headers={"X-Sign": "S"})
    [callback] = zalo.seen
    assert (callback.method, callback.path, callback.body) == ("POST", "a/word", b"\x00\xff")
    assert callback.query == {"x": "1"}
    assert callback.headers["x-sign"] == "S"


def test_a_receipt_moves_its_delivery_and_the_page_shows_it(
    teacher: Teaching, zalo: Provider
) -> None:
    site = teacher.site
    teacher.post("/all/attendance", child=[str(one) for one in teacher.children])
    teacher.post("/publish", idempotency_key="a-key-of-a-phone")
    site.clock.at += timedelta(minutes=2)
    for channel in Channel:
        dispatch.drain(site.parts, channel)
    [sent] = zalo.sent
    zalo.says = [Receipt(Channel.ZALO, Heard.DELIVERED, reference=sent.reference)]
    for _ in range(3):  # providers repeat themselves
        assert site.visitor().post("/hooks/zalo/word").status_code == HTTPStatus.OK
    with transaction(site.sessions) as session:
        delivery = session.execute(
            select(Delivery.status, Delivery.update_id).where(Delivery.id == sent.reference)
        ).one()
    assert delivery.status == Status.DELIVERED
    page = teacher.visitor.get(f"/teacher/updates/{delivery.update_id}/progress")
    assert "đã nhận" in page.text
    assert "data-done" in page.text


def test_a_parents_words_are_counted_and_not_logged(site: Site, zalo: Provider) -> None:
    zalo.says = [Incoming(Channel.ZALO, "2512345", "cháu bị sốt cô ạ")]
    with capture_logs() as lines:
        assert site.visitor().post("/hooks/zalo/word").status_code == HTTPStatus.OK
    assert [line["channel"] for line in lines] == ["zalo"]
    assert "sốt" not in str(lines)
    assert "2512345" not in str(lines)


def test_a_channel_we_do_not_have_is_no_door(site: Site) -> None:
    for path in ("fax/x", "Zalo/x", "%00/x", "billing/stripe"):
        answer = site.visitor().post(f"/hooks/{path}")
        assert answer.status_code == HTTPStatus.NOT_FOUND, path
    del site.channels[Channel.SMS]
    assert site.visitor().get("/hooks/sms/word").status_code == HTTPStatus.NOT_FOUND


@LENIENT
@given(
    rest=st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace").hex()),
    body=st.binary(max_size=300),
    headers=st.dictionaries(
        st.sampled_from(["x-zevent-signature", "x-telegram-bot-api-secret-token", "content-type"]),
        st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40),
    ),
)
def test_nothing_a_stranger_sends_is_our_fault(
    site: Site, rest: str, body: bytes, headers: dict[str, str]
) -> None:
    visitor = site.visitor()
    for channel in Channel:
        answer = visitor.post(f"/hooks/{channel}/{rest}", content=body, headers=headers)
        assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
