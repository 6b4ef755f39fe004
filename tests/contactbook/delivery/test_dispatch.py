"""A drain against providers that answer, refuse, hang and lie; on a database that commits."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from time import monotonic, sleep

import pytest
from sqlalchemy import select, text, update
from structlog.testing import capture_logs

from contactbook.db import Sessions, transaction
from contactbook.delivery import lanes, outbox
from contactbook.delivery.consequence import PAUSE
from contactbook.delivery.models import Delivery, Wording
from contactbook.delivery.status import Status
from contactbook.people.models import ContactPoint, Guardianship
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Channel,
    GiveUp,
    NotReachable,
    OutcomeUnknown,
    Outgoing,
    SendFailed,
    TryAgain,
)
from contactbook.updates.progress import progress
from tests.builders import TODAY, agree, class_of, family
from tests.conftest import boss
from tests.contactbook.delivery.engine import (
    A_MINUTE,
    AT_ONCE,
    Clock,
    Engine,
    a_class_told,
    a_crowd_told,
    a_family_told,
    deliveries,
    mark,
    roads,
    statuses,
    tell,
)
from tests.fakes import FakeChannel, PaidFor

ZALO, MAIL, SMS = Channel.ZALO, Channel.EMAIL, Channel.SMS
LATE_EVENING = timedelta(hours=9, minutes=30)  # after noon: 21:30


def once(first: SendFailed) -> Callable[[Outgoing], Accepted | SendFailed]:
    """Fails the first time, and takes what comes later."""
    tries = iter([first])
    return lambda message: next(tries, Accepted(f"later {message.reference.hex}"))


# What leaves


def test_a_message_leaves_with_what_its_guardian_agreed_to(committed: Sessions) -> None:
    _, told = a_family_told(committed, ZALO)
    engine = Engine(committed, [FakeChannel(ZALO)])
    assert engine.drain() == 1
    [message] = engine.fakes[0].sent
    [row] = deliveries(committed)
    assert message.reference == row.id
    assert "Hôm nay bé đến lớp lúc 7h20" in message.body
    assert (row.status, row.attempts, row.update_id) == (Status.SENT, 1, told.id)


def test_nothing_leaves_before_the_undo_time_is_over(committed: Sessions) -> None:
    a_family_told(committed, ZALO, manners=A_MINUTE)
    engine = Engine(committed, [FakeChannel(ZALO)])
    assert engine.drain() == 0
    engine.clock.forward(seconds=61)
    assert engine.drain() == 1


def test_routine_news_wait_for_the_morning_and_urgent_ones_do_not(committed: Sessions) -> None:
    with transaction(committed) as session:
        for urgent in (False, True):
            world = class_of(session)
            family(session, world, ZALO)
            mark(session, world)
            clock = Clock()
            tell(session, world, AT_ONCE, urgent=urgent, now=clock.moment + LATE_EVENING)
    assert sorted(roads(committed)) == [("zalo", "held", "quiet"), ("zalo", "queued", "")]
    engine = Engine(committed, [FakeChannel(ZALO)], clock=Clock(clock.moment + LATE_EVENING))
    assert engine.drain() == 1
    engine.clock.forward(hours=9)  # 6:30
    assert engine.drain() == 0
    engine.clock.forward(minutes=31)
    assert engine.drain() == 1


def test_a_retry_that_falls_due_at_night_waits_for_the_morning(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    busy = TryAgain("429", after=LATE_EVENING)
    engine = Engine(committed, [FakeChannel(ZALO, script=once(busy))])
    engine.drain()
    engine.clock.forward(hours=10)  # 22:00
    assert engine.drain() == 0
    engine.clock.forward(hours=9)
    assert engine.drain() == 1


def test_urgent_news_leave_before_routine_ones(committed: Sessions) -> None:
    a_class_told(committed, 40, ZALO)
    a_family_told(committed, ZALO, urgent=True)
    engine = Engine(committed, [FakeChannel(ZALO)], settings={"window": 1, "chunk": 1})
    engine.drain()
    assert engine.fakes[0].sent[0].body.startswith("Tin khẩn")


def test_a_school_with_thousands_does_not_hold_back_a_class(committed: Sessions) -> None:
    a_crowd_told(committed, 5_000, ZALO)
    small, _ = a_class_told(committed, 30, ZALO)
    engine = Engine(committed, [FakeChannel(ZALO)])
    order = [one.id for _ in range(2) for one in engine.claim(ZALO, most=50)]
    schools = {row.id: row.school_id for row in deliveries(committed)}
    assert Counter(schools[one] for one in order)[small.school.id] == 30


def test_a_hanging_provider_delays_no_other_channel(committed: Sessions) -> None:
    a_class_told(committed, 3, ZALO)
    a_class_told(committed, 3, MAIL)
    slow, quick = FakeChannel(ZALO, pause=1.5), FakeChannel(MAIL)
    engine = Engine(committed, [slow, quick])
    hanging = Thread(target=engine.drain, args=[ZALO])
    hanging.start()
    began = monotonic()
    assert engine.drain(MAIL) == 3
    assert monotonic() - began < 1
    assert engine.drain(ZALO) == 0  # its drain is at work: a second thread is not lost to it
    hanging.join()
    assert statuses(committed) == {Status.SENT: 6}


# The last look before a message leaves


def claimed(engine: Engine, channel: Channel = ZALO) -> list[outbox.Claim]:
    return engine.claim(channel)


def leave(
    engine: Engine, claims: list[outbox.Claim], channel: Channel = ZALO
) -> list[outbox.Leaving]:
    return engine.leave(channel, claims)


def test_consent_withdrawn_between_claim_and_leaving_stops_the_message(
    committed: Sessions,
) -> None:
    world, _ = a_family_told(committed, ZALO)
    engine = Engine(committed, [FakeChannel(ZALO)])
    claims = claimed(engine)
    [row] = deliveries(committed)
    with transaction(committed) as session:
        session.execute(
            text("""
                INSERT INTO consent (school_id, guardian_id, student_id, channel, purpose, granted,
                                     text_version, text_sha256, method)
                SELECT :school, :guardian, :student, 'zalo', 1 << n, false, 'v', '', 'chat'
                FROM generate_series(0, 5) n
            """),
            {"school": world.school.id, "guardian": row.guardian_id, "student": row.student_id},
        )
    assert leave(engine, claims) == []
    assert roads(committed) == [("zalo", "skipped", "no_consent")]
    assert deliveries(committed)[0].attempts == 0


def test_nothing_more_leaves_a_second_after_consent_is_withdrawn(committed: Sessions) -> None:
    """Measured while a drain is at work: from the commit on, at most what was already marked."""
    world, _ = a_class_told(committed, 150, ZALO)
    fake = FakeChannel(ZALO, pause=0.05)
    engine = Engine(committed, [fake], settings={"window": 4})
    drain = Thread(target=engine.drain)
    drain.start()
    while len(fake.sent) < 10:
        sleep(0.005)
    with transaction(committed) as session:
        mothers = {row.guardian_id for row in session.scalars(select(Delivery))}
        session.execute(
            text("""
                INSERT INTO consent (school_id, guardian_id, student_id, channel, purpose, granted,
                                     text_version, text_sha256, method)
                SELECT school_id, guardian_id, student_id, channel, 1, false, 'v', '', 'chat'
                FROM consent_state WHERE guardian_id = ANY(:mothers)
            """),
            {"mothers": list(mothers)},
        )
    after = len(fake.sent)
    withdrawn = monotonic()
    drain.join()
    assert monotonic() - withdrawn < 5  # a second where nothing else runs on the machine
    assert len(fake.sent) - after <= 4
    assert world.students
    outcome = statuses(committed)
    assert outcome[Status.SENT] == len(fake.sent)
    assert outcome[Status.SKIPPED] == 150 - len(fake.sent)


def test_a_guardianship_that_ended_today_closes_every_road(committed: Sessions) -> None:
    a_family_told(committed, ZALO, MAIL)
    engine = Engine(committed, [FakeChannel(ZALO), FakeChannel(MAIL)])
    with transaction(committed) as session:
        session.execute(update(Guardianship).values(valid_to=TODAY))
    assert engine.drain() == 0
    assert roads(committed) == [("zalo", "skipped", "restricted")]


def test_an_address_given_up_meanwhile_leads_to_the_next_channel(committed: Sessions) -> None:
    a_family_told(committed, ZALO, MAIL)
    engine = Engine(committed, [FakeChannel(ZALO), FakeChannel(MAIL)])
    with transaction(committed) as session:
        session.execute(
            update(ContactPoint).where(ContactPoint.channel == ZALO).values(ended_at=Clock()())
        )
    engine.drain()
    assert roads(committed) == [("zalo", "skipped", "no_contact"), ("email", "sent", "")]


@pytest.mark.parametrize(
    ("gone", "reason"), [(ContactPoint, "no_contact"), (Wording, "no_words")], ids=str
)
def test_a_message_without_its_address_or_words_ends_instead_of_waiting_for_ever(
    committed: Sessions, gone: type[ContactPoint | Wording], reason: str
) -> None:
    a_family_told(committed, ZALO)
    with transaction(committed) as session:
        session.execute(gone.__table__.delete())  # type: ignore[attr-defined]
    engine = Engine(committed, [FakeChannel(ZALO)])
    assert engine.drain() == 0
    assert roads(committed) == [("zalo", "skipped", reason)]


def test_a_drain_goes_on_after_a_window_of_which_nothing_may_leave(committed: Sessions) -> None:
    a_class_told(committed, 40, ZALO)
    with transaction(committed) as session:
        first = session.scalars(select(Delivery.guardian_id).order_by(Delivery.turn_at).limit(30))
        session.execute(
            update(Guardianship)
            .where(Guardianship.guardian_id.in_(first.all()))
            .values(restricted=True)
        )
    engine = Engine(committed, [FakeChannel(ZALO)], settings={"window": 4, "chunk": 4})
    assert engine.drain() == 10
    assert statuses(committed) == {Status.SKIPPED: 30, Status.SENT: 10}


# What a failure leads to


@pytest.mark.parametrize("failure", [NotReachable("-213"), GiveUp("-248")], ids=["away", "refused"])
def test_a_failed_message_goes_down_her_channels_one_by_one(
    committed: Sessions, failure: SendFailed
) -> None:
    a_family_told(committed, ZALO, MAIL, SMS)
    with transaction(committed) as session:
        kids = session.scalars(select(Delivery.student_id)).all()
    fakes = [FakeChannel(channel, failure=failure) for channel in (ZALO, MAIL, SMS)]
    engine = Engine(committed, fakes, entitlements=PaidFor([kid for kid in kids if kid]))
    engine.drain()
    rows = deliveries(committed)
    assert [(row.channel, row.status) for row in rows] == [
        ("zalo", "failed"), ("email", "failed"), ("sms", "failed"),
    ]  # fmt: skip
    assert [row.follows_id for row in rows] == [None, rows[0].id, rows[1].id]
    assert [len(fake.sent) for fake in fakes] == [1, 1, 1]


def test_a_provider_that_asks_for_time_gets_it(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    asks = TryAgain("429", after=timedelta(minutes=10))
    engine = Engine(committed, [FakeChannel(ZALO, script=once(asks))])
    engine.drain()
    engine.clock.forward(minutes=9, seconds=59)
    assert engine.drain() == 0
    engine.clock.forward(seconds=2)
    assert engine.drain() == 1
    assert [(row.status, row.attempts) for row in deliveries(committed)] == [("sent", 2)]


def test_tries_on_one_channel_are_bounded_and_then_the_next_one_is_taken(
    committed: Sessions,
) -> None:
    a_family_told(committed, ZALO, MAIL)
    fakes = [FakeChannel(ZALO, failure=TryAgain("503")), FakeChannel(MAIL)]
    engine = Engine(committed, fakes, settings={"attempts": 3})
    for _ in range(6):
        engine.drain()
        engine.clock.forward(minutes=10)
    assert len(fakes[0].sent) == 3
    assert roads(committed) == [("zalo", "failed", "worn_out"), ("email", "sent", "")]


def test_a_dead_account_pauses_its_channel_with_one_alert(committed: Sessions) -> None:
    a_class_told(committed, 100, ZALO)
    dead = FakeChannel(ZALO, failure=AccountUnusable("-216"))
    engine = Engine(committed, [dead], settings={"window": 8})
    with capture_logs() as logs:
        engine.drain()
        engine.drain()
    assert len(dead.sent) <= 8
    assert [one["event"] for one in logs].count("account paused") == 1
    assert statuses(committed) == {Status.QUEUED: 100}
    dead.failure = None
    engine.clock.forward(seconds=PAUSE.total_seconds() + 1)
    engine.drain()
    assert statuses(committed) == {Status.SENT: 100}


def test_urgent_news_do_not_wait_for_a_dead_account(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    fakes = [FakeChannel(ZALO, failure=AccountUnusable("-216")), FakeChannel(MAIL)]
    engine = Engine(committed, fakes)
    engine.drain()
    a_family_told(committed, ZALO, MAIL, urgent=True)  # published while the lane is paused
    engine.release()
    engine.drain()
    assert roads(committed) == [
        ("zalo", "queued", "account"), ("zalo", "failed", "account"), ("email", "sent", ""),
    ]  # fmt: skip


def test_a_message_in_doubt_is_never_sent_again_blindly(committed: Sessions) -> None:
    a_family_told(committed, ZALO, MAIL)
    fakes = [FakeChannel(ZALO, failure=OutcomeUnknown("timeout")), FakeChannel(MAIL)]
    engine = Engine(committed, fakes)
    for _ in range(5):
        engine.drain()
        engine.release()
        engine.clock.forward(hours=1)
    assert len(fakes[0].sent) == 1
    assert roads(committed) == [("zalo", "unknown", "unanswered")]


def test_urgent_news_in_doubt_take_the_next_channel_and_the_doubt_stays(
    committed: Sessions,
) -> None:
    a_family_told(committed, ZALO, MAIL, urgent=True)
    fakes = [FakeChannel(ZALO, failure=OutcomeUnknown("timeout")), FakeChannel(MAIL)]
    engine = Engine(committed, fakes)
    for _ in range(4):
        engine.drain()
        engine.release()
        engine.clock.forward(seconds=20)
    assert roads(committed) == [("zalo", "unknown", "unanswered"), ("email", "sent", "")]


def test_a_doubt_where_our_reference_is_known_is_asked_by_sending_again(
    committed: Sessions,
) -> None:
    a_family_told(committed, SMS)
    sms = FakeChannel(SMS, repeatable=True, script=once(OutcomeUnknown("timeout")))
    engine = Engine(committed, [sms])
    engine.drain()
    engine.clock.forward(minutes=1)
    engine.drain()
    assert len(sms.sent) == 2
    assert len({message.reference for message in sms.sent}) == 1
    assert statuses(committed) == {Status.SENT: 1}


def test_an_adapter_that_never_comes_back_is_given_up_on(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    engine = Engine(
        committed, [FakeChannel(ZALO, pause=60)], settings={"lease": timedelta(seconds=0.4)}
    )
    engine.drain()
    assert roads(committed) == [("zalo", "unknown", "unanswered")]


def test_a_fault_of_an_adapter_is_a_doubt_and_no_crash(committed: Sessions) -> None:
    a_class_told(committed, 3, ZALO)

    def faulty(message: Outgoing) -> Accepted:
        if "Be" not in message.body:
            raise ZeroDivisionError
        return Accepted()

    engine = Engine(committed, [FakeChannel(ZALO, script=faulty)])
    with capture_logs() as logs:
        engine.drain()
    assert statuses(committed) == {Status.UNKNOWN: 3}
    assert [one["event"] for one in logs] == ["adapter fault"] * 3


def test_words_that_cannot_be_put_together_have_not_left(committed: Sessions) -> None:
    a_family_told(committed, ZALO, MAIL)
    with transaction(committed) as session:
        session.execute(
            update(Wording)
            .where(Wording.channel == ZALO)
            .values(parts=[{"purpose": 1, "text": None, "clause": True}])
        )
    fakes = [FakeChannel(ZALO), FakeChannel(MAIL)]
    engine = Engine(committed, fakes)
    with capture_logs():
        engine.drain()
    assert roads(committed) == [("zalo", "failed", "refused"), ("email", "sent", "")]
    assert fakes[0].sent == []


# A person's word


def test_a_person_may_send_a_doubtful_message_again_and_older_answers_do_not_count(
    committed: Sessions,
) -> None:
    _, told = a_family_told(committed, ZALO)
    zalo = FakeChannel(ZALO, script=once(OutcomeUnknown("timeout")))
    engine = Engine(committed, [zalo])
    engine.drain()
    [row] = deliveries(committed)
    with transaction(committed) as session:
        again = partial(
            outbox.send_again,
            session,
            delivery_id=row.id,
            update_id=told.id,
            now=engine.clock(),
        )
        assert again() == 1
        assert again() == 0  # a double click
    engine.drain()
    [row] = deliveries(committed)
    assert (row.status, row.attempts, len(zalo.sent)) == (Status.SENT, 2, 2)


# Stopping, and trouble with the database


def test_a_drain_asked_to_stop_hears_what_is_out_and_gives_back_the_rest(
    committed: Sessions,
) -> None:
    a_class_told(committed, 60, ZALO)
    fake = FakeChannel(ZALO, pause=0.2)
    engine = Engine(committed, [fake], settings={"window": 4})
    drain = Thread(target=engine.drain)
    drain.start()
    while not fake.sent:
        sleep(0.005)
    engine.parts.stopping.set()
    drain.join(5)
    assert not drain.is_alive()
    assert statuses(committed) == {
        Status.SENT: len(fake.sent),
        Status.QUEUED: 60 - len(fake.sent),
    }
    assert len(fake.sent) <= 8
    assert engine.drain() == 0


def test_an_answer_survives_a_database_that_went_away(committed: Sessions, server_url: str) -> None:
    a_family_told(committed, ZALO)
    asked, go_on = Event(), Event()

    def while_the_database_falls(_: Outgoing) -> Accepted:
        asked.set()
        go_on.wait(5)
        return Accepted("z1")

    engine = Engine(committed, [FakeChannel(ZALO, script=while_the_database_falls)])
    drain = Thread(target=engine.drain)
    drain.start()
    asked.wait(5)
    name = committed.kw["bind"].url.database
    boss(server_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    boss(
        server_url,
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
    )
    go_on.set()  # the answer comes while there is nobody to write it down
    sleep(0.3)
    boss(server_url, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    drain.join(10)
    [row] = deliveries(committed)
    assert (row.status, row.provider_id) == (Status.SENT, "z1")


def test_a_worker_is_seen_for_as_long_as_it_works(committed: Sessions) -> None:
    engine = Engine(committed, [FakeChannel(ZALO)])
    with transaction(committed) as session:
        assert lanes.worker_absent(session, engine.clock())
    engine.drain()
    with transaction(committed) as session:
        assert not lanes.worker_absent(session, engine.clock())
        assert lanes.worker_absent(session, engine.clock.forward(minutes=1))


def test_a_channel_that_struggles_says_so_until_a_message_is_taken(committed: Sessions) -> None:
    a_family_told(committed, ZALO)
    engine = Engine(committed, [FakeChannel(ZALO, script=once(TryAgain("503")))])
    engine.drain()
    with transaction(committed) as session:
        assert [lane.channel for lane in lanes.in_trouble(session, engine.clock())] == ["zalo"]
    engine.clock.forward(minutes=1)
    engine.drain()
    with transaction(committed) as session:
        assert lanes.in_trouble(session, engine.clock()) == []


def test_progress_tells_one_line_for_each_person(committed: Sessions) -> None:
    _, told = a_family_told(committed, ZALO, MAIL, urgent=True)
    engine = Engine(
        committed,
        [FakeChannel(ZALO, failure=NotReachable("-213")), FakeChannel(MAIL, failure=GiveUp("550"))],
    )
    engine.drain(ZALO)
    with transaction(committed) as session:
        [line] = progress(session, told)
    assert (line.channel, line.status, line.fell_back, line.ended) == (MAIL, "queued", True, False)
    engine.drain(MAIL)
    with transaction(committed) as session:
        [line] = progress(session, told)
    assert (line.ended, line.told, line.call) == (True, False, True)


def test_who_agreed_meanwhile_hears_more_and_never_less_than_is_true(committed: Sessions) -> None:
    with transaction(committed) as session:
        world = class_of(session)
        children, mother = family(session, world, ZALO)
        mark(session, world)
        tell(session, world)
        agree(session, world, mother, children, [ZALO], granted=False)
        agree(session, world, mother, children, [ZALO])
    engine = Engine(committed, [FakeChannel(ZALO)])
    assert engine.drain() == 1
