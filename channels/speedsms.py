"""SMS through SpeedSMS: JSON with an access token, receipts and parents' texts by callback.

Sources: SpeedSMS API pages, and two independent clients for the callback; reference/sms.md
section 2. There is no duplicate check: what may have left is never sent again by itself.
"""

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPMethod
from typing import Any

import httpx

from channels.accounts import SpeedSmsAccount, Surroundings
from channels.http import (
    Client,
    Row,
    checked,
    code_of,
    failure,
    json_object,
    named,
    readable,
    same,
)
from channels.settings import ChannelSettings
from channels.sms import Sms
from contactbook.ports.account import AccountState
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Channel,
    Forged,
    GiveUp,
    Gone,
    Heard,
    Incoming,
    OutcomeUnknown,
    Outgoing,
    Quote,
    Receipt,
    SendFailed,
    TryAgain,
)

DONE = "00"
# Source: SpeedSMS API pages. A code that is not here is OutcomeUnknown.
ANSWERS: dict[str, Row] = {
    "007": Row(AccountUnusable, "our address is locked"),
    "008": Row(AccountUnusable, "the account is blocked"),
    "009": Row(AccountUnusable, "the account may not call the API"),
    "101": Row(GiveUp, "a parameter is missing or wrong"),
    "105": Row(Gone, "the number is not valid"),
    "110": Row(GiveUp, "the text cannot be encoded"),
    "113": Row(GiveUp, "the text is too long"),
    "300": Row(AccountUnusable, "the balance is too low"),
    "500": Row(OutcomeUnknown, "an internal error: nobody knows how far it came"),
}
RANDOM_NUMBER = 2  # sms_type that has no sender's name
LARGEST_STATUS = 10**9 - 1
RICHEST = 10**15  # VND; a sum above is a broken answer
INBOUND = ("sms", "incoming")  # which of the two is unconfirmed
NUMBER = re.compile(r"(?:\+?84|0)([0-9]{9})")


@dataclass(frozen=True, slots=True)
class Report:
    """What the statuses of a receipt between two numbers mean, both included."""

    least: int
    most: int
    heard: Heard
    means: type[SendFailed] | None
    meaning: str


REPORTS = (
    Report(0, 0, Heard.DELIVERED, None, "arrived"),
    Report(1, 63, Heard.FAILED, TryAgain, "a passing failure"),
    Report(64, LARGEST_STATUS, Heard.FAILED, None, "a lasting failure"),
)


class SpeedSmsAdapter:
    channel: Channel = Channel.SMS
    repeatable: bool = False  # nothing tells it that a message comes a second time

    def __init__(
        self, account: SpeedSmsAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        self._client = Client(
            timeout_seconds=settings.timeout_seconds, connections=settings.connections
        )
        self._url, self._now = settings.speedsms_url, around.now
        key = base64.b64encode(f"{account.access_token.get_secret_value()}:x".encode()).decode()
        self._headers = {"Content-Type": "application/json", "Authorization": f"Basic {key}"}
        self._form: dict[str, Any] = {"sms_type": account.sms_type}
        if account.sms_type != RANDOM_NUMBER:
            self._form["sender"] = account.brandname
        self._secret = account.callback_secret
        self.hears = self._secret is not None  # a report has a door only with its secret word
        self._sms = Sms(account, settings, around.now)

    async def send(self, message: Outgoing) -> Accepted:
        sms = self._sms.ready(message)
        number = f"84{sms.subscriber}"
        form = self._form | {"to": [number], "content": sms.text}
        url = httpx.URL(f"{self._url}/sms/send")
        answer = await self._client.post(url, json.dumps(form).encode(), self._headers)
        data = self._data(checked(answer, now=self._now()))
        if number in _texts(data.get("invalidPhone")):
            raise Gone("SpeedSMS calls the number invalid")
        cost = _vnd(data.get("totalPrice"))
        return Accepted(
            named(data.get("tranId")), sms.units, sms.cost_vnd if cost is None else cost
        )

    def quote(self, body: str, to: str = "") -> Quote:
        return self._sms.quote(body, to)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        """A report or a parent's text: JSON to speedsms/<secret>, the only proof there is."""
        door, _, given = callback.path.strip("/").partition("/")
        if door != "speedsms" or not same(self._secret, given):
            raise Forged("SpeedSMS callback without our secret")
        said = json_object(callback.body) if callback.method.upper() == HTTPMethod.POST else None
        if said is None:
            return []
        if said.get("type") == "report":
            receipt = receipt_of(named(said.get("tranId")), said.get("status"))
            return [receipt] if receipt else []
        return written(said) if said.get("type") in INBOUND else []

    async def ask(self, provider_id: str) -> Receipt | None:
        """The call is known from one client only: what cannot be read in it is not known yet."""
        url = httpx.URL(f"{self._url}/sms/status/{provider_id}")
        said = checked(await self._client.get(url, self._headers), now=self._now())
        data = said.get("data")
        rows = data if isinstance(data, list) else [data]
        [*found] = (row for row in rows if isinstance(row, dict) and "status" in row)
        if code_of(said, "code") != DONE or len(found) != 1:
            return None
        return receipt_of(provider_id, found[0]["status"])

    async def account_state(self) -> AccountState:
        url = httpx.URL(f"{self._url}/user/info")
        said = checked(await self._client.get(url, self._headers), now=self._now())
        return AccountState(balance_vnd=_vnd(self._data(said).get("balance")))

    async def close(self) -> None:
        await self._client.close()

    def _data(self, said: dict[str, Any]) -> dict[str, Any]:
        code, data = code_of(said, "code"), said.get("data")
        if said.get("status") == "success" and code in ("", DONE) and isinstance(data, dict):
            return data
        row = ANSWERS.get(code) or ANSWERS.get(code.zfill(3))
        verdict = row.verdict if row else OutcomeUnknown
        raise failure(verdict, f"SpeedSMS {code or 'without a code'}", now=self._now())


def receipt_of(tran_id: str, status: object) -> Receipt | None:
    """What a status means; nothing where it is no number, or names no message."""
    told = str(status) if isinstance(status, str | int) and not isinstance(status, bool) else ""
    if not tran_id or not re.fullmatch(r"[0-9]{1,9}", told):
        return None
    number = int(told)
    [report] = (one for one in REPORTS if one.least <= number <= one.most)
    failed = report.heard is Heard.FAILED
    return Receipt(
        Channel.SMS,
        report.heard,
        provider_id=tran_id,
        reason=f"SpeedSMS status {number}" if failed else "",
        means=report.means,
    )


def written(said: dict[str, Any]) -> list[Incoming]:
    number = NUMBER.fullmatch(str(said.get("phone")))
    text = next((t for name in ("content", "message", "text") if (t := said.get(name))), None)
    if not number or not isinstance(text, str):
        return []
    name = named(said.get("tranId")) or named(said.get("id"))
    return [Incoming(Channel.SMS, f"+84{number[1]}", readable(text), provider_id=name)]


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []


def _vnd(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= RICHEST:
        return None
    return round(value)
