"""SMS through FPT's brandname service: a token for an hour, then one JSON call for each text.

Source: several independent clients, FPT's own among them; reference/sms.md section 3. FPT calls
nobody back, so what it took is all that can be known.
"""

import asyncio
import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from channels.accounts import FptAccount, Surroundings
from channels.http import Client, Row, checked, code_of, failure, named
from channels.settings import ChannelSettings
from channels.sms import Ready, Sms
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Channel,
    Forged,
    GiveUp,
    Incoming,
    OutcomeUnknown,
    Outgoing,
    Quote,
    Receipt,
    TryAgain,
)

TOKEN_LIFE = timedelta(seconds=3500)
SCOPE = "send_brandname_otp"  # customer care; advertising has another
CODES = ("error", "error_code", "ErrorCode", "code", "Code")  # FPT's clients differ
GOOD = {"", "0"}
TAKEN = {
    "2501": "the same message within five minutes: accepted then",
    "1": "the same, of the older gateway",
}
STALE = {"1011", "1013"}  # the token: renewed once
# Source: FPT's clients. A code that is not here is OutcomeUnknown.
ANSWERS: dict[str, Row] = {
    "1008": Row(AccountUnusable, "wrong client_id or client_secret"),
    "1011": Row(AccountUnusable, "the token is invalid, and a new one as well"),
    "1013": Row(AccountUnusable, "the token has expired, and a new one as well"),
    "2513": Row(GiveUp, "the brandname is not declared"),
    "2": Row(GiveUp, "the brandname is not declared"),
    "-8": Row(GiveUp, "the brandname is not declared"),
    "2518": Row(GiveUp, "the text is of no registered template"),
    "5": Row(GiveUp, "the text is of no registered template"),
    "-20": Row(GiveUp, "the text is of no registered template"),
    "2519": Row(GiveUp, "the text holds a banned keyword"),
    "6": Row(GiveUp, "the text holds a banned keyword"),
    "-18": Row(GiveUp, "the text holds a banned keyword"),
}
HEADERS = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    value: str
    session: str  # every call says the one with which the token was asked for
    until: datetime


class FptAdapter:
    channel: Channel = Channel.SMS
    repeatable: bool = False  # a repeat is known for five minutes only
    hears: bool = False

    def __init__(
        self, account: FptAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        self._client = Client(
            timeout_seconds=settings.timeout_seconds, connections=settings.connections
        )
        self._url, self._account, self._now = settings.fpt_url, account, around.now
        self._sms = Sms(account, settings, around.now)
        self._token: Token | None = None
        self._asking = asyncio.Lock()  # one asks for a token, the others wait for it

    async def send(self, message: Outgoing) -> Accepted:
        sms = self._sms.ready(message)
        token = await self._valid()
        said = await self._push(token, message.request_id, sms)
        if code_of(said, *CODES) in STALE:
            said = await self._push(await self._valid(token), message.request_id, sms)
        code, taken_as = code_of(said, *CODES), named(said.get("MessageId"))
        if code in TAKEN or (code in GOOD and taken_as):
            return Accepted(taken_as, units=sms.units, cost_vnd=sms.cost_vnd)
        row = ANSWERS.get(code)
        verdict = row.verdict if row else OutcomeUnknown
        raise failure(verdict, f"FPT {code or 'without a code'}", now=self._now())

    def quote(self, body: str, to: str = "") -> Quote:
        return self._sms.quote(body, to)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        raise Forged(f"FPT calls nobody back, {callback.method[:8]} or otherwise")

    async def close(self) -> None:
        await self._client.close()

    async def _push(self, token: Token, request_id: str, sms: Ready) -> dict[str, Any]:
        form = {
            "session_id": token.session,
            "BrandName": self._account.brandname,
            "Phone": f"0{sms.subscriber}",
            "Message": base64.b64encode(sms.text.encode()).decode(),
            "RequestId": request_id,
        }
        headers = HEADERS
        if self._account.token_in == "header":  # noqa: S105 a place, no password
            headers = HEADERS | {"Authorization": f"Bearer {token.value}"}
        else:
            form["access_token"] = token.value
        return await self._post("/api/push-brandname-otp", form, headers)

    async def _valid(self, stale: Token | None = None) -> Token:
        """A token that holds, and is not `stale`; many who come at once ask for one together."""
        async with self._asking:
            held = self._token
            if held is None or held is stale or held.until <= self._now():
                held = self._token = await self._fresh()
            return held

    async def _fresh(self) -> Token:
        """Whatever goes wrong here, no message has left us yet."""
        session = secrets.token_hex(16)
        form = {
            "grant_type": "client_credentials",
            "client_id": self._account.client_id.get_secret_value(),
            "client_secret": self._account.client_secret.get_secret_value(),
            "scope": SCOPE,
            "session_id": session,
        }
        try:
            said = await self._post("/oauth2/token", form, HEADERS)
        except OutcomeUnknown as why:
            raise TryAgain(f"no token: {why}") from None
        except GiveUp as why:
            raise AccountUnusable(f"no token: {why}") from None
        if isinstance(value := said.get("access_token"), str) and value.isascii() and value:
            return Token(value, session, self._now() + TOKEN_LIFE)
        code = code_of(said, *CODES)
        verdict = ANSWERS[code].verdict if code in ANSWERS else TryAgain
        raise failure(verdict, f"FPT gives no token: {code or 'no code'}", now=self._now())

    async def _post(
        self, path: str, form: Mapping[str, str], headers: Mapping[str, str]
    ) -> dict[str, Any]:
        url = httpx.URL(f"{self._url}{path}")
        answer = await self._client.post(url, json.dumps(form).encode(), headers)
        return checked(answer, now=self._now())
