"""SMPP 3.4 as an SMSC sees it: PDUs in and out. Written from the specification, sections 3 to 5."""

import struct
from dataclasses import dataclass, field

HEAD = struct.Struct("!4I")
MOST = 70_000  # octets of a PDU

BIND_RECEIVER, BIND_TRANSMITTER, BIND_TRANSCEIVER = 0x01, 0x02, 0x09
SUBMIT_SM, DELIVER_SM, UNBIND, ENQUIRE_LINK = 0x04, 0x05, 0x06, 0x15
GENERIC_NACK = RESPONSE = 0x80000000
RECEIPTED_ID, NETWORK_ERROR, MESSAGE_STATE, PAYLOAD = 0x001E, 0x0423, 0x0427, 0x0424

OK, INVALID_LENGTH, INVALID_COMMAND, WRONG_BIND, ALREADY_BOUND = 0x00, 0x02, 0x03, 0x04, 0x05
SYSTEM_ERROR, WRONG_SOURCE, WRONG_DESTINATION = 0x08, 0x0A, 0x0B
WRONG_PASSWORD, WRONG_SYSTEM_ID, QUEUE_FULL, THROTTLED = 0x0E, 0x0F, 0x14, 0x58


class Broken(Exception):
    """The other side does not speak SMPP."""


@dataclass(frozen=True, slots=True)
class Frame:
    command: int
    status: int
    number: int
    body: bytes = b""

    def packed(self) -> bytes:
        return HEAD.pack(16 + len(self.body), self.command, self.status, self.number) + self.body

    def reply(self, status: int = OK, body: bytes = b"") -> "Frame":
        """A refusal carries no body (section 4.4.2)."""
        return Frame(self.command | RESPONSE, status, self.number, b"" if status else body)


@dataclass(frozen=True, slots=True)
class Sms:
    source: str
    destination: str
    text: bytes
    esm_class: int = 0
    coding: int = 0
    receipt: int = 0  # registered_delivery
    source_ton: int = 1
    tlvs: dict[int, bytes] = field(default_factory=dict)

    def packed(self) -> bytes:
        dest_ton = 5 if not self.destination.isdecimal() else 1
        head = b"\0" + bytes((self.source_ton, 1)) + self.source.encode() + b"\0"
        head += bytes((dest_ton, 0)) + self.destination.encode() + b"\0"
        head += bytes((self.esm_class, 0, 0)) + b"\0\0"
        head += bytes((self.receipt, 0, self.coding, 0, len(self.text)))
        more = (struct.pack("!HH", tag, len(v)) + v for tag, v in self.tlvs.items())
        return head + self.text + b"".join(more)


def size_of(first: bytes) -> int:
    size = int.from_bytes(first, "big")
    if not HEAD.size <= size <= MOST:
        raise Broken
    return size


def frame(octets: bytes) -> Frame:
    _, command, status, number = HEAD.unpack_from(octets)
    return Frame(command, status, number, octets[HEAD.size :])


def credentials(body: bytes) -> tuple[str, str]:
    """system_id and password of a bind."""
    parts = body.split(b"\0", 2)
    if len(parts) < 3:  # noqa: PLR2004
        raise Broken
    return parts[0].decode("latin-1"), parts[1].decode("latin-1")


def sms(body: bytes) -> Sms:
    """A submit_sm's body (4.4.1)."""
    try:
        _, rest = body.split(b"\0", 1)
        source_ton, (source, rest) = rest[0], rest[2:].split(b"\0", 1)
        destination, rest = rest[2:].split(b"\0", 1)
        esm_class = rest[0]
        _, _, rest = rest[3:].split(b"\0", 2)  # schedule_delivery_time, validity_period
        receipt, _, coding, _, size = rest[:5]
    except (ValueError, IndexError) as error:
        raise Broken from error
    text, tlvs = rest[5 : 5 + size], _tlvs(rest[5 + size :])
    return Sms(
        source.decode("latin-1"),
        destination.decode("latin-1"),
        text or tlvs.get(PAYLOAD, b""),
        esm_class,
        coding,
        receipt,
        source_ton,
        tlvs,
    )


def _tlvs(octets: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    while len(octets) >= 4:  # noqa: PLR2004 tag and length
        tag, size = struct.unpack_from("!HH", octets)
        found[tag], octets = octets[4 : 4 + size], octets[4 + size :]
    return found
