"""eSMS's word on a message, as its callback writes it (strings) and its status call (numbers)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from channels.http import named
from channels.prices import Carrier
from contactbook.ports.channel import Channel, Heard, Receipt

UUID_LENGTH = 36  # with its own dashes
DEAREST = Decimal(10_000_000)  # VND; a price above is a broken callback
RICHEST = Decimal(10**15)  # VND; a balance above is a broken answer
# telcoid of callbacks and NetworkID of templates; a sample for Zalo shows 9.
TELCOS = dict(
    zip(
        "1234567",
        (
            Carrier.VIETTEL, Carrier.MOBIFONE, Carrier.VINAPHONE, Carrier.VIETNAMOBILE,
            Carrier.GMOBILE, Carrier.ITEL, Carrier.WINTEL,
        ),
        strict=True,
    )
)  # fmt: skip
NETWORKS = {  # NetworkName of the call per number
    "viettel": Carrier.VIETTEL, "mobi": Carrier.MOBIFONE, "mobifone": Carrier.MOBIFONE,
    "vina": Carrier.VINAPHONE, "vinaphone": Carrier.VINAPHONE,
    "vietnamobile": Carrier.VIETNAMOBILE, "gtel": Carrier.GMOBILE, "gmobile": Carrier.GMOBILE,
    "itel": Carrier.ITEL, "reddi": Carrier.WINTEL, "wintel": Carrier.WINTEL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Report:
    """A SendStatus, and the count that has to be above zero with it; the first that fits holds."""

    status: str
    count: str
    heard: Heard | None  # None: not the last word
    meaning: str


REPORTS = (
    Report("4", "", Heard.FAILED, "eSMS rejected it"),
    Report("5", "SendFailed", Heard.FAILED, "eSMS could not deliver"),
    Report("5", "SendSuccess", Heard.DELIVERED, "delivered"),
    Report("1", "", None, "awaits approval"),
    Report("2", "", None, "queued"),
    Report("7", "", None, "sent, awaits the carrier's report"),
)


def heard(query: Mapping[str, str]) -> list[Receipt]:
    """The final word on one message; what is not final, or names no message, is nothing."""
    reference, sms_id = _uuid(query.get("RequestId", "")), named(query.get("SMSID"))
    report = next((one for one in REPORTS if _fits(one, query)), None)
    if report is None or report.heard is None or not (reference or sms_id):
        return []
    return [
        Receipt(
            Channel.SMS,
            report.heard,
            reference,
            sms_id,
            reason="" if report.heard is Heard.DELIVERED else report.meaning,
            cost_vnd=whole_vnd(query.get("TotalPrice", "")),
            carrier=TELCOS.get(query.get("telcoid", ""), ""),
        )
    ]


def as_words(said: Mapping[str, Any]) -> dict[str, str]:
    """What the status call says in numbers, as the callback would write it."""
    return {
        name: str(value) for name, value in said.items() if isinstance(value, str | int | float)
    }


def _fits(report: Report, query: Mapping[str, str]) -> bool:
    counted = not report.count or _some(query.get(report.count, ""))
    return report.status == query.get("SendStatus", "") and counted


def _some(count: str) -> bool:
    return count.isascii() and count.isdigit() and count.strip("0") != ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.partition("-")[0] if len(text) < UUID_LENGTH else text)  # "…-1": again
    except ValueError:
        return None


def whole_vnd(price: str, *, most: Decimal = DEAREST) -> int | None:
    """Whole VND of "850.0000"; nothing of what is no sum of money."""
    try:
        amount = Decimal(price)
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount < 0 or amount > most:
        return None
    return int(amount.to_integral_value(ROUND_HALF_UP))
