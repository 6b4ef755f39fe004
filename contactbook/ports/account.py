"""The words about an account at a provider: its secrets that change, and who hears it.

Standard library only, like `channel`.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

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
