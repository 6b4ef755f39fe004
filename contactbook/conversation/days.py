"""Days as parents name them: "mai", "t3 tuần sau", "25/11", "từ 24 đến 26/11", "2 bữa từ mai".

A weekday or a bare date may lie behind or ahead: both are kept, and what is wanted chooses. A range
gives every school day in it, Monday to Friday; a Saturday counts only when it is named.
"Ngày kia" is the day after tomorrow, as in the dictionary; a family who means the day after that
sees the date when it is answered.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from contactbook.conversation import calendar_words
from contactbook.conversation.calendar_words import Days, school_days, school_days_from
from contactbook.conversation.phrases import pattern
from contactbook.conversation.spelling import Word, forms

CONNECTING = frozenset().union(*map(forms, (",", "và", "với", "and", "rồi", "cùng", "lẫn")))
UNTIL = frozenset().union(*map(forms, ("đến", "tới", "hết", "to", "until", "till", "through")))
WEEK = timedelta(days=7)
SCHOOL_WEEK = 5
COUNTED = {"một": 1, "a": 1, "one": 1, "hai": 2, "two": 2, "ba": 3, "three": 3, "bốn": 4, "năm": 5}
NUMBERS = {form: number for word, number in COUNTED.items() for form in forms(word)}
PERIOD = re.compile(
    rf"(?<= )([1-9]|10|{'|'.join(NUMBERS)}) (?:{pattern('ngày|hôm|bữa|day|days', {})})"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Words `first` to `last` (exclusive) name days; empty and `past` for "hôm bữa"."""

    first: int
    last: int
    behind: Days = ()
    ahead: Days = ()
    past: bool = False
    week: bool = False
    dated: bool = False  # "1/12", not "thứ 3"
    skip: bool = False  # looks like a day and is none: "mai mốt", "xưa nay"

    def sign(self, today: date) -> str:
        """How the rules see it."""
        if self.week:
            return "@week"
        if self.past or (self.ahead and max(self.ahead) < today):
            return "@past"
        return "@now" if self.ahead == (today,) else "@day"


@cache
def _readers() -> tuple[tuple[re.Pattern[str], calendar_words.Reader], ...]:
    return tuple(calendar_words.readers())


@cache
def _passed_over() -> tuple[re.Pattern[str], re.Pattern[str]]:
    return calendar_words.whole(calendar_words.NO_DAY), calendar_words.whole(calendar_words.PAST)


def mentions(words: Sequence[Word], today: date) -> list[Mention]:
    """Every mention of days in `words`, in order; what only looks like one is left out."""
    text, starts = laid_out(words)
    found: list[Mention] = []
    index = 0
    while index < len(words):
        mention = _at(text, starts, index, today)
        if mention is None:
            index += 1
            continue
        if not mention.skip:
            found.append(mention)
        index = mention.last
    return found


def laid_out(words: Sequence[Word]) -> tuple[str, list[int]]:
    """`words` each followed by a space, a space before them, and where each begins."""
    starts, at = [], 1
    for word in words:
        starts.append(at)
        at += len(word.read) + 1
    return " " + "".join(f"{word.read} " for word in words), starts


def _at(text: str, starts: list[int], index: int, today: date) -> Mention | None:
    no_day, past = _passed_over()
    if found := no_day.match(text, starts[index]):
        return Mention(index, _after(found, starts), skip=True)
    if found := past.match(text, starts[index]):
        return Mention(index, _after(found, starts), past=True)
    for reader, days in _readers():
        if found := reader.match(text, starts[index]):
            behind, ahead = days(found, today)
            if behind or ahead:
                week = len(behind) == SCHOOL_WEEK and found[0].count("-") == 0
                dated = reader in calendar_words.DATES
                return Mention(index, _after(found, starts), behind, ahead, week=week, dated=dated)
    return None


def _after(found: re.Match[str], starts: list[int]) -> int:
    return sum(1 for at in starts if at < found.end())


def groups(words: Sequence[Word], found: Sequence[Mention], today: date) -> list[Mention]:
    """Mentions that belong together, as one: "mai và mốt", "từ thứ 3 đến thứ 5", "2 bữa từ mai"."""
    joined: list[Mention] = []
    for mention in (m for m in found if not m.past):
        before = words[mention.first - 1].read if mention.first else ""
        last = joined[-1] if joined else None
        if before in UNTIL:
            start = last or Mention(mention.first, mention.first, (today,), (today,))
            joined[-1:] = [_through(start, mention)]
        elif last is not None and _connected(words, last, mention):
            joined[-1] = _both(last, mention)
        else:
            joined.append(mention)
    return _for_a_time(words, joined)


def _connected(words: Sequence[Word], one: Mention, other: Mention) -> bool:
    return all(word.read in CONNECTING for word in words[one.last : other.first])


def _both(one: Mention, other: Mention) -> Mention:
    """A list of days; but a date explains the weekday before it: "thứ 3 1/12" is the 1st."""
    if one.last == other.first and other.dated and not one.dated:
        return replace(other, first=one.first)
    return replace(
        one,
        last=other.last,
        behind=tuple(sorted({*one.behind, *other.behind})),
        ahead=tuple(sorted({*one.ahead, *other.ahead})),
    )


def _through(start: Mention, end: Mention) -> Mention:
    """From the first day of `start` to the last of `end`; a Friday after it, not before it."""
    return Mention(
        start.first, end.last, _span(start.behind, end.behind), _span(start.ahead, end.ahead)
    )


def _span(start: Days, end: Days) -> Days:
    if not start or not end:
        return ()
    last = end[-1]
    if last < start[0] and (start[0] - last).days < WEEK.days:
        last += WEEK
    return school_days(start[0], last)


def _for_a_time(words: Sequence[Word], found: list[Mention]) -> list[Mention]:
    """Of "nghỉ 2 bữa từ mai" that many school days, when one day alone says where they begin."""
    text, _ = laid_out(words)
    period = PERIOD.search(text)
    if period is None or len(found) != 1 or len(found[0].ahead) != 1:
        return found
    count = NUMBERS.get(period[1]) or int(period[1])
    if count == 1:
        return found
    one = found[0]
    return [replace(one, ahead=school_days_from(one.ahead[0], count))]
