"""Who may call Zalo's two hosts, how often, and how their answers look.

Errors come with HTTP 200 and without data. Every answer says what is left of the minute.
"""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from channels.simulator.config import Config
from channels.simulator.faults import Outcome
from channels.simulator.wire import Reply, Request, as_json
from channels.simulator.zalo_message import APP_FULL, OA_FULL, SAID
from channels.simulator.zalo_tokens import DEAD, Tokens
from channels.simulator.zalo_zbs_form import SAID as ZBS_SAID

UNLIMITED = 1_000_000


@dataclass(slots=True)
class Minute:
    """Calls in this minute, against the limits of the app and of the account's plan."""

    app: int
    oa: int
    number: int = 0
    used: int = 0  # of the app
    used_by_oa: int = 0  # templates are not counted here

    def call(self, now: datetime, *, template: bool) -> str:
        """Count a call; the text of -32 when it is one too many."""
        minute = int(now.timestamp() // 60)
        if minute != self.number:
            self.number, self.used, self.used_by_oa = minute, 0, 0
        self.used += 1
        self.used_by_oa += not template
        if self.app and self.used > self.app:
            return APP_FULL
        return OA_FULL if self.oa and self.used_by_oa > self.oa and not template else ""

    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        app, oa = self.app or UNLIMITED, self.oa or UNLIMITED
        left = max(min(app - self.used, oa - self.used_by_oa), 0)
        return (
            (b"x-ratelimit-limit", str(min(app, oa)).encode()),
            (b"x-ratelimit-remain", str(left).encode()),
        )


class Gate:
    """Of one host: openapi.zalo.me, or with `business` that of the templates."""

    def __init__(
        self,
        config: Config,
        clock: Callable[[], datetime],
        tokens: Tokens,
        minute: Minute,
        *,
        business: bool = False,
    ) -> None:
        self.config, self.clock, self.tokens, self.minute = config, clock, tokens, minute
        self.business = business

    def refusal(self, request: Request, *, template: bool = False) -> Reply | None:
        """Why this caller may not call now: only the header access_token opens."""
        given = request.header(b"access_token")
        wrong = self.tokens.wrong(given)
        if wrong or request.header(b"authorization"):
            if self.business:
                return self.error(-124)
            return self.error(-220 if wrong == DEAD else -216)
        if self.config.zalo_appsecret_proof and not self._proven(request, given):
            return self.error(-1241 if self.business else -242)
        full = self.minute.call(self.clock(), template=template or self.business)
        return self.error(-32, full) if full else None

    def ok(self, data: object) -> Reply:
        told = {"data": data, "error": 0, "message": "Success"}
        return as_json(told, headers=self.minute.headers())

    def error(self, code: int, text: str = "") -> Reply:
        texts = ZBS_SAID if self.business else SAID
        told = {"error": code, "message": text or texts.get(code, "Error")}
        return as_json(told, headers=self.minute.headers())

    def scripted(self, played: Outcome) -> Reply:
        """The error of a script; of -32 there are two."""
        if played.kind == "throttle":
            return self.error(-32, APP_FULL if self.business else OA_FULL)
        code, _, text = played.value.partition(" ")
        return self.error(int(code), text)

    def _proven(self, request: Request, token: str) -> bool:
        key = self.config.zalo_app_secret.encode()
        made = hmac.new(key, token.encode(), hashlib.sha256).hexdigest()
        return hmac.compare_digest(made, request.header(b"appsecret_proof"))
