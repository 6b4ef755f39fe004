"""What is news to a family: field by field, told once, corrected when it was wrong."""

from dataclasses import replace
from datetime import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contactbook.updates.facts import Facts, news, was_wrong
from contactbook.updates.models import Attendance, Meal

HERE = Facts(attendance=Attendance.PRESENT, arrived_at=time(7, 20))
words = st.text(max_size=8)
facts = st.builds(
    Facts,
    attendance=st.none() | st.sampled_from(Attendance),
    arrived_at=st.none() | st.times().map(lambda one: one.replace(microsecond=0, second=0)),
    lunch=st.none() | st.sampled_from(Meal),
    nap_minutes=st.none() | st.integers(0, 300),
    health=words,
    remark=words,
    activity=words,
    learning=words,
)


@given(facts)
def test_what_was_told_is_no_news(day: Facts) -> None:
    told = news(day, {})
    assert news(day, told) == {}


@given(st.lists(facts, min_size=1, max_size=5))
def test_a_family_knows_the_day_once_all_news_was_told(days: list[Facts]) -> None:
    told: dict[str, Any] = {}
    for day in days:
        new = news(day, told)
        assert all(told.get(name) != value for name, value in new.items() if name != "arrived_at")
        told = {**told, **new}
    known = days[-1].as_told()
    assert {name: told[name] for name in known if name != "arrived_at"} == {
        name: value for name, value in known.items() if name != "arrived_at"
    }


@given(facts)
def test_what_nobody_has_said_is_told_to_nobody(day: Facts) -> None:
    new = news(day, {})
    assert None not in new.values()
    assert "" not in new.values()


def test_no_nap_at_all_is_news_as_well() -> None:
    assert news(replace(HERE, nap_minutes=0), HERE.as_told()) == {"nap_minutes": 0}


def test_an_arrival_time_comes_with_the_arrival_or_not_at_all() -> None:
    assert news(replace(HERE, arrived_at=time(7, 50)), HERE.as_told()) == {}
    late = replace(HERE, attendance=Attendance.LATE, arrived_at=time(9, 5))
    assert news(late, HERE.as_told()) == {"attendance": "late", "arrived_at": "09:05"}


@given(st.sampled_from(Attendance), st.sampled_from(Attendance))
def test_a_presence_told_wrongly_is_known_as_wrong(said: Attendance, true: Attendance) -> None:
    told = Facts(attendance=said).as_told()
    wrong = was_wrong(news(Facts(attendance=true), told), told)
    assert wrong is (said.here != true.here)


@given(st.sampled_from(Attendance))
def test_a_first_word_is_no_correction(said: Attendance) -> None:
    assert was_wrong(news(Facts(attendance=said), {}), {}) is False
