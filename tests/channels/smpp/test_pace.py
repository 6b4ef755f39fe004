"""How an SMSC's refusals slow us down, and how success lets us run again."""

import pytest

from channels.smpp.pace import MOST, Pace


def test_nothing_waits_before_the_first_refusal() -> None:
    pace = Pace()
    for now in (0.0, 0.0, 0.1):
        pace.leave(now)
        assert pace.wait(now) == 0


def test_a_whole_window_refused_at_once_slows_us_down_once() -> None:
    pace = Pace(pause=1)
    waits = [pace.refused(left_at=10, now=10.5) for _ in range(10)]
    assert waits == [1] * 10
    gap = pace.gap
    pace.refused(left_at=11.5, now=11.6)
    assert pace.gap == 2 * gap


def test_what_leaves_after_a_refusal_keeps_its_distance() -> None:
    pace = Pace(pause=1)
    pace.refused(left_at=0, now=0)
    pace.leave(1)
    assert pace.gap > 0
    assert pace.wait(1) == pytest.approx(pace.gap)


def test_the_distance_has_an_end_in_both_directions() -> None:
    pace = Pace(pause=0)
    for now in range(100):
        pace.refused(left_at=now, now=now)
    assert pace.gap == MOST
    for _ in range(1_000):
        pace.took()
    assert pace.gap == 0
