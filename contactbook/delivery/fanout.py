"""From an update to durable rows: one statement, for a class of 30 or a city of 350,000 guardians.

The same roads serve twice: `promise` takes each person's first open one, `fall_back` the next after
the one that was lost. `plan` says in Python what the CASE expressions here say in SQL.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    Subquery,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.orm import Session, aliased

from contactbook.clock import school_day
from contactbook.delivery.message import Words
from contactbook.delivery.models import Delivery, Wording
from contactbook.delivery.roads import NO_CONTACT, OPEN, REASONS, cheapness, lane_of, roads_of
from contactbook.delivery.status import Skip, Status
from contactbook.people.models import Guardianship
from contactbook.ports.channel import Channel
from contactbook.ports.entitlement import Entitlements

# How far one school's rows stand apart in the queue: whoever publishes five seconds after a school
# with thousands waits behind 250 of its rows. And the farthest any stands behind: see outbox.claim.
FAIR_STEP, FAIR_REACH = text("interval '20 milliseconds'"), text("interval '60 seconds'")
COLUMNS = [
    "month", "school_id", "update_id", "student_id", "guardian_id", "contact_point_id",
    "wording_id", "channel", "lane_id", "rank", "urgent", "status", "reason", "due_at", "turn_at",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Promise:
    """What `promise` needs to know of an update; `leaves_at` is after undo and quiet hours."""

    update_id: UUID
    month: date
    urgent: bool
    leaves_at: datetime
    held: bool


def write_words(
    session: Session,
    *,
    school_id: UUID,
    update_id: UUID,
    words: Mapping[UUID | None, Sequence[Words]],
) -> None:
    """Keep each wording once; key None: the same words for everybody."""
    rows = [
        {"school_id": school_id, "update_id": update_id, "student_id": about, **one.as_row()}
        for about, variants in words.items()
        for one in variants
        if one.purposes
    ]
    if rows:
        session.execute(insert(Wording), rows)


def receivers(students: Select[Any], on: date) -> Select[Any]:
    """(school, child, guardian, restricted) of all who are to be told about these children."""
    columns: tuple[Any, ...] = (Guardianship.student_id, Guardianship.guardian_id)
    return select(Guardianship.school_id, *columns, Guardianship.restricted).where(
        Guardianship.student_id.in_(students), Guardianship.receives, valid(on)
    )


def everybody(schools: Select[Any], on: date) -> Select[Any]:
    """The same for news about no single child: each guardian of these schools once."""
    return each_once(Guardianship.school_id.in_(schools), on)


def families(students: Select[Any], on: date) -> Select[Any]:
    """Each guardian of these children once, for news about none of them in particular."""
    return each_once(Guardianship.student_id.in_(students), on)


def each_once(whose: ColumnElement[bool], on: date) -> Select[Any]:
    nobody, restricted = null().cast(Uuid), func.bool_and(Guardianship.restricted)
    columns = (Guardianship.school_id, nobody.label("student_id"), Guardianship.guardian_id)
    return (
        select(*columns, restricted.label("restricted"))
        .where(whose, Guardianship.receives, valid(on))
        .group_by(Guardianship.school_id, Guardianship.guardian_id)
    )


def valid(on: date) -> ColumnElement[bool]:
    """Whether a guardianship holds on day `on`; its `valid_to` is the first day it does not."""
    return and_(
        Guardianship.valid_from <= on,
        or_(Guardianship.valid_to.is_(None), Guardianship.valid_to > on),
    )


def promise(
    session: Session,
    entitlements: Entitlements,
    audience: Select[Any],
    what: Promise,
    now: datetime,
) -> int:
    """Write one row for everybody in `audience`: queued on the first open road, or why not.

    Returns how many rows were written; nobody gets a second one (unique, on conflict nothing).
    """
    told = audience.subquery("told")
    person = select(
        told,
        literal(what.update_id, Uuid).label("update_id"),
        literal(what.month, Date).label("month"),
        literal(what.urgent).label("urgent"),
    ).subquery("person")
    roads = roads_of(person, entitlements.paid(school_day(now)), now)
    order = (roads.c.school_id, roads.c.student_id, roads.c.guardian_id)  # also that of `place`
    best = (
        select(roads)
        .ext(distinct_on(*order))
        .order_by(*order, roads.c.stage.desc(), roads.c.rank, roads.c.cheapness)
        .subquery("best")
    )
    is_open = best.c.stage == OPEN
    leaves = literal(what.leaves_at, DateTime(timezone=True))
    place = func.row_number().over(partition_by=best.c.school_id)
    waits = Status.HELD if what.held else Status.QUEUED
    rows = select(
        *(best.c[name] for name in COLUMNS[:5]),
        *(case((is_open, best.c[name])) for name in ("contact_point_id", "wording_id", "channel")),
        case((is_open, lane_of(best))),
        func.coalesce(best.c.rank, 0),
        best.c.urgent,
        case((is_open, waits.value), else_=Status.SKIPPED.value),
        why_not(best, "quiet" if what.held else ""),
        leaves,
        leaves + func.least(place * FAIR_STEP, FAIR_REACH),
    )
    return write(session, rows, wake=what.leaves_at <= now)


def why_not(best: Subquery, otherwise: str) -> ColumnElement[str]:
    return case(
        (best.c.restricted, Skip.RESTRICTED.value),
        *((best.c.stage == stage, reason.value) for stage, reason in REASONS.items()),
        (best.c.stage == NO_CONTACT, Skip.NO_CONTACT.value),
        else_=otherwise,
    )


def fall_back(
    session: Session, entitlements: Entitlements, lost: Sequence[UUID], *, now: datetime
) -> int:
    """Promise each lost message again on its guardian's next open road, as a row that follows it.

    A channel is tried once per update, and a message is followed once, however often it is lost:
    in doubt first, say, and refused later. Returns how many rows were written; where it is fewer
    than `lost`, somebody has no road left.
    """
    if not lost:
        return 0
    gone, tried = aliased(Delivery), aliased(Delivery)
    person = (
        select(
            *(getattr(gone, name) for name in ("school_id", "student_id", "guardian_id")),
            literal(value=False).label("restricted"),
            *(getattr(gone, name) for name in ("update_id", "month", "urgent")),
            gone.id.label("gone_id"),
            gone.rank.label("gone_rank"),
            gone.channel.label("gone_channel"),
        )
        .where(gone.id == any_(bindparam("lost", list(lost), type_=ARRAY(Uuid))))
        .subquery("person")
    )
    roads = roads_of(person, entitlements.paid(school_day(now)), now)
    taken = exists().where(
        tried.update_id == roads.c.update_id,
        tried.month == roads.c.month,
        tried.guardian_id == roads.c.guardian_id,
        tried.student_id.is_not_distinct_from(roads.c.student_id),
        or_(tried.channel == roads.c.channel, tried.follows_id == roads.c.gone_id),
    )
    moment = literal(now, DateTime(timezone=True))
    rows = (
        select(
            *(roads.c[name] for name in COLUMNS[:8]),
            lane_of(roads),
            *(roads.c[name] for name in COLUMNS[9:11]),
            literal(Status.QUEUED.value),
            literal(""),
            moment,
            moment,
            roads.c.gone_id,
        )
        .where(
            roads.c.stage == OPEN,
            tuple_(roads.c.rank, roads.c.cheapness)
            > tuple_(roads.c.gone_rank, cheapness(roads.c.gone_channel)),
            ~taken,
        )
        .ext(distinct_on(roads.c.gone_id))
        .order_by(roads.c.gone_id, roads.c.rank, roads.c.cheapness)
    )
    return write(session, rows, "follows_id", wake=True)


def write(session: Session, rows: Select[Any], *more: str, wake: bool) -> int:
    """Insert the rows of a query; a row that is there already stays as it is."""
    statement = pg_insert(Delivery).from_select([*COLUMNS, *more], rows, include_defaults=False)
    result = session.connection().execute(
        statement.on_conflict_do_nothing(constraint="uq_delivery_once"),
        execution_options={"preserve_rowcount": True},
    )
    if wake and result.rowcount:  # read by delivery.tasks once the transaction is committed
        session.info["wake"] = set(Channel)
    return int(result.rowcount)
