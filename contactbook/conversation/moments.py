"""When a medicine is taken, as parents say it: clock times, meals and naps. Pure."""

import re
from collections.abc import Sequence
from datetime import date, time, timedelta

from contactbook.conversation.spelling import bare

CLOCK = re.compile(r"\b(\d{1,2})\s*(?:h|g|gio|:)\s*(\d{2})?(?:\s*(ruoi))?(?:\s*(chieu|pm|toi))?")
# Of a preschool's day; the longest phrase first.
SPOKEN = {
    "truoc bua trua": time(10, 30), "truoc an trua": time(10, 30),
    "truoc khi an trua": time(10, 30),
    "sau bua trua": time(11, 30), "sau an trua": time(11, 30), "sau khi an trua": time(11, 30),
    "truoc gio ngu": time(12), "truoc khi ngu": time(12), "truoc ngu": time(12),
    "sau khi ngu": time(14, 15), "ngu day": time(14, 15), "sau bua sang": time(8, 30),
    "sau an sang": time(8, 30), "bua xe": time(14, 45), "an xe": time(14, 45),
    "after lunch": time(11, 30), "before lunch": time(10, 30), "before the nap": time(12),
    "after breakfast": time(8, 30), "after the nap": time(14, 15),
    "buoi sang": time(9), "buoi trua": time(11, 30), "buoi chieu": time(14, 45),
    "sang": time(9), "trua": time(11, 30), "chieu": time(14, 45), "noon": time(11, 30),
    "morning": time(9), "afternoon": time(14, 45), "sau an": time(11, 30), "sau bua": time(11, 30),
    "truoc an": time(10, 30), "truoc bua": time(10, 30),
}  # fmt: skip
NOON = 12
FRIDAY = 4


def times_of(text: str) -> tuple[time, ...]:
    """Every time that is named, in order of the day; nothing where none is clear."""
    rest = bare(text)
    found: set[time] = set()
    for match in list(CLOCK.finditer(rest)):
        hour, minute = int(match[1]), int(match[2] or (30 if match[3] else 0))
        hour += NOON if match[4] and hour < NOON else 0
        if hour < 24 and minute < 60:  # noqa: PLR2004 a clock
            found.add(time(hour, minute))
    rest = CLOCK.sub(" ", rest)
    for phrase in sorted(SPOKEN, key=len, reverse=True):
        if re.search(rf"\b{phrase}\b", rest):
            found.add(SPOKEN[phrase])
            rest = re.sub(rf"\b{phrase}\b", " ", rest)
    return tuple(sorted(found))


def spans(days: Sequence[date]) -> list[tuple[date, date]]:
    """Runs of school days: from Friday to Monday is one, Tuesday and Thursday are two."""
    runs: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if runs and day <= next_school_day(runs[-1][1]):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def next_school_day(today: date) -> date:
    ahead = today + timedelta(days=1)
    while ahead.weekday() > FRIDAY:
        ahead += timedelta(days=1)
    return ahead
