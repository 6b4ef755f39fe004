"""What a phone makes of short messages: letters of two alphabets, and parts put together."""

from collections import OrderedDict
from dataclasses import dataclass, field

from channels.simulator.segments import is_gsm
from channels.simulator.smsc_wire import Sms

HEADED = 0x40  # esm_class: UDHI
UNICODE = 0x08  # data_coding
ESCAPE = 0x1B
ORDER = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
ESCAPED = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "["}
ESCAPED |= {0x3D: "~", 0x3E: "]", 0x40: "|", 0x65: "€"}
WAITING = 10_000  # incomplete messages that the phones keep
LONGEST, LONGEST_WIDE = 153, 67  # characters of a part


def letters(octets: bytes, coding: int) -> str:
    if coding == UNICODE:
        return octets.decode("utf-16-be", "replace")
    shown, place = "", 0
    while place < len(octets):
        octet = octets[place]
        if octet == ESCAPE and place + 1 < len(octets):
            place += 1
            shown += ESCAPED.get(octets[place], " ")
        else:
            shown += ORDER[octet] if octet < len(ORDER) else "?"
        place += 1
    return shown


def octets(text: str) -> tuple[bytes, int]:
    """How a phone writes `text`: the octets, and their data_coding."""
    if not is_gsm(text):
        return text.encode("utf-16-be"), UNICODE
    escapes = {letter: bytes((ESCAPE, code)) for code, letter in ESCAPED.items()}
    return b"".join(escapes.get(one) or bytes((ORDER.index(one),)) for one in text), 0


def pieces(text: str, reference: int) -> list[tuple[bytes, int, int]]:
    """A text written on a phone: octets, esm_class and data_coding of each short message."""
    whole, coding = octets(text)
    if len(whole) <= (140 if coding else 160):
        return [(whole, 0, coding)]
    most = LONGEST_WIDE if coding else LONGEST // 2  # so that escapes always find room
    cut = [text[place : place + most] for place in range(0, len(text), most)]
    heads = (bytes((5, 0, 3, reference % 256, len(cut), number)) for number in range(1, 256))
    return [(h + octets(one)[0], HEADED, coding) for h, one in zip(heads, cut, strict=False)]


@dataclass(slots=True)
class Chain:
    """A message in parts, as far as it came."""

    total: int
    texts: dict[int, str] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    order: list[int] = field(default_factory=list)  # the numbers of its parts as they came


class Assembly:
    """The parts that wait for others, of all phones."""

    def __init__(self) -> None:
        self.chains: OrderedDict[tuple[str, str, int, int], Chain] = OrderedDict()

    def add(self, sms: Sms, message_id: str) -> Chain | None:
        """The whole message, when `sms` was all that was missing."""
        reference, total, number, text = _part(sms)
        key = sms.source, sms.destination, reference, total
        chain = self.chains.setdefault(key, Chain(total)) if total > 1 else Chain(1)
        chain.texts[number] = text
        chain.ids.append(message_id)
        chain.order.append(number)
        while len(self.chains) > WAITING:
            self.chains.popitem(last=False)
        if len(chain.texts) < total:
            return None
        self.chains.pop(key, None)
        return chain


def _part(sms: Sms) -> tuple[int, int, int, str]:
    head = sms.text[: 1 + sms.text[0]] if sms.esm_class & HEADED and sms.text else b""
    text = letters(sms.text[len(head) :], sms.coding)
    if head[:3] == b"\x05\x00\x03" and 1 <= head[5] <= head[4]:
        return head[3], head[4], head[5], text
    return 0, 1, 1, text
