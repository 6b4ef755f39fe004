"""Who is told on which channel, in which order, who is not and why, and when."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbook.clock import local
from contactbook.delivery.plan import Plan, Road, leaves_at, plan, quiet
from contactbook.delivery.status import Skip
from contactbook.ports.channel import Channel

ALL = 63
ZALO = Road(Channel.ZALO, rank=1, verified=True, words=ALL | 64, consented=ALL)
MAIL = Road(Channel.EMAIL, rank=2, verified=True, words=ALL | 64, consented=ALL)
SMS = Road(Channel.SMS, rank=3, verified=True, words=ALL | 64, consented=ALL)


@pytest.mark.parametrize(
    ("roads", "circumstances", "expected"),
    [
        pytest.param([SMS, MAIL, ZALO], {}, ["zalo", "email"], id="her order, and no SMS unpaid"),
        pytest.param([SMS, ZALO], {"may_pay": True}, ["zalo", "sms"], id="SMS for who has a plan"),
        pytest.param([SMS], {}, Skip.NOT_ENTITLED, id="only SMS, and no plan"),
        pytest.param([SMS], {"urgent": True}, ["sms"], id="urgent news ask for no plan"),
        pytest.param([replace(ZALO, consented=0)], {}, Skip.NO_CONSENT, id="never agreed"),
        pytest.param(
            [replace(ZALO, consented=0)], {"urgent": True}, ["zalo"], id="urgent: no consent"
        ),
        pytest.param(
            [replace(ZALO, words=8, consented=7)], {}, Skip.NO_CONSENT, id="agreed to all but this"
        ),
        pytest.param(
            [replace(ZALO, words=9, consented=1)], {}, ["zalo"], id="agreed to a part of it"
        ),
        pytest.param(
            [replace(ZALO, verified=False)], {}, Skip.NO_CONTACT, id="address not verified"
        ),
        pytest.param(
            [replace(ZALO, verified=False)], {"urgent": True}, Skip.NO_CONTACT, id="urgent as well"
        ),
        pytest.param([replace(ZALO, words=0)], {}, Skip.NO_WORDS, id="nothing to say there"),
        pytest.param([], {}, Skip.NO_CONTACT, id="no address at all"),
        pytest.param([ZALO], {"restricted": True}, Skip.RESTRICTED, id="a court says no"),
        pytest.param(
            [ZALO], {"restricted": True, "urgent": True}, Skip.RESTRICTED, id="urgent as well, too"
        ),
        pytest.param(
            [replace(ZALO, rank=5), ZALO, MAIL], {}, ["zalo", "email"], id="two Zalo: once"
        ),
        pytest.param(
            [replace(MAIL, consented=0), SMS], {}, Skip.NOT_ENTITLED, id="the nearest miss is told"
        ),
    ],
)
def test_a_family_is_told(
    roads: list[Road], circumstances: dict[str, bool], expected: list[str] | Skip
) -> None:
    told = plan(roads, **{"restricted": False, "urgent": False, "may_pay": False, **circumstances})
    if isinstance(expected, Skip):
        assert told == Plan(skip=expected)
    else:
        assert [*told.channels] == expected


@pytest.mark.parametrize(
    ("clock", "since", "until", "sleeping"),
    [
        ("20:59:59", "21:00", "07:00", False),
        ("21:00", "21:00", "07:00", True),
        ("00:00", "21:00", "07:00", True),
        ("06:59:59", "21:00", "07:00", True),
        ("07:00", "21:00", "07:00", False),
        ("13:00", "12:00", "14:00", True),
        ("14:00", "12:00", "14:00", False),
        ("03:00", "00:00", "00:00", False),
    ],
)
def test_families_sleep_by_the_clock_on_their_wall(
    clock: str, since: str, until: str, *, sleeping: bool
) -> None:
    moment = datetime.fromisoformat(f"2026-11-24T{clock}+07:00").astimezone(UTC)
    assert quiet(moment, time.fromisoformat(since), time.fromisoformat(until)) is sleeping


moments = st.datetimes(
    min_value=datetime(2026, 1, 1),  # noqa: DTZ001 hypothesis wants its bounds naive
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001 the same
    timezones=st.just(UTC),
)
clocks = st.times().map(lambda one: one.replace(microsecond=0))


@given(due=moments, since=clocks, until=clocks)
def test_a_routine_message_leaves_as_soon_as_families_are_awake(
    due: datetime, since: time, until: time
) -> None:
    leaves = leaves_at(due, since, until, urgent=False)
    assert due <= leaves < due + timedelta(days=1)
    assert not quiet(leaves, since, until)
    if quiet(due, since, until):
        assert local(leaves).time() == until
        assert quiet(leaves - timedelta(seconds=1), since, until)
    else:
        assert leaves == due


@given(due=moments, since=clocks, until=clocks)
def test_an_urgent_message_waits_for_nobody(due: datetime, since: time, until: time) -> None:
    assert leaves_at(due, since, until, urgent=True) == due
