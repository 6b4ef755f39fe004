"""Leave and medicine: what is missing is asked for, and one sentence confirms it. Pure.

`step` looks at what is known, and asks for the next thing, or for "Đúng rồi". Nothing is noted
before that, and what is noted is what the sentence said.
"""

import re
import secrets
from dataclasses import replace
from datetime import date, datetime

from contactbook.clock import local, school_day
from contactbook.conversation.hours import shown
from contactbook.conversation.intents import Intent
from contactbook.conversation.known import Child
from contactbook.conversation.moments import next_school_day, times_of
from contactbook.conversation.said import (
    Answer,
    AskMedicine,
    Deed,
    Dialogue,
    NoteAbsence,
    Reply,
    ToPerson,
)
from contactbook.conversation.sayings import both, days, elsewhere, short, signed
from contactbook.conversation.spelling import bare
from contactbook.conversation.understand import Understood, understand
from contactbook.ports.channel import Button, Channel
from contactbook.updates.phrases import spoken
from contactbook.words import gettext as _

TRIES = 2  # questions without an answer we understand, then a person reads it
LONGEST = 200  # letters of a reason, a drug, a dose
ILL = ("om", "benh", "sot", "ho", "cam", "cum", "viem", "sick", "ill", "fever", "cough", "flu")
YES = frozenset({"co", "dung", "dung roi", "dung vay", "phai", "phai roi", "yes", "y", "right"})
NO = frozenset({"khong", "ko", "k", "hong", "sua", "sai", "sai roi", "chua dung", "khong dung",
                "khong phai", "no", "n"})  # fmt: skip
ASSENT = frozenset({"da", "vang", "u", "uh", "ok", "oke", "okay"})  # before a word, or alone
MANNERS = frozenset({"a", "nha", "nhe", "co", "em", "chi", "roi"})  # after it
ENOUGH = frozenset({"thoi", "bo qua", "cancel", "khoi", "thoi khoi", "khong can nua"})


def plain(text: str) -> str:
    """As it is compared: no marks, small, without what politeness puts around it."""
    words = re.findall(r"[^\W_]+", bare(text))
    while len(words) > 1 and words[-1] in MANNERS:
        words.pop()
    while len(words) > 1 and words[0] in ASSENT:
        words.pop(0)
    return " ".join(words)


def yes(text: str) -> bool | None:
    """Whether it is a Yes or a No; None: neither, and nothing is made of it."""
    said = plain(text)
    if said in NO:
        return False
    return True if said in YES | ASSENT else None


def begin(found: Understood, child: Child, *, text: str, channel: Channel, now: datetime) -> Answer:
    """The first message of it: a guardian who may not decide writes to the teacher instead."""
    if found.intent is Intent.MEDICINE and not child.decides:
        return refused(child)
    if found.intent is Intent.MEDICINE and channel is Channel.SMS:
        return on_paper(child)
    ahead = tuple(day for day in found.dates if day >= school_day(now))
    dialogue = Dialogue(
        asks="",
        about=found.intent,
        text=text[:LONGEST],
        student_id=child.id,
        days=ahead,
        reason=found.reason,
        drug=found.drug,
        dose=found.dose,
        times=", ".join(found.times),
    )
    return step(dialogue, child, now)


def go_on(dialogue: Dialogue, child: Child, *, text: str, now: datetime) -> Answer | None:
    """Her answer to what was asked; None when it is no answer to that."""
    said = plain(text)
    if said in ENOUGH:
        return Answer((let_be(child),))
    match dialogue.asks:
        case "confirm":
            return confirmed(dialogue, child, said, now)
        case "days":
            return with_days(dialogue, child, text, now)
        case "reason" | "drug" | "dose" | "times":
            return step(with_words(dialogue, text.strip()[:LONGEST]), child, now)
        case _:
            return None


def with_words(dialogue: Dialogue, said: str) -> Dialogue:
    """Whatever she writes is the reason, the name or the amount: nobody corrects it."""
    match dialogue.asks:
        case "reason":
            return replace(dialogue, reason=said)
        case "drug":
            return replace(dialogue, drug=said)
        case "dose":
            return replace(dialogue, dose=said)
        case _:
            return replace(dialogue, times=said)


def with_days(dialogue: Dialogue, child: Child, text: str, now: datetime) -> Answer | None:
    today = school_day(now)
    found = understand(f"xin cho bé nghỉ {text}", today=today).dates
    if ahead := tuple(day for day in found if day >= today):
        return step(replace(dialogue, days=ahead), child, now)
    if dialogue.again >= TRIES:
        return None
    return ask(dialogue, "days", child, now)


def confirmed(dialogue: Dialogue, child: Child, said: str, now: datetime) -> Answer | None:
    if yes(said):
        return done(dialogue, child)
    if yes(said) is False:
        return amend(dialogue, child, now)
    if dialogue.again >= TRIES:
        return None
    return ask(dialogue, "confirm", child, now)


def amend(dialogue: Dialogue, child: Child, now: datetime) -> Answer:
    """[Sửa]: from the beginning, as what is wrong may be any of it."""
    fresh = replace(dialogue, days=(), reason="", drug="", dose="", times="", key="")
    if dialogue.about is Intent.MEDICINE:
        return step(replace(fresh, days=dialogue.days), child, now)
    return step(fresh, child, now)


def step(dialogue: Dialogue, child: Child, now: datetime) -> Answer:
    return ask(dialogue, missing(dialogue), child, now)


def missing(dialogue: Dialogue) -> str:
    """What is asked for next; everything known: "confirm"."""
    wanted = {Intent.ABSENCE: ("days", "reason"), Intent.MEDICINE: ("drug", "dose", "times")}
    for name in wanted[dialogue.about or Intent.ABSENCE]:
        if not getattr(dialogue, name):
            return name
    if dialogue.about is Intent.MEDICINE and not times_of(dialogue.times):
        return "times"  # "khi nào cũng được" is no time at which it can be given
    return "confirm"


def ask(dialogue: Dialogue, asks: str, child: Child, now: datetime) -> Answer:
    opened = dialogue.asking(asks)
    if asks == "confirm":
        opened = replace(
            opened, key=secrets.token_hex(4), days=opened.days or (next_dose(opened, now),)
        )
    return Answer((question(opened, child, now),), dialogue=opened)


def next_dose(dialogue: Dialogue, now: datetime) -> date:
    """Nobody said on which day: today, while one of its times is still to come."""
    today, times = school_day(now), times_of(dialogue.times)
    return today if times and times[-1] > local(now).time() else next_school_day(today)


def question(dialogue: Dialogue, child: Child, now: datetime) -> Reply:
    names = {"child": child.name}
    match dialogue.asks:
        case "days":
            text = _("On which day is {child} absent?").format(**names)
            today = school_day(now)
            tomorrow = next_school_day(today)
            buttons = tuple(
                Button(spoken(day), f"day:{day.isoformat()}") for day in (today, tomorrow)
            )
        case "reason":
            text = _("Why is {child} absent? A word is enough.").format(**names)
            buttons = (
                Button(_("Ill"), "reason:ill"), Button(_("A family matter"), "reason:family"),
            )  # fmt: skip
        case "drug":
            text = _("Which medicine is it? Please give the name on the package.")
            buttons = ()
        case "dose":
            text = _("How much of {drug} each time?").format(drug=dialogue.drug)
            buttons = ()
        case "times":
            text = _("When shall {child} take {drug}?").format(drug=dialogue.drug, **names)
            buttons = (
                Button(_("after lunch"), "times:lunch"), Button(_("before the nap"), "times:nap"),
            )  # fmt: skip
        case _:
            return summary(dialogue, child)
    return Reply(signed(child, text), buttons, short(child, text))


def summary(dialogue: Dialogue, child: Child) -> Reply:
    buttons = (
        Button(_("Yes, right"), f"ok:{dialogue.key}"),
        Button(_("Change it"), f"fix:{dialogue.key}"),
    )  # fmt: skip
    facts = {"child": child.name, "days": days(dialogue.days)}
    if dialogue.about is Intent.MEDICINE:
        said = _("Medicine for {child} on {days}: {drug}, {dose}, {times}. Is that right?")
        times = both(map(shown, times_of(dialogue.times)))
        text = said.format(drug=dialogue.drug, dose=dialogue.dose, times=times, **facts)
        return Reply(signed(child, text), buttons, elsewhere(child))
    said = _("{child} is absent {days} because: {reason}. Is that right?")
    brief = _("is child {child} absent {days}? Answer DUNG or SUA.")
    return Reply(
        signed(child, said.format(reason=dialogue.reason, **facts)),
        buttons,
        short(child, brief.format(**facts)),
    )


def done(dialogue: Dialogue, child: Child) -> Answer:
    facts = {"child": child.name, "days": days(dialogue.days)}
    deed: Deed
    if dialogue.about is Intent.MEDICINE:
        said = _(
            "The school has your note: {drug} for {child}, {days}. Please hand the medicine over "
            "in its package, with the prescription if there is one. The teacher will say whether "
            "it can be given."
        )
        text = said.format(drug=dialogue.drug, **facts)
        deed = AskMedicine(
            child.id, dialogue.days, dialogue.drug, dialogue.dose, dialogue.times, dialogue.pictures
        )
        return Answer((Reply(signed(child, text), sms=elsewhere(child)),), (deed,))
    text = _("The school has your note: {child} is absent {days} because: {reason}.").format(
        reason=dialogue.reason, **facts
    )
    if is_ill(dialogue.reason):
        text += " " + _("Get well soon.")
    brief = _("noted, child {child} is absent {days}.")
    deed = NoteAbsence(child.id, dialogue.days, dialogue.reason)
    return Answer((Reply(signed(child, text), sms=short(child, brief.format(**facts))),), (deed,))


def is_ill(reason: str) -> bool:
    return any(word in ILL for word in bare(reason).split())


def let_be(child: Child) -> Reply:
    said = _("Nothing was noted.")
    return Reply(signed(child, said), sms=short(child, said))


def refused(child: Child) -> Answer:
    said = _("Only those whom the family has named may do this for {child}. Your message has gone "
             "to the class.")  # fmt: skip
    text = said.format(child=child.name)
    return Answer((Reply(signed(child, text), sms=short(child, text)),), (ToPerson(child.id),))


def on_paper(child: Child) -> Answer:
    said = _("Medicine cannot be arranged by SMS. Please hand it to the teacher, or call {phone}.")
    text = said.format(phone=child.phone)
    return Answer((Reply(text, sms=short(child, text)),), (ToPerson(child.id),))
