"""eSMS: what an account may ask about its messages, its money and its brand names.

The calls name their code differently (CodeResult, CodeResponse); the documents do so too.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.simulator.config import Config
from channels.simulator.segments import is_gsm, segments
from channels.simulator.wire import Request

STATUSES = 200_000
QUEUED, REJECTED, FINISHED = 2, 4, 5
WEEK = timedelta(days=7)  # how far back the status calls look
CARRIERS = (  # telcoid, name and the prefixes that (by guess: numbers may move) are theirs
    (1, "Viettel", r"3[1-9]|86|9[678]"),
    (2, "Mobi", r"30|51|7[06789]|89[6-9]|9[03]"),
    (3, "Vina", r"8[1-58]|9[14]"),
    (4, "Vietnamobile", r"52[238]|5[68]|92"),
    (5, "Gtel", r"59|99[3-7]"),
    (6, "Itel", r"87"),
    (7, "Reddi", r"559"),
)
SAID = {
    "101": "Authorize Failed",
    "103": "Balance is not enough to send message",
    "104": "Brand name code is not exist",
    "105": "SMSID not found",
    "108": "Phone is not valid",
    "118": "Message type is not supported",
    "146": "Sai template Brandname CSKH",
    "201": "Content has blocked keyword",
    "99": "Phone number is blocked",
    "300": "SmsType is required",
}


@dataclass(slots=True)
class Report:
    """What became of one message, as the status calls tell it."""

    request_id: str
    phone: str
    price: int
    at: datetime
    status: int = QUEUED
    success: int = 0
    failed: int = 0

    @property
    def billed(self) -> int:
        return self.price if self.success else 0

    def end(self, *, arrived: bool, rejected: bool = False) -> None:
        self.status = REJECTED if rejected else FINISHED
        self.success, self.failed = int(arrived), int(not arrived)


@dataclass(slots=True)
class Account:
    config: Config
    balance: int
    reports: OrderedDict[str, Report] = field(default_factory=OrderedDict)  # by SMSID

    def keep(self, sms_id: str, report: Report) -> None:
        self.reports[sms_id] = report
        while len(self.reports) > STATUSES:
            self.reports.popitem(last=False)

    def may(self, told: dict[str, Any]) -> bool:
        given = told.get("ApiKey"), told.get("SecretKey")
        return given == (self.config.esms_api_key, self.config.esms_secret_key)

    def _report(self, sms_id: str) -> Report | None:
        report = self.reports.get(sms_id)
        return report if report and self.config.clock() - report.at < WEEK else None

    def status(self, request: Request) -> dict[str, Any]:
        """GetSendStatus: figures are numbers here, words in the callback."""
        sms_id = request.query.get("RefId", "")
        report = self._report(sms_id)
        if not self.may(request.query) or report is None:
            code = "105" if self.may(request.query) else "101"
            return {"CodeResponse": code, "SMSID": sms_id}
        return {
            "CodeResponse": "100",
            "SMSID": sms_id,
            "SendFailed": report.failed,
            "SendStatus": report.status,
            "SendSuccess": report.success,
            "TotalPrice": float(report.billed),
            "TotalReceiver": 1,
            "TotalSent": 1,
        }

    def receivers(self, request: Request) -> dict[str, Any]:
        report = self._report(request.query.get("RefId", ""))
        if not self.may(request.query) or report is None:
            return said("105" if self.may(request.query) else "101")
        one = {
            "IsSent": report.status != QUEUED,
            "NetworkName": carrier(report.phone)[1],
            "Phone": report.phone,
            "Retry": 0,
            "SentResult": bool(report.success),
        }
        return {"CodeResult": "100", "ReceiverList": [one]}

    def money(self, request: Request) -> dict[str, Any]:
        if not self._signed(request):
            return {"Balance": 0, "CodeResponse": "101", "ErrorMessage": SAID["101"]}
        return {"Balance": self.balance, "CodeResponse": "100", "UserID": 9999}

    def price(self, request: Request) -> dict[str, Any]:
        if not self.may(request.query):
            return said("101")
        text = request.query.get("Content", "")
        each = price_of(self.config, request.query.get("Phone", ""))
        total = segments(text, unicode=not is_gsm(text)) * each
        head = {"CodeResult": "100", "ErrorMessage": "success"}
        return {**head, "TotalPrice": total, "TotalReceiver": 1}

    def brandnames(self, request: Request) -> dict[str, Any]:
        keys = request.path.rstrip("/").split("/")[-2:]
        if keys != [self.config.esms_api_key, self.config.esms_secret_key]:
            return said("101")
        listed = [{"Brandname": name, "Type": 2} for name in self.config.esms_brandnames]
        return {"CodeResponse": "100", "ListBrandName": listed}

    def templates(self, request: Request) -> dict[str, Any]:
        if not self._signed(request):
            return said("101")
        listed = [
            {"NetworkID": 1, "TempContent": text, "TempId": number}
            for number, text in enumerate(self.config.esms_templates, 458)
        ]
        return {"CodeResult": "100", "ErrorMessage": "success", "BrandnameTemplates": listed}

    def _signed(self, request: Request) -> bool:
        told = request.json()
        return isinstance(told, dict) and self.may(told)


def said(code: str) -> dict[str, Any]:
    return {"CodeResult": code, "CountRegenerate": 0, "ErrorMessage": SAID.get(code, "Failed")}


def price_of(config: Config, phone: str) -> int:
    """VND of a segment to the carrier of `phone`."""
    return config.esms_prices.get(carrier(phone)[1], config.esms_price)


def carrier(phone: str) -> tuple[int, str]:
    found = (c for c in CARRIERS if re.match(f"0(?:{c[2]})", phone))
    number, name, _ = next(found, CARRIERS[0])
    return number, name
