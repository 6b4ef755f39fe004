"""FPT's brandname SMS: a token bound to a session, then a call for each text. No callbacks.

The names of an error's fields are the gateway's (`error`, `error_description`), as its clients
read them; a token is taken from the body, or from the Authorization header of newer clients.
"""

import base64
import binascii
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Any

from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import Faults, Outcome
from channels.simulator.segments import is_gsm, segments
from channels.simulator.sms import domestic, pattern
from channels.simulator.state import Book, Message
from channels.simulator.wire import Reply, Request, as_json, perform

TOKENS, PUSH = "/oauth2/token", "/api/push-brandname-otp"
PATHS = (TOKENS, PUSH)
LIFE, ONCE = timedelta(hours=1), timedelta(minutes=5)
SCOPE = "send_brandname_otp"
SAID = {
    "1008": "client id or client secret is wrong",
    "1011": "access token is invalid",
    "1013": "access token is expired",
    "2501": "duplicate message in 5 minutes",
    "2513": "brandname is not declared",
    "2518": "content does not match any template",
    "2519": "content contains a banned keyword",
}


class Fpt:
    def __init__(self, config: Config, book: Book, faults: Faults, courier: Courier) -> None:
        self.config, self.book, self.faults, self.courier = config, book, faults, courier
        self.tokens: dict[str, tuple[str, datetime]] = {}  # its session, and until when
        self.taken: dict[tuple[str, str], datetime] = {}
        self.templates = [pattern(text) for text in config.fpt_templates]

    async def answer(self, request: Request) -> Reply:
        told = request.json()
        if request.method != "POST" or not isinstance(told, dict):
            return Reply(405 if request.method != "POST" else 400)
        if request.path == TOKENS:
            return self._token(told)
        phone = domestic(str(told.get("Phone"))) or ""
        return await perform(
            self.faults.take("sms", phone),
            accept=lambda played: self._accept(request, told, phone, played),
            refuse=_refusal,
        )

    def _token(self, told: dict[str, Any]) -> Reply:
        given = told.get("client_id"), told.get("client_secret")
        if given != (self.config.fpt_client_id, self.config.fpt_client_secret):
            return _error("1008")
        session = told.get("session_id")
        if told.get("grant_type") != "client_credentials" or told.get("scope") != SCOPE:
            return _error("1008")
        if not isinstance(session, str) or not session:
            return _error("1008")
        value = token_hex(20)
        self.tokens[value] = session, self.book.clock() + LIFE
        return as_json({"access_token": value, "expires_in": 3600, "token_type": "Bearer"})

    def _accept(self, request: Request, told: dict[str, Any], phone: str, played: Outcome) -> Reply:
        text = _text(told.get("Message"))
        if code := self._wrong(request, told, phone, text):
            return _error(code)
        now, key = self.book.clock(), (phone, text)
        if key in self.taken and now - self.taken[key] < ONCE:
            return _error("2501")
        self.taken[key] = now
        message = self.book.add(
            Message(
                channel="sms",
                address=phone,
                text=text,
                at=now,
                provider_id=f"fpt-{token_hex(8)}",
                reference=str(told.get("RequestId", "")),
                sender=str(told.get("BrandName")),
                segments=segments(text, unicode=not is_gsm(text)),
            )
        )

        async def arrive() -> None:
            failed = played.receipt in ("failed", "rejected", "temporary")
            self.book.mark(message, "failed" if failed else "delivered")

        self.courier.later(self.config.receipt_delay, arrive)
        return as_json(
            {
                "MessageId": message.provider_id,
                "Phone": phone,
                "BrandName": message.sender,
                "PartnerId": "",
                "Telco": "",
            }
        )

    def _wrong(self, request: Request, told: dict[str, Any], phone: str, text: str) -> str:
        """The code of the first thing wrong with a request, or nothing."""
        header = request.header(b"authorization").removeprefix("Bearer ")
        session, until = self.tokens.get(str(told.get("access_token") or header), ("", None))
        banned = (word.lower() in text.lower() for word in self.config.fpt_blocked_words)
        checks = (
            (until is None or told.get("session_id") != session, "1011"),
            (until is not None and until <= self.book.clock(), "1013"),
            (told.get("BrandName") not in self.config.fpt_brandnames, "2513"),
            (not text or not phone, "2518"),
            (any(banned), "2519"),
            (self.templates and not any(t.fullmatch(text) for t in self.templates), "2518"),
        )
        return next((code for wrong, code in checks if wrong), "")


def _text(message: object) -> str:
    """What is in a Message: base64 of UTF-8; nothing where it is something else."""
    try:
        return base64.b64decode(str(message), validate=True).decode()
    except (binascii.Error, ValueError):
        return ""


def _error(code: str) -> Reply:
    return as_json({"error": int(code), "error_description": SAID.get(code, "failed")})


def _refusal(played: Outcome) -> Reply:
    if played.kind == "throttle":
        return Reply(429, headers=((b"retry-after", played.value.encode()),))
    return _error(played.value)
