"""How each account is: seen by a worker, well, struggling, or paused with a reason."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, load_only

from contactbook.delivery.lane_models import ChannelAccount, Lane
from contactbook.ports.channel import Channel

log = structlog.get_logger()
SEEN_STEP = timedelta(seconds=5)  # how fresh "a worker was here" is kept: not a write per drain
ABSENT = timedelta(seconds=30)  # no worker for so long: people are told that nothing leaves
FAULT, REWARD, WORST = 0.5, 1.25, 0.05  # what a bad and a good group of answers do to a share

SEEN = text("""
    UPDATE lane SET seen_at = :now WHERE channel = :channel AND is_default
       AND (seen_at IS NULL OR seen_at < CAST(:now AS timestamptz) - CAST(:step AS interval))
""")
DUE = text("""
    SELECT id FROM lane WHERE channel = :channel AND EXISTS (
        SELECT FROM delivery d WHERE d.lane_id = lane.id AND d.status IN ('queued', 'held')
          AND d.turn_at <= CAST(:now AS timestamptz) + interval '60 seconds' AND d.due_at <= :now)
    ORDER BY random()
""")
USABLE = text("""
    SELECT id, health FROM channel_account
    WHERE lane_id = :lane AND ended_at IS NULL AND (paused_until IS NULL OR paused_until <= :now)
""")
ALLOWANCE = text("""
    UPDATE channel_account SET sent_on = :today, sent_today = sent_now + taken FROM (
        SELECT id AS whose, sent_now, greatest(0, least(:want, daily_quota - sent_now)) AS taken
        FROM (SELECT id, daily_quota, CASE WHEN sent_on = :today THEN sent_today ELSE 0 END
              AS sent_now FROM channel_account WHERE id = :id FOR UPDATE) AS mine) AS so_far
    WHERE id = whose RETURNING taken
""")


def seen(session: Session, channel: Channel, now: datetime) -> None:
    """A worker looks after this channel."""
    session.execute(SEEN, {"channel": channel, "now": now, "step": SEEN_STEP})


def due(session: Session, channel: Channel, now: datetime) -> Sequence[UUID]:
    """The lanes of `channel` in which something waits to leave, in no order: none is first."""
    return session.scalars(DUE, {"channel": channel, "now": now}).all()


def usable(session: Session, lane_id: UUID, now: datetime) -> dict[UUID, float]:
    """The accounts of a lane that are not paused, and what the share of each is worth."""
    rows = session.execute(USABLE, {"lane": lane_id, "now": now})
    return {row.id: row.health for row in rows}


def allowance(session: Session, account_id: UUID, *, want: int, today: date) -> int:
    """How many of `want` the account's daily quota still allows; they count as sent."""
    values = {"id": account_id, "want": want, "today": today}
    return int(session.execute(ALLOWANCE, values).scalar_one())


def pause(
    session: Session,
    account_id: UUID,
    *,
    until: datetime,
    reason: str,
    now: datetime,
    alert: bool = True,
) -> None:
    """Nothing leaves by this account until then; the first alert of a row of pauses is the one."""
    account = session.get_one(ChannelAccount, account_id, with_for_update=True)
    fresh = account.paused_until is None or account.paused_until <= now
    if alert and (fresh or not account.alerted):
        log.error(
            "account paused",
            channel=account.channel,
            provider=account.provider,
            account=str(account_id),
            reason=reason,
            until=until.isoformat(),
        )
    account.paused_until = until if fresh else max(until, account.paused_until or until)
    account.alerted, account.reason = alert or (not fresh and account.alerted), reason


def resume(session: Session, account_id: UUID) -> None:
    """A person mended the account: it is tried at once."""
    session.execute(
        update(ChannelAccount)
        .where(ChannelAccount.id == account_id)
        .values(paused_until=None, alerted=False, reason="", struggling_since=None, health=1)
    )


def struggling(session: Session, account_id: UUID, now: datetime) -> None:
    """A try failed for a reason that may pass; said on the page until a message is taken again."""
    session.execute(
        update(ChannelAccount)
        .where(ChannelAccount.id == account_id, ChannelAccount.struggling_since.is_(None))
        .values(struggling_since=now)
    )


def well(session: Session, account_id: UUID) -> None:
    session.execute(
        update(ChannelAccount)
        .where(ChannelAccount.id == account_id, ChannelAccount.struggling_since.is_not(None))
        .values(struggling_since=None)
    )


HEALTH = text("""
    UPDATE channel_account SET health = least(1, greatest(CAST(:worst AS float), health * :factor))
    WHERE id = :id
""")


def judge(session: Session, account_id: UUID, *, good: bool) -> None:
    """In a lane with several accounts: one that errs or slows loses its share, and earns it back.

    Halved by a bad group of answers, and a quarter more by a good one: from the worst it takes
    fourteen good groups to be whole again.
    """
    factor = REWARD if good else FAULT
    session.execute(HEALTH, {"id": account_id, "worst": WORST, "factor": factor})


def worker_absent(session: Session, now: datetime) -> bool:
    """Whether no worker has looked at any channel lately: then nothing leaves at all."""
    return session.scalar(select(Lane.channel).where(Lane.seen_at > now - ABSENT).limit(1)) is None


def in_trouble(session: Session, now: datetime) -> list[ChannelAccount]:
    """Accounts that are paused for a reason people should know, or struggle now."""
    paused = (ChannelAccount.paused_until > now) & ChannelAccount.alerted
    shown = (ChannelAccount.channel, ChannelAccount.paused_until, ChannelAccount.struggling_since)
    return list(
        session.scalars(
            select(ChannelAccount)
            .options(load_only(*shown, raiseload=True))
            .where(ChannelAccount.ended_at.is_(None))
            .where(paused | ChannelAccount.struggling_since.is_not(None))
            .order_by(ChannelAccount.channel)
        )
    )
