"""Vietnamese names: cleaned, called, ordered, found."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contactbook.people.names import (
    UnfitName,
    clean_name,
    familiar,
    folded,
    given_name,
    person_name,
    sort_key,
)

# Ordered by hand: given name, then family, then middle names; letters before tones.
IN_ORDER = (
    """
Bùi An · Dương An · Đặng An · Đỗ An · Hoàng An · Hồ An · Huỳnh An · Lê An · Lê Gia An · Lý An ·
Ngô An · Nguyễn An · Nguyễn Bảo An · Nguyễn Văn An · Phạm An · Phan An · Trần An · Võ An · Vũ An ·
Trần Anh · Lê Ánh · Lê Ân · Lê Ấn · Lê Bách · Lê Băng · Lê Bằng · Lê Bích · Lê Bình · Lê Châu ·
Lê Chi · Lê Cúc · Lê Cường · Lê Danh · Lê Dung · Lê Dũng · Lê Duy · Lê Dương · Lê Đan · Lê Đạt ·
Lê Đăng · Lê Đức · Lê Em · Lê Giang · Trần Hà · Lê Hạ · Lê Hân · Lê Hoa · Lê Hòa · Lê Hoài ·
Lê Hồng · Lê Hợp · Lê Hùng · Lê Hưng · Lê Khánh · Lê Khôi · Lê Lan · Lê Lân · Trần Linh · Vũ Ma ·
Vũ Mà · Vũ Mả · Vũ Mã · Vũ Má · Vũ Mạ · Lê Mai · Lê My · Lê Nga · Lê Ngân · Lê Oanh · Lê Phúc ·
Lê Phương · Lê Sơn · Lê Thảo · Lê Thắng · Lê Thu · Lê Thủy · Lê Thư · Lê Thương · Lê Tú · Lê Tuấn ·
Lê Uyên · Lê Vy · Lê Xuân · Lê Ý · Lê Yến
""".replace("\n", " ")
    .strip()
    .split(" · ")
)
IN_ORDER = [name.strip() for name in IN_ORDER]

MIXED = IN_ORDER[::-1]

VIETNAMESE = (
    "aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệghiìỉĩíịklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvxyỳỷỹýỵ"
)
syllables = st.text(VIETNAMESE, min_size=1, max_size=7)
names = st.lists(syllables.map(str.capitalize), min_size=1, max_size=5).map(" ".join)

ALPHABET = list("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")
TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]


def reference(name: str) -> list[tuple[list[int], int]]:
    """The same order by another road: places in the alphabet, not bytes."""
    words = name.lower().split()
    keys = []
    for word in words[-1:] + words[:-1]:
        marks = [c for c in unicodedata.normalize("NFD", word) if c in TONES]
        bare = "".join(c for c in unicodedata.normalize("NFD", word) if c not in TONES)
        letters = [ALPHABET.index(c) for c in unicodedata.normalize("NFC", bare)]
        keys.append((letters, TONES.index(marks[0]) if marks else 0))
    return keys


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("LÊ NGỌC PHÚC", "Lê Ngọc Phúc"),
        ("  ĐẶNG   ANH  LINH ", "Đặng Anh Linh"),
        ("lê thị ý", "Lê Thị Ý"),
        ("Lê Ngọc Phúc", "Lê Ngọc Phúc"),
        ("McDonald Lê", "McDonald Lê"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("Nguyễn\u00a0Văn\tAn\n", "Nguyễn Văn An"),
        ("Ngu\u200byễn\ufeff Văn\u202e A\u00adn", "Nguyễn Văn An"),
        ("An\x00\x07", "An"),
        (unicodedata.normalize("NFD", "VÕ PHƯƠNG ĐẠT"), "Võ Phương Đạt"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_a_name_is_cleaned_as_it_would_stand_on_paper(written: str, clean: str) -> None:
    assert clean_name(written) == clean


@given(names)
def test_a_name_is_the_same_in_every_spelling_of_its_letters(name: str) -> None:
    clean = clean_name(name)
    for form in (
        unicodedata.normalize("NFD", name),
        name.upper(),
        name.lower(),
        f"  {name}\u200b ",
    ):
        assert clean_name(form) == clean
    assert unicodedata.is_normalized("NFC", clean)


@given(st.text())
def test_a_cleaned_text_holds_nothing_invisible(text: str) -> None:
    clean = clean_name(text)
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == " ".join(clean.split())
    assert not any(unicodedata.category(c).startswith("C") for c in clean)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "còn trống"),
        ("\u200b", "còn trống"),
        ("Lê An 2", "có chữ số"),
        ("Lê An ²", "có chữ số"),
        ("<b>Lê An</b>", "ký hiệu"),
        ("<script>alert(1)</script>", "có chữ số"),
        ("Lê An 😀", "ký hiệu"),
        ("Lê An ❤️", "ký hiệu"),
        ("Lê An; Lê Bình", "ký hiệu"),
        ("=CONCAT()", "ký hiệu"),
        ("- -", "ký hiệu"),
        ("A\u0353\u0353\u0353n", "ký hiệu"),
        ("An " * 60, "dài quá 100 chữ"),
    ],
)
def test_what_is_not_a_name_is_refused_with_a_reason(written: str, reason: str) -> None:
    with pytest.raises(UnfitName) as refused:
        person_name(written)
    assert reason in str(refused.value)
    assert str(refused.value).startswith("Họ tên ")
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize(
    "name", ["Lê Ngọc Phúc", "H'Hen Niê", "Y Moan Ênuôl", "Lê An (Bin)", "Anne-Marie Lê", "Ý"]
)
def test_people_of_every_kind_may_have_their_names(name: str) -> None:
    assert person_name(name) == name


@given(names)
def test_every_vietnamese_name_is_taken_and_cleaning_it_again_changes_nothing(name: str) -> None:
    assert person_name(person_name(name)) == person_name(name)


@given(st.text())
def test_any_text_is_a_name_or_refused(text: str) -> None:
    try:
        name = person_name(text)
    except UnfitName:
        return
    assert 0 < len(name) <= 100


@pytest.mark.parametrize(
    ("full", "called"),
    [("Lê Gia An", "An"), ("  LÊ  AN ", "An"), ("An", "An"), ("Lê An (Bin)", "An"), ("", "")],
)
def test_a_child_is_called_by_the_last_word(full: str, called: str) -> None:
    assert given_name(full) == familiar(full) == called


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Đặng Quốc Ý", "dang quoc y"),
        (unicodedata.normalize("NFD", "ĐẶNG  QUỐC Ý"), "dang quoc y"),
        ("dang quoc y", "dang quoc y"),
        ("Nguyễn\u200b Thị\u00a0Hường", "nguyen thi huong"),
    ],
)
def test_a_name_is_found_without_its_accents(text: str, plain: str) -> None:
    assert folded(text) == plain


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_names_stand_in_the_order_of_a_vietnamese_class_register() -> None:
    assert len(IN_ORDER) > 60
    assert sorted(MIXED, key=sort_key) == IN_ORDER
    assert sorted(MIXED, key=lambda name: sort_key(name).encode()) == IN_ORDER
    assert all(sort_key(a) < sort_key(b) for a, b in pairwise(IN_ORDER)), "no two are equal"
    assert sorted(MIXED, key=reference) == IN_ORDER


# A syllable has one tone; two would be no word, and have no place in any order.
toned = st.builds(
    lambda letters, at, tone: unicodedata.normalize(
        "NFC", letters[: at % len(letters) + 1] + tone + letters[at % len(letters) + 1 :]
    ),
    st.text("aăâbcdđeêghiklmnoôơpqrstuưvxy", min_size=1, max_size=6),
    st.integers(0, 5),
    st.sampled_from(TONES),
)
full_names = st.lists(toned, min_size=1, max_size=4).map(" ".join)


@given(full_names, full_names)
def test_the_key_orders_any_two_names_as_the_alphabet_does(one: str, other: str) -> None:
    a, b = reference(one), reference(other)
    assert (sort_key(one) < sort_key(other)) == (a < b)
    assert (sort_key(one) == sort_key(other)) == (a == b)


@given(st.text())
def test_any_text_has_a_key_and_no_spelling_changes_it(text: str) -> None:
    assert sort_key(unicodedata.normalize("NFD", text)) == sort_key(text)


@given(names)
def test_the_key_of_a_vietnamese_name_is_plain_ascii(name: str) -> None:
    assert sort_key(name).isascii()
    assert sort_key(name.upper()) == sort_key(name)
