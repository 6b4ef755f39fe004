"""A text as the short messages it is sent in, and a part that came to us as a piece of a text.

Sources: 3GPP TS 23.040 section 9.2.3.24 (headers), 23.038 (alphabets); SMPP 3.4 section 5.2.19.
"""

from dataclasses import dataclass

from channels.smpp.pdu import ShortMessage, Tag
from channels.sms_text import EXTENSION, TABLE, Alphabet, alphabet, nfc, split

HEADED = 0x40  # esm_class: the text begins with a user data header (UDHI)
DEFAULT, ASCII, LATIN1, UCS2 = 0x00, 0x01, 0x03, 0x08  # data_coding
CHAIN = b"\x05\x00\x03"  # five octets follow: concatenation, three octets: reference, of, number
CHAIN_8, CHAIN_16 = 0x00, 0x08  # information elements: the reference has one octet, or two
CODES = {letter: bytes((code,)) for code, letter in enumerate(TABLE) if letter != "\x1b"}
CODES |= {letter: bytes((0x1B, code)) for letter, code in EXTENSION.items()}
EXTENDED = {code: letter for letter, code in EXTENSION.items()}


@dataclass(frozen=True, slots=True)
class Part:
    octets: bytes
    esm_class: int
    data_coding: int


def parts(text: str, reference: int) -> list[Part]:
    """`text` (NFC) cut into what is sent; `reference` (0..255) tells a phone what belongs together.

    Where the default alphabet suffices each septet is an octet; else UTF-16, big end first.
    """
    text = nfc(text)
    coding = DEFAULT if alphabet(text) is Alphabet.GSM else UCS2
    cut = [gsm(one) if coding == DEFAULT else one.encode("utf-16-be") for one in split(text)]
    if len(cut) == 1:
        return [Part(cut[0], 0, coding)]
    return [
        Part(CHAIN + bytes((reference, len(cut), number)) + octets, HEADED, coding)
        for number, octets in enumerate(cut, 1)
    ]


def gsm(text: str) -> bytes:
    """GSM 03.38, one octet a septet; raises KeyError for a letter that it lacks."""
    return b"".join(CODES[letter] for letter in text)


def from_gsm(octets: bytes) -> str:
    """What GSM 03.38 says; an octet outside it is read as Latin-1, as some SMSCs send that."""
    letters: list[str] = []
    escaped = False
    for octet in octets:
        if escaped:
            letters.append(EXTENDED.get(octet, " "))  # 23.038: an unknown pair is shown as a space
        elif octet != 0x1B:  # noqa: PLR2004 the escape
            letters.append(TABLE[octet] if octet < len(TABLE) else chr(octet))
        escaped = octet == 0x1B and not escaped  # noqa: PLR2004
    return "".join(letters)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that came to us, or one part of it."""

    text: str
    reference: int = 0
    total: int = 1
    number: int = 1


def piece(message: ShortMessage) -> Piece:
    """Read what a phone wrote. An alphabet we do not know gives the empty text."""
    octets, chain = message.octets, (0, 1, 1)
    if message.esm_class & HEADED and octets:
        head, octets = octets[1 : 1 + octets[0]], octets[1 + octets[0] :]
        chain = _chained(head) or chain
    elif Tag.SAR_TOTAL_SEGMENTS in message.tlvs:
        chain = _sar(message)
    reference, total, number = chain
    if not 1 <= number <= total:  # a header that cannot be: better a text alone than none
        reference, total, number = 0, 1, 1
    return Piece(_read(octets, message.data_coding), reference, total, number)


def _read(octets: bytes, coding: int) -> str:
    match coding:
        case 0x00:
            return from_gsm(octets)
        case 0x01:
            return octets.decode("ascii", "replace")
        case 0x03:
            return octets.decode("latin-1")
        case 0x08:
            return octets.decode("utf-16-be", "replace")
    return ""


def _chained(head: bytes) -> tuple[int, int, int] | None:
    """Reference, total and number of the first concatenation element in a user data header."""
    place = 0
    while place + 2 <= len(head):
        kind, size = head[place], head[place + 1]
        said = head[place + 2 : place + 2 + size]
        if (kind, len(said)) in ((CHAIN_8, 3), (CHAIN_16, 4)):
            return int.from_bytes(said[:-2], "big"), said[-2], said[-1]
        place += 2 + size
    return None


def _sar(message: ShortMessage) -> tuple[int, int, int]:
    def value(tag: Tag) -> int:
        return int.from_bytes(message.tlvs.get(tag, b"\x01"), "big")

    return value(Tag.SAR_MSG_REF_NUM), value(Tag.SAR_TOTAL_SEGMENTS), value(Tag.SAR_SEGMENT_SEQNUM)
