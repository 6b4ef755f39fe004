"""Registered texts: what is of their form, and what is refused before it costs money."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from channels.sms_templates import Templates, registered, template

DAY = "Truong {P1,20}: be {P2,10} hom nay {P3,30}."
READ: TypeAdapter[Templates] = TypeAdapter(Templates)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Truong MN Hoa Mai: be An hom nay an het suat.", ("MN Hoa Mai", "An", "an het suat")),
        ("Truong : be  hom nay .", ("", "", "")),
        ("Truong A: be B: be C hom nay D.", ("A: be B", "C", "D")),
        ("Truong MN Hoa Mai: be An hom nay an het suat", None),
        (" Truong MN Hoa Mai: be An hom nay an het suat.", None),
        ("Truong MN Hoa Mai: be Nguyen Van An hom nay an.", None),  # 13 letters, 10 allowed
        ("Truong MN Hoa Mai: Be An hom nay an.", None),
        ("", None),
    ],
)
def test_a_text_is_of_a_form_or_it_is_not(text: str, values: tuple[str, ...] | None) -> None:
    assert template(DAY).match(text) == values


def test_signs_of_a_template_are_taken_as_they_are() -> None:
    assert template("a.*[b] {P1,3} (c)$").match("a.*[b] xyz (c)$") == ("xyz",)
    assert template("a.*[b]").match("axx[b]") is None


pieces = st.lists(st.text("ab ", max_size=3), min_size=1, max_size=5)


@given(words=pieces, data=st.data())
def test_every_filling_fits_and_equals_the_pattern_it_stands_for(
    words: list[str], data: st.DataObject
) -> None:
    lengths = [data.draw(st.integers(0, 4)) for _ in words[1:]]
    form = words[0] + "".join(
        f"{{P{n},{length}}}{word}"
        for n, (length, word) in enumerate(zip(lengths, words[1:], strict=True), 1)
    )
    text = data.draw(st.text("ab ", max_size=14))
    gaps = zip(lengths, map(re.escape, words[1:]), strict=True)
    pattern = re.escape(words[0]) + "".join(f"(.{{0,{most}}}){word}" for most, word in gaps)
    values = template(form).match(text)
    assert (values is not None) == (re.fullmatch(pattern, text) is not None)
    if values is not None:
        filled = words[0] + "".join(v + w for v, w in zip(values, words[1:], strict=True))
        assert filled == text
        assert all(len(v) <= length for v, length in zip(values, lengths, strict=True))


def test_a_form_of_many_gaps_is_read_in_no_time() -> None:
    """Tried one way after the other, this would take until the children have left school."""
    form = "".join(f"{{P{n},99}} " for n in range(1, 30)) + "x"
    assert template(form).match("a " * 400 + "y") is None


def test_a_kind_has_its_own_forms_and_no_kind_has_all() -> None:
    forms = {"day": (DAY,), "urgent": ("KHAN: {P1,50}", "Truong {P1,20}: goi {P2,12}.")}
    assert registered(forms, "urgent", "KHAN: be An")
    assert registered(forms, "", "KHAN: be An")
    assert not registered(forms, "day", "KHAN: be An")
    assert not registered(forms, "growth", "KHAN: be An")
    assert not registered(forms, "", "Ba me oi")


@pytest.mark.parametrize(
    "written",
    [
        "{",
        "[]x",
        '{"day": [""]}',
        '{"day": ["{P1,20}"]}',  # any text at all would be of this form
        '{"day": ["be {P1} nghi"]}',
        '{"day": ["be {P1,2000} nghi"]}',
        '{"day": ["be {P1,20 nghi"]}',
        '{"day": 5}',
    ],
)
def test_a_template_that_cannot_be_right_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        READ.validate_python(written)


def test_templates_are_read_from_what_was_typed() -> None:
    assert READ.validate_python('{"day": "be {P1,20} nghi"}') == {"day": ("be {P1,20} nghi",)}
    assert READ.validate_python("") == {}
