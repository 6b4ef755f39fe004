"""What time alone settles: leases of dead workers, receipts that never came, paused accounts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from contactbook.delivery.consequence import PAUSE
from contactbook.delivery.fanout import fall_back
from contactbook.delivery.receipts import unpark
from contactbook.delivery.settling import keep_waiting
from contactbook.parts import Parts
from contactbook.ports.channel import Channel
from contactbook.settings import Settings

# Claimed by a worker that died: nothing had left.
UNCLAIM = text("""
    UPDATE delivery SET status = 'queued', due_at = :now
    WHERE status = 'claimed' AND due_at < :now
""")
# Leaving when its worker died: sent again only where the provider recognises our reference.
UNSEND = text("""
    UPDATE delivery SET
        status = CASE WHEN account_id <> ALL(:repeatable) THEN 'unknown'
                      WHEN attempts >= :attempts THEN 'failed' ELSE 'queued' END,
        reason = CASE WHEN account_id <> ALL(:repeatable) THEN 'unanswered'
                      WHEN attempts >= :attempts THEN 'worn_out' ELSE 'busy' END,
        due_at = :now, turn_at = :now,
        ended_at = CASE WHEN account_id = ANY(:repeatable) AND attempts >= :attempts THEN :now
                        ELSE ended_at END
    WHERE status = 'sending' AND due_at < :now
    RETURNING id, status
""")
# Taken, and no word of arrival in time: the next channel is tried. A late receipt still counts.
# Not so a routine message in doubt: where nobody knows our reference, silence says nothing.
UNHEARD = text("""
    UPDATE delivery SET status = 'failed', reason = 'no_receipt', ended_at = :now
    WHERE status = 'sent' AND ended_at IS NULL
      AND sent_at < greatest(CAST(:urgent_before AS timestamptz), :before)
      AND sent_at < CASE WHEN urgent THEN CAST(:urgent_before AS timestamptz) ELSE :before END
    RETURNING id
""")
# Urgent, and nobody knows: the next channel after half a minute, and the doubt stays on the page.
DOUBTED = text("""
    UPDATE delivery SET ended_at = :now
    WHERE status = 'unknown' AND urgent AND ended_at IS NULL AND sent_at < :urgent_before
    RETURNING id
""")
# Urgent, behind accounts that are all paused, and for longer than urgent news may wait.
STUCK = text("""
    UPDATE delivery d SET status = 'failed', reason = 'account', ended_at = :now
    WHERE d.status IN ('queued', 'held') AND d.urgent AND d.due_at <= :now
      AND d.lane_id IN (SELECT a.lane_id FROM channel_account a WHERE a.ended_at IS NULL
                        GROUP BY a.lane_id
                        HAVING min(coalesce(a.paused_until, '-infinity')) > :too_long)
    RETURNING d.id
""")


def release(session: Session, parts: Parts, *, now: datetime) -> None:
    """Put back what a dead worker held, and let what waited too long go on. Safe to run at once."""
    lost: list[UUID] = []
    settings = parts.settings
    session.execute(UNCLAIM, {"now": now})
    expired = session.execute(
        UNSEND,
        {"now": now, "attempts": settings.attempts, "repeatable": repeatable(parts)},
    )
    lost += [row.id for row in expired if row.status == "failed"]
    lost += ids(session, now, settings)
    stuck = session.scalars(STUCK, {"now": now, "too_long": now + settings.urgent_wait}).all()
    fall_back(session, parts.entitlements, [*lost, *stuck], now=now)
    keep_waiting(session, stuck, until=now + PAUSE)
    unpark(session, parts.entitlements, now=now)


def ids(session: Session, now: datetime, settings: Settings) -> Sequence[UUID]:
    """Those whose channel has had its time."""
    moments = {"now": now, "urgent_before": now - settings.urgent_wait}
    waited = {"before": now - settings.receipt_wait, **moments}
    return [
        *session.scalars(UNHEARD, waited),
        *session.scalars(DOUBTED, moments),
    ]


def repeatable(parts: Parts) -> list[UUID]:
    """Accounts at providers that know our reference again."""
    known = (one for channel in Channel for one in parts.accounts.of_channel(channel))
    return [one.id for one in known if one.adapter.repeatable]
