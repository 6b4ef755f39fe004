"""What a message says beside its intent: the child, the drug, how much, when, and why.

Everything is given back as the parent wrote it: "Hapacol 150", "sốt 38 độ".
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from contactbook.conversation.days import laid_out
from contactbook.conversation.phrases import compiled, pattern
from contactbook.conversation.slips import Slips
from contactbook.conversation.spelling import Word, bare, lexicon

STRENGTH = re.compile(r"\d+(?:mg|mcg|g)?")
GLUED_DOSE = re.compile(r"(\d+(?:[.,/]\d+)?)(ml|cc|mg|g|v|vien|goi|giot|ong)", re.IGNORECASE)
LONGEST_REASON = 8
SHORTEST_DRUG = 6


@dataclass(frozen=True)
class Slots:
    drugs: frozenset[str]
    drug_slips: Slips
    kinds: Sequence[re.Pattern[str]]
    dose: re.Pattern[str]
    moments: Sequence[re.Pattern[str]]
    because: re.Pattern[str]
    reason_ends: re.Pattern[str]
    reasons: Sequence[re.Pattern[str]]


@cache
def slots() -> Slots:
    table = tomllib.loads(
        files("contactbook.conversation").joinpath("slots.toml").read_text("utf-8")
    )
    drugs = table["drugs"].split()
    number = rf"(?:(?:[0-9][^ ]* )|{pattern(table['amounts'], {})})"
    return Slots(
        drugs=frozenset(drugs),
        drug_slips=Slips(drug for drug in drugs if len(drug) > SHORTEST_DRUG),
        kinds=_each(table["kinds"]),
        dose=re.compile(
            rf"(?<= ){number}(?:{pattern('rưỡi', {})})?(?:{pattern(table['units'], {})})"
        ),
        moments=_each(table["moments"]),
        because=compiled(table["because"], {}),
        reason_ends=compiled(table["reason_ends"], {}),
        reasons=_each(table["reasons"]),
    )


def _each(phrases: Sequence[str]) -> list[re.Pattern[str]]:
    return [compiled(phrase, {}) for phrase in phrases]


def is_drug(word: str) -> bool:
    """A name from the list, with one slip at most: "Hapacoll"; never a word we know."""
    plain = bare(word)
    if plain in slots().drugs:
        return True
    if len(plain) <= SHORTEST_DRUG or plain in lexicon().letters:
        return False
    return slots().drug_slips.meant(plain) is not None


class Said:
    """A text with its words, laid out for patterns, and what stood there before."""

    def __init__(self, source: str, words: Sequence[Word]) -> None:
        self._source = source
        self._words = words
        self.text, self._starts = laid_out(words)

    def original(self, span: tuple[int, int]) -> str:
        """What the parent wrote where the pattern matched."""
        inside = [
            word
            for word, at in zip(self._words, self._starts, strict=True)
            if span[0] <= at < span[1]
        ]
        while inside and not any(map(str.isalnum, inside[-1].raw)):
            inside.pop()
        return self._source[inside[0].start : inside[-1].end] if inside else ""

    def first(self, patterns: Sequence[re.Pattern[str]]) -> str:
        """The longest of the earliest."""
        return next(iter(self.each(patterns)), "")

    def each(self, patterns: Sequence[re.Pattern[str]]) -> Iterator[str]:
        """What any of `patterns` matches, in the order of the text, without overlaps."""
        found = sorted(
            (match.span() for each in patterns for match in each.finditer(self.text)),
            key=lambda span: (span[0], -span[1]),
        )
        end = 0
        for span in found:
            if span[0] >= end:
                end = span[1]
                yield self.original(span)

    def drug(self) -> str:
        """A name we know with its strength, or the kind: "thuốc ho"."""
        for index, word in enumerate(self._words):
            if is_drug(word.raw):
                return self._with_strength(index)
        return self.first(slots().kinds)

    def _with_strength(self, index: int) -> str:
        last = self._words[index]
        if index + 1 < len(self._words):
            after, unit = self._words[index + 1], self._words[index + 2 : index + 3]
            is_dose = unit and slots().dose.match(f" {after.read} {unit[0].read} ", 1)
            if STRENGTH.fullmatch(after.raw) and not is_dose:
                last = after
        return self._source[self._words[index].start : last.end]

    def dose(self) -> str:
        if found := slots().dose.search(self.text):
            return self.original(found.span())
        return next((w.raw for w in self._words if GLUED_DOSE.fullmatch(bare(w.raw))), "")

    def times(self) -> tuple[str, ...]:
        return tuple(self.each(slots().moments))

    def reason(self) -> str:
        """What follows "vì", or an illness or errand we know."""
        if found := slots().because.search(self.text):
            rest = self.text[found.end() :].partition(",")[0]
            ends = slots().reason_ends.search(" " + rest)
            length = ends.start() - 1 if ends else len(rest)
            said = self.original((found.end(), found.end() + length))
            if said and len(said.split()) <= LONGEST_REASON:
                return said
        return self.first(slots().reasons)
