"""Tokens that renew themselves, kept sealed beside their account: one process renews, all read.

The refresh token of a Zalo OA is spent by its first use, so two processes must never use one. Who
renews holds a lease that is longer than any request; no transaction is open meanwhile. If it dies,
the lease ends, and the next one tries once with what is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text

from contactbook.db import Sessions, transaction
from contactbook.delivery.accounts import Safe
from contactbook.ports.account import Secrets

LEASE = timedelta(minutes=4)  # an HTTP exchange takes at most three times 60 s
LOOK_AGAIN = 0.1  # seconds between two looks of those who wait

READ = text("SELECT secrets FROM channel_account WHERE id = :id")
TAKE = text("""
    UPDATE channel_account SET renewing_until = CAST(:now AS timestamptz) + :lease
    WHERE id = :id AND (renewing_until IS NULL OR renewing_until < :now)
      AND secrets IS NOT DISTINCT FROM CAST(:seen AS bytea)
    RETURNING id
""")
KEEP = text("UPDATE channel_account SET secrets = :secrets, renewing_until = NULL WHERE id = :id")
LET_GO = text("UPDATE channel_account SET renewing_until = NULL WHERE id = :id")


class StoredVault:
    def __init__(
        self, sessions: Sessions, safe: Safe, account_id: UUID, now: Callable[[], datetime]
    ) -> None:
        self.sessions, self.safe, self.account_id, self.now = sessions, safe, account_id, now

    async def read(self) -> Secrets:
        return self.opened(await asyncio.to_thread(self.kept))

    async def renew(self, stale: str, renewal: Callable[[Secrets], Awaitable[Secrets]]) -> Secrets:
        while True:
            sealed = await asyncio.to_thread(self.kept)
            known = self.opened(sealed)
            if known.get("access_token", "") != stale:
                return known  # somebody was quicker
            if await asyncio.to_thread(self.taken, sealed):
                return await self.renewed(known, renewal)
            await asyncio.sleep(LOOK_AGAIN)

    async def renewed(
        self, known: Secrets, renewal: Callable[[Secrets], Awaitable[Secrets]]
    ) -> Secrets:
        try:
            fresh = await renewal(known)
        except BaseException:
            await asyncio.shield(asyncio.to_thread(self.let_go))
            raise
        await asyncio.shield(asyncio.to_thread(self.keep, fresh))
        return fresh

    def opened(self, sealed: bytes | None) -> Secrets:
        return self.safe.open(sealed) if sealed else {}

    def kept(self) -> bytes | None:
        with transaction(self.sessions) as session:
            found: bytes | None = session.scalar(READ, {"id": self.account_id})
            return found

    def taken(self, seen: bytes | None) -> bool:
        values = {"id": self.account_id, "now": self.now(), "lease": LEASE, "seen": seen}
        with transaction(self.sessions) as session:
            return session.scalar(TAKE, values) is not None

    def keep(self, fresh: Mapping[str, str]) -> None:
        with transaction(self.sessions) as session:
            values = {"id": self.account_id, "secrets": self.safe.seal(fresh)}
            session.execute(KEEP, values)

    def let_go(self) -> None:
        with transaction(self.sessions) as session:
            session.execute(LET_GO, {"id": self.account_id})
