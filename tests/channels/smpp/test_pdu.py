"""SMPP's octets: the documented vectors, and a second library as the judge."""

from contextlib import suppress

import pytest
import smpplib.client
import smpplib.smpp
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.smpp import pdu
from channels.smpp.pdu import Address, Command, Malformed, Pdu, ShortMessage, Tag

CLIENT = smpplib.client.Client("127.0.0.1", 1, allow_unknown_opt_params=True)  # connects nowhere
BRAND, MOTHER = Address("MAMNON", 5, 0), Address("84912345678")
BIND = "0000001f000000090000000000000001746573740074657374000034000000"
HELLO = (
    "000000370000000400000000000000020005004d414d4e4f4e00"
    "01013834393132333435363738000000000000010000000568656c6c6f"
)


def test_a_bind_is_written_as_the_document_shows_it() -> None:
    body = pdu.bind_body("test", "test")
    assert Pdu(Command.BIND_TRANSCEIVER, 1, body=body).encode().hex() == BIND


def test_a_message_is_written_as_the_document_shows_it() -> None:
    said = ShortMessage(BRAND, MOTHER, b"hello", registered_delivery=1)
    assert Pdu(Command.SUBMIT_SM, 2, body=said.encode()).encode().hex() == HELLO


def test_an_answer_to_a_deliver_sm_has_seventeen_octets() -> None:
    answer = Pdu(Command.DELIVER_SM, 9).response(0, b"\0").encode()
    assert answer.hex() == "00000011800000050000000000000009" + "00"


words = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=20)


@settings(deadline=None)
@given(
    source=words, to=words, octets=st.binary(max_size=254), esm=st.sampled_from([0, 4, 0x40]),
    coding=st.sampled_from([0, 8]),
)  # fmt: skip
def test_a_second_library_reads_what_we_write(
    source: str, to: str, octets: bytes, esm: int, coding: int
) -> None:
    said = ShortMessage(Address(source, 5, 0), Address(to), octets, esm, coding, 1)
    written = Pdu(Command.SUBMIT_SM, 7, body=said.encode()).encode()
    read = smpplib.smpp.parse_pdu(written, client=CLIENT)
    assert (read.source_addr, read.destination_addr) == (source.encode(), to.encode())
    assert (read.source_addr_ton, read.source_addr_npi, read.dest_addr_ton) == (5, 0, 1)
    assert (read.short_message or b"", read.esm_class) == (octets, esm)
    assert (read.data_coding, read.registered_delivery, read.sequence) == (coding, 1, 7)
    assert pdu.short_message(pdu.decode(written).body) == said


@settings(deadline=None)
@given(octets=st.binary(max_size=200), state=st.integers(1, 8))
def test_we_read_what_a_second_library_writes(octets: bytes, state: int) -> None:
    theirs = smpplib.smpp.make_pdu(
        "deliver_sm",
        client=CLIENT,
        sequence=3,
        source_addr_ton=1,
        source_addr_npi=1,
        source_addr="84912345678",
        dest_addr_ton=5,
        destination_addr="MAMNON",
        esm_class=4,
        short_message=octets,
        receipted_message_id="A1B2",
        message_state=state,
    )
    read = pdu.short_message(pdu.decode(theirs.generate()).body)
    assert (read.source, read.destination) == (MOTHER, BRAND)
    assert (read.esm_class, read.octets) == (4, octets)
    assert read.tlvs[Tag.RECEIPTED_MESSAGE_ID] == b"A1B2\0"
    assert read.tlvs[Tag.MESSAGE_STATE] == bytes((state,))


def test_a_text_may_come_as_payload() -> None:
    said = ShortMessage(MOTHER, BRAND, tlvs={Tag.MESSAGE_PAYLOAD: b"x" * 400})
    assert pdu.short_message(said.encode()).octets == b"x" * 400


@pytest.mark.parametrize("size", [0, 15, 70_001, 0xFFFFFFFF])
def test_a_length_that_cannot_be_is_refused(size: int) -> None:
    with pytest.raises(Malformed):
        pdu.length(size.to_bytes(4, "big") + bytes(12))


@settings(deadline=None)
@given(st.binary(max_size=120))
def test_other_peoples_octets_are_read_or_refused_and_nothing_else(octets: bytes) -> None:
    for read in (pdu.decode, pdu.short_message):
        with suppress(Malformed):
            read(octets)


@pytest.mark.parametrize(
    ("system_id", "password"), [("x" * 16, ""), ("a", "x" * 9), ("a\0b", ""), ("é", "")]
)
def test_a_name_that_no_bind_can_carry_is_refused(system_id: str, password: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 Python's own for an é, ours for the rest
        pdu.bind_body(system_id, password)


def test_a_message_id_is_read_even_without_its_end() -> None:
    assert [pdu.message_id(body) for body in (b"A1\0", b"A1", b"\0", b"")] == ["A1", "A1", "", ""]
