"""The words about an account at a provider: its secrets that change, and who hears it.

Standard library only, like `channel`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from contactbook.ports.channel import Incoming, Receipt

Hear = Callable[[Sequence[Receipt | Incoming]], Awaitable[None]]  # returns once it is written down
Secrets = Mapping[str, str]


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
