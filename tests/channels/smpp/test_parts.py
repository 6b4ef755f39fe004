"""A long text in parts: equal to a second library's, and read back whole."""

import unicodedata

import pytest
import smsutil
from hypothesis import given, settings
from hypothesis import strategies as st
from smpplib.gsm import gsm_encode

from channels.smpp.gather import PATIENCE, Gathering
from channels.smpp.parts import DEFAULT, HEADED, UCS2, Part, from_gsm, gsm, parts, piece
from channels.smpp.pdu import Address, ShortMessage, Tag
from channels.sms_text import BASIC, EXTENDED
from tests.channels.test_sms_text import SAMPLE, vietnamese
from tests.channels.test_sms_text import gsm as gsm_text

MOTHER, SCHOOL = Address("84912345678"), Address("8077")


def received(part: Part) -> ShortMessage:
    return ShortMessage(MOTHER, SCHOOL, part.octets, part.esm_class, part.data_coding)


def read(sent: list[Part]) -> list[str]:
    return [piece(received(part)).text for part in sent]


@settings(max_examples=500, deadline=None)
@given(text=vietnamese | gsm_text)
def test_a_text_is_cut_where_a_second_library_cuts_it(text: str) -> None:
    other = smsutil.split(unicodedata.normalize("NFC", text))
    assert read(parts(text, 7)) == [part.content for part in other.parts]


@settings(deadline=None)
@given(text=vietnamese | gsm_text, reference=st.integers(0, 255))
def test_every_part_says_which_it_is(text: str, reference: int) -> None:
    sent = parts(text, reference)
    whole = unicodedata.normalize("NFC", text)
    assert "".join(read(sent)) == whole
    assert len({part.data_coding for part in sent}) == 1
    for number, part in enumerate(sent, 1):
        assert len(part.octets) <= 6 + 153
        if len(sent) == 1:
            assert part.esm_class == 0
        else:
            assert part.esm_class == HEADED
            assert part.octets[:6] == bytes((5, 0, 3, reference, len(sent), number))


@pytest.mark.parametrize(
    ("text", "coding", "sizes"),
    [
        ("a" * 160, DEFAULT, [160]),
        ("a" * 161, DEFAULT, [6 + 153, 6 + 8]),
        ("ạ" * 70, UCS2, [140]),
        ("ạ" * 71, UCS2, [6 + 134, 6 + 8]),
        ("a" * 152 + "€" + "b" * 20, DEFAULT, [6 + 152, 6 + 22]),
        ("ạ" * 66 + "😀" + "b" * 20, UCS2, [6 + 132, 6 + 44]),
        (SAMPLE, UCS2, [140, 140, 138]),
        ("", DEFAULT, [0]),
    ],
)
def test_the_sizes_of_the_documents(text: str, coding: int, sizes: list[int]) -> None:
    sent = parts(text, 0)
    assert [part.data_coding for part in sent] == [coding] * len(sizes)
    assert [len(part.octets) for part in sent] == sizes


def test_the_default_alphabet_is_a_second_librarys_but_for_its_two_known_mistakes() -> None:
    for letter in sorted((BASIC | EXTENDED) - {"§", "\f"}):  # it has "`" for §, no form feed
        assert gsm(letter) == gsm_encode(letter)
    assert (gsm("§"), gsm("\f")) == (b"\x5f", b"\x1b\x0a")


@settings(deadline=None)
@given(st.text(sorted(BASIC | EXTENDED)))
def test_the_default_alphabet_is_read_back(text: str) -> None:
    assert from_gsm(gsm(text)) == text


@settings(deadline=None)
@given(st.binary(max_size=160), st.integers(0, 255), st.integers(0, 255))
def test_whatever_a_phone_sends_is_read_somehow(octets: bytes, esm: int, coding: int) -> None:
    found = piece(ShortMessage(MOTHER, SCHOOL, octets, esm, coding))
    assert 1 <= found.number <= found.total


@pytest.mark.parametrize(
    ("octets", "tlvs", "expected"),
    [
        (b"\x06\x08\x04\x01\x02\x03\x02hai", {}, (0x0102, 3, 2)),
        (b"\x0b\x05\x04\x0b\x84\x23\xf0\x00\x03\x09\x03\x02hai", {}, (9, 3, 2)),  # after a port
        (b"\x05\x00\x03\x09\x00\x00hai", {}, (0, 1, 1)),
        (
            b"hai",
            {
                Tag.SAR_MSG_REF_NUM: b"\x00\x09",
                Tag.SAR_TOTAL_SEGMENTS: b"\x03",
                Tag.SAR_SEGMENT_SEQNUM: b"\x02",
            },
            (9, 3, 2),
        ),
    ],
)
def test_the_ways_in_which_a_part_names_its_place(
    octets: bytes, tlvs: dict[int, bytes], expected: tuple[int, int, int]
) -> None:
    found = piece(ShortMessage(MOTHER, SCHOOL, octets, 0 if tlvs else HEADED, 0, tlvs=tlvs))
    assert (found.reference, found.total, found.number) == expected
    assert found.text == "hai"


@settings(deadline=None)
@given(st.permutations(range(3)))
def test_parts_are_put_together_in_whatever_order_they_come(order: list[int]) -> None:
    gathering, sent = Gathering(), [piece(received(part)) for part in parts(SAMPLE, 5)]
    told = [gathering.add("mẹ", sent[place], 0) for place in order]
    assert told == [None, None, SAMPLE]
    assert gathering.overdue(PATIENCE + 1) == []


def test_two_parents_and_two_messages_are_not_mixed() -> None:
    gathering = Gathering()
    mine, yours = (
        [piece(received(part)) for part in parts(letter * 200, 5)] for letter in ("a", "b")
    )
    assert gathering.add("mẹ", mine[0], 0) is None
    assert gathering.add("bố", yours[1], 0) is None
    assert gathering.add("mẹ", mine[1], 0) == "a" * 200
    assert gathering.overdue(PATIENCE) == [("bố", "b" * 47)]  # half a message is better than none
