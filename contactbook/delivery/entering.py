"""Accounts come and go: entered for a school or a group of schools, changed, ended.

What waits to leave goes along: a school's queue moves to the lane its messages leave by from now.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contactbook.delivery.accounts import Safe, default_lane
from contactbook.delivery.lane_models import ChannelAccount, Lane, SchoolLane
from contactbook.ports.channel import Channel

REROUTE = text("""
    UPDATE delivery SET lane_id = :lane
    WHERE school_id = ANY(:schools) AND channel = :channel AND lane_id <> :lane
      AND status IN ('queued', 'held', 'claimed')
""")


@dataclass(frozen=True, slots=True)
class NewAccount:
    """What the office or an operator enters; no school: for all that have none of their own."""

    channel: Channel
    provider: str
    name: str
    keys: Mapping[str, Any] = field(repr=False)
    schools: Sequence[UUID] = ()
    rate: float | None = None
    daily_quota: int | None = None
    weight: int = 1
    shares_id: UUID | None = None  # the account whose keys and tokens it uses: it has none itself


def enter(session: Session, safe: Safe, new: NewAccount) -> ChannelAccount:
    """A further account in the lane of these schools; they get one of their own if they have none.

    Raises ValueError when they have different ones: then one account cannot serve them all.
    """
    lane_id = lane_of(session, new)
    account = ChannelAccount(
        lane_id=lane_id,
        channel=new.channel,
        provider=new.provider,
        name=new.name,
        door=secrets.token_urlsafe(12),
        sealed=None if new.shares_id else safe.seal(new.keys),
        shares_id=new.shares_id,
        rate=new.rate,
        daily_quota=new.daily_quota,
        weight=new.weight,
    )
    session.add(account)
    session.flush()
    return account


def lane_of(session: Session, new: NewAccount) -> UUID:
    if not new.schools:
        return default_lane(new.channel)
    own = session.scalars(
        select(SchoolLane.lane_id)
        .where(SchoolLane.school_id.in_(new.schools), SchoolLane.channel == new.channel)
        .distinct()
    ).all()
    if len(own) > 1:
        raise ValueError("these schools have accounts of different lanes")
    lane_id = own[0] if own else None
    if lane_id is None:
        lane = Lane(channel=new.channel, name=new.name)
        session.add(lane)
        session.flush()
        lane_id = lane.id
    rows = [{"school_id": one, "channel": new.channel, "lane_id": lane_id} for one in new.schools]
    session.execute(insert(SchoolLane).values(rows).on_conflict_do_nothing())
    reroute(session, new.schools, new.channel, lane_id)
    return lane_id


def reroute(session: Session, schools: Sequence[UUID], channel: Channel, lane_id: UUID) -> None:
    values = {"schools": list(schools), "channel": channel, "lane": lane_id}
    session.execute(REROUTE, values)
    session.info["wake"] = set(Channel)


def change_keys(session: Session, safe: Safe, account_id: UUID, keys: Mapping[str, Any]) -> None:
    """New keys: every process builds its adapter anew within seconds, and a pause is over."""
    account = session.get_one(ChannelAccount, account_id, with_for_update=True)
    account.sealed, account.version = safe.seal(keys), account.version + 1
    account.paused_until, account.alerted, account.reason = None, False, ""


def end(session: Session, account_id: UUID, *, now: datetime) -> None:
    """The account is used no more; with the last one of a lane its schools go back to ours."""
    account = session.get_one(ChannelAccount, account_id, with_for_update=True)
    account.ended_at, account.sealed, account.secrets = now, None, None
    session.flush()
    left = select(func.count()).select_from(ChannelAccount)
    others = left.where(
        ChannelAccount.lane_id == account.lane_id, ChannelAccount.ended_at.is_(None)
    )
    channel = Channel(account.channel)
    if session.scalar(others) or account.lane_id == default_lane(channel):
        return
    schools = session.scalars(
        delete(SchoolLane)
        .where(SchoolLane.lane_id == account.lane_id)
        .returning(SchoolLane.school_id)
    ).all()
    reroute(session, schools, channel, default_lane(channel))
