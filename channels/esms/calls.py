"""What eSMS answers when it is asked: of a message, and of our account.

The calls name their code differently, CodeResult or CodeResponse, and so do their refusals.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx

from channels.accounts import EsmsAccount
from channels.esms.codes import ANSWERS
from channels.esms.report import NETWORKS, RICHEST, TELCOS, as_words, heard, whole_vnd
from channels.http import Client, Clock, checked, code_of, failure, readable
from contactbook.ports.account import AccountState
from contactbook.ports.channel import OutcomeUnknown, Receipt, SendFailed

CODES = ("CodeResult", "CodeResponse")
DONE, NOT_FOUND = "100", "105"  # not found yet, or no more
CARE = "2"  # SmsType, and the Type of a brandname: customer care
HEADERS = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Form:
    """A text that eSMS has registered with one carrier."""

    text: str
    carrier: str
    number: str  # TempId


class EsmsCalls:
    def __init__(self, client: Client, account: EsmsAccount, url: str, now: Clock) -> None:
        self._client, self._url, self._now = client, url, now
        self._brandname = account.brandname
        self._keys = {
            "ApiKey": account.api_key.get_secret_value(),
            "SecretKey": account.secret_key.get_secret_value(),
        }

    async def ask(self, sms_id: str) -> Receipt | None:
        """The final word on a message of the last seven days, with its carrier if that is told."""
        said = await self._asked("GetSendStatus", self._keys | {"RefId": sms_id})
        if code_of(said, *CODES) == NOT_FOUND:
            return None
        words = as_words(self._said(said)) | {"SMSID": sms_id}
        for receipt in heard(words):
            with suppress(SendFailed):
                words["telcoid"] = await self._telco(sms_id)
                [receipt] = heard(words)  # noqa: PLW2901 the same, and its carrier
            return receipt
        return None

    async def account_state(self) -> AccountState:
        balance = await self.balance()
        senders: tuple[str, ...] = ()
        forms: tuple[Form, ...] = ()
        with suppress(SendFailed):
            senders = await self.brandnames()
        with suppress(SendFailed):
            forms = await self.templates()
        texts = tuple(dict.fromkeys(form.text for form in forms))  # once, not once for each carrier
        return AccountState(balance_vnd=balance, senders=senders, forms=texts)

    async def balance(self) -> int:
        said = await self._post("GetBalance_json")
        if (money := whole_vnd(str(said.get("Balance")), most=RICHEST)) is None:
            raise OutcomeUnknown("eSMS names no balance")
        return money

    async def price(self, to: str, text: str) -> int:
        """VND that eSMS would take for `text` to a number in E.164."""
        said = await self._get(
            "SummaryMultipleMessage_V4_get",
            Phone=f"0{to.removeprefix('+84')}",
            Content=text,
            SmsType=CARE,
            BrandName=self._brandname,
        )
        if (price := whole_vnd(str(said.get("TotalPrice")))) is None:
            raise OutcomeUnknown("eSMS names no price")
        return price

    async def brandnames(self) -> tuple[str, ...]:
        """Names registered for customer care."""
        path = "/".join(["GetListBrandname", *(quote(key, safe="") for key in self._keys.values())])
        rows = _rows(await self._get(path, signed=False), "ListBrandName")
        care = [row for row in rows if str(row.get("Type")) == CARE]
        return tuple(readable(str(row["Brandname"])) for row in care if "Brandname" in row)

    async def templates(self) -> tuple[Form, ...]:
        said = await self._post("GetTemplate/", SmsType=CARE, Brandname=self._brandname)
        return tuple(
            Form(
                text=readable(str(row.get("TempContent", ""))),
                carrier=TELCOS.get(str(row.get("NetworkID", "")), ""),
                number=str(row.get("TempId", "")),
            )
            for row in _rows(said, "BrandnameTemplates")
        )

    async def _telco(self, sms_id: str) -> str:
        """The carrier's telcoid, of the call per number, which gives its name instead."""
        said = await self._get("GetSmsReceiverStatus_get", RefId=sms_id)
        for row in _rows(said, "ReceiverList"):
            carrier = NETWORKS.get(str(row.get("NetworkName", "")).strip().lower())
            return next((telco for telco, one in TELCOS.items() if one is carrier), "")
        return ""

    async def _get(self, call: str, *, signed: bool = True, **asked: str) -> dict[str, Any]:
        return self._said(await self._asked(call, (self._keys if signed else {}) | asked))

    async def _asked(self, call: str, query: dict[str, str]) -> dict[str, Any]:
        answer = await self._client.get(httpx.URL(f"{self._url}/{call}", params=query), {})
        return checked(answer, now=self._now())

    async def _post(self, call: str, **asked: str) -> dict[str, Any]:
        body = json.dumps(self._keys | asked).encode()
        answer = await self._client.post(httpx.URL(f"{self._url}/{call}"), body, HEADERS)
        return self._said(checked(answer, now=self._now()))

    def _said(self, said: dict[str, Any]) -> dict[str, Any]:
        code = code_of(said, *CODES)
        if code == DONE:
            return said
        row = ANSWERS.get(code)
        verdict = row.verdict if row else OutcomeUnknown
        raise failure(verdict, f"eSMS {code or 'without a code'}", now=self._now())


def _rows(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    rows = said.get(name)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
