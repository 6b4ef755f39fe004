"""Hours on the wall clock: when teachers answer, and when a person likes to hear from us. Pure."""

import re
from datetime import date, datetime, time, timedelta

from contactbook.clock import local
from contactbook.conversation.said import Hours
from contactbook.conversation.spelling import bare

OPENS, CLOSES = time(7), time(17, 30)
SATURDAY = 5
CLOCK = re.compile(r"(\d{1,2})(?:\s*(?:h|g|gio|:)\s*(\d{2})?)")
NIGHT = time(21)  # routine news ends then anyway


def away_until(now: datetime) -> date | None:
    """The day on which a message of `now` is read; None while somebody is there."""
    here = local(now)
    day = here.date()
    if here.weekday() < SATURDAY:
        if OPENS <= here.time() < CLOSES:
            return None
        if here.time() < OPENS:
            return day
    day += timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day


def wanted(text: str) -> Hours | None:
    """From "sau 17h" on, or "từ 11h đến 13h30"; without an hour nothing is clear."""
    found = [clock for match in CLOCK.finditer(bare(text)) if (clock := _clock(match))]
    plain = bare(text)
    if len(found) > 1:
        return Hours(found[0], found[1]) if found[0] < found[1] else None
    if not found or not re.search(r"\b(sau|tu|after|from)\b", plain):
        return None
    return Hours(found[0], NIGHT) if found[0] < NIGHT else None


def of_a_tap(value: str) -> Hours | None:
    """The word of a button: "any", "11-21", "1630-21"."""
    if value == "any":
        return Hours(None, None)
    first, _, last = value.partition("-")
    if not (first.isdecimal() and last.isdecimal()):
        return None
    try:
        return Hours(_of_digits(first), _of_digits(last))
    except ValueError:
        return None


def shown(hour: time) -> str:
    return f"{hour.hour}h{hour.minute:02d}" if hour.minute else f"{hour.hour}h"


def _clock(match: re.Match[str]) -> time | None:
    hour, minute = int(match[1]), int(match[2] or 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 a clock


def _of_digits(digits: str) -> time:
    return time(int(digits[:2]), int(digits[2:] or 0))
