"""Zalo's Official Account interface: consultation messages, users, quota, OAuth.

Errors come with HTTP 200 and no `data`. All ids and times are words: they exceed 2^53.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex, token_urlsafe
from typing import Any

from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import Faults, Outcome
from channels.simulator.state import Book, Message
from channels.simulator.wire import Reply, Request, as_json, perform
from channels.simulator.zalo_hooks import Hooks
from channels.simulator.zalo_message import (
    APP_FULL,
    OA_FULL,
    SAID,
    buttons,
    fault_of,
    parts,
    picture,
)

PREFIXES = ("/v3.0/oa/", "/v2.0/oa/", "/v4/oa/")
FREE, BILLED = timedelta(hours=48), timedelta(days=7)
LIFETIME = "90000"  # seconds of an access token, as Zalo writes it
UNLIMITED = 1_000_000


@dataclass(slots=True)
class Minute:
    """Calls in this minute, against the limits of the app and of the account's plan."""

    app: int
    oa: int
    number: int = 0
    used: int = 0

    @property
    def limit(self) -> int:
        return min(limit for limit in (self.app, self.oa, UNLIMITED) if limit)

    def call(self, now: datetime) -> str:
        """Count a call; the text of -32 when it is one too many."""
        minute = int(now.timestamp() // 60)
        if minute != self.number:
            self.number, self.used = minute, 0
        self.used += 1
        if self.app and self.used > self.app:
            return APP_FULL
        return OA_FULL if self.oa and self.used > self.oa else ""

    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        left = max(self.limit - self.used, 0)
        return (
            (b"x-ratelimit-limit", str(self.limit).encode()),
            (b"x-ratelimit-remain", str(left).encode()),
        )


@dataclass(slots=True)
class Tokens:
    """One pair is alive. A refresh token is spent by its use, whatever becomes of the answer."""

    access: str
    refresh: str
    dead: set[str] = field(default_factory=set)

    def rotate(self) -> dict[str, str]:
        self.dead |= {self.access, self.refresh}
        self.access, self.refresh = token_urlsafe(64), token_urlsafe(64)
        pair = {"access_token": self.access, "refresh_token": self.refresh}
        return {**pair, "expires_in": LIFETIME}

    def wrong(self, access: str) -> int:
        """The error of a call that brings `access`, or 0."""
        if access == self.access:
            return 0
        return -220 if access in self.dead else -216


class Zalo:
    def __init__(self, config: Config, book: Book, faults: Faults, courier: Courier) -> None:
        self.config, self.book, self.faults = config, book, faults
        self.hooks = Hooks(config, book, courier)
        self.tokens = Tokens(config.zalo_access_token, config.zalo_refresh_token)
        self.minute = Minute(config.zalo_app_limit, config.zalo_oa_limit)

    async def answer(self, request: Request) -> Reply:
        if request.path == "/v4/oa/access_token":
            return self._token(request)
        if code := self.tokens.wrong(request.header(b"access_token")):
            return self._error(code)
        if full := self.minute.call(self.book.clock()):
            return self._error(-32, full)
        if request.path == "/v3.0/oa/message/cs" and request.method == "POST":
            return await self.send(request)
        asked: dict[str, Callable[[Request], Reply]] = {
            "/v3.0/oa/user/detail": self._detail,
            "/v3.0/oa/quota/message": self._quota,
            "/v2.0/oa/getoa": self._account,
        }
        if request.path in ("/v3.0/oa/message/transaction", "/v3.0/oa/message/promotion"):
            return self._error(-240)
        return asked[request.path](request) if request.path in asked else Reply(404)

    async def send(self, request: Request) -> Reply:
        told = request.json()
        user, message = parts(told)
        if not user.isdecimal():
            return self._error(-201)
        return await perform(
            self.faults.take("zalo", user),
            accept=lambda played: self._accept(user, message, played),
            refuse=self._refusal,
        )

    def _accept(self, user: str, told: dict[str, Any], played: Outcome) -> Reply:
        code, text = fault_of(told)
        if code := code or self._closed(user):
            return self._error(code, text)
        now = self.book.clock()
        message = Message(
            channel="zalo",
            address=user,
            text=told.get("text", ""),
            at=now,
            provider_id=token_hex(10),
            buttons=buttons(told),
            picture=picture(told),
        )
        self.book.add(message)
        self._plan_receipts(message, played)
        kind = "reply" if self._last_seen(user, now) > now - FREE else "sub_quota"
        return self._ok(
            {
                "message_id": message.provider_id,
                "user_id": user,
                "sent_time": str(int(now.timestamp() * 1000)),
                "quota": {"quota_type": kind},
            }
        )

    def _plan_receipts(self, message: Message, played: Outcome) -> None:
        self.hooks.echo(message)
        wait = self.config.receipt_delay if played.delay is None else played.delay
        wait = {"early": 0.0, "late": 10 * wait}.get(played.receipt, wait)
        seen = self.hooks.is_seen()
        if played.receipt in ("none", "failed", "rejected"):  # Zalo has no word for a failure
            return
        times = 2 if played.receipt == "twice" else 1
        if played.receipt == "reordered":
            self.hooks.seen(message, wait)
            self.hooks.received(message, 2 * wait)
            return
        self.hooks.received(message, wait, times)
        if seen:
            self.hooks.seen(message, 3 * wait, times)

    def _closed(self, user: str) -> int:
        """Why this user may not be written to now, or 0."""
        person, now = self._person(user), self.book.clock()
        last = self._last_seen(user, now)
        checks = (
            (person.get("unknown"), -201),
            (not person.get("follows", True), -213),
            (person.get("blocked"), -217),
            (person.get("restricted"), -244),
            (person.get("inactive"), -227),
            (last == NEVER, -232),
            (last < now - BILLED, -230),
        )
        return next((code for holds, code in checks if holds), 0)

    def _person(self, user: str) -> dict[str, Any]:
        known = self.book.people.get(("zalo", user))
        return {"follows": self.config.zalo_strangers_follow} if known is None else known

    def _last_seen(self, user: str, now: datetime) -> datetime:
        last = self._person(user).get("last_interaction", now)
        return datetime.fromisoformat(last) if isinstance(last, str) else last or NEVER

    def interact(self, user: str) -> None:
        """A follow, a message, a tap: the window of 48 hours opens again."""
        known = self.book.people.setdefault(("zalo", user), {})
        known["last_interaction"] = self.book.clock()

    def _token(self, request: Request) -> Reply:
        """Refresh: the old pair dies at once. An error comes with HTTP 200 and without number."""
        form, app = request.form, (self.config.zalo_app_id, self.config.zalo_app_secret)
        if (form.get("app_id"), request.header(b"secret_key")) != app:
            return as_json(_oauth("invalid_app", "App id or secret key is invalid"))
        spent = form.get("refresh_token") != self.tokens.refresh
        if form.get("grant_type") != "refresh_token" or spent:
            return as_json(_oauth("invalid_grant", "Invalid refresh token"))
        return as_json(self.tokens.rotate())

    def _detail(self, request: Request) -> Reply:
        user = str(_asked(request).get("user_id", ""))
        if not self._person(user).get("follows", True):
            return self._error(-213)
        now = self.book.clock()
        return self._ok(
            {
                "user_id": user,
                "user_id_by_app": user[::-1],
                "display_name": self.book.name("zalo", user),
                "is_sensitive": False,
                "user_last_interaction_date": f"{self._last_seen(user, now):%d/%m/%Y}",
                "user_is_follower": True,
                "tags_and_notes_info": {"notes": [], "tag_names": []},
            }
        )

    def _quota(self, request: Request) -> Reply:
        told = request.json()
        user = str(told.get("user_id", "")) if isinstance(told, dict) else ""
        last = self._last_seen(user, self.book.clock())
        return self._ok({"last_interaction": str(int(last.timestamp() * 1000))})

    def _account(self, _: Request) -> Reply:
        return self._ok(
            {
                "oaid": self.config.zalo_oa_id,
                "name": "Trường Mầm non Hoa Mai",
                "is_verified": True,
                "num_follower": sum(key[0] == "zalo" for key in self.book.phones),
                "package_name": "Comprehensive",
            }
        )

    def _ok(self, data: dict[str, Any]) -> Reply:
        told = {"data": data, "error": 0, "message": "Success"}
        return as_json(told, headers=self.minute.headers())

    def _error(self, code: int, text: str = "") -> Reply:
        told = {"error": code, "message": text or SAID.get(code, "Error")}
        return as_json(told, headers=self.minute.headers())

    def _refusal(self, played: Outcome) -> Reply:
        if played.kind == "throttle":
            return self._error(-32, OA_FULL)
        return self._error(int(played.value))


NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _asked(request: Request) -> dict[str, Any]:
    """The one parameter of Zalo's GET calls: `data`, JSON in the address."""
    try:
        found = json.loads(request.query.get("data", "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _oauth(name: str, reason: str) -> dict[str, str]:
    return {"error_name": name, "error_reason": reason, "error_description": reason}
