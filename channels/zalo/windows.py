"""When Zalo takes a message: windows since a parent's last word, and hours of the day.

Source: reference/zalo.md sections 5 and 10. The figures are settings: they changed twice in 2026.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from channels.http import VIETNAM
from channels.zbs_templates import TagHours

FREE, OPEN = timedelta(hours=48), timedelta(days=7)  # as of 2026-01
# Zalo names a template's tag by number or by word, depending on the call.
TAGS = {"TRANSACTION": "1", "CUSTOMER_CARE": "2", "PROMOTION": "3"}
STRICTEST = "3"  # for a tag we have not heard of


class Window(StrEnum):
    """What a consultation message would meet now."""

    FREE = "free"
    BILLED = "billed"
    CLOSED = "closed"  # refused with -230 or -232: a template or another channel is needed


def window(
    last_interaction: datetime | None,
    now: datetime,
    *,
    free: timedelta = FREE,
    open_for: timedelta = OPEN,
) -> Window:
    """The window of a user who last followed, wrote, or tapped a button at `last_interaction`.

    A receipt or a reaction is no interaction. Both ends belong to their window.
    """
    if last_interaction is None or now - last_interaction > open_for:
        return Window.CLOSED
    return Window.FREE if now - last_interaction <= free else Window.BILLED


def tag_of(written: str) -> str:
    """One of "1", "2" and "3"; whatever else Zalo may write counts as the strictest."""
    number = TAGS.get(written.strip().upper(), written.strip())
    return number if number in TAGS.values() else STRICTEST


def until_open(tag: str, hours: Sequence[TagHours], now: datetime) -> timedelta | None:
    """How long a template of `tag` has to wait for its hours; None when it may leave now."""
    mine = next((one for one in hours if one.tag == tag), None)
    here = now.astimezone(VIETNAM)
    if mine is None or mine.opens <= here.time() < mine.closes:
        return None
    then = datetime.combine(here.date(), mine.opens, VIETNAM)
    return then - here if then > here else then + timedelta(days=1) - here
