"""What the class pages show of a day, in the shapes their templates ask for."""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from contactbook.clock import local
from contactbook.updates.day import ChildDay, here
from contactbook.updates.facts import OF_THE_CLASS, Facts
from contactbook.updates.models import Attendance, Meal
from contactbook.updates.wording import sameness
from contactbook.words import gettext as _


class Step(StrEnum):
    """What a class can be told in one tap, in the order of the day."""

    ATTENDANCE = "attendance"
    MEAL = "meal"
    NAP = "nap"


# A tap claims only what has happened: before lunch nobody has eaten, before the nap nobody slept.
OPENS = {Step.ATTENDANCE: time(0), Step.MEAL: time(10, 30), Step.NAP: time(13, 30)}
ROLL_CALL_OVER = time(11)


def is_open(step: Step, now: datetime) -> bool:
    return local(now).time() >= OPENS[step]


def lacking(step: Step, children: Sequence[ChildDay]) -> list[ChildDay]:
    """Those the tap would fill in: not marked; or here, and nothing said of the meal or the nap."""
    if step is Step.ATTENDANCE:
        return [child for child in children if child.facts.attendance is None]
    present = [child for child in children if here(child.facts)]
    if step is Step.MEAL:
        return [child for child in present if child.facts.lunch is None]
    return [child for child in present if child.facts.nap_minutes is None]


def suggested(children: Sequence[ChildDay], now: datetime) -> Step | None:
    """What a teacher most likely came for: the roll call until eleven, then lunch, then the nap."""
    morning = local(now).time() < ROLL_CALL_OVER
    order = Step if morning else (Step.MEAL, Step.NAP, Step.ATTENDANCE)
    return next((one for one in order if is_open(one, now) and lacking(one, children)), None)


def steps(children: Sequence[ChildDay], now: datetime) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = []
    likely = suggested(children, now)
    for step in Step:
        count, opened = len(lacking(step, children)), is_open(step, now)
        ahead = not opened or not any(here(child.facts) for child in children)
        waits = step is not Step.ATTENDANCE and not count and ahead
        shown.append(
            {
                "deed": step.value,
                "count": count or (1 if waits else 0),  # nobody here yet is not "done"
                "open": opened and not waits,
                "suggested": step is likely,
            }
        )
    return shown


def counts(children: Sequence[ChildDay]) -> dict[str, int]:
    marked = Counter(child.facts.attendance for child in children)
    return {
        "children": len(children),
        "present": marked[Attendance.PRESENT] + marked[Attendance.LATE],
        "away": marked[Attendance.EXCUSED] + marked[Attendance.ABSENT],
        "unmarked": marked[None],
    }


def row(child: ChildDay) -> dict[str, Any]:
    facts = child.facts
    return {
        "id": child.student.id,
        "name": child.student.full_name,
        "attendance": facts.attendance or "unmarked",
        "arrived": facts.arrived_at,
        "note": child.away.note.reason if child.away else None,
        "disputed": child.disputed,
        "meal": facts.lunch,
        "nap": facts.nap_minutes,
        "health": facts.health,
        "remark": facts.remark,
        "allergy": child.student.allergy,
        "changed": changed(child) - set(OF_THE_CLASS) != set(),
    }


def ready(children: Sequence[ChildDay]) -> list[ChildDay]:
    """Children whose families would hear something now."""
    return [child for child in children if child.news]


def changed(child: ChildDay) -> set[str]:
    """Of what the family was told, what is otherwise by now, or gone."""
    return child.news.keys() & child.told.keys()


def kinds(children: Sequence[ChildDay]) -> list[list[ChildDay]]:
    """Those whose families read the same but for the name and the minute, most frequent first."""
    alike: dict[Hashable, list[ChildDay]] = {}
    for child in children:
        alike.setdefault(sameness(child.corrected, child.news), []).append(child)
    return sorted(alike.values(), key=len, reverse=True)


def kind(child: ChildDay) -> str:
    """What its message says, in a few words."""
    new = child.news
    said = [
        *([_("a correction")] if child.corrected else []),
        *([ATTENDANCE[Attendance(new["attendance"])]()] if new.get("attendance") else []),
        *([LUNCH[Meal(new["lunch"])]()] if new.get("lunch") else []),
        *([nap(new["nap_minutes"])] if new.get("nap_minutes") is not None else []),
        *([_("with a health note")] if new.get("health") else []),
        *([_("with words from you")] if new.get("remark") else []),
    ]
    return ", ".join(said) or _("only what you say to the whole class")


def nap(minutes: int) -> str:
    if not minutes:
        return _("did not sleep")
    return _("slept %(hours)s:%(minutes)s") % {
        "hours": minutes // 60,
        "minutes": f"{minutes % 60:02}",
    }


LUNCH = {
    Meal.ALL: lambda: _("ate everything"),
    Meal.PART: lambda: _("ate part of it"),
    Meal.LITTLE: lambda: _("ate a little"),
    Meal.NONE: lambda: _("did not eat"),
}
AWAY = {
    Attendance.LATE: lambda: _("came in late"),
    Attendance.EXCUSED: lambda: _("away with notice"),
    Attendance.ABSENT: lambda: _("away without notice"),
}


ATTENDANCE: dict[Attendance, Callable[[], str]] = {Attendance.PRESENT: lambda: _("here"), **AWAY}


def left_alone(child: ChildDay) -> str:
    """Why a tap for all leaves this child as it is."""
    facts: Facts = child.facts
    if facts.attendance is None:
        return _("not marked yet")
    if facts.attendance is Attendance.PRESENT:
        return _("already entered")
    return AWAY[facts.attendance]()
