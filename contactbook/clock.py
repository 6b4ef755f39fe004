"""Moments are aware and stored in UTC; the school lives in Vietnam."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment as a school's wall clock shows it."""
    return moment.astimezone(VIETNAM)


def school_day(moment: datetime) -> date:
    """The date on which `moment` falls in Vietnam: 23:30 UTC is already tomorrow there."""
    return local(moment).date()


def at(day: date, hour: time) -> datetime:
    """`hour` on the wall clock of `day` in Vietnam, as UTC."""
    return datetime.combine(day, hour, VIETNAM).astimezone(UTC)
