"""The life of a delivery, drawn and tabled.

queued ─▶ claimed ─▶ sending ─▶ sent ─▶ delivered ─▶ read
   ▲         │            └──▶ failed ──▶ (next channel: a new delivery that follows this one)
   ├─────────┘ lease ended, paused, try again       └──▶ unknown: a receipt or a person settles
   └ held (quiet hours: due later)        skipped (with the reason) · recalled (undo)

A receipt may come late, twice, out of order or before our own answer is written: a status only
moves forward along NEXT, and whoever writes one holds the row. A message put back into the queue
may have arrived all the same: then its receipt ends it there.
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
ARRIVED = frozenset({Status.DELIVERED, Status.READ})
HEARD = ARRIVED | {Status.FAILED}
TAKEN_BACK = frozenset({Status.SKIPPED, Status.RECALLED})

NEXT: dict[Status, frozenset[Status]] = {
    Status.QUEUED: ARRIVED | TAKEN_BACK | {Status.CLAIMED, Status.FAILED},
    Status.HELD: TAKEN_BACK | {Status.CLAIMED, Status.FAILED},
    Status.CLAIMED: ARRIVED | TAKEN_BACK | {Status.SENDING, Status.QUEUED},
    Status.SENDING: HEARD | {Status.SENT, Status.QUEUED, Status.UNKNOWN},
    Status.SENT: HEARD,
    Status.UNKNOWN: HEARD | {Status.SENT, Status.QUEUED},  # queued: by a person's word only
    Status.DELIVERED: frozenset({Status.READ}),
    Status.READ: frozenset(),
    Status.FAILED: ARRIVED | {Status.QUEUED},  # a late truth; queued: by a person's word only
    Status.SKIPPED: frozenset(),
    Status.RECALLED: frozenset(),
}


class Skip(StrEnum):
    """Why a person was not told, or not on this channel."""

    RESTRICTED = "restricted"  # a right was taken away
    NO_CONTACT = "no_contact"  # no verified address on any channel we run
    NO_CONSENT = "no_consent"
    NOT_ENTITLED = "not_entitled"  # only a paid channel is left, and no plan
    WINDOW = "window"  # only Zalo is left, and she has not written to us for a week
    NO_WORDS = "no_words"  # nothing of it may be said on her channels
    ARRIVED = "arrived"  # the message before it arrived after all


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


def may_become(now: Status) -> list[Status]:
    """The statuses from which a receipt may lead to `now`: failing, only what had left."""
    left = {before for before, after in NEXT.items() if now in after}
    return sorted(left if now in ARRIVED else left - WAITING)
