"""Days as parents name them, seen from Tuesday 24 November 2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbook.conversation.intents import Intent
from contactbook.conversation.understand import understand
from tests.contactbook.conversation.tables import TUESDAY


def november(*days: int) -> tuple[date, ...]:
    return tuple(date(2026, 11, day) for day in days)


ABSENT = [
    ("mai", november(25)),
    ("ngày mai", november(25)),
    ("mơi", november(25)),
    ("mốt", november(26)),
    ("ngày mốt", november(26)),
    ("ngày kia", november(26)),
    ("bữa nay", november(24)),
    ("sáng nay", november(24)),
    ("thứ 3", november(24)),
    ("t5", november(26)),
    ("thứ hai", november(30)),
    ("thứ 2 tuần sau", november(30)),
    ("tuần sau thứ hai", november(30)),
    ("thứ năm này", november(26)),
    ("thứ 7", november(28)),
    ("25/11", november(25)),
    ("ngày 25 tháng 11", november(25)),
    ("25/11/2026", november(25)),
    ("2026-11-25", november(25)),
    ("ngày 30", november(30)),
    ("ngày 3", (date(2026, 12, 3),)),
    ("2/1", (date(2027, 1, 2),)),
    ("24-26/11", november(24, 25, 26)),
    ("từ 24 đến 26/11", november(24, 25, 26)),
    ("từ 24/11 đến 26/11", november(24, 25, 26)),
    ("từ ngày 26 tới ngày 30", november(26, 27, 30)),
    ("từ thứ 4 đến thứ 6", november(25, 26, 27)),
    ("từ mai tới thứ 6", november(25, 26, 27)),
    ("24,26/11", november(24, 26)),
    ("25 và 26/11", november(25, 26)),
    ("hôm nay và mai", november(24, 25)),
    ("mai, mốt", november(25, 26)),
    ("tuần sau", (*november(30), *(date(2026, 12, day) for day in (1, 2, 3, 4)))),
    ("hết tuần này", november(24, 25, 26, 27)),
    ("thứ 3 1/12", (date(2026, 12, 1),)),
]


@pytest.mark.parametrize(("named", "days"), ABSENT, ids=[named for named, _ in ABSENT])
def test_an_absence_lies_ahead(named: str, days: tuple[date, ...]) -> None:
    found = understand(f"em xin cho bé nghỉ {named} ạ", today=TUESDAY)
    assert (found.intent, found.dates) == (Intent.ABSENCE, days)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("em xin phép cho bé nghỉ 2 ngày từ mai", november(25, 26)),
        ("bé nghỉ 3 bữa từ thứ 5 nha cô", (*november(26, 27), *november(30))),
        ("hôm nay bé sốt, mai em xin cho bé nghỉ", november(25)),
        ("hôm qua bé sốt nên nay xin nghỉ học", november(24)),
        ("my son will be absent from 25 to 27 November", november(25, 26, 27)),
        ("she will be absent on Nov 26", november(26)),
        ("she will be absent next Monday", november(30)),
        ("xin cô cho bé nghỉ", ()),
    ],
)
def test_the_days_beside_the_request_count(text: str, days: tuple[date, ...]) -> None:
    found = understand(text, today=TUESDAY)
    assert (found.intent, found.dates) == (Intent.ABSENCE, days)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("thứ 2 bé ăn gì vậy cô", november(23)),
        ("hôm kia bé ngủ được không cô", november(22)),
        ("thứ 6 tuần trước con học gì vậy cô", november(20)),
        ("20/11 bé ăn gì vậy cô", november(20)),
    ],
)
def test_a_question_about_a_day_lies_behind(text: str, days: tuple[date, ...]) -> None:
    found = understand(text, today=TUESDAY)
    assert (found.intent, found.dates) == (Intent.TODAY, days)


@pytest.mark.parametrize(
    "text",
    ["bé nghỉ hôm qua", "xin cho bé nghỉ 20/11", "mai mốt bé nghỉ em báo", "tuần trước bé nghỉ"],
)
def test_nobody_asks_leave_for_a_day_that_is_over(text: str) -> None:
    assert understand(text, today=TUESDAY).intent is not Intent.ABSENCE


@pytest.mark.parametrize("text", ["cho bé uống 1/2 viên", "uống ngày 2 lần", "31/2", "sốt 38.5 độ"])
def test_an_amount_is_no_date(text: str) -> None:
    assert understand(text, today=TUESDAY).dates == ()


@given(
    st.integers(0, 40), st.integers(1, 12),
    st.sampled_from(["cho bé nghỉ {}/{}", "xin nghỉ từ {}/{} đến 99/99", "nghỉ ngày {}-{}/13"]),
)  # fmt: skip
def test_no_number_breaks_the_calendar(day: int, month: int, form: str) -> None:
    found = understand(form.format(day, month), today=TUESDAY)
    assert all(abs(each - TUESDAY) < timedelta(days=250) for each in found.dates)
