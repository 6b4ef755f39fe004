"""The small language in which rules.toml and the days are written.

word       that word, written with its accents or without any
word!      that word with its accents: "cắn!" is bitten, "can" may be "cân"
a|b (…)    one of several; grouping        x? (…)?   may be missing
~  ~~      up to three, up to ten other words; the three in the same clause
@group     one of the groups named in rules.toml; @day @past @now @ahead @week @time @num @name are
           found before, as @quote and @drugname are; ¿ is a question mark
^  $       the message begins, ends here
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from contactbook.conversation.spelling import forms, spelled

SIGN = re.compile(r"[()|?^$¿]|~~|~|@\w+|[^\s()|?~¿]+")
FOUND = {
    "day": ("@past", "@now", "@day"), "week": ("@week",), "past": ("@past",), "now": ("@now",),
    "ahead": ("@now", "@day", "@week"), "time": ("@time",), "name": ("@name",),
    "drugname": ("@drug",), "quote": ('"',),
}  # fmt: skip
FREE = {  # no word of their own
    "~": r"(?:[^ ,?]+ ){0,3}",
    "~~": r"(?:[^ ]+ ){0,10}",
    "^": "^ ",
    "$": r"(?:[,?\"] )*$",
    "@num": r"(?:[0-9]+[^ ]* )",
}


@dataclass(frozen=True)
class Phrase:
    """`needs`: of each of these sets the text holds a word, or the phrase cannot match."""

    regex: str
    needs: tuple[frozenset[str], ...] = ()

    @classmethod
    def of_words(cls, words: Iterable[str]) -> "Phrase":
        allowed = frozenset(words)
        return cls(f"(?:(?:{'|'.join(sorted(map(re.escape, allowed)))}) )", (allowed,))

    def maybe(self) -> "Phrase":
        return Phrase(f"{self.regex}?")

    @classmethod
    def in_a_row(cls, parts: list["Phrase"]) -> "Phrase":
        return cls("".join(p.regex for p in parts), tuple(n for p in parts for n in p.needs))

    @classmethod
    def one_of(cls, choices: list["Phrase"]) -> "Phrase":
        """Each choice gives its rarest need, so to speak: the set with the fewest words."""
        if len(choices) == 1:
            return choices[0]
        regex = f"(?:{'|'.join(choice.regex for choice in choices)})"
        if not all(choice.needs for choice in choices):
            return cls(regex)
        fewest = (min(choice.needs, key=len) for choice in choices)
        return cls(regex, (frozenset().union(*fewest),))


class Parser:
    def __init__(self, text: str, groups: Mapping[str, str]) -> None:
        self._signs = SIGN.findall(text)
        self._at = 0
        self._groups = groups

    def phrase(self) -> Phrase:
        choices = [self._row()]
        while self._next() == "|":
            self._at += 1
            choices.append(self._row())
        return Phrase.one_of(choices)

    def _row(self) -> Phrase:
        parts: list[Phrase] = []
        while (sign := self._next()) not in ("", "|", ")"):
            self._at += 1
            part = self._part(sign)
            if self._next() == "?":
                self._at += 1
                part = Phrase(f"(?:{part.regex})").maybe()
            parts.append(part)
        return Phrase.in_a_row(parts)

    def _part(self, sign: str) -> Phrase:
        if sign == "(":
            inner = self.phrase()
            self._at += 1
            return Phrase(f"(?:{inner.regex})", inner.needs)
        if sign in FREE:
            return Phrase(FREE[sign])
        if sign == "¿":
            return Phrase.of_words("?")
        if sign.startswith("@"):
            name = sign[1:]
            found = FOUND.get(name)
            return Phrase.of_words(found) if found else self._group(name)
        return Phrase.of_words({spelled(sign[:-1])} if sign.endswith("!") else forms(sign))

    def _group(self, name: str) -> Phrase:
        inner = Parser(self._groups[name], self._groups).phrase()
        return Phrase(f"(?:{inner.regex})", inner.needs)

    def _next(self) -> str:
        return self._signs[self._at] if self._at < len(self._signs) else ""


def parsed(text: str, groups: Mapping[str, str]) -> Phrase:
    return Parser(text, groups).phrase()


def pattern(text: str, groups: Mapping[str, str]) -> str:
    """A regular expression over words that each end in a space."""
    return f"(?:{parsed(text, groups).regex})"


def compiled(text: str, groups: Mapping[str, str]) -> re.Pattern[str]:
    """To be searched for in a laid out text: it begins where a word begins."""
    return anchored(parsed(text, groups))


def anchored(phrase: Phrase) -> re.Pattern[str]:
    start = "" if phrase.regex.startswith("^") else "(?<= )"
    return re.compile(f"{start}(?:{phrase.regex})")
