"""Vietnamese mobiles, however a class list writes them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from contactbook.people.phone import MIGRATED, NotAMobile, domestic, mobile

# Every prefix that was abolished in 2018 and the one that took its place, as people dial them.
# Typed from the reference once more, so that a slip in the table does not test itself.
PAIRS = [
    ("0120", "070"), ("0121", "079"), ("0122", "077"), ("0126", "076"), ("0128", "078"),
    ("0123", "083"), ("0124", "084"), ("0125", "085"), ("0127", "081"), ("0129", "082"),
    ("0162", "032"), ("0163", "033"), ("0164", "034"), ("0165", "035"), ("0166", "036"),
    ("0167", "037"), ("0168", "038"), ("0169", "039"),
    ("0186", "056"), ("0188", "058"), ("0199", "059"),
]  # fmt: skip

# Three digits that phonenumbers accepts with any seven (or six) others.
PREFIXES = ["032", "039", "056", "070", "079", "081", "086", "088", "090", "091", "096", "098"]
subscribers = st.builds(
    lambda prefix, rest: f"{prefix[1:]}{rest:07d}",
    st.sampled_from(PREFIXES),
    st.integers(0, 9_999_999),
)


@pytest.mark.parametrize(
    "written",
    [
        "0912345678",
        "0912.345.678",
        " 0912 345 678 ",
        "0912-345-678",
        "(+84) 0912345678",
        "+84 91 234 5678",
        "+840912345678",
        "0084912345678",
        "0084 0912 345 678",
        "84912345678",
        "840912345678",
        "912345678",
        912345678,
        912345678.0,
        -912345678,  # a dash before a number is a dash, not a sign
        84912345678,
        "912345678.0",
        "0912345678.0",
        "9.12345678E+08",
        "'0912345678",
        "0912\u00a0345\u00a0678",
        "\u202d0912345678\u202c",
        "０９１２３４５６７８",
    ],
)
def test_one_number_written_in_many_ways_is_one_number(written: str | float) -> None:
    assert mobile(written) == "+84912345678"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "còn trống"),
        (" - ", "còn trống"),
        ("12345", "có 5 chữ số, số di động có 10 chữ số"),
        (12345, "có 5 chữ số"),
        ("091234567", "có 9 chữ số"),
        ("09123456789", "có 11 chữ số"),
        ("mẹ bé", "có ký tự không phải chữ số"),
        ("0912345678 (mẹ)", "có ký tự không phải chữ số"),
        ("0912345678 / 0987654321", "có nhiều hơn một số"),
        ("0912345678, 0987654321", "có nhiều hơn một số"),
        ("028 3822 1234", "không phải số di động"),
        ("1900 1234", "không phải số di động"),
        ("+1 650 253 0000", "không phải số của Việt Nam"),
        ("00 1 650 253 0000", "không phải số của Việt Nam"),
        ("0112345678", "không phải"),
        ("0612345678", "không phải đầu số đang dùng"),
        ("01302345678", "có 11 chữ số"),
        (float("nan"), "có ký tự"),
        (float("inf"), "có ký tự"),
        (10**4000, "có nhiều hơn một số"),
    ],
)
def test_what_cannot_receive_a_message_is_refused_with_a_reason(
    written: str | float, reason: str
) -> None:
    with pytest.raises(NotAMobile) as refused:
        mobile(written)
    assert reason in str(refused.value)
    assert str(refused.value).startswith("Số điện thoại ")


def test_a_reason_repeats_no_more_than_a_little_of_what_was_written() -> None:
    with pytest.raises(NotAMobile) as refused:
        mobile("x" * 10_000)
    assert len(str(refused.value)) < 120


@pytest.mark.parametrize(("old", "new"), PAIRS)
@given(
    rest=st.integers(0, 9_999_999), plus=st.sampled_from(["0", "+84", "0084", "84", "+84 0", ""])
)
def test_an_abolished_number_is_the_one_it_became(old: str, new: str, rest: int, plus: str) -> None:
    assert mobile(f"{plus}{old[1:]}.{rest:07d}") == f"+84{new[1:]}{rest:07d}"


def test_there_were_21_such_prefixes_and_no_more() -> None:
    assert {old[1:]: new[1:] for old, new in PAIRS} == MIGRATED
    assert len(MIGRATED) == 21


@given(subscribers, st.sampled_from(["", " ", ".", "-", "  "]), st.data())
def test_prefix_and_separators_do_not_change_a_number(
    subscriber: str, separator: str, data: st.DataObject
) -> None:
    dialled = data.draw(st.sampled_from(["", "0", "+84", "84", "0084", "(+84) 0"])) + subscriber
    cut = data.draw(st.integers(1, len(dialled) - 1))
    assume(f"{separator}{dialled[cut:]}" != ".0")  # the mark of a number from a table
    assert mobile(dialled[:cut] + separator + dialled[cut:]) == f"+84{subscriber}"


@given(subscribers)
def test_reading_a_number_again_changes_nothing(subscriber: str) -> None:
    e164 = mobile(subscriber)
    assert mobile(e164) == e164
    assert mobile(domestic(e164)) == e164
    assert domestic(e164) == f"0{subscriber}"
    assert mobile(int(subscriber)) == mobile(float(subscriber)) == e164


@given(st.text() | st.integers() | st.floats() | st.text("0123456789+ .-()", max_size=20))
def test_anything_is_either_a_vietnamese_mobile_or_refused(written: str | float) -> None:
    try:
        e164 = mobile(written)
    except NotAMobile:
        return
    assert e164.startswith("+84")
    assert len(e164) == len("+84912345678")
