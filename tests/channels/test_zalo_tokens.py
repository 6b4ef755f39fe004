"""Zalo's tokens: single-use, rotating, renewed once for everybody (reference/zalo.md §2)."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.accounts import Surroundings, ZaloAccount
from channels.zalo.adapter import ZaloAdapter
from channels.zalo.oauth import proof
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Channel,
    OutcomeUnknown,
    Outgoing,
)
from tests.channels.adapter_contract import APP_ID, all_at, outgoing, run, tried
from tests.channels.test_zalo_oauth import GOOD, NOON
from tests.channels.vault import tokens
from tests.channels.wire import HANG_UP, http_provider, reply
from tests.channels.zalo_world import world, zalo


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
