"""The accounts of this process: rows of the database, opened with our key, each with its adapter.

Read again every few seconds, so that an account entered in the office is used by every worker soon.
Accounts whose keys are in this server's environment are rows, too: without keys.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from time import monotonic
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import structlog
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from contactbook.db import Sessions, transaction
from contactbook.delivery.lane_models import ChannelAccount, SchoolLane
from contactbook.loop import Loop
from contactbook.ports.account import Account
from contactbook.ports.channel import Channel, ChannelAdapter

log = structlog.get_logger()
FRESH = 5.0  # seconds for which the rows are believed
LINGER = 60.0  # seconds after which an adapter that was replaced has surely heard its last answer


def default_lane(channel: Channel) -> UUID:
    """The lane of schools that have none of their own; made by the migration of accounts."""
    return uuid5(NAMESPACE_URL, f"contactbook:lane/{channel.value}")


def of_environment(provider: str) -> UUID:
    """The row of the account whose keys are in the environment."""
    return uuid5(NAMESPACE_URL, f"contactbook:account/{provider}")


class Safe:
    """Seals accounts' keys under one derived from CONTACTBOOK_SECRET_KEY, outside the database."""

    def __init__(self, secret: str) -> None:
        self.key = Fernet(urlsafe_b64encode(sha256(f"accounts:{secret}".encode()).digest()))

    def seal(self, what: Mapping[str, Any]) -> bytes:
        return self.key.encrypt(json.dumps(dict(what)).encode())

    def open(self, sealed: bytes) -> dict[str, Any]:
        """What was sealed; raises `InvalidToken` under another secret key."""
        opened: dict[str, Any] = json.loads(self.key.decrypt(sealed))
        return opened


@dataclass(frozen=True, slots=True)
class Keys:
    """What an adapter is built from; `keys` None: those of the environment."""

    id: UUID  # whose tokens are used: its own, or those of the account it shares
    provider: str
    door: str
    keys: Mapping[str, Any] | None


Build = Callable[[Keys], ChannelAdapter | None]  # nothing: this process has no such keys


def enroll(session: Session, environment: Mapping[str, Channel], shares: Mapping[str, str]) -> None:
    """Make sure that each of these accounts has its row."""
    for provider, channel in environment.items():
        shared = shares.get(provider)
        session.execute(
            insert(ChannelAccount)
            .values(
                id=of_environment(provider),
                lane_id=default_lane(channel),
                channel=channel,
                provider=provider,
                name=provider,
                door=f"~{provider}",  # their callbacks' paths begin with nothing of ours
                shares_id=of_environment(shared) if shared else None,
            )
            .on_conflict_do_nothing()
        )


class StoredAccounts:
    def __init__(
        self,
        sessions: Sessions,
        loop: Loop,
        safe: Safe,
        build: Build,
        *,
        environment: Mapping[str, Channel],
        shares: Mapping[str, str] | None = None,
    ) -> None:
        self.sessions, self.loop, self.safe, self.build = sessions, loop, safe, build
        self.environment, self.shares = environment, shares or {}
        self.lock = Lock()
        self.read_at: float | None = None
        self.enrolled = False
        self.accounts: dict[UUID, Account] = {}
        self.versions: dict[UUID, tuple[int, ...]] = {}
        self.lanes: dict[tuple[UUID, str], UUID] = {}  # (school, channel) → its own lane
        self.retired: list[tuple[float, ChannelAdapter]] = []

    def of_lane(self, lane_id: UUID) -> Sequence[Account]:
        return [one for one in self.known().values() if one.lane_id == lane_id]

    def of_channel(self, channel: Channel) -> Sequence[Account]:
        return [one for one in self.known().values() if one.channel is channel]

    def of_school(self, school_id: UUID, channel: Channel) -> Sequence[Account]:
        self.known()
        return self.of_lane(self.lanes.get((school_id, channel), default_lane(channel)))

    def refresh(self) -> None:
        self.read_at = None

    def close(self) -> None:
        for one in (*self.accounts.values(),):
            self.loop.run(one.adapter.close())
        self.hang_up(before=monotonic() + LINGER)
        self.accounts = {}

    def known(self) -> dict[UUID, Account]:
        with self.lock:
            if self.read_at is None or monotonic() - self.read_at > FRESH:
                self.read()
                self.read_at = monotonic()
            return self.accounts

    def read(self) -> None:
        with transaction(self.sessions) as session:
            if not self.enrolled:
                enroll(session, self.environment, self.shares)
            rows = session.scalars(
                select(ChannelAccount).where(ChannelAccount.ended_at.is_(None))
            ).all()
            lanes = session.execute(
                select(SchoolLane.school_id, SchoolLane.channel, SchoolLane.lane_id)
            ).all()
        self.enrolled = True
        self.lanes = {(row.school_id, row.channel): row.lane_id for row in lanes}
        by_id = {row.id: row for row in rows}
        found = {row.id: self.opened(row, by_id) for row in rows}
        for gone in self.accounts.keys() - {key for key, one in found.items() if one}:
            self.retire(gone)
        self.accounts = {key: one for key, one in found.items() if one}
        self.hang_up(before=monotonic() - LINGER)

    def opened(self, row: ChannelAccount, rows: Mapping[UUID, ChannelAccount]) -> Account | None:
        """The account with its adapter: the one it had, while its keys are the same."""
        source = rows.get(row.shares_id, row) if row.shares_id else row
        version = (row.version, source.version)
        before = self.accounts.get(row.id)
        if before and self.versions.get(row.id) == version:
            adapter: ChannelAdapter | None = before.adapter
        else:
            if before:
                self.retire(row.id)
            adapter = self.built(row, source)
            self.versions[row.id] = version
        if adapter is None:
            return None
        return Account(
            id=row.id,
            lane_id=row.lane_id,
            channel=Channel(row.channel),
            provider=row.provider,
            name=row.name,
            door="" if row.sealed is None and row.door.startswith("~") else row.door,
            adapter=adapter,
            rate=row.rate,
            daily_quota=row.daily_quota,
            weight=row.weight,
        )

    def built(self, row: ChannelAccount, source: ChannelAccount) -> ChannelAdapter | None:
        own = row.id == of_environment(row.provider)
        if own and row.provider not in self.environment:
            return None  # another server's environment has its keys, or they were taken out
        try:
            keys = self.safe.open(source.sealed) if source.sealed else None
            return self.build(Keys(source.id, row.provider, "" if own else row.door, keys))
        except (InvalidToken, ValueError) as wrong:  # a pydantic.ValidationError is one
            log.error(  # noqa: TRY400 a trace would show the keys
                "account unreadable", account=str(row.id), why=type(wrong).__name__
            )
            return None

    def retire(self, account_id: UUID) -> None:
        self.retired.append((monotonic(), self.accounts.pop(account_id).adapter))

    def hang_up(self, *, before: float) -> None:
        for since, adapter in [one for one in self.retired if one[0] <= before]:
            self.retired.remove((since, adapter))
            with suppress(Exception):  # it is of no use to anybody any more
                self.loop.run(adapter.close())
