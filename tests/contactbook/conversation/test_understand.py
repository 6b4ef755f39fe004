"""What a parent means: the tables row by row, spelled worse, and what only looks alike."""

import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contactbook.conversation.children import KnownChild
from contactbook.conversation.intents import Intent
from contactbook.conversation.spelling import bare
from contactbook.conversation.understand import Understood, understand
from tests.contactbook.conversation.tables import NEAR_MISSES, PHRASINGS, TUESDAY, with_slips

PEOPLE = (Intent.HUMAN, Intent.ASK_TEACHER)  # either way a person reads it
DEEDS = {Intent.STOP, Intent.ABSENCE, Intent.MEDICINE}
AN = KnownChild("Nguyễn Gia An")
MAI = KnownChild("Lê Ngọc Mai")


def meant(text: str, *children: KnownChild) -> Understood:
    return understand(text, today=TUESDAY, children=children)


def others(spell: Callable[[str], str]) -> list[str]:
    """Rows that are understood otherwise once they are spelled so."""
    read = ((row, meant(spell(row["text"])).intent) for row in PHRASINGS)
    return [f"{row['text']}: {intent}" for row, intent in read if intent != row["intent"]]


def test_the_table_is_wide_enough() -> None:
    counted = Counter(row["intent"] for row in PHRASINGS)
    assert len(PHRASINGS) >= 400
    assert set(counted) == {intent.value for intent in Intent}
    assert min(counted.values()) >= 20
    assert counted["human"] >= 60
    assert len(NEAR_MISSES) >= 80
    assert len({row["text"] for row in PHRASINGS}) == len(PHRASINGS)


def test_every_phrasing_is_understood() -> None:
    assert others(str) == []


def test_every_phrasing_is_understood_without_accents() -> None:
    assert others(bare) == []


def test_every_phrasing_is_understood_in_capitals_and_with_pictures() -> None:
    assert others(lambda text: f"{text} 🙏😊") == []
    harmless = [row for row in PHRASINGS if "cho con em" not in row["text"]]
    assert [row["text"] for row in harmless if _deed_instead(row["text"].upper(), row)] == []


def _deed_instead(text: str, row: dict[str, str]) -> bool:
    intent = meant(text).intent
    return intent in DEEDS and intent != row["intent"]


@pytest.mark.parametrize("spell", [str, bare])
def test_a_slip_of_the_finger_changes_nothing_or_asks_a_person(spell: Callable[[str], str]) -> None:
    read = [
        (slip, row["intent"], meant(slip).intent)
        for row in PHRASINGS
        for slip in with_slips(spell(row["text"]))
    ]
    assert len(read) > 800
    assert [each for each in read if each[2] not in (each[1], *PEOPLE)] == []
    lost = [each for each in read if each[2] != each[1]]
    assert len(lost) <= len(read) / 100, lost


@pytest.mark.parametrize("row", NEAR_MISSES, ids=lambda row: row["text"])
def test_what_looks_like_something_else_is_not_taken_for_it(row: dict[str, str]) -> None:
    assert meant(row["text"]).intent == row["intent"]


def test_without_accents_a_near_miss_still_does_no_harm() -> None:
    alone = {"đúng", "đừng", "Dũng"}  # "dung" as the whole message is dừng, by decision
    done = [
        (row["text"], understood.intent)
        for row in NEAR_MISSES
        if row["text"] not in alone and (understood := meant(bare(row["text"]))).intent in DEEDS
    ]
    assert done == []


def test_the_slots_of_the_table_are_found() -> None:
    for row in PHRASINGS:
        found = meant(row["text"])
        if row["dates"]:
            assert [day.isoformat() for day in found.dates] == row["dates"].split(), row["text"]
        if row["child"]:
            assert found.child == row["child"], row["text"]
        if row["drug"]:
            assert found.drug == row["drug"], row["text"]


def test_composed_and_decomposed_letters_are_one() -> None:
    for row in PHRASINGS + NEAR_MISSES:
        apart = meant(unicodedata.normalize("NFD", row["text"]))
        assert (apart.intent, apart.dates) == (meant(row["text"]).intent, meant(row["text"]).dates)


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=200), st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_no_text_is_too_strange(text: str, today: date) -> None:
    assert understand(text, today=today, children=[AN]).intent in Intent


WORDS = sorted({word for row in PHRASINGS + NEAR_MISSES for word in row["text"].split()})


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_no_heap_of_words_fails_and_its_reading_is_always_the_same(text: str) -> None:
    assert meant(text, AN, MAI) == meant(text, AN, MAI)
    apart = meant(unicodedata.normalize("NFD", text), AN, MAI)
    assert apart.intent is meant(text, AN, MAI).intent


@pytest.mark.parametrize("text", ["", "   ", "\n", "😂", "...", "\x00", "ừ" * 2_000])
def test_what_says_nothing_goes_to_a_person_and_is_not_called_sure(text: str) -> None:
    found = meant(text)
    assert (found.intent, found.confident) == (Intent.HUMAN, False)


def test_dung_stops_only_as_the_whole_message_and_not_for_the_child_of_that_name() -> None:
    dung = KnownChild("Trần Minh Dũng")
    assert meant("DUNG").intent is Intent.STOP
    assert meant("dung nha co").intent is Intent.HUMAN
    assert meant("Dung", dung).intent is Intent.HUMAN
    assert meant("DUNG", dung).intent is Intent.STOP
    assert meant("Huy", KnownChild("Lê Gia Huy")).intent is Intent.HUMAN


def test_nhan_alone_is_sent_to_a_person_for_it_may_be_nhan_or_nhan() -> None:
    assert meant("NHAN").intent is Intent.HUMAN
    assert meant("NHAN LAI").intent is Intent.RESUME


def test_a_known_child_is_spelled_as_in_the_class_list() -> None:
    assert meant("mai cho be an nghi nha co", AN).child == "An"
    assert meant("mai cho bé Gia An nghỉ", AN).child == "An"
    assert meant("mai bé ăn gì vậy cô", AN).child == ""


def test_mai_is_a_day_and_mai_is_a_girl() -> None:
    found = meant("cô ơi bé Mai mai nghỉ nha", MAI)
    assert (found.intent, found.child, found.dates) == (
        Intent.ABSENCE, "Mai", (date(2026, 11, 25),),
    )  # fmt: skip


def test_two_children_named_are_both_told_and_none_is_chosen() -> None:
    found = meant("mai cho bé An và bé Mai nghỉ nha cô", AN, MAI)
    assert (found.intent, found.child, found.children) == (Intent.ABSENCE, "", ("An", "Mai"))


def test_a_medicine_comes_with_its_dose_and_times() -> None:
    found = meant("nhờ cô cho bé An uống Hapacol 150 1 gói lúc 11h30 và sau ăn xế", AN)
    assert (found.intent, found.drug, found.dose) == (Intent.MEDICINE, "Hapacol 150", "1 gói")
    assert found.times == ("11h30", "sau ăn xế")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hôm nay bé sốt 38 độ em xin cho bé nghỉ", "sốt 38 độ"),
        ("mai bé nghỉ vì đi đám cưới cậu nha cô", "đi đám cưới cậu"),
        ("cho bé nghỉ hôm nay do tối qua ói, em cảm ơn", "tối qua ói"),
    ],
)
def test_an_absence_comes_with_its_reason(text: str, reason: str) -> None:
    found = meant(text)
    assert (found.intent, found.reason) == (Intent.ABSENCE, reason)
