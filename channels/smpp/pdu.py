"""The octets of SMPP 3.4: a header, a body, and the bodies that we write and read.

Source: Short Message Peer to Peer Protocol Specification v3.4, sections 3.2, 4 and 5.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

HEADER = struct.Struct(">IIII")  # command_length, command_id, command_status, sequence_number
LONGEST = 70_000  # octets; message_payload alone may hold 65,535
LAST_SEQUENCE = 0x7FFFFFFF
RESPONSE = 0x80000000  # added to a request's command_id
VERSION = 0x34


class Command(IntEnum):
    GENERIC_NACK = 0x80000000
    SUBMIT_SM = 0x00000004
    DELIVER_SM = 0x00000005
    UNBIND = 0x00000006
    BIND_TRANSCEIVER = 0x00000009
    ENQUIRE_LINK = 0x00000015
    ALERT_NOTIFICATION = 0x00000102


class Tag(IntEnum):
    """Optional parameters (TLVs) that we read; section 5.3.2."""

    RECEIPTED_MESSAGE_ID = 0x001E
    SAR_MSG_REF_NUM = 0x020C
    SAR_TOTAL_SEGMENTS = 0x020E
    SAR_SEGMENT_SEQNUM = 0x020F
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Malformed(ValueError):
    """Octets that are no SMPP. Says nothing of their content."""


@dataclass(frozen=True, slots=True)
class Pdu:
    command: int
    sequence: int
    status: int = 0
    body: bytes = b""

    @property
    def answers(self) -> bool:
        return bool(self.command & RESPONSE)

    def encode(self) -> bytes:
        size = HEADER.size + len(self.body)
        return HEADER.pack(size, self.command, self.status, self.sequence) + self.body

    def response(self, status: int = 0, body: bytes = b"") -> "Pdu":
        return Pdu(self.command | RESPONSE, self.sequence, status, body)


def length(head: bytes) -> int:
    """What a header says of the whole PDU's length; raises `Malformed` when it cannot be."""
    size: int = HEADER.unpack(head)[0]
    if not HEADER.size <= size <= LONGEST:
        raise Malformed(f"a PDU of {size} octets")
    return size


def decode(octets: bytes) -> Pdu:
    if len(octets) < HEADER.size or length(octets[: HEADER.size]) != len(octets):
        raise Malformed("a PDU shorter or longer than it says")
    _, command, status, sequence = HEADER.unpack_from(octets)
    return Pdu(command, sequence, status, octets[HEADER.size :])


@dataclass(frozen=True, slots=True)
class Address:
    """A number or a name: type of number (5 is alphanumeric) and numbering plan; section 5.2.5."""

    text: str
    ton: int = 1
    npi: int = 1

    def encode(self) -> bytes:
        return bytes((self.ton, self.npi)) + c_octets(self.text, 21)


@dataclass(frozen=True, slots=True)
class ShortMessage:
    """The body of submit_sm and of deliver_sm: the two are laid out alike (4.4.1, 4.6.1)."""

    source: Address
    destination: Address
    octets: bytes = b""
    esm_class: int = 0
    data_coding: int = 0
    registered_delivery: int = 0
    tlvs: Mapping[int, bytes] = field(default_factory=dict)

    def encode(self) -> bytes:
        if len(self.octets) > 254:  # noqa: PLR2004 sm_length, section 5.2.21
            raise ValueError("a short_message has at most 254 octets")
        return b"".join(
            (
                b"\0",  # service_type: the SMSC's default
                self.source.encode(),
                self.destination.encode(),
                # protocol_id, priority, schedule_delivery_time, validity_period: all the default
                bytes((self.esm_class, 0, 0, 0, 0)),
                # replace_if_present and sm_default_msg_id stay unused
                bytes((self.registered_delivery, 0, self.data_coding, 0, len(self.octets))),
                self.octets,
                *(struct.pack(">HH", tag, len(v)) + v for tag, v in self.tlvs.items()),
            )
        )


def short_message(body: bytes) -> ShortMessage:
    """Read the body of a submit_sm or deliver_sm; raises `Malformed`.

    The text is short_message, or message_payload where that is empty.
    """
    cut = Cutter(body)
    cut.text()  # service_type
    source, destination = cut.address(), cut.address()
    esm_class = cut.octet()
    cut.octets(2)  # protocol_id, priority_flag
    cut.text()  # schedule_delivery_time
    cut.text()  # validity_period
    registered = cut.octet()
    cut.octet()  # replace_if_present_flag
    coding = cut.octet()
    cut.octet()  # sm_default_msg_id
    octets = cut.octets(cut.octet())
    tlvs = cut.tlvs()
    octets = octets or tlvs.get(Tag.MESSAGE_PAYLOAD, b"")
    return ShortMessage(source, destination, octets, esm_class, coding, registered, tlvs)


def bind_body(system_id: str, password: str, system_type: str = "") -> bytes:
    """The body of a bind_transceiver; raises `ValueError` for a name that is too long (4.1.5)."""
    names = c_octets(system_id, 16) + c_octets(password, 9) + c_octets(system_type, 13)
    return names + bytes((VERSION, 0, 0)) + b"\0"  # addr_ton, addr_npi, address_range


def message_id(body: bytes) -> str:
    """Of a submit_sm_resp. Some SMSCs forget the NUL, and some the id."""
    return body.partition(b"\0")[0].decode("latin-1")


def c_octets(text: str, most: int) -> bytes:
    """A C-octet string: ASCII, with its NUL at most `most` octets long (section 3.1)."""
    octets = text.encode("ascii") + b"\0"
    if len(octets) > most or octets.count(b"\0") > 1:
        raise ValueError(f"longer than {most - 1} characters, or a NUL in it")
    return octets


class Cutter:
    """Cuts a body into its fields, from left to right; raises `Malformed` where it ends early."""

    def __init__(self, body: bytes) -> None:
        self.body, self.place = body, 0

    def octets(self, count: int) -> bytes:
        end = self.place + count
        if end > len(self.body):
            raise Malformed("a body that ends early")
        taken, self.place = self.body[self.place : end], end
        return taken

    def octet(self) -> int:
        return self.octets(1)[0]

    def text(self) -> str:
        end = self.body.find(b"\0", self.place)
        if end < 0:
            raise Malformed("a string without an end")
        taken, self.place = self.body[self.place : end], end + 1
        return taken.decode("latin-1")

    def address(self) -> Address:
        ton, npi = self.octet(), self.octet()
        return Address(self.text(), ton, npi)

    def tlvs(self) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        while self.place < len(self.body):
            tag, size = struct.unpack(">HH", self.octets(4))
            found[tag] = self.octets(size)
        return found
