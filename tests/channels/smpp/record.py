"""What a foreign SMSC is told to do, and what it saw: the judge's own reading of each message."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

SEPTETS = 0  # data_coding


@dataclass(frozen=True)
class Script:
    throttle_every: int = 0  # this many submit_sm; 0: never
    early: bool = False  # the receipt goes before the answer that names it
    hexadecimal: bool = False  # ids in submit_sm_resp; receipts name them in decimal

    def throttles(self, number: int) -> bool:
        return bool(self.throttle_every) and number % self.throttle_every == 0

    def given(self, number: int) -> str:
        return f"{number:08X}" if self.hexadecimal else f"m-{number}"

    def named(self, number: int) -> str:
        return f"{number:010}" if self.hexadecimal else f"m-{number}"


def receipt_text(message_id: str) -> bytes:
    dates = "submit date:2611240930 done date:2611240930"
    return f"id:{message_id} sub:001 dlvrd:001 {dates} stat:DELIVRD err:000 Text:".encode()


@dataclass
class Record:
    """Every submit_sm that was taken."""

    asked: int = 0
    taken: int = 0
    alone: list[str] = field(default_factory=list)
    chains: dict[tuple[str, int], list[tuple[int, int, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )  # by number and reference: (of how many, which, text) as they came

    def took(self, source: str, to: str, octets: bytes, esm_class: int, coding: int) -> int:
        """The octets of a submit_sm; which of all it is."""
        head = octets[: 1 + octets[0]] if esm_class & 0x40 else b"\0"
        text = octets[len(head) if esm_class & 0x40 else 0 :]
        return self.read(source, to, list(head[1:]), decoded(text, coding))

    def read(self, source: str, to: str, header: list[int], text: str) -> int:
        assert source == "HOAMAI"
        self.taken += 1
        if header:
            assert header[:2] == [0, 3]  # concatenation; three octets follow
            reference, total, number = header[2:]
            self.chains[to, reference].append((total, number, text))
        else:
            self.alone.append(text)
        return self.taken

    def texts(self) -> Counter[str]:
        """Whole messages, as a phone shows them, and how often."""
        return Counter(self.alone) + Counter(
            "".join(text for _, _, text in chain) for chain in self.chains.values()
        )

    def broken(self) -> list[tuple[str, int]]:
        """Chains whose parts are not one after the other, each once."""
        return [
            key
            for key, chain in self.chains.items()
            if [number for _, number, _ in chain] != list(range(1, chain[0][0] + 1))
        ]


def decoded(octets: bytes, coding: int) -> str:
    """Our texts hold nothing but ASCII where they are in the default alphabet."""
    return octets.decode("ascii" if coding == SEPTETS else "utf-16-be")
