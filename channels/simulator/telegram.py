"""The Bot API: `/bot<token>/<method>`, its errors word for word, its chats and floods."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import Faults
from channels.simulator.state import Book, Message
from channels.simulator.telegram_answers import (
    NOT_MODIFIED,
    POLLING,
    STALE,
    STATES,
    TWO_POLLS,
    Refused,
    done,
    failed,
    refusal,
    too_many,
)
from channels.simulator.telegram_files import Files, shown
from channels.simulator.telegram_form import Call, read
from channels.simulator.telegram_hooks import Updates
from channels.simulator.telegram_message import Content, buttons, content, group, words
from channels.simulator.wire import Reply, Request, perform

PATH = re.compile(r"/bot([^/]+)/([A-Za-z]+)/?")
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
SECRET = re.compile(r"[A-Za-z0-9_-]*")
LONGEST_ID = 20  # digits
LONGEST_SECRET = 256
FILE = re.compile(r"/file/bot([^/]+)/(.+)")
SENDS = {
    "sendmessage": "text",
    "sendphoto": "photo",
    "senddocument": "document",
    "sendmediagroup": "group",
}
PORTS = {"443", "80", "88", "8443"}


@dataclass(slots=True)
class Buckets:
    """Messages in this second, of the bot and of each chat."""

    bot: int
    chat: int
    second: int = 0
    used: dict[str, int] = field(default_factory=dict)

    def full(self, chat: str, now: float) -> bool:
        if int(now) != self.second:
            self.second, self.used = int(now), {}
        for key, limit in (("", self.bot), (chat, self.chat)):
            self.used[key] = self.used.get(key, 0) + 1
            if limit and self.used[key] > limit:
                return True
        return False


class Telegram:
    def __init__(self, config: Config, book: Book, faults: Faults, courier: Courier) -> None:
        self.config, self.book, self.faults = config, book, faults
        self.updates = Updates(config, courier, secret=config.telegram_secret)
        self.updates.url = config.telegram_webhook_url or ""
        self.buckets = Buckets(config.telegram_bot_limit, config.telegram_chat_limit)
        self.queries: set[str] = set()  # callback queries that wait for an answer
        self.files = Files()
        self.methods: dict[str, Callable[[Call], Any]] = {
            "getme": lambda _: self.me(),
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": lambda _: self._webhook(),
            "setmycommands": lambda _: True,
            "getfile": self.files.get,
            "answercallbackquery": self._answer_query,
            "editmessagetext": self._edit,
            "deletemessage": self._delete,
        }

    async def answer(self, request: Request) -> Reply:  # noqa: PLR0911 one line for each answer
        if request.method == "GET" and (asked := FILE.fullmatch(request.path)):
            mine = asked[1] == self.config.telegram_token
            return self.files.download(asked[2]) if mine else failed("Not Found")
        found = PATH.fullmatch(request.path)
        if not found or not TOKEN.fullmatch(found[1]):
            return failed("Not Found")
        if found[1] != self.config.telegram_token:
            return failed("Unauthorized")
        name, call = found[2].lower(), read(request)
        if name in SENDS:
            return await self.send(call, SENDS[name])
        try:
            if name == "getupdates":
                return done(await self._fetch(call))
            if name not in self.methods:
                return failed("Not Found: method not found")
            return done(self.methods[name](call))
        except Refused as why:
            return failed(str(why))

    async def send(self, call: Call, kind: str) -> Reply:
        chat = str(call.fields.get("chat_id", ""))
        return await perform(
            self.faults.take("telegram", chat),
            accept=lambda _: self._accept(call, chat, kind),
            refuse=refusal,
        )

    def _accept(self, call: Call, chat: str, kind: str) -> Reply:
        try:
            self._welcome(chat)
            told = group(call, self.files) if kind == "group" else [content(call, kind, self.files)]
            pressed = buttons(call)
        except Refused as why:
            return failed(str(why))
        if self.buckets.full(chat, self.book.clock().timestamp()):
            return too_many(1)
        sent = [self._sent(chat, one, pressed, call) for one in told]
        return done(sent if kind == "group" else sent[0])

    def _welcome(self, chat: str) -> None:
        """Whether the bot may write to this chat."""
        if not chat:
            raise Refused("Bad Request: chat_id is empty")
        if (state := self._state(chat)) in STATES:
            raise Refused(STATES[state][1])

    def _sent(
        self, chat: str, told: Content, pressed: tuple[tuple[str, str], ...], call: Call
    ) -> dict[str, Any]:
        message = Message(
            channel="telegram",
            address=chat,
            text=told.text.plain,
            at=self.book.clock(),
            html=told.text.shown,
            buttons=pressed,
            picture=told.picture,
        )
        self.book.add(message)
        return self._shown(message, told, call)

    def _state(self, chat: str) -> str:
        if not chat.lstrip("-").isdecimal() or len(chat) > LONGEST_ID:
            return "unknown"
        known = self.book.people.get(("telegram", chat), {}).get("state")
        return known or ("started" if self.config.telegram_strangers_started else "stranger")

    def _shown(self, message: Message, told: Content, call: Call) -> dict[str, Any]:
        name = self.book.name(*message.key) or "Phụ huynh"
        made: dict[str, Any] = {
            "message_id": message.id,
            "from": self.me(),
            "chat": {"id": int(message.address), "type": "private", "first_name": name},
            "date": int(message.at.timestamp()),
        }
        text, marks = ("caption", "caption_entities") if told.file else ("text", "entities")
        if message.text:
            made[text] = message.text
        if told.text.entities:
            made[marks] = told.text.entities
        if told.file:
            made |= shown(told.file)
        markup = call.nested("reply_markup")
        if isinstance(markup, dict) and "inline_keyboard" in markup:
            made["reply_markup"] = markup
        return made

    def me(self) -> dict[str, Any]:
        number = int(self.config.telegram_token.split(":")[0])
        name = {"first_name": "Sổ liên lạc", "username": "hoamai_bot"}
        return {"id": number, "is_bot": True, **name, "can_join_groups": False}

    def _set_webhook(self, call: Call) -> bool:
        url, secret = call.text("url"), call.text("secret_token")
        if len(secret) > LONGEST_SECRET:
            raise Refused("Bad Request: secret token is too long")
        if not SECRET.fullmatch(secret):
            raise Refused("Bad Request: secret token contains unallowed characters")
        if url and not url.startswith("https://") and not _is_loopback(url):
            raise Refused("Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        port = url.split("://")[-1].split("/")[0].partition(":")[2]
        if port and port not in PORTS and not _is_loopback(url):
            raise Refused(
                "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"
            )
        self.updates.point(url, secret, drop=call.yes("drop_pending_updates"))
        return True

    def _delete_webhook(self, call: Call) -> bool:
        self.updates.point("", "", drop=call.yes("drop_pending_updates"))
        return True

    def _webhook(self) -> dict[str, Any]:
        now = self.updates
        told = {"url": now.url, "has_custom_certificate": False}
        more = {"last_error_message": now.last_error} if now.last_error else {}
        return {**told, "pending_update_count": len(now.waiting), "max_connections": 40, **more}

    async def _fetch(self, call: Call) -> list[dict[str, Any]]:
        if self.updates.url:
            raise Refused(POLLING)
        limit = call.number("limit", 100) or 100
        try:
            return await self.updates.fetch(call.number("offset"), limit, call.number("timeout"))
        except InterruptedError:
            raise Refused(TWO_POLLS) from None

    def _answer_query(self, call: Call) -> bool:
        if (query := call.text("callback_query_id")) not in self.queries:
            raise Refused(STALE)
        self.queries.discard(query)
        return True

    def _edit(self, call: Call) -> dict[str, Any]:
        message = self._one(call, "edit")
        text, pressed = words(call, caption=False), buttons(call)
        if (text.plain, pressed) == (message.text, message.buttons):
            raise Refused(NOT_MODIFIED)
        message.text, message.html, message.buttons = text.plain, text.shown, pressed
        self.book.changed(message)
        return self._shown(message, Content(text), call)

    def _delete(self, call: Call) -> bool:
        message = self._one(call, "delete")
        message.text, message.html, message.buttons = "", "<i>Tin đã được gỡ</i>", ()
        self.book.changed(message)
        return True

    def _one(self, call: Call, deed: str) -> Message:
        message = self.book.find("telegram", call.text("message_id"))
        if message is None or message.address != str(call.fields.get("chat_id", "")):
            raise Refused(f"Bad Request: message to {deed} not found")
        return message


def _is_loopback(url: str) -> bool:
    """Our one liberty: a webhook on this machine may be plain HTTP on any port."""
    return url.startswith(("http://127.0.0.1", "http://localhost"))
