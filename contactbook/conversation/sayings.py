"""What the book says in chat. Its Vietnamese is in locale/vi/…/parents.po, for teachers to review.

The child first, one fact, then what to do. It never speaks as the teacher, and never asks for
money, codes or anything personal. Short forms are for SMS: one segment, without marks.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from contactbook.conversation.known import Child
from contactbook.conversation.said import AskMedicine, NoteAbsence, Reply
from contactbook.ports.channel import Button, Channel
from contactbook.updates.phrases import spoken
from contactbook.words import gettext as _
from contactbook.words import unaccented

MENU = 5  # buttons that Zalo shows
CHANNELS = {
    Channel.ZALO: "Zalo", Channel.ZBS: "Zalo", Channel.TELEGRAM: "Telegram",
    Channel.EMAIL: "e-mail", Channel.SMS: "SMS",
}  # fmt: skip


def signed(child: Child, text: str) -> str:
    """With class and school, as nobody else who writes in their name can be sure to know."""
    return f"{text}\n— {child.classroom}, {child.school}"


def short(child: Child, text: str) -> str:
    return f"{unaccented(child.school_sms)}: {unaccented(text)}"


def elsewhere(child: Child | None) -> str:
    """In the place of what does not go by SMS."""
    if child is None:
        return unaccented(_("Please read this on Zalo or Telegram, or ask the school."))
    said = _("The answer does not go by SMS. Please see Zalo or Telegram, or call {phone}.")
    return short(child, said.format(phone=child.phone))


def both(names: Iterable[str]) -> str:
    """An; An và Bình; An, Bình và Chi."""
    *first, last = names
    return _("{first} and {last}").format(first=", ".join(first), last=last) if first else last


def days(several: Sequence[date]) -> str:
    """thứ Ba 24/11; thứ Ba 24/11 và thứ Tư 25/11; từ … đến … for a row of them."""
    if len(several) > 2:  # noqa: PLR2004 two are both named
        span = _("from {first} to {last} ({n} days)")
        return span.format(first=spoken(several[0]), last=spoken(several[-1]), n=len(several))
    return both(map(spoken, several))


def menu() -> tuple[Button, ...]:
    return (
        Button(_("Today"), "do:today"), Button(_("Absence"), "do:absence"),
        Button(_("Medicine"), "do:medicine"), Button(_("Ask the teacher"), "do:ask_teacher"),
        Button(_("Stop the messages"), "do:stop"),
    )  # fmt: skip


def help_(child: Child) -> Reply:
    said = _(
        "You can write as you speak: “today”, “this week”, “{child} is absent tomorrow”, "
        "“medicine”, “weight and height”, “plan”, “which child”, or a word to the teacher. NGUNG "
        "stops all messages.\nThe school never asks for money, codes or personal data here. "
        "Phone: {phone}."
    )
    brief = _("Write NGHI for an absence, NGUNG to stop. The school: {phone}.")
    return Reply(
        signed(child, said.format(child=child.name, phone=child.phone)),
        menu(),
        short(child, brief.format(phone=child.phone)),
    )


# A person


def handed_over(
    child: Child, *, understood: bool, away_until: date | None, pick_up: bool, urgent: bool
) -> Reply:
    """Who reads it and when; a change of who picks up is never made here."""
    teacher = _("Teacher {teacher}").format(teacher=child.teacher) if child.teacher else _(
        "the class teacher"
    )  # fmt: skip
    names = {"child": child.name, "teacher": teacher, "phone": child.phone}
    if urgent:
        said = _("The school office has been told at once. If it cannot wait, call {phone}.")
    elif pick_up:
        said = _(
            "The book does not change who picks {child} up: please call {phone} or speak to the "
            "teacher. Your message has gone to {teacher}."
        )
    elif understood:
        said = _("Your message has gone to {teacher}, who answers within working hours, 7h–17h30.")
    else:
        said = _("The book did not understand this message and gave it to {teacher}, who answers "
                 "within working hours, 7h–17h30.")  # fmt: skip
    text = said.format(**names)
    if away_until and not urgent:
        later = _(
            "School is closed now: it will be read on {day}. If it cannot wait, call {phone}."
        )
        text += "\n" + later.format(day=spoken(away_until), phone=child.phone)
    brief = _("your message has gone to the class. If it cannot wait, call {phone}.")
    return Reply(signed(child, text), sms=short(child, brief.format(phone=child.phone)))


def about_another(child: Child) -> Reply:
    said = _("Your message has gone to the class of {child} instead.").format(child=child.name)
    return Reply(signed(child, said), sms=short(child, said))


def write_now(child: Child) -> Reply:
    said = _("Please write what the teacher should know; it goes to the class of {child}.")
    told = said.format(child=child.name)
    return Reply(signed(child, told), sms=short(child, told))


# Questions back


def which(children: Sequence[Child]) -> Reply:
    shown = children[:MENU]
    buttons = tuple(Button(one.name, f"child:{one.id}") for one in shown)
    text = _("Which child is it about: {children}?").format(
        children=both(one.name for one in children)
    )
    return Reply(text, buttons, short(children[0], text))


def over(child: Child) -> Reply:
    said = _("This question is over. Please write it once more.")
    return Reply(signed(child, said), menu(), short(child, said))


def chosen(child: Child) -> Reply:
    said = _("From now on this chat speaks of {child}. “Which child” changes it.")
    told = said.format(child=child.name)
    return Reply(signed(child, told), menu(), short(child, told))


def which_language() -> Reply:
    said = _("Which language would you like?")
    buttons = Button("Tiếng Việt", "lang:vi"), Button("English", "lang:en")
    return Reply(said, buttons, unaccented(said))


def spoken_in() -> Reply:
    said = _("The book now writes to you in English. What teachers write stays in Vietnamese.")
    return Reply(said, sms=unaccented(said))


def which_hours() -> Reply:
    said = _("When would you like to get news? Urgent news always comes at once.")
    buttons = (
        Button(_("Whenever it is ready"), "hours:any"), Button(_("From 11h"), "hours:11-21"),
        Button(_("From 16h30"), "hours:1630-21"),
    )  # fmt: skip
    return Reply(said, buttons, unaccented(said))


def hours_noted(first: str, last: str) -> Reply:
    if not first:
        said = _("Noted: you like to get news as soon as it is ready.")
    else:
        said = _("Noted: you like to get news from {first} to {last}. Urgent news comes at once.")
    told = said.format(first=first, last=last)
    return Reply(told, sms=unaccented(told))


def not_taken(child: Child, why: str) -> Reply:
    """A request that the school cannot keep as it is; `why` is a sentence, in her language."""
    said = _("This could not be noted: {why} Your message has gone to the class.").format(why=why)
    return Reply(signed(child, said), sms=short(child, said))


# How a request reads in the class's thread


def absence_note(child: Child, wanted: NoteAbsence) -> str:
    said = _("Absence of {child}: {days}. Reason: {reason}.")
    return said.format(child=child.name, days=days(wanted.days), reason=wanted.reason)


def medicine_note(child: Child, wanted: AskMedicine) -> str:
    said = _("Medicine for {child}: {drug}, {dose}, {times}. Days: {days}.")
    return said.format(
        child=child.name, drug=wanted.drug, dose=wanted.dose, times=wanted.times,
        days=days(wanted.days),
    )  # fmt: skip
