"""The scene of a message, and the short phrases that its sentences are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from contactbook.delivery.message import Part
from contactbook.people.consent import Purpose
from contactbook.updates.facts import Earlier
from contactbook.updates.models import Attendance, Meal
from contactbook.words import gettext as _


@dataclass(frozen=True, slots=True)
class Scene:
    """Who and where; `corrected` are the words told before that turned out wrong."""

    child: str  # as she is called: "An"
    classroom: str
    school: str
    school_sms: str  # "Truong MN Hoa Mai"
    school_phone: str
    teacher: str
    day: date  # the one it is about
    corrected: Mapping[str, Earlier] = field(default_factory=dict)
    late: bool = False  # it leaves on another day

    @property
    def today(self) -> str:
        """The day, as a sentence begins: what waits for the morning must not say "today"."""
        if not self.late:
            return _("Today")
        named = spoken(self.day)
        return named[:1].upper() + named[1:]


def came(attendance: Attendance, arrived: str) -> str:
    at = clock(arrived)
    if attendance is Attendance.EXCUSED:
        return _("is absent with notice")
    if attendance is Attendance.LATE:
        return _("came late, at {time}").format(time=at) if at else _("came late")
    return _("came to class at {time}").format(time=at) if at else _("came to class")


def daily_phrase(name: str, value: Any) -> str:  # noqa: ANN401 a told value
    """A meal or a nap, in words."""
    return MEALS[Meal(value)]() if name == "lunch" else slept(value)


def daily(text: str, *, clause: bool = False) -> Part:
    return Part(Purpose.DAILY_LIFE, text, clause=clause)


MEALS = {
    Meal.ALL: lambda: _("ate all of lunch"),
    Meal.PART: lambda: _("ate about half of lunch"),
    Meal.LITTLE: lambda: _("ate little at lunch"),
    Meal.NONE: lambda: _("did not eat lunch"),
}
SMS_MEALS = {
    Meal.ALL: lambda: _("ate all"),
    Meal.PART: lambda: _("ate half"),
    Meal.LITTLE: lambda: _("ate little"),
    Meal.NONE: lambda: _("ate nothing"),
}


def slept(minutes: int) -> str:
    if not minutes:
        return _("did not nap")
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("napped {rest} minutes").format(rest=rest)
    if not rest:
        return _("napped {hours} h").format(hours=hours)
    return _("napped {hours} h {rest} minutes").format(hours=hours, rest=rest)


def clock(told: str) -> str:
    """The time 07:20 as it is said: 7h20."""
    if not told:
        return ""
    hour, minute = told.split(":")
    return f"{int(hour)}h{minute}"


def spoken(day: date) -> str:
    """Thứ Hai 23/11."""
    names = (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
        _("Sunday"),
    )  # fmt: skip
    return f"{names[day.weekday()]} {day.day}/{day.month}"
