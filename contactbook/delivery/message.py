"""A message, put together from the parts one guardian agreed to hear. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from contactbook.ports.channel import Channel

# Stands where the reader's own page is named; nobody can type it: a form drops private signs.
PAGE = "\ue000"


@dataclass(frozen=True, slots=True)
class Part:
    """One fact, for one purpose; a clause joins its neighbours in the sentence of `lead`."""

    purpose: int
    text: str
    clause: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """How an update reads on one channel about one child."""

    channel: Channel
    head: str
    parts: tuple[Part, ...]
    foot: str
    lead: str = ""
    subject: str = ""

    @property
    def purposes(self) -> int:
        purposes = 0
        for part in self.parts:
            purposes |= part.purpose
        return purposes

    def as_row(self) -> dict[str, Any]:
        """The columns of `Wording` that hold words."""
        return {
            "channel": self.channel.value,
            "subject": self.subject,
            "head": self.head,
            "lead": self.lead,
            "parts": [asdict(part) for part in self.parts],
            "foot": self.foot,
            "purposes": self.purposes,
        }


def words_of(row: Mapping[str, Any]) -> Words:
    """What `as_row` stored."""
    return Words(
        channel=Channel(row["channel"]),
        head=row["head"],
        parts=tuple(Part(**part) for part in row["parts"]),
        foot=row["foot"],
        lead=row["lead"],
        subject=row["subject"],
    )


def mentions_page(words: Words) -> bool:
    # A row that is broken must fail by itself, when it is composed, and not hold up its lane.
    return any(PAGE in str(part.text) for part in words.parts)


def with_page(words: Words, url: str) -> Words:
    """The words with the address of her page in them."""
    parts = tuple(replace(part, text=part.text.replace(PAGE, url)) for part in words.parts)
    return replace(words, parts=parts)


def lines(words: Words, allowed: int) -> list[str]:
    """The sentences that may be said, in order; the clauses are one, where the first of them is."""
    said = [part for part in words.parts if part.purpose & allowed]
    clauses = [part.text for part in said if part.clause]
    first = next((part for part in said if part.clause), None)
    joined = f"{words.lead}{', '.join(clauses)}."
    return [
        joined if part is first else part.text for part in said if part is first or not part.clause
    ]


def compose(words: Words, allowed: int) -> str:
    """The text that leaves; an SMS stays on one line, everything else has room to breathe."""
    said = lines(words, allowed)
    if words.channel is Channel.SMS:
        return " ".join(filled([words.head, *said, words.foot]))
    return "\n".join(filled([words.head, *said, words.foot]))


def filled(texts: Iterable[str]) -> Sequence[str]:
    return [text for text in texts if text]
