"""What came back from providers is written down: each message forward, and what follows from it."""

import dataclasses
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from contactbook.delivery import effects
from contactbook.delivery.consequence import PAUSE, Change
from contactbook.delivery.fanout import fall_back
from contactbook.delivery.outbox import within
from contactbook.delivery.status import Status
from contactbook.ports.entitlement import Entitlements

# A receipt may have been quicker than our own answer: then its word stays, and only what the
# provider calls the message is added. `attempt` keeps an answer out that its lease outlived; one
# that comes late to a doubt may settle it, but not send anything again.
FRESH = "(d.status = 'sending' OR d.status = 'unknown' AND c.status <> 'queued')"
SETTLE = """
    UPDATE delivery AS d SET
        status = CASE WHEN {fresh} THEN c.status ELSE d.status END,
        reason = CASE WHEN {fresh} THEN c.reason ELSE d.reason END,
        detail = CASE WHEN {fresh} THEN c.detail ELSE d.detail END,
        due_at = CASE WHEN {fresh} THEN coalesce(c.due_at, d.due_at) ELSE d.due_at END,
        turn_at = CASE WHEN {fresh} THEN coalesce(c.due_at, d.turn_at) ELSE d.turn_at END,
        provider_id = coalesce(nullif(c.provider_id, ''), d.provider_id),
        units = d.units + CASE WHEN {fresh} OR d.last_cost_vnd = 0 THEN c.units ELSE 0 END,
        cost_vnd = d.cost_vnd
            + CASE WHEN {fresh} OR d.last_cost_vnd = 0 THEN c.cost_vnd ELSE 0 END,
        last_cost_vnd = CASE WHEN {fresh} OR d.last_cost_vnd = 0 THEN c.cost_vnd
                             ELSE d.last_cost_vnd END,  -- else the receipt has said it already
        account_id = CASE WHEN {fresh} AND c.free THEN NULL ELSE d.account_id END,
        ended_at = CASE WHEN {fresh} AND c.ended THEN :now ELSE d.ended_at END
    FROM jsonb_to_recordset(CAST(:changes AS jsonb)) AS c(
        id uuid, month date, attempt int, status text, reason text, detail text,
        due_at timestamptz, provider_id text, units int, cost_vnd int, ended boolean,
        free boolean)
    WHERE d.id = c.id AND d.month = c.month AND d.attempts = c.attempt
      AND d.id = ANY(:ids) AND d.month IN ({months})  -- so that only these rows are looked at
      AND d.status NOT IN ('queued', 'claimed')
    RETURNING d.id, d.status, d.reason
"""
SETTLED = SETTLE.replace("{fresh}", FRESH)


def settle(
    session: Session, entitlements: Entitlements, changes: Sequence[Change], *, now: datetime
) -> None:
    """Write what became of a group of messages; those that failed go on by the next channel."""
    if not changes:
        return
    rows = session.execute(
        within(SETTLED, frozenset(one.month for one in changes)),
        {
            "changes": json.dumps([fields(one) for one in changes], default=str),
            "ids": [one.id for one in changes],
            "now": now,
        },
    )
    written = rows.all()
    effects.follow(session, {one.id: one.effect for one in changes if one.effect}, now=now)
    lost = [row.id for row in written if row.status == Status.FAILED]
    fall_back(session, entitlements, lost, now=now)
    stuck = [row.id for row in written if row.status == Status.FAILED and row.reason == "account"]
    keep_waiting(session, stuck, until=now + PAUSE)


# Urgent behind a dead account, and no other road: it waits for the account after all.
KEEP_WAITING = text("""
    UPDATE delivery d SET status = 'queued', due_at = :until, turn_at = :until, ended_at = NULL
    WHERE d.id = ANY(:ids) AND d.status = 'failed' AND d.reason = 'account'
      AND NOT EXISTS (SELECT FROM delivery f WHERE f.follows_id = d.id AND f.month = d.month)
""")


def keep_waiting(session: Session, ids: Sequence[UUID], *, until: datetime) -> None:
    """Of messages given up because of their account, those that nothing follows wait on."""
    if ids:
        session.execute(KEEP_WAITING, {"ids": list(ids), "until": until})


def fields(change: Change) -> dict[str, object]:
    """What `dataclasses.asdict` says, without its deep copies: a tenth of a message's cost."""
    return {name: getattr(change, name) for name in CHANGED}


CHANGED = [field.name for field in dataclasses.fields(Change) if field.name != "effect"]
