"""Zalo's tokens: single-use, rotating, kept in a vault (reference/zalo.md §2; its vectors)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from channels.accounts import ZaloAccount
from channels.http import Client
from channels.zalo.oauth import OAuth, challenge, new_verifier, proof
from contactbook.ports.channel import (
    AccountUnusable,
)
from tests.channels.adapter_contract import APP_ID, all_at, run
from tests.channels.vault import FileVault, tokens
from tests.channels.wire import Request, http_provider, reply

VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
NOON = datetime(2026, 11, 24, 5, tzinfo=UTC)
ACCOUNT: dict[str, Any] = {
    "app_id": APP_ID,
    "app_secret": "app-secret",
    "code_verifier": VERIFIER,
    "oa_id": "388613280878808645",
}
GOOD = {"access_token": "a2", "refresh_token": "r2", "expires_in": "90000"}


@asynccontextmanager
async def oauth(url: str) -> AsyncIterator[OAuth]:
    client = Client(timeout_seconds=1, connections=4)
    try:
        yield OAuth(ZaloAccount(**ACCOUNT), all_at(url, zalo_oauth_url=url), client, lambda: NOON)
    finally:
        await client.close()


def test_the_vectors_of_the_documents() -> None:
    assert challenge(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert proof("appsecret123", "accesstoken123") == (
        "697528a4f2753393d30dc1adf538eb30f3e61dbcf330cdd05fa2f8a128607785"
    )
    assert len(new_verifier()) == 43
    assert new_verifier() != new_verifier()


def test_the_consent_page_is_asked_in_zalos_own_words() -> None:
    async def story() -> str:
        async with oauth("https://oauth.zaloapp.com") as ours:
            return ours.permission_url(redirect_uri="https://so.example/office/zalo", state="s-1")

    url: str = run(story())
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == (
        "https://oauth.zaloapp.com/v4/oa/permission"
    )
    assert parse_qs(parts.query) == {
        "app_id": [APP_ID],
        "redirect_uri": ["https://so.example/office/zalo"],
        "code_challenge": ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
        "state": ["s-1"],
    }


def test_a_code_becomes_tokens_that_are_kept(tmp_path: Path) -> None:
    async def story() -> tuple[Request, dict[str, str]]:
        vault = FileVault(tmp_path / "vault.json")
        async with http_provider(reply(200, GOOD)) as there, oauth(there.url) as ours:
            await ours.connect("code-1", vault, oa_id="388613280878808645")
            return there.seen[0], dict(await vault.read())

    request, kept = run(story())
    assert request.line == "POST /v4/oa/access_token HTTP/1.1"
    assert request.headers["secret_key"] == "app-secret"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert request.form == {
        "code": "code-1",
        "app_id": APP_ID,
        "grant_type": "authorization_code",
        "code_verifier": VERIFIER,
    }
    assert kept == tokens("a2", "r2", obtained=NOON)


def test_a_consent_for_another_account_is_not_taken(tmp_path: Path) -> None:
    async def story() -> list[Request]:
        async with http_provider(reply(200, GOOD)) as there, oauth(there.url) as ours:
            with pytest.raises(AccountUnusable, match="another Official Account"):
                await ours.connect("c", FileVault(tmp_path / "v.json"), oa_id="1")
            return there.seen

    assert run(story()) == []


@pytest.mark.parametrize(
    ("written", "life"),
    [
        ("90000", timedelta(hours=25)),
        (3600, timedelta(hours=1)),
        ("soon", timedelta(hours=1)),
        (None, timedelta(hours=1)),
        ("-5", timedelta(hours=1)),
        ("9" * 30, timedelta(hours=1)),
        ("99999999", timedelta(days=90)),
    ],
)
def test_a_life_is_a_string_or_the_shortest_known(
    tmp_path: Path, written: object, life: timedelta
) -> None:
    async def story() -> dict[str, str]:
        answer = reply(200, GOOD | {"expires_in": written})
        async with http_provider(answer) as there, oauth(there.url) as ours:
            vault = FileVault(tmp_path / "vault.json")
            await ours.connect("code-1", vault)
            return dict(await vault.read())

    assert run(story()) == tokens("a2", "r2", obtained=NOON, life=life)
