"""What arrived, on which phone, and what became of it. Bounded: the oldest is forgotten."""

import unicodedata
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

CHANNELS = ("zalo", "zbs", "telegram", "sms", "email")
OVERHEAD = 600  # bytes that a message costs beside its text, about

Key = tuple[str, str]  # channel, address


@dataclass(slots=True, eq=False)
class Message:
    """One message on one phone, or (`outgoing`) one that its owner wrote back."""

    channel: str
    address: str
    text: str
    at: datetime
    id: int = 0  # rising, over all channels
    provider_id: str = ""
    reference: str = ""  # what the sender called it, where the protocol can carry that
    sender: str = ""  # brand name, mailbox, account
    subject: str = ""
    html: str = ""  # of a mail; of a chat: its formatted text, already safe
    buttons: tuple[tuple[str, str], ...] = ()  # what is on them, what a tap sends
    picture: str = ""
    segments: int = 0
    copies: int = 0  # how often this reference (else this text to this address) has come
    state: str = "accepted"  # accepted | delivered | seen | failed
    outgoing: bool = False
    raw: bytes = b""  # of a mail, read when somebody looks
    weight: int = 0  # bytes, about

    @property
    def key(self) -> Key:
        return self.channel, self.address


@dataclass(eq=False)
class Phone:
    """One address on one channel: what it received, whose it is."""

    channel: str
    address: str
    name: str = ""
    about: str = ""
    version: int = 0  # changes with whatever can be seen
    messages: deque[Message] = field(default_factory=deque)

    @property
    def key(self) -> Key:
        return self.channel, self.address

    @property
    def person(self) -> Key:
        """Phones of one name and description are one person's."""
        return (self.name, self.about) if self.name else self.key

    @cached_property
    def sought(self) -> str:
        """What a search looks at; forgotten when the phone is labelled anew."""
        return f" {folded(self.name)} {folded(self.about)} {self.address}"


@dataclass(slots=True)
class Book:
    """All messages and phones of a simulator."""

    clock: Callable[[], datetime]
    most: int = 200_000
    most_bytes: int = 256_000_000
    messages: deque[Message] = field(default_factory=deque)
    phones: OrderedDict[Key, Phone] = field(
        default_factory=OrderedDict
    )  # the last written to: last
    owners: dict[Key, dict[Key, Phone]] = field(default_factory=dict)  # person: her phones
    counts: Counter[str] = field(default_factory=Counter)  # phones on each channel
    people: dict[Key, dict[str, Any]] = field(default_factory=dict)  # a provider's view of a user
    version: int = 0
    _bytes: int = 0
    _last: int = 0
    _named: dict[tuple[str, str, str], Message] = field(default_factory=dict)
    _by_id: dict[tuple[str, str], Message] = field(default_factory=dict)

    def phone(self, channel: str, address: str) -> Phone:
        found = self.phones.get((channel, address))
        if found is None:
            found = self.phones[channel, address] = Phone(channel, address)
            self.owners.setdefault(found.person, {})[found.key] = found
            self.counts[channel] += 1
        return found

    def label(self, channel: str, address: str, name: str, about: str) -> None:
        """Say whose phone it is. A phone without messages is listed after those that have some."""
        phone = self.phone(channel, address)
        self._disown(phone)
        phone.name, phone.about = name, about
        vars(phone).pop("sought", None)
        self.owners.setdefault(phone.person, {})[phone.key] = phone
        if not phone.messages:
            self.phones.move_to_end(phone.key, last=False)
        self.version += 1
        phone.version = self.version

    def _disown(self, phone: Phone) -> None:
        hers = self.owners.get(phone.person, {})
        hers.pop(phone.key, None)
        if not hers:
            self.owners.pop(phone.person, None)

    def name(self, channel: str, address: str) -> str:
        found = self.phones.get((channel, address))
        return found.name if found else ""

    def add(self, message: Message) -> Message:
        self._last += 1
        message.id = self._last
        message.provider_id = message.provider_id or str(message.id)
        message.weight = OVERHEAD + 2 * len(message.text + message.html) + 2 * len(message.raw)
        self.came_again(message)
        self.messages.append(message)
        self._by_id[message.channel, message.provider_id] = message
        self._bytes += message.weight
        self.phone(*message.key).messages.append(message)
        self.phones.move_to_end(message.key)
        self.changed(message)
        while len(self.messages) > 1 and self._too_much():
            self._forget()
        return message

    def changed(self, message: Message) -> None:
        self.version += 1
        self.phone(*message.key).version = self.version

    def came_again(self, message: Message) -> None:
        """Count another arrival of the same message, accepted by its provider or not."""
        first = self._named.setdefault(_name(message), message)
        if first is not message or message.copies:
            first.copies += 1
            message.copies = first.copies
        else:
            message.copies = 1

    def find(self, channel: str, provider_id: str) -> Message | None:
        return self._by_id.get((channel, provider_id))

    def by_reference(self, channel: str, reference: str) -> Message | None:
        return self._named.get((channel, reference, ""))

    def mark(self, message: Message, state: str) -> None:
        """Note what the phone did; seen stays seen."""
        if message.state != "seen":
            message.state = state
            self.changed(message)

    def since(self, number: int, channel: str = "") -> Iterator[Message]:
        """Messages after `number`, oldest first."""
        fresh: deque[Message] = deque()
        for message in reversed(self.messages):
            if message.id <= number:
                break
            if not channel or message.channel == channel:
                fresh.appendleft(message)
        return iter(fresh)

    def clear(self) -> None:
        """Forget the messages; the phones keep their names, the numbers keep rising."""
        self.messages.clear()
        self._named.clear()
        self._by_id.clear()
        self._bytes = 0
        self.version += 1
        for phone in self.phones.values():
            phone.messages.clear()
            phone.version = self.version

    def _too_much(self) -> bool:
        return len(self.messages) > self.most or self._bytes > self.most_bytes

    def _forget(self) -> None:
        old = self.messages.popleft()
        self._bytes -= old.weight
        self._named.pop(_name(old), None)
        self._by_id.pop((old.channel, old.provider_id), None)
        phone = self.phone(*old.key)
        if phone.messages and phone.messages[0] is old:
            phone.messages.popleft()
        if not phone.messages and not phone.name:
            self._disown(phone)
            del self.phones[old.key]
            self.counts[phone.channel] -= 1


def _name(message: Message) -> tuple[str, str, str]:
    """What makes two messages the same one."""
    if message.reference:
        return message.channel, message.reference, ""
    return message.channel, message.address, message.text or str(hash(message.raw))


def folded(text: str) -> str:
    """Without accents and capitals, for searching."""
    parts = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
