"""Zalo's OAuth v4: how an Official Account is connected, and how its tokens are renewed.

A refresh token is good once, and with its use the old pair dies at once. So an answer that got
lost has probably spent it, and only a person's consent at Zalo helps: asking again would not.
Source: reference/zalo.md section 2.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx

from channels.accounts import ZaloAccount
from channels.http import SPEECHLESS, Answer, Client, Clock, json_object, named, retry_after
from channels.settings import ChannelSettings
from contactbook.ports.account import Secrets, Vault
from contactbook.ports.channel import AccountUnusable, OutcomeUnknown, SendFailed, TryAgain

# What a vault keeps for an OA; moments in ISO 8601.
ACCESS, REFRESH = "access_token", "refresh_token"
OBTAINED, EXPIRES = "obtained_at", "expires_at"
CONSENT_NEEDED = "consent_needed"  # why the OA has to be connected again, once it has

VERIFIER_LENGTH = 43  # Zalo takes exactly so many characters
SHORTEST_LIFE = timedelta(hours=1)  # for an expires_in that cannot be read: older posts say so
LONGEST_LIFE = timedelta(days=90)
CONNECT_AGAIN = "the Official Account has to be connected again"

# What the answer to a renewal may be beside two tokens: there is no number for any of it.
RENEWALS: tuple[tuple[str, type[SendFailed], str], ...] = (
    (
        "an error, or not both tokens",
        AccountUnusable,
        "nothing that is kept is overwritten; a person connects the account again if this stays",
    ),
    (
        "no answer, 5xx, not JSON",
        AccountUnusable,
        "the refresh token is probably spent: a person connects the account again",
    ),
    ("429, 503, Retry-After", TryAgain, "nothing is spent; while the old token lives, it serves"),
)


def new_verifier() -> str:
    """A PKCE verifier: kept in the account, its challenge goes into Zalo's console."""
    return secrets.token_urlsafe(32)  # 43 characters


def challenge(verifier: str) -> str:
    """S256 of RFC 7636."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def proof(app_secret: str, access_token: str) -> str:
    """The header appsecret_proof, where the console asks for it."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


class OAuth:
    """What one app asks of Zalo's OAuth, for one Official Account."""

    def __init__(
        self, account: ZaloAccount, settings: ChannelSettings, client: Client, now: Clock
    ) -> None:
        self._account, self._client, self._now = account, client, now
        self._base = settings.zalo_oauth_url
        self._url = httpx.URL(f"{self._base}/v4/oa/access_token")

    def permission_url(self, *, redirect_uri: str, state: str) -> str:
        """Where an admin of the OA consents; Zalo then calls `redirect_uri` with code and oa_id."""
        asked = {
            "app_id": self._account.app_id,
            "redirect_uri": redirect_uri,
            "code_challenge": challenge(self._verifier()),
            "state": state,
        }
        return f"{self._base}/v4/oa/permission?{urlencode(asked)}"

    async def connect(self, code: str, vault: Vault, *, oa_id: str = "") -> None:
        """Turn the callback's code into tokens and keep them; `oa_id` is the callback's, too.

        The code lives 10 minutes and is good once. Raises a child of SendFailed; nothing that is
        kept is lost then.
        """
        if self._account.oa_id and oa_id and oa_id != self._account.oa_id:
            raise AccountUnusable("consent was given for another Official Account")
        kept = await vault.read()

        async def fresh(_: Secrets) -> Secrets:
            return await self.exchange(code)

        await vault.renew(kept.get(ACCESS, ""), fresh)

    async def exchange(self, code: str) -> Secrets:
        """The first pair of tokens for a consent."""
        verifier = self._verifier()
        form = {"code": code, "grant_type": "authorization_code", "code_verifier": verifier}
        return await self._pair(form)

    async def refresh(self, kept: Secrets) -> Secrets:
        """The next pair in the place of `kept`, or `kept` marked as useless; for `Vault.renew`.

        Raises TryAgain when the token was surely not spent, AccountUnusable when Zalo said no.
        """
        if kept.get(CONSENT_NEEDED):
            return kept
        form = {"refresh_token": kept.get(REFRESH, ""), "grant_type": "refresh_token"}
        try:
            return await self._pair(form)
        except OutcomeUnknown as lost:
            return {**kept, CONSENT_NEEDED: f"{self._now().isoformat()} {lost}"}

    async def _pair(self, form: Mapping[str, str]) -> Secrets:
        if self._account.app_secret is None or not self._account.app_id:
            raise AccountUnusable("Zalo: the account has no app id or no app secret")
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "secret_key": self._account.app_secret.get_secret_value(),
        }
        content = urlencode({**form, "app_id": self._account.app_id}).encode()
        answer = await self._client.post(self._url, content, headers)
        return pair(answer, now=self._now())

    def _verifier(self) -> str:
        if self._account.code_verifier is None:
            raise AccountUnusable("Zalo: the account has no code verifier")
        return self._account.code_verifier.get_secret_value()


def pair(answer: Answer, *, now: datetime) -> Secrets:
    """Both tokens of an answer: it is a success with both, and with nothing else, at any status."""
    said = json_object(answer.body) or {}
    access, refresh = said.get("access_token"), said.get("refresh_token")
    if isinstance(access, str) and isinstance(refresh, str) and access and refresh:
        ends = now + _life(said.get("expires_in"))
        moments = {OBTAINED: now.isoformat(), EXPIRES: ends.isoformat()}
        return {ACCESS: access, REFRESH: refresh, **moments}
    raise _refusal(answer, said, now=now)


def _refusal(answer: Answer, said: Mapping[str, Any], *, now: datetime) -> SendFailed:
    """Why there are no tokens. OutcomeUnknown: the refresh token may be spent all the same."""
    wait = retry_after(answer.headers, now=now)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS or wait:
        return TryAgain(f"Zalo OAuth: HTTP {answer.status}", after=wait)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return OutcomeUnknown(f"HTTP {answer.status}")
    if said:
        why = named(said.get("error_name")) or named(said.get("error")) or "no tokens"
        return AccountUnusable(f"Zalo OAuth: {why}; {CONNECT_AGAIN} if this stays")
    if answer.status in SPEECHLESS:  # another server than Zalo's refused: nothing was spent
        return AccountUnusable(f"Zalo OAuth: HTTP {answer.status} without JSON")
    return OutcomeUnknown("an answer that is not JSON")


def _life(expires_in: Any) -> timedelta:  # noqa: ANN401 a word or a number, as Zalo likes
    try:
        life = timedelta(seconds=int(expires_in))
    except (TypeError, ValueError, OverflowError):
        return SHORTEST_LIFE
    return min(life, LONGEST_LIFE) if life > timedelta(0) else SHORTEST_LIFE
