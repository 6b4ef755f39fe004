"""What was told and is not so is taken back: to those who were told, and no more than was said."""

from dataclasses import replace
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbook.delivery.message import compose
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.ports.channel import Channel
from contactbook.updates.facts import Facts, corrected, news
from contactbook.updates.models import Attendance, Meal
from contactbook.updates.phrases import Scene
from contactbook.updates.wording import day_words
from tests.contactbook.updates.test_wording import CAME, SCENE, WHOLE_DAY, days, read, words

SAID = {"attendance": time(7, 45), "health": time(10, 15), "lunch": time(12, 30),
        "nap_minutes": time(12, 30), "remark": time(16, 20), "activity": time(16, 20),
        "learning": time(16, 20)}  # fmt: skip
SORRY = "Lớp xin lỗi ba mẹ."
FULL = replace(
    WHOLE_DAY, health="Ho nhẹ.", remark="Bé tự xếp dép.", activity="Vẽ lá.", learning="Số 5."
)


def by(channel: Channel, true: Facts, told: Facts, allowed: Purpose = ALL_PURPOSES) -> str:
    before = told.as_told()
    new = news(true, before)
    scene = replace(SCENE, corrected=corrected(new, before, SAID))
    return compose(words(scene, new, channel), allowed)


def chat(true: Facts, told: Facts, allowed: Purpose = ALL_PURPOSES) -> list[str]:
    """Its sentences, between the head and the signature."""
    return by(Channel.ZALO, true, told, allowed).split("\n")[1:-1]


@pytest.mark.parametrize(
    ("true", "sentence"),
    [
        (
            replace(FULL, lunch=Meal.PART),
            (
                "Lớp xin đính chính: tin lúc 12h30 về bữa trưa là nhầm. "
                "Hôm nay bé ăn khoảng nửa suất trưa."
            ),
        ),
        (
            replace(FULL, nap_minutes=0),
            (
                "Lớp xin đính chính: tin lúc 12h30 về giấc ngủ trưa là nhầm. "
                "Hôm nay bé không ngủ trưa."
            ),
        ),
        (
            replace(FULL, lunch=Meal.PART, nap_minutes=30),
            (
                "Lớp xin đính chính: tin lúc 12h30 về bữa trưa và giấc ngủ trưa là nhầm. "
                "Hôm nay bé ăn khoảng nửa suất trưa, ngủ trưa 30 phút."
            ),
        ),
        (
            replace(FULL, lunch=None, nap_minutes=None),
            "Lớp xin rút lại tin lúc 12h30 về bữa trưa và giấc ngủ trưa của bé An, đó là nhầm lẫn.",
        ),
        (
            replace(FULL, attendance=Attendance.LATE, arrived_at=time(9, 5)),
            (
                "Lớp xin đính chính: tin lúc 7h45 về giờ đến lớp là nhầm. "
                "Hôm nay bé đến lớp muộn, lúc 9h05."
            ),
        ),
        (
            replace(FULL, attendance=None),
            "Lớp xin rút lại tin lúc 7h45 về việc đến lớp của bé An, đó là nhầm lẫn.",
        ),
        (
            replace(FULL, remark="Bé giúp bạn."),
            "Lớp xin đính chính lời nhắn lúc 16h20. Cô Hạnh: Bé giúp bạn.",
        ),
        (
            replace(FULL, remark=""),
            "Lớp xin rút lại lời nhắn lúc 16h20 về bé An, đó là nhầm lẫn.",
        ),
        (
            replace(FULL, health="Sốt 38 °C."),
            "Lớp xin đính chính tin sức khỏe lúc 10h15 của bé An: Sốt 38 °C.",
        ),
        (
            replace(FULL, health=""),
            "Lớp xin rút lại tin sức khỏe lúc 10h15 của bé An, đó là nhầm lẫn.",
        ),
        (
            replace(FULL, activity="Nặn đất."),
            "Lớp xin đính chính tin lúc 16h20 về hoạt động của cả lớp: Nặn đất.",
        ),
        (
            replace(FULL, activity=""),
            "Lớp xin rút lại tin lúc 16h20 về hoạt động của cả lớp, đó là nhầm lẫn.",
        ),
        (
            replace(FULL, learning="Số 6."),
            "Lớp xin đính chính tin lúc 16h20 về bài học của lớp: Số 6.",
        ),
        (
            replace(FULL, learning=""),
            "Lớp xin rút lại tin lúc 16h20 về bài học của lớp, đó là nhầm lẫn.",
        ),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_each_word_is_taken_back_by_name_and_hour(true: Facts, sentence: str) -> None:
    assert chat(true, FULL) == [sentence, SORRY]


def test_a_child_that_never_came_ate_nothing_either() -> None:
    assert chat(Facts(attendance=Attendance.EXCUSED), WHOLE_DAY) == [
        "Lớp xin đính chính: tin lúc 7h45 báo bé An đã đến lớp là nhầm. Hôm nay bé nghỉ có phép.",
        "Lớp xin rút lại tin lúc 12h30 về bữa trưa và giấc ngủ trưa của bé An, đó là nhầm lẫn.",
        SORRY,
    ]


def test_a_meal_corrected_and_a_nap_withdrawn_are_two_sentences() -> None:
    assert chat(replace(WHOLE_DAY, lunch=Meal.PART, nap_minutes=None), WHOLE_DAY)[:2] == [
        (
            "Lớp xin đính chính: tin lúc 12h30 về bữa trưa là nhầm. "
            "Hôm nay bé ăn khoảng nửa suất trưa."
        ),
        "Lớp xin rút lại tin lúc 12h30 về giấc ngủ trưa của bé An, đó là nhầm lẫn.",
    ]


def test_news_beside_a_correction_is_not_called_one() -> None:
    told = replace(CAME, lunch=Meal.ALL)
    assert chat(replace(told, lunch=Meal.PART, nap_minutes=90), told) == [
        (
            "Lớp xin đính chính: tin lúc 12h30 về bữa trưa là nhầm. "
            "Hôm nay bé ăn khoảng nửa suất trưa."
        ),
        SORRY,
        "Hôm nay bé ngủ trưa 1 giờ 30 phút.",
    ]


def test_words_that_grew_and_a_child_that_came_later_get_no_apology() -> None:
    grown = replace(FULL, remark="Bé tự xếp dép. Bé vui.")
    assert chat(grown, FULL) == ["Cô Hạnh: Bé tự xếp dép. Bé vui."]
    came = replace(CAME, attendance=Attendance.LATE, arrived_at=time(9, 5))
    absent = Facts(attendance=Attendance.ABSENT)
    assert chat(came, absent) == ["Hôm nay bé đến lớp muộn, lúc 9h05."]
    assert by(Channel.SMS, came, absent).endswith("Be An (La 1) thu Ba 24/11 di hoc muon.")


@pytest.mark.parametrize(
    ("true", "sms"),
    [
        (replace(FULL, lunch=Meal.LITTLE), "an trua duoc it. Xin dinh chinh tin 12h30, xin loi."),
        (replace(FULL, lunch=None), "rut tin bua trua. Xin dinh chinh tin 12h30, xin loi."),
        (replace(FULL, nap_minutes=None), "rut tin giac ngu. Xin dinh chinh tin 12h30, xin loi."),
        (replace(FULL, remark=""), "rut lai loi nhan. Xin dinh chinh tin 16h20, xin loi."),
        (
            replace(FULL, remark="Bé vui."),
            "loi nhan da sua lai. Xin dinh chinh tin 16h20, xin loi.",
        ),
        (
            replace(FULL, attendance=Attendance.LATE, lunch=Meal.PART),
            "di hoc muon, an khoang nua suat trua. Xin dinh chinh tin truoc, xin loi.",
        ),
        (replace(FULL, attendance=None), "chua diem danh. Xin dinh chinh tin 7h45, xin loi."),
    ],
    ids=lambda value: value[:30] if isinstance(value, str) else "",
)
def test_an_sms_says_the_truth_and_which_message_was_not_true(true: Facts, sms: str) -> None:
    assert by(Channel.SMS, true, FULL) == f"Truong MN Hoa Mai: Be An thu Ba 24/11 {sms}"


def test_an_sms_takes_back_nothing_that_it_never_said() -> None:
    """No arrival time, no health, no words to the class: whom would it be sorry for?"""
    for true in (
        replace(FULL, arrived_at=time(7, 50)),
        replace(FULL, health=""),
        replace(FULL, activity="", learning="Số 6."),
    ):
        assert by(Channel.SMS, true, FULL) == "Truong MN Hoa Mai:"


@given(told=days, true=days, allowed=st.integers(1, 63).map(Purpose))
def test_the_apology_reaches_those_who_were_told_wrongly_and_nobody_else(
    told: Facts, true: Facts, allowed: Purpose
) -> None:
    text = read(true, told=told, allowed=allowed)
    assert ("đính chính" in text or "rút lại" in text) is (SORRY in text)
    short = read(true, Channel.SMS, told=told, allowed=allowed)
    assert ("xin loi" in short) is ("dinh chinh" in short)


@given(told=days, true=days)
def test_nothing_is_said_twice_and_nothing_is_left_standing(told: Facts, true: Facts) -> None:
    """Each word that is otherwise by now is in exactly one sentence of its purpose."""
    before = told.as_told()
    new = news(true, before)
    wrong = corrected(new, before, SAID)
    chats = [one for one in day_words(replace(SCENE, corrected=wrong), new) if one.purposes]
    if new.keys() - {"arrived_at"}:
        assert {one.channel for one in chats} >= {Channel.ZALO, Channel.TELEGRAM, Channel.EMAIL}
    text = compose(words(replace(SCENE, corrected=wrong), new, Channel.ZALO), ALL_PURPOSES)
    for name in ("remark", "health", "activity", "learning"):
        if new.get(name):
            assert text.count(f": {new[name]}") == 1 or str(new.values()).count(new[name]) > 1


def test_a_correction_of_yesterday_names_the_day() -> None:
    scene: Scene = replace(SCENE, late=True)
    assert "Thứ Ba 24/11 bé ăn khoảng nửa suất trưa." in read(
        replace(WHOLE_DAY, lunch=Meal.PART), scene=scene, told=WHOLE_DAY
    )
