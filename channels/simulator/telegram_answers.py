"""What the Bot API answers, word for word."""

from typing import Any

from channels.simulator.faults import Outcome
from channels.simulator.wire import Reply, as_json

STATES = {
    "blocked": (403, "Forbidden: bot was blocked by the user"),
    "deactivated": (403, "Forbidden: user is deactivated"),
    "stranger": (403, "Forbidden: bot can't initiate conversation with a user"),
    "unknown": (400, "Bad Request: chat not found"),
}
ERRORS = {  # short words for scripts; a whole description works as well
    **{state: text for state, (_, text) in STATES.items()},
    "unauthorized": "Unauthorized",
    "migrated": "Bad Request: group chat was upgraded to a supergroup chat",
}
CODES = {
    "Bad Request": 400,
    "Unauthorized": 401,
    "Forbidden": 403,
    "Not Found": 404,
    "Conflict": 409,
    "Request Entity Too Large": 413,
}
POLLING = (
    "Conflict: can't use getUpdates method while webhook is active; "
    "use deleteWebhook to delete the webhook first"
)
TWO_POLLS = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
STALE = "Bad Request: query is too old and response timeout expired or query ID is invalid"
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup "
    "are exactly the same as a current content and reply markup of the message"
)


class Refused(Exception):
    """The description that the caller is told; its first words give the code."""


def done(result: object) -> Reply:
    return as_json({"ok": True, "result": result})


def failed(description: str, **parameters: int) -> Reply:
    code = CODES.get(description.split(":", maxsplit=1)[0], 400)
    told: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
    return as_json({**told, **({"parameters": parameters} if parameters else {})}, code)


def too_many(seconds: int) -> Reply:
    text = f"Too Many Requests: retry after {seconds}"
    told = {"ok": False, "error_code": 429, "description": text}
    return as_json({**told, "parameters": {"retry_after": seconds}}, 429)


def refusal(played: Outcome) -> Reply:
    if played.kind == "throttle":
        return too_many(int(float(played.value)))
    more = {"migrate_to_chat_id": -1001234567890} if played.value == "migrated" else {}
    return failed(ERRORS.get(played.value, played.value), **more)
