"""From what a linked person said to what the book answers and does. Pure, but for `Scene.look`.

Order: a tap on a button; an answer to what was asked; NGUNG; then whatever `understand` makes of
it. What is not clear, and what only a person can answer, goes to a person.
"""

from dataclasses import replace
from datetime import date
from uuid import UUID

from contactbook.conversation import (
    asking,
    consenting,
    greetings,
    hours,
    questions_of_consent,
    sayings,
)
from contactbook.conversation.asking import plain
from contactbook.conversation.intents import Intent
from contactbook.conversation.known import Child
from contactbook.conversation.said import (
    About,
    Answer,
    Choose,
    Dialogue,
    Speak,
    Stop,
    ToPerson,
    Undo,
)
from contactbook.conversation.scene import Scene
from contactbook.conversation.understand import Understood, understand
from contactbook.conversation.urgency import is_urgent
from contactbook.conversation.wishes import continued, noted, understood
from contactbook.words import gettext as _

A_DAY = 4  # words of an answer to "on which day"
UNDO_WORDS = frozenset({"hoan tac", "undo"})


def answer(text: str, scene: Scene, *, tap: bool = False) -> Answer:
    """What follows from her words, or from a tap's word."""
    if not scene.speaker.children:
        return without_child(text, scene)
    if tap:
        return tapped(text, scene)
    if (answered := in_dialogue(text, scene)) is not None:
        return answered
    if scene.undoable and plain(text) in UNDO_WORDS:
        return Answer(deeds=(Undo(),))
    found = understand(text, today=scene.today, children=scene.speaker.names)
    return understood(found, text, scene)


def without_child(text: str, scene: Scene) -> Answer:
    """Her children have left, or her rights have: NGUNG still stops, anything else is read."""
    found = understand(text, today=scene.today)
    if found.intent is Intent.STOP or text == "do:stop":
        return Answer((questions_of_consent.stopped_without_child(scene.channel),), (Stop(),))
    if text == "undo" or (scene.undoable and plain(text) in UNDO_WORDS):
        return Answer(deeds=(Undo(),))
    return Answer((greetings.no_children(scene.channel),), (ToPerson(office=True),))


def in_dialogue(text: str, scene: Scene) -> Answer | None:
    """Her answer to what is open; None when it is none, or the end of it all."""
    open_ = scene.dialogue
    if open_ is None:
        return None
    if open_.asks in consenting.STEPS:
        agrees = asking.yes(text)
        return None if agrees is None else consenting.answered(scene, open_.asks, granted=agrees)
    if open_.asks == "child":
        child = by_number(text, scene) or scene.speaker.called(named(text, scene))
        return continued(open_, child, scene) if child else None
    sure = open_.asks == "confirm" and asking.yes(text) is not None
    if not sure and leads_away(text, open_, scene):
        return None
    child = scene.speaker.child(open_.student_id)
    return asking.go_on(open_, child, text=text, now=scene.now) if child else None


def leads_away(text: str, open_: Dialogue, scene: Scene) -> bool:
    """Whether she wants something else by now: NGUNG always, a plain command mostly."""
    found = understand(text, today=scene.today, children=scene.speaker.names)
    if found.intent is Intent.STOP or is_urgent(text):
        return True
    if open_.asks == "days" and found.intent in (Intent.TODAY, Intent.WEEK):
        return len(text.split()) > A_DAY  # "hôm nay" is a day here, "hôm nay bé ăn gì" a question
    return found.confident and found.intent not in (open_.about, Intent.HUMAN, Intent.ASK_TEACHER)


def by_number(text: str, scene: Scene) -> Child | None:
    """Where there are no buttons: "2" is the second child."""
    if not (text.strip().isdecimal() and len(text.strip()) == 1):
        return None
    place = int(text) - 1
    return scene.speaker.children[place] if 0 <= place < len(scene.speaker.children) else None


def named(text: str, scene: Scene) -> str:
    found = understand(text, today=scene.today, children=scene.speaker.names)
    return found.child or next((n.given for n in scene.speaker.names
                                if plain(n.given) == plain(text)), "")  # fmt: skip


def tapped(word: str, scene: Scene) -> Answer:  # noqa: PLR0911 a table of words
    """A button of ours, perhaps of a message of last week."""
    deed, _, value = word.partition(":")
    match deed:
        case "do" if value in set(Intent):
            return understood(Understood(Intent(value)), "", scene)
        case "child":
            return child_tapped(value, scene)
        case "about" if child := scene.speaker.child(key(value)):
            return Answer((sayings.about_another(child),), (About(child.id),))
        case "yes" | "no" if value in consenting.STEPS:
            return consenting.answered(scene, value, granted=deed == "yes")
        case "more" if value in consenting.STEPS:
            said = questions_of_consent.more(value, scene.speaker.children)
            return Answer((said,), dialogue=Dialogue(asks=value))
        case "undo":
            return Answer(deeds=(Undo(),))
        case "lang" if value in ("vi", "en"):
            return Answer(deeds=(Speak(value),), dialogue=scene.dialogue)
        case "hours":
            return hours_wanted(value, scene)
        case "day" | "reason" | "times" | "ok" | "fix":
            return step_tapped(deed, value, scene)
        case _:
            return Answer((sayings.help_(scene.first),))


def hours_wanted(value: str, scene: Scene) -> Answer:
    wanted = hours.of_a_tap(value)
    return noted(wanted) if wanted else tapped("do:help", scene)


def child_tapped(value: str, scene: Scene) -> Answer:
    """A child of hers: what she said before goes on, or the chat speaks of it from now on."""
    child = scene.speaker.child(key(value))
    if child is None:
        return Answer((sayings.which(scene.speaker.children),))
    if scene.dialogue and scene.dialogue.asks == "child":
        return continued(scene.dialogue, child, scene)
    return Answer((sayings.chosen(child),), (Choose(child.id),))


def step_tapped(deed: str, value: str, scene: Scene) -> Answer:
    """An answer to what is open; a button of something older does nothing but ask again."""
    open_ = scene.dialogue
    child = scene.speaker.child(open_.student_id) if open_ else None
    if open_ is None or child is None:
        return Answer((sayings.over(scene.first),))
    answer = None
    match deed:
        case "ok" | "fix" if value == open_.key:
            answer = asking.go_on(open_, child, text=AGREES[deed], now=scene.now)
        case "day" if (day := a_day(value)) and day >= scene.today and open_.asks == "days":
            answer = asking.step(replace(open_, days=(day,)), child, scene.now)
        case "reason" | "times" if open_.asks == deed and value in SAID:
            answer = asking.go_on(open_, child, text=SAID[value](), now=scene.now)
    return answer or asking.ask(open_, open_.asks, child, scene.now)


AGREES = {"ok": "đúng", "fix": "sửa"}
SAID = {
    "ill": lambda: _("ill"), "family": lambda: _("a family matter"),
    "lunch": lambda: _("after lunch"), "nap": lambda: _("before the nap"),
}  # fmt: skip


def a_day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def key(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None
