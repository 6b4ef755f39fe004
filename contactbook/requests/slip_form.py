"""What a medication slip must say before the school may look at it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from contactbook.clock import local
from contactbook.errors import Invalid
from contactbook.people.names import tidy
from contactbook.words import gettext as _

MOST_DAYS = 60
MOST_TIMES = 6
MOST = {"drug": 120, "dose": 80, "note": 300}
OPENS, CLOSES = time(6), time(18, 30)  # a teacher gives medicine between these


@dataclass(frozen=True, slots=True)
class Asked:
    """A slip as a family wrote it, tidied by `whole`."""

    drug: str
    dose: str
    times: Sequence[time]
    since: date
    until: date
    note: str = ""


def whole(asked: Asked, now: datetime) -> Asked:
    """The slip, times in order and each once; raises Invalid with every fault at once."""
    times = sorted({at.replace(second=0, microsecond=0, tzinfo=None) for at in asked.times})
    slip = Asked(
        tidy(asked.drug), tidy(asked.dose), times, asked.since, asked.until, tidy(asked.note)
    )
    faults = {**words_missing(slip), **days_wrong(slip, now), **times_wrong(slip, now)}
    if faults:
        raise Invalid(faults)
    return slip


def words_missing(slip: Asked) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not slip.drug:
        faults["drug"] = _("Please write the name of the medicine, as it stands on the package.")
    if not slip.dose:
        faults["dose"] = _("Please write how much is given each time, for example 5 ml.")
    for name, most in MOST.items():
        if (long := len(getattr(slip, name))) > most:
            sentence = _("This is %(n)s characters long, at most %(most)s fit.")
            faults[name] = sentence % {"n": long, "most": most}
    return faults


def days_wrong(slip: Asked, now: datetime) -> dict[str, str]:
    today = local(now).date()
    if slip.since < today:
        return {"since": _("That day is over: medicine can be asked for from today on.")}
    if slip.until < slip.since:
        return {"until": _("The last day is before the first one.")}
    if slip.until >= today + timedelta(days=MOST_DAYS):
        sentence = _("A slip is for the next %(n)s days at most. Please write a new one then.")
        return {"until": sentence % {"n": MOST_DAYS}}
    return {}


def times_wrong(slip: Asked, now: datetime) -> dict[str, str]:
    if not slip.times:
        return {"times": _("Please write at what time it is given, for example 11:30.")}
    if len(slip.times) > MOST_TIMES:
        sentence = _("At most %(n)s times a day fit on a slip.")
        return {"times": sentence % {"n": MOST_TIMES}}
    if slip.times[0] < OPENS or slip.times[-1] > CLOSES:
        return {"times": _("The school gives medicine between 6:00 and 18:30.")}
    here = local(now)
    if slip.until == here.date() and slip.times[-1] < here.time():
        return {"times": _("That time is over for today. Please choose a later one.")}
    return {}
