"""One bot: messages to parents' private chats, and what they write, tap, send and share.

Sources: Telegram Bot API 10.0, python-telegram-bot 22.8; reference/telegram.md.
"""

import os
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from telegram import Bot, InputFile, LinkPreviewOptions, Message, ReplyParameters
from telegram.helpers import create_deep_linked_url

from channels.accounts import Surroundings, TelegramAccount
from channels.http import Client, json_object, same
from channels.settings import ChannelSettings
from channels.telegram.answers import outcome
from channels.telegram.message import check, fits_caption, keys
from channels.telegram.pace import Pace
from channels.telegram.updates import LARGEST_FILE, WANTED, heard
from channels.telegram.wire import Request
from contactbook.ports.channel import (
    Accepted,
    Callback,
    Channel,
    Forged,
    GiveUp,
    Incoming,
    Media,
    NotReachable,
    Outgoing,
    Quote,
    Receipt,
    SendFailed,
    Throttled,
)

CHAT = re.compile(r"-?[0-9]{1,16}")  # ids have up to 52 bits
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
POLL = 25  # seconds that Telegram holds a question for updates open
HALVES = 1_000  # pictures remembered whose words have not left yet
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Me:
    """Who the token belongs to."""

    id: int
    username: str
    name: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where Telegram sends updates; an empty `url`: nowhere, they wait for `poll`."""

    url: str
    waiting: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Update:
    """A fetched update; asking for `number` + 1 tells Telegram that it was written down."""

    number: int
    said: Sequence[Incoming]


class TelegramAdapter:
    channel: Channel = Channel.TELEGRAM
    hears: bool = False  # the provider tells no arrival
    repeatable: bool = False  # no idempotency key and no client message id exist

    def __init__(
        self, account: TelegramAccount, settings: ChannelSettings, around: Surroundings
    ) -> None:
        os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the library warns at every flood
        patience = settings.timeout_seconds
        self._client = Client(timeout_seconds=patience, connections=settings.connections)
        self._listener = Client(timeout_seconds=POLL + patience, connections=2)
        token = account.token.get_secret_value()
        self._bot = Bot(
            token,
            base_url=f"{settings.telegram_url}/bot",
            base_file_url=f"{settings.telegram_url}/file/bot",
            request=Request(self._client, patience, around.now),
            get_updates_request=Request(self._listener, POLL + patience, around.now),
        )
        self._id = token.partition(":")[0]
        self._username = account.username.removeprefix("@")
        self._secret = account.webhook_secret
        self._pace = Pace()
        self._halves: OrderedDict[UUID, int] = OrderedDict()

    async def send(self, message: Outgoing) -> Accepted:
        """A picture with words that do not fit under it goes ahead of them, and they answer it.

        Should the words have to wait, they are sent alone next time: the picture is remembered
        here, by our reference. Another process would send it again, but never the words.
        """
        if not CHAT.fullmatch(message.address):
            raise NotReachable("not a chat id")
        check(message)
        chat = int(message.address)
        if message.picture is None:
            return Accepted(await self._text(chat, message))
        if fits_caption(message):
            return Accepted(await self._picture(chat, message, whole=True))
        if (shown := self._halves.get(message.reference)) is None:
            shown = int(await self._picture(chat, message, whole=False))
            self._remember(message.reference, shown)
        sent = await self._text(chat, message, answers=shown)
        self._halves.pop(message.reference, None)
        return Accepted(sent)

    def quote(self, body: str, to: str = "") -> Quote:  # noqa: ARG002 it costs nothing
        return Quote(body)

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        given = callback.headers.get("x-telegram-bot-api-secret-token", "")
        if not same(self._secret, given):
            raise Forged("Telegram webhook without our secret")
        return heard(json_object(callback.body) or {}, self._id)

    async def acknowledge(self, incoming: Incoming) -> None:
        """Let the button stop spinning; whether that works changes nothing of what was said."""
        if incoming.handle:
            with suppress(SendFailed):
                await self._asked(self._bot.answer_callback_query(incoming.handle))

    async def fetch(self, media: Media) -> bytes:
        """A file a parent sent; raises `GiveUp` when it is too big or no longer there."""
        if not media.file_id:
            raise GiveUp("no file of Telegram's")
        found = await self._asked(self._bot.get_file(media.file_id))
        if not found.file_path or (found.file_size or 0) > LARGEST_FILE:
            raise GiveUp("a file that bots cannot fetch")
        return bytes(await self._asked(found.download_as_bytearray()))

    def deep_link(self, code: str) -> str:
        """The address that opens our chat and brings `code`; nothing while nobody named the bot.

        Raises ValueError for a code that is longer than 64 letters, digits, _ and -.
        """
        return create_deep_linked_url(self._username, code) if self._username else ""

    async def me(self) -> Me:
        """Whose token it is; raises `SendFailed`, AccountUnusable when nobody's."""
        found = await self._asked(self._bot.get_me(), aloud=True)
        return Me(found.id, found.username or "", found.full_name)

    async def webhook(self) -> Webhook:
        now = await self._asked(self._bot.get_webhook_info(), aloud=True)
        return Webhook(now.url, now.pending_update_count, now.last_error_message or "")

    async def set_webhook(self, url: str) -> None:
        """Have updates sent to `url` (HTTPS); raises `SendFailed` with Telegram's own words."""
        if self._secret is None:
            raise GiveUp("without a webhook secret nothing that comes would be believed")
        await self._asked(
            self._bot.set_webhook(
                url, allowed_updates=WANTED, secret_token=self._secret.get_secret_value()
            ),
            aloud=True,
        )

    async def delete_webhook(self) -> None:
        """Updates wait for `poll` from now on; none is dropped."""
        await self._asked(self._bot.delete_webhook(), aloud=True)

    async def poll(self, after: int = 0, *, seconds: int = POLL) -> list[Update]:
        """Updates from number `after` on, as soon as there are any; those before are confirmed."""
        found = await self._asked(
            self._bot.get_updates(offset=after or None, timeout=seconds, allowed_updates=WANTED),
            aloud=True,
        )
        return [Update(one.update_id, heard(one.to_dict(), self._id)) for one in found]

    async def close(self) -> None:
        await self._client.close()
        await self._listener.close()

    async def _text(self, chat: int, message: Outgoing, answers: int | None = None) -> str:
        above = ReplyParameters(answers, allow_sending_without_reply=True) if answers else None
        return await self._sent(
            chat,
            lambda: self._bot.send_message(
                chat,
                message.body,
                link_preview_options=NO_PREVIEW,
                reply_markup=keys(message),
                reply_parameters=above,
            ),
        )

    async def _picture(self, chat: int, message: Outgoing, *, whole: bool) -> str:
        """Protected: Telegram neither forwards nor saves it. It may show other children, too."""
        assert message.picture  # noqa: S101 asked by the caller
        file = InputFile(message.picture.data, filename=message.picture.name)
        return await self._sent(
            chat,
            lambda: self._bot.send_photo(
                chat,
                file,
                caption=message.body if whole else None,
                protect_content=True,
                reply_markup=keys(message) if whole else None,
            ),
        )

    async def _sent(self, chat: int, call: Callable[[], Awaitable[Message]]) -> str:
        await self._pace.turn(chat)
        return str((await self._asked(call())).message_id)

    async def _asked(self, call: Awaitable[T], *, aloud: bool = False) -> T:
        try:
            return await call
        except Exception as error:  # noqa: BLE001 the library's own surprises are outcomes, too
            failed = outcome(error, aloud=aloud)
            if isinstance(failed, Throttled):
                self._pace.flooded(failed.after)
            raise failed from None  # its words may quote the text

    def _remember(self, reference: UUID, shown: int) -> None:
        self._halves[reference] = shown
        while len(self._halves) > HALVES:
            self._halves.popitem(last=False)
