"""A child whose family reported it absent: it is marked as here only by a person who says so."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from contactbook.errors import Invalid
from contactbook.requests.absences import Away
from contactbook.teacher.forms import ChildForm, arrival
from contactbook.updates.day import ChildDay
from contactbook.updates.models import Attendance
from contactbook.web import people
from contactbook.words import gettext as _

HERE = (Attendance.PRESENT, Attendance.LATE)


def settled(typed: ChildForm, child: ChildDay, now: datetime) -> ChildForm:
    """The sheet as it may be kept beside the family's word; raises Invalid to ask back.

    Ticked "has come after all": here, now, unless she chose how. Without the tick the child stays
    away with notice, also where she chose away without: the family is not asked where it is.
    """
    if child.away is None:
        return typed
    if typed.present_anyway:
        if typed.attendance in HERE:
            return typed
        came = arrival(now)
        return replace(
            typed, attendance=Attendance.PRESENT, arrived=f"{came:%H:%M}" if came else ""
        )
    if typed.attendance in HERE:
        sentence = _("The family reported it absent. Has it come after all? Then tick it above.")
        raise Invalid({"attendance": sentence})
    return replace(typed, attendance=Attendance.EXCUSED)


def shown(away: Away | None) -> dict[str, Any] | None:
    """The family's word, as the sheet shows it."""
    if away is None:
        return None
    return {
        "by": people.relation(away.relation or "") or _("guardian"),
        "at": away.at,
        "reason": away.note.reason,
        "until": away.note.until,
    }
