"""What a dead worker held, and who decides when two want the same row."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.db import Sessions, transaction
from contactbook.delivery import outbox, settling
from contactbook.delivery.consequence import Answer, consequence
from contactbook.delivery.models import Delivery
from contactbook.delivery.outbox import Claim, Leaving
from contactbook.delivery.status import Status
from contactbook.errors import Conflict
from contactbook.ports.channel import Accepted, Channel, NotReachable, SendFailed, TryAgain
from contactbook.updates.recall import recall
from tests.contactbook.delivery.engine import (
    A_MINUTE,
    Engine,
    a_class_told,
    a_crowd_told,
    a_family_told,
    deliveries,
    roads,
    statuses,
)
from tests.fakes import FakeChannel

ZALO, MAIL, SMS = Channel.ZALO, Channel.EMAIL, Channel.SMS
LEASE = timedelta(minutes=2)


def claim(engine: Engine, channel: Channel, most: int = 100) -> list[Claim]:
    return engine.claim(channel, most)


def leave(engine: Engine, claims: list[Claim], channel: Channel = ZALO) -> list[Leaving]:
    return engine.leave(channel, claims)


def settle(engine: Engine, gone: Leaving, said: Accepted | SendFailed) -> None:
    answer = Answer(gone.id, gone.month, gone.attempt, gone.urgent, said)
    change = consequence(answer, repeatable=False, hears=True, attempts=8, now=engine.clock())
    with transaction(engine.sessions) as session:
        settling.settle(session, engine.entitlements, [change], now=engine.clock())


def died(engine: Engine) -> None:
    """The worker is gone; its lease ends."""
    engine.clock.forward(seconds=LEASE.total_seconds() + 1)
    engine.release()


def test_what_was_only_claimed_goes_back_into_the_queue(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    engine = Engine(committed, [FakeChannel(ZALO)])
    claim(engine, ZALO)
    engine.release()
    assert statuses(committed) == {Status.CLAIMED: 1}
    died(engine)
    assert engine.drain() == 1
    assert [(row.status, row.attempts) for row in deliveries(committed)] == [("sent", 1)]


@pytest.mark.parametrize(
    ("repeatable", "status"), [(False, Status.UNKNOWN), (True, Status.QUEUED)], ids=str
)
def test_what_was_leaving_is_sent_again_only_where_a_repeat_is_recognised(
    committed: Sessions, *, repeatable: bool, status: Status
) -> None:
    a_family_told(committed, SMS)
    engine = Engine(committed, [FakeChannel(SMS, repeatable=repeatable)])
    leave(engine, claim(engine, SMS), SMS)
    died(engine)
    assert statuses(committed) == {status: 1}


def test_a_message_that_kills_its_worker_is_not_sent_for_ever(committed: Sessions) -> None:
    a_family_told(committed, SMS, MAIL)
    engine = Engine(
        committed, [FakeChannel(SMS, repeatable=True), FakeChannel(MAIL)], settings={"attempts": 3}
    )
    killed = 0
    while leave(engine, claim(engine, SMS), SMS):  # it leaves, the worker dies
        killed += 1
        died(engine)
    assert killed == 3
    assert roads(committed) == [("sms", "failed", "worn_out"), ("email", "queued", "")]


def test_one_that_was_given_up_for_dead_takes_nothing_from_its_heir(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    engine = Engine(committed, [FakeChannel(ZALO)])
    slow = claim(engine, ZALO)
    died(engine)
    heir = claim(engine, ZALO)
    [gone] = leave(engine, heir)
    assert leave(engine, slow) == []
    settle(engine, gone, Accepted("z1"))
    assert roads(committed) == [("zalo", "sent", "")]


def test_an_answer_that_outlived_its_lease_settles_the_doubt(committed: Sessions) -> None:
    a_family_told(committed, ZALO, MAIL)
    engine = Engine(committed, [FakeChannel(ZALO), FakeChannel(MAIL)])
    [gone] = leave(engine, claim(engine, ZALO))
    died(engine)
    assert statuses(committed) == {Status.UNKNOWN: 1}
    settle(engine, gone, Accepted("z1"))
    assert roads(committed) == [("zalo", "sent", "")]


def test_an_answer_that_outlived_its_lease_sends_nothing_again(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    engine = Engine(committed, [FakeChannel(ZALO)])
    [gone] = leave(engine, claim(engine, ZALO))
    died(engine)
    settle(engine, gone, TryAgain("429"))
    assert roads(committed) == [("zalo", "unknown", "unanswered")]


def test_an_answer_to_an_earlier_try_is_not_believed(committed: Sessions) -> None:
    a_family_told(committed, SMS)
    engine = Engine(committed, [FakeChannel(SMS, repeatable=True)])
    [first] = leave(engine, claim(engine, SMS), SMS)
    died(engine)
    [second] = leave(engine, claim(engine, SMS), SMS)
    settle(engine, first, NotReachable("99"))
    assert statuses(committed) == {Status.SENDING: 1}
    settle(engine, second, Accepted("s1"))
    assert statuses(committed) == {Status.SENT: 1}


def test_an_urgent_doubt_that_turns_into_a_failure_is_not_followed_twice(
    committed: Sessions,
) -> None:
    a_family_told(committed, ZALO, MAIL, SMS, urgent=True)
    engine = Engine(committed, [FakeChannel(channel) for channel in (ZALO, MAIL, SMS)])
    [gone] = leave(engine, claim(engine, ZALO))
    died(engine)
    settle(engine, gone, NotReachable("-213"))
    assert roads(committed) == [("zalo", "failed", "unreachable"), ("email", "queued", "")]


def test_eight_drains_claim_each_row_once(committed: Sessions) -> None:
    a_crowd_told(committed, 2_000, ZALO)
    engine = Engine(committed, [FakeChannel(ZALO)])
    start = Barrier(8)

    def work() -> list[UUID]:
        mine: list[UUID] = []
        start.wait()
        while chunk := claim(engine, ZALO, most=37):
            mine += [one.id for one in chunk]
        return mine

    with ThreadPoolExecutor(8) as pool:
        futures = [pool.submit(work) for _ in range(8)]
    claimed = [one for future in futures for one in future.result()]
    assert len(claimed) == len(set(claimed)) == 2_000


def test_eight_processes_worth_of_drains_send_each_message_once(committed: Sessions) -> None:
    a_crowd_told(committed, 1_000, ZALO)
    engines = [
        Engine(committed, [FakeChannel(ZALO, pause=0.002)], settings={"chunk": 40, "window": 8})
        for _ in range(8)
    ]
    with ThreadPoolExecutor(8) as pool:
        heard = list(pool.map(Engine.drain, engines))
    messages = [message.reference for engine in engines for message in engine.fakes[0].sent]
    assert sum(heard) == len(messages) == len(set(messages)) == 1_000
    assert statuses(committed) == {Status.SENT: 1_000}


def test_a_message_is_recalled_or_sent_and_never_both(committed: Sessions) -> None:
    """The undo at its last moment, while a worker whose clock is ahead is already claiming."""
    world, told = a_class_told(committed, 60, ZALO)
    fake = FakeChannel(ZALO, pause=0.01)
    engine = Engine(committed, [fake], settings={"window": 4, "chunk": 10})
    start = Barrier(2)

    def send() -> None:
        start.wait()
        engine.drain()

    drain = Thread(target=send)
    drain.start()
    start.wait()
    while not fake.sent:
        pass
    with transaction(committed) as session:
        taken_back = outbox.recall(session, update_id=told.id, month=told.month, now=engine.clock())
    drain.join()
    assert statuses(committed) == {
        Status.RECALLED: taken_back,
        Status.SENT: 60 - taken_back,
    }
    assert len(fake.sent) == 60 - taken_back
    assert taken_back > 0
    assert len(world.students) == 60


def test_an_update_can_be_taken_back_within_its_time_and_not_after(committed: Sessions) -> None:
    world, told = a_family_told(committed, ZALO, manners=A_MINUTE)
    late = told.due_at

    def take_back(session: Session, moment: timedelta) -> None:
        recall(session, update_id=told.id, staff_id=world.teacher.id, now=late + moment)

    with transaction(committed) as session, pytest.raises(Conflict):
        take_back(session, timedelta(0))
    with transaction(committed) as session:
        take_back(session, -timedelta(seconds=1))
    with transaction(committed) as session:
        take_back(session, timedelta(hours=1))  # twice is once
        assert session.scalars(select(Delivery.status)).all() == [Status.RECALLED]
    engine = Engine(committed, [FakeChannel(ZALO)])
    engine.clock.forward(hours=1)
    assert engine.drain() == 0
