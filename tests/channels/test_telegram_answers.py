"""Every row of Telegram's error table, answered by a real socket through python-telegram-bot."""

from datetime import timedelta

import pytest

from channels.telegram.answers import ON_THE_WIRE, ROWS
from contactbook.ports.channel import (
    AccountUnusable,
    Channel,
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
from tests.channels.adapter_contract import answered
from tests.channels.wire import reply

# Written from the document a second time, not read from the adapter.
TOLD: list[tuple[int, str, type[SendFailed]]] = [
    (429, "Too Many Requests: retry after 3", Throttled),
    (403, "Forbidden: bot was blocked by the user", OptedOut),
    (403, "Forbidden: user is deactivated", Gone),
    (403, "Forbidden: bot can't initiate conversation with a user", NotReachable),
    *((403, f"Forbidden: bot was kicked from the {kind} chat", Gone)
      for kind in ("group", "supergroup", "channel")),
    *((403, f"Forbidden: bot is not a member of the {kind} chat", Gone)
      for kind in ("group", "supergroup", "channel")),
    (403, "Forbidden: the group chat was deleted", Gone),
    (403, "Forbidden: something new", NotReachable),
    (400, "Bad Request: chat not found", Gone),
    (400, "Bad Request: private chat not found", Gone),
    (400, "Bad Request: group chat was upgraded to a supergroup chat", Gone),  # without its id
    (400, "Bad Request: message text is empty", GiveUp),
    (400, "Bad Request: message is too long", GiveUp),
    (400, "Bad Request: message caption is too long", GiveUp),
    (400, "Bad Request: can't parse entities: Unsupported start tag", GiveUp),
    (400, "Bad Request: message is not modified: specified new message content …", GiveUp),
    (
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
        GiveUp,
    ),
    (400, "Bad Request: something new", GiveUp),
    (401, "Unauthorized", AccountUnusable),
    (401, "Unauthorized: invalid token specified", AccountUnusable),
    (404, "Not Found", AccountUnusable),
    (404, "Not Found: method not found", AccountUnusable),
    (409, "Conflict: can't use getUpdates method while webhook is active; use …", AccountUnusable),
    (409, "Conflict: terminated by other getUpdates request; make sure …", AccountUnusable),
    (409, "Conflict: terminated by other setWebhook", AccountUnusable),
    (409, "Conflict: something new", AccountUnusable),
    (500, "Internal Server Error", OutcomeUnknown),
    (502, "Bad Gateway", OutcomeUnknown),
    (503, "Service Unavailable", OutcomeUnknown),
    (420, "Enhance your calm", OutcomeUnknown),
]  # fmt: skip


def said(status: int, words: str, **parameters: int) -> bytes:
    told = {"ok": False, "error_code": status, "description": words}
    return reply(status, {**told, **({"parameters": parameters} if parameters else {})})


@pytest.mark.parametrize(("status", "words", "kind"), TOLD)
def test_a_refusal_is_sorted(status: int, words: str, kind: type[SendFailed]) -> None:
    more = {"retry_after": 3} if status == 429 else {}
    came, _ = answered(Channel.TELEGRAM, said(status, words, **more))
    assert type(came) is kind
    assert words not in str(came)
    if isinstance(came, Throttled):
        assert came.after == timedelta(seconds=3)


def test_a_chat_with_a_new_id_is_told_with_it() -> None:
    words = "Bad Request: group chat was upgraded to a supergroup chat"
    came, _ = answered(Channel.TELEGRAM, said(400, words, migrate_to_chat_id=-1001234567890))
    assert isinstance(came, Moved)
    assert came.to == "-1001234567890"
    assert came.to not in str(came)


def test_every_row_has_been_told_here() -> None:
    """No row of the adapter's table goes without its answer over the wire."""
    for row in ROWS:
        start = row.words.removesuffix("…")
        asked = [kind for status, words, kind in TOLD if words.startswith(start) and
                 row.status in (status, 500)]  # fmt: skip
        expected = Gone if row.verdict is Moved else row.verdict
        assert expected in asked, row
    assert {verdict for _, verdict, _ in ON_THE_WIRE} == {TryAgain, OutcomeUnknown}
    assert all(row.meaning for row in ROWS)
