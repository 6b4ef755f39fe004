"""Who is told on which channel, in which order, who is not and why, and when. Pure.

`fanout` says the same in SQL, for 30 families or 300,000; a property test holds the two together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from contactbook.clock import at, local
from contactbook.delivery.status import Skip
from contactbook.people.consent import Purpose
from contactbook.ports.channel import CHEAPEST, Channel


@dataclass(frozen=True, slots=True)
class Road:
    """One address of a guardian, and what may be said over it of one update about one child."""

    channel: Channel
    rank: int  # her order of preference, lowest first
    verified: bool
    words: int  # purposes for which this update has words on this channel; 0: none
    consented: int  # purposes she agreed to, for this child on this channel
    closed: bool = False  # she has not written for so long that the provider takes nothing for her


@dataclass(frozen=True, slots=True)
class Plan:
    """The channels in order of trial, or why there is none."""

    channels: tuple[Channel, ...] = ()
    skip: Skip | None = None


def plan(roads: Sequence[Road], *, restricted: bool, urgent: bool, may_pay: bool) -> Plan:
    """Urgent news of a child's safety asks neither consent nor money (Law 91/2025, Art. 19)."""
    if restricted:
        return Plan(skip=Skip.RESTRICTED)
    verified = [road for road in roads if road.verified]
    worded = [road for road in verified if road.words]
    safety = [urgent and bool(road.words & Purpose.SAFETY) for road in worded]
    agreed = [
        (road, safe)
        for road, safe in zip(worded, safety, strict=True)
        if safe or road.words & road.consented
    ]
    afforded = [road for road, safe in agreed if safe or may_pay or not road.channel.paid]
    open_ = [road for road in afforded if not road.closed]
    if not open_:
        return Plan(skip=Skip.WINDOW if afforded else missing(verified, worded, agreed))
    ordered = sorted(open_, key=lambda road: (road.rank, CHEAPEST.index(road.channel)))
    return Plan(channels=tuple(dict.fromkeys(road.channel for road in ordered)))


def missing(verified: Sequence[Road], worded: Sequence[Road], agreed: Sequence[object]) -> Skip:
    if agreed:
        return Skip.NOT_ENTITLED
    if worded:
        return Skip.NO_CONSENT
    return Skip.NO_WORDS if verified else Skip.NO_CONTACT


def quiet(moment: datetime, since: time, until: time) -> bool:
    """Whether families sleep at `moment`: from `since` in the evening to `until`, Vietnam time."""
    clock = local(moment).time()
    if since <= until:
        return since <= clock < until
    return clock >= since or clock < until


def leaves_at(due: datetime, since: time, until: time, *, urgent: bool) -> datetime:
    """When a message due at `due` may leave: at once, or at the end of the quiet hours."""
    if urgent or not quiet(due, since, until):
        return due
    morning = at(local(due).date(), until)
    return morning if morning > due else morning + timedelta(days=1)
