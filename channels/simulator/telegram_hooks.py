"""Telegram's updates: numbered, kept until heard, by webhook or by getUpdates."""

import asyncio
import json
import random
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from channels.simulator.config import Config
from channels.simulator.courier import Courier

ANSWER_WITHIN = 10.0  # seconds
KEPT = 100_000  # updates that nobody has fetched
GONE = 410
LONGEST_WAIT = 3_600.0  # seconds of Retry-After that are honoured


@dataclass
class Updates:
    config: Config
    courier: Courier
    url: str = ""
    secret: str = ""
    last_error: str = ""
    next_id: int = 870_000_001
    waiting: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    news: asyncio.Event = field(default_factory=asyncio.Event)
    polls: int = 0
    gone_since: datetime | None = None  # the first of the 410 that nothing else has interrupted

    def add(self, *, times: int = 1, **content: object) -> int:
        """Number an update and let it go out; `times` brings the same one again."""
        update: dict[str, Any] = {"update_id": self.next_id, **content}
        self.next_id += 1
        self.waiting.append(update)
        self.news.set()
        if self.url:
            for _ in range(times):
                self._leave(update)
        return int(update["update_id"])

    def point(self, url: str, secret: str, *, drop: bool) -> None:
        """SetWebhook and deleteWebhook: whatever waits goes to the new address."""
        self.url, self.secret, self.last_error, self.gone_since = url, secret, "", None
        if drop:
            self.waiting.clear()
        for update in tuple(self.waiting) if url else ():
            self._leave(update)

    async def fetch(self, offset: int, limit: int, within: float) -> list[dict[str, Any]]:
        """getUpdates: an offset confirms everything before it."""
        self.polls += 1
        mine = self.polls
        while self.waiting and offset and self.waiting[0]["update_id"] < offset:
            self.waiting.popleft()
        if not self.waiting and within:
            self.news.clear()
            try:
                await asyncio.wait_for(self.news.wait(), within)
            except TimeoutError:
                return []
        if mine != self.polls:
            raise InterruptedError
        return list(self.waiting)[:limit]

    def _leave(self, update: dict[str, Any], failures: int = 0, wait: float = 0.0) -> None:
        url = self.url

        async def post() -> None:
            if url != self.url:  # the webhook moved; `point` has sent it there
                return
            again = await self._post(update)
            if again is None:
                if update in self.waiting:
                    self.waiting.remove(update)
                return
            self._leave(update, failures + 1, max(again, self._pause(failures)))

        self.courier.later(wait, post)

    def _pause(self, failures: int) -> float:
        """The first repeat comes at once, then the pause doubles up to 60 to 120 seconds."""
        if not failures:
            return 0.0
        most = self.config.telegram_retry_most * random.uniform(1, 2)  # noqa: S311 no secret
        return float(min(self.config.telegram_retry_start * 2 ** (failures - 1), most))

    async def _post(self, update: dict[str, Any]) -> float | None:
        """None when heard; else the seconds the customer asked us to wait, or 0."""
        body = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
        named = {"Content-Type": "application/json"}
        if self.secret:
            named["X-Telegram-Bot-Api-Secret-Token"] = self.secret
        try:
            answer = await self.courier.send(
                "POST", self.url, within=ANSWER_WITHIN, content=body, headers=named
            )
        except TimeoutError:
            self.last_error = "Read timeout expired"
            return 0.0
        if answer is None:
            self.last_error = "Connection refused"
            return 0.0
        self._gone(answer.status_code == GONE)
        if answer.is_success:
            return None
        self.last_error = f"Wrong response from the webhook: {answer.status_code}"
        asked = answer.headers.get("retry-after", "0")
        return min(float(asked) if asked.isdecimal() else 0.0, LONGEST_WAIT)

    def _gone(self, said: bool) -> None:  # noqa: FBT001 what the answer says
        """410 and nothing else for 23 hours: the webhook is closed."""
        now = self.config.clock()
        self.gone_since = (self.gone_since or now) if said else None
        patience = timedelta(seconds=self.config.telegram_gone_after)
        if self.gone_since and now - self.gone_since >= patience:
            self.point("", "", drop=False)
            self.last_error = "Wrong response from the webhook: 410 Gone"
