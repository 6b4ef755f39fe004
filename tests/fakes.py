"""Fakes with manners: small honest classes that do what a provider would."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import Select, literal, select

from contactbook.people.models import Student
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
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
