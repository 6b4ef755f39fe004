"""Zalo as its customers meet it: consultation messages and uploads; the rest stands beside.

Errors come with HTTP 200 and no `data`. All ids and times are words: they exceed 2^53.
"""

from secrets import token_hex
from typing import Any

from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import Faults, Outcome
from channels.simulator.state import Book, Message
from channels.simulator.wire import Reply, Request, perform
from channels.simulator.zalo_gate import Gate, Minute
from channels.simulator.zalo_hooks import Hooks
from channels.simulator.zalo_message import buttons, fault_of, parts, picture, shown
from channels.simulator.zalo_people import People
from channels.simulator.zalo_tokens import OAuth, Tokens
from channels.simulator.zalo_uploads import KINDS, Uploads
from channels.simulator.zalo_users import Users
from channels.simulator.zalo_zbs import PREFIXES as ZBS_PREFIXES
from channels.simulator.zalo_zbs import Zbs

FILES = "/zalo/files/"
PREFIXES = ("/v3.0/oa/", "/v2.0/oa/", "/v4/oa/", FILES, *ZBS_PREFIXES)
CONSULTATION, BY_USER = "/v3.0/oa/message/cs", "/v3.0/oa/message/template"
UPLOAD = "/v2.0/oa/upload/"
GONE = ("/v3.0/oa/message/transaction", "/v3.0/oa/message/promotion")


class Zalo:
    def __init__(self, config: Config, book: Book, faults: Faults, courier: Courier) -> None:
        self.config, self.book, self.faults = config, book, faults
        self.hooks = Hooks(config, book, courier)
        self.people = People(config, book)
        self.tokens = Tokens(config, book.clock)
        self.oauth = OAuth(config, faults, self.tokens)
        minute = Minute(config.zalo_app_limit, config.zalo_oa_limit)
        keys = config, book.clock, self.tokens, minute
        self.gate, business = Gate(*keys), Gate(*keys, business=True)
        self.users = Users(config, book, self.gate, self.people)
        self.uploads = Uploads(book.clock)
        self.zbs = Zbs(config, book, faults, business, self.hooks, self.people)
        self.base = ""  # where we are, once we listen
        self.files: dict[str, tuple[bytes, bytes]] = {}  # what parents sent: kind and bytes

    async def answer(self, request: Request) -> Reply:
        path = request.path
        if path.startswith(FILES):
            kind, data = self.files.get(path.removeprefix(FILES), (b"", b""))
            return Reply(200, data, kind) if kind else Reply(404)
        if path.startswith("/v4/oa/"):
            return await self.oauth.answer(request)
        if path.startswith(ZBS_PREFIXES):
            return await self.zbs.answer(request)
        return await self._of_the_account(request)

    async def _of_the_account(self, request: Request) -> Reply:
        path, posted = request.path, request.method == "POST"
        if refusal := self.gate.refusal(request, template=path == BY_USER):
            return refusal
        if path == CONSULTATION and posted:
            return await self.send(request)
        if path == BY_USER and posted:
            return await self._send_template(request)
        if path.startswith(UPLOAD) and posted:
            return self._upload(request)
        return self.gate.error(-240) if path in GONE else self.users.answer(request)

    async def send(self, request: Request) -> Reply:
        user, message = parts(request.json())
        if not user.isdecimal():
            return self.gate.error(-201, "user_id is invalid!")
        return await perform(
            self.faults.take("zalo", user),
            accept=lambda played: self._accept(user, message, played),
            refuse=self.gate.scripted,
        )

    def _accept(self, user: str, told: dict[str, Any], played: Outcome) -> Reply:
        code, text = fault_of(told, self.uploads)
        if code := code or self.people.closed(user):
            return self.gate.error(code, text)
        quota, code = self.users.charge(user)
        if code:
            return self.gate.error(code)
        message = self.book.add(
            Message(
                channel="zalo",
                address=user,
                text=shown(told),
                at=self.book.clock(),
                provider_id=token_hex(10),
                buttons=buttons(told),
                picture=picture(told),
            )
        )
        self.hooks.echo(message)
        self.hooks.deliver(message, played)
        return self._taken(message, {"quota_type": quota})

    async def _send_template(self, request: Request) -> Reply:
        told = request.json()
        asked = told if isinstance(told, dict) else {}
        user = asked.get("user_id")
        if not isinstance(user, str) or not user.isdecimal():
            return self.gate.error(-201, "user_id is invalid!")
        return await perform(
            self.faults.take("zbs", user),
            accept=lambda played: self._accept_template(user, asked, played),
            refuse=self.gate.scripted,
        )

    def _accept_template(self, user: str, told: dict[str, Any], played: Outcome) -> Reply:
        template = self.zbs.templates.get(str(told.get("template_id")))
        if template is None or template.fault_of(told.get("template_data")):
            return self.gate.error(-201, "template_data is invalid!")
        if not template.by_uid:
            return self.gate.error(-249)
        if code := self.people.closed_for(user, template.tag):
            return self.gate.error(code)
        if code := self.zbs.too_many(template):
            return self.gate.error({-133: -234, -115: -321}.get(code, -211))
        self.zbs.balance -= template.price_uid
        message = self.zbs.keep(("zbs", user), template, told)
        self.hooks.deliver(message, played)
        return self._taken(message, {"quota_type": "purchase_quota"})

    def _upload(self, request: Request) -> Reply:
        kind = request.path.removeprefix(UPLOAD)
        if kind not in KINDS:
            return Reply(404)
        (code, words), told = self.uploads.take(kind, request)
        return self.gate.error(code, words) if code else self.gate.ok(told)

    def _taken(self, message: Message, quota: dict[str, str]) -> Reply:
        return self.gate.ok(
            {
                "message_id": message.provider_id,
                "user_id": message.address,
                "sent_time": str(int(message.at.timestamp() * 1000)),
                "quota": quota,
            }
        )
