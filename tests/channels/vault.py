"""A vault with honest manners, of one file: one process at a time renews, the others wait."""

import asyncio
import fcntl
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contactbook.ports.account import Secrets


@dataclass
class FileVault:
    path: Path

    async def read(self) -> Secrets:
        return dict(json.loads(self.path.read_text())) if self.path.exists() else {}

    async def renew(self, stale: str, renewal: Callable[[Secrets], Awaitable[Secrets]]) -> Secrets:
        async with self._alone():
            kept = await self.read()
            if kept.get("access_token", "") != stale:
                return kept
            fresh = await renewal(kept)
            self.keep(fresh)
            return fresh

    def keep(self, fresh: Secrets) -> None:
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(dict(fresh)))
        beside.replace(self.path)

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        with self.path.with_suffix(".lock").open("w") as lock:
            await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)


def tokens(
    access: str = "zalo-token",
    refresh: str = "zalo-refresh",
    *,
    obtained: datetime,
    life: timedelta = timedelta(hours=25),
) -> dict[str, str]:
    """What a vault keeps of a connected account."""
    return {
        "access_token": access,
        "refresh_token": refresh,
        "obtained_at": obtained.astimezone(UTC).isoformat(),
        "expires_at": (obtained + life).astimezone(UTC).isoformat(),
    }
