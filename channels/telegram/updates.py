"""What Telegram's updates say: a person's words, taps, files and number in her private chat.

Groups, edits, channels and other bots are nothing to us.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.http import readable
from contactbook.ports.channel import Channel, Incoming, Media, Said

WANTED = ("message", "callback_query", "my_chat_member")  # setWebhook's allowed_updates
LARGEST_FILE = 20 * 1024 * 1024  # bytes that a bot may fetch
STATES = {
    "member": Said.JOINED,  # she took the block back
    "kicked": Said.LEFT,  # she blocked the bot
    "left": Said.LEFT,
}
SPOKEN = {  # a file somebody has to listen to or look at; its type where Telegram names none
    "voice": "audio/ogg",
    "audio": "audio/mpeg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "animation": "video/mp4",
}

Told = Mapping[str, Any]


def heard(update: Told, bot: str) -> list[Incoming]:
    """`bot` is our id there: updates are numbered for each bot."""
    if not number(update.get("update_id")):
        return []
    name = f"{bot}:{update['update_id']}"
    readers = (("message", written), ("callback_query", tapped), ("my_chat_member", changed))
    for kind, read in readers:
        content = update.get(kind)
        if isinstance(content, dict):
            found = read(content, name)
            return [found] if found else []
    return []


def written(message: Told, name: str) -> Incoming | None:
    if (chat := private(message)) is None:
        return None
    at, answers = moment(message.get("date")), replied(message)

    def incoming(said: Said, text: str = "", **more: Any) -> Incoming:  # noqa: ANN401 its fields
        clean = readable(text)
        return Incoming(
            Channel.TELEGRAM, chat, clean, name, at=at, said=said, answers=answers, **more
        )

    if text := words(message.get("text")):
        command, _, code = text.partition(" ")
        if command.partition("@")[0] == "/start":
            return incoming(Said.JOINED, code.strip())
        return incoming(Said.TEXT, text)
    if isinstance(contact := message.get("contact"), dict):
        return incoming(Said.CONTACT, **shared(contact, message))
    caption = words(message.get("caption"))
    if file := picture(message.get("photo")) or document(message):
        return incoming(Said.MEDIA, caption, media=(file,))
    files = (a_file(message.get(kind), media_type) for kind, media_type in SPOKEN.items())
    media = tuple(filter(None, files))
    odd = caption if media else oddity(message)
    return incoming(Said.OTHER, odd, media=media) if media or odd else None


def tapped(query: Told, name: str) -> Incoming | None:
    """A button: its message may be too old to be shown, but who tapped is always named."""
    sender, message = query.get("from"), query.get("message")
    about = message if isinstance(message, dict) else {}
    chat = about.get("chat")
    if isinstance(chat, dict) and chat.get("type") != "private":
        return None
    if not isinstance(sender, dict) or not number(sender.get("id")):
        return None
    return Incoming(
        Channel.TELEGRAM,
        str(sender["id"]),  # a private chat bears its person's id
        readable(words(query.get("data"))),
        name,
        said=Said.TAP,
        answers=identity(about.get("message_id")),
        handle=words(query.get("id"))[:64],
    )


def changed(change: Told, name: str) -> Incoming | None:
    """She blocked the bot, or took it back."""
    chat, now = private(change), change.get("new_chat_member")
    status = now.get("status") if isinstance(now, dict) else None
    said = STATES.get(status) if isinstance(status, str) else None
    if chat is None or said is None:
        return None
    return Incoming(Channel.TELEGRAM, chat, "", name, at=moment(change.get("date")), said=said)


def private(event: Told) -> str | None:
    """The chat, if it is one person's."""
    chat, sender = event.get("chat"), event.get("from")
    if not isinstance(chat, dict) or chat.get("type") != "private" or not number(chat.get("id")):
        return None
    machine = isinstance(sender, dict) and sender.get("is_bot") is True
    return None if machine else str(chat["id"])


def shared(contact: Told, message: Told) -> dict[str, Any]:
    """A phone number. Anybody can forward another person's card: hers bears her own id."""
    sender, owner = message.get("from"), contact.get("user_id")
    hers = isinstance(sender, dict) and number(owner) and sender.get("id") == owner
    return {"phone": readable(words(contact.get("phone_number")))[:32], "own_phone": hers}


def picture(sizes: object) -> Media | None:
    """The largest of a photo's sizes that a bot may fetch."""
    if not isinstance(sizes, list):
        return None
    fit = [
        one for one in sizes if isinstance(one, dict) and small(one) and words(one.get("file_id"))
    ]
    best = max(fit, key=area, default=None)
    return Media("image/jpeg", file_id=words(best["file_id"])) if best else None


def document(message: Told) -> Media | None:
    """A file. Telegram sends a moving picture as a document, too: that is no picture of hers."""
    if "animation" in message:
        return None
    return a_file(message.get("document"), "application/octet-stream")


def a_file(content: object, otherwise: str) -> Media | None:
    if not isinstance(content, dict) or not (name := words(content.get("file_id"))):
        return None
    return Media(readable(words(content.get("mime_type")))[:100] or otherwise, file_id=name)


def oddity(message: Told) -> str:
    """What is said without words or a file, as somebody can read it."""
    sticker, place = message.get("sticker"), message.get("location")
    if isinstance(sticker, dict):
        return words(sticker.get("emoji")) or "🙂"
    if isinstance(place, dict):
        return f"📍 {place.get('latitude')}, {place.get('longitude')}"
    return "?" if isinstance(message.get("poll") or message.get("dice"), dict) else ""


def small(size: Told) -> bool:
    told = size.get("file_size", 0)
    return number(told) and told <= LARGEST_FILE


def area(size: Told) -> int:
    width, height = size.get("width", 0), size.get("height", 0)
    return int(width * height) if number(width) and number(height) else 0


def replied(message: Told) -> str:
    original = message.get("reply_to_message")
    return identity(original.get("message_id")) if isinstance(original, dict) else ""


def identity(value: object) -> str:
    return str(value) if number(value) else ""


def words(value: object) -> str:
    return value if isinstance(value, str) else ""


def number(value: Any) -> bool:  # noqa: ANN401 what stands in other people's JSON
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63


def moment(seconds: Any) -> datetime | None:  # noqa: ANN401 the same
    if not number(seconds):
        return None
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return None
