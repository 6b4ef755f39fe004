"""What may be told of a child's day: field by field, what is new, what was told wrongly. Pure."""

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


def news(facts: Facts, told: dict[str, Any]) -> dict[str, Any]:
    """What `told` does not say yet, or says otherwise.

    An arrival time alone is no news: it is told with the arrival, or with its correction.
    """
    now = facts.as_told()
    new = {name: value for name, value in now.items() if told.get(name) != value}
    if "attendance" not in new:
        new.pop("arrived_at", None)
    elif "arrived_at" in now:
        new["arrived_at"] = now["arrived_at"]
    return new


def was_wrong(new: dict[str, Any], told: dict[str, Any]) -> bool:
    """Whether the family was told the child is here when it is not, or the other way round."""
    if "attendance" not in new or "attendance" not in told:
        return False
    return Attendance(new["attendance"]).here != Attendance(told["attendance"]).here
