"""Fakes with manners: small honest classes that do what a provider would."""

import asyncio
from collections.abc import Callable, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, literal, select

from contactbook.db import Sessions
from contactbook.delivery.accounts import Safe, StoredAccounts
from contactbook.loop import Loop
from contactbook.people.models import Student
from contactbook.ports.account import Account
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
    ChannelAdapter,
    Incoming,
    Outgoing,
    Quote,
    Receipt,
    SendFailed,
)


@dataclass
class FakeChannel:
    """A provider that takes every message, or does with each what `script` says."""

    channel: Channel = Channel.ZALO
    repeatable: bool = False
    hears: bool = field(init=False)
    failure: SendFailed | None = None
    script: Callable[[Outgoing], Accepted | SendFailed] | None = None
    pause: float = 0
    sent: list[Outgoing] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hears = self.channel in (Channel.ZALO, Channel.SMS)

    async def send(self, message: Outgoing) -> Accepted:
        self.sent.append(message)
        await asyncio.sleep(self.pause)
        said = self.script(message) if self.script else self.failure
        if isinstance(said, SendFailed):
            raise said
        return said or Accepted(provider_id=f"{self.channel}-{message.reference.hex}")

    def quote(self, body: str, to: str = "") -> Quote:  # noqa: ARG002 it costs nothing
        return Quote(body)

    def read(self, _callback: Callback) -> Sequence[Receipt | Incoming]:
        return []

    async def close(self) -> None:
        pass


@dataclass
class PaidFor:
    """An answer to the entitlement port: these students, and no other."""

    students: Sequence[UUID] = ()

    def paid(self, on: date) -> Select[UUID]:
        return select(Student.id).where(Student.id.in_(self.students), literal(on).is_not(None))

    def plan(self, student_id: UUID, on: date) -> Select[int, date]:
        price, until = literal(20_000).label("monthly_vnd"), literal(on).label("paid_until")
        return select(price, until).where(literal(student_id in self.students))


class FakeAccounts(StoredAccounts):
    """Real rows; what speaks for each channel is a fake, which a test may exchange at any time."""

    def __init__(
        self, sessions: Sessions, loop: Loop, fakes: MutableMapping[Channel, ChannelAdapter]
    ) -> None:
        self.fakes = fakes
        super().__init__(
            sessions,
            loop,
            Safe("a secret for tests"),
            lambda keys: fakes.get(Channel(keys.provider)),
            environment={channel.value: channel for channel in fakes},
        )

    def known(self) -> dict[UUID, Account]:
        found = super().known().values()
        return {
            one.id: replace(one, adapter=self.fakes[one.channel])
            for one in found
            if one.channel in self.fakes
        }


def accounts_of(
    sessions: Sessions, loop: Loop, fakes: MutableMapping[Channel, Any]
) -> FakeAccounts:
    return FakeAccounts(sessions, loop, fakes)
