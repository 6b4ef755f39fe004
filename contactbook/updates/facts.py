"""What may be told of a child's day: field by field, what is new, what was told wrongly. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import time
from typing import Any

from contactbook.updates.models import Attendance, ClassDay, DailyRecord, Meal


@dataclass(frozen=True, slots=True)
class Facts:
    """A day's fields; None or "": nobody has said. JSON-shaped by `as_told`."""

    attendance: Attendance | None = None
    arrived_at: time | None = None
    lunch: Meal | None = None
    nap_minutes: int | None = None
    health: str = ""
    remark: str = ""
    activity: str = ""  # the whole class: what was done
    learning: str = ""  # and what was learned

    def as_told(self) -> dict[str, Any]:
        told = {name: value for name, value in asdict(self).items() if value not in (None, "")}
        if self.arrived_at:
            told["arrived_at"] = f"{self.arrived_at:%H:%M}"
        return told


NAMES = [field.name for field in fields(Facts)]
TEXTS = ("health", "remark", "activity", "learning")
OF_THE_CLASS = ("activity", "learning")


def recorded(record: DailyRecord | None, room: ClassDay | None = None) -> Facts:
    """A child's own day and what is said of its whole class."""
    activity, learning = (room.activity, room.learning) if room else ("", "")
    if record is None:
        return Facts(activity=activity, learning=learning)
    return Facts(
        attendance=Attendance(record.attendance) if record.attendance else None,
        arrived_at=record.arrived_at,
        lunch=Meal(record.lunch) if record.lunch else None,
        nap_minutes=record.nap_minutes,
        health=record.health,
        remark=record.remark,
        activity=activity,
        learning=learning,
    )


def known(told: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """What a family knows that was told `told` and then `new`; what was withdrawn it knows not."""
    both = {**told, **new}
    if "attendance" in new and "arrived_at" not in new:
        both.pop("arrived_at", None)  # that time went with another word
    return {name: value for name, value in both.items() if value is not None}


def news(facts: Facts, told: dict[str, Any]) -> dict[str, Any]:
    """What `told` does not say yet, or says otherwise; None: it says what nobody says any more.

    An arrival time comes with the arrival. One that was not told then is no news by itself; one
    that was told otherwise is a correction.
    """
    now = facts.as_told()
    new = {name: value for name, value in now.items() if told.get(name) != value}
    new |= {name: None for name in told if name not in now}
    if "attendance" in new and not now.get("attendance") and away(told["attendance"]):
        del new["attendance"]  # its note is gone, nobody has looked yet: news when it is marked
    moved = new.pop("arrived_at", None) is not None and "arrived_at" in told
    if moved and "attendance" in now:
        new["attendance"] = now["attendance"]
    if new.get("attendance") and "arrived_at" in now:
        new["arrived_at"] = now["arrived_at"]
    return new


def away(attendance: str) -> bool:
    return not Attendance(attendance).here


@dataclass(frozen=True, slots=True)
class Earlier:
    """A word that must be taken back: what was said, and when, on the school's wall clock."""

    value: Any
    at: time

    @property
    def here(self) -> bool:
        """Of an attendance: whether the family believes its child in class."""
        return Attendance(self.value).here


def corrected(
    new: dict[str, Any], told: dict[str, Any], said_at: Mapping[str, time]
) -> dict[str, Earlier]:
    """Which words of `told` turn out wrong by `new`; what only goes on from them is none.

    A wrong arrival time is a wrong word about the attendance.
    """
    return {
        name: Earlier(told[name], said_at[name])
        for name, value in new.items()
        if name in told
        and name in said_at
        and name != "arrived_at"
        and not goes_on(name, told[name], value, new, said_at[name])
    }


def goes_on(name: str, before: Any, value: Any, new: dict[str, Any], said_at: time) -> bool:  # noqa: ANN401 a told value
    """Whether the earlier word was true when it was said, and the day only went further.

    A text that was added to; a child who was not there yet and came afterwards; a family that has
    sent word in the meantime.
    """
    if value is None:
        return False
    if name == "attendance" and before == Attendance.ABSENT:
        came_after = new.get("arrived_at", "") >= f"{said_at:%H:%M}"
        return bool(value == Attendance.EXCUSED or (value == Attendance.LATE and came_after))
    return name in TEXTS and str(value).startswith(before)
