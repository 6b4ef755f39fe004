"""SpeedSMS: JSON below `/index.php/`, Basic auth with the token, one callback address for all."""

import base64
from secrets import randbelow
from typing import Any

from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import Faults, Outcome
from channels.simulator.segments import is_gsm, segments
from channels.simulator.sms import domestic
from channels.simulator.state import Book, Message
from channels.simulator.wire import Reply, Request, as_json, perform

PREFIX = "/index.php/"
TYPES = {2, 3, 4, 5}
SHARED = {"Verify", "Notify"}  # names of everybody, with sms_type 4
LONGEST_PARTS = 5
CALLBACK_WITHIN = 10.0  # seconds
STATUSES = {"failed": 64, "rejected": 65, "temporary": 34}
SAID = {
    "007": "IP locked",
    "008": "Account blocked",
    "009": "Account not allowed to call the API",
    "101": "Invalid or missing parameters",
    "105": "Phone number invalid",
    "110": "Not support sms content encoding",
    "113": "Sms content too long",
    "300": "Your account balance not enough to send sms",
    "500": "Internal error, please try again",
}


class SpeedSms:
    def __init__(self, config: Config, book: Book, faults: Faults, courier: Courier) -> None:
        self.config, self.book, self.faults, self.courier = config, book, faults, courier
        self.balance = config.speedsms_balance
        self.statuses: dict[str, int | None] = {}

    async def answer(self, request: Request) -> Reply:
        asked = request.method, request.path.removeprefix(PREFIX).strip("/")
        if not self._may(request):
            return as_json({"status": "error", "code": "009", "message": SAID["009"]}, 401)
        if asked == ("POST", "sms/send"):
            return await self.send(request)
        if asked == ("GET", "user/info"):
            money = {"email": "truong@hoamai.example", "balance": self.balance, "currency": "VND"}
            return as_json({"status": "success", "code": "00", "data": money})
        if asked[0] == "GET" and asked[1].startswith("sms/status/"):
            return self.status(asked[1].rpartition("/")[2])
        return Reply(404)

    async def send(self, request: Request) -> Reply:
        told = request.json()
        to = told.get("to") if isinstance(told, dict) else None
        phones = [domestic(str(one)) or "" for one in to] if isinstance(to, list) else []
        return await perform(
            self.faults.take("sms", phones[0] if phones else ""),
            accept=lambda played: self._accept(told, phones, played),
            refuse=_refusal,
        )

    def status(self, tran_id: str) -> Reply:
        """The shape is one client's word; a message that nobody has reported on has no status."""
        if tran_id not in self.statuses:
            return _error("101")
        known = self.statuses[tran_id]
        rows = [] if known is None else [{"phone": "", "status": known}]
        return as_json({"status": "success", "code": "00", "data": rows})

    def says(self, phone: str, text: str) -> str:
        """A parent's text to the account's number; returns its id."""
        name = str(randbelow(10**9))
        told = {"type": self.config.speedsms_inbound, "phone": _abroad(phone), "content": text}
        self._tell(0.0, {**told, "tranId": name})
        return name

    def _accept(self, told: Any, phones: list[str], played: Outcome) -> Reply:  # noqa: ANN401
        if code := self._wrong(told, phones):
            return _error(code, told.get("to", []) if code == "105" else [])
        text = told["content"]
        units = segments(text, unicode=not is_gsm(text))
        good = [phone for phone in phones if phone]
        price = units * self.config.speedsms_price * len(good)
        if price > self.balance:
            return _error("300")
        self.balance -= price
        tran_id = str(100_000 + len(self.statuses))
        self.statuses[tran_id] = None
        for phone in good:
            self._deliver(phone, tran_id, told, units, played)
        bad = [str(to) for to, phone in zip(told["to"], phones, strict=True) if not phone]
        data = {
            "tranId": int(tran_id),
            "totalSMS": units * len(good),
            "totalPrice": price,
            "invalidPhone": bad,
        }
        return as_json({"status": "success", "code": "00", "data": data})

    def _deliver(
        self, phone: str, tran_id: str, told: dict[str, Any], units: int, played: Outcome
    ) -> None:
        message = self.book.add(
            Message(
                channel="sms",
                address=phone,
                text=told["content"],
                at=self.book.clock(),
                provider_id=f"speedsms-{tran_id}-{phone}",
                sender=told.get("sender", ""),
                segments=units,
            )
        )
        wait = self.config.receipt_delay if played.delay is None else played.delay
        wait = {"early": 0.0, "late": 10 * wait}.get(played.receipt, wait)
        status = STATUSES.get(played.receipt, 0)

        def arrive() -> None:
            self.statuses[tran_id] = status
            self.book.mark(message, "failed" if status else "delivered")

        report = {"type": "report", "tranId": tran_id, "phone": _abroad(phone), "status": status}
        for _ in range({"none": 0, "twice": 2}.get(played.receipt, 1)):
            self._tell(wait, report, arrive)

    def _tell(self, wait: float, told: dict[str, Any], first: Any = None) -> None:  # noqa: ANN401
        async def tell() -> None:
            if first:
                first()
            if url := self.config.speedsms_callback_url:
                body, kind = as_json(told).body, {"content-type": "application/json"}
                await self.courier.send(
                    "POST", url, within=CALLBACK_WITHIN, content=body, headers=kind
                )

        self.courier.later(wait, tell)

    def _wrong(self, told: Any, phones: list[str]) -> str:  # noqa: ANN401
        """The code of the first thing wrong with a request, or nothing."""
        if not isinstance(told, dict) or not phones or not isinstance(told.get("content"), str):
            return "101"
        kind, text, sender = told.get("sms_type"), told["content"], told.get("sender", "")
        named = {3: sender in self.config.speedsms_senders, 4: sender in SHARED}
        checks = (
            (kind not in TYPES or not text or not named.get(kind, True), "101"),
            (not any(phones), "105"),
            (segments(text, unicode=not is_gsm(text)) > LONGEST_PARTS, "113"),
        )
        return next((code for wrong, code in checks if wrong), "")

    def _may(self, request: Request) -> bool:
        token = base64.b64encode(f"{self.config.speedsms_token}:x".encode()).decode()
        return request.header(b"authorization") == f"Basic {token}"


def _abroad(phone: str) -> str:
    return f"84{phone[1:]}"


def _error(code: str, phones: object = ()) -> Reply:
    told = {"status": "error", "code": code, "message": SAID.get(code, "Failed")}
    return as_json({**told, "invalidPhone": phones or []})


def _refusal(played: Outcome) -> Reply:
    """No throttling is documented: a bare 429 is what its gateway would answer."""
    if played.kind == "throttle":
        return Reply(429, headers=((b"retry-after", played.value.encode()),))
    return _error(played.value)
