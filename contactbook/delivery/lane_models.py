"""Lanes and the accounts in them: by whose keys a school's messages leave."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from contactbook.db import Base, Keyed


class Lane(Keyed, Base):
    """The accounts of a school or a group of schools on one channel; the default one: all others'.

    A drain works one lane at a time, and what is due in it stands in one index of its own.
    """

    __tablename__ = "lane"
    __table_args__ = (
        UniqueConstraint("id", "channel"),
        Index("uq_lane_default", "channel", unique=True, postgresql_where=text("is_default")),
    )
    channel: Mapped[str]
    name: Mapped[str]
    is_default: Mapped[bool] = mapped_column(server_default=text("false"))
    seen_at: Mapped[datetime | None]  # of the default one: when a worker last looked


class SchoolLane(Base):
    __tablename__ = "school_lane"
    __table_args__ = (ForeignKeyConstraint(["lane_id", "channel"], ["lane.id", "lane.channel"]),)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    lane_id: Mapped[UUID]


class ChannelAccount(Keyed, Base):
    """One account at one provider: its keys, its limits, and how it is."""

    __tablename__ = "channel_account"
    __table_args__ = (
        ForeignKeyConstraint(["lane_id", "channel"], ["lane.id", "lane.channel"]),
        CheckConstraint("rate > 0", "rate"),
        CheckConstraint("daily_quota >= 0", "daily_quota"),
        CheckConstraint("weight BETWEEN 1 AND 100", "weight"),
        CheckConstraint("health > 0 AND health <= 1", "health"),
    )
    lane_id: Mapped[UUID] = mapped_column(index=True)
    channel: Mapped[str]
    provider: Mapped[str]  # "esms", "smpp", "zalo", …
    name: Mapped[str]
    door: Mapped[str] = mapped_column(unique=True)  # its callbacks: /hooks/{channel}/{door}…
    sealed: Mapped[bytes | None]  # its keys; none: they are in this server's environment
    version: Mapped[int] = mapped_column(server_default=text("1"))  # of the keys
    shares_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("channel_account.id")
    )  # keys and tokens are that one's
    rate: Mapped[float | None]  # messages a second
    daily_quota: Mapped[int | None]
    sent_on: Mapped[date | None]
    sent_today: Mapped[int] = mapped_column(server_default=text("0"))  # counted where a quota is
    weight: Mapped[int] = mapped_column(server_default=text("1"))
    health: Mapped[float] = mapped_column(server_default=text("1"))  # what its share is worth now
    paused_until: Mapped[datetime | None]
    alerted: Mapped[bool] = mapped_column(server_default=text("false"))  # staff should know
    reason: Mapped[str] = mapped_column(server_default="")
    struggling_since: Mapped[datetime | None]  # the first failed try since the last message taken
    secrets: Mapped[bytes | None]  # tokens that renew themselves, sealed
    renewing_until: Mapped[datetime | None]  # somebody is renewing them; nobody else does
    ended_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
