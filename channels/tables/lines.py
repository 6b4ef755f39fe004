"""A line of docs/channels.md: a code of a provider, what it means, and what we do about it."""

from dataclasses import dataclass

from contactbook.ports.channel import (
    AccountUnusable,
    GiveUp,
    Gone,
    Heard,
    Moved,
    NotReachable,
    OptedOut,
    OutcomeUnknown,
    SendFailed,
    Throttled,
    TryAgain,
    UsedUp,
    WindowClosed,
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What follows from a failure: for the message, for the person's address, for the account."""

    message: str
    person: str = ""
    account: str = ""

    def __str__(self) -> str:
        return "; ".join(part for part in (self.message, self.person, self.account) if part)


DEEDS: dict[type[SendFailed], Deed] = {
    TryAgain: Deed("tried again later, a bounded number of times; then the next channel"),
    Throttled: Deed("waits", account="the whole account waits as long as it is asked to"),
    UsedUp: Deed("waits", account="the account waits until its quota is new; staff are told once"),
    Moved: Deed("sent again at once, to the new address", "the new address is kept"),
    GiveUp: Deed("never sent again here; next channel; staff are told"),
    NotReachable: Deed("next channel", "the address is kept"),
    WindowClosed: Deed("next channel", "this channel rests until the person writes again"),
    Gone: Deed("next channel", "the address is given up"),
    OptedOut: Deed("next channel", "given up, and kept as the person's withdrawal on this channel"),
    AccountUnusable: Deed(
        "stays queued; an urgent one takes the next channel",
        account="the account pauses, with one alert",
    ),
    OutcomeUnknown: Deed(
        "unknown: a receipt, a question or a person settles it; never sent again blindly; "
        "an urgent one takes the next channel after 30 seconds"
    ),
}
TAKEN = "accepted"
NOTHING = "it is sent; where receipts come, one is waited for"
HEARS: dict[tuple[Heard | None, type[SendFailed] | None], str] = {
    (Heard.DELIVERED, None): "arrived; a next channel that still waits is dropped",
    (Heard.FAILED, None): "not arrived: next channel; the address is kept",
    (Heard.FAILED, TryAgain): "not arrived: next channel; the third within 7 days gives the "
    "address up",
    (Heard.FAILED, GiveUp): "not arrived: next channel; our letter, not the address",
    (Heard.FAILED, Gone): "not arrived: next channel; the address is given up",
    (Heard.DELIVERED, OptedOut): "it arrived; the address is given up, and kept as the person's "
    "withdrawal on this channel",
    (None, None): "nothing yet: the message keeps its state",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One code. `asked`: how the test's parameters begin that ask for it; "" where it has none."""

    provider: str
    code: str
    meaning: str
    kind: str
    done: str
    test: str
    asked: str = ""

    def __str__(self) -> str:
        path, _, name = self.test.partition("::")
        code = "`" + self.code.replace("|", "\\|") + "`"
        linked = f"[{name}](../{path})"
        words = self.meaning.replace("|", "\\|").replace("<", "&lt;")
        return f"| {self.provider} | {code} | {words} | {self.kind} | {self.done} | {linked} |"


def at(place: str) -> str:
    """The path of a test: "test_fpt::test_…" is in tests/channels/test_fpt.py."""
    module, _, name = place.partition("::")
    return f"tests/channels/{module}.py::{name}"


def failing(
    provider: str, code: str, meaning: str, verdict: type[SendFailed], test: str, asked: str = ""
) -> Line:
    done = str(DEEDS[verdict])
    return Line(provider, code, meaning, verdict.__name__, done, at(test), asked)


def taken(provider: str, code: str, meaning: str, test: str, asked: str = "") -> Line:
    return Line(provider, code, meaning, TAKEN, NOTHING, at(test), asked)


def later(
    provider: str,
    code: str,
    meaning: str,
    heard: Heard | None,
    means: type[SendFailed] | None,
    test: str,
    asked: str = "",
) -> Line:
    said = heard.value if heard else "no last word"
    kind = f"{said} · {means.__name__}" if means else said
    return Line(provider, code, meaning, kind, HEARS[heard, means], at(test), asked)
