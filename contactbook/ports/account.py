"""The words about an account at a provider: who speaks with it, its secrets, and who hears it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, runtime_checkable
from uuid import UUID

from contactbook.ports.channel import Channel, ChannelAdapter, Incoming, Receipt

Hear = Callable[[Sequence[Receipt | Incoming]], Awaitable[None]]  # returns once it is written down
Secrets = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Account:
    """A school's, a group of schools', or this server's account at one provider."""

    id: UUID
    lane_id: UUID  # the accounts of one lane stand in for each other
    channel: Channel
    provider: str
    name: str
    door: str  # what its callbacks' path begins with, after /hooks/{channel}/; may be empty
    adapter: ChannelAdapter
    rate: float | None = None  # messages a second, over all workers
    daily_quota: int | None = None
    weight: int = 1  # its share of a lane with several


class Accounts(Protocol):
    """The accounts this process can use, as they are now (within a few seconds)."""

    def of_lane(self, lane_id: UUID) -> Sequence[Account]: ...

    def of_channel(self, channel: Channel) -> Sequence[Account]: ...

    def of_school(self, school_id: UUID, channel: Channel) -> Sequence[Account]:
        """Those the school's messages leave by: its own, else this server's."""

    def refresh(self) -> None:
        """Somebody changed an account: look again at the next question."""

    def close(self) -> None:
        """Hang up everywhere."""


class Buckets(Protocol):
    """How fast an account may be used, over all workers."""

    def take(self, account_id: UUID, *, want: int, rate: float) -> int:
        """How many of `want` messages may leave now, at `rate` a second."""


class Vault(Protocol):
    """One account's secrets that change by themselves (Zalo's tokens), for all processes."""

    async def read(self) -> Secrets:
        """What holds now; empty when the account was never connected."""

    async def renew(self, stale: str, renewal: Callable[[Secrets], Awaitable[Secrets]]) -> Secrets:
        """New secrets in the place of those whose "access_token" is `stale`.

        Of many callers one runs `renewal`, for all others wait and get its result; whoever comes
        with another `stale` than the one kept gets what is kept. What `renewal` returns is
        committed before anybody sees it; when it raises, nothing is changed.
        """


@dataclass(frozen=True, slots=True)
class AccountState:
    """What a provider says of an account of ours."""

    balance_vnd: int | None = None  # where it keeps money of ours
    senders: tuple[str, ...] = ()  # the names it lets us send under
    forms: tuple[str, ...] = ()  # the texts it has registered for us


@runtime_checkable
class Answers(Protocol):
    """An adapter whose provider can be asked, beside being sent to; others have no such methods."""

    async def ask(self, provider_id: str) -> Receipt | None:
        """What became of a message; nothing while that is open. Raises a child of `SendFailed`."""

    async def account_state(self) -> AccountState:
        """The same for the account; what cannot be learned is left empty."""


@runtime_checkable
class Listens(Protocol):
    """An adapter to which its provider speaks on a connection of ours, by `Hear`: an SMSC's."""

    def listen(self) -> None:
        """Connect now, on the running loop, and stay: what came meanwhile is waiting there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of the form in which an account at a provider is entered."""

    name: str
    kind: Literal["text", "secret", "secrets", "number", "switch", "choice", "json"]
    required: bool = False
    choices: tuple[str, ...] = ()
    usual: str = ""  # what holds when it is left empty, where that can be said


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider, and what an account there is made of."""

    provider: str
    channel: Channel
    asked: tuple[Asked, ...]

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(one.name for one in self.asked if one.kind in ("secret", "secrets"))


class WrongKeys(Exception):
    """An account cannot be made of this: by field, the kind of fault, and the rule it breaks."""

    def __init__(self, faults: Mapping[str, tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{name}: {rule}" for name, (_kind, rule) in faults.items()))
        self.faults = faults


class Catalogue(Protocol):
    """Every provider an account can be entered for."""

    def offers(self) -> Sequence[Offer]: ...

    def checked(self, provider: str, typed: Mapping[str, str]) -> Mapping[str, Any]:
        """What was typed as an account keeps it, empty fields left out; raises `WrongKeys`."""
