"""The outbox: words kept once, a row per message, and what providers said.

`delivery` is partitioned by the month of its update, so that a claim, a purge and a vacuum touch
one month; `month` is a function of the update, so uniqueness per update holds across partitions.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from contactbook.db import Base, Keyed
from contactbook.delivery.status import Status


class Wording(Keyed, Base):
    """How an update reads on one channel about one child (`student_id` empty: about the school).

    `parts` are said or left out by what each guardian agreed to, when her message leaves:
    [{"purpose": 2, "text": "ăn hết suất trưa", "clause": true}, …].
    """

    __tablename__ = "wording"
    __table_args__ = (
        UniqueConstraint("update_id", "student_id", "channel", postgresql_nulls_not_distinct=True),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    update_id: Mapped[UUID] = mapped_column(ForeignKey("published_update.id"))
    student_id: Mapped[UUID | None] = mapped_column(ForeignKey("student.id"))
    channel: Mapped[str]
    subject: Mapped[str] = mapped_column(server_default="")
    head: Mapped[str]
    lead: Mapped[str] = mapped_column(server_default="")  # opens the sentence of the clauses
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    foot: Mapped[str]
    purposes: Mapped[int]  # of all parts


class Delivery(Base):
    """One message of one update about one child to one guardian."""

    __tablename__ = "delivery"
    __table_args__ = (
        PrimaryKeyConstraint("id", "month"),
        UniqueConstraint(
            "update_id",
            "student_id",
            "guardian_id",
            "channel",
            "month",
            name="uq_delivery_once",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint(
            "coalesce(channel, '') IN ('zalo', 'zbs', 'telegram', 'email', 'sms') "
            "OR (channel IS NULL AND status = 'skipped')",
            "channel",
        ),
        CheckConstraint(
            "status IN (" + ", ".join(f"'{status}'" for status in Status) + ")", "status"
        ),
        CheckConstraint("(reason <> '') OR status <> 'skipped'", "skipped_has_reason"),
        Index(
            "ix_delivery_due",
            "lane_id",
            text("urgent DESC"),
            "turn_at",
            postgresql_where=text("status IN ('queued', 'held')"),
        ),
        Index(
            "ix_delivery_lease",
            "due_at",
            postgresql_where=text("status IN ('claimed', 'sending')"),
        ),
        Index(
            "ix_delivery_unheard",
            "channel",
            "sent_at",
            postgresql_where=text("status IN ('sent', 'unknown')"),
        ),
        Index(
            "ix_delivery_provider",
            "provider_id",
            postgresql_where=text("provider_id <> ''"),
        ),
        {"postgresql_partition_by": "RANGE (month)"},
    )
    id: Mapped[UUID] = mapped_column(server_default=text("uuidv7()"))
    month: Mapped[date]
    school_id: Mapped[UUID]
    update_id: Mapped[UUID] = mapped_column(ForeignKey("published_update.id"))
    student_id: Mapped[UUID | None] = mapped_column(ForeignKey("student.id"))
    guardian_id: Mapped[UUID] = mapped_column(ForeignKey("guardian.id"))
    contact_point_id: Mapped[UUID | None]
    wording_id: Mapped[UUID | None]
    channel: Mapped[str | None]
    lane_id: Mapped[UUID | None]  # whose accounts may send it
    account_id: Mapped[UUID | None]  # who has it, or had it last
    rank: Mapped[int] = mapped_column(
        server_default=text("0")
    )  # of her contact point, when planned
    urgent: Mapped[bool] = mapped_column(server_default=text("false"))
    status: Mapped[str] = mapped_column(server_default=Status.QUEUED.value)
    reason: Mapped[str] = mapped_column(server_default="")  # a Skip or an Ailment
    detail: Mapped[str] = mapped_column(server_default="")  # the provider's code, no personal data
    due_at: Mapped[datetime]  # not before; once claimed: until when the claim holds
    turn_at: Mapped[datetime]  # the order among those due: fair between schools
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    round: Mapped[int] = mapped_column(server_default=text("0"))  # anew because a person said so
    said: Mapped[int] = mapped_column(server_default=text("0"))  # purposes that left
    provider_id: Mapped[str] = mapped_column(server_default="")
    units: Mapped[int] = mapped_column(server_default=text("0"))
    cost_vnd: Mapped[int] = mapped_column(server_default=text("0"))  # of all attempts
    last_cost_vnd: Mapped[int] = mapped_column(server_default=text("0"))
    follows_id: Mapped[UUID | None]  # the delivery whose channel failed
    sent_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]  # delivered, read, failed …: when we learned it


class ReceiptLine(Keyed, Base):
    """What a provider said, as it came; append-only."""

    __tablename__ = "receipt"
    channel: Mapped[str]
    heard: Mapped[str]
    reference: Mapped[UUID | None]
    provider_id: Mapped[str] = mapped_column(server_default="")
    at: Mapped[datetime | None]
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
    reason: Mapped[str] = mapped_column(server_default="")
    cost_vnd: Mapped[int | None]
    account_id: Mapped[UUID | None]
    means: Mapped[str] = mapped_column(server_default="")  # of a failure: a kind of SendFailed


class ParkedReceipt(Base):
    """A receipt that came before its delivery's own answer was written."""

    __tablename__ = "parked_receipt"
    __table_args__ = (Index("ix_parked_receipt_of", "channel", "provider_id"),)
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipt.id"), primary_key=True)
    channel: Mapped[str]
    account_id: Mapped[UUID | None]
    provider_id: Mapped[str]
    parked_at: Mapped[datetime] = mapped_column(server_default=func.now())
