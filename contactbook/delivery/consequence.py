"""What an answer means for its delivery: the five ways a send can fail, and success. Pure."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from contactbook.delivery.status import Ailment, Status
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    GiveUp,
    Moved,
    NotReachable,
    OutcomeUnknown,
    SendFailed,
    Throttled,
    TryAgain,
)

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
PAUSE = timedelta(minutes=5)  # a dead account is asked again after this


NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider said to one attempt, or what happened instead."""

    id: UUID
    month: date
    attempt: int
    urgent: bool
    said: Accepted | SendFailed
    account_id: UUID = NOBODY
    seconds: float = 0.0  # until the provider answered


@dataclass(frozen=True, slots=True)
class Change:
    """What is written of an answer.

    `ended`: no more is expected on this channel; `free`: no account has it, another may try.
    """

    id: UUID
    month: date
    attempt: int
    status: Status
    reason: str = ""
    detail: str = ""
    due_at: datetime | None = None
    provider_id: str = ""
    units: int = 0
    cost_vnd: int = 0
    ended: bool = False
    free: bool = False
    effect: NotReachable | Moved | None = None  # what it says of the person's address


def wait(attempt: int, asked: timedelta | None) -> timedelta:
    """Doubling from five seconds, a quarter of it by chance, never less than the provider asked."""
    grown = min(FIRST_WAIT * float(2 ** min(attempt - 1, 10)), LONGEST_WAIT)
    jittered = grown * random.uniform(0.75, 1.25)  # noqa: S311 spreads retries, guards nothing
    return max(jittered, asked or timedelta(0))


def consequence(  # noqa: C901, PLR0911 a table, read downwards
    answer: Answer, *, repeatable: bool, hears: bool, attempts: int, now: datetime
) -> Change:
    """`attempts` is the most we try one channel; `repeatable`: a second send is recognised.

    Where nobody tells us of arrival (`hears`), to be taken is the end of a message.
    """

    def change(status: Status, reason: str = "", due: datetime | None = None) -> Change:
        detail = "" if isinstance(answer.said, Accepted) else str(answer.said)[:200]
        said = answer.said
        return Change(
            answer.id,
            answer.month,
            answer.attempt,
            status,
            reason,
            detail,
            due,
            ended=status is Status.FAILED,
            free=isinstance(said, TryAgain | AccountUnusable),
            effect=said if isinstance(said, NotReachable | Moved) else None,
        )

    match answer.said:
        case Accepted() as taken:
            return Change(
                answer.id,
                answer.month,
                answer.attempt,
                Status.SENT,
                provider_id=taken.provider_id,
                units=taken.units,
                cost_vnd=taken.cost_vnd,
                ended=not hears,
            )
        case NotReachable():
            return change(Status.FAILED, Ailment.UNREACHABLE)
        case GiveUp():
            return change(Status.FAILED, Ailment.REFUSED)
        case AccountUnusable() if answer.urgent:
            return change(Status.FAILED, Ailment.ACCOUNT)
        case AccountUnusable():
            return change(Status.QUEUED, Ailment.ACCOUNT, now + PAUSE)
        case OutcomeUnknown() if not repeatable:
            return change(Status.UNKNOWN, Ailment.UNANSWERED)
        case Throttled(after=after):  # the account's trouble, and no fault of this message
            return change(Status.QUEUED, Ailment.BUSY, now + (after or FIRST_WAIT))
        case Moved() if answer.attempt < attempts:
            return change(Status.QUEUED, Ailment.BUSY, now)
        case _ if answer.attempt >= attempts:
            return change(Status.FAILED, Ailment.WORN_OUT)
        case TryAgain(after=after):
            return change(Status.QUEUED, Ailment.BUSY, now + wait(answer.attempt, after))
        case _:
            return change(Status.QUEUED, Ailment.BUSY, now + wait(answer.attempt, None))
