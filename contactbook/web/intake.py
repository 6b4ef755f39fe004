"""What providers tell us, written down: the same for their callbacks and for what we fetch."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import structlog
from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError

from contactbook.conversation.receive import receive
from contactbook.db import transaction
from contactbook.delivery import receipts
from contactbook.errors import NotFound
from contactbook.parts import Parts
from contactbook.ports.account import Account
from contactbook.ports.channel import (
    Acknowledges,
    Callback,
    Channel,
    ChannelAdapter,
    Forged,
    Incoming,
    Receipt,
)

log = structlog.get_logger()


def take(parts: Parts, channel: Channel, callback: Callback) -> None:
    """Write what a callback says; raises `Forged`, and `NotFound` for a channel we do not run."""
    account, said = heard(parts.accounts.of_channel(channel), callback)
    write_down(parts, said, account.id)
    acknowledge(parts, account.adapter, said)


def heard(
    accounts: Sequence[Account], callback: Callback
) -> tuple[Account, Sequence[Receipt | Incoming]]:
    """Whose callback it is, and what it says: the path names the account, or the proof does."""
    if not accounts:
        raise NotFound
    door, _, rest = callback.path.partition("/")
    for account in accounts:
        if account.door and account.door == door:
            return account, account.adapter.read(replace(callback, path=rest))
    for account in accounts:
        if not account.door:
            with suppress(Forged):
                return account, account.adapter.read(callback)
    raise Forged("nobody's callback")


def write_down(
    parts: Parts, said: Sequence[Receipt | Incoming], account_id: UUID | None = None
) -> None:
    """One commit for all of it, tried once more if the database chose us to break a deadlock."""
    try:
        write(parts, said, account_id)
    except OperationalError as lost:
        if not isinstance(lost.orig, DeadlockDetected):
            raise
        write(parts, said, account_id)


def write(parts: Parts, said: Sequence[Receipt | Incoming], account_id: UUID | None) -> None:
    """Receipts to their deliveries, a parent's words to the conversation."""
    with transaction(parts.sessions) as session:
        for one in in_order(said):
            match one:
                case Receipt():
                    receipts.apply(
                        session, parts.entitlements, one, now=parts.now(), account_id=account_id
                    )
                case Incoming():
                    receive(session, parts, speaking(parts, one, account_id), one)


def speaking(parts: Parts, said: Incoming, account_id: UUID | None) -> Account:
    """The account she wrote to; where nobody says which, the first of its channel."""
    accounts = parts.accounts.of_channel(said.channel)
    named = [one for one in accounts if one.id == account_id]
    return (*named, *accounts)[0]


def acknowledge(parts: Parts, adapter: ChannelAdapter, said: Sequence[Receipt | Incoming]) -> None:
    """Let the buttons that were tapped stop spinning: only now is it true that we have heard."""
    if not isinstance(adapter, Acknowledges):
        return
    for one in said:
        if isinstance(one, Incoming) and one.handle:
            parts.loop.start(adapter.acknowledge(one))


def in_order(said: Sequence[Receipt | Incoming]) -> list[Receipt | Incoming]:
    """Receipts in one order, whoever writes them: two writers do not lock each other out."""
    told = [one for one in said if isinstance(one, Receipt)]
    told.sort(key=lambda one: one.provider_id)
    return [*told, *(one for one in said if isinstance(one, Incoming))]
