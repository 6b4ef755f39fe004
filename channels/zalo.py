"""Zalo: consultation messages of the school's Official Account, and what Zalo says back.

Sources: Zalo OA OpenAPI v3; reference/zalo.md sections 3, 4, 9 and 11.
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from channels.accounts import Surroundings, ZaloAccount
from channels.http import (
    Client,
    Later,
    Verdict,
    checked,
    failure,
    json_object,
    morning,
    named,
    next_minute,
    readable,
    tomorrow,
)
from channels.settings import ChannelSettings
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

# Host openapi.zalo.me: the same numbers mean other things on the ZBS host. Errors come with
# HTTP 200. Source: Zalo's error table as of 2026-10. An unlisted code is OutcomeUnknown.
ANSWERS: dict[int, Verdict] = {
    -32: Later(next_minute),  # "Your application reached limit call api", or "Your OA …"
    -100: GiveUp,  # attachment_id was expired; we upload none yet that could be renewed
    -200: TryAgain,  # Send message failed
    -201: GiveUp,  # a field is invalid, also ids of a wrong namespace
    -204: AccountUnusable,  # Official Account is disabled
    -205: AccountUnusable,  # Official Account does not exist
    -209: AccountUnusable,  # app not activated for this API
    -210: GiveUp,  # a parameter exceeds its limit: text over 2,000 characters
    -211: Later(tomorrow),  # out of quota
    -212: AccountUnusable,  # app has not registered this API
    -213: NotReachable,  # user has not followed the OA
    -214: GiveUp,  # article is being processed: we send none
    -216: AccountUnusable,  # access token is invalid; nothing here can renew it yet
    -217: NotReachable,  # user has blocked invitations from the OA
    -218: Later(tomorrow),  # this user has received as many as she may today
    -219: AccountUnusable,  # app is removed or disabled
    -220: AccountUnusable,  # access token is expired or removed; nothing here can renew it yet
    -221: AccountUnusable,  # OA needs to be verified
    -222: NotReachable,  # older form of -227
    -223: AccountUnusable,  # OA has not authorized this API to the app
    -224: AccountUnusable,  # OA needs a larger package
    -227: NotReachable,  # user is banned, or inactive for more than 45 days
    -230: NotReachable,  # user has not interacted in the past 7 days
    -232: NotReachable,  # user has never interacted, or the window has expired
    -233: GiveUp,  # message type is invalid or not supported
    -234: Later(morning),  # cannot be sent at night (22:00 to 06:00)
    -235: AccountUnusable,  # API does not support this type of OA
    -237: GiveUp,  # group disabled: we write to none
    -238: GiveUp,  # group asset used: the same
    -240: GiveUp,  # MessageV2 API was shut down: our code is wrong
    -241: GiveUp,  # group: the same
    -242: AccountUnusable,  # invalid appsecret_proof
    -244: NotReachable,  # user refuses this type of message from the OA
    -248: GiveUp,  # violates the platform's standards
    -249: GiveUp,  # template cannot be sent by user id
    -305: NotReachable,  # older: 48 hours are over
    -311: Later(tomorrow),  # older: out of reply quota
    -320: AccountUnusable,  # connect a Zalo Cloud Account
    -321: AccountUnusable,  # the Zalo Cloud Account is out of money
    -403: GiveUp,  # OA is not in the group: we write to none
    -501: AccountUnusable,  # our address is not inside Vietnam
}


class ZaloAdapter:
    channel: Channel = Channel.ZALO
    repeatable: bool = False  # no idempotency key and no client id exist on this call

    def __init__(
        self, account: ZaloAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        self.hears = bool(account.webhook_secrets)  # unsigned, a webhook is not believed
        if not account.access_token:
            raise ValueError("Zalo is not configured")
        self._client = Client(
            timeout_seconds=settings.timeout_seconds, connections=settings.connections
        )
        self._url = httpx.URL(f"{settings.zalo_oa_url}/v3.0/oa/message/cs")
        self._headers = {
            "Content-Type": "application/json",
            "access_token": account.access_token.get_secret_value(),
        }
        self._app_id = account.app_id
        self._secrets = [secret.get_secret_value() for secret in account.webhook_secrets]
        self._now = around.now

    async def send(self, message: Outgoing) -> Accepted:
        form = {"recipient": {"user_id": message.address}, "message": {"text": message.body}}
        answer = await self._client.post(self._url, json.dumps(form).encode(), self._headers)
        said = checked(answer, now=self._now())
        if (code := _number(said.get("error"))) != 0:
            verdict = OutcomeUnknown if code is None else ANSWERS.get(code, OutcomeUnknown)
            raise failure(verdict, f"Zalo {code}", now=self._now())
        return Accepted(named(_part(said, "data").get("message_id")))

    def quote(self, body: str, to: str = "") -> Quote:  # noqa: ARG002 it costs nothing
        return Quote(body)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        event = json_object(callback.body)
        if event is None or not self._signed(callback, event):
            raise Forged("Zalo webhook without Zalo's signature")
        return heard(event)

    async def close(self) -> None:
        await self._client.close()

    def _signed(self, callback: Callback, event: dict[str, Any]) -> bool:
        """SHA-256(app id + raw body + timestamp + secret), over the bytes exactly as they came."""
        given = callback.headers.get("x-zevent-signature", "").strip().lower().removeprefix("mac=")
        mac = given.encode("utf-8", "surrogatepass")
        said_at = str(event.get("timestamp", "")).encode("utf-8", "surrogatepass")
        fits = [
            hmac.compare_digest(_mac(self._app_id, callback.body, said_at, secret), mac)
            for secret in self._secrets
        ]
        return bool(self._app_id) and any(fits)


def _mac(app_id: str, body: bytes, said_at: bytes, secret: str) -> bytes:
    signed = app_id.encode() + body + said_at + secret.encode()
    return hashlib.sha256(signed).hexdigest().encode()


def heard(event: dict[str, Any]) -> list[Receipt | Incoming]:
    """Receipts and a parent's words; echoes of our own sends and other kinds are nothing."""
    message, at = _part(event, "message"), _moment(event.get("timestamp"))
    match event.get("event_name"):
        case "user_received_message":
            return _receipts(Heard.DELIVERED, [message.get("msg_id")], at)
        case "user_seen_message":
            several = message.get("msg_ids")
            return _receipts(Heard.READ, several if isinstance(several, list) else [], at)
        case "user_send_text":
            return _words(named(_part(event, "sender").get("id")), message, at)
        case _:
            return []


def _receipts(what: Heard, ids: list[Any], at: datetime | None) -> list[Receipt | Incoming]:
    known = [name for name in map(named, ids) if name]
    return [Receipt(Channel.ZALO, what, provider_id=name, at=at) for name in known]


def _words(user: str, message: dict[str, Any], at: datetime | None) -> list[Receipt | Incoming]:
    text = message.get("text")
    if not user or not isinstance(text, str):
        return []
    return [Incoming(Channel.ZALO, user, readable(text), named(message.get("msg_id")), at)]


def _part(said: dict[str, Any], name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _number(value: Any) -> int | None:  # noqa: ANN401 the same
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        return int(value[:8]) if isinstance(value, str) else None
    except ValueError:
        return None


def _moment(milliseconds: Any) -> datetime | None:  # noqa: ANN401 the same
    """Zalo's times are strings of milliseconds since 1970."""
    if not isinstance(milliseconds, str | int):
        return None
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(milliseconds))
    except (ValueError, OverflowError):
        return None
