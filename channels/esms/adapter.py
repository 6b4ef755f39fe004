"""SMS through eSMS: one text to one number, under the school's registered name.

Sources: eSMS developer guide as of 2026-04; reference/sms.md section 1.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from http import HTTPMethod
from uuid import UUID

import httpx

from channels.accounts import EsmsAccount, Surroundings
from channels.esms.calls import EsmsCalls
from channels.esms.codes import ANSWERS, INVALID, TAKEN
from channels.esms.report import heard
from channels.http import Client, checked, code_of, failure, named, same
from channels.settings import ChannelSettings
from channels.sms import Ready, Sms
from contactbook.ports.account import AccountState
from contactbook.ports.channel import (
    Accepted,
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

HEADERS = {"Content-Type": "application/json"}
TEST_BRANDNAME = "Baotrixemay"  # everybody's for trying out; it carries the same text only …
ONCE_WITHIN = timedelta(minutes=5)  # … once in this time to the same number
REMEMBERED = 1000  # of such texts


class EsmsAdapter:
    channel: Channel = Channel.SMS
    repeatable: bool = True  # RequestId: a repeat within 24 h is answered with 124

    def __init__(
        self, account: EsmsAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        self._client = Client(
            timeout_seconds=settings.timeout_seconds, connections=settings.connections
        )
        self._url = httpx.URL(f"{settings.esms_url}/SendMultipleMessage_V4_post_json/")
        self._form = form_of(account, settings.callback_url, around.door)
        self._calls = EsmsCalls(self._client, account, settings.esms_url, around.now)
        self._secret = account.callback_secret
        self.hears = self._secret is not None  # a report has a door only with its secret word
        self._sms = Sms(account, settings, around.now)
        self._trial = Trial() if account.brandname == TEST_BRANDNAME else None
        self._now = around.now

    async def send(self, message: Outgoing) -> Accepted:
        sms = self._sms.ready(message)
        if self._trial and (wait := self._trial.wait(message.reference, sms, self._now())):
            raise TryAgain("the test brandname carries a text once in five minutes", after=wait)
        form = self._form | words(message.request_id, sms)
        answer = await self._client.post(self._url, json.dumps(form).encode(), HEADERS)
        said = checked(answer, now=self._now())
        if (code := code_of(said, "CodeResult", "CodeResponse")) not in TAKEN:
            invalid = not code and said.get("error") == INVALID
            row = ANSWERS.get(code)
            verdict = GiveUp if invalid else row.verdict if row else OutcomeUnknown
            raise failure(verdict, f"eSMS {code or 'without a code'}", now=self._now())
        return Accepted(named(said.get("SMSID")), units=sms.units, cost_vnd=sms.cost_vnd)

    def quote(self, body: str, to: str = "") -> Quote:
        return self._sms.quote(body, to)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        """A delivery report: a GET on esms/<secret>, the only proof eSMS offers.

        eSMS repeats it five times, and only when we do not answer in time.
        """
        door, _, given = callback.path.strip("/").partition("/")
        if door != "esms" or not same(self._secret, given):
            raise Forged("eSMS callback without our secret")
        if callback.method.upper() != HTTPMethod.GET:
            return []
        return heard(callback.query)

    async def ask(self, provider_id: str) -> Receipt | None:
        return await self._calls.ask(provider_id)

    async def account_state(self) -> AccountState:
        return await self._calls.account_state()

    async def price(self, to: str, body: str) -> int:
        """What eSMS itself would take for `body`, in VND: to hold our price list against."""
        return await self._calls.price(to, self._sms.written(body))

    async def close(self) -> None:
        await self._client.close()


class Trial:
    """What the test brandname carried in the last minutes, by number and text."""

    def __init__(self) -> None:
        self._sent: OrderedDict[bytes, tuple[UUID, datetime]] = OrderedDict()

    def wait(self, reference: UUID, sms: Ready, now: datetime) -> timedelta | None:
        """How long this text has to wait; the same message again is not another one."""
        key = hashlib.sha256(f"{sms.subscriber} {sms.text}".encode()).digest()
        earlier, at = self._sent.get(key, (reference, now))
        if earlier != reference and now - at < ONCE_WITHIN:
            return ONCE_WITHIN - (now - at)
        self._sent[key] = reference, now
        while len(self._sent) > REMEMBERED:
            self._sent.popitem(last=False)
        return None


def form_of(account: EsmsAccount, callback_url: str, door: str) -> dict[str, str]:
    """What is the same in every request of this account; all values are strings."""
    form = {
        "ApiKey": account.api_key.get_secret_value(),
        "SecretKey": account.secret_key.get_secret_value(),
        "Brandname": account.brandname,
        "SmsType": "2",  # customer care
    }
    if secret := account.callback_secret:
        base = f"{callback_url}/hooks/sms/{door}esms"
        form["CallbackUrl"] = f"{base}/{secret.get_secret_value()}"
    return form


def words(request_id: str, sms: Ready) -> dict[str, str]:
    return {
        "Phone": f"0{sms.subscriber}",
        "Content": sms.text,
        "IsUnicode": "1" if sms.unicode else "0",
        "RequestId": request_id,
    }
