"""What a believed event of Zalo's means: receipts, and what a parent said or did.

Events come at least once and in no order. What has no msg_id is named by what happened, to whom
and when, so that a repeat has the same name. Source: reference/zalo.md section 11.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from channels.http import named, readable
from channels.zalo.message import TAP
from contactbook.ports.channel import Channel, Heard, Incoming, Media, Receipt, Said

Event = Mapping[str, Any]
Told = list[Receipt | Incoming]

# The kind of a file is all that Zalo tells; it may be looked at by its first bytes.
PICTURES = {"image": "image/jpeg", "gif": "image/gif", "video": "video/mp4"}
FILES = {"file": "application/octet-stream", "audio": "audio/aac"}
LONGEST_URL = 2_000
SENT = "user_send_"


def heard(event: Event, *, template: bool) -> Told:
    """What the core should know; `template`: the header says that it is about one.

    Echoes of our own sends and of staff at Zalo's console (oa_send_…) are nothing, neither are
    reactions and tags.
    """
    name = event.get("event_name")
    if not isinstance(name, str):
        return []
    if name == "user_received_message":
        return _arrived(event, template=template)
    if name in READERS:
        return READERS[name](event)
    return _file(event, name.removeprefix(SENT)) if name.startswith(SENT) else []


def _arrived(event: Event, *, template: bool) -> Told:
    message = _part(event, "message")
    name, tracking = named(message.get("msg_id")), named(message.get("tracking_id"))
    if not template and not tracking:
        return _receipts(Heard.DELIVERED, [name], moment(event.get("timestamp")))
    at = moment(message.get("delivery_time")) or moment(event.get("timestamp"))
    reference = reference_of(tracking)
    if not name and not reference:
        return []
    return [Receipt(Channel.ZBS, Heard.DELIVERED, reference, provider_id=name, at=at)]


def _seen(event: Event) -> Told:
    several = _part(event, "message").get("msg_ids")
    names = several if isinstance(several, list) else []
    return _receipts(Heard.READ, [named(one) for one in names], moment(event.get("timestamp")))


def _receipts(what: Heard, names: list[str], at: datetime | None) -> Told:
    return [Receipt(Channel.ZALO, what, provider_id=name, at=at) for name in names if name]


def _words(event: Event) -> Told:
    """A text, or a tap on a button of ours: Zalo sends the payload as if it had been typed."""
    message = _part(event, "message")
    text = message.get("text")
    links = [url for _, url in _attachments(message)]
    text = text if isinstance(text, str) and text else " ".join(links)
    if not text:
        return []
    if text.startswith(TAP):
        return _incoming(event, text.removeprefix(TAP), said=Said.TAP)
    return _incoming(event, text, answers=named(message.get("quote_msg_id")))


def _file(event: Event, kind: str) -> Told:
    """A picture or file can be kept; a voice, a sticker, a place is for somebody to look at."""
    message = _part(event, "message")
    text = message.get("text")
    types = PICTURES | FILES
    media = tuple(Media(types.get(what, ""), url) for what, url in _attachments(message))
    known = tuple(one for one in media if one.media_type)
    said = Said.MEDIA if known and kind in {*PICTURES, "file"} else Said.OTHER
    return _incoming(event, text if isinstance(text, str) else "", said=said, media=known)


def _number(event: Event) -> Told:
    """The answer to our request for a phone number: Zalo vouches that it is the account's own."""
    phone = named(_part(event, "info").get("phone"))
    return _incoming(event, "", said=Said.CONTACT, phone=phone, own_phone=True) if phone else []


def _incoming(event: Event, text: str, **more: Any) -> Told:  # noqa: ANN401 fields of Incoming
    user = named(_part(event, "sender").get("id"))
    if not user:
        return []
    name = named(_part(event, "message").get("msg_id")) or _named_by_moment(event, user)
    at = moment(event.get("timestamp"))
    return [Incoming(Channel.ZALO, user, readable(text), name, at, **more)]


def _deed(event: Event, said: Said, who: Any) -> Told:  # noqa: ANN401 what stands in their JSON
    if not (user := named(who)):
        return []
    name, at = _named_by_moment(event, user), moment(event.get("timestamp"))
    return [Incoming(Channel.ZALO, user, "", name, at, said)]


READERS: dict[str, Callable[[Event], Told]] = {
    "user_seen_message": _seen,
    "user_send_text": _words,
    "user_send_link": _words,
    "user_submit_info": _number,
    "follow": lambda event: _deed(event, Said.JOINED, _part(event, "follower").get("id")),
    "unfollow": lambda event: _deed(event, Said.LEFT, _part(event, "follower").get("id")),
    "user_click_chatnow": lambda event: _deed(event, Said.JOINED, event.get("user_id")),
}


def _named_by_moment(event: Event, user: str) -> str:
    return named(f"{event.get('event_name')}:{user}:{named(event.get('timestamp'))}")


def _attachments(message: Event) -> list[tuple[str, str]]:
    """Kind and address of what is attached; an address that is none is left out."""
    listed = message.get("attachments")
    found = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
    pairs = [(one.get("type"), _part(one, "payload").get("url")) for one in found]
    return [
        (kind, url)
        for kind, url in pairs
        if isinstance(kind, str) and isinstance(url, str) and _is_address(url)
    ]


def _is_address(url: str) -> bool:
    printable = url.isascii() and url.isprintable() and " " not in url
    return printable and len(url) <= LONGEST_URL and url.startswith(("https://", "http://"))


def reference_of(tracking: str) -> UUID | None:
    """Our reference, which a template carries as its tracking_id."""
    try:
        return UUID(hex=tracking)
    except ValueError:
        return None


def moment(milliseconds: Any) -> datetime | None:  # noqa: ANN401 what stands in their JSON
    """Zalo's times are strings of milliseconds since 1970."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, str | int):
        return None
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=int(milliseconds))
    except (ValueError, OverflowError):
        return None


def _part(said: Event, name: str) -> dict[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}
