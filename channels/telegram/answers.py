"""What Telegram's refusals mean: every row of its error table, and what we make of it.

Source: telegram-bot-api's own source, as of Bot API 10.0; python-telegram-bot 22.8.
"""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from math import isfinite

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from channels.http import bounded
from contactbook.ports.channel import (
    AccountUnusable,
    GiveUp,
    Gone,
    Moved,
    NotReachable,
    OptedOut,
    OutcomeUnknown,
    SendFailed,
    Throttled,
    TryAgain,
)

LONGEST_FLOOD = timedelta(days=1)  # asking a flooded bot again too early makes the flood longer


@dataclass(frozen=True, slots=True)
class Row:
    """`words`: how a description begins; "…" stands for what differs from case to case."""

    status: int
    words: str
    verdict: type[SendFailed]
    meaning: str


ROWS = (
    Row(429, "Too Many Requests: retry after …", Throttled, "the whole bot waits as long as asked"),
    Row(403, "Forbidden: bot was blocked by the user", OptedOut, "she does not want us here"),
    Row(403, "Forbidden: user is deactivated", Gone, "her account is gone"),
    Row(
        403,
        "Forbidden: bot can't initiate conversation with a user",
        NotReachable,
        "she never pressed Start",
    ),
    Row(403, "Forbidden: bot was kicked from the …", Gone, "a group; we write to persons only"),
    Row(403, "Forbidden: bot is not a member of the …", Gone, "a group; we write to persons only"),
    Row(403, "Forbidden: the group chat was deleted", Gone, "a group; we write to persons only"),
    Row(403, "Forbidden…", NotReachable, "some other reason of hers; the address is kept"),
    Row(400, "Bad Request: chat not found", Gone, "no such chat"),
    Row(400, "Bad Request: private chat not found", Gone, "no such chat"),
    Row(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        Moved,
        "the chat has a new id, which is kept; without it the old one is given up",
    ),
    Row(400, "Bad Request: message text is empty", GiveUp, "our text"),
    Row(400, "Bad Request: message is too long", GiveUp, "over 4,096 characters"),
    Row(400, "Bad Request: message caption is too long", GiveUp, "over 1,024 characters"),
    Row(400, "Bad Request: can't parse entities…", GiveUp, "marks in the text; we send it plain"),
    Row(400, "Bad Request: message is not modified…", GiveUp, "an edit without a difference"),
    Row(
        400,
        "Bad Request: query is too old and response timeout expired…",
        GiveUp,
        "a tap that was answered too late; nobody waits for it any more",
    ),
    Row(400, "Bad Request: …", GiveUp, "something of ours that no later try makes better"),
    Row(401, "Unauthorized…", AccountUnusable, "the token is not, or no longer, a bot's"),
    Row(404, "Not Found…", AccountUnusable, "the token is malformed, or no such method exists"),
    Row(
        409,
        "Conflict: can't use getUpdates method while webhook is active…",
        AccountUnusable,
        "a webhook is set: updates go there",
    ),
    Row(
        409,
        "Conflict: terminated by other getUpdates request…",
        AccountUnusable,
        "a second program fetches this bot's updates",
    ),
    Row(
        409,
        "Conflict: terminated by other setWebhook",
        AccountUnusable,
        "a second program sets this bot's webhook",
    ),
    Row(409, "Conflict…", AccountUnusable, "two programs use one bot"),
    Row(500, "…", OutcomeUnknown, "any 5xx: it may have been sent"),
)
# What happens on the way there (reference, 3.1); `channels.http` tells them apart by their cause.
ON_THE_WIRE = (
    ("connection refused", TryAgain, "not sent"),
    ("no connection in time", TryAgain, "not sent"),
    ("no connection free in our pool", TryAgain, "not sent"),
    ("no answer in time", OutcomeUnknown, "it may have been delivered"),
    ("hung up or reset after the request", OutcomeUnknown, "it may have been delivered"),
    (
        "a page instead of JSON",
        OutcomeUnknown,
        "somebody else answered, nobody knows what was sent",
    ),
)
PREFIX = "Bad Request: "  # which the library takes off
KINDS: dict[type[TelegramError], int] = {Forbidden: 403, BadRequest: 400, Conflict: 409}


def verdict(status: int, words: str) -> type[SendFailed]:
    """What the first fitting row says; the last row of each status fits everything."""
    said = words.removeprefix(PREFIX).casefold()
    for row in ROWS:
        start = row.words.removesuffix("…").removeprefix(PREFIX).casefold()
        if row.status == status and said.startswith(start):
            return row.verdict
    return OutcomeUnknown


def outcome(error: Exception, *, aloud: bool = False) -> SendFailed:
    """What the library's exception means; specific ones first, for several are NetworkErrors.

    `aloud`: with Telegram's own words, where nothing personal was sent.
    """
    if isinstance(error.__cause__, SendFailed):  # our client's, wrapped on its way through
        return error.__cause__
    if not isinstance(error, TelegramError):
        return OutcomeUnknown(f"Telegram {type(error).__name__}")
    if isinstance(error, RetryAfter):
        return Throttled("Telegram asks to wait", after=flood(error.retry_after))
    reason = f"Telegram: {error.message}" if aloud else f"Telegram {type(error).__name__}"
    if isinstance(error, ChatMigrated):
        return moved(error.new_chat_id, reason)
    if isinstance(error, InvalidToken):  # 401 and 404
        return AccountUnusable(reason)
    found = next((status for kind, status in KINDS.items() if isinstance(error, kind)), 500)
    kind = verdict(found, error.message)
    return Gone(reason) if issubclass(kind, Moved) else kind(reason)


def moved(chat: object, reason: str) -> SendFailed:
    known = isinstance(chat, int) and not isinstance(chat, bool)
    return Moved(reason, to=str(chat)) if known else Gone(reason)


def flood(wait: object) -> timedelta | None:
    """The library gives a timedelta or, if the operator unset PTB_TIMEDELTA, seconds."""
    if isinstance(wait, timedelta):
        return bounded(wait, most=LONGEST_FLOOD)
    if isinstance(wait, bool) or not isinstance(wait, int | float) or not isfinite(wait):
        return None
    seconds = max(0, min(wait, LONGEST_FLOOD.total_seconds()))  # a timedelta has its limits
    return bounded(timedelta(seconds=seconds), most=LONGEST_FLOOD)


TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
