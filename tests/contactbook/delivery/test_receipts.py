"""Receipts come late, twice, out of order, too early, or from nobody we know."""

from itertools import permutations
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from contactbook.db import Sessions, transaction
from contactbook.delivery import receipts
from contactbook.delivery.models import Delivery, ParkedReceipt, ReceiptLine
from contactbook.delivery.status import Status
from contactbook.ports.channel import Channel, Heard, OutcomeUnknown, Receipt
from contactbook.updates.progress import progress
from tests.contactbook.delivery.engine import Engine, a_family_told, deliveries, roads
from tests.fakes import FakeChannel

ZALO, MAIL, SMS = Channel.ZALO, Channel.EMAIL, Channel.SMS


def hear(
    engine: Engine,
    heard: Heard,
    *,
    reference: UUID | None = None,
    provider_id: str = "",
    channel: Channel = ZALO,
) -> None:
    receipt = Receipt(channel, heard, reference, provider_id)
    with transaction(engine.sessions) as session:
        receipts.apply(session, engine.entitlements, receipt, now=engine.clock())


def an_engine(sessions: Sessions, *channels: Channel) -> Engine:
    return Engine(sessions, [FakeChannel(channel) for channel in channels])


def sent(sessions: Sessions, *channels: Channel) -> tuple[Engine, Delivery]:
    """A message that the first channel's provider has taken."""
    a_family_told(sessions, *channels)
    engine = an_engine(sessions, *channels)
    engine.drain(channels[0])
    [row] = deliveries(sessions)
    return engine, row


@pytest.mark.parametrize(
    "order", list(permutations([Heard.DELIVERED, Heard.READ, Heard.FAILED])), ids=str
)
def test_receipts_in_any_order_end_in_the_best_that_was_said(
    committed: Sessions, order: tuple[Heard, ...]
) -> None:
    engine, row = sent(committed, ZALO)
    for heard in (*order, *order):  # and all of them twice
        hear(engine, heard, provider_id=row.provider_id)
    assert [one[1] for one in roads(committed)] == [Status.READ]


def test_every_receipt_is_kept_as_it_came(committed: Sessions) -> None:
    engine, row = sent(committed, ZALO)
    for _ in range(2):
        hear(engine, Heard.DELIVERED, provider_id=row.provider_id)
    with transaction(committed) as session:
        assert session.scalar(select(func.count()).select_from(ReceiptLine)) == 2


def test_a_failure_is_followed_once_however_often_it_is_said(committed: Sessions) -> None:
    engine, row = sent(committed, ZALO, MAIL, SMS)
    for _ in range(3):
        hear(engine, Heard.FAILED, provider_id=row.provider_id)
    assert roads(committed) == [("zalo", "failed", "unreachable"), ("email", "queued", "")]


def test_a_receipt_may_come_before_our_own_answer_is_written(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    engine = an_engine(committed, ZALO)
    with transaction(committed) as session:
        [row] = session.scalars(select(Delivery))
    hear(engine, Heard.DELIVERED, provider_id=f"zalo-{row.id.hex}")  # it does not know our name
    assert roads(committed) == [("zalo", "queued", "")]
    engine.drain()
    engine.release()
    assert roads(committed) == [("zalo", "delivered", "")]
    with transaction(committed) as session:
        assert session.scalars(select(ParkedReceipt)).all() == []


def test_a_receipt_by_our_reference_needs_no_answer_of_ours(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    engine = an_engine(committed, ZALO)
    claims = engine.claim(ZALO)
    engine.leave(ZALO, claims)
    hear(engine, Heard.DELIVERED, reference=claims[0].id, provider_id="z9")
    [row] = deliveries(committed)
    assert (row.status, row.provider_id) == (Status.DELIVERED, "z9")


def test_a_doubt_is_settled_by_its_receipt(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    engine = Engine(committed, [FakeChannel(ZALO, failure=OutcomeUnknown("timeout"))])
    engine.drain()
    [row] = deliveries(committed)
    hear(engine, Heard.DELIVERED, reference=row.id)
    assert roads(committed) == [("zalo", "delivered", "")]


def test_a_message_put_back_that_had_arrived_is_not_sent_again(committed: Sessions) -> None:
    a_family_told(committed, SMS)
    sms = FakeChannel(SMS, repeatable=True, failure=OutcomeUnknown("timeout"))
    engine = Engine(committed, [sms])
    engine.drain()
    [row] = deliveries(committed)
    assert row.status == Status.QUEUED
    hear(engine, Heard.DELIVERED, reference=row.id, channel=SMS)
    engine.clock.forward(minutes=5)
    engine.drain()
    assert roads(committed) == [("sms", "delivered", "")]
    assert len(sms.sent) == 1


def test_nobody_can_say_that_a_message_arrived_before_it_left(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    engine = an_engine(committed, ZALO)
    [row] = deliveries(committed)
    hear(engine, Heard.DELIVERED, reference=row.id)
    assert roads(committed) == [("zalo", "queued", "")]


def test_forged_names_move_nothing_and_are_forgotten(committed: Sessions) -> None:
    engine, row = sent(committed, ZALO)
    hear(engine, Heard.FAILED, reference=uuid4(), provider_id="no such message")
    hear(engine, Heard.FAILED, reference=row.id, channel=SMS)  # of another channel
    hear(engine, Heard.FAILED)
    assert roads(committed) == [("zalo", "sent", "")]
    engine.clock.forward(hours=1, seconds=1)
    engine.release()
    with transaction(committed) as session:
        assert session.scalars(select(ParkedReceipt)).all() == []


def test_no_word_of_arrival_in_time_leads_to_the_next_channel(committed: Sessions) -> None:
    engine, _ = sent(committed, ZALO, MAIL)
    engine.clock.forward(hours=1, minutes=59)
    engine.release()
    assert roads(committed) == [("zalo", "sent", "")]
    engine.clock.forward(minutes=2)
    engine.release()
    assert roads(committed) == [("zalo", "failed", "no_receipt"), ("email", "queued", "")]


def test_urgent_news_wait_half_a_minute_for_a_word_of_arrival(committed: Sessions) -> None:
    a_family_told(committed, ZALO, MAIL, urgent=True)
    engine = an_engine(committed, ZALO, MAIL)
    engine.drain()
    engine.clock.forward(seconds=31)
    engine.release()
    assert [one[:2] for one in roads(committed)] == [("zalo", "failed"), ("email", "queued")]


def test_a_late_receipt_spares_the_message_that_was_to_follow(committed: Sessions) -> None:
    _, told = a_family_told(committed, ZALO, MAIL)
    engine = an_engine(committed, ZALO, MAIL)
    engine.drain()
    engine.clock.forward(hours=3)
    engine.release()
    [first, _] = deliveries(committed)
    hear(engine, Heard.READ, provider_id=first.provider_id)
    engine.drain()
    assert roads(committed) == [("zalo", "read", ""), ("email", "skipped", "arrived")]
    with transaction(committed) as session:
        [line] = progress(session, told)
    assert (line.channel, line.told) == (ZALO, True)


def test_mail_has_no_receipts_and_is_done_when_it_is_taken(committed: Sessions) -> None:
    engine, row = sent(committed, MAIL, ZALO)
    assert row.ended_at is not None
    engine.clock.forward(days=3)
    engine.release()
    assert roads(committed) == [("email", "sent", "")]
