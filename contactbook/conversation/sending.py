"""A drain of the conversation: window after window, until nothing of a channel is due.

No transaction is open while a provider is asked. What is in one window is all that a killed process
leaves in doubt; a window is small, for a person waits for each of them.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from sqlalchemy import update

from contactbook.conversation import outbox
from contactbook.conversation.keeping import sealer_of
from contactbook.conversation.models import ChatMessage, Sending
from contactbook.conversation.outbox import Heard, Leaving
from contactbook.db import transaction
from contactbook.parts import Parts
from contactbook.ports.account import Account
from contactbook.ports.channel import Accepted, Channel, OutcomeUnknown, SendFailed

log = structlog.get_logger()
WINDOW = 16
PATIENCE = 30.0  # seconds for one answer; adapters have shorter times of their own
LEASE = timedelta(minutes=2)
BREATH = timedelta(milliseconds=200)  # until an account's bucket is looked at again
CHANNELS = (Channel.TELEGRAM, Channel.ZALO, Channel.SMS)  # those on which parents are talked with


def drain(parts: Parts, channel: Channel) -> int:
    """Send what is due of `channel`; returns how many rows that were.

    In one process one runs at a time.
    """
    lock = parts.draining.setdefault(uuid5(NAMESPACE_URL, f"conversation:{channel}"), Lock())
    if not lock.acquire(blocking=False):
        return 0
    try:
        return sum(iter(lambda: window(parts, channel), 0))
    finally:
        lock.release()


def window(parts: Parts, channel: Channel) -> int:
    """One window: marked, sent, settled; how many there were."""
    accounts = {one.id: one for one in parts.accounts.of_channel(channel)}
    if parts.stopping.is_set() or not accounts:
        return 0
    repeatable = {key for key, one in accounts.items() if one.adapter.repeatable}
    now = parts.now()
    with transaction(parts.sessions) as session:
        outbox.release(session, channel, repeatable, now)
        marked, skipped = outbox.claim(
            session, sealer_of(parts.settings), channel, most=WINDOW, now=now, lease=LEASE
        )
        ready, later = shared_out(parts, accounts, marked)
        if later:
            session.execute(
                update(ChatMessage)
                .where(ChatMessage.id.in_([one.id for one in later]))
                .values(
                    status=Sending.QUEUED, due_at=now + BREATH, attempts=ChatMessage.attempts - 1
                )
            )
    heard = parts.loop.run(send_all(accounts, ready)) if ready else []
    if heard:
        settle(parts, heard, repeatable, parts.now())
    return len(ready) + skipped  # behind one that was skipped another one may wait


def shared_out(
    parts: Parts, accounts: Mapping[UUID, Account], marked: Sequence[Leaving]
) -> tuple[list[Leaving], list[Leaving]]:
    """Those that their accounts may send now, by rate, and the others."""
    room = {
        key: room_of(parts, accounts.get(key), want)
        for key, want in Counter(one.account_id for one in marked).items()
    }
    ready: list[Leaving] = []
    later: list[Leaving] = []
    for one in marked:
        room[one.account_id] -= 1
        (ready if room[one.account_id] >= 0 else later).append(one)
    return ready, later


def room_of(parts: Parts, account: Account | None, want: int) -> int:
    if account is None:  # another server has its keys
        return 0
    if not account.rate:
        return want
    return parts.buckets.take(account.id, want=want, rate=account.rate)


async def send_all(accounts: Mapping[UUID, Account], ready: Sequence[Leaving]) -> list[Heard]:
    return list(await asyncio.gather(*(attempt(accounts[one.account_id], one) for one in ready)))


async def attempt(account: Account, one: Leaving) -> Heard:
    said: Accepted | SendFailed
    try:
        async with asyncio.timeout(PATIENCE):
            said = await account.adapter.send(one.message)
    except SendFailed as failure:
        said = failure
    except TimeoutError:
        said = OutcomeUnknown("no answer in time")
    except Exception as fault:
        log.exception("adapter fault", channel=account.channel.value, message=str(one.id))
        said = OutcomeUnknown(type(fault).__name__)
    return Heard(one, said)


def settle(parts: Parts, heard: Sequence[Heard], repeatable: set[UUID], now: datetime) -> None:
    with transaction(parts.sessions) as session:
        outbox.settle(session, heard, repeatable, now)
