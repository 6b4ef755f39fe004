"""Messages of the conversation on their way out: claimed, marked, settled. The table is the queue.

One message of a conversation leaves at a time, so that they arrive in order. A row is marked before
it leaves: should the process die, its window is what may have gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from contactbook.conversation.keeping import content_of
from contactbook.conversation.models import ChatMessage, Conversation, Sending
from contactbook.delivery import lanes
from contactbook.delivery.consequence import PAUSE
from contactbook.delivery.effects import withdraw
from contactbook.people.seal import Sealer
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Button,
    Channel,
    GiveUp,
    Gone,
    Moved,
    NotReachable,
    OptedOut,
    OutcomeUnknown,
    Outgoing,
    SendFailed,
    Throttled,
    TryAgain,
)

ATTEMPTS = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=1)
STALE = timedelta(hours=1)  # an answer that comes later than that helps nobody …
STALE_WORD = timedelta(days=3)  # … a teacher's word does

# What is said to a linked person leaves only while the address is hers; a teacher's word not after
# NGUNG, unless she wrote again; an invitation while nobody has ended the address.
CLAIM = text("""
    WITH due AS MATERIALIZED (
        SELECT m.id FROM chat_message m
        WHERE m.channel = :channel AND m.status = 'queued' AND m.due_at <= :now
          AND NOT EXISTS (SELECT FROM chat_message e WHERE e.conversation_id = m.conversation_id
                          AND e.status IN ('queued', 'sending') AND e.id < m.id)
          AND EXISTS (SELECT FROM channel_account a WHERE a.id = m.account_id
                      AND a.ended_at IS NULL AND coalesce(a.paused_until <= :now, true))
        ORDER BY m.due_at, m.id LIMIT :most FOR UPDATE OF m SKIP LOCKED),
    judged AS (
        SELECT m.id, CASE
            WHEN m.at < CAST(:now AS timestamptz)
                 - CASE WHEN m.kind = 'reply' THEN CAST(:stale AS interval)
                        ELSE CAST(:stale_word AS interval) END THEN 'too late'
            WHEN c.guardian_id IS NULL THEN ''
            WHEN NOT EXISTS (
                SELECT FROM contact_point p WHERE p.guardian_id = c.guardian_id
                   AND p.channel = c.channel AND p.address = c.address AND p.ended_at IS NULL
                   AND (p.verified_at IS NOT NULL OR m.kind = 'invitation')) THEN 'not hers'
            WHEN m.kind = 'teacher' AND c.stopped_at >= coalesce(c.heard_at, c.stopped_at)
                THEN 'stopped'
            ELSE '' END AS obstacle
        FROM due JOIN chat_message m ON m.id = due.id
        JOIN conversation c ON c.id = m.conversation_id)
    UPDATE chat_message m SET
        status = CASE WHEN j.obstacle = '' THEN 'sending' ELSE 'skipped' END,
        reason = j.obstacle,
        attempts = m.attempts + (j.obstacle = '')::int,
        due_at = :lease
    FROM judged j WHERE m.id = j.id
    RETURNING m.id, m.status
""")
LOST = text("""
    SELECT id, account_id FROM chat_message
    WHERE channel = :channel AND status = 'sending' AND due_at <= :now FOR UPDATE SKIP LOCKED
""")


@dataclass(frozen=True, slots=True)
class Leaving:
    id: UUID
    account_id: UUID
    attempt: int
    message: Outgoing


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one attempt."""

    leaving: Leaving
    said: Accepted | SendFailed


@dataclass(frozen=True, slots=True)
class Change:
    status: Sending
    reason: str = ""
    wait: timedelta | None = None  # queued again, after this


def claim(
    session: Session, sealer: Sealer, channel: Channel, *, most: int, now: datetime,
    lease: timedelta,
) -> tuple[list[Leaving], int]:  # fmt: skip
    """Mark up to `most` that may leave now; how many may not any more, and were skipped."""
    values = {
        "channel": channel, "most": most, "now": now, "lease": now + lease, "stale": STALE,
        "stale_word": STALE_WORD,
    }  # fmt: skip
    rows = session.execute(CLAIM, values).all()
    marked = [row.id for row in rows if row.status == Sending.SENDING]
    found = [leaving(session, sealer, one) for one in sorted(marked)]
    ready = [one for one in found if one is not None]
    return ready, len(rows) - len(ready)


def leaving(session: Session, sealer: Sealer, message_id: UUID) -> Leaving | None:
    message = session.get_one(ChatMessage, message_id, populate_existing=True)
    kept = session.get_one(Conversation, message.conversation_id)
    content = content_of(session, sealer, kept.guardian_id, message)
    if not content:  # her key is destroyed: nobody can read it any more
        message.status, message.reason = Sending.SKIPPED, "erased"
        return None
    buttons = tuple(Button(title, reply, url) for title, reply, url in content["buttons"])
    out = Outgoing(
        reference=message.id,
        address=kept.address,
        body=content["text"],
        buttons=buttons,
        asks_phone=content["asks_phone"],
        urgent=True,  # she is waiting for it
        template="chat" if kept.channel == Channel.SMS else "",
    )
    return Leaving(message.id, message.account_id, message.attempts, out)


def consequence(said: Accepted | SendFailed, attempt: int, *, repeatable: bool) -> Change:
    """What an answer means for its message."""
    again = attempt < ATTEMPTS
    match said:
        case Accepted():
            return Change(Sending.SENT)
        case AccountUnusable():
            return Change(Sending.QUEUED, str(said), PAUSE)
        case TryAgain(after=after) if again:
            backoff = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT)
            return Change(Sending.QUEUED, str(said), after or backoff)
        case OutcomeUnknown() if repeatable and again:
            return Change(Sending.QUEUED, str(said), FIRST_WAIT)
        case OutcomeUnknown():
            return Change(Sending.UNKNOWN, str(said))
        case TryAgain() | GiveUp() | NotReachable() | SendFailed():
            return Change(Sending.FAILED, str(said))


def settle(session: Session, heard: Sequence[Heard], repeatable: set[UUID], now: datetime) -> None:
    """Write what became of a window, and what it says of accounts and addresses."""
    for one in heard:
        away = one.leaving
        change = consequence(one.said, away.attempt, repeatable=away.account_id in repeatable)
        session.execute(
            update(ChatMessage)
            .where(ChatMessage.id == away.id, ChatMessage.status == Sending.SENDING)
            .where(ChatMessage.attempts == away.attempt)
            .values(
                status=change.status,
                reason=change.reason[:200],
                due_at=now + change.wait if change.wait else None,
                sent_at=now if isinstance(one.said, Accepted) else None,
                provider_id=one.said.provider_id if isinstance(one.said, Accepted) else "",
            )
        )
        follow(session, one, now)


POINT = text("""
    SELECT p.id, p.school_id, p.guardian_id, p.channel FROM chat_message m
    JOIN conversation c ON c.id = m.conversation_id
    JOIN contact_point p ON p.guardian_id = c.guardian_id AND p.channel = c.channel
                        AND p.address = c.address AND p.ended_at IS NULL
    WHERE m.id = :id
""")
END = text("UPDATE contact_point SET ended_at = :now WHERE id = :id")
MOVE = text("""
    UPDATE contact_point SET address = :to WHERE id = :id
""")
MOVE_TALK = text("""
    UPDATE conversation SET address = :to WHERE id =
        (SELECT conversation_id FROM chat_message WHERE id = :id)
""")


def follow(session: Session, one: Heard, now: datetime) -> None:
    """A dead address ends, a refusal is a withdrawal, a moved chat is followed."""
    away = one.leaving
    match one.said:
        case AccountUnusable() as why:
            lanes.pause(session, away.account_id, until=now + PAUSE, reason=str(why), now=now)
        case Throttled(after=after) as why:
            until = now + (after or FIRST_WAIT)
            lanes.pause(
                session, away.account_id, until=until, reason=str(why), now=now, alert=False
            )
        case Moved(to=to):
            for point in session.execute(POINT, {"id": away.id}).all():
                session.execute(MOVE, {"id": point.id, "to": to})
            session.execute(MOVE_TALK, {"id": away.id, "to": to})
        case Gone() | OptedOut():
            for point in session.execute(POINT, {"id": away.id}).all():
                session.execute(END, {"id": point.id, "now": now})
                if isinstance(one.said, OptedOut):
                    channels = [Channel(point.channel)]
                    withdraw(session, point.school_id, point.guardian_id, channels, now=now)


def release(session: Session, channel: Channel, repeatable: set[UUID], now: datetime) -> None:
    """What a dead process held: sent again where the provider knows a repeat, else in doubt."""
    for row in session.execute(LOST, {"channel": channel, "now": now}).all():
        again = row.account_id in repeatable
        session.execute(
            update(ChatMessage)
            .where(ChatMessage.id == row.id)
            .values(
                status=Sending.QUEUED if again else Sending.UNKNOWN,
                due_at=now if again else None,
                reason="the process died",
            )
        )
