"""Consent by chat: purpose by purpose, only a Yes is one, and what was asked is kept. Pure."""

from contactbook.conversation import questions_of_consent
from contactbook.conversation.said import Agree, Answer, Dialogue
from contactbook.conversation.scene import Scene
from contactbook.people.consent import Purpose

LEARNING = Purpose.ATTENDANCE | Purpose.DAILY_LIFE | Purpose.LEARNING | Purpose.NOTICES
STEPS = {"learning": LEARNING, "health": Purpose.HEALTH}
VERSION = "chat-2026-11"  # of both questions and of what [Xem thêm] says: see `sayings`


def begin(scene: Scene) -> Answer:
    """The first question; until it is answered nothing is sent."""
    question = questions_of_consent.joining(scene.speaker.children, scene.channel)
    return Answer((question,), dialogue=Dialogue(asks="learning"))


def answered(scene: Scene, step: str, *, granted: bool) -> Answer:
    """What follows a Yes or a No to one question: the other question, or what holds now."""
    children = scene.speaker.children
    deed = Agree(STEPS[step], granted, asked(scene, step))
    if step == "learning":
        return Answer(
            (questions_of_consent.health_too(children),), (deed,), Dialogue(asks="health")
        )
    before = any(scene.look(child).allowed & LEARNING for child in children)
    end = questions_of_consent.agreed(children, scene.channel, anything=granted or before)
    return Answer((end,), (deed,))


def asked(scene: Scene, step: str) -> str:
    """The question in the words she read it in."""
    children = scene.speaker.children
    if step == "learning":
        return questions_of_consent.joining(children, scene.channel).text
    return questions_of_consent.health_too(children).text
