"""Receipts as SMSCs write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.smpp.pdu import Address, ShortMessage, Tag
from channels.smpp.receipts import Report, State, report

MOTHER, SCHOOL = Address("84912345678"), Address("HOASEN", 5, 0)
FULL = (
    "id:0123456789 sub:001 dlvrd:001 submit date:2611240930 done date:2611240931"
    " stat:{} err:000 Text:Be An hom nay"
)


def told(text: bytes, esm: int = 0x04, **tlvs: bytes) -> Report | None:
    tags: dict[int, bytes] = {Tag[name.upper()]: value for name, value in tlvs.items()}
    return report(ShortMessage(MOTHER, SCHOOL, text, esm, tlvs=tags))


@pytest.mark.parametrize("state", list(State))
def test_every_state_is_read_from_the_text(state: State) -> None:
    at = datetime(2026, 11, 24, 9, 31, tzinfo=UTC)
    assert told(FULL.format(state).encode()) == Report("0123456789", state, "000", at)


@pytest.mark.parametrize(("number", "state"), list(enumerate(State, 1)))
def test_every_state_is_read_from_the_parameters(number: int, state: State) -> None:
    said = told(b"", receipted_message_id=b"A1B2\0", message_state=bytes((number,)))
    assert said == Report("A1B2", state)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"id:A1 stat:DELIVRD", Report("A1", State.DELIVERED)),
        (b"ID:A1 STAT:delivrd ERR:0", Report("A1", State.DELIVERED, "0")),
        (b"id: A1 stat: UNDELIV err: 1B", Report("A1", State.UNDELIVERABLE, "1B")),
        (b"id:A1 stat:UNDELIVERABLE", Report("A1", State.UNDELIVERABLE)),
        (b"id:A1 stat:BUFFERED", Report("A1", State.UNKNOWN)),
        (b"id:A1 stat:EXPIRED Text:id:B2 stat:DELIVRD", Report("A1", State.EXPIRED)),
        ("id:A1 stat:DELIVRD".encode("utf-16-be"), Report("A1", State.DELIVERED)),
        (
            b"id:A1 stat:DELIVRD done date:261124093159",
            Report("A1", State.DELIVERED, "", datetime(2026, 11, 24, 9, 31, 59, tzinfo=UTC)),
        ),
        (b"id:A1 stat:DELIVRD done date:2613993199", Report("A1", State.DELIVERED)),
        (b"sub:001 stat:DELIVRD", Report("", State.DELIVERED)),
        (b"", Report("", State.UNKNOWN)),
    ],
)
def test_texts_of_many_smscs(text: bytes, expected: Report) -> None:
    assert told(text) == expected


def test_the_parameters_win_over_the_text() -> None:
    said = told(
        b"id:9 stat:DELIVRD",
        receipted_message_id=b"A1",
        message_state=b"\x05",
        network_error_code=b"\x03\x00\x21",
    )
    assert said == Report("A1", State.UNDELIVERABLE, "33")


@pytest.mark.parametrize(
    ("esm", "tlvs", "receipt"),
    [
        (0x00, {}, False),
        (0x04, {}, True),
        (0x44, {}, True),  # with a header
        (0x20, {}, True),  # an intermediate notification
        (0x08, {}, False),  # an acknowledgement by the phone's owner
        (0x00, {"receipted_message_id": b"1", "message_state": b"\x02"}, True),  # unmarked
        (0x00, {"message_state": b"\x02"}, False),
    ],
)
def test_what_is_a_receipt_and_what_a_person(
    esm: int, tlvs: dict[str, bytes], receipt: bool
) -> None:
    assert (told(b"id:1 stat:DELIVRD", esm, **tlvs) is not None) is receipt


@settings(deadline=None)
@given(st.binary(max_size=254))
def test_whatever_an_smsc_writes_is_read_somehow(text: bytes) -> None:
    assert isinstance(told(text), Report)
