"""What follows from each answer: the table of failures, for whoever owns the product."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbook.delivery.consequence import (
    LONGEST_WAIT,
    PAUSE,
    Answer,
    Change,
    consequence,
    wait,
)
from contactbook.delivery.status import NEXT, Status
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    GiveUp,
    NotReachable,
    OutcomeUnknown,
    SendFailed,
    TryAgain,
)
from tests.builders import TODAY
from tests.conftest import NOON

MONTH = TODAY.replace(day=1)
MOST = 8


def follows(
    said: Accepted | SendFailed,
    *,
    hears: bool = True,
    attempt: int = 1,
    urgent: bool = False,
    repeatable: bool = False,
) -> Change:
    answer = Answer(uuid4(), MONTH, attempt, urgent, said)
    return consequence(answer, repeatable=repeatable, hears=hears, attempts=MOST, now=NOON)


@pytest.mark.parametrize(
    ("said", "circumstances", "status", "reason"),
    [
        pytest.param(Accepted("z1"), {}, "sent", "", id="taken: it waits for its receipt"),
        pytest.param(TryAgain("429"), {}, "queued", "busy", id="throttled: again later"),
        pytest.param(TryAgain("429"), {"attempt": MOST}, "failed", "worn_out", id="for too long"),
        pytest.param(GiveUp("146"), {}, "failed", "refused", id="our text is refused: next road"),
        pytest.param(NotReachable("-213"), {}, "failed", "unreachable", id="not there: next road"),
        pytest.param(AccountUnusable("103"), {}, "queued", "account", id="no balance: it waits"),
        pytest.param(
            AccountUnusable("103"),
            {"urgent": True},
            "failed",
            "account",
            id="no balance, urgent: next road",
        ),
        pytest.param(
            AccountUnusable("103"),
            {"attempt": MOST},
            "queued",
            "account",
            id="no balance for a day: it waits",
        ),
        pytest.param(
            OutcomeUnknown("timeout"),
            {},
            "unknown",
            "unanswered",
            id="no answer, Zalo: never sent again blindly",
        ),
        pytest.param(
            OutcomeUnknown("timeout"),
            {"repeatable": True},
            "queued",
            "busy",
            id="no answer, eSMS knows our reference: again",
        ),
        pytest.param(
            OutcomeUnknown("timeout"),
            {"repeatable": True, "attempt": MOST},
            "failed",
            "worn_out",
            id="no answer for too long: next road",
        ),
    ],
)
def test_an_answer_means(
    said: Accepted | SendFailed, circumstances: dict[str, object], status: str, reason: str
) -> None:
    change = follows(said, **circumstances)  # type: ignore[arg-type]  # one table, many kinds
    assert (change.status, change.reason) == (status, reason)
    assert change.status in NEXT[Status.SENDING]
    assert change.ended is (change.status is Status.FAILED)


def test_where_no_receipt_can_come_acceptance_is_the_end() -> None:
    assert follows(Accepted(), hears=False).ended
    assert not follows(Accepted(), hears=True).ended


def test_the_price_and_the_name_of_a_taken_message_are_kept() -> None:
    change = follows(Accepted("s1", units=2, cost_vnd=1_700))
    assert (change.provider_id, change.units, change.cost_vnd) == ("s1", 2, 1_700)


def test_a_dead_account_is_asked_again_after_a_while() -> None:
    assert follows(AccountUnusable("103")).due_at == NOON + PAUSE


def test_a_provider_that_asks_for_an_hour_gets_it() -> None:
    due = follows(TryAgain("429", after=timedelta(hours=1))).due_at
    assert due == NOON + timedelta(hours=1)


@given(attempt=st.integers(1, 50), asked=st.none() | st.timedeltas(timedelta(0), timedelta(days=1)))
def test_waits_grow_within_bounds_and_never_undercut_what_was_asked(
    attempt: int, asked: timedelta | None
) -> None:
    waited = wait(attempt, asked)
    assert waited >= (asked or timedelta(0))
    assert timedelta(seconds=3.75) <= waited
    assert waited <= max(LONGEST_WAIT * 1.25, asked or timedelta(0))


def test_a_thousand_messages_do_not_come_back_at_the_same_moment() -> None:
    assert len({wait(3, None) for _ in range(1_000)}) > 900
