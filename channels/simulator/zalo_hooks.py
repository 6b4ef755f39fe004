"""Zalo's webhooks: signed over the raw bytes, repeated on a ladder, then switched off."""

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_hex
from typing import Any

from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.faults import Outcome
from channels.simulator.state import Book, Message

ANSWER_WITHIN = 2.0  # seconds
OK = 200
REMEMBERED = 10_000  # moments of arrival


def sign(app_id: str, body: bytes, timestamp: str, secret: str) -> str:
    """`X-ZEvent-Signature`: a plain SHA-256 of the four, not an HMAC."""
    whole = app_id.encode() + body + timestamp.encode() + secret.encode()
    return "mac=" + hashlib.sha256(whole).hexdigest()


@dataclass
class Hooks:
    config: Config
    book: Book
    courier: Courier
    disabled: bool = False  # after a whole ladder in vain, until the console enables it again
    arrived: OrderedDict[str, datetime] = field(default_factory=OrderedDict)  # when, by msg_id
    shown: int = 0  # messages whose fate was decided, for a fair share of the seen ones

    @property
    def url(self) -> str:
        return self.config.zalo_webhook_url or ""

    def event(
        self,
        name: str,
        fields: dict[str, Any],
        *,
        wait: float = 0.0,
        times: int = 1,
        mark: tuple[Message, str] | None = None,
        server: str = "",
    ) -> None:
        """Send one event after `wait` seconds; its timestamp is the moment it leaves."""

        async def leave() -> None:
            if mark:
                self._note(*mark)
            if not self.url:
                return
            stamp = str(int(self.book.clock().timestamp() * 1000))
            told = {"app_id": self.config.zalo_app_id, **fields, "event_name": name}
            told["timestamp"] = stamp
            if server and "message" in told:  # a template's receipt brings the moment itself
                told["message"] = {**told["message"], "delivery_time": stamp}
            raw = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
            await self._post(raw.encode("utf-8", "replace"), stamp, server, 0)

        for _ in range(times if self.url or mark else 0):
            self.courier.later(wait, leave)

    def echo(self, message: Message) -> None:
        """`oa_send_text`: the account's own words, told back to it."""
        told: dict[str, Any] = {"text": message.text, "msg_id": message.provider_id}
        if message.picture:
            told["attachments"] = [{"type": "image", "payload": {"url": message.picture}}]
        name = "oa_send_image" if message.picture else "oa_send_text"
        self.event(name, {**self.parties(message.address, ours=True), "message": told})

    def deliver(self, message: Message, played: Outcome, *, template: bool = False) -> None:
        """Receipts as the script wants them. Zalo has no word for a message that failed."""
        wait = self.config.receipt_delay if played.delay is None else played.delay
        wait = {"early": 0.0, "late": 10 * wait}.get(played.receipt, wait)
        times = 2 if played.receipt == "twice" else 1
        if played.receipt in ("none", "failed", "rejected"):
            return
        if template:
            self.received(message, wait, times, template=True)
        elif played.receipt == "reordered":
            self.seen(message, wait)
            self.received(message, 2 * wait)
        else:
            self.received(message, wait, times)
            if self.is_seen():
                self.seen(message, 3 * wait, times)

    def received(
        self, message: Message, wait: float, times: int = 1, *, template: bool = False
    ) -> None:
        told = {"msg_id": message.provider_id}
        told |= {"tracking_id": message.reference} if template else {}
        self._receipt(
            "user_received_message", message, told, (wait, times, "delivered"), template=template
        )

    def seen(self, message: Message, wait: float, times: int = 1) -> None:
        told = {"msg_ids": [message.provider_id]}
        self._receipt("user_seen_message", message, told, (wait, times, "seen"))

    def _receipt(
        self,
        name: str,
        message: Message,
        told: object,
        how: tuple[float, int, str],
        *,
        template: bool = False,
    ) -> None:
        wait, times, state = how
        ends = self.parties(message.address, ours=True)
        fields, server = {**ends, "message": told}, "ZNS" if template else ""
        self.event(name, fields, wait=wait, times=times, mark=(message, state), server=server)

    def _note(self, message: Message, state: str) -> None:
        self.arrived[message.provider_id] = self.book.clock()
        while len(self.arrived) > REMEMBERED:
            self.arrived.popitem(last=False)
        self.book.mark(message, state)

    def said(self, user: str, text: str, times: int = 1) -> str:
        """The user writes, or taps a query button: either way this is what comes."""
        msg_id = token_hex(10)
        told = {"text": text, "msg_id": msg_id}
        fields = {**self.parties(user, ours=False), "message": told}
        self.event("user_send_text", fields, times=times)
        return msg_id

    def is_seen(self) -> bool:
        """Whether the next message is among the share that is read; evenly spread."""
        self.shown += 1
        share = self.config.seen_share
        return int(self.shown * share) > int((self.shown - 1) * share)

    def parties(self, user: str, *, ours: bool) -> dict[str, Any]:
        account, person = {"id": self.config.zalo_oa_id}, {"id": user}
        ends = (account, person) if ours else (person, account)
        return {"sender": ends[0], "recipient": ends[1], "user_id_by_app": user[::-1]}

    async def _post(self, raw: bytes, stamp: str, server: str, repeats: int) -> None:
        if self.disabled:
            return
        mac = sign(self.config.zalo_app_id, raw, stamp, self.config.zalo_oa_secret)
        named = {"X-ZEvent-Signature": mac, "Content-Type": "application/json"}
        named |= {"X-ZEvent-Server": server} if server else {}
        named |= {"num_retry": str(repeats)} if repeats else {}
        if await self._heard(raw, named):
            return
        ladder = self.config.zalo_retries
        if repeats >= len(ladder):
            self.disabled = True
            return

        async def again() -> None:
            await self._post(raw, stamp, server, repeats + 1)

        self.courier.later(ladder[repeats], again)

    async def _heard(self, raw: bytes, named: dict[str, str]) -> bool:
        """Whether the customer said 200 in time; what else Zalo repeats is not documented."""
        try:
            answer = await self.courier.send(
                "POST", self.url, within=ANSWER_WITHIN, content=raw, headers=named
            )
        except TimeoutError:
            return False
        return answer is not None and answer.status_code == OK
