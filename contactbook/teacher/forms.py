"""What a teacher types about a child, read with care: a fault is a sentence beside its field."""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime, time
from typing import TypeVar

from contactbook.clock import local
from contactbook.errors import Invalid
from contactbook.teacher.views import Step, is_open
from contactbook.updates.facts import Facts
from contactbook.updates.models import Attendance, Meal
from contactbook.web.deps import Typed
from contactbook.words import gettext as _

MOST_HEALTH, MOST_REMARK, MOST_CLASS = 500, 600, 800
EARLIEST, LATEST = time(5), time(19)  # children come between these
LONGEST_NAP = 300
Word = TypeVar("Word", Attendance, Meal)


@dataclass(frozen=True)
class ChildForm:
    """The sheet's fields as they were typed, to be shown again if one of them is wrong."""

    attendance: str
    arrived: str
    meal: str
    nap: str
    nap_minutes: str
    health: str
    remark: str
    present_anyway: bool = False

    def facts(self, before: Facts, now: datetime, told: Collection[str] = ()) -> Facts:
        """Raises Invalid with every fault at once. Who is away neither ate nor slept here.

        A family that was `told` of the attendance is told the truth, not that nobody knows it.
        """
        faults: dict[str, str] = {}
        attendance = chosen(Attendance, self.attendance, "attendance", faults)
        here = attendance is not None and attendance.here
        arrived = self.arrival(before, attendance, now, faults) if here else None
        meal = chosen(Meal, self.meal, "meal", faults)
        nap = minutes(self.nap_minutes or self.nap, faults)
        if attendance is None and "attendance" in told:
            sentence = _("The family was told whether the child is here. Please say what is true.")
            faults.setdefault("attendance", sentence)
        elif attendance is None and (meal is not None or nap is not None):
            faults["attendance"] = _("Please mark first whether the child is here.")
        if here:
            early(Step.MEAL, meal, before.lunch, now, faults)
            early(Step.NAP, nap, before.nap_minutes, now, faults)
        for name, typed, most in (
            ("health", self.health, MOST_HEALTH),
            ("remark", self.remark, MOST_REMARK),
        ):
            too_long(name, typed, most, faults)
        if faults:
            raise Invalid(faults)
        return Facts(
            attendance=attendance,
            arrived_at=arrived,
            lunch=meal if here else None,
            nap_minutes=nap if here else None,
            health=self.health,
            remark=self.remark,
        )

    def arrival(
        self, before: Facts, attendance: Attendance | None, now: datetime, faults: dict[str, str]
    ) -> time | None:
        """A typed time; none for a child that was just found to be here."""
        if not self.arrived:
            return before.arrived_at if attendance is Attendance.PRESENT else None
        try:
            at = time.fromisoformat(self.arrived).replace(second=0, microsecond=0, tzinfo=None)
        except ValueError:
            faults["arrived"] = _("Please write the time as 07:20.")
            return None
        if at > local(now).time():
            faults["arrived"] = _("%(time)s has not come yet.") % {"time": f"{at:%H:%M}"}
        elif not EARLIEST <= at <= LATEST:
            faults["arrived"] = _("School is not open at %(time)s.") % {"time": f"{at:%H:%M}"}
        return at


def arrival(now: datetime) -> time | None:
    """When a child came who is tapped just now; outside of school hours a tap is a late entry."""
    at = local(now).time().replace(second=0, microsecond=0)
    return at if EARLIEST <= at <= LATEST else None


def child_form(typed: Typed) -> ChildForm:
    return ChildForm(
        attendance=typed.text("attendance"),
        arrived=typed.text("arrived"),
        meal=typed.text("meal"),
        nap=typed.text("nap"),
        nap_minutes=typed.text("nap_minutes"),
        health=typed.lines("health"),
        remark=typed.lines("remark"),
        present_anyway=typed.text("present_anyway") == "yes",
    )


def as_form(facts: Facts) -> ChildForm:
    """What is recorded, as the sheet shows it."""
    nap = "" if facts.nap_minutes is None else str(facts.nap_minutes)
    chip = nap if nap in ("", "0", "30", "60", "90", "120") else ""
    return ChildForm(
        attendance=facts.attendance or "",
        arrived=f"{facts.arrived_at:%H:%M}" if facts.arrived_at else "",
        meal=facts.lunch or "",
        nap=chip,
        nap_minutes="" if chip == nap else nap,
        health=facts.health,
        remark=facts.remark,
    )


TOGETHER = (("attendance", "arrived"), ("meal",), ("nap", "nap_minutes"), ("health",), ("remark",))


def merged(typed: ChildForm, was: str, recorded: ChildForm) -> ChildForm:
    """What she changed since the sheet showed `was`, over what others have recorded by now.

    Two teachers of a class save their sheets in turn: the second must not wipe out the first's
    word because her own sheet was opened before it.
    """
    shown, mine = as_dict(was), asdict(typed)
    left = [
        name for names in TOGETHER if all(shown.get(n) == mine[n] for n in names) for name in names
    ]
    return replace(typed, **{name: getattr(recorded, name) for name in left})


def as_dict(was: str) -> dict[str, object]:
    """Nothing, for whatever is no object: then all that was typed counts."""
    try:
        found = json.loads(was)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def early(step: Step, told: object, before: object, now: datetime, faults: dict[str, str]) -> None:
    """A reader takes it for done: before lunch nobody has eaten, before the nap nobody slept."""
    if told not in (None, before) and not is_open(step, now):
        sentence = _("It is too early for this: a message says only what has happened.")
        faults.setdefault(step.value, sentence)


def chosen(words: type[Word], typed: str, name: str, faults: dict[str, str]) -> Word | None:
    if not typed:
        return None
    try:
        return words(typed)
    except ValueError:
        faults[name] = _("Please choose one of these.")
        return None


def minutes(typed: str, faults: dict[str, str]) -> int | None:
    if not typed:
        return None
    if typed.isascii() and typed.isdigit() and len(typed) <= 3 and int(typed) <= LONGEST_NAP:  # noqa: PLR2004 three digits
        return int(typed)
    faults["nap"] = _("A nap is a number of minutes from 0 to 300.")
    return None


def too_long(name: str, typed: str, most: int, faults: dict[str, str]) -> None:
    if len(typed) > most:
        faults[name] = _("This is %(n)s characters long, at most %(most)s fit.") % {
            "n": len(typed),
            "most": most,
        }
