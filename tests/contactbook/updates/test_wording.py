"""How a day reads on each channel: whoever receives it, and whatever the teacher wrote."""

import re
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbook.delivery.message import Words, compose, words_of
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.people.names import given_name
from contactbook.ports.channel import Channel
from contactbook.updates.day import here
from contactbook.updates.facts import Facts, corrected, news
from contactbook.updates.models import Attendance, Meal
from contactbook.updates.phrases import Scene, clock, slept, spoken
from contactbook.updates.wording import day_words, urgent_words
from contactbook.words import unaccented
from tests.builders import TODAY

SCENE = Scene(
    child="An",
    classroom="Lá 1",
    school="Trường Mầm non Hoa Mai",
    school_sms="Truong MN Hoa Mai",
    school_phone="028 3000 0000",
    teacher="Hạnh",
    day=TODAY,
)
CAME = Facts(attendance=Attendance.PRESENT, arrived_at=time(7, 20))
WHOLE_DAY = replace(CAME, lunch=Meal.ALL, nap_minutes=90)
GSM_WIDE = set("^{}\\[]~|")  # two septets each in an SMS
SEGMENT = 160
EVERYTHING = ALL_PURPOSES | Purpose.SAFETY

names = st.sampled_from(
    ["Nguyễn Gia An", "Trần Bảo Châu", "Đặng Thị Đào", "Lê Quỳnh Ỷ", "Phạm Ngọc Giang", "H'Hen Niê",
     "Nguyễn Lê Ngọc Như Ý", "Vũ Đức Ướt", "Huỳnh Nghiêng"],
)  # fmt: skip
classes = st.sampled_from(["Lá 1", "Chồi 3", "Mầm – sáng", "Nhóm 25–36 th", "Cơm Nát 2"])
scenes = st.builds(
    replace,
    st.just(SCENE),
    child=names.map(given_name),
    classroom=classes,
    school_sms=st.sampled_from(["Truong MN Hoa Mai", "Trường MN Hoa Mai"]),
    day=st.dates(date(2026, 9, 1), date(2027, 5, 31)),
    late=st.booleans(),
)
# Words that no template holds, so that finding one of them in an SMS is a leak.
free = st.text(st.sampled_from("qzwž😀"), min_size=3, max_size=12)
days = st.builds(
    Facts,
    attendance=st.none() | st.sampled_from(Attendance),
    arrived_at=st.none() | st.just(time(7, 20)),
    lunch=st.none() | st.sampled_from(Meal),
    nap_minutes=st.none() | st.integers(0, 300),
    health=st.just("") | free,
    remark=st.just("") | free,
    activity=st.just("") | free,
    learning=st.just("") | free,
).map(lambda day: day if here(day) else replace(day, arrived_at=None, lunch=None, nap_minutes=None))
consents = st.integers(1, 63).map(Purpose)
roads = st.sampled_from([one for one in Channel if one is not Channel.ZBS])


def words(scene: Scene, new: dict[str, Any], channel: Channel) -> Words:
    [one] = [w for w in day_words(scene, new) if w.channel is channel]
    return one


def urgent(channel: Channel, safety: str = "Bé sốt cao.", scene: Scene = SCENE) -> Words:
    [one] = [w for w in urgent_words(scene, safety) if w.channel is channel]
    return one


def read(
    facts: Facts, channel: Channel = Channel.ZALO, *,
    scene: Scene = SCENE, allowed: Purpose = ALL_PURPOSES, told: Facts | None = None,
) -> str:  # fmt: skip
    """The text as it reaches a parent who agreed to `allowed` and was told `told` at 7:45."""
    new, before = news(facts, told.as_told() if told else {}), told.as_told() if told else {}
    scene = replace(scene, corrected=corrected(new, before, dict.fromkeys(before, time(7, 45))))
    return compose(words(scene, new, channel), allowed)


@given(scene=scenes, day=days, allowed=consents, channel=roads)
def test_every_message_names_the_child(
    scene: Scene, day: Facts, allowed: Purpose, channel: Channel
) -> None:
    one = words(scene, news(day, {}), channel)
    if one.purposes & allowed:
        assert named(scene, channel) in compose(one, allowed).lower()
    assert named(scene, channel) in compose(urgent(channel, scene=scene), EVERYTHING).lower()


def named(scene: Scene, channel: Channel) -> str:
    bare = channel is Channel.SMS
    return f"be {unaccented(scene.child)}".lower() if bare else f"bé {scene.child}".lower()


@given(scene=scenes, day=days, allowed=consents)
def test_an_sms_is_plain_and_tells_neither_remark_nor_health(
    scene: Scene, day: Facts, allowed: Purpose
) -> None:
    one = words(scene, news(day, {}), Channel.SMS)
    text = compose(one, allowed)
    assert text.isascii()
    assert "\n" not in text
    assert "?" not in text
    written = filter(None, map(unaccented, (day.remark, day.health, day.learning, day.activity)))
    assert not any(word in text for word in written)


@given(name=names, day=days)
def test_an_sms_holds_no_full_name(name: str, day: Facts) -> None:
    scene = replace(SCENE, child=given_name(name))
    text = compose(words(scene, news(day, {}), Channel.SMS), ALL_PURPOSES)
    assert name not in text
    assert unaccented(name) not in text
    assert scene.teacher not in text


@given(scene=scenes, day=days, allowed=consents)
def test_an_sms_is_one_segment(scene: Scene, day: Facts, allowed: Purpose) -> None:
    text = compose(words(scene, news(day, {}), Channel.SMS), allowed)
    septets = len(text) + sum(sign in GSM_WIDE for sign in text)
    assert septets <= SEGMENT, text


@given(scene=scenes, day=days, channel=roads)
def test_without_consent_for_a_part_the_message_comes_without_it(
    scene: Scene, day: Facts, channel: Channel
) -> None:
    one = words(scene, news(day, {}), channel)
    for purpose in Purpose:
        text = compose(one, ALL_PURPOSES ^ purpose)
        kept = [part for part in one.parts if part.purpose != purpose]
        assert all(part.text in text for part in kept)
        gone = {part.text for part in one.parts} - {part.text for part in kept}
        assert not any(part in text for part in gone if not any(part in k.text for k in kept))


@given(scene=scenes, day=days, channel=roads)
def test_words_come_back_from_the_database_as_they_went(
    scene: Scene, day: Facts, channel: Channel
) -> None:
    one = words(scene, news(day, {}), channel)
    assert words_of(one.as_row()) == one


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (CAME, "Hôm nay bé đến lớp lúc 7h20."),
        (WHOLE_DAY, "Hôm nay bé đến lớp lúc 7h20, ăn hết suất trưa, ngủ trưa 1 giờ 30 phút."),
        (replace(CAME, attendance=Attendance.LATE), "Hôm nay bé đến lớp muộn, lúc 7h20."),
        (Facts(attendance=Attendance.EXCUSED), "Hôm nay bé nghỉ có phép."),
        (
            Facts(attendance=Attendance.ABSENT),
            (
                "Hôm nay bé An chưa đến lớp và lớp chưa nhận được tin của gia đình. "
                "Ba mẹ báo giúp lớp lý do nhé."
            ),
        ),
        (
            Facts(lunch=Meal.LITTLE, nap_minutes=0),
            (
                "Hôm nay bé ăn trưa được ít, không ngủ trưa.\n"
                "Tối nay ba mẹ để ý thêm bữa ăn của bé nhé."
            ),
        ),
        (Facts(remark="Bé tự xếp dép."), "Cô Hạnh: Bé tự xếp dép."),
        (Facts(health="Sốt 38,2 °C."), "Sức khỏe của bé: Sốt 38,2 °C."),
    ],
    ids=lambda value: value.splitlines()[0] if isinstance(value, str) else "",
)
def test_a_chat_reads_as_a_kind_teacher_would_say_it(facts: Facts, expected: str) -> None:
    head, foot = "Bé An – Lá 1, thứ Ba 24/11", "— Trường Mầm non Hoa Mai"
    assert read(facts) == f"{head}\n{expected}\n{foot}"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (CAME, "Be An (La 1) thu Ba 24/11 di hoc."),
        (WHOLE_DAY, "Be An (La 1) thu Ba 24/11 di hoc, an het suat trua, ngu trua 90 phut."),
        (Facts(attendance=Attendance.EXCUSED), "Be An (La 1) thu Ba 24/11 nghi co phep."),
        (
            Facts(remark="Bé ngoan."),
            "Be An (La 1) thu Ba 24/11 co loi nhan tu co giao.",
        ),
        (Facts(health="Sốt 38,2 °C."), ""),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_sms_says_it_shortly(facts: Facts, expected: str) -> None:
    assert read(facts, Channel.SMS) == f"Truong MN Hoa Mai: {expected}".strip()


def test_an_urgent_sms_asks_for_a_call_and_says_no_more() -> None:
    assert compose(urgent(Channel.SMS, "Bé An sốt 39 độ"), EVERYTHING) == (
        "Truong MN Hoa Mai: Truong can trao doi ve be An. Gia dinh vui long goi 028 3000 0000."
    )
    nameless = urgent(Channel.SMS, scene=replace(SCENE, school_phone=""))
    assert compose(nameless, EVERYTHING).endswith("vui long goi cho truong.")


def test_an_urgent_chat_is_her_sentence_and_how_to_call() -> None:
    said = compose(urgent(Channel.ZALO, "Lúc 10h15 bé sốt 39 độ, ba mẹ đón bé sớm."), EVERYTHING)
    assert said == (
        "Tin khẩn · Bé An – Lá 1, thứ Ba 24/11\n"
        "Cô Hạnh: Lúc 10h15 bé sốt 39 độ, ba mẹ đón bé sớm.\n"
        "Cần trao đổi ngay, ba mẹ gọi trường theo số 028 3000 0000.\n"
        "— Trường Mầm non Hoa Mai"
    )


@given(scene=scenes, channel=roads, safety=free)
def test_urgent_words_are_of_safety_alone(scene: Scene, channel: Channel, safety: str) -> None:
    one = urgent(channel, safety, scene)
    assert {part.purpose for part in one.parts} == {Purpose.SAFETY}
    assert (safety in compose(one, Purpose.SAFETY)) is not channel.paid
    assert len(compose(urgent(Channel.SMS, safety, scene), Purpose.SAFETY)) <= SEGMENT


@given(scene=scenes, day=days, channel=roads)
def test_what_leaves_on_another_day_never_says_today(
    scene: Scene, day: Facts, channel: Channel
) -> None:
    """Nor does an SMS ever: nobody knows when one arrives."""
    text = compose(words(replace(scene, late=True), news(day, {}), channel), ALL_PURPOSES)
    told = words(scene, news(day, {}), channel).purposes
    assert "hom nay" not in unaccented(text).lower()
    assert "toi nay" not in unaccented(text).lower()
    if told and channel is Channel.SMS:
        assert unaccented(spoken(scene.day)) in text
    elif told:
        assert spoken(scene.day) in text


def test_news_of_yesterday_name_the_day() -> None:
    late = replace(SCENE, late=True)
    assert "Thứ Ba 24/11 bé đến lớp lúc 7h20, ăn trưa được ít." in read(
        replace(CAME, lunch=Meal.LITTLE), scene=late
    )
    assert "Thứ Ba 24/11 bé An không đến lớp" in read(
        Facts(attendance=Attendance.ABSENT), scene=late
    )
    assert "Thứ Ba 24/11 cả lớp: vẽ lá" in read(Facts(activity="vẽ lá"), scene=late)


def test_the_system_does_not_speak_as_the_teacher() -> None:
    """Her own words are quoted as hers; "cô" in ours would put words into her mouth."""
    for attendance in Attendance:
        for meal in Meal:
            for told in (None, WHOLE_DAY, Facts(attendance=Attendance.ABSENT)):
                day = Facts(attendance=attendance, lunch=meal, nap_minutes=30)
                text = read(day, told=told)
                assert not re.search(r"\bcô\b", text, re.IGNORECASE), text


def test_a_class_that_learned_claims_nothing_of_a_child_that_was_away() -> None:
    away = Facts(attendance=Attendance.EXCUSED, activity="vẽ lá", learning="số 5")
    assert "Hôm nay cả lớp: vẽ lá\nHôm nay lớp học: số 5" in read(away)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "không ngủ trưa"), (45, "ngủ trưa 45 phút"), (60, "ngủ trưa 1 giờ"),
     (90, "ngủ trưa 1 giờ 30 phút"), (125, "ngủ trưa 2 giờ 5 phút")],
)  # fmt: skip
def test_a_nap_is_said_in_hours_and_minutes(minutes: int, said: str) -> None:
    assert slept(minutes) == said


def test_times_and_days_are_said_as_people_say_them() -> None:
    assert [clock("07:05"), clock("16:30"), clock("")] == ["7h05", "16h30", ""]
    assert spoken(date(2026, 11, 29)) == "Chủ nhật 29/11"
