"""Which child a message names: one the sender has, or a name that stands after "bé"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from contactbook.conversation.spelling import Word, bare, forms, spelled

AFTER = forms("bé") | forms("con") | forms("cháu") | forms("nhóc") | forms("bạn")
CALLED = AFTER | forms("em")
LONGEST_NAME = 4


@dataclass(frozen=True)
class KnownChild:
    """A child of the sender: `full` as in the class list, `called` if the family says otherwise."""

    full: str
    called: str = ""

    def names(self) -> Iterator[list[str]]:
        """Longest first: "Nguyễn Gia An", "Gia An", "An"."""
        parts = self.full.split()
        yield from (parts[at:] for at in range(len(parts)))
        if self.called:
            yield self.called.split()

    @property
    def given(self) -> str:
        return self.called or (self.full.split() or [""])[-1]


@dataclass(frozen=True, slots=True)
class Named:
    first: int
    last: int
    name: str


def named(words: Sequence[Word], children: Sequence[KnownChild]) -> list[Named]:
    found: list[Named] = []
    index = 0
    shouting = all(not word.raw.islower() for word in words)
    while index < len(words):
        here = _known(words, index, children, shouting=shouting) or _unknown(
            words, index, shouting=shouting
        )
        if here:
            found.append(here)
        index = here.last if here else index + 1
    return found


def _known(
    words: Sequence[Word], index: int, children: Sequence[KnownChild], *, shouting: bool
) -> Named | None:
    best: Named | None = None
    for child in children:
        for name in child.names():
            here = words[index : index + len(name)]
            if len(here) < len(name) or not all(map(_same, here, name)):
                continue
            if _meant(words, index, len(name), shouting=shouting) and (
                best is None or index + len(name) > best.last
            ):
                best = Named(index, index + len(name), child.given)
    return best


def _same(word: Word, name: str) -> bool:
    """Written alike, or without any accents."""
    return spelled(word.raw) in (spelled(name), bare(name))


def _meant(words: Sequence[Word], index: int, length: int, *, shouting: bool) -> bool:
    """Since "an" and "mai" are words, a name alone has a capital or follows "bé"."""
    if length > 1 or len(words) == 1:
        return True
    called = index > 0 and words[index - 1].read in CALLED
    return called or (words[index].raw[:1].isupper() and not shouting)


def _unknown(words: Sequence[Word], index: int, *, shouting: bool) -> Named | None:
    """Capitals after the word for a child: "bé Bống", "con Gia An"."""
    if shouting or index == 0 or words[index - 1].read not in AFTER:
        return None
    last = index
    while last < len(words) and last - index < LONGEST_NAME and _capital(words[last]):
        last += 1
    if last == index:
        return None
    return Named(index, last, " ".join(word.raw for word in words[index:last]))


def _capital(word: Word) -> bool:
    return word.raw.istitle() and word.raw.isalpha()
