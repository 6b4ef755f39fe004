"""Zalo's OAuth v4: consent, code, and tokens of which one pair is alive.

A refresh token is spent by its use, whatever becomes of the answer. Script the address "oauth" for
its bad days: {"slow": 2}, "hang_after" (it dies before it answers), {"error": "Invalid"} (an error
body with HTTP 200, without a number), {"error": "-118"} (the same with one).
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_hex, token_urlsafe
from urllib.parse import urlencode

from channels.simulator.config import Config
from channels.simulator.faults import Faults, Outcome
from channels.simulator.wire import Reply, Request, as_json, perform

CODE_LIFE = timedelta(minutes=10)
DEAD, UNKNOWN = "dead", "unknown"


@dataclass(slots=True)
class Tokens:
    config: Config
    clock: Callable[[], datetime]
    access: str = ""
    refresh: str = ""
    ends: datetime | None = None  # of the first pair: never, so that a demo may run for days
    dead: set[str] = field(default_factory=set)
    codes: dict[str, datetime] = field(default_factory=dict)
    spent: int = 0  # refresh tokens that were used
    refused: int = 0  # tries with one that was spent or never ours

    def __post_init__(self) -> None:
        self.access, self.refresh = self.config.zalo_access_token, self.config.zalo_refresh_token

    def rotate(self) -> dict[str, str]:
        """A new pair; the old one is dead from now on."""
        self.dead |= {self.access, self.refresh}
        self.access, self.refresh = token_urlsafe(64), token_urlsafe(64)
        life = self.config.zalo_token_life
        self.ends = self.clock() + timedelta(seconds=life)
        pair = {"access_token": self.access, "refresh_token": self.refresh}
        return {**pair, "expires_in": str(life)}

    def wrong(self, access: str) -> str:
        """What is wrong with an access token, or nothing."""
        if access != self.access:
            return DEAD if access in self.dead else UNKNOWN
        return DEAD if self.ends and self.clock() >= self.ends else ""

    def allow(self) -> str:
        """An admin of the OA consents: a code, good once and for ten minutes."""
        code = token_hex(24)
        self.codes[code] = self.clock() + CODE_LIFE
        return code


class OAuth:
    def __init__(self, config: Config, faults: Faults, tokens: Tokens) -> None:
        self.config, self.faults, self.tokens = config, faults, tokens

    async def answer(self, request: Request) -> Reply:
        if (request.method, request.path) == ("GET", "/v4/oa/permission"):
            return self._consent(request)
        if (request.method, request.path) != ("POST", "/v4/oa/access_token"):
            return Reply(404)
        if wrong := self._wrong(request):
            self.tokens.refused += 1
            return as_json(wrong)
        self.tokens.spent += request.form["grant_type"] == "refresh_token"
        return await perform(
            self.faults.take("zalo", "oauth"),
            accept=lambda _: as_json(self.tokens.rotate()),
            refuse=_refusal,
        )

    def _consent(self, request: Request) -> Reply:
        """The page on which an admin consents; here she always does."""
        asked, back = request.query, request.query.get("redirect_uri", "")
        if asked.get("app_id") != self.config.zalo_app_id:
            return as_json({"error": -14002, "message": "Invalid appId"})
        known = self.config.zalo_redirect_uris
        if not back or (known and back not in known):
            return as_json({"error": -14003, "message": "Invalid redirect uri"})
        brought = {"code": self.tokens.allow(), "oa_id": self.config.zalo_oa_id}
        brought |= {"state": asked["state"]} if "state" in asked else {}
        return Reply(302, headers=((b"location", f"{back}?{urlencode(brought)}".encode()),))

    def _wrong(self, request: Request) -> dict[str, str]:
        form, app = request.form, (self.config.zalo_app_id, self.config.zalo_app_secret)
        if (form.get("app_id"), request.header(b"secret_key")) != app:
            return _oauth("invalid_app", "App id or secret key is invalid")
        if form.get("grant_type") == "authorization_code":
            ends = self.tokens.codes.pop(form.get("code", ""), None)
            fresh = ends is not None and self.tokens.clock() < ends
            good = fresh and self._verified(form.get("code_verifier", ""))
            return {} if good else _oauth("invalid_grant", "Invalid code")
        live = form.get("refresh_token") == self.tokens.refresh
        if form.get("grant_type") == "refresh_token" and live:
            return {}
        return _oauth("invalid_grant", "Invalid refresh token")

    def _verified(self, verifier: str) -> bool:
        """Whether it is the other half of the challenge that stands in the console (S256)."""
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return self.config.zalo_code_challenge in ("", challenge)


def _refusal(played: Outcome) -> Reply:
    """HTTP 200 all the same; a number only where the script has one."""
    if played.kind == "throttle":
        return Reply(429, headers=((b"retry-after", played.value.encode()),))
    if played.value.lstrip("-").isdecimal():
        return as_json({"error": int(played.value), "message": "Invalid refresh token"})
    return as_json(_oauth(played.value, "The provider does not say more"))


def _oauth(name: str, reason: str) -> dict[str, str]:
    return {"error_name": name, "error_reason": reason, "error_description": reason}
