"""Calls to Zalo's two hosts in the name of one Official Account.

The token goes in a header of its own, errors come with HTTP 200. A token that is refused is renewed
once, and the call made again once. Source: reference/zalo.md section 3.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol
from uuid import uuid4

import httpx

from channels.accounts import Surroundings, ZaloAccount
from channels.http import AT_MOST_BYTES, Answer, Client, checked
from channels.settings import ChannelSettings
from channels.zalo.access import Access, Fixed
from channels.zalo.codes import Host, Sort, failed, meaning
from channels.zalo.oauth import OAuth, proof
from contactbook.ports.channel import GiveUp, OutcomeUnknown, Picture, SendFailed, TryAgain

Call = Callable[[dict[str, str]], Awaitable[Answer]]


class Tokens(Protocol):
    async def token(self) -> str: ...

    async def renewed(self, stale: str, /) -> str: ...


@dataclass(frozen=True, slots=True)
class Said:
    """What Zalo answered: its code, None where it gave none, and what came with it."""

    host: Host
    code: int | None
    body: Mapping[str, Any] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, Any]:
        found = self.body.get("data")
        return found if isinstance(found, dict) else {}


class Api:
    """One client for both hosts and OAuth, for the life of an adapter."""

    def __init__(
        self, account: ZaloAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        self.now = around.now
        self._client = Client(
            timeout_seconds=settings.timeout_seconds, connections=settings.connections
        )
        self._bases = {Host.OA: settings.zalo_oa_url, Host.ZBS: settings.zalo_zbs_url}
        self._proof_key = account.app_secret if account.appsecret_proof else None
        self._tokens = self._tokens_of(account, settings, around)

    async def post(self, host: Host, path: str, form: object) -> Said:
        """Raises a child of SendFailed where nothing was answered that could be read."""
        url, content = self._url(host, path), json.dumps(form).encode()

        async def call(headers: dict[str, str]) -> Answer:
            typed = headers | {"Content-Type": "application/json"}
            return await self._client.post(url, content, typed)

        return await self._ask(host, call)

    async def get(self, host: Host, path: str, query: Mapping[str, str]) -> Said:
        """A question: it changes nothing, so it may always be asked again, and raises so."""
        url = self._url(host, path).copy_merge_params(query)

        async def call(headers: dict[str, str]) -> Answer:
            return await self._client.get(url, headers, at_most=AT_MOST_BYTES)

        return await harmless(self._ask(host, call))

    async def upload(self, path: str, picture: Picture) -> Said:
        """A picture, as the field `file` of a form; twice does no harm."""
        boundary = uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="picture"\r\n'
            f"Content-Type: {picture.media_type}\r\n\r\n"
        )
        content = head.encode() + picture.data + f"\r\n--{boundary}--\r\n".encode()

        async def call(headers: dict[str, str]) -> Answer:
            typed = headers | {"Content-Type": f"multipart/form-data; boundary={boundary}"}
            return await self._client.post(self._url(Host.OA, path), content, typed)

        return await harmless(self._ask(Host.OA, call))

    async def fetch(self, url: str, *, at_most: int) -> bytes:
        """A file at Zalo's, open to whoever knows its address: our token stays here."""
        try:
            answer = await self._client.get(httpx.URL(url), {}, at_most=at_most)
        except OutcomeUnknown as unknown:
            raise TryAgain(str(unknown)) from unknown
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TryAgain(f"HTTP {answer.status}")
        if answer.status != HTTPStatus.OK:
            raise GiveUp(f"HTTP {answer.status}")
        return answer.body

    def failure(self, said: Said, *, left: bool = True) -> SendFailed:
        """What an answer with an error makes of the message, which has `left` us or not yet."""
        words = said.body.get("message")
        told = words if isinstance(words, str) else ""
        found = failed(said.host, said.code, words=told, now=self.now())
        in_doubt = isinstance(found, OutcomeUnknown) and not left
        return TryAgain(str(found)) if in_doubt else found

    async def close(self) -> None:
        await self._client.close()

    async def _ask(self, host: Host, call: Call) -> Said:
        token = await self._tokens.token()
        said = await self._once(host, call, token)
        if meaning(host, said.code).sort is not Sort.REFRESH:
            return said
        return await self._once(host, call, await self._tokens.renewed(token))

    async def _once(self, host: Host, call: Call, token: str) -> Said:
        headers = {"access_token": token}
        if self._proof_key:
            headers["appsecret_proof"] = proof(self._proof_key.get_secret_value(), token)
        answer = await call(headers)
        # Zalo documents no 5xx: one that does not even say when to come back explains nothing.
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR and "retry-after" not in (
            answer.headers
        ):
            raise OutcomeUnknown(f"HTTP {answer.status}")
        body = checked(answer, now=self.now())
        return Said(host, number(body.get("error")), body)

    def _url(self, host: Host, path: str) -> httpx.URL:
        return httpx.URL(self._bases[host] + path)

    def _tokens_of(
        self, account: ZaloAccount, settings: ChannelSettings, around: Surroundings
    ) -> Tokens:
        if account.access_token:
            return Fixed(account.access_token.get_secret_value())
        if around.vault is None:
            raise ValueError("Zalo is not configured: no token, and no vault to find one in")
        oauth = OAuth(account, settings, self._client, around.now)
        return Access(around.vault, oauth, renew_at=settings.zalo_renew_at, now=around.now)


async def harmless(asking: Awaitable[Said]) -> Said:
    """A call before the message: where its answer is in doubt, the message has not left yet."""
    try:
        return await asking
    except OutcomeUnknown as unknown:
        raise TryAgain(str(unknown)) from unknown


def number(value: Any) -> int | None:  # noqa: ANN401 what stands in other people's JSON
    """An error code; Zalo writes numbers, now and then in quotes."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(value[:8]) if isinstance(value, str) else None
    except ValueError:
        return None
