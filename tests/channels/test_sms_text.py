"""Segments beside a second library, the documents' figures, and Vietnamese without accents."""

import unicodedata

import pytest
import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st
from smsutil.codecs import GSM_BASIC_CHARSET, GSM_EXT_CHARSET

from channels.sms_text import BASIC, EXTENDED, Alphabet, alphabet, segments, unaccented

SAMPLE = (
    "Kính gửi Quý phụ huynh: hôm nay bé Nguyễn Minh Anh đã ăn hết suất trưa, ngủ 120 phút,"
    " thân nhiệt 36,8 độ. Cô giáo nhắc gia đình mang theo mũ và bình nước cho buổi dã ngoại"
    " ngày mai. Trân trọng cảm ơn!"
)
VOWELS = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LETTERS = {unicodedata.normalize("NFC", vowel + tone) for vowel in VOWELS for tone in TONES}
ACCENTED = {letter for letter in LETTERS if not letter.isascii()} | {"đ"}
ACCENTED |= {letter.upper() for letter in ACCENTED}

words = st.sampled_from(
    [*SAMPLE.split(), "đến", "lớp", "Hoa", "Sen", "{x}", "€", "😀", "36°", "“", "…"]
)
plain = st.sampled_from(["be", "An", "di", "hoc", "[1]", "~", "a€", "hom nay", "\\", "|", "à", "é"])
vietnamese = st.lists(words, min_size=1, max_size=120).map(" ".join)
gsm = st.lists(plain, min_size=1, max_size=160).map("".join)


def test_the_alphabet_is_the_standards() -> None:
    assert set(GSM_BASIC_CHARSET) - {"\x1b"} == BASIC  # the escape is no character
    assert set(GSM_EXT_CHARSET) == EXTENDED
    assert len(BASIC) == 127


def test_seven_accented_letters_are_free() -> None:
    assert len(ACCENTED) == 134
    assert {letter for letter in ACCENTED if alphabet(letter) is Alphabet.GSM} == set("àèéìòùÉ")


@pytest.mark.parametrize(
    ("length", "parts"),
    [(0, 1), (160, 1), (161, 2), (306, 2), (307, 3), (459, 3), (460, 4), (612, 4), (613, 5)],
)
def test_gsm_figures_of_the_documents(length: int, parts: int) -> None:
    assert segments("a" * length) == parts


@pytest.mark.parametrize(
    ("length", "parts"),
    [(70, 1), (71, 2), (134, 2), (135, 3), (201, 3), (202, 4), (268, 4), (269, 5)],
)
def test_ucs2_figures_of_the_documents(length: int, parts: int) -> None:
    assert segments("ạ" * length) == parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("a" * 152 + "€" + "b" * 20, 2),
        ("a" * 152 + "€" + "b" * 151, 2),
        ("a" * 152 + "€" + "b" * 152, 3),  # the pair moved, and took the room of one
        ("ạ" * 66 + "😀" + "b" * 20, 2),
        ("ạ" * 66 + "😀" + "b" * 66, 3),
        ("ạ" * 68 + "😀", 1),
        ("ạ" * 69 + "😀", 2),
    ],
)
def test_what_is_two_wide_is_never_split(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_the_sample_of_the_documents() -> None:
    assert len(SAMPLE) == 200
    assert segments(SAMPLE) == 3
    decomposed = unicodedata.normalize("NFD", SAMPLE)
    assert len(decomposed) == 243
    assert segments(decomposed) == 3  # composed first, or it would cost 4
    assert segments(unaccented(SAMPLE)) == 2


@settings(max_examples=500, deadline=None)
@given(text=vietnamese | gsm)
def test_segments_equal_a_second_library(text: str) -> None:
    other = smsutil.split(unicodedata.normalize("NFC", text))
    assert other.encoding == ("gsm0338" if alphabet(text) is Alphabet.GSM else "utf_16_be")
    assert segments(text) == len(other.parts)


def test_the_escape_itself_is_no_letter_where_the_second_library_takes_it_for_one() -> None:
    assert smsutil.is_valid_gsm("\x1b")
    assert alphabet("\x1b") is Alphabet.UCS2


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Đạt đã đến lớp", "Dat da den lop"),
        ("“Bé ngoan” – cô nói…", '"Be ngoan" - co noi...'),
        ("thân nhiệt 36,8 °C", "than nhiet 36,8 do C"),
        ("40.000 ₫", "40.000 d"),
        ("vui😀quá", "vui qua"),
        ("ngoan 😀.", "ngoan ."),
        ("bé\u00a0An\u200b\u0007 \t ngủ", "be An ngu"),
        ("dòng một \r\n dòng hai", "dong mot\ndong hai"),
        ("½ hộp • 2×3", "1/2 hop - 2x3"),
        ("Ðức ðến", "Duc den"),
        ("ổ ặ ữ ỷ ỗ Ẫ".replace("ổ", "ô\u0309"), "o a u y o A"),
        ("có ăn không?", "co an khong?"),
        ("😀", ""),
        ("", ""),
    ],
)
def test_vietnamese_without_accents_reads_well(text: str, plain: str) -> None:
    assert unaccented(text) == plain


def test_every_letter_has_its_plain_form() -> None:
    for letter in ACCENTED:
        plain = unaccented(letter)
        assert plain.isascii()
        assert plain.isalpha()
        assert plain.isupper() == letter.isupper()


@given(text=st.text(st.characters(codec=None), max_size=200) | vietnamese)
def test_the_plain_form_is_ascii_and_asks_no_question(text: str) -> None:
    plain = unaccented(text)
    assert plain.isascii()
    assert plain.replace("\n", "").isprintable()
    assert plain.count("?") <= unicodedata.normalize("NFKD", text).count("?")
    assert alphabet(plain) is Alphabet.GSM or "`" in plain
    assert unaccented(plain) == plain


@given(text=vietnamese)
def test_every_word_stays_a_word(text: str) -> None:
    spoken = [word for word in text.split() if word != "😀"]
    assert len(unaccented(text).split()) >= len(spoken) - text.count("36°")
