"""The access token of one Official Account in this process: taken from the vault, renewed in time.

Renewed ahead, at a share of its life, and when Zalo refuses it. However many messages of this
process find it old, one asks the vault; and of all processes the vault lets one ask Zalo.
"""

import asyncio
from datetime import UTC, datetime, timedelta

import structlog

from channels.http import Clock
from channels.zalo.oauth import ACCESS, CONNECT_AGAIN, CONSENT_NEEDED, EXPIRES, OBTAINED, OAuth
from contactbook.ports.account import Secrets, Vault
from contactbook.ports.channel import AccountUnusable, SendFailed, TryAgain

log = structlog.get_logger()
YOUNG = timedelta(minutes=1)  # one that is refused at this age is not cured by another
REST = timedelta(minutes=1)  # after a renewal failed, before this process tries it again


class Access:
    """Used on one event loop only."""

    def __init__(self, vault: Vault, oauth: OAuth, *, renew_at: float, now: Clock) -> None:
        self._vault, self._oauth, self._now = vault, oauth, now
        self._renew_at = renew_at
        self._kept: Secrets | None = None
        self._renewing: asyncio.Task[Secrets] | None = None
        self._failed: tuple[datetime, SendFailed] | None = None

    async def token(self) -> str:
        """One to call with. Raises AccountUnusable, or TryAgain while the vault is closed."""
        kept = self._kept or self._usable(await self._read())
        if self._now() < self._due(kept):
            return kept[ACCESS]
        try:
            return await self.renewed(kept[ACCESS])
        except TryAgain:  # nobody was reached; while the old one lives, it serves
            if self._now() >= _moment(kept.get(EXPIRES)):
                raise
            return kept[ACCESS]

    async def renewed(self, stale: str) -> str:
        """Another in the place of `stale`, which is old or was refused."""
        if self._kept and self._kept[ACCESS] != stale:
            return self._kept[ACCESS]
        if self._failed and self._now() < self._failed[0] + REST:
            raise type(self._failed[1])(*self._failed[1].args)
        if self._renewing is None or self._renewing.done():
            # A task of its own: who is cancelled while it waits does not lose us the answer.
            self._renewing = asyncio.create_task(self._renew(stale))
            self._renewing.add_done_callback(_looked_at)
        return (await asyncio.shield(self._renewing))[ACCESS]

    async def _renew(self, stale: str) -> Secrets:
        try:
            kept = self._usable(await self._vault.renew(stale, self._from_zalo))
        except SendFailed as failed:
            self._failed = self._now(), failed
            raise
        except Exception as error:
            raise TryAgain(f"the vault: {type(error).__name__}") from error
        self._kept, self._failed = kept, None
        return kept

    async def _from_zalo(self, kept: Secrets) -> Secrets:
        if not kept.get(ACCESS):
            raise AccountUnusable("Zalo: the Official Account was never connected")
        if self._now() < _moment(kept.get(OBTAINED)) + YOUNG:
            raise AccountUnusable("Zalo: a token just obtained is refused")
        fresh = await self._oauth.refresh(kept)
        if fresh.get(CONSENT_NEEDED) and not kept.get(CONSENT_NEEDED):
            log.error("zalo tokens are lost", why=fresh[CONSENT_NEEDED])
        return fresh

    async def _read(self) -> Secrets:
        try:
            return await self._vault.read()
        except Exception as error:
            raise TryAgain(f"the vault: {type(error).__name__}") from error

    def _usable(self, kept: Secrets) -> Secrets:
        self._kept = None
        if kept.get(CONSENT_NEEDED):
            raise AccountUnusable(f"Zalo: {CONNECT_AGAIN}: the answer to a renewal was lost")
        if not kept.get(ACCESS):
            raise AccountUnusable("Zalo: the Official Account was never connected")
        self._kept = kept
        return kept

    def _due(self, kept: Secrets) -> datetime:
        begins, ends = _moment(kept.get(OBTAINED)), _moment(kept.get(EXPIRES))
        return begins + (ends - begins) * self._renew_at


class Fixed:
    """A token that never changes: a test's, or a proxy's that keeps the real one."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def token(self) -> str:
        return self._token

    async def renewed(self, _stale: str) -> str:
        raise AccountUnusable("Zalo refuses the token, and nothing here can renew it")


def _looked_at(task: asyncio.Task[Secrets]) -> None:
    """So that a failure nobody waited for is no warning: the next message meets it again."""
    if not task.cancelled():
        task.exception()


def _moment(written: str | None) -> datetime:
    try:
        return datetime.fromisoformat(written or "")
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
