"""Purposes, ways and states in a parent's words."""

from collections.abc import Callable

from contactbook.delivery.status import Skip, Status
from contactbook.people.consent import Method, Purpose
from contactbook.web.states import STATES
from contactbook.words import gettext as _

PURPOSES: dict[Purpose, Callable[[], str]] = {
    Purpose.ATTENDANCE: lambda: _("Coming to class"),
    Purpose.DAILY_LIFE: lambda: _("Meals, naps, the day"),
    Purpose.LEARNING: lambda: _("Learning and the teacher's words"),
    Purpose.HEALTH: lambda: _("Health: weight, temperature, medicine"),
    Purpose.PICTURES: lambda: _("Pictures"),
    Purpose.NOTICES: lambda: _("Notices of the school"),
}
METHODS: dict[Method, Callable[[], str]] = {
    Method.PAPER: lambda: _("on paper"),
    Method.WEB: lambda: _("on this page"),
    Method.CHAT: lambda: _("by chat"),
    Method.STAFF: lambda: _("told to the school"),
}
REASONS: dict[str, Callable[[], str]] = {
    Skip.RESTRICTED: lambda: _("The school may not send this to you."),
    Skip.NO_CONTACT: lambda: _("The school has no confirmed address of yours."),
    Skip.NO_CONSENT: lambda: _("You have not agreed to receive this."),
    Skip.NOT_ENTITLED: lambda: _("Only SMS would reach you, and there is no plan for it."),
    Skip.NO_WORDS: lambda: _("Nothing of this may be said on your channel."),
    Skip.ARRIVED: lambda: _("It reached you another way."),
}


def state(status: str) -> str:
    return STATES.get(Status(status), status)


def reason(code: str) -> str:
    """Why it is not simply well; of what failed at a provider the state says enough."""
    return REASONS[code]() if code in REASONS else ""
