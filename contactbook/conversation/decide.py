"""From the evidence to one intent: a wrong deed is worse than a person asked for nothing."""

from collections.abc import Sequence

from contactbook.conversation.days import laid_out
from contactbook.conversation.intents import Intent
from contactbook.conversation.reading import Text
from contactbook.conversation.rules import Evidence, Shown, rules
from contactbook.conversation.spelling import CLAUSE, Word

# What does harm when it is wrong.
DEEDS = frozenset({Intent.STOP, Intent.ABSENCE, Intent.MEDICINE})
# What a deed is often wrapped in: "nhắn cô giùm là mai bé nghỉ".
WRAPPING = frozenset({Intent.ASK_TEACHER, Intent.TODAY, Intent.HELP, Intent.HUMAN})
# Of equals the more special one.
ORDER = (
    Intent.LANGUAGE, Intent.RESUME, Intent.HOURS, Intent.HELP, Intent.WHICH_CHILD,
    Intent.ATTENDANCE, Intent.WEEK, Intent.HEALTH, Intent.PLAN, Intent.HUMAN,
    Intent.ASK_TEACHER, Intent.TODAY,
)  # fmt: skip
# "DUNG" may be dừng, đừng, đúng or Dũng; "HUY" hủy or Huy: each stops as the whole message only.
STOPS_ALONE = frozenset({"dung", "huy"})


def intent_of(text: Text) -> tuple[Intent, Evidence | None]:
    """The intent, and what decided; nothing decided where nothing was clear."""
    if not text.shown:
        return Intent.HUMAN, None
    if _a_name_or_a_word(text.words):
        return _name_or_stop(text)
    found = _alone(text.shown)
    if found and not (found[0] is Intent.ABSENCE and _over(text)):
        return found
    shown = Shown.of(laid_out(text.shown)[0])
    if phrase := rules().for_a_person(shown):
        return Intent.HUMAN, Evidence(0, phrase, (0, 0))
    weighed = {
        intent: evidence
        for intent in Intent
        if (evidence := rules().evidence(intent, shown)) is not None
    }
    return _heaviest(weighed, text, shown)


def _a_name_or_a_word(words: Sequence[Word]) -> bool:
    return len(words) == 1 and words[0].raw.casefold() in STOPS_ALONE


def _name_or_stop(text: Text) -> tuple[Intent, Evidence | None]:
    """A child may be called so: then only capitals stop, as the leaflet writes them."""
    if text.names and not text.words[0].raw.isupper():
        return Intent.HUMAN, None
    return Intent.STOP, Evidence(0, text.words[0].raw, (0, 0))


def _alone(words: Sequence[Word]) -> tuple[Intent, Evidence] | None:
    """What the whole message means, as it stands or without its polite words."""
    core = _without_manners(words)
    # "Dung nha co" is rather "đúng nha cô": with manners around it, it is not the whole message.
    tries = [words] if len(core) == 1 and core[0].read in STOPS_ALONE else [words, core]
    for each in tries:
        if each and (found := rules().alone(Shown.of(laid_out(each)[0]))):
            return found[0], Evidence(0, found[1], (0, 0))
    return None


def _without_manners(words: Sequence[Word]) -> Sequence[Word]:
    idle = rules().polite | {CLAUSE}
    first, last = 0, len(words)
    while first < last and words[first].read in idle:
        first += 1
    while first < last and words[last - 1].read in idle:
        last -= 1
    return words[first:last]


def _heaviest(
    weighed: dict[Intent, Evidence], text: Text, shown: Shown
) -> tuple[Intent, Evidence | None]:
    deeds = [intent for intent in weighed if intent in DEEDS]
    others = {intent: evidence for intent, evidence in weighed.items() if intent not in DEEDS}
    if len(deeds) > 1:
        return Intent.HUMAN, None
    if deeds and not _ruled_out(deeds[0], text, shown):
        rivals = [evidence.weight for i, evidence in others.items() if i not in WRAPPING]
        deed = deeds[0]
        return (
            (Intent.HUMAN, None)
            if max(rivals, default=0) >= weighed[deed].weight
            else (deed, weighed[deed])
        )
    best = min(
        others, key=lambda intent: (-others[intent].weight, ORDER.index(intent)), default=None
    )
    return (best, others[best]) if best else (Intent.HUMAN, None)


def _ruled_out(deed: Intent, text: Text, shown: Shown) -> bool:
    """A question is no order, and nobody asks leave for days that are over."""
    if rules().asks(shown):
        return True
    return deed is Intent.ABSENCE and _over(text)


def _over(text: Text) -> bool:
    return bool(text.mentions) and not text.days_ahead(near=(0, 0))
