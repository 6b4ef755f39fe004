"""ZBS, the host of registered templates: by phone number, by its hash; status, quota, templates."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from secrets import token_hex
from typing import Any

from channels.simulator.config import Config
from channels.simulator.faults import Faults, Outcome
from channels.simulator.state import Book, Message
from channels.simulator.wire import Reply, Request, perform
from channels.simulator.zalo_gate import Gate
from channels.simulator.zalo_hooks import Hooks
from channels.simulator.zalo_people import People
from channels.simulator.zalo_zbs_form import ENABLE, STATUSES, Template

PREFIXES = ("/message/", "/template/", "/quality")
PHONE = re.compile(r"84[35789]\d{8}", re.ASCII)
VIETNAM = timezone(timedelta(hours=7))
NIGHT_BEGINS, NIGHT_ENDS = 22, 6  # as the text of -133 says
LONGEST_TRACKING = 48
ARRIVED = {"delivered", "seen"}


class Zbs:
    def __init__(
        self, config: Config, book: Book, faults: Faults, gate: Gate, hooks: Hooks, people: People
    ) -> None:
        self.config, self.book, self.faults = config, book, faults
        self.gate, self.hooks, self.people = gate, hooks, people
        self.templates = {template.id: template for template in config.zalo_templates}
        self.balance = config.zalo_balance
        self.sent: Counter[str] = Counter()  # today, by template id
        self.day = ""

    async def answer(self, request: Request) -> Reply:
        if refusal := self.gate.refusal(request):
            return refusal
        if request.method == "POST" and request.path in (
            "/message/template",
            "/message/template/hashphone",
        ):
            return await self._send(request)
        asked: dict[str, Callable[[Request], Reply]] = {
            "/message/status": self._status,
            "/message/quota": lambda _: self.gate.ok(self.quota()),
            "/quality": lambda _: self.gate.ok(
                {"oaCurrentQuality": "HIGH", "oa7dayQuality": "HIGH"}
            ),
            "/template/all": self._all,
            "/template/info/v2": self._info,
        }
        known = request.method == "GET" and request.path in asked
        return asked[request.path](request) if known else self.gate.error(-106)

    async def _send(self, request: Request) -> Reply:
        told = request.json()
        if not request.body.strip():
            return self.gate.error(-116)
        if not isinstance(told, dict):
            return self.gate.error(-121)
        phone = self._phone(told)
        if not phone:
            return self.gate.error(-108)
        return await perform(
            self.faults.take("zbs", phone),
            accept=lambda played: self._accept(phone, told, played),
            refuse=self.gate.scripted,
        )

    def _phone(self, told: dict[str, Any]) -> str:
        """The number; a hash is looked for among the numbers we know."""
        if isinstance(phone := told.get("phone"), str):
            return phone if PHONE.fullmatch(phone) else ""
        known = {key[1] for key in (*self.book.phones, *self.book.people) if key[0] == "zbs"}
        sought = told.get("hash_phone")
        return next((phone for phone in known if _hash(phone) == sought), "")

    def _accept(self, phone: str, told: dict[str, Any], played: Outcome) -> Reply:
        template = self.templates.get(str(told.get("template_id")))
        if code := self._fault(template, told) or (template and self._closed(phone, template)):
            return self.gate.error(code)
        assert template is not None  # noqa: S101 an unknown one is -109
        self.balance -= template.price
        message = self.keep(("zbs", phone), template, told)
        self.hooks.deliver(message, played, template=True)
        return self.gate.ok(
            {
                "msg_id": message.provider_id,
                "sent_time": str(int(message.at.timestamp() * 1000)),
                "sending_mode": str(told.get("sending_mode", "1")),
                "quota": self.quota(),
            }
        )

    def keep(self, to: tuple[str, str], template: Template, told: dict[str, Any]) -> Message:
        """Count a template that leaves, and put it on the phone."""
        self.sent[template.id] += 1
        return self.book.add(
            Message(
                *to,
                text=template.shown(told["template_data"]),
                at=self.book.clock(),
                provider_id=token_hex(10),
                reference=str(told.get("tracking_id", "")),
                subject=template.name,
            )
        )

    def _fault(self, template: Template | None, told: dict[str, Any]) -> int:
        tracking = told.get("tracking_id", "")
        if template is None:
            return -109
        if template.status != ENABLE:
            return -131
        if not isinstance(tracking, str) or len(tracking) > LONGEST_TRACKING:
            return -132
        if told.get("mode", "development") != "development":
            return -132
        if told.get("sending_mode", "1") not in ("1", "3"):
            return -161
        return template.fault_of(told.get("template_data"))

    def _closed(self, phone: str, template: Template) -> int:
        return self.people.unreachable(phone, template.tag) or self.too_many(template)

    def too_many(self, template: Template) -> int:
        """What the account or the hour has against one more, or 0."""
        self._turn_the_day()
        hour = self.book.clock().astimezone(VIETNAM).hour
        if not template.at_any_hour and not NIGHT_ENDS <= hour < NIGHT_BEGINS:
            return -133
        if self.balance < template.price:
            return -115
        if template.daily and self.sent[template.id] >= template.daily:
            return -147
        return -144 if self.sent.total() >= self.config.zalo_zbs_daily else 0

    def quota(self) -> dict[str, str]:
        self._turn_the_day()
        left = max(self.config.zalo_zbs_daily - self.sent.total(), 0)
        return {"dailyQuota": str(self.config.zalo_zbs_daily), "remainingQuota": str(left)}

    def _turn_the_day(self) -> None:
        today = f"{self.book.clock().astimezone(VIETNAM):%Y-%m-%d}"
        if today != self.day:
            self.day, self.sent = today, Counter()

    def _status(self, request: Request) -> Reply:
        wanted = request.query.get("message_id", "")
        message = self.book.find("zbs", wanted)
        if message is None:
            return self.gate.ok({"status": -1, "message": "Message is not existed"})
        if message.state not in ARRIVED:
            return self.gate.ok({"status": 0, "message": "Message is pushed"})
        at = str(int(self.hooks.arrived.get(wanted, datetime.now(VIETNAM)).timestamp() * 1000))
        return self.gate.ok({"delivery_time": at, "status": 1, "message": "Message is delivered"})

    def _all(self, request: Request) -> Reply:
        asked = request.query
        status = STATUSES.get(asked.get("status", ""))
        found = [t for t in self.templates.values() if status in (None, t.status)]
        offset, limit = int(asked.get("offset") or 0), int(asked.get("limit") or 100)
        shown = [template.listed() for template in found[offset : offset + limit]]
        reply = json.loads(self.gate.ok(shown).body) | {"metadata": {"total": len(found)}}
        return Reply(200, json.dumps(reply).encode(), headers=self.gate.minute.headers())

    def _info(self, request: Request) -> Reply:
        template = self.templates.get(request.query.get("template_id", ""))
        return self.gate.ok(template.info()) if template else self.gate.error(-109)


def _hash(phone: str) -> str:
    return hashlib.sha256(phone.encode()).hexdigest()
