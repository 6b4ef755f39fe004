"""A renewal of Zalo's tokens that goes wrong: no token is lost, spent twice or written over."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from contactbook.ports.account import Secrets
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    TryAgain,
)
from tests.channels.adapter_contract import run
from tests.channels.test_zalo_oauth import GOOD, NOON
from tests.channels.vault import FileVault, tokens
from tests.channels.wire import HANG_UP, SILENCE, reply
from tests.channels.zalo_world import world, zalo

REFUSED: dict[str, object] = {
    "in OAuth's words": {"error_name": "Invalid", "error_reason": "r", "error_description": "d"},
    "with a number": {"error": -118, "message": "Invalid refresh token"},
    "only one token": {"access_token": "a2", "expires_in": "90000"},
    "an empty token": GOOD | {"refresh_token": ""},
    "no word": GOOD | {"access_token": None},
    "tokens of numbers": GOOD | {"access_token": 1, "refresh_token": 2},
}
LOST = {
    "hung up": HANG_UP,
    "silent": SILENCE,
    "502": reply(502, b"<html>"),
    "500 in JSON": reply(500, {"error": 1}),
    "a web page": reply(200, b"<html>"),
    "half": b'HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"access_token":"a2"',
}


@pytest.mark.parametrize("said", REFUSED.values(), ids=REFUSED.keys())
@pytest.mark.parametrize("status", [200, 400, 401])
def test_an_error_body_never_overwrites_tokens(tmp_path: Path, status: int, said: object) -> None:
    async def story() -> None:
        kept = tokens("a1", "r1", obtained=NOON - timedelta(hours=24))
        async with world(tmp_path, zalo(reply(status, said)), kept) as zalos:
            for _ in range(3):
                assert isinstance(await zalos.send(), AccountUnusable)
            assert await zalos.vault.read() == kept
            assert zalos.renewals == 1, "and this process rests before it tries again"
            zalos.now[0] += timedelta(minutes=2)
            await zalos.send()
            assert zalos.renewals == 2

    run(story())


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST.keys())
def test_a_lost_answer_needs_a_persons_consent_and_is_not_asked_for_again(
    tmp_path: Path, answer: bytes
) -> None:
    async def story() -> None:
        kept = tokens("a1", "r1", obtained=NOON - timedelta(hours=24))
        async with world(tmp_path, zalo(answer), kept) as zalos:
            for _ in range(3):
                came = await zalos.send()
                assert isinstance(came, AccountUnusable)
                assert "has to be connected again" in str(came)
                zalos.now[0] += timedelta(hours=1)
            assert zalos.renewals == 1
            assert zalos.asked("/message/cs") == []
            after = dict(await zalos.vault.read())
            assert after.pop("consent_needed")
            assert after == kept, "the old tokens stay as they were"
            zalos.vault.keep(tokens("a9", "r9", obtained=zalos.now[0]))
            assert await zalos.send() == Accepted("63ecf4"), "a new consent is enough"

    run(story())


@pytest.mark.parametrize(
    "answer", [reply(429, b"", Retry_After="9"), reply(503, b"<html>", Retry_After="9")]
)
@pytest.mark.parametrize(("hours", "kind"), [(24, Accepted), (25, TryAgain)])
def test_a_closed_counter_spends_nothing_and_the_old_token_serves_while_it_lives(
    tmp_path: Path, answer: bytes, hours: int, kind: type
) -> None:
    async def story() -> None:
        kept = tokens("a1", "r1", obtained=NOON - timedelta(hours=hours))
        async with world(tmp_path, zalo(answer), kept) as zalos:
            assert isinstance(await zalos.send(), kind)
            assert await zalos.vault.read() == kept

    run(story())


class SlowVault(FileVault):
    """Lets somebody else go first."""

    inside: asyncio.Event
    go_on: asyncio.Event

    async def renew(self, stale: str, renewal: Callable[[Secrets], Awaitable[Secrets]]) -> Secrets:
        self.inside.set()
        await self.go_on.wait()
        return await super().renew(stale, renewal)


def test_who_is_cancelled_while_it_renews_does_not_lose_the_tokens(tmp_path: Path) -> None:
    async def story() -> None:
        vault = SlowVault(tmp_path / "vault.json")
        vault.inside, vault.go_on = asyncio.Event(), asyncio.Event()
        kept = tokens("a1", "r1", obtained=NOON - timedelta(hours=24))
        async with world(tmp_path, zalo(reply(200, GOOD)), kept, vault) as zalos:
            sending = asyncio.ensure_future(zalos.send())
            await vault.inside.wait()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            vault.go_on.set()
            assert await zalos.send() == Accepted("63ecf4")
            assert await vault.read() == tokens("a2", "r2", obtained=NOON)
            assert zalos.renewals == 1

    run(story())


def test_an_account_that_was_never_connected_is_unusable(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, zalo(reply(200, GOOD)), None) as zalos:
            came = await zalos.send()
            assert isinstance(came, AccountUnusable)
            assert "never connected" in str(came)
            assert zalos.provider.seen == []

    run(story())


def test_a_vault_that_is_closed_is_tried_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with world(tmp_path, zalo(reply(200, GOOD)), None) as zalos:
            zalos.vault.path.mkdir()
            assert type(await zalos.send()) is TryAgain

    run(story())
