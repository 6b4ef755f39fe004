"""Zalo on one address, an adapter before it, a vault of tokens between."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from channels.accounts import Surroundings, ZaloAccount
from channels.zalo.adapter import ZaloAdapter
from contactbook.ports.channel import (
    Accepted,
    Channel,
    SendFailed,
)
from tests.channels.adapter_contract import TAKEN, all_at, outgoing, tried
from tests.channels.test_zalo_oauth import ACCOUNT, NOON
from tests.channels.vault import FileVault
from tests.channels.wire import Provider, Request, http_provider, reply


@dataclass
class World:
    """Zalo on one address, an adapter before it, the vault between."""

    provider: Provider
    vault: FileVault
    adapter: ZaloAdapter
    now: list[datetime] = field(default_factory=lambda: [NOON])

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.provider.seen if path in request.line]

    @property
    def renewals(self) -> int:
        return len(self.asked("/v4/oa/access_token"))

    async def send(self) -> Accepted | SendFailed:
        return await tried(self.adapter, outgoing(Channel.ZALO))


def zalo(renewal: bytes, dead: Sequence[str] = ()) -> Callable[[Request], bytes]:
    """Answers a renewal with `renewal`; refuses messages with one of the `dead` tokens."""

    def answer(request: Request) -> bytes:
        if "/v4/oa/access_token" in request.line:
            return renewal
        if request.headers["access_token"] in dead:
            return reply(200, {"error": -220, "message": "access_token is expired or removed"})
        return TAKEN[Channel.ZALO]

    return answer


@asynccontextmanager
async def world(
    folder: Path,
    answer: Callable[[Request], bytes],
    kept: dict[str, str] | None,
    vault: FileVault | None = None,
    **account: object,
) -> AsyncIterator[World]:
    vault, now = vault or FileVault(folder / "vault.json"), [NOON]
    if kept is not None:
        vault.keep(kept)
    async with http_provider(answer) as there:
        known = ZaloAccount(**(ACCOUNT | account))
        settings = all_at(there.url, zalo_oauth_url=there.url, timeout_seconds=2)
        adapter = ZaloAdapter(known, settings, Surroundings(lambda: now[0], vault=vault))
        try:
            yield World(there, vault, adapter, now)
        finally:
            await adapter.close()
