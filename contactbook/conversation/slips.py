"""Slips of the finger: one letter too many, one missing, one wrong, two in the wrong order."""

from collections import defaultdict
from collections.abc import Iterable


class Slips:
    """Finds the one known word that is a single slip away; the earlier word wins a draw."""

    def __init__(self, words: Iterable[str]) -> None:
        self._rank: dict[str, int] = {}
        self._near: defaultdict[str, list[str]] = defaultdict(list)
        for word in words:
            if word in self._rank:
                continue
            self._rank[word] = len(self._rank)
            for part in {word, *shortened(word)}:
                self._near[part].append(word)

    def meant(self, typed: str) -> str | None:
        parts = {typed, *shortened(typed)}
        found = {w for part in parts for w in self._near.get(part, ()) if one_slip(typed, w)}
        return min(found, key=lambda w: self._doubt(typed, w), default=None)

    def _doubt(self, typed: str, word: str) -> tuple[bool, int, int]:
        """Two letters swapped are likelier than one lost, and one lost than a wrong one."""
        swapped = sorted(typed) == sorted(word)
        kind = 0 if swapped else 1 if len(typed) != len(word) else 2
        return typed[0] != word[0], kind, self._rank[word]


def shortened(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


def one_slip(a: str, b: str) -> bool:
    """Whether a single insertion, deletion, change or swap of neighbours makes `a` of `b`."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
    if start is None:
        return len(a) != len(b)
    rest_a, rest_b = a[start:], b[start:]
    if len(a) == len(b):
        return rest_a[1:] == rest_b[1:] or (
            rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:]
        )
    return rest_a[1:] == rest_b if len(a) > len(b) else rest_a == rest_b[1:]
