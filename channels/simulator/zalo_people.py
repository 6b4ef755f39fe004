"""What Zalo knows of a user of the account, and of a phone number."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from channels.simulator.config import Config
from channels.simulator.state import Book

FREE, BILLED = timedelta(hours=48), timedelta(days=7)
NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
CONSULTATION = "cs"


class People:
    """`book.people` as the stage door fills it; whoever is not there is a good day's user."""

    def __init__(self, config: Config, book: Book) -> None:
        self.config, self.book = config, book

    def user(self, user: str) -> Mapping[str, Any]:
        known = self.book.people.get(("zalo", user))
        return {"follows": self.config.zalo_strangers_follow} if known is None else known

    def owner(self, phone: str) -> Mapping[str, Any]:
        return self.book.people.get(("zbs", phone), {})

    def follows(self, user: str) -> bool:
        return bool(self.user(user).get("follows", True))

    def last_seen(self, user: str) -> datetime:
        now = self.book.clock()
        last = self.user(user).get("last_interaction", now)
        return datetime.fromisoformat(last) if isinstance(last, str) else last or NEVER

    def interact(self, user: str) -> None:
        """A follow, a message, a tap: the window of 48 hours opens again."""
        known = self.book.people.setdefault(("zalo", user), {})
        known["last_interaction"] = self.book.clock()

    def in_free_window(self, user: str) -> bool:
        return self.book.clock() - self.last_seen(user) <= FREE

    def closed(self, user: str) -> int:
        """Why this user may not get a consultation message now, or 0."""
        last, now = self.last_seen(user), self.book.clock()
        window = ((last == NEVER, -232), (now - last > BILLED, -230))
        return self.closed_for(user, CONSULTATION) or _first(*window)

    def closed_for(self, user: str, kind: str) -> int:
        """The same for a template, which no window closes."""
        person = self.user(user)
        refused = person.get("restricted")
        return _first(
            (person.get("unknown"), -201),
            (not person.get("follows", True), -213),
            (person.get("blocked"), -217),
            (refused is True or (isinstance(refused, list) and kind in refused), -244),
            (person.get("inactive"), -227),
        )

    def unreachable(self, phone: str, tag: str) -> int:
        """Why this number may not get a template of `tag`, or 0."""
        owner = self.owner(phone)
        refused = owner.get("restricted")
        return _first(
            (owner.get("unknown"), -118),
            (owner.get("deaf"), -119),
            (owner.get("inactive"), -114),
            (refused is True or (isinstance(refused, list) and tag in refused), -139),
            (owner.get("blocked"), -141),
        )


def _first(*checks: tuple[object, int]) -> int:
    return next((code for holds, code in checks if holds), 0)
