"""What is news to a family: field by field, told once, corrected when it was wrong."""

from dataclasses import replace
from datetime import time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from contactbook.updates.facts import Facts, corrected, known, news
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


@given(st.lists(facts, min_size=1, max_size=5))
def test_what_was_told_is_no_news(days: list[Facts]) -> None:
    told: dict[str, Any] = {}
    for day in days:
        told = known(told, news(day, told))
        assert news(day, told) == {}


@given(st.lists(facts, min_size=1, max_size=5))
def test_a_family_knows_the_day_and_nothing_else_once_all_news_was_told(days: list[Facts]) -> None:
    """Also of what was said, changed and cleared in between; attendance of who is away waits."""
    told: dict[str, Any] = {}
    for day in days:
        told = known(told, news(day, told))
    true = days[-1].as_told()
    if "attendance" not in true and told.get("attendance") in ("excused", "absent"):
        del told["attendance"]
    assert {**told, "arrived_at": ""} == {**true, "arrived_at": ""}
    if "attendance" in true and {"arrived_at"} <= true.keys() & told.keys():
        assert told["arrived_at"] == true["arrived_at"]


@given(facts)
def test_what_nobody_has_said_is_told_to_nobody(day: Facts) -> None:
    new = news(day, {})
    assert None not in new.values()
    assert "" not in new.values()


def test_no_nap_at_all_is_news_as_well() -> None:
    assert news(replace(HERE, nap_minutes=0), HERE.as_told()) == {"nap_minutes": 0}


def test_an_arrival_time_comes_with_the_arrival_or_not_at_all() -> None:
    unclocked = replace(HERE, arrived_at=None)
    assert news(HERE, unclocked.as_told()) == {}
    assert news(unclocked, HERE.as_told()) == {}
    late = replace(HERE, attendance=Attendance.LATE, arrived_at=time(9, 5))
    assert news(late, HERE.as_told()) == {"attendance": "late", "arrived_at": "09:05"}


def test_an_arrival_time_that_was_told_otherwise_is_corrected() -> None:
    right = replace(HERE, arrived_at=time(7, 50))
    assert news(right, HERE.as_told()) == {"attendance": "present", "arrived_at": "07:50"}
    assert wrong(right, HERE) == {"attendance"}


def wrong(true: Facts, told: Facts, at: time = time(8)) -> set[str]:
    before = told.as_told()
    return set(corrected(news(true, before), before, dict.fromkeys(before, at)))


@given(facts, facts)
def test_what_was_told_and_is_gone_is_taken_back(told: Facts, true: Facts) -> None:
    before, now = told.as_told(), true.as_told()
    new = news(true, before)
    gone = before.keys() - now.keys() - {"attendance", "arrived_at"}
    assert {name for name, value in new.items() if value is None} - {"attendance"} == gone
    assert gone <= wrong(true, told)


@given(facts, st.sampled_from(["lunch", "nap_minutes"]), st.data())
def test_a_meal_or_a_nap_told_otherwise_is_corrected(
    told: Facts, name: str, data: st.DataObject
) -> None:
    others = st.sampled_from(Meal) if name == "lunch" else st.integers(0, 300)
    told = replace(told, **{name: data.draw(others)})
    true = replace(told, **{name: data.draw(others)})
    assert wrong(true, told) == ({name} if true != told else set())


@given(st.sampled_from(Attendance), st.sampled_from(Attendance))
def test_a_presence_told_wrongly_is_known_as_wrong(said: Attendance, true: Attendance) -> None:
    apart = said is not true and (said, true) != (Attendance.ABSENT, Attendance.EXCUSED)
    assert wrong(Facts(attendance=true), Facts(attendance=said)) == (
        {"attendance"} if apart else set()
    )


def test_who_was_not_there_yet_and_came_was_not_told_wrongly() -> None:
    """At eight it was true; an apology for it would be the first untruth."""
    came = Facts(attendance=Attendance.LATE, arrived_at=time(9, 5))
    assert wrong(came, Facts(attendance=Attendance.ABSENT), at=time(8)) == set()
    assert wrong(came, Facts(attendance=Attendance.ABSENT), at=time(9, 30)) == {"attendance"}


def test_words_that_only_grew_are_no_correction() -> None:
    short, long = Facts(health="38 độ lúc 10h."), Facts(health="38 độ lúc 10h. 37 độ lúc 14h.")
    assert wrong(long, short) == set()
    assert wrong(short, long) == {"health"}


@given(facts)
def test_a_first_word_is_no_correction(day: Facts) -> None:
    assert wrong(day, Facts()) == set()
