"""One fast client for the providers that speak HTTP, and honest names for what goes wrong.

httpx's words (Request, time-outs) over aiohttp's wire. httpx's own AsyncClient is left out: its
pool collapses above some 16 requests at once, its cookies, redirects and proxies are not wanted,
and it logs addresses, which at Telegram hold the key. Measured on one core: 0.24 ms a request,
0.40 through AsyncClient.
"""

import asyncio
import hmac
import json
import re
import ssl
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import cache
from http import HTTPStatus
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from pydantic import SecretStr

from contactbook.ports.channel import (
    AccountUnusable,
    GiveUp,
    OutcomeUnknown,
    SendFailed,
    TryAgain,
)

# Failures before the first byte of the request: nobody has been told, or billed.
NEVER_LEFT = (
    aiohttp.ClientConnectorError,  # refused, no such host, TLS: all while connecting
    aiohttp.ConnectionTimeoutError,  # no connection in time, or none free in our pool
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
AT_MOST_BYTES = 256 * 1024  # a provider's answer is a few hundred bytes; nobody may fill our memory
AT_MOST_WAIT = timedelta(hours=1)  # a provider that asks for more is simply asked again
NAME = re.compile(r"[A-Za-z0-9_.:-]{1,128}", re.ASCII)
KEEP_ALIVE = 10.0  # seconds; shorter than most servers', so that we hang up first

Clock = Callable[[], datetime]
VIETNAM = timezone(timedelta(hours=7))  # no daylight saving time since 1975


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Later:
    """A TryAgain that knows when."""

    wait: Callable[[datetime], timedelta]


Verdict = type[SendFailed] | Later  # what a row of a provider's table makes of the message


@dataclass(frozen=True, slots=True)
class Row:
    """One code of a provider's table."""

    verdict: type[SendFailed]
    meaning: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: httpx.Headers
    body: bytes


class Client:
    """Connections to one provider, for the life of a process; used on one event loop only.

    Made anywhere: its session is born with the first request, on the loop that makes it.
    """

    def __init__(self, *, timeout_seconds: float, connections: int) -> None:
        self._connections = connections
        self._timeout = {"timeout": httpx.Timeout(timeout_seconds).as_dict()}
        self._patience = 3 * timeout_seconds  # in all: for answers that drip
        self._transport = AiohttpTransport(verify=_tls(), client=self._session)

    async def post(self, url: httpx.URL, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Raises TryAgain when the request surely never left us, else OutcomeUnknown."""
        request = httpx.Request(
            "POST", url, headers=headers, content=content, extensions=self._timeout
        )
        return await self._asked(request, AT_MOST_BYTES)

    async def get(
        self, url: httpx.URL, headers: Mapping[str, str], *, at_most: int = AT_MOST_BYTES
    ) -> Answer:
        """An answer or a file of up to `at_most` bytes; raises as `post` does."""
        request = httpx.Request("GET", url, headers=headers, extensions=self._timeout)
        return await self._asked(request, at_most)

    async def _asked(self, request: httpx.Request, at_most: int) -> Answer:
        try:
            async with asyncio.timeout(self._patience):
                return await self._exchange(request, at_most)
        except SendFailed:
            raise
        except Exception as error:
            # Ask the cause: this transport says ConnectTimeout for a hang-up afterwards, too.
            cause = error.__cause__ or error
            kind = TryAgain if isinstance(cause, NEVER_LEFT) else OutcomeUnknown
            raise kind(type(cause).__name__) from error

    async def close(self) -> None:
        await self._transport.aclose()

    async def _exchange(self, request: httpx.Request, at_most: int) -> Answer:
        response = await self._transport.handle_async_request(request)
        body = bytearray()
        try:
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > at_most:
                    raise OutcomeUnknown("an answer without end")
        finally:
            await response.aclose()
        return Answer(response.status_code, response.headers, bytes(body))

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._connections,
                keepalive_timeout=KEEP_ALIVE,
                ssl=self._transport.ssl_context,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "contactbook", "Accept-Encoding": "identity"},
        )


@cache
def _tls() -> ssl.SSLContext:
    """Reading all root certificates takes 20 ms: once for every client."""
    return httpx.create_ssl_context(trust_env=False)


def checked(answer: Answer, *, now: datetime) -> dict[str, Any]:
    """The JSON object a provider answered with, or what its absence means.

    Below 500 the body decides, whatever the status: the providers put their refusals there.
    """
    if answer.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        raise TryAgain(f"HTTP {answer.status}", after=retry_after(answer.headers, now=now))
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise OutcomeUnknown(f"HTTP {answer.status}")
    said = json_object(answer.body)
    if said is None:
        raise speechless(answer.status)
    return said


# Statuses that mean a refusal even when a web server speaks instead of the provider behind it.
SPEECHLESS: dict[int, Row] = {
    400: Row(GiveUp, "what we wrote cannot be read"),
    401: Row(AccountUnusable, "our key is not known"),
    403: Row(GiveUp, "a firewall does not like this text; the account may be fine"),
    404: Row(AccountUnusable, "the address in our settings is wrong"),
    405: Row(AccountUnusable, "the address in our settings is wrong"),
    407: Row(AccountUnusable, "a proxy stands between and wants a password"),
    413: Row(GiveUp, "too long"),
    414: Row(GiveUp, "too long"),
    415: Row(GiveUp, "not the form it wants"),
    422: Row(GiveUp, "understood, and refused"),
}
# What happens on the way to a provider, or instead of its answer.
ON_THE_WIRE: dict[str, Row] = {
    "429": Row(TryAgain, "too many at once; waits as long as Retry-After says"),
    "503": Row(TryAgain, "closed for now; waits as long as Retry-After says"),
    "500": Row(OutcomeUnknown, "any other 5xx: nobody knows how far the message came"),
    "connection refused": Row(TryAgain, "the message never left"),
    "no connection in time": Row(TryAgain, "the message never left"),
    "no connection free": Row(TryAgain, "all of ours are busy: the message never left"),
    "no answer in time": Row(OutcomeUnknown, "it may have been taken"),
    "hung up after the request": Row(OutcomeUnknown, "it may have been taken"),
    "a page instead of JSON": Row(OutcomeUnknown, "somebody else answered, with 200"),
}


def speechless(status: int) -> SendFailed:
    """What an answer without a readable word means."""
    row = SPEECHLESS.get(status)
    return (row.verdict if row else OutcomeUnknown)(f"HTTP {status} without JSON")


def same(secret: SecretStr | None, given: str) -> bool:
    """Whether `given` is our secret, in constant time; a secret we do not have fits nothing."""
    if secret is None:
        return False
    ours = secret.get_secret_value().encode()
    return hmac.compare_digest(ours, given.encode("utf-8", "surrogatepass"))


def json_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object that `body` is, or nothing: other people's bytes never raise here."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or ten thousand brackets
        return None
    return said if isinstance(said, dict) else None


def code_of(said: Mapping[str, Any], *names: str) -> str:
    """A provider's code, under the first of `names` that is there, fit for a reason."""
    for name in names:
        if isinstance(code := said.get(name), str | int) and not isinstance(code, bool):
            return re.sub(r"[^A-Za-z0-9_-]", "", str(code))[:24]
    return ""


def readable(text: str) -> str:
    """NFC, and only what a database can hold: JSON also carries half characters and NUL."""
    whole = text.encode("utf-8", "ignore").decode().replace("\x00", "")
    return unicodedata.normalize("NFC", whole)


def named(value: Any) -> str:  # noqa: ANN401 what stands in other people's JSON
    """An id as providers give them; anything stranger is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return text if NAME.fullmatch(text := str(value)) else ""


def retry_after(headers: httpx.Headers, *, now: datetime) -> timedelta | None:
    """The provider's Retry-After (seconds, or an HTTP date), at least 1 s and at most an hour.

    Source: RFC 9110 section 10.2.3.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return bounded(timedelta(seconds=int(value[:9])))
    try:
        moment = parsedate_to_datetime(value)
        return bounded(moment.replace(tzinfo=moment.tzinfo or UTC) - now)
    except (ValueError, OverflowError):
        return None


def bounded(wait: timedelta, *, most: timedelta = AT_MOST_WAIT) -> timedelta:
    return min(max(wait, timedelta(seconds=1)), most)


def failure(said: Verdict, reason: str, *, now: datetime) -> SendFailed:
    """What a row of a provider's table makes of the message."""
    if isinstance(said, Later):
        return TryAgain(reason, after=said.wait(now))
    return said(reason)


def next_minute(now: datetime) -> timedelta:
    """Until a limit per minute starts anew."""
    return timedelta(minutes=1) - timedelta(seconds=now.second, microseconds=now.microsecond)


def morning(now: datetime) -> timedelta:
    """Until 06:00 in Vietnam, when Zalo's night ends."""
    return _until(time(6), now)


def tomorrow(now: datetime) -> timedelta:
    """Until five past midnight in Vietnam, when a day's quota is new."""
    return _until(time(0, 5), now)


def _until(hour: time, now: datetime) -> timedelta:
    here = now.astimezone(VIETNAM)
    then = datetime.combine(here.date(), hour, VIETNAM)
    return then - here if then > here else then + timedelta(days=1) - here
