"""The database is the queue: claim a chunk, let a turn leave, take back, send again.

Each is one statement for many rows. Nobody holds a transaction while a provider is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from contactbook.clock import school_day
from contactbook.delivery.fanout import fall_back
from contactbook.delivery.message import Words, words_of
from contactbook.delivery.status import Skip, Status
from contactbook.ports.channel import Channel, Picture
from contactbook.ports.entitlement import Entitlements


@dataclass(frozen=True, slots=True)
class Claim:
    id: UUID
    month: date  # its partition
    urgent: bool
    account_id: UUID | None  # who tried it before, and may know it


@dataclass(frozen=True, slots=True)
class Turn:
    """A claimed message, and whose turn it is to send it."""

    id: UUID
    month: date
    account_id: UUID


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message about to leave: marked, counted, and checked a last time."""

    id: UUID
    month: date
    account_id: UUID
    attempt: int  # this try's number; an answer to an older one is not believed
    round: int  # how often a person has sent it again
    urgent: bool
    address: str
    words: Words
    allowed: int  # purposes its guardian agrees to at this moment
    school: str
    school_phone: str
    guardian_id: UUID
    unsubscribe_url: str = ""  # e-mail only
    picture: Picture | None = None


PLAN_ONCE = text("SET LOCAL plan_cache_mode = force_generic_plan")


def plan_once(session: Session) -> None:
    """Let the statements below keep their plans, for the rest of this transaction.

    Over all the months of `delivery` planning one costs more than running it, and no value we ask
    with makes another plan better.
    """
    session.execute(PLAN_ONCE)


# `turn_at` is never before `due_at` and at most a minute behind it (fanout.FAIR_REACH), so the
# bound on it ends the index scan at rows that may be due: what is held until morning is not read.
CLAIM = """
    WITH due AS MATERIALIZED (  -- not a bare subquery: that may run more than once, and take all
        SELECT id, month FROM delivery
        WHERE lane_id = :lane AND status IN ('queued', 'held')
          AND turn_at <= CAST(:now AS timestamptz) + interval '60 seconds' AND due_at <= :now
          {who}
          AND EXISTS (SELECT FROM channel_account a WHERE a.lane_id = :lane
                      AND a.ended_at IS NULL AND coalesce(a.paused_until <= :now, true))
        ORDER BY urgent DESC, turn_at
        LIMIT :most FOR UPDATE SKIP LOCKED)
    UPDATE delivery AS d SET status = 'claimed', due_at = :lease
    FROM due WHERE d.id = due.id AND d.month = due.month
    RETURNING d.id, d.month, d.urgent, d.account_id
"""
CLAIM_ALL, CLAIM_URGENT = text(CLAIM.format(who="")), text(CLAIM.format(who="AND urgent"))


def claim(
    session: Session, lane_id: UUID, *, most: int, awake: bool, now: datetime, lease: timedelta
) -> list[Claim]:
    """Take up to `most` due messages of a lane for `lease`; routine ones only when `awake`."""
    rows = session.execute(
        CLAIM_ALL if awake else CLAIM_URGENT,
        {"lane": lane_id, "most": most, "now": now, "lease": now + lease},
    )
    return [Claim(*row) for row in rows]


# The last look: rights, consent and address as they are now, not as they were when it was written.
LEAVE = """
    WITH turn AS (
        SELECT d.id, d.month, d.status, c.id AS point_id, c.address, w.channel, w.subject, w.head,
               w.lead, w.parts, w.foot, s.name AS school, s.phone AS school_phone,
               w.purposes & (CASE WHEN d.urgent THEN 64 ELSE 0 END | coalesce((
                   SELECT bit_or(a.purposes) FROM consent_state a
                   WHERE a.guardian_id = d.guardian_id
                     AND a.channel = CASE d.channel WHEN 'zbs' THEN 'zalo' ELSE d.channel END
                     AND (d.student_id IS NULL OR a.student_id = d.student_id)), 0))
               AS allowed,  -- 64: Purpose.SAFETY
               EXISTS (
                   SELECT FROM guardianship g
                   WHERE g.guardian_id = d.guardian_id
                     AND (d.student_id IS NULL OR g.student_id = d.student_id)
                     AND g.receives AND NOT g.restricted AND g.valid_from <= :today
                     AND (g.valid_to IS NULL OR g.valid_to > :today)) AS entitled,
               c.id IS NOT NULL AS reachable
        FROM delivery d
        LEFT JOIN wording w ON w.id = d.wording_id
        LEFT JOIN school s ON s.id = d.school_id
        LEFT JOIN LATERAL (  -- the address it was promised to, else her present one
            SELECT p.id, p.address FROM contact_point p
            WHERE p.guardian_id = d.guardian_id AND p.channel = d.channel
              AND p.verified_at IS NOT NULL AND p.ended_at IS NULL
            ORDER BY (p.id = d.contact_point_id) DESC, p.rank, p.id LIMIT 1) c ON true
        WHERE d.id = ANY(:ids) AND d.month IN ({months})  -- by key: the lease index is all churn
        FOR UPDATE OF d),
    judged AS (
        SELECT turn.*, CASE WHEN NOT entitled THEN 'restricted'
                            WHEN reachable IS NOT TRUE THEN 'no_contact'
                            WHEN allowed IS NULL THEN 'no_words'
                            WHEN allowed = 0 THEN 'no_consent' ELSE '' END AS obstacle
        FROM turn WHERE status = 'claimed')
    UPDATE delivery AS d SET
        status = CASE WHEN t.obstacle = '' THEN 'sending' ELSE 'skipped' END,
        reason = t.obstacle,
        attempts = d.attempts + (t.obstacle = '')::int,
        account_id = (CAST(:accounts AS uuid[]))[array_position(CAST(:ids AS uuid[]), d.id)],
        contact_point_id = coalesce(t.point_id, d.contact_point_id),
        last_cost_vnd = 0,
        said = CASE WHEN t.obstacle = '' THEN t.allowed ELSE 0 END,
        due_at = :lease,
        sent_at = CASE WHEN t.obstacle = '' THEN :now ELSE d.sent_at END,
        ended_at = CASE WHEN t.obstacle = '' THEN NULL ELSE CAST(:now AS timestamptz) END
    FROM judged t WHERE d.id = t.id AND d.month = t.month AND d.month IN ({months})
    RETURNING d.id, d.month, d.status, d.reason, d.account_id, d.attempts, d.round, d.urgent,
              d.said, t.address,
              t.channel, t.subject, t.head, t.lead, t.parts, t.foot,
              coalesce(t.school, '') AS school, coalesce(t.school_phone, '') AS school_phone,
              d.guardian_id
"""


@cache
def within(statement: str, months: frozenset[date]) -> TextClause:
    """`statement` on the partitions of these months.

    They are named in its text, so that the plan that is kept knows no others: opening a year of
    partitions costs more than a group of messages.
    """
    return text(statement.format(months=", ".join(f"DATE '{month}'" for month in sorted(months))))


def leave(
    session: Session,
    entitlements: Entitlements,
    turn: Sequence[Turn],
    *,
    now: datetime,
    lease: timedelta,
) -> list[Leaving]:
    """Mark those of `turn` that are still ours and may still leave; the others are skipped.

    A row is marked before its message leaves: should we die, we know which few may have gone.
    """
    if not turn:
        return []
    rows = session.execute(
        within(LEAVE, frozenset(one.month for one in turn)),
        {
            "ids": [one.id for one in turn],
            "accounts": [one.account_id for one in turn],
            "today": school_day(now),
            "now": now,
            "lease": now + lease,
        },
    ).all()
    closed = [
        row.id
        for row in rows
        if row.status == Status.SKIPPED and row.reason != Skip.RESTRICTED  # that closes all roads
    ]
    fall_back(session, entitlements, closed, now=now)
    return [
        Leaving(
            id=row.id,
            month=row.month,
            account_id=row.account_id,
            attempt=row.attempts,
            round=row.round,
            urgent=row.urgent,
            address=row.address,
            words=words_of(row._asdict()),
            allowed=row.said,
            school=row.school,
            school_phone=row.school_phone,
            guardian_id=row.guardian_id,
        )
        for row in rows
        if row.status == Status.SENDING
    ]


GIVE_BACK = text("""
    UPDATE delivery SET status = 'queued', due_at = :now
    WHERE id = ANY(:ids) AND month = ANY(:months) AND status = 'claimed'
""")


def give_back(session: Session, claims: Sequence[Claim], *, now: datetime) -> None:
    """Put claimed messages that did not leave back into the queue at once."""
    if claims:
        ids, months = [one.id for one in claims], list({one.month for one in claims})
        session.execute(GIVE_BACK, {"ids": ids, "months": months, "now": now})


# A message taken back before its time: whoever holds the row decides, so it is recalled or it left.
RECALL = text("""
    UPDATE delivery SET status = 'recalled', ended_at = :now
    WHERE update_id = :update_id AND month = :month AND status IN ('queued', 'held', 'claimed')
""")


def recall(session: Session, *, update_id: UUID, month: date, now: datetime) -> int:
    """Take back every message of an update that has not left; returns how many."""
    return affected(session, RECALL, update_id=update_id, month=month, now=now)


# A person's word on a message that failed or whose outcome nobody knows. Attempts are counted on:
# they number the tries, and an answer to an earlier one must not be taken for this one's.
SEND_AGAIN = text("""
    UPDATE delivery SET status = 'queued', reason = '', detail = '', round = round + 1,
                        due_at = :now, turn_at = :now, ended_at = NULL
    WHERE id = :id AND update_id = :update_id AND status IN ('failed', 'unknown')
""")


def send_again(session: Session, *, delivery_id: UUID, update_id: UUID, now: datetime) -> int:
    """Queue one failed or unknown message once more: only ever because a person says so."""
    session.info["wake"] = set(Channel)
    return affected(session, SEND_AGAIN, id=delivery_id, update_id=update_id, now=now)


def affected(session: Session, statement: TextClause, **values: object) -> int:
    result = session.connection().execute(statement, values)
    return int(result.rowcount)
