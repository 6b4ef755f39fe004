"""Zalo's tokens: single-use, rotating, renewed once for everybody (reference/zalo.md §2)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.accounts import Surroundings, ZaloAccount
from channels.zalo.adapter import ZaloAdapter
from channels.zalo.oauth import proof
from contactbook.ports.account import Secrets
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Channel,
    OutcomeUnknown,
    Outgoing,
    SendFailed,
    TryAgain,
)
from tests.channels.adapter_contract import APP_ID, TAKEN, all_at, outgoing, run, tried
from tests.channels.test_zalo_oauth import ACCOUNT, GOOD, NOON
from tests.channels.vault import FileVault, tokens
from tests.channels.wire import HANG_UP, SILENCE, Provider, Request, http_provider, reply

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


@pytest.mark.parametrize(
    ("age", "renewals", "sent_with"),
    [(timedelta(hours=19, minutes=59), 0, "a1"), (timedelta(hours=20), 1, "a2")],
)
def test_a_token_is_renewed_at_four_fifths_of_its_life(
    tmp_path: Path, age: timedelta, renewals: int, sent_with: str
) -> None:
    async def story() -> None:
        kept = tokens("a1", "r1", obtained=NOON - age)
        async with world(tmp_path, zalo(reply(200, GOOD)), kept) as zalos:
            assert await zalos.send() == Accepted("63ecf4")
            assert await zalos.send() == Accepted("63ecf4")
            assert zalos.renewals == renewals
            sent = zalos.asked("/message/cs")
            assert {request.headers["access_token"] for request in sent} == {sent_with}
            for request in zalos.asked("/v4/oa/access_token"):
                assert request.form == {
                    "refresh_token": "r1",
                    "app_id": APP_ID,
                    "grant_type": "refresh_token",
                }
                assert await zalos.vault.read() == tokens("a2", "r2", obtained=NOON)

    run(story())


def test_a_refused_token_is_renewed_once_and_the_message_sent_again_once(tmp_path: Path) -> None:
    async def story() -> None:
        kept = tokens("a1", "r1", obtained=NOON - timedelta(hours=3))
        async with world(tmp_path, zalo(reply(200, GOOD), dead=("a1",)), kept) as zalos:
            assert await zalos.send() == Accepted("63ecf4")
            used = [request.headers["access_token"] for request in zalos.asked("/message/cs")]
            assert used == ["a1", "a2"]
            assert zalos.renewals == 1

    run(story())


def test_a_token_refused_when_new_pauses_the_account(tmp_path: Path) -> None:
    async def story() -> None:
        kept = tokens("a1", "r1", obtained=NOON - timedelta(hours=3))
        async with world(tmp_path, zalo(reply(200, GOOD), dead=("a1", "a2")), kept) as zalos:
            for _ in range(3):
                assert isinstance(await zalos.send(), AccountUnusable)
            assert zalos.renewals == 1

    run(story())


def test_of_sixty_four_refused_messages_one_renews(tmp_path: Path) -> None:
    async def story() -> None:
        kept = tokens("a1", "r1", obtained=NOON - timedelta(hours=3))
        async with world(tmp_path, zalo(reply(200, GOOD), dead=("a1",)), kept) as zalos:
            came = await asyncio.gather(*(zalos.send() for _ in range(64)))
            assert all(isinstance(one, Accepted) for one in came)
            assert zalos.renewals == 1

    run(story())


def test_what_another_process_renewed_is_taken_without_asking_zalo(tmp_path: Path) -> None:
    async def story() -> None:
        kept = tokens("a1", "r1", obtained=NOON - timedelta(hours=3))
        dead: list[str] = []
        async with world(tmp_path, zalo(HANG_UP, dead), kept) as zalos:
            assert await zalos.send() == Accepted("63ecf4")
            dead.append("a1")
            zalos.vault.keep(tokens("a5", "r5", obtained=NOON))
            assert await zalos.send() == Accepted("63ecf4")
            assert zalos.renewals == 0

    run(story())


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


@pytest.mark.parametrize("wanted", [True, False])
def test_the_proof_is_sent_where_the_console_asks_for_it(tmp_path: Path, wanted: bool) -> None:
    async def story() -> None:
        kept = tokens("accesstoken123", obtained=NOON)
        more: dict[str, Any] = {"appsecret_proof": wanted, "app_secret": "appsecret123"}
        async with world(tmp_path, zalo(b""), kept, **more) as zalos:
            await zalos.send()
            [request] = zalos.asked("/message/cs")
            given = proof("appsecret123", "accesstoken123") if wanted else None
            assert request.headers.get("appsecret_proof") == given

    run(story())


def test_an_unknown_outcome_is_not_sent_again() -> None:
    """Nothing but a refused token makes a second request."""

    async def story() -> None:
        async with http_provider(HANG_UP) as there:
            account = ZaloAccount(access_token="t")
            adapter = ZaloAdapter(account, all_at(there.url), Surroundings(lambda: NOON))
            message: Outgoing = outgoing(Channel.ZALO)
            assert isinstance(await tried(adapter, message), OutcomeUnknown)
            assert len(there.seen) == 1
            await adapter.close()

    run(story())
