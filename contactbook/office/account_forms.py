"""The form of an account: made of what its provider asks for; what is secret is never sent back."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import load_only
from starlette.responses import Response

from contactbook.delivery.lane_models import ChannelAccount
from contactbook.ports.account import Asked, Catalogue, Offer, WrongKeys
from contactbook.web.deps import Page, Typed
from contactbook.words import gettext as _

# What the role of pages may read of an account: not its keys.
SHOWN = (
    load_only(
        ChannelAccount.lane_id, ChannelAccount.channel, ChannelAccount.provider,
        ChannelAccount.name, ChannelAccount.rate, ChannelAccount.daily_quota,
        ChannelAccount.sent_on, ChannelAccount.sent_today, ChannelAccount.weight,
        ChannelAccount.paused_until, ChannelAccount.reason, ChannelAccount.struggling_since,
        raiseload=True,
    ),
)  # fmt: skip
LIMITS = ("rate", "daily_quota", "weight")
MOST = 100_000


def typed(offer: Offer, form: Typed) -> dict[str, str]:
    return {one.name: form.text(one.name) for one in offer.asked}


def checked(
    catalogue: Catalogue, offer: Offer, values: Mapping[str, str]
) -> tuple[Mapping[str, Any], dict[str, str]]:
    """The keys, and what is wrong with them in sentences, by field."""
    try:
        return catalogue.checked(offer.provider, values), {}
    except WrongKeys as wrong:
        names = {one.name for one in offer.asked}
        return {}, {
            name if name in names else "keys": sentence(*why) for name, why in wrong.faults.items()
        }


def sentence(kind: str, rule: str) -> str:
    known = next((words for start, words in RULES.items() if start in rule), None)
    return (known or KINDS.get(kind) or other)()


def other() -> str:
    return _("This value cannot be used. Please compare it with what the provider gave you.")


KINDS: dict[str, Callable[[], str]] = {
    "missing": lambda: _("Please fill this in."),
    "string_too_short": lambda: _("Please fill this in."),
    "string_too_long": lambda: _("This is too long."),
    "int_parsing": lambda: _("This has to be a whole number."),
}
RULES: dict[str, Callable[[], str]] = {
    "a brandname": lambda: _("A brandname has 1 to 11 letters and digits, no spaces or accents."),
    "at least 16": lambda: _("This needs at least 16 letters, digits, _ or -."),
    "at most 8": lambda: _("This has at most 8 letters and digits."),
    "is not JSON": lambda: _("This is no JSON text. Please copy it whole."),
    "DKIM": lambda: _("A DKIM key needs its selector, and a selector its key."),
}


def limits(form: Typed) -> tuple[dict[str, Any], dict[str, str]]:
    """How fast and how much, and what is wrong with that."""
    found: dict[str, Any] = {"rate": None, "daily_quota": None, "weight": 1}
    faults: dict[str, str] = {}
    for name, most in (("rate", MOST), ("daily_quota", 10 * MOST), ("weight", 100)):
        value = form.text(name).replace(",", ".")
        if not value:
            continue
        try:
            number = float(value) if name == "rate" else int(value)
        except ValueError:
            number = -1
        least = 0 if name == "daily_quota" else 0.001 if name == "rate" else 1
        if least <= number <= most:
            found[name] = number
        else:
            faults[name] = _("This has to be a number from %(least)s to %(most)s.") % {
                "least": least, "most": most,
            }  # fmt: skip
    return found, faults


def sheet(
    page: Page,
    offer: Offer,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    account: Mapping[str, Any] | None = None,
) -> Response:
    """The form; `account`: of one that is there, whose secrets are kept unless typed anew."""
    return page.show(
        "office/account_form.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
        provider=offer.provider,
        channel=offer.channel.value,
        account=account,
        fields=[
            field(one, values.get(one.name, ""), kept=account is not None) for one in offer.asked
        ],
        values={name: values.get(name, "") for name in ("name", *LIMITS)},
        errors=errors,
    )


def field(one: Asked, value: str, *, kept: bool) -> dict[str, Any]:
    secret = one.kind in ("secret", "secrets")
    return {
        "name": one.name,
        "label": LABELS.get(one.name, lambda: one.name.replace("_", " "))(),
        "kind": "secret" if secret else one.kind,
        "required": one.required and not kept,
        "choices": one.choices,
        "value": "" if secret else value or ("" if kept else one.usual),
        "saved": secret and kept,
    }


LABELS: dict[str, Callable[[], str]] = {
    "brandname": lambda: _("Brandname"),
    "prices": lambda: _("Price table (JSON)"),
    "templates": lambda: _("Registered texts (JSON)"),
    "accented": lambda: _("Send with Vietnamese accents"),
    "max_parts": lambda: _("At most so many parts"),
    "forbidden": lambda: _("Characters the provider refuses"),
    "token": lambda: _("Bot token"),
    "username": lambda: _("Bot name"),
    "sender": lambda: _("Sender address"),
    "url": lambda: _("Server address with password"),
    "password": lambda: _("Password"),
    "host": lambda: _("Server"),
    "port": lambda: _("Port"),
}


def outcome(name: str) -> str:
    """What a provider's answer to a test message means."""
    return OUTCOMES.get(name, OUTCOMES["OutcomeUnknown"])()


OUTCOMES: dict[str, Callable[[], str]] = {
    "accepted": lambda: _("The provider took the test message. Please look at your phone."),
    "TryAgain": lambda: _("The provider is busy or cannot be reached just now."),
    "Throttled": lambda: _("The provider wants fewer messages. Please try again later."),
    "UsedUp": lambda: _("The provider says that today's messages are used up."),
    "GiveUp": lambda: _("The provider refuses this text."),
    "NotReachable": lambda: _("The provider cannot reach this address."),
    "WindowClosed": lambda: _("This person has to write to the school's account first."),
    "Gone": lambda: _("This address exists no more."),
    "OptedOut": lambda: _("This person wants no messages on this channel."),
    "AccountUnusable": lambda: _("The provider refuses the account: keys or balance."),
    "OutcomeUnknown": lambda: _("Nobody knows whether it arrived: the provider did not say."),
}
