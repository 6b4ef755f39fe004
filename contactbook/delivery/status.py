"""The life of a delivery, drawn and tabled.

queued ─▶ claimed ─▶ sending ─▶ sent ─▶ delivered ─▶ read
   ▲         │            └──▶ failed ──▶ (next channel: a new delivery that follows this one)
   ├─────────┘ lease ended, paused, try again       └──▶ unknown: a receipt or a person settles
   └ held (quiet hours: due later)        skipped (with the reason) · recalled (undo)

A receipt may come late, twice, out of order or before our own answer is written: a status only
moves forward along NEXT, and whoever writes one holds the row.
"""

from enum import StrEnum


class Status(StrEnum):
    QUEUED = "queued"
    HELD = "held"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    RECALLED = "recalled"


WAITING = frozenset({Status.QUEUED, Status.HELD})
UNSENT = WAITING | {Status.CLAIMED}
HEARD = frozenset({Status.DELIVERED, Status.READ, Status.FAILED})

NEXT: dict[Status, frozenset[Status]] = {
    Status.QUEUED: frozenset({Status.CLAIMED, Status.HELD, Status.SKIPPED, Status.RECALLED}),
    Status.HELD: frozenset({Status.CLAIMED, Status.QUEUED, Status.SKIPPED, Status.RECALLED}),
    Status.CLAIMED: frozenset(
        {Status.SENDING, Status.QUEUED, Status.HELD, Status.SKIPPED, Status.RECALLED}
    ),
    Status.SENDING: HEARD | {Status.SENT, Status.QUEUED, Status.UNKNOWN},
    Status.SENT: HEARD,
    Status.UNKNOWN: HEARD | {Status.SENT, Status.QUEUED},  # queued: by a person's word only
    Status.DELIVERED: frozenset({Status.READ}),
    Status.READ: frozenset(),
    Status.FAILED: frozenset({Status.DELIVERED, Status.READ, Status.QUEUED}),  # a late truth
    Status.SKIPPED: frozenset(),
    Status.RECALLED: frozenset(),
}


class Skip(StrEnum):
    """Why a person was not told, or not on this channel."""

    RESTRICTED = "restricted"  # a right was taken away
    NO_CONTACT = "no_contact"  # no verified address on any channel we run
    NO_CONSENT = "no_consent"
    NOT_ENTITLED = "not_entitled"  # only a paid channel is left, and no plan
    NO_WORDS = "no_words"  # nothing of it may be said on her channels


class Ailment(StrEnum):
    """Why a message failed, waits, or is not certain; the provider's own words stand beside it."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"  # our text: staff are told
    WORN_OUT = "worn_out"  # all attempts used
    NO_RECEIPT = "no_receipt"  # taken, and never said to have arrived
    UNANSWERED = "unanswered"  # the outcome is not known
    ACCOUNT = "account"  # the channel's account is paused
    BUSY = "busy"  # will be tried again
    QUIET = "quiet"  # families sleep


def may_follow(now: Status) -> list[Status]:
    """The statuses from which `now` may be reached."""
    return [before for before, after in NEXT.items() if now in after]
