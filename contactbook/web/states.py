"""How the state of every person's message is told: one vocabulary for teachers and the office."""

from collections.abc import Callable, Sequence
from typing import Any

from contactbook.delivery.status import Ailment, Skip, Status
from contactbook.updates.progress import Line
from contactbook.web.people import relation
from contactbook.words import gettext as _

STATES = {
    Status.QUEUED: "waiting",
    Status.HELD: "waiting",
    Status.CLAIMED: "sending",
    Status.SENDING: "sending",
}
COUNTED = (
    "waiting", "sending", "sent", "delivered", "read", "failed", "unknown", "skipped", "recalled",
)  # fmt: skip
ODD_FIRST = ("failed", "unknown", "skipped")


def counts(lines: Sequence[Line]) -> dict[str, int]:
    tally = dict.fromkeys(COUNTED, 0)
    for line in lines:
        tally[state(line)] += 1
    return tally


def oddness(shown_row: dict[str, Any]) -> int:
    """Those that want a look come first; within them, by child, as they came."""
    state_ = shown_row["state"]
    return ODD_FIRST.index(state_) if state_ in ODD_FIRST else len(ODD_FIRST)


def state(line: Line) -> str:
    return STATES.get(line.status, line.status.value)


def row(line: Line) -> dict[str, Any]:
    return {
        "id": line.delivery_id,
        "child": line.child,
        "guardian": line.guardian,
        "relation": relation(line.relation),
        "channel": line.channel.value if line.channel else "",
        "state": state(line),
        "reason": reason(line),
        "code": code(line),
        "at": None,
        "again": line.status in (Status.FAILED, Status.UNKNOWN),
    }


def reason(line: Line) -> str:
    """Why it is not simply well, in words."""
    said = REASONS[line.reason]() if line.reason in REASONS else ""
    if line.status in (Status.SENT, Status.DELIVERED, Status.READ):
        return (
            _("It went on by this channel because another did not reach.") if line.fell_back else ""
        )
    if line.call:
        said = " ".join(filter(None, (said, _("This is urgent: please call the family."))))
    return said


def code(line: Line) -> str:
    """The provider's own word, for whoever calls the office; teachers read the sentence before."""
    return line.detail[:60] if line.status in (Status.FAILED, Status.UNKNOWN) else ""


REASONS: dict[str, Callable[[], str]] = {
    Skip.RESTRICTED: lambda: _("This person is not to receive news of the child."),
    Skip.NO_CONTACT: lambda: _(
        "There is no confirmed address yet. The office can invite the family."
    ),
    Skip.NO_CONSENT: lambda: _("The family has not agreed to receive this."),
    Skip.WINDOW: lambda: _("Only Zalo would reach her, and she has not written there for a week."),
    Skip.NOT_ENTITLED: lambda: _("Only SMS would reach her, and this child has no plan for it."),
    Skip.NO_WORDS: lambda: _("Nothing of this may be said on her channel."),
    Skip.ARRIVED: lambda: _("The message before it arrived after all."),
    Ailment.UNREACHABLE: lambda: _("She cannot be reached on this channel."),
    Ailment.REFUSED: lambda: _("The provider refuses this text."),
    Ailment.WORN_OUT: lambda: _("It was tried many times without an answer."),
    Ailment.NO_RECEIPT: lambda: _("It was taken, and nobody said that it arrived."),
    Ailment.UNANSWERED: lambda: _("The provider did not answer: she may have it already."),
    Ailment.ACCOUNT: lambda: _("The school's account on this channel is paused."),
    Ailment.BUSY: lambda: _("The provider is busy: it is tried again by itself."),
    Ailment.QUIET: lambda: _("Families are asleep: it leaves in the morning."),
}
