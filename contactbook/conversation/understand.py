"""What a parent wants, from what was written; when in doubt, a person.

text → words (spelling) → children, days, clock times → phrases of rules.toml → the heaviest intent.
A text that a person must see, one that is not clear, and a draw are `HUMAN`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from contactbook.conversation import decide
from contactbook.conversation.children import KnownChild
from contactbook.conversation.intents import Intent
from contactbook.conversation.reading import Text, read
from contactbook.conversation.rules import Evidence

LONGEST = 1_000  # letters: a longer text is a letter, and a person reads it
AHEAD = frozenset({Intent.ABSENCE, Intent.MEDICINE})
BEHIND = frozenset({Intent.TODAY, Intent.WEEK, Intent.ATTENDANCE, Intent.HEALTH, Intent.HUMAN})


@dataclass(frozen=True)
class Understood:
    """`because` is the phrase of rules.toml that decided; empty where nothing was clear."""

    intent: Intent
    dates: tuple[date, ...] = ()
    child: str = ""
    children: tuple[str, ...] = ()
    drug: str = ""
    dose: str = ""
    times: tuple[str, ...] = ()
    reason: str = ""
    confident: bool = True
    because: str = ""


def understand(text: str, *, today: date, children: Sequence[KnownChild] = ()) -> Understood:
    """The intent of `text` and what it says beside; never raises, whatever the text holds.

    `dates` of a weekday or a bare date lie ahead for an absence or a medicine, behind otherwise; a
    range gives its school days. `child` is the one child named, as `children` spell it; of several
    named, all are in `children` and none is `child`.
    """
    if len(text) > LONGEST:
        return Understood(Intent.HUMAN, confident=False)
    seen = read(text, today, children)
    intent, evidence = decide.intent_of(seen)
    named = tuple(dict.fromkeys(name.name for name in seen.names))
    return Understood(
        intent,
        dates=_dates(intent, evidence, seen),
        child=named[0] if len(named) == 1 else "",
        children=named,
        drug=seen.said.drug() if intent is Intent.MEDICINE else "",
        dose=seen.said.dose() if intent is Intent.MEDICINE else "",
        times=seen.said.times() if intent is Intent.MEDICINE else (),
        reason=seen.said.reason() if intent is Intent.ABSENCE else "",
        confident=evidence is not None,
        because=evidence.phrase if evidence else "",
    )


def _dates(intent: Intent, evidence: Evidence | None, seen: Text) -> tuple[date, ...]:
    if intent in AHEAD and evidence:
        return seen.days_ahead(near=evidence.span)
    if intent in BEHIND:
        return tuple(sorted({day for mention in seen.mentions for day in mention.behind}))
    return ()
