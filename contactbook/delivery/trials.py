"""One message to somebody of the office, to see what a provider says to it.

It is asked for in one transaction and answered in another: none is open while it is on its way.
The address is not kept.
"""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from contactbook.db import Base, Keyed, Sessions, of_one_school, transaction
from contactbook.ports.account import Account
from contactbook.ports.channel import OutcomeUnknown, Outgoing, SendFailed

MOST, WITHIN = 5, timedelta(minutes=10)  # trials of one school
PATIENCE = 60.0  # seconds for an answer


class AccountTrial(Keyed, Base):
    __tablename__ = "account_trial"
    __table_args__ = (
        Index("ix_account_trial_school", "school_id", "asked_at"),
        of_one_school("staff_id", "staff"),
    )
    school_id: Mapped[UUID] = mapped_column(ForeignKey("school.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("channel_account.id"))
    staff_id: Mapped[UUID]
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(server_default="")  # "accepted", or the failure's name
    detail: Mapped[str] = mapped_column(server_default="")  # the provider's own word
    cost_vnd: Mapped[int] = mapped_column(server_default="0")


def too_many(session: Session, school_id: UUID, now: datetime) -> bool:
    recent = select(func.count()).where(
        AccountTrial.school_id == school_id, AccountTrial.asked_at > now - WITHIN
    )
    return (session.scalar(recent) or 0) >= MOST


def latest(
    session: Session, school_id: UUID, account_id: UUID, now: datetime
) -> AccountTrial | None:
    """The last trial of an account, while it is news."""
    return session.scalars(
        select(AccountTrial)
        .where(
            AccountTrial.school_id == school_id,
            AccountTrial.account_id == account_id,
            AccountTrial.asked_at > now - WITHIN,
        )
        .order_by(AccountTrial.asked_at.desc(), AccountTrial.id.desc())
        .limit(1)
    ).one_or_none()


async def carry_out(sessions: Sessions, account: Account, message: Outgoing, at: datetime) -> None:
    """Send it and write down what was said; `message.reference` is the trial's id."""
    outcome, detail, cost = "accepted", "", 0
    try:
        async with asyncio.timeout(PATIENCE):
            cost = (await account.adapter.send(message)).cost_vnd
    except SendFailed as failure:
        outcome, detail = type(failure).__name__, str(failure)
    except Exception as fault:  # noqa: BLE001 whatever it is, a person is waiting for a word
        outcome, detail = OutcomeUnknown.__name__, type(fault).__name__
    await asyncio.to_thread(answer, sessions, message.reference, outcome, detail, cost, at)


def answer(
    sessions: Sessions, trial_id: UUID, outcome: str, detail: str, cost: int, at: datetime
) -> None:
    told = {"outcome": outcome, "detail": detail[:200], "cost_vnd": cost, "answered_at": at}
    with transaction(sessions) as session:
        session.execute(update(AccountTrial).where(AccountTrial.id == trial_id).values(told))
