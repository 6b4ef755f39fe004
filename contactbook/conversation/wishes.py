"""What a linked person wishes, as it was understood: each intent's answer. Pure."""

from dataclasses import replace

from contactbook.conversation import (
    asking,
    consenting,
    hours,
    questions_of_consent,
    reading_back,
    sayings,
)
from contactbook.conversation.asking import plain
from contactbook.conversation.intents import Intent
from contactbook.conversation.known import Child
from contactbook.conversation.said import (
    Answer,
    Choose,
    Dialogue,
    Hours,
    Reply,
    Speak,
    Stop,
    ToPerson,
)
from contactbook.conversation.scene import Scene
from contactbook.conversation.understand import Understood, understand
from contactbook.conversation.urgency import is_pick_up, is_urgent
from contactbook.ports.channel import Button

ALL_CHILDREN = frozenset({Intent.STOP, Intent.RESUME, Intent.LANGUAGE, Intent.HOURS,
                          Intent.WHICH_CHILD})  # fmt: skip
ASKED_FOR_HER = frozenset({"nhan co", "hoi co", "gap co", "nhan tin", "lien he co", "ask teacher",
                           "ask the teacher", "nhan", "hoi", "gap", "lien he"})  # fmt: skip


def understood(found: Understood, text: str, scene: Scene) -> Answer:
    if found.intent in ALL_CHILDREN:
        return of_the_chat(found, text, scene)
    child = scene.speaker.called(found.child) if found.child else None
    child = child or scene.speaker.child(scene.chosen)
    if child is None and len(scene.speaker.children) == 1:
        child = scene.speaker.children[0]
    to_a_person = found.intent in (Intent.HUMAN, Intent.ASK_TEACHER, Intent.HELP)
    if child is None and not to_a_person:
        open_ = Dialogue(asks="child", about=found.intent, text=text[: asking.LONGEST])
        return Answer((sayings.which(scene.speaker.children),), dialogue=open_)
    return about(found, child or scene.first, text, scene)


def of_the_chat(  # noqa: PLR0911 a table of intents
    found: Understood, text: str, scene: Scene
) -> Answer:
    """What concerns the whole chat, and all children in it."""
    children = scene.speaker.children
    match found.intent:
        case Intent.STOP:
            return Answer((questions_of_consent.stopped(children, scene.channel),), (Stop(),))
        case Intent.RESUME:
            return consenting.begin(scene)
        case Intent.LANGUAGE:
            return language(text)
        case Intent.HOURS:
            return hours_said(text)
        case _:
            if child := scene.speaker.called(found.child):
                return Answer((sayings.chosen(child),), (Choose(child.id),))
            if len(children) == 1:
                return Answer((sayings.chosen(children[0]),))
            return Answer((sayings.which(children),), dialogue=Dialogue("child", found.intent))


def about(  # noqa: PLR0911 a table of intents
    found: Understood, child: Child, text: str, scene: Scene
) -> Answer:
    """What concerns one child."""
    today, channel = scene.today, scene.channel
    match found.intent:
        case Intent.TODAY:
            on = found.dates[-1] if found.dates and found.dates[-1] <= today else today
            return told(reading_back.day(child, scene.look(child), on, today, channel))
        case Intent.WEEK:
            return told(reading_back.week(child, scene.look(child), today))
        case Intent.ATTENDANCE:
            return told(reading_back.attendance(child, scene.look(child), found.dates, today))
        case Intent.PLAN:
            return told(reading_back.plan(child, scene.look(child)))
        case Intent.HEALTH:
            return told(reading_back.health(child, scene.look(child)))
        case Intent.ABSENCE | Intent.MEDICINE:
            return asking.begin(found, child, text=text, channel=channel, now=scene.now)
        case Intent.WHICH_CHILD:
            return told(sayings.chosen(child))
        case Intent.HELP:
            return told(sayings.help_(child))
        case _:
            return to_a_person(found, child, text, scene)


def told(reply: Reply) -> Answer:
    return Answer((reply,))


def to_a_person(found: Understood, child: Child, text: str, scene: Scene) -> Answer:
    """Free text reaches the class at once; if it was about another child, a tap moves it."""
    if not text or (found.intent is Intent.ASK_TEACHER and plain(text) in ASKED_FOR_HER):
        return told(sayings.write_now(child))
    urgent = is_urgent(text)
    reply = sayings.handed_over(
        child,
        understood=found.confident,
        away_until=hours.away_until(scene.now),
        pick_up=is_pick_up(text),
        urgent=urgent,
    )
    others = [one for one in scene.speaker.children if one.id != child.id]
    if others and not found.child:
        buttons = tuple(Button(one.name, f"about:{one.id}") for one in others[: sayings.MENU])
        reply = replace(reply, buttons=buttons)
    return Answer((reply,), (ToPerson(child.id, urgent=urgent),))


def continued(open_: Dialogue, child: Child, scene: Scene) -> Answer:
    """The child is known now: what she said before is taken up."""
    found = understand(open_.text, today=scene.today, children=scene.speaker.names)
    if open_.about is not None and (not open_.text or found.intent is not open_.about):
        found = Understood(open_.about)
    return replaced(about(replace(found, child=child.name), child, open_.text, scene), child)


def replaced(answer: Answer, child: Child) -> Answer:
    return replace(answer, deeds=(Choose(child.id), *answer.deeds))


def language(text: str) -> Answer:
    said = f" {plain(text)} "
    if " anh" in said or "english" in said:
        return Answer(deeds=(Speak("en"),))
    if " viet" in said or "vietnamese" in said:
        return Answer(deeds=(Speak("vi"),))
    return told(sayings.which_language())


def hours_said(text: str) -> Answer:
    wanted = hours.wanted(text)
    return noted(wanted) if wanted else told(sayings.which_hours())


def noted(wanted: Hours) -> Answer:
    first = hours.shown(wanted.first) if wanted.first else ""
    last = hours.shown(wanted.last) if wanted.last else ""
    return Answer((sayings.hours_noted(first, last),), (wanted,))
