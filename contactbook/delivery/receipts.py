"""What a provider later says of a message: kept as it came, and applied forward only."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from contactbook.clock import school_day
from contactbook.delivery import effects
from contactbook.delivery.fanout import fall_back
from contactbook.delivery.models import ParkedReceipt, ReceiptLine
from contactbook.delivery.status import ARRIVED, Status, may_become
from contactbook.ports.channel import Heard, Receipt, TryAgain
from contactbook.ports.entitlement import Entitlements

OLDEST = timedelta(days=40)  # nobody says anything of an older message: bounds the partitions read

# Found by our own reference, else by the provider's id for it; the row is held while it is judged.
FIND = text("""
    SELECT id, month FROM delivery
    WHERE channel = :channel AND month BETWEEN :since AND :until
      AND (id = :reference OR (provider_id <> '' AND provider_id = :said
           AND (CAST(:account AS uuid) IS NULL OR account_id = :account)))
    ORDER BY id = :reference DESC LIMIT 1 FOR UPDATE
""")
ADVANCE = text("""
    UPDATE delivery SET status = :status, ended_at = coalesce(:at, :now),
        reason = :reason, detail = CASE WHEN :detail = '' THEN detail ELSE :detail END,
        provider_id = CASE WHEN provider_id = '' THEN :said ELSE provider_id END,
        cost_vnd = cost_vnd + coalesce(CAST(:cost AS int) - last_cost_vnd, 0),
        last_cost_vnd = coalesce(:cost, last_cost_vnd)
    WHERE id = :id AND month = :month AND status = ANY(:before) AND attempts > 0
    RETURNING update_id, guardian_id, student_id
""")
# The first message arrived after all: the one that was to follow it need not leave any more.
NEEDLESS = text("""
    UPDATE delivery SET status = 'skipped', reason = 'arrived', ended_at = :now
    WHERE update_id = :update_id AND month = :month AND guardian_id = :guardian_id
      AND student_id IS NOT DISTINCT FROM :student_id AND id <> :id
      AND status IN ('queued', 'held', 'claimed')
""")
MEANING = {
    Heard.DELIVERED: Status.DELIVERED,
    Heard.READ: Status.READ,
    Heard.FAILED: Status.FAILED,
}


def apply(
    session: Session,
    entitlements: Entitlements,
    receipt: Receipt,
    *,
    now: datetime,
    account_id: UUID | None = None,
) -> None:
    """Keep `receipt`; advance its delivery, or park it until that one's own answer is written.

    Providers number their messages each for himself: `account_id` says whose number it is.
    """
    receipt_id = session.execute(
        insert(ReceiptLine)
        .values(
            channel=receipt.channel,
            heard=receipt.heard,
            reference=receipt.reference,
            provider_id=receipt.provider_id,
            at=receipt.at,
            reason=receipt.reason[:200],
            cost_vnd=receipt.cost_vnd,
            account_id=account_id,
            means=receipt.means.__name__ if receipt.means else "",
        )
        .returning(ReceiptLine.id)
    ).scalar_one()
    known = advance(session, entitlements, receipt, now=now, account_id=account_id)
    if not known and receipt.provider_id:
        park(session, receipt_id, receipt, account_id, now)


def park(
    session: Session, receipt_id: UUID, receipt: Receipt, account_id: UUID | None, now: datetime
) -> None:
    session.execute(
        insert(ParkedReceipt).values(
            receipt_id=receipt_id,
            channel=receipt.channel,
            account_id=account_id,
            provider_id=receipt.provider_id,
            parked_at=now,
        )
    )


def advance(
    session: Session,
    entitlements: Entitlements,
    receipt: Receipt,
    *,
    now: datetime,
    account_id: UUID | None,
) -> bool:
    """Move the delivery forward if the receipt is news; False: we know no such delivery yet."""
    said = {"reference": receipt.reference, "said": receipt.provider_id, "account": account_id}
    found = session.execute(FIND, {"channel": receipt.channel, **said, **months(now)}).one_or_none()
    if found is None:
        return False
    status = MEANING[receipt.heard]
    moved = session.execute(
        ADVANCE,
        {
            "id": found.id,
            "month": found.month,
            "status": status,
            "before": [before.value for before in may_become(status)],
            "reason": "unreachable" if status is Status.FAILED else "",
            "detail": receipt.reason[:200],
            "at": receipt.at,
            "now": now,
            "said": receipt.provider_id,
            "cost": receipt.cost_vnd,
        },
    ).one_or_none()
    # A complaint comes after "delivered" and moves nothing, but says what she wants all the same.
    if receipt.means is not None and (moved is not None or receipt.means is not TryAgain):
        effects.follow(session, {found.id: receipt.means(receipt.reason)}, now=now)
    if moved is not None and status is Status.FAILED:
        fall_back(session, entitlements, [found.id], now=now)
    if moved is not None and status in ARRIVED:
        session.execute(
            NEEDLESS, {"id": found.id, "month": found.month, "now": now, **moved._asdict()}
        )
    return True


def months(now: datetime) -> dict[str, date]:
    """The partitions in which a message may lie that somebody still speaks of."""
    since, until = school_day(now - OLDEST), school_day(now + timedelta(days=1))
    return {"since": since.replace(day=1), "until": until.replace(day=1)}


UNPARK = text("""
    WITH known AS (
        SELECT p.receipt_id FROM parked_receipt p
        WHERE EXISTS (SELECT FROM delivery d
                      WHERE d.provider_id = p.provider_id AND d.channel = p.channel
                        AND (p.account_id IS NULL OR d.account_id = p.account_id)
                        AND d.provider_id <> '' AND d.month BETWEEN :since AND :until)
        ORDER BY p.parked_at LIMIT 1000 FOR UPDATE SKIP LOCKED),
    taken AS (DELETE FROM parked_receipt p USING known k WHERE p.receipt_id = k.receipt_id
              RETURNING p.receipt_id)
    SELECT r.channel, r.heard, r.reference, r.provider_id, r.at, r.reason, r.cost_vnd,
           r.account_id, r.means
    FROM receipt r JOIN taken t ON t.receipt_id = r.id
    ORDER BY r.received_at
""")
FORGET = text("DELETE FROM parked_receipt WHERE parked_at < :long_ago")
PATIENCE = timedelta(hours=1)  # our own answer is written within a lease, or never


def unpark(session: Session, entitlements: Entitlements, *, now: datetime) -> int:
    """Apply the receipts whose deliveries are known by now; give up on those of an hour ago."""
    found = session.execute(UNPARK, months(now)).all()
    for row in found:
        receipt = Receipt(
            channel=row.channel,
            heard=Heard(row.heard),
            reference=row.reference,
            provider_id=row.provider_id,
            at=row.at,
            reason=row.reason,
            cost_vnd=row.cost_vnd,
            means=effects.NAMED.get(row.means),
        )
        advance(session, entitlements, receipt, now=now, account_id=row.account_id)
    session.execute(FORGET, {"long_ago": now - PATIENCE})
    return len(found)
