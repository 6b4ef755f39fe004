"""rules.toml, read once: for each intent what speaks for it, how loudly, and what rules it out."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from contactbook.conversation.intents import Intent
from contactbook.conversation.phrases import anchored, compiled, parsed
from contactbook.conversation.spelling import forms

WEIGHTS = {"sure": 5, "likely": 3, "hint": 1}
ENOUGH = 3
MOST_OF_HINTS = 2  # what more than the loudest phrase can add


@dataclass(frozen=True)
class Shown:
    """A text laid out for the rules, and its words."""

    text: str
    words: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Shown":
        return cls(text, frozenset(text.split()))


@dataclass(frozen=True)
class Rule:
    phrase: str  # as it stands in rules.toml
    weight: int
    needs: tuple[frozenset[str], ...]
    pattern: re.Pattern[str]

    def find(self, shown: Shown) -> re.Match[str] | None:
        """Asked of every rule for every text: most are told apart by their words alone."""
        return None if self._impossible(shown) else self.pattern.search(shown.text)

    def is_all(self, shown: Shown) -> bool:
        return not self._impossible(shown) and bool(self.pattern.fullmatch(shown.text))

    def _impossible(self, shown: Shown) -> bool:
        return any(need.isdisjoint(shown.words) for need in self.needs)


@dataclass(frozen=True)
class Evidence:
    """How loudly a text speaks for an intent, the loudest phrase, and where it stands."""

    weight: int
    phrase: str
    span: tuple[int, int]


@dataclass(frozen=True)
class Rules:
    polite: frozenset[str]
    whole: Sequence[tuple[Intent, Rule]]
    first: Sequence[Rule]  # a person answers, whatever else is said
    speaks: Mapping[Intent, Sequence[Rule]]
    never: Mapping[Intent, Sequence[Rule]]
    question: re.Pattern[str]
    request: re.Pattern[str]  # looks like a question and is none: "cho bé nghỉ được không cô"

    def asks(self, shown: Shown) -> bool:
        return bool(self.question.search(shown.text)) and not self.request.search(shown.text)

    def for_a_person(self, shown: Shown) -> str | None:
        return next((rule.phrase for rule in self.first if rule.find(shown)), None)

    def alone(self, shown: Shown) -> tuple[Intent, str] | None:
        """What `text`, without its polite words, means as a whole message."""
        return next(
            ((intent, rule.phrase) for intent, rule in self.whole if rule.is_all(shown)),
            None,
        )

    def evidence(self, intent: Intent, shown: Shown) -> Evidence | None:
        found = [
            (rule, match) for rule in self.speaks.get(intent, ()) if (match := rule.find(shown))
        ]
        if not found or sum(rule.weight for rule, _ in found) < ENOUGH:
            return None
        if any(rule.find(shown) for rule in self.never.get(intent, ())):
            return None
        loudest, match = max(found, key=lambda pair: pair[0].weight)
        hints = min(sum(rule.weight for rule, _ in found) - loudest.weight, MOST_OF_HINTS)
        return Evidence(loudest.weight + hints, loudest.phrase, match.span())


def _read(phrases: Sequence[str], weight: int, groups: Mapping[str, str]) -> list[Rule]:
    return [
        Rule(phrase, weight, (known := parsed(phrase, groups)).needs, anchored(known))
        for phrase in phrases
    ]


@cache
def rules() -> Rules:
    text = files("contactbook.conversation").joinpath("rules.toml").read_text("utf-8")
    table = tomllib.loads(text)
    groups: dict[str, str] = table.pop("groups")
    polite: list[str] = table.pop("polite").split()
    asks: dict[str, str] = table.pop("asks")
    by_intent = {Intent(name): entry for name, entry in table.items()}
    return Rules(
        polite=frozenset(form for word in polite for form in forms(word)),
        whole=[
            (intent, rule)
            for intent, entry in by_intent.items()
            for rule in _read([f"^ ({p})" for p in entry.get("whole", ())], ENOUGH, groups)
        ],
        first=_read(by_intent[Intent.HUMAN]["first"], ENOUGH, groups),
        speaks={
            intent: [
                rule
                for kind, weight in WEIGHTS.items()
                for rule in _read(entry.get(kind, ()), weight, groups)
            ]
            for intent, entry in by_intent.items()
        },
        never={
            intent: _read(entry.get("never", ()), 0, groups) for intent, entry in by_intent.items()
        },
        question=compiled(asks["question"], groups),
        request=compiled(asks["request"], groups),
    )
