"""How each channel's account is: seen by a worker, struggling, or paused with a reason."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from contactbook.delivery.models import Lane
from contactbook.ports.channel import Channel

log = structlog.get_logger()
SEEN_STEP = timedelta(seconds=5)  # how fresh "a worker was here" is kept: not a write per drain
ABSENT = timedelta(seconds=30)  # no worker for so long: people are told that nothing leaves

SEEN = text("""
    INSERT INTO lane (channel, seen_at) VALUES (:channel, :now)
    ON CONFLICT (channel) DO UPDATE SET seen_at = excluded.seen_at
    WHERE lane.seen_at IS NULL OR lane.seen_at < excluded.seen_at - CAST(:step AS interval)
""")


def seen(session: Session, channel: Channel, now: datetime) -> None:
    """A worker looks after this channel."""
    session.execute(SEEN, {"channel": channel, "now": now, "step": SEEN_STEP})


def pause(
    session: Session, channel: Channel, *, until: datetime, reason: str, now: datetime
) -> None:
    """Nothing of `channel` is claimed until then; the first pause of a row of them is an alert."""
    lane = session.get_one(Lane, channel, with_for_update=True)
    if lane.paused_until is None or lane.paused_until <= now:
        log.error("channel paused", channel=channel.value, reason=reason, until=until.isoformat())
    lane.paused_until, lane.reason = max(until, lane.paused_until or until), reason


def struggling(session: Session, channel: Channel, now: datetime) -> None:
    """A try failed for a reason that may pass; said on the page until a message is taken again."""
    session.execute(
        update(Lane)
        .where(Lane.channel == channel, Lane.struggling_since.is_(None))
        .values(struggling_since=now)
    )


def well(session: Session, channel: Channel) -> None:
    session.execute(
        update(Lane)
        .where(Lane.channel == channel, Lane.struggling_since.is_not(None))
        .values(struggling_since=None)
    )


def worker_absent(session: Session, now: datetime) -> bool:
    """Whether no worker has looked at any channel lately: then nothing leaves at all."""
    return session.scalar(select(Lane.channel).where(Lane.seen_at > now - ABSENT).limit(1)) is None


def in_trouble(session: Session, now: datetime) -> list[Lane]:
    """Channels that are paused or struggle now."""
    return list(
        session.scalars(
            select(Lane).where((Lane.paused_until > now) | Lane.struggling_since.is_not(None))
        )
    )
