"""A parent's long message comes in parts: they wait here for each other. Pure.

What stays incomplete is passed on as it is after a while: half a message is better than none.
"""

from dataclasses import dataclass, field

from channels.smpp.parts import Piece

PATIENCE = 300.0  # seconds
MOST = 1_000  # messages that wait at once

Key = tuple[str, int, int]  # who wrote, and what the phone called the message


@dataclass(slots=True)
class _Heap:
    until: float
    pieces: dict[int, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "".join(self.pieces[number] for number in sorted(self.pieces))


@dataclass(slots=True)
class Gathering:
    _heaps: dict[Key, _Heap] = field(default_factory=dict)

    def add(self, sender: str, piece: Piece, now: float) -> str | None:
        """The whole text, when `piece` was all that was missing."""
        if piece.total == 1:
            return piece.text
        key = sender, piece.reference, piece.total
        heap = self._heaps.setdefault(key, _Heap(now + PATIENCE))
        heap.pieces[piece.number] = piece.text
        if len(heap.pieces) < piece.total:
            return None
        return self._heaps.pop(key).text

    def overdue(self, now: float) -> list[tuple[str, str]]:
        """Sender and text of what has waited long enough, or is too much to keep."""
        late = [key for key, heap in self._heaps.items() if heap.until <= now]
        late = late or list(self._heaps)[: max(0, len(self._heaps) - MOST)]
        return [(key[0], self._heaps.pop(key).text) for key in late]
