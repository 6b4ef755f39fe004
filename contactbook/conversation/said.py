"""What the book answers in chat, and what it does beside: values, made by pure functions."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, time
from typing import Any
from uuid import UUID

from contactbook.conversation.intents import Intent
from contactbook.people.consent import Purpose
from contactbook.ports.channel import Button


@dataclass(frozen=True, slots=True)
class Reply:
    """One message to her. `sms` is its short form without marks; without one SMS points elsewhere.

    A health detail or a free remark has no short form (design.md §4.9).
    """

    text: str
    buttons: tuple[Button, ...] = ()
    sms: str = ""
    asks_phone: bool = False


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What was asked and is not answered yet, with everything that is known so far."""

    asks: str  # child, days, reason, drug, dose, times, confirm, learning, health
    about: Intent | None = None
    text: str = ""  # her words that wait for an answer about the child
    student_id: UUID | None = None
    days: tuple[date, ...] = ()
    reason: str = ""
    drug: str = ""
    dose: str = ""
    times: str = ""
    pictures: tuple[Mapping[str, str], ...] = ()  # of the medicine, at the provider's
    key: str = ""  # of the buttons that belong to it: those of an older one confirm nothing
    again: int = 0  # how often it was asked without being understood

    def asking(self, asks: str) -> "Dialogue":
        return replace(self, asks=asks, again=self.again + 1 if asks == self.asks else 0)

    def as_json(self) -> str:
        return json.dumps(asdict(self), default=str, ensure_ascii=False)


def dialogue_of(written: str) -> Dialogue:
    """What `as_json` wrote."""
    told: dict[str, Any] = json.loads(written)
    told = {field.name: told[field.name] for field in fields(Dialogue) if field.name in told}
    told["about"] = Intent(told["about"]) if told["about"] else None
    told["student_id"] = UUID(told["student_id"]) if told["student_id"] else None
    told["days"] = tuple(date.fromisoformat(day) for day in told["days"])
    told["pictures"] = tuple(told["pictures"])
    return Dialogue(**told)


# What is done because of a message of hers.


@dataclass(frozen=True, slots=True)
class ToPerson:
    """A person reads it: the class's teacher, the office as well when it is urgent."""

    student_id: UUID | None = None
    urgent: bool = False
    office: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """Her last message was about another of her children: it goes to that one's class."""

    student_id: UUID


@dataclass(frozen=True, slots=True)
class NoteAbsence:
    student_id: UUID
    days: tuple[date, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class AskMedicine:
    student_id: UUID
    days: tuple[date, ...]
    drug: str
    dose: str
    times: str
    pictures: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Choose:
    student_id: UUID


@dataclass(frozen=True, slots=True)
class Speak:
    language: str


@dataclass(frozen=True, slots=True)
class Hours:
    """When she likes to hear from us; none: whenever."""

    first: time | None
    last: time | None


@dataclass(frozen=True, slots=True)
class Agree:
    """Her own answer to `asked`; nothing else is consent."""

    purposes: Purpose
    granted: bool
    asked: str


@dataclass(frozen=True, slots=True)
class Stop:
    pass


@dataclass(frozen=True, slots=True)
class Undo:
    pass


Deed = ToPerson | About | NoteAbsence | AskMedicine | Choose | Speak | Hours | Agree | Stop | Undo


@dataclass(frozen=True, slots=True)
class Answer:
    """`dialogue` is what is open afterwards: nothing, unless it says so."""

    replies: tuple[Reply, ...] = ()
    deeds: tuple[Deed, ...] = ()
    dialogue: Dialogue | None = None
