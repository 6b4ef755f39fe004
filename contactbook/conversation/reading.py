"""A text as the rules see it: "mai cho bé An nghỉ" is "@day cho be @name nghi"."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from contactbook.conversation import children as who
from contactbook.conversation import days as when
from contactbook.conversation.children import KnownChild, Named
from contactbook.conversation.days import Mention
from contactbook.conversation.slots import Said, is_drug
from contactbook.conversation.spelling import Word, forms, words_of

CLOCK = re.compile(
    r"(?:\d{1,2}-)?\d{1,2}(?:[:hg]\d{0,2})(?:-\d{1,2}[:hg]?\d{0,2})?|\d{1,2}(?:[:.]\d\d)?(?:am|pm)"
)
NUMBER = re.compile(r"\d{1,2}")
HOUR = forms("giờ") | {"h", "g", "am", "pm"}
HALF = forms("rưỡi")


@dataclass(frozen=True)
class Text:
    """`shown` is for the rules, `said` for what is told beside; `places` holds where days stand."""

    words: Sequence[Word]
    names: Sequence[Named]
    mentions: Sequence[Mention]
    shown: Sequence[Word]
    said: Said
    today: date
    places: Sequence[tuple[Mention, int]]  # days that belong together, and their place in `shown`

    def days_ahead(self, *, near: tuple[int, int]) -> tuple[date, ...]:
        """Of several days those closest to the phrase that decided: "hôm nay sốt, mai nghỉ"."""
        open_ones = [
            (tuple(day for day in mention.ahead if day >= self.today), at)
            for mention, at in self.places
        ]
        ahead = [(days, at) for days, at in open_ones if days]
        if not ahead:
            return ()
        return min(ahead, key=lambda pair: (_away(pair[1], near), -pair[1]))[0]


def _away(at: int, span: tuple[int, int]) -> int:
    """Letters between; inside the phrase the end counts, where the deed is: "… mai nghỉ"."""
    return abs(span[1] - at)


def read(text: str, today: date, children: Sequence[KnownChild]) -> Text:
    words = _with_clock(words_of(text))
    names = who.named(words, children)
    named = _replaced(words, [(n.first, n.last, "@name") for n in names])
    mentions = when.mentions(named, today)
    signs = [(m.first, m.last, m.sign(today)) for m in mentions]
    shown = _replaced(named, signs, _shown)
    _, starts = when.laid_out(shown)
    places = [
        (group, starts[_place(group.first, mentions)])
        for group in when.groups(named, mentions, today)
    ]
    return Text(words, names, mentions, shown, Said(text, named), today, places)


def _place(index: int, mentions: Sequence[Mention]) -> int:
    """Where word `index` stands once every mention before it is one sign."""
    return index - sum(m.last - m.first - 1 for m in mentions if m.first < index)


def _replaced(
    words: Sequence[Word],
    spans: Sequence[tuple[int, int, str]],
    other: Callable[[Word], Word] = lambda word: word,
) -> list[Word]:
    """One sign for the words of each span."""
    result: list[Word] = []
    at = 0
    for first, last, sign in spans:
        result += map(other, words[at:first])
        raw = " ".join(word.raw for word in words[first:last])
        result.append(Word(raw, sign, words[first].start, words[last - 1].end))
        at = last
    return result + list(map(other, words[at:]))


def _shown(word: Word) -> Word:
    if word.read.startswith("@") or not is_drug(word.raw):
        return word
    return Word(word.raw, "@drug", word.start, word.end)


def _with_clock(words: Sequence[Word]) -> list[Word]:
    """Clock times as one word: "7h30", "11 giờ rưỡi"."""
    spans: list[tuple[int, int, str]] = []
    index = 0
    while index < len(words):
        length = _clock(words[index : index + 3])
        if length:
            spans.append((index, index + length, "@time"))
        index += length or 1
    return _replaced(words, spans)


def _clock(words: Sequence[Word]) -> int:
    """How many of `words` are a clock time."""
    length = 0
    if CLOCK.fullmatch(words[0].raw.lower()):
        length = 1
    elif NUMBER.fullmatch(words[0].raw) and len(words) > 1 and words[1].read in HOUR:
        length = 2
    if length and len(words) > length and words[length].read in HALF:
        length += 1
    return length
