"""What a school registers is what is really sent; and no form has room for a remark."""

from dataclasses import replace
from datetime import date, time
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.sms_templates import registered
from channels.sms_text import segments, unaccented
from contactbook.delivery import sms_notes
from contactbook.delivery.message import compose
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.ports.channel import Channel
from contactbook.updates.facts import Facts, corrected, news
from contactbook.updates.models import Attendance, Meal
from contactbook.updates.phrases import Scene
from contactbook.updates.sms_forms import forms, page
from contactbook.updates.wording import day_words
from tests.contactbook.updates.test_wording import SCENE, consents, days, read, scenes, urgent

FORMS = forms()
OWN = forms("Truong MN Hoa Mai")
NOTES = {
    "invitation": sms_notes.invitation(
        school="Trường MN Hoa Mai", child="Quỳnh Như", link="https://hoamai.example/p/7Qm2xV9cTa4"
    ),
    "code": sms_notes.code(school="Trường MN Hoa Mai", code="530214", minutes=10),
    "absence": sms_notes.absence_noted(
        school="Trường MN Hoa Mai", child="Đạt", day=date(2026, 11, 24)
    ),
    "growth": sms_notes.measured(
        school="Trường MN Hoa Mai", child="Đạt", month=11, link="hoamai.example/p/7Qm2xV9cTa4"
    ),
    "stopped": sms_notes.stopped(school="Trường MN Hoa Mai", child="Đạt"),
    "trial": sms_notes.trial(school="Trường MN Hoa Mai"),
}


def test_the_page_is_as_the_words_are() -> None:
    """Otherwise: python -m contactbook.updates.sms_forms > docs/sms-templates.md."""
    assert (Path(__file__).parents[3] / "docs/sms-templates.md").read_text(
        encoding="utf-8"
    ) == page()


@given(scene=scenes, day=days, told=st.none() | days, allowed=consents)
def test_whatever_is_sent_of_a_day_is_of_a_registered_form(
    scene: Scene, day: Facts, told: Facts | None, allowed: Purpose
) -> None:
    text = read(day, Channel.SMS, scene=scene, allowed=allowed, told=told)
    if not text.removeprefix(f"{unaccented(scene.school_sms)}:").strip():
        return  # nothing that this family agreed to
    assert registered(FORMS, "daily", text), text
    assert registered(OWN, "daily", text), text
    assert unaccented(text) == text  # the adapter changes nothing any more


@given(scene=scenes, phone=st.sampled_from(["", "028 3000 0000"]), safety=st.text())
def test_so_is_an_urgent_one(scene: Scene, phone: str, safety: str) -> None:
    words = urgent(Channel.SMS, safety, replace(scene, school_phone=phone))
    assert registered(FORMS, "urgent", compose(words, Purpose.SAFETY))


def test_the_longest_of_days_is_of_a_registered_form() -> None:
    """Every word of every kind at once, in every mood: chance alone may never find the longest."""
    scene = replace(SCENE, classroom="Nhóm 25–36 tháng")
    for day in every_day()[1:]:  # the first is that of which nobody has said anything
        text = read(day, Channel.SMS, scene=scene)
        assert registered(FORMS, "daily", text), text


def every_day() -> list[Facts]:
    return [
        Facts(attendance=attendance, lunch=lunch, nap_minutes=nap, remark=remark)
        for attendance, lunch, nap, remark in product(
            (None, *Attendance), (None, Meal.ALL, Meal.PART), (None, 0, 300), ("", "x", "y")
        )
        if (attendance and attendance.here) or (lunch, nap) == (None, None)
    ]


def test_every_correction_is_of_a_registered_form_and_one_segment() -> None:
    """Of one message and of two: whatever was told, and whatever is true."""
    scene = replace(SCENE, child="Nghiêng", day=date(2026, 11, 29))
    days_ = every_day()
    for told, day in product(days_, days_):
        new, before = news(day, told.as_told()), told.as_told()
        at = {**dict.fromkeys(before, time(17, 45)), "attendance": time(7, 45)}
        wrong = replace(scene, corrected=corrected(new, before, at))
        [words] = [one for one in day_words(wrong, new) if one.channel is Channel.SMS]
        text = compose(words, ALL_PURPOSES)
        assert not words.parts or registered(FORMS, "daily", text), text
        assert segments(text) == 1, text


remarks = st.text(st.sampled_from("qzwž😀 ,.?{P1,20}()"), min_size=3, max_size=200)


@given(scene=scenes, day=days, remark=remarks, health=remarks)
def test_a_remark_changes_nothing_but_that_there_is_one(
    scene: Scene, day: Facts, remark: str, health: str
) -> None:
    """Whatever the teacher writes, two remarks give the same SMS: none of it can get out."""
    one = replace(day, remark=remark, health=health, activity=remark, learning=health)
    other = replace(day, remark="x", health="y", activity="x", learning="y")
    assert read(one, Channel.SMS, scene=scene) == read(other, Channel.SMS, scene=scene)


@pytest.mark.parametrize(("kind", "text"), NOTES.items())
def test_each_note_is_of_its_form_plain_and_of_one_segment(kind: str, text: str) -> None:
    assert registered(FORMS, kind, text), text
    assert registered(OWN, kind, text), text
    assert text.startswith("Truong MN Hoa Mai: ")
    assert unaccented(text) == text
    assert segments(text) == 1
    assert "?" not in text


def test_every_note_but_the_code_and_the_schools_own_trial_names_the_child() -> None:
    nobody = [kind for kind, text in NOTES.items() if "be Dat" not in text and "Nhu" not in text]
    assert nobody == ["code", "trial"]


def test_no_form_is_missing_and_no_kind_is_open_to_any_text() -> None:
    assert set(FORMS) == {"daily", "urgent", "notice", *NOTES}
    for kind, texts in FORMS.items():
        assert texts
        assert not registered(FORMS, kind, "Ba me oi, hom nay be bi sot 39 do, don be ngay nhe.")
        assert not registered(FORMS, kind, f"{SCENE.school_sms}: be An bi sot 39 do.")
