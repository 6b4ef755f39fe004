"""Zalo's webhooks: signed over the raw bytes, repeated on a ladder, then switched off."""

import hashlib
import json
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from channels.simulator.config import Config
from channels.simulator.courier import Courier
from channels.simulator.state import Book, Message

ANSWER_WITHIN = 2.0  # seconds
OK = 200


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
    ) -> None:
        """Send one event after `wait` seconds; its timestamp is the moment it leaves."""

        async def leave() -> None:
            if mark:
                self.book.mark(*mark)
            if not self.url:
                return
            stamp = str(int(self.book.clock().timestamp() * 1000))
            told = {"app_id": self.config.zalo_app_id, **fields, "event_name": name}
            told["timestamp"] = stamp
            await self._post(json.dumps(told, ensure_ascii=False, separators=(",", ":")), stamp, 0)

        for _ in range(times if self.url or mark else 0):
            self.courier.later(wait, leave)

    def echo(self, message: Message) -> None:
        """`oa_send_text`: the account's own words, told back to it."""
        told = {"text": message.text, "msg_id": message.provider_id}
        ends = self.parties(message.address, ours=True)
        self.event("oa_send_text", {**ends, "message": told})

    def received(self, message: Message, wait: float, times: int = 1) -> None:
        told = {"msg_id": message.provider_id}
        self._receipt("user_received_message", message, told, (wait, times, "delivered"))

    def seen(self, message: Message, wait: float, times: int = 1) -> None:
        told = {"msg_ids": [message.provider_id]}
        self._receipt("user_seen_message", message, told, (wait, times, "seen"))

    def _receipt(
        self, name: str, message: Message, told: object, how: tuple[float, int, str]
    ) -> None:
        wait, times, state = how
        ends = self.parties(message.address, ours=True)
        fields = {**ends, "message": told}
        self.event(name, fields, wait=wait, times=times, mark=(message, state))

    def said(self, user: str, text: str) -> str:
        """The user writes, or taps a query button: either way this is what comes."""
        msg_id = token_hex(10)
        told = {"text": text, "msg_id": msg_id}
        self.event("user_send_text", {**self.parties(user, ours=False), "message": told})
        return msg_id

    def follows(self, user: str, *, now: bool) -> None:
        person = {"oa_id": self.config.zalo_oa_id, "follower": {"id": user}}
        more = {"user_id_by_app": user[::-1], "source": "oa_profile"}
        self.event("follow" if now else "unfollow", {**person, **more})

    def is_seen(self) -> bool:
        """Whether the next message is among the share that is read; evenly spread."""
        self.shown += 1
        share = self.config.seen_share
        return int(self.shown * share) > int((self.shown - 1) * share)

    def parties(self, user: str, *, ours: bool) -> dict[str, Any]:
        account, person = {"id": self.config.zalo_oa_id}, {"id": user}
        ends = (account, person) if ours else (person, account)
        return {"sender": ends[0], "recipient": ends[1], "user_id_by_app": user[::-1]}

    async def _post(self, body: str, stamp: str, repeats: int) -> None:
        if self.disabled:
            return
        raw = body.encode("utf-8", "replace")
        mac = sign(self.config.zalo_app_id, raw, stamp, self.config.zalo_oa_secret)
        named = {"X-ZEvent-Signature": mac, "Content-Type": "application/json"}
        if repeats:
            named["num_retry"] = str(repeats)
        if await self._heard(raw, named):
            return
        ladder = self.config.zalo_retries
        if repeats >= len(ladder):
            self.disabled = True
            return

        async def again() -> None:
            await self._post(body, stamp, repeats + 1)

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
