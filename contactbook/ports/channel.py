"""The words the contact book and a message channel use with each other.

Standard library only: an adapter that reads this file learns nothing of children or the database.

SendFailed
├── TryAgain(after=…)  busy, throttled or never left us: the same message may pass later
│   ├── Throttled      … and so do all others of this account: it waits as a whole
│   │   └── UsedUp     … until its quota is new: staff are told once
│   └── Moved(to=…)    … and the person is at another address of the same channel now
├── GiveUp             this message is refused: no later attempt can pass
├── NotReachable       this person is not to be had here: her next channel is tried
│   ├── WindowClosed   … until she writes to us again; the address stays good
│   ├── Gone           … ever again: the address is given up
│   └── OptedOut       … because she refuses us: recorded as her withdrawal on this channel
├── AccountUnusable    our key or balance: the account pauses, its messages stay queued
└── OutcomeUnknown     it left us and nobody answered: the provider may have taken it, and bill it
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable
from uuid import UUID


class Channel(StrEnum):
    """A road to a parent; `paid` ones cost the family's plan money for every message."""

    ZALO = "zalo"
    ZBS = "zbs"  # Zalo's registered templates, by phone number: for whom the free window is closed
    TELEGRAM = "telegram"
    EMAIL = "email"
    SMS = "sms"

    @property
    def paid(self) -> bool:
        return self in {Channel.SMS, Channel.ZBS}

    @property
    def agreed_as(self) -> "Channel":
        """The channel whose consent covers this one: a person agrees to an app, not to an API."""
        return Channel.ZALO if self is Channel.ZBS else self


# Of what she likes equally: first what costs nothing, then what costs little.
CHEAPEST = (Channel.ZALO, Channel.TELEGRAM, Channel.EMAIL, Channel.ZBS, Channel.SMS)


class SendFailed(Exception):
    """A message did not arrive; its child says what the caller does next. Says no personal data."""


class TryAgain(SendFailed):
    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after  # the provider's own Retry-After, when it gave one


class Throttled(TryAgain):
    pass


class UsedUp(Throttled):
    pass


class Moved(TryAgain):
    def __init__(self, reason: str, *, to: str) -> None:
        super().__init__(reason)
        self.to = to  # kept out of the reason: an address is personal


class GiveUp(SendFailed):
    pass


class NotReachable(SendFailed):
    pass


class WindowClosed(NotReachable):
    pass


class Gone(NotReachable):
    pass


class OptedOut(NotReachable):
    pass


class AccountUnusable(SendFailed):
    pass


class OutcomeUnknown(SendFailed):
    pass


class Forged(Exception):
    """A callback whose sender could not prove to be the provider."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to tap under a message: `reply` comes back as a tap, `url` opens a page."""

    title: str
    reply: str = ""  # at most 64 bytes: Telegram's callback_data
    url: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    name: str  # stays the same for the same bytes: an upload at the provider is found again by it
    media_type: str  # image/jpeg, image/png
    data: bytes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message, as it leaves: already in the words of its channel."""

    reference: UUID  # our delivery's id; with `round`, how a provider knows a repeat
    address: str  # E.164 for SMS, user id for Zalo, chat id for Telegram, mailbox for e-mail
    body: str  # NFC plain text
    subject: str = ""  # e-mail only
    html: str = ""  # e-mail only: the same facts as `body`
    sender_name: str = ""  # e-mail only: the school
    urgent: bool = False
    round: int = 0  # how often a person has sent it again, knowing that it may arrive twice
    template: str = ""  # SMS and ZBS: the kind of message, by which its registered form is found
    values: Mapping[str, str] = field(default_factory=dict)  # ZBS: what stands in the form's gaps
    buttons: tuple[Button, ...] = ()  # a channel without buttons shows none: `body` says it all
    picture: Picture | None = None
    asks_phone: bool = False  # with a button that shares the person's own number, where one exists
    answers: str = ""  # the provider's id of the message of hers that this one replies to
    unsubscribe_url: str = ""  # e-mail only: one click, without sign-in (RFC 8058)

    @property
    def request_id(self) -> str:
        """What a provider is to recognise: a retry has the same, a person's second sending not."""
        return f"{self.reference.hex}-{self.round}" if self.round else self.reference.hex

    carrier: str = ""  # SMS: whose number it is, as the last receipt said; else guessed by prefix


@dataclass(frozen=True, slots=True)
class Quote:
    """How a text would leave, and what it would cost: a preview's answer, nothing is sent."""

    text: str
    segments: int = 1
    alphabet: str = ""  # "gsm" or "ucs2", where the channel has one
    cost_vnd: int = 0


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it; not yet: it arrived."""

    provider_id: str = ""
    units: int = 1  # paid segments
    cost_vnd: int = 0


class Heard(StrEnum):
    """What a provider may later say of a message it took."""

    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """A provider's later word on one message: named by our reference, by its own id, or by both."""

    channel: Channel
    heard: Heard
    reference: UUID | None = None
    provider_id: str = ""
    at: datetime | None = None  # aware; the provider's clock, when it says
    reason: str = ""
    cost_vnd: int | None = None
    means: type["SendFailed"] | None = None  # of a failure: Gone, OptedOut, or TryAgain (may pass)
    carrier: str = ""  # whose number it is by now, where the provider says so


class Said(StrEnum):
    """What a person did at her end."""

    TEXT = "text"
    TAP = "tap"  # a button of ours; `text` is its reply word
    MEDIA = "media"  # a picture or file, with `text` as caption
    CONTACT = "contact"  # shared a phone number
    JOINED = "joined"  # opened the chat or followed; `text` is the code she brought, if any
    LEFT = "left"  # blocked or unfollowed us, or asked the mail program to unsubscribe
    OTHER = "other"  # a voice message, a sticker, a place: somebody has to look at it


@dataclass(frozen=True, slots=True)
class Media:
    """A file at the provider's: where it can be fetched, while the provider keeps it."""

    media_type: str
    url: str = ""
    file_id: str = ""  # Telegram


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a person wrote to us, or did."""

    channel: Channel
    address: str
    text: str
    provider_id: str = ""  # for telling a repeat
    at: datetime | None = None
    said: Said = Said.TEXT
    phone: str = ""  # CONTACT: as the provider gives it
    own_phone: bool = False  # CONTACT: the provider vouches that it is the sender's own
    media: tuple[Media, ...] = ()
    answers: str = ""  # the provider's id of the message of ours that this one replies to
    handle: str = ""  # TAP: by what `acknowledge` names it, where the provider waits for a word


@dataclass(frozen=True, slots=True)
class Callback:
    """A provider's request to us, as bytes and words."""

    method: str
    path: str  # what follows /hooks/{channel}/
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""


class ChannelAdapter(Protocol):
    """One provider account, for the life of a process; used on one event loop only."""

    channel: Channel
    repeatable: bool  # the provider knows our reference again, so a second send is harmless
    hears: bool  # word of arrival reaches us; elsewhere acceptance is all that can be known

    async def send(self, message: Outgoing) -> Accepted:
        """Hand one message to the provider; raises a child of `SendFailed`, nothing else."""

    def read(self, callback: Callback) -> Sequence[Receipt | Incoming]:
        """Translate a provider's callback; raises `Forged`. Unknown kinds yield nothing."""

    def quote(self, body: str, to: str = "") -> Quote:
        """How `body` would leave to `to` (an address), and what that costs; nothing is sent."""

    async def close(self) -> None:
        """Hang up. The adapter is not used afterwards."""


# What only some providers have; `isinstance` asks an adapter for it.


@runtime_checkable
class Acknowledges(Protocol):
    async def acknowledge(self, incoming: Incoming) -> None:
        """Show a person that her tap has reached us. Best effort: raises nothing."""


@runtime_checkable
class Fetches(Protocol):
    async def fetch(self, media: Media) -> bytes:
        """A file a person sent; raises `SendFailed`: GiveUp when it is too big, or gone."""


@runtime_checkable
class Invites(Protocol):
    def deep_link(self, code: str) -> str:
        """The web address that opens our chat with a JOINED that brings `code`; may be empty."""
