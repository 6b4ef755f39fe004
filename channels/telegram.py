"""Telegram: plain messages of the school's bot through python-telegram-bot, and a parent's words.

Sources: Telegram Bot API 10.0, python-telegram-bot 22.8; reference/telegram.md sections 1, 3 and 4.
"""

import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from math import isfinite
from typing import Any

import httpx
from telegram import Bot, LinkPreviewOptions
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)
from telegram.request import BaseRequest, RequestData

from channels.accounts import Surroundings, TelegramAccount
from channels.http import (
    SPEECHLESS,
    Answer,
    Client,
    Clock,
    bounded,
    json_object,
    readable,
    retry_after,
    same,
)
from channels.settings import ChannelSettings
from contactbook.ports.channel import (
    Accepted,
    AccountUnusable,
    Callback,
    Channel,
    Forged,
    GiveUp,
    Incoming,
    NotReachable,
    OutcomeUnknown,
    Outgoing,
    Quote,
    Receipt,
    SendFailed,
    TryAgain,
)

# How Telegram's refusals begin, without "Bad Request: ", which the library takes off.
# Source: telegram-bot-api's own source, as of Bot API 10.0.
ANSWERS: dict[str, type[SendFailed]] = {
    "Forbidden: bot was blocked by the user": NotReachable,  # she does not want us here
    "Forbidden: user is deactivated": NotReachable,  # her account is gone
    "Forbidden: bot can't initiate conversation with a user": NotReachable,  # never said /start
    "Forbidden: bot was kicked from the": NotReachable,  # group, supergroup or channel chat
    "Forbidden: bot is not a member of the": NotReachable,  # the same three
    "Forbidden: the group chat was deleted": NotReachable,
    "chat not found": NotReachable,  # no such id
    "private chat not found": NotReachable,  # the same
    "group chat was upgraded to a supergroup chat": NotReachable,  # without its new id
    "message text is empty": GiveUp,
    "message is too long": GiveUp,  # over 4,096 characters
    "can't parse entities": GiveUp,  # marks in the text; we send it plain
    "message is not modified": GiveUp,  # an edit without a difference; we edit none
    "query is too old and response timeout expired": GiveUp,  # a tapped button; we answer none
    "Unauthorized": AccountUnusable,  # the token is not, or no longer, a bot's
    "Not Found": AccountUnusable,  # the token is malformed, or there is no such method
    "Conflict: can't use getUpdates method while webhook is active": AccountUnusable,
    "Conflict: terminated by other getUpdates request": AccountUnusable,  # two bots, one token
    "Conflict: terminated by other setWebhook": AccountUnusable,
}
# Words we do not know: the status still says that nothing was sent. 5xx and the rest do not.
KINDS: dict[type[TelegramError], type[SendFailed]] = {
    Forbidden: NotReachable,  # 403
    ChatMigrated: NotReachable,  # the group has a new id; we write to private chats, which never do
    BadRequest: GiveUp,  # 400
    InvalidToken: AccountUnusable,  # 401, 404
    Conflict: AccountUnusable,  # 409
}
LONGEST_FLOOD = timedelta(days=1)  # asking a flooded bot again too early makes the flood longer
CHAT = re.compile(r"-?[0-9]{1,16}")  # ids have up to 52 bits
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


class TelegramAdapter:
    channel: Channel = Channel.TELEGRAM
    hears: bool = False  # the provider tells no arrival
    repeatable: bool = False  # no idempotency key and no client message id exist

    def __init__(
        self, account: TelegramAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the library warns at every flood
        self._client = Client(
            timeout_seconds=settings.timeout_seconds, connections=settings.connections
        )
        request = Request(self._client, settings.timeout_seconds, around.now)
        self._bot = Bot(
            account.token.get_secret_value(),
            base_url=f"{settings.telegram_url}/bot",
            base_file_url=f"{settings.telegram_url}/file/bot",
            request=request,
            get_updates_request=request,
        )
        self._secret = account.webhook_secret

    async def send(self, message: Outgoing) -> Accepted:
        if not CHAT.fullmatch(message.address):
            raise NotReachable("not a chat id")
        try:
            sent = await self._bot.send_message(
                int(message.address),
                message.body,
                link_preview_options=NO_PREVIEW,
                protect_content=True,
            )
        except Exception as error:  # noqa: BLE001 the library's own surprises are outcomes, too
            raise outcome(error) from None  # its words may quote the text
        return Accepted(str(sent.message_id))

    def quote(self, body: str) -> Quote:
        return Quote(body)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        given = callback.headers.get("x-telegram-bot-api-secret-token", "")
        if not same(self._secret, given):
            raise Forged("Telegram webhook without our secret")
        return heard(json_object(callback.body) or {})

    async def close(self) -> None:
        await self._client.close()


class Request(BaseRequest):
    """The library's requests over our client, whose failures keep their names."""

    def __init__(self, client: Client, timeout_seconds: float, now: Clock) -> None:
        self._client, self._timeout, self._now = client, timeout_seconds, now

    @property
    def read_timeout(self) -> float:
        return self._timeout

    async def initialize(self) -> None:
        """Nothing: the client wakes at its first request."""

    async def shutdown(self) -> None:
        """Nothing: the adapter closes the client."""

    async def do_request(
        self,
        url: str,
        method: str,  # noqa: ARG002 always POST for what we call
        request_data: RequestData | None = None,
        *_: object,
        **__: object,
    ) -> tuple[int, bytes]:
        form = request_data.url_encoded_parameters().encode() if request_data else b""
        answer = await self._client.post(httpx.URL(url), form, FORM)
        _spoken(answer, now=self._now())
        return answer.status, answer.body


def _spoken(answer: Answer, *, now: datetime) -> None:
    """Let through what Telegram said itself; a web server in front of it is heard here."""
    said = json_object(answer.body)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        parameters = (said or {}).get("parameters")
        asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
        raise TryAgain("HTTP 429", after=_flood(asked) or retry_after(answer.headers, now=now))
    if said is None:
        kind = SPEECHLESS.get(answer.status, OutcomeUnknown)
        raise kind(f"HTTP {answer.status} without JSON")


def _flood(wait: object) -> timedelta | None:
    """The library gives a timedelta or, if the operator unset PTB_TIMEDELTA, seconds."""
    if isinstance(wait, timedelta):
        return bounded(wait, most=LONGEST_FLOOD)
    if isinstance(wait, bool) or not isinstance(wait, int | float) or not isfinite(wait):
        return None
    seconds = max(0, min(wait, LONGEST_FLOOD.total_seconds()))  # a timedelta has its limits
    return bounded(timedelta(seconds=seconds), most=LONGEST_FLOOD)


def outcome(error: Exception) -> SendFailed:
    """What the library's exception means; specific ones first, for several are NetworkErrors."""
    if isinstance(error.__cause__, SendFailed):  # our client's, wrapped on its way through
        return error.__cause__
    if isinstance(error, RetryAfter):
        return TryAgain("Telegram asks to wait", after=_flood(error.retry_after))
    reason = f"Telegram {type(error).__name__}"
    if not isinstance(error, TelegramError):
        return OutcomeUnknown(reason)
    said = error.message.casefold()
    for kind, verdict in KINDS.items():
        if isinstance(error, kind):
            known = (ANSWERS[words] for words in ANSWERS if said.startswith(words.casefold()))
            return next(known, verdict)(reason)
    return OutcomeUnknown(reason)


def heard(update: dict[str, Any]) -> list[Receipt | Incoming]:
    """A person's text in her private chat with the bot; photos, groups and edits are nothing."""
    message = update.get("message")
    if not isinstance(message, dict):
        return []
    chat, text = message.get("chat"), message.get("text")
    if not isinstance(chat, dict) or not isinstance(text, str) or chat.get("type") != "private":
        return []
    if not (_number(chat.get("id")) and _number(update.get("update_id"))):
        return []
    name, at = str(update["update_id"]), _moment(message.get("date"))
    return [Incoming(Channel.TELEGRAM, str(chat["id"]), readable(text), name, at)]


def _number(value: Any) -> bool:  # noqa: ANN401 what stands in other people's JSON
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63


def _moment(seconds: Any) -> datetime | None:  # noqa: ANN401 the same
    if not _number(seconds):
        return None
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return None
