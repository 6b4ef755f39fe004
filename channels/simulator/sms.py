"""eSMS.vn: the JSON service that sends customer-care SMS, and its delivery reports.

Below `/MainService.svc/json/`. Credentials are in the body, and so are errors: HTTP says 200.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import Faults, Outcome
from channels.simulator.segments import as_shown, segments
from channels.simulator.sms_records import Account, Report, carrier, price_of, said
from channels.simulator.state import Book, Message
from channels.simulator.wire import Reply, Request, as_json, perform

PREFIX = "/MainService.svc/json/"
SEND = "SendMultipleMessage_V4_post_json"
MEMORY = timedelta(hours=24)  # of RequestIds
REMEMBERED = 1_000_000
ONCE_WITHIN = timedelta(minutes=5)  # of one text to one number, under a test brand name
LONGEST_REQUEST_ID = 50
CALLBACK_RETRIES = 5
TYPES = {"1", "2", "8", "23", "24", "25"}
BRANDED = {"1", "2"}
MOBILE = re.compile(r"(?:\+?84|0)([35789]\d{8})")
INVALID = as_json({"error": "Invalid request"})
VARIABLE = re.compile(r"\{P\d+,(\d+)\}")  # of a template; the number is its longest value


class Esms:
    def __init__(self, config: Config, book: Book, faults: Faults, courier: Courier) -> None:
        self.config, self.book, self.faults, self.courier = config, book, faults, courier
        self.account = Account(config, config.esms_balance)
        self.requests: OrderedDict[str, float] = OrderedDict()  # RequestId: when it was taken
        self.texts: dict[tuple[str, str], datetime] = {}  # of test brand names
        self.templates = [pattern(text) for text in config.esms_templates]

    async def answer(self, request: Request) -> Reply:
        name = request.path.removeprefix(PREFIX).split("/")[0]
        if name == SEND and request.method == "POST":
            return await self.send(request)
        asked: dict[str, Callable[[Request], dict[str, Any]]] = {
            "GetSendStatus": self.account.status,
            "GetSmsReceiverStatus_get": self.account.receivers,
            "GetBalance_json": self.account.money,
            "SummaryMultipleMessage_V4_get": self.account.price,
            "GetListBrandname": self.account.brandnames,
            "GetTemplate": self.account.templates,
        }
        return as_json(asked[name](request)) if name in asked else Reply(404)

    async def send(self, request: Request) -> Reply:
        told = request.json()
        if not isinstance(told, dict) or not all(isinstance(v, str) for v in told.values()):
            return INVALID
        phone = domestic(told.get("Phone", "")) or ""
        return await perform(
            self.faults.take("sms", phone),
            accept=lambda played: self._accept(told, phone, played),
            refuse=_refusal,
        )

    def _accept(self, told: dict[str, str], phone: str, played: Outcome) -> Reply:
        if code := self._wrong(told, phone):
            return INVALID if code == "invalid" else _error(code)
        if told.get("Sandbox") == "1":
            return _taken(token_hex(16))
        request_id = told.get("RequestId", "")
        if request_id and self._known(request_id):
            return self._again(request_id)
        if told["Brandname"] in self.config.esms_test_brandnames and self._lately(told, phone):
            return self._again("")
        wide = told.get("IsUnicode", "0") == "1"
        count = segments(told["Content"], unicode=wide)
        price = count * price_of(self.config, phone)
        if price > self.account.balance:
            return _error("103")
        self.account.balance -= price
        if request_id:
            self.requests[request_id] = self.book.clock().timestamp()
        message = Message(
            channel="sms",
            address=phone,
            text=told["Content"] if wide else as_shown(told["Content"]),
            at=self.book.clock(),
            provider_id=token_hex(16),
            reference=request_id,
            sender=told.get("Brandname", ""),
            segments=count,
        )
        return self._deliver(message, price, told.get("CallbackUrl", ""), played)

    def _again(self, request_id: str) -> Reply:
        if earlier := self.book.by_reference("sms", request_id):
            self.book.came_again(earlier)
        more = {"ErrorMessage": "Request exist 1", "SendStatus": "5"}
        return as_json({"CodeResult": "124", "CountRegenerate": 0, **more})

    def _deliver(self, message: Message, price: int, url: str, played: Outcome) -> Reply:
        report = Report(message.reference, message.address, price, message.at)
        self.book.add(message)
        self.account.keep(message.provider_id, report)
        wait = self.config.receipt_delay if played.delay is None else played.delay
        wait = {"early": 0.0, "late": 10 * wait}.get(played.receipt, wait)

        async def tell() -> None:
            arrived = played.receipt not in ("failed", "rejected", "temporary")
            report.end(arrived=arrived, rejected=played.receipt == "rejected")
            self.book.mark(message, "delivered" if arrived else "failed")
            if url:
                await self._report(url, message.provider_id, report)

        for _ in range({"none": 0, "twice": 2}.get(played.receipt, 1)):
            self.courier.later(wait, tell)
        return _taken(message.provider_id)

    async def _report(self, url: str, sms_id: str, report: Report) -> None:
        """The delivery report: GET, no signature; only a time-out is tried again."""
        fields = {
            "SMSID": sms_id,
            "SendFailed": report.failed,
            "SendStatus": report.status,
            "SendSuccess": report.success,
            "TotalPrice": f"{report.billed:.4f}",
            "TotalReceiver": 1,
            "TotalSent": 1,
            "RequestId": report.request_id,
            "TypeId": 2,
            "telcoid": carrier(report.phone)[0],
            "phonenumber": report.phone,
            "switchsmsid": "",
        }
        full = f"{url}{'&' if '?' in url else '?'}{urlencode(fields, errors='replace')}"
        for _ in range(1 + CALLBACK_RETRIES):
            try:
                await self.courier.send("GET", full, within=self.config.esms_callback_timeout)
            except TimeoutError:
                continue
            return

    def _wrong(self, told: dict[str, str], phone: str) -> str:
        """The code of the first thing wrong with a request, or nothing."""
        content, kind = told.get("Content", ""), told.get("SmsType", "")
        ours = *self.config.esms_brandnames, *self.config.esms_test_brandnames
        known = told.get("Brandname", "") in ours
        checks = (
            (not self.account.may(told), "101"),
            (not content or len(told.get("RequestId", "")) > LONGEST_REQUEST_ID, "invalid"),
            (not kind, "300"),
            (kind not in TYPES, "118"),
            (not phone, "108"),
            (kind in BRANDED and not known, "104"),
            (bool(self.book.people.get(("sms", phone), {}).get("blocked")), "99"),
            (any(w.lower() in content.lower() for w in self.config.esms_blocked_words), "201"),
            (self.templates and not any(t.fullmatch(content) for t in self.templates), "146"),
        )
        return next((code for wrong, code in checks if wrong), "")

    def _lately(self, told: dict[str, str], phone: str) -> bool:
        """Whether the same text went to the same number within five minutes.

        No code is documented for that; 124 is the one of duplicates.
        """
        now, key = self.book.clock(), (phone, told["Content"])
        again = key in self.texts and now - self.texts[key] < ONCE_WITHIN
        if not again:
            self.texts[key] = now
        return again

    def _known(self, request_id: str) -> bool:
        oldest = self.book.clock().timestamp() - MEMORY.total_seconds()
        while self.requests:
            first = next(iter(self.requests))
            if self.requests[first] > oldest and len(self.requests) < REMEMBERED:
                break
            del self.requests[first]
        return request_id in self.requests


def domestic(phone: str) -> str | None:
    """A Vietnamese mobile as eSMS writes it, 0901888484, or None."""
    found = MOBILE.fullmatch(phone)
    return f"0{found[1]}" if found else None


def pattern(template: str) -> re.Pattern[str]:
    """What a text must look like to be of `template`: "{P1,20} la ma …"."""
    parts = VARIABLE.split(template)  # words, a length, words, a length, words
    written = (f".{{0,{part}}}" if i % 2 else re.escape(part) for i, part in enumerate(parts))
    return re.compile("".join(written))


def _taken(sms_id: str) -> Reply:
    return as_json({"CodeResult": "100", "CountRegenerate": 0, "SMSID": sms_id})


def _error(code: str) -> Reply:
    return as_json({**said(code), **({"SMSID": token_hex(16)} if code == "146" else {})})


def _refusal(played: Outcome) -> Reply:
    """ESMS documents no throttling of sends: a bare 429 is what its gateway would answer."""
    if played.kind == "throttle":
        return Reply(429, headers=((b"retry-after", played.value.encode()),))
    return _error(played.value)
