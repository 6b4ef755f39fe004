"""A message of ours as Telegram's calls: what is too long for it, its buttons, its picture."""

from collections.abc import Iterable

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
)

from contactbook.ports.channel import Button, GiveUp, Outgoing

LONGEST_TEXT, LONGEST_CAPTION, LONGEST_REPLY = 4_096, 1_024, 64  # the last in bytes
LARGEST_PICTURE = 10 * 1024 * 1024  # bytes
ROW = 26  # letters of buttons that stand side by side on a narrow phone
SHARE = "Chia sẻ số điện thoại của tôi"  # unless the message brings a word for it

Keys = InlineKeyboardMarkup | ReplyKeyboardMarkup | None


def length(text: str) -> int:
    """In UTF-16 units, as Telegram counts offsets: never less than it counts characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def fits_caption(message: Outgoing) -> bool:
    return length(message.body) <= LONGEST_CAPTION


def check(message: Outgoing) -> None:
    """Raises `GiveUp` for what Telegram would refuse, before anything is sent."""
    if length(message.body) > LONGEST_TEXT:
        raise GiveUp("text over 4096 characters")
    if message.picture and not 0 < len(message.picture.data) <= LARGEST_PICTURE:
        raise GiveUp("picture empty or over 10 MB")
    if any(
        len(button.reply.encode("utf-8", "replace")) > LONGEST_REPLY for button in message.buttons
    ):
        raise GiveUp("a button's reply over 64 bytes")


def keys(message: Outgoing) -> Keys:
    """Buttons under the message, or in the place of the keyboard when it asks for the phone.

    A message has one or the other. There her tap on another button comes back as its title.
    """
    if message.asks_phone:
        return phone_keyboard(message.buttons)
    buttons = [button for button in message.buttons if button.reply or button.url]
    return (
        InlineKeyboardMarkup([[inline(one) for one in row] for row in rows(buttons)])
        if buttons
        else None
    )


def phone_keyboard(buttons: Iterable[Button]) -> ReplyKeyboardMarkup:
    share = next((one.title for one in buttons if not one.reply and not one.url), SHARE)
    others = [[KeyboardButton(one.title)] for one in buttons if one.reply]
    return ReplyKeyboardMarkup(
        [[KeyboardButton(share, request_contact=True)], *others],
        one_time_keyboard=True,
        resize_keyboard=True,
    )


def inline(button: Button) -> InlineKeyboardButton:
    if button.url:
        return InlineKeyboardButton(button.title, url=button.url)
    return InlineKeyboardButton(button.title, callback_data=button.reply)


def rows(buttons: Iterable[Button]) -> list[list[Button]]:
    """Short ones side by side, long ones below each other."""
    found: list[list[Button]] = []
    for button in buttons:
        beside = [*found[-1], button] if found else []
        if beside and sum(len(one.title) + 2 for one in beside) <= ROW:
            found[-1] = beside
        else:
            found.append([button])
    return found
