"""How replies leave: at once, in order, once; what failures mean; what a dead worker leaves."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from contactbook.conversation import outbox, sending, tasks
from contactbook.conversation.keeping import sealer_of
from contactbook.conversation.models import ChatMessage, Sending
from contactbook.conversation.outbox import Change, consequence
from contactbook.db import Sessions, transaction
from contactbook.people.consent import ConsentState
from contactbook.people.models import ContactPoint
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Channel,
    GiveUp,
    Gone,
    OptedOut,
    OutcomeUnknown,
    SendFailed,
    TryAgain,
    WindowClosed,
)
from contactbook.worker import create_worker
from tests.contactbook.conversation.test_talk import Home

AGAIN = timedelta(seconds=7)


@pytest.fixture
def home(committed: Sessions) -> Home:
    return Home(committed)


def statuses(home: Home) -> list[str | None]:
    with transaction(home.sessions) as session:
        rows = session.scalars(
            select(ChatMessage).where(ChatMessage.kind != "heard").order_by(ChatMessage.id)
        ).all()
        return [one.status for one in rows]


def failing(home: Home, said: SendFailed | None) -> None:
    home.phone.fake.failure = said


@pytest.mark.parametrize(
    ("said", "attempt", "repeatable", "change"),
    [
        (Accepted(), 1, False, Change(Sending.SENT)),
        (TryAgain("busy", after=AGAIN), 1, False, Change(Sending.QUEUED, "busy", AGAIN)),
        (TryAgain("busy"), 3, False, Change(Sending.QUEUED, "busy", timedelta(seconds=4))),
        (TryAgain("busy"), 5, False, Change(Sending.FAILED, "busy")),
        (GiveUp("text"), 1, False, Change(Sending.FAILED, "text")),
        (WindowClosed("closed"), 1, False, Change(Sending.FAILED, "closed")),
        (OutcomeUnknown("hang"), 1, False, Change(Sending.UNKNOWN, "hang")),
        (OutcomeUnknown("hang"), 1, True, Change(Sending.QUEUED, "hang", timedelta(seconds=1))),
        (OutcomeUnknown("hang"), 5, True, Change(Sending.UNKNOWN, "hang")),
        (AccountUnusable("key"), 9, False, Change(Sending.QUEUED, "key", timedelta(minutes=5))),
    ],
)
def test_what_an_answer_means(
    said: Accepted | SendFailed, attempt: int, *, repeatable: bool, change: Change
) -> None:
    assert consequence(said, attempt, repeatable=repeatable) == change


def test_replies_of_one_conversation_arrive_in_their_order(home: Home) -> None:
    for asked in ("trợ giúp", "hôm nay", "con nào", "NGUNG"):
        home.phone.say(asked)
    failing(home, TryAgain("busy", after=AGAIN))
    assert home.phone.say("trợ giúp")  # tried, not taken
    failing(home, None)
    home.phone.say("NHAN LAI")
    assert statuses(home)[-2:] == ["queued", "queued"]  # none overtakes
    home.engine.clock.forward(seconds=8)
    assert ["cứ nhắn" in one.body for one in home.phone.arrived()] == [True, False]


def test_an_address_that_is_gone_ends(home: Home) -> None:
    failing(home, Gone("blocked"))
    home.phone.say("trợ giúp")
    with transaction(home.sessions) as session:
        [point] = session.scalars(select(ContactPoint)).all()
        assert point.ended_at is not None


def test_who_refuses_us_at_the_provider_has_withdrawn(home: Home) -> None:
    failing(home, OptedOut("no"))
    home.phone.say("trợ giúp")
    with transaction(home.sessions) as session:
        assert {one.purposes for one in session.scalars(select(ConsentState))} == {0}


def test_a_dead_account_pauses_and_the_reply_waits(home: Home) -> None:
    failing(home, AccountUnusable("401"))
    home.phone.say("trợ giúp")
    failing(home, None)
    assert statuses(home) == ["queued"]
    assert home.phone.arrived() == []
    home.engine.clock.forward(minutes=6)
    assert len(home.phone.arrived()) == 1


def test_a_killed_worker_leaves_at_most_its_window_in_doubt(home: Home) -> None:
    failing(home, TryAgain("busy", after=timedelta(0)))
    home.phone.say("trợ giúp")
    with transaction(home.sessions) as session:
        session.query(ChatMessage).filter(ChatMessage.status == "queued").update(
            {"due_at": home.engine.clock(), "attempts": 0}
        )
    with transaction(home.sessions) as session:  # claimed, and the process is gone
        marked, _ = outbox.claim(
            session, sealer_of(home.engine.parts.settings), Channel.TELEGRAM,
            most=sending.WINDOW, now=home.engine.clock(), lease=sending.LEASE,
        )  # fmt: skip
    assert len(marked) == 1
    failing(home, None)
    before = len(home.phone.mine())
    home.engine.clock.forward(minutes=3)
    assert home.phone.arrived() is not None
    assert len(home.phone.mine()) == before  # a provider that knows no repeat is not sent it twice
    assert statuses(home) == ["unknown"]


def test_an_answer_of_an_hour_ago_helps_nobody(home: Home) -> None:
    failing(home, TryAgain("busy", after=timedelta(minutes=61)))
    home.phone.say("trợ giúp")
    failing(home, None)
    home.engine.clock.forward(minutes=62)
    assert home.phone.arrived() == []
    assert statuses(home) == ["skipped"]


def test_a_reply_wakes_its_sender_after_the_commit_and_not_before(home: Home) -> None:
    woken: list[str] = []
    tasks.wake_after_commit(home.sessions, woken.append)
    home.phone.say("trợ giúp")
    assert woken == ["telegram"]


def test_the_timetable_sends_replies_anyway(home: Home) -> None:
    app = create_worker(home.engine.parts, "redis://127.0.0.1:1/0")
    asked = {
        tuple(entry["args"])
        for entry in app.conf.beat_schedule.values()
        if entry["task"] == "conversation.reply"
    }
    assert asked == {("telegram",), ("zalo",), ("sms",)}
