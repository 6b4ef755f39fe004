"""SMS through eSMS: one text to one number, under the school's registered name.

Sources: eSMS developer guide as of 2026-04; reference/sms.md section 1.
"""

import json
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from http import HTTPMethod
from uuid import UUID

import httpx

from channels.accounts import EsmsAccount, Surroundings
from channels.http import Client, Verdict, checked, failure, named, same
from channels.settings import ChannelSettings
from channels.sms_text import Alphabet, alphabet, nfc, segments
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Channel,
    Forged,
    GiveUp,
    Heard,
    Incoming,
    NotReachable,
    OutcomeUnknown,
    Outgoing,
    Quote,
    Receipt,
    TryAgain,
)

TAKEN = frozenset({"100", "124"})  # accepted; and: our RequestId is known since an earlier attempt
# Source: eSMS developer guide, "Bảng mã lỗi". An unlisted code is OutcomeUnknown.
ANSWERS: dict[str, Verdict] = {
    "99": NotReachable,  # number blocked on the system
    "108": NotReachable,  # number of a wrong form
    "199": TryAgain,  # request exists and is processing (registration calls)
    "160": TryAgain,  # too many at once (ZNS status call)
    "105": TryAgain,  # SMSID not found yet
    "103": AccountUnusable,  # balance too low
    "102": AccountUnusable,  # no price list for this account
    "101": AccountUnusable,  # wrong ApiKey or SecretKey
    "140": AccountUnusable,  # our address is not on the white list
    "143": AccountUnusable,  # account inactive or locked
    "104": GiveUp,  # brand name is not registered
    "146": GiveUp,  # text does not match the registered template
    "177": GiveUp,  # her carrier is not registered for this brand name
    "118": GiveUp,  # message type unsupported
    "300": GiveUp,  # SmsType missing
    "301": GiveUp,  # service type unsupported
    "201": GiveUp,  # blocked keyword in the text
    "107": GiveUp,  # advertising needs at least 30 different numbers
    "120": GiveUp,  # list over the limit
    "163": GiveUp,  # more than one number in a request (fixed number)
    # From here on: Zalo and voice products of eSMS, which we do not ask for.
    "106": GiveUp,  # recording missing
    "110": GiveUp,  # wrong data (Zalo per customer)
    "115": GiveUp,  # hashphone
    "171": GiveUp,  # voucher used
    "204": GiveUp,  # OAID not found
    "210": GiveUp,  # Zalo payload
    "687": GiveUp,  # more than 500 numbers
    "789": GiveUp,  # template not configured for the OA
    "790": GiveUp,  # wrong ZNS template
    "791": GiveUp,  # OAID or TemplateID missing
    "799": GiveUp,  # OAID inactive
    "801": GiveUp,  # over-quota mode may not be scheduled
    "802": GiveUp,  # over-quota mode not allowed
    "851": GiveUp,  # MessageId or SMSID missing
    "854": GiveUp,  # no data
}
INVALID = (
    "Invalid request"  # an "error" without a CodeResult: our form is broken, nothing was taken
)

FINISHED, REJECTED = "5", "4"  # SendStatus; 1 awaits approval, 2 queued, 7 awaits the report
VIETNAMESE = re.compile(r"\+84(\d{9,10})")
HEADERS = {"Content-Type": "application/json"}
DEAREST = Decimal(10_000_000)  # VND; a price above is a broken callback


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
        self._account = form_of(account, settings.callback_url, around.door)
        self._secret = account.callback_secret
        self.hears = self._secret is not None  # a report has a door only with its secret word
        self._price = settings.sms_price_vnd
        self._most = settings.sms_max_parts
        self._now = around.now

    async def send(self, message: Outgoing) -> Accepted:
        text = nfc(message.body)
        if (units := segments(text)) > self._most:
            raise GiveUp(f"{units} segments, at most {self._most} are allowed")
        form = self._account | words(message, text)
        answer = await self._client.post(self._url, json.dumps(form).encode(), HEADERS)
        said = checked(answer, now=self._now())
        if (code := str(said.get("CodeResult", ""))) not in TAKEN:
            invalid = not code and said.get("error") == INVALID
            verdict = GiveUp if invalid else ANSWERS.get(code, OutcomeUnknown)
            raise failure(verdict, f"eSMS {code[:8] or 'without a code'}", now=self._now())
        return Accepted(named(said.get("SMSID")), units=units, cost_vnd=units * self._price)

    def quote(self, body: str) -> Quote:
        text = nfc(body)
        units = segments(text)
        return Quote(text, units, alphabet(text).value, units * self._price)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        """A delivery report: a GET on esms/<secret>, the only proof eSMS offers."""
        door, _, given = callback.path.strip("/").partition("/")
        if door != "esms" or not same(self._secret, given):
            raise Forged("eSMS callback without our secret")
        if callback.method.upper() != HTTPMethod.GET:
            return []
        return heard(callback.query)

    async def close(self) -> None:
        await self._client.close()


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


def words(message: Outgoing, text: str) -> dict[str, str]:
    number = VIETNAMESE.fullmatch(message.address)
    if not number:
        raise NotReachable("not a Vietnamese number")
    return {
        "Phone": f"0{number[1]}",
        "Content": text,
        "IsUnicode": "0" if alphabet(text) is Alphabet.GSM else "1",
        "RequestId": message.reference.hex,
    }


def heard(query: Mapping[str, str]) -> list[Receipt]:
    """The final word on one message; what is not final, or names no message, is nothing."""
    reference, sms_id = _uuid(query.get("RequestId", "")), named(query.get("SMSID"))
    verdict = _verdict(query)
    if verdict is None or not (reference or sms_id):
        return []
    reason = "" if verdict is Heard.DELIVERED else _why(query)
    cost = _vnd(query.get("TotalPrice", ""))
    return [Receipt(Channel.SMS, verdict, reference, sms_id, reason=reason, cost_vnd=cost)]


def _verdict(query: Mapping[str, str]) -> Heard | None:
    status = query.get("SendStatus", "")
    if status == REJECTED:
        return Heard.FAILED
    if status != FINISHED:
        return None
    if _some(query.get("SendFailed", "")):
        return Heard.FAILED
    return Heard.DELIVERED if _some(query.get("SendSuccess", "")) else None


def _why(query: Mapping[str, str]) -> str:
    return "eSMS rejected it" if query.get("SendStatus") == REJECTED else "eSMS could not deliver"


def _some(count: str) -> bool:
    return count.isascii() and count.isdigit() and count.strip("0") != ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _vnd(price: str) -> int | None:
    """Whole VND of "850.0000"."""
    try:
        amount = Decimal(price)
    except InvalidOperation:
        return None
    if not (amount.is_finite() and 0 <= amount <= DEAREST):
        return None
    return int(amount.to_integral_value(ROUND_HALF_UP))
