"""Faults on request: what the next messages to one address meet, and the weather of a channel.

An outcome is a word or an object. Words:

    ok                       accepted, as on a good day
    hang, reset, html        not accepted: no answer ever, connection reset, a page instead of JSON
    hang_after, reset_after, html_after      the same after the message was accepted
    {"http": 502}, {"http_after": 502}       a bare HTTP status (SMTP: the reply code)
    {"error": "104"}         the provider's own error code (Telegram: the description)
    {"throttle": 3}          the provider's own "too many", asking for 3 seconds
    {"slow": 2}              answers after 2 seconds; goes with the others
    {"receipt": "none"}      none | failed | rejected | temporary | twice | late | early |
                             reordered
    {"delay": 5}             seconds until the receipt; goes with the others
    {"times": 3}             stands for three of its kind
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

WORDS = {"ok", "hang", "reset", "html", "hang_after", "reset_after", "html_after"}
RECEIPTS = {"", "none", "failed", "rejected", "temporary", "twice", "late", "early", "reordered"}
NUMBERED = {"http", "http_after", "error", "throttle"}
KNOWN = WORDS | NUMBERED | {"slow", "delay", "receipt", "times"}
DOWN = {
    "503": ("http", "503"),
    "502": ("http", "502"),
    "reset": ("reset", ""),
    "hang": ("hang", ""),
}
EVERY = "*"  # the address that stands for all of a channel


class BadScript(ValueError):
    """An outcome that nobody could play; the door answers it with 400."""


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: str = "ok"
    value: str = ""
    slow: float = 0.0
    receipt: str = ""
    delay: float | None = None

    @property
    def accepts(self) -> bool:
        return self.kind == "ok" or self.kind.endswith("_after")


OK = Outcome()


@dataclass(slots=True)
class Weather:
    """What holds for a whole channel until it is changed."""

    down: bool = False
    how: str = "503"
    slow: float = 0.0


def outcomes(written: object) -> list[Outcome]:
    """Read one line of a script; `times` makes it several."""
    told = {written: ""} if isinstance(written, str) else written
    if not isinstance(told, dict) or not told or set(told) - KNOWN:
        raise BadScript(f"cannot play {written!r}")
    kinds = [key for key in told if key in WORDS | NUMBERED]
    receipt = str(told.get("receipt", ""))
    if len(kinds) > 1 or receipt not in RECEIPTS:
        raise BadScript(f"cannot play {written!r}")
    kind = kinds[0] if kinds else "ok"
    delay = None if told.get("delay") is None else float(told["delay"])
    played = Outcome(kind, str(told.get(kind, "")), float(told.get("slow", 0)), receipt, delay)
    return [played] * int(told.get("times", 1))


@dataclass(slots=True)
class Faults:
    scripts: dict[tuple[str, str], deque[Outcome]] = field(default_factory=dict)
    weather: dict[str, Weather] = field(default_factory=dict)

    def script(self, channel: str, address: str, lines: list[Any]) -> int:
        """Queue outcomes for the next messages to `address`; returns how many are waiting."""
        read = [played for line in lines for played in outcomes(line)]
        queue = self.scripts.setdefault((channel, address), deque())
        queue.extend(read)
        return len(queue)

    def condition(self, channel: str, told: dict[str, Any]) -> None:
        how = str(told.get("how", "503"))
        if how not in DOWN or set(told) - {"down", "how", "slow"}:
            raise BadScript(f"no such condition: {told!r}")
        self.weather[channel] = Weather(bool(told.get("down")), how, float(told.get("slow", 0)))

    def clear(self) -> None:
        self.scripts.clear()
        self.weather.clear()

    def take(self, channel: str, address: str) -> Outcome:
        """What the message that has just come for `address` meets."""
        if not self.scripts and not self.weather:
            return OK
        weather = self.weather.get(channel) or self.weather.get(EVERY) or Weather()
        if weather.down:
            return Outcome(*DOWN[weather.how], slow=weather.slow)
        played = self._next(channel, address) or self._next(channel, EVERY) or OK
        if not weather.slow:
            return played
        slow = max(weather.slow, played.slow)
        return Outcome(played.kind, played.value, slow, played.receipt, played.delay)

    def _next(self, channel: str, address: str) -> Outcome | None:
        queue = self.scripts.get((channel, address))
        if not queue:
            return None
        outcome = queue.popleft()
        if not queue:
            del self.scripts[channel, address]
        return outcome
