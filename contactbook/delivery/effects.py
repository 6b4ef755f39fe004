"""What a refusal says of a person's address: it is dead, closed for now, elsewhere, or unwanted."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from contactbook.people import consent
from contactbook.people.consent import ConsentState, Method, Purpose
from contactbook.ports.channel import (
    Channel,
    Gone,
    Moved,
    NotReachable,
    OptedOut,
    SendFailed,
    TryAgain,
    WindowClosed,
)

SOFT_MOST, SOFT_WITHIN = 3, timedelta(days=7)  # soft bounces after which a mailbox is given up

POINTS = text("""
    SELECT d.id AS delivery_id, p.id, p.school_id, p.guardian_id, p.channel
    FROM delivery d JOIN contact_point p ON p.id = d.contact_point_id WHERE d.id = ANY(:ids)
""")
END = text("UPDATE contact_point SET ended_at = :now WHERE id = :id AND ended_at IS NULL")
CLOSE = text("UPDATE contact_point SET window_ends_at = :now WHERE id = :id")
MOVE = text("UPDATE contact_point SET address = :to WHERE id = :id")
SOFT = text("""
    UPDATE contact_point SET
        soft_bounces = CASE WHEN soft_since > :since THEN soft_bounces + 1 ELSE 1 END,
        soft_since = CASE WHEN soft_since > :since THEN soft_since ELSE :now END,
        ended_at = CASE WHEN soft_since > :since AND soft_bounces + 1 >= :most
                        THEN coalesce(ended_at, :now) ELSE ended_at END
    WHERE id = :id
""")
NAMED: dict[str, type[SendFailed]] = {
    one.__name__: one for one in (Gone, OptedOut, WindowClosed, NotReachable, TryAgain)
}


def follow(session: Session, said: Mapping[UUID, SendFailed], *, now: datetime) -> None:
    """Do to each delivery's contact point what was said of it."""
    if not said:
        return
    for point in session.execute(POINTS, {"ids": list(said)}).all():
        match said[point.delivery_id]:
            case Gone():
                session.execute(END, {"id": point.id, "now": now})
            case OptedOut():
                session.execute(END, {"id": point.id, "now": now})
                withdraw(
                    session, point.school_id, point.guardian_id, [Channel(point.channel)], now=now
                )
            case WindowClosed():
                session.execute(CLOSE, {"id": point.id, "now": now})
            case Moved(to=to):
                session.execute(MOVE, {"id": point.id, "to": to})
            case TryAgain():
                values = {"since": now - SOFT_WITHIN, "most": SOFT_MOST}
                session.execute(SOFT, {"id": point.id, "now": now, **values})
            case _:
                pass


def withdraw(
    session: Session,
    school_id: UUID,
    guardian_id: UUID,
    channels: Iterable[Channel],
    *,
    now: datetime,
    evidence: bytes | None = None,
) -> int:
    """She wants nothing more there: every purpose of every child, in the ledger, at once.

    Returns how many children it was about. Queued messages are skipped at their last look.
    """
    states = session.scalars(
        select(ConsentState).where(
            ConsentState.guardian_id == guardian_id,
            ConsentState.channel.in_({one.agreed_as.value for one in channels}),
            ConsentState.purposes != 0,
        )
    ).all()
    for state in states:
        consent.record(
            session,
            school_id=school_id,
            guardian_id=guardian_id,
            student_ids=[state.student_id],
            channels=[Channel(state.channel)],
            purposes=Purpose(state.purposes),
            granted=False,
            method=Method.CHAT,
            evidence=evidence,
            now=now,
        )
    return len({state.student_id for state in states})
