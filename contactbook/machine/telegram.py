"""Telegram from a machine's command line: updates fetched where no webhook can reach us."""

from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from channels.telegram.adapter import TelegramAdapter, Update
from contactbook.machine.addresses import standing
from contactbook.machine.errors import Refused
from contactbook.machine.processes import assembled, channel_settings
from contactbook.parts import Parts
from contactbook.ports.channel import (
    AccountUnusable,
    Channel,
    GiveUp,
    OutcomeUnknown,
    SendFailed,
    TryAgain,
)
from contactbook.settings import Settings
from contactbook.web.intake import acknowledge, write_down

log = structlog.get_logger()
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds between two tries while Telegram is away
DOOR = "webhook"  # of the account in the environment
Say = Callable[[str], None]
T = TypeVar("T")


def listen(settings: Settings, say: Say) -> None:
    """`contactbook telegram-poll`."""
    with standing(settings) as at, assembled(settings, at) as (parts, _):
        poll(parts, bot_of(parts), say)


def webhook(settings: Settings, deed: str, say: Say) -> None:
    """`contactbook telegram-webhook`."""
    if deed not in ("show", "set", "delete"):
        raise Refused(f"{deed} is nothing to do with a webhook: show, set or delete.")
    with standing(settings) as at, assembled(settings, at) as (parts, _):
        bot = bot_of(parts)
        if deed == "show":
            show_webhook(parts, bot, say)
        elif deed == "set":
            set_webhook(parts, bot, channel_settings().callback_url, say)
        else:
            delete_webhook(parts, bot, say)


def bot_of(parts: Parts) -> TelegramAdapter:
    """The bot whose token is in the environment; raises `Refused`."""
    bots = [one.adapter for one in parts.accounts.of_channel(Channel.TELEGRAM) if not one.door]
    bot = next(iter(bots), None)
    if not isinstance(bot, TelegramAdapter):
        raise Refused("No Telegram bot is set up: CHANNELS_TELEGRAM_TOKEN is empty.")
    return bot


def poll(parts: Parts, bot: TelegramAdapter, say: Say) -> None:
    """Fetch updates until somebody interrupts; raises `Refused` for what waiting does not mend.

    An update is confirmed to Telegram by the next question, and that comes only after it was
    written: whatever ends us in between, it is told again.
    """
    take_webhook_away(parts, bot, say)
    after, wait = 0, FIRST_WAIT
    while True:
        try:
            for update in parts.loop.run(bot.poll(after)):
                write(parts, bot, update)
                after = update.number + 1
            wait = FIRST_WAIT
        except (TryAgain, OutcomeUnknown, OperationalError, InterfaceError) as away:
            asked = getattr(away, "after", None)
            pause = max(wait, asked.total_seconds() if asked else 0.0)
            log.warning("telegram or the database away", why=reason(away), again_in=pause)
            parts.stopping.wait(pause)
            wait = min(wait * 2, LONGEST_WAIT)
        except SendFailed as lost:
            raise plainly(lost) from None


def write(parts: Parts, bot: TelegramAdapter, update: Update) -> None:
    """As the webhook's door does."""
    write_down(parts, update.said)
    acknowledge(parts, bot, update.said)


def take_webhook_away(parts: Parts, bot: TelegramAdapter, say: Say) -> None:
    """Telegram gives updates to a webhook or to us, never to both."""
    me, now = asked(parts, bot.me), asked(parts, bot.webhook)
    if now.url:
        asked(parts, bot.delete_webhook)
        say(f"The webhook {now.url} is taken away: `contactbook telegram-webhook set` restores it.")
    say(f"Listening for what parents write to @{me.username} ({now.waiting} waiting). Ctrl-C ends.")


def set_webhook(parts: Parts, bot: TelegramAdapter, public_url: str, say: Say) -> None:
    url = f"{public_url.rstrip('/')}/hooks/{Channel.TELEGRAM}/{DOOR}"
    asked(parts, lambda: bot.set_webhook(url))
    say(f"Telegram sends what parents write to {url}.")


def delete_webhook(parts: Parts, bot: TelegramAdapter, say: Say) -> None:
    asked(parts, bot.delete_webhook)
    say("Telegram keeps what parents write, for a day: `contactbook telegram-poll` fetches it.")


def show_webhook(parts: Parts, bot: TelegramAdapter, say: Say) -> None:
    me, now = asked(parts, bot.me), asked(parts, bot.webhook)
    say(f"@{me.username} ({me.name}): {now.url or 'no webhook'}, {now.waiting} updates waiting.")
    if now.last_error:
        say(f"Last trouble: {now.last_error}.")


def asked(parts: Parts, question: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """One question to Telegram, whose refusal is a sentence."""
    try:
        return parts.loop.run(question())
    except SendFailed as lost:
        raise plainly(lost) from None


def plainly(lost: SendFailed) -> Refused:
    said = str(lost).removeprefix("Telegram: ")
    if "Conflict" in said:
        return Refused(
            "Somebody else takes this bot's updates: a second telegram-poll, or a server whose "
            f"webhook was set meanwhile. Only one may. ({said})"
        )
    if isinstance(lost, AccountUnusable):
        return Refused(f"Telegram does not know this bot: check CHANNELS_TELEGRAM_TOKEN. ({said})")
    if isinstance(lost, GiveUp):
        return Refused(f"Telegram refuses: {said}")
    return Refused(f"Telegram cannot be reached at the moment ({said}).")


def reason(error: Exception) -> str:
    return str(error) if isinstance(error, SendFailed) else type(error).__name__
