"""A parent's spelling made even: accents or none, abbreviations, Telex and VNI left-overs, slips.

Every word becomes one of three things: a word we know as it was written, with its accents; the
same letters without accents; or, if nothing like it is known, its letters without accents again.
A word that we know is never turned into another one.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from contactbook.conversation.slips import Slips

# Tones by their mark. Hỏi and ngã are one: the South says them alike and writes one for the other.
TONES = {"\u0300": "2", "\u0309": "3", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
# "24-26/11", "7h30", "1,5ml" are one word each; so is "nghi3", typed in VNI with the keyboard off.
WORD = re.compile(
    r"\d[^\W_]*(?:[./:\-–,]\d[^\W_]*)*|[^\W_]+(?:['’][^\W_]+)*|[?]|[,.;!\n…]+|[\"“”«»]"
)
TELEX_TONE = re.compile(r"[sfrxj]")
TELEX = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("aw", "a"), ("ow", "o"), ("uw", "u"))
STRETCHED = re.compile(r"([^\W\d])\1{2,}")  # "ơiiii", "dạaaa"
SHORTEST_MENDED = 5
SHORTEST_TYPED = 2
JOINED = str.maketrans("", "", "'’")  # "won't" is one word
CLAUSE, ASKED, QUOTE = ",", "?", '"'


@dataclass(frozen=True, slots=True)
class Word:
    """`raw` as it stands in the text, `read` as the rules see it, and where it was found."""

    raw: str
    read: str
    start: int
    end: int


def bare(text: str) -> str:
    """Small letters without accents: "Nghỉ" is "nghi"."""
    apart = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    return "".join(c for c in apart if unicodedata.category(c) != "Mn")


def spelled(word: str) -> str:
    """With its accents, wherever the tone stands: "hủy" and "huỷ" are "huy3", "nghĩ" "nghi3"."""
    apart = unicodedata.normalize("NFD", word.casefold())
    tone = next((TONES[c] for c in apart if c in TONES), "")
    letters = "".join(c for c in apart if c not in TONES)
    return unicodedata.normalize("NFC", letters) + tone


def forms(word: str) -> frozenset[str]:
    """All that `Word.read` may be where `word` is meant; see `words_of` for the 0."""
    word = word.casefold().translate(JOINED)
    written, plain = spelled(word), bare(word)
    return frozenset({written, plain} if written != plain else {plain, f"{plain}0"})


@dataclass(frozen=True)
class Lexicon:
    """The words we know, and what parents write for them."""

    known: frozenset[str]  # spelled, with accents
    letters: frozenset[str]  # the same without
    short: dict[str, str]  # what stands for what: "ko" → "không"
    plain: frozenset[str]  # as they stand, where the other words have accents
    slips: Slips

    def read(self, word: str) -> list[str]:
        """`word` of a text as the rules see it; an abbreviation may stand for several words."""
        whole = STRETCHED.sub(r"\1", word.casefold().translate(JOINED))
        if stands_for := self.short.get(whole) or self.short.get(spelled(whole)):
            return [spelled(w) for w in stands_for.split()]
        if (written := spelled(whole)) in self.known:
            return [written]
        plain = bare(whole)
        if plain in self.letters or not plain.isalnum():
            return [plain]
        if stands_for := self.short.get(plain):
            return [spelled(w) for w in stands_for.split()]
        return [self._mended(plain)]

    def _mended(self, plain: str) -> str:
        if plain[:1].isdigit():
            return plain
        typed = next((w for w in untyped(plain) if w in self.letters), None)
        mendable = len(plain) + 1 >= SHORTEST_MENDED and plain.isalpha()
        meant = self.slips.meant(plain) if mendable else None
        if meant is not None and sorted(meant) == sorted(plain):
            return meant  # "torng" is trong with two letters swapped, not tỏng in Telex
        return typed or meant or plain


def untyped(word: str) -> Iterator[str]:
    """What `word` would be, had the keyboard put the accents: "nghir", "nghi3", "suwar"."""
    if not word.isalpha():
        letters = "".join(c for c in word if c.isalpha())
        if len(letters) >= SHORTEST_TYPED:
            yield letters
        return
    folded = word.replace("uow", "uo")
    for typed, letter in TELEX:
        folded = folded.replace(typed, letter)
    if folded != word:
        yield folded
    for at in TELEX_TONE.finditer(folded):
        if at.start() > 0:
            yield folded[: at.start()] + folded[at.end() :]
    if folded.endswith("w"):
        yield folded[:-1]


@cache
def lexicon() -> Lexicon:
    """From words.txt (what exists) and spellings.toml (what is written for it)."""
    here = files("contactbook.conversation")
    text = here.joinpath("words.txt").read_text("utf-8")
    words = [w for line in text.splitlines() for w in line.partition("#")[0].split()]
    table = tomllib.loads(here.joinpath("spellings.toml").read_text("utf-8"))
    short = {form: word for word, written in table["written"].items() for form in written.split()}
    accents = {spelled(form): word for form, word in short.items()}
    letters = {bare(w) for w in words} | {bare(w) for v in short.values() for w in v.split()}
    known = {spelled(w) for w in words} | {spelled(w) for v in short.values() for w in v.split()}
    return Lexicon(
        known=frozenset(known),
        letters=frozenset(letters),
        short=short | accents,
        plain=frozenset(table["plain"].split()),
        slips=Slips(w for w in map(bare, words) if len(w) >= SHORTEST_MENDED),
    )


def words_of(text: str) -> list[Word]:
    """The words of `text` in order, punctuation as `,`, `?` and quotes; pictures are left out.

    Beside words with accents "cao" is high and not scratched ("cào"): it is read as "cao0".
    """
    composed = unicodedata.normalize("NFC", text)
    words = [word for found in WORD.finditer(composed) for word in _read(found)]
    accented = sum(spelled(word.raw) != bare(word.raw) for word in words)
    if accented * 4 < len(words):
        return words
    plain = lexicon().plain
    return [
        replace(word, read=f"{word.read}0") if word.raw.casefold() in plain else word
        for word in words
    ]


def _read(found: re.Match[str]) -> Iterator[Word]:
    raw = found[0]
    for read in _signs(raw):
        yield Word(raw, read, found.start(), found.end())


def _signs(raw: str) -> list[str]:
    if raw == ASKED:
        return [ASKED]
    if raw in '"“”«»':
        return [QUOTE]
    if not any(map(str.isalnum, raw)):
        return [CLAUSE]
    return lexicon().read(raw)
