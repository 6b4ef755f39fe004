"""A parent's spelling: evened out where it is a slip, left alone where it is a word."""

import re
import tomllib
from importlib.resources import files

import pytest

from contactbook.conversation.spelling import bare, forms, lexicon, words_of


def read(text: str) -> list[str]:
    return [word.read.rstrip("0") for word in words_of(text)]


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("ko", "không"), ("hok", "không"), ("hông", "không"), ("dc", "được"), ("đc", "được"),
        ("mk", "mình"), ("gởi", "gửi"), ("nghir", "nghỉ"), ("nghi3", "nghỉ"), ("ngayf", "ngay"),
        ("thuoocs", "thuoc"), ("truong2", "truong"), ("thuooc", "thuoc"), ("turong", "truong"),
        ("khoẻ", "khỏe"), ("huỷ", "hủy"), ("ơiiiii", "ơi"), ("NGHỈ", "nghỉ"), ("nghĩ", "nghỉ"),
    ],
)  # fmt: skip
def test_what_is_written_for_a_word_is_read_as_it(written: str, word: str) -> None:
    assert read(written)[0] in forms(word)


def test_an_abbreviation_may_stand_for_several_words() -> None:
    assert len(read("hnay bé ăn bnhieu")) == 6


@pytest.mark.parametrize("name", ["Nhung", "Hưng", "Huy", "Dũng", "Thúy", "Ngân"])
def test_a_name_is_not_mended_into_a_word_that_stops(name: str) -> None:
    assert read(name)[0] not in forms("ngưng") | forms("ngừng") | {"stop"}


def test_a_word_that_exists_is_never_another_one() -> None:
    for word in ("thức", "trong", "xanh", "thương", "nhanh", "chuông"):
        assert bare(read(word)[0]).rstrip("12345") == bare(word)


def test_every_word_of_the_rules_is_one_we_know() -> None:
    """Else a slip of the finger in it could not be mended: add it to words.txt."""
    text = files("contactbook.conversation").joinpath("rules.toml").read_text("utf-8")
    table = tomllib.loads(text)
    table.pop("polite")
    phrases = [phrase for phrase in _strings(table) if phrase]
    said = {w for phrase in phrases for w in re.findall(r"(?<!@)\b[^\W\d_]+\b", phrase.lower())}
    assert sorted(w for w in said if bare(w) not in lexicon().letters and len(w) > 1) == []


def _strings(table: object) -> list[str]:
    if isinstance(table, str):
        return [re.sub(r"@\w+", "", table).replace("'", "")]
    inner = table.values() if isinstance(table, dict) else table
    assert not isinstance(inner, int | None)
    return [text for each in inner for text in _strings(each)]  # type: ignore[attr-defined]
