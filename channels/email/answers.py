"""What a relay's refusal means at each step of handing over a letter, and a bounce later.

4xx is tried again wherever it comes; the rows below are the refusals that are meant to stay.
Source: RFC 5321 section 4.2.3, RFC 4954 section 6, RFC 3463.
"""

from dataclasses import dataclass
from typing import Literal

from contactbook.ports.channel import (
    AccountUnusable,
    GiveUp,
    Gone,
    NotReachable,
    OutcomeUnknown,
    SendFailed,
    TryAgain,
)

Step = Literal["greeting", "log-in", "MAIL", "RCPT", "DATA"]


@dataclass(frozen=True, slots=True)
class Row:
    step: Step
    code: int  # 0: any other 5xx at this step
    verdict: type[SendFailed]
    meaning: str


ROWS = (
    Row("greeting", 554, AccountUnusable, "this relay does not serve us"),
    Row("greeting", 0, AccountUnusable, "this relay does not serve us"),
    Row("log-in", 530, AccountUnusable, "it wants TLS or a log-in first"),
    Row("log-in", 534, AccountUnusable, "this way of logging in is too weak"),
    Row("log-in", 535, AccountUnusable, "wrong name or password"),
    Row("log-in", 538, AccountUnusable, "log in only over TLS"),
    Row("log-in", 0, AccountUnusable, "we are not let in"),
    Row("MAIL", 530, AccountUnusable, "log in first"),
    Row("MAIL", 550, AccountUnusable, "our sender's address is not ours to use"),
    Row("MAIL", 552, GiveUp, "too big"),
    Row("MAIL", 553, AccountUnusable, "our sender's address is malformed"),
    Row("MAIL", 0, AccountUnusable, "something is wrong with our sender's address"),
    Row("RCPT", 530, AccountUnusable, "log in first"),
    Row("RCPT", 550, NotReachable, "no such mailbox, or none for us"),
    Row("RCPT", 551, NotReachable, "her mailbox is not here"),
    Row("RCPT", 552, NotReachable, "her mailbox is full, for good"),
    Row("RCPT", 553, NotReachable, "her address is malformed"),
    Row("RCPT", 554, NotReachable, "refused for this person"),
    Row("RCPT", 0, NotReachable, "refused for this person"),
    Row("DATA", 550, GiveUp, "content refused by policy"),
    Row("DATA", 552, GiveUp, "too big"),
    Row("DATA", 554, GiveUp, "policy, or spam"),
    Row("DATA", 0, GiveUp, "content refused"),
)
KNOWN = {(row.step, row.code): row.verdict for row in ROWS}
# 5.1.1 and its kin in the words after the code: the mailbox itself, not our letter (RFC 3463).
ABOUT_THE_MAILBOX = ("5.1.", "5.2.1")
ON_THE_WIRE = (
    ("4xx at any step (421, 450, 451, 452, 454 …)", TryAgain, "later"),
    ("connection refused, no connection in time, TLS that fails", TryAgain, "not sent"),
    ("a relay without STARTTLS, or without our log-in", AccountUnusable, "not sent"),
    ("the relay hangs up before DATA", TryAgain, "not sent; on a kept connection: at once, anew"),
    ("no answer, or none that is one, after DATA began", OutcomeUnknown, "a bounce may tell"),
)


@dataclass(frozen=True, slots=True)
class Bounce:
    """`status` is how an enhanced status code begins; the first row that fits holds."""

    status: str
    means: type[SendFailed]
    meaning: str


BOUNCES = (
    Bounce("4.", TryAgain, "given up after days of trying: soft, counted"),
    Bounce("5.2.2", TryAgain, "her mailbox is full: soft, counted"),
    Bounce("5.2.3", GiveUp, "the letter is too big for her mailbox"),
    Bounce("5.3.4", GiveUp, "the letter is too big for her system"),
    Bounce("5.6.", GiveUp, "something in the letter"),
    Bounce("5.7.", GiveUp, "policy: our letter or our reputation, not her address"),
    Bounce("5.", Gone, "hard: no such mailbox, or no such domain"),
)

# What else comes back by mail.
BY_MAIL = (
    ("report: delivered", "arrived"),
    ("report: delayed, relayed, expanded", "nothing is settled yet"),
    ("a complaint (feedback-report)", "she told her mail provider that she does not want it"),
    ("a letter to unsub+…", "she asks for no more"),
    ("a holiday notice, anything else", "says nothing"),
)


def verdict(step: Step, code: int) -> type[SendFailed]:
    """Of a 5xx."""
    return KNOWN.get((step, code)) or KNOWN[step, 0]


def refusal(step: Step, code: int, words: str) -> SendFailed:
    """What a reply to one step means; `words` are looked at and not kept, for they name people."""
    reason = f"SMTP {code} at {step}"
    if 400 <= code < 500:  # noqa: PLR2004 RFC 5321: "transient negative"
        return TryAgain(reason)
    if 500 <= code < 600:  # noqa: PLR2004 "permanent negative"
        kind = verdict(step, code)
        hers = step == "RCPT" and kind is NotReachable and words.startswith(ABOUT_THE_MAILBOX)
        return (Gone if hers else kind)(reason)
    return OutcomeUnknown(reason) if step == "DATA" else TryAgain(reason)


def means(status: str) -> type[SendFailed]:
    """Of a bounce with this enhanced status code; without one it is hard."""
    return next((row.means for row in BOUNCES if status.startswith(row.status)), Gone)
