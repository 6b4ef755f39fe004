"""How an update reads on each channel: the child first, one fact at a time, nothing unasked.

Texts are in `locale/*/parents.po`. An SMS is a registered template with parameters, without marks:
no free remark, no health detail (design.md §4.9).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from contactbook.delivery.message import Part, Words
from contactbook.people.consent import Purpose
from contactbook.ports.channel import Channel
from contactbook.updates.models import Attendance, Meal
from contactbook.words import gettext as _
from contactbook.words import unaccented


@dataclass(frozen=True, slots=True)
class Scene:
    """Who and where; `told_at` is when the family was told something that turned out wrong."""

    child: str  # as she is called: "An"
    classroom: str
    school: str
    school_sms: str  # "Truong MN Hoa Mai"
    school_phone: str
    teacher: str
    day: date  # the one it is about
    told_at: str = ""
    late: bool = False  # it leaves on another day

    @property
    def today(self) -> str:
        """The day, as a sentence begins: what waits for the morning must not say "today"."""
        if not self.late:
            return _("Today")
        named = spoken(self.day)
        return named[:1].upper() + named[1:]


def day_words(scene: Scene, new: dict[str, Any]) -> list[Words]:
    """The words of one child's part of an update, on every channel there are words for."""
    rich, short = tuple(chat_parts(scene, new)), tuple(sms_parts(scene, new))
    return [*chats(scene, chat_head(scene), rich), sms(scene, short)]


def urgent_words(scene: Scene, safety: str) -> list[Words]:
    """What a family must know at once for its child's safety, and nothing of the ordinary day.

    It asks no consent (docs/decisions/0008). An SMS holds no free words: it asks for a call.
    """
    head = _("Urgent") + " · " + chat_head(scene)
    return [*chats(scene, head, tuple(urgent_chat(scene, safety))), sms(scene, (call(scene),))]


def chats(scene: Scene, head: str, parts: tuple[Part, ...]) -> Iterator[Words]:
    lead = _("{today} {child} ").format(today=scene.today, child=scene.child)
    for channel in Channel:
        if not channel.paid:
            # a letter is read far from its chat, so it is signed with the class as well
            signed = f"{scene.classroom}, {scene.school}"
            foot = f"— {signed if channel is Channel.EMAIL else scene.school}"
            yield Words(channel=channel, subject=head, head=head, lead=lead, parts=parts, foot=foot)


def chat_head(scene: Scene) -> str:
    return _("{child} – {classroom}, {day}").format(
        child=scene.child, classroom=scene.classroom, day=spoken(scene.day)
    )


def sms(scene: Scene, parts: tuple[Part, ...]) -> Words:
    head = f"{unaccented(scene.school_sms)}:"
    return Words(channel=Channel.SMS, head=head, lead=sms_lead(scene), parts=parts, foot="")


def sms_lead(scene: Scene) -> str:
    """It names the day, not "today": an SMS may come late. A correction has no room for a class."""
    names = {
        "child": unaccented(scene.child),
        "classroom": unaccented(scene.classroom),
        "day": unaccented(spoken(scene.day)),
    }
    if scene.told_at:
        return _("child {child} {day} ").format(**names)
    return _("child {child} ({classroom}) {day} ").format(**names)


def chat_parts(scene: Scene, new: dict[str, Any]) -> Iterator[Part]:
    if attendance := new.get("attendance"):
        yield from attendance_parts(scene, Attendance(attendance), new.get("arrived_at", ""))
    if lunch := new.get("lunch"):
        yield daily(MEALS[Meal(lunch)](), clause=True)
    if (nap := new.get("nap_minutes")) is not None:
        yield daily(slept(nap), clause=True)
    if new.get("lunch") in (Meal.LITTLE, Meal.NONE) and not scene.late:
        yield daily(_("Please keep an eye on the meals this evening."))
    if remark := new.get("remark"):
        said = _("Teacher {teacher}: {text}").format(teacher=scene.teacher, text=remark)
        yield Part(Purpose.LEARNING, said)
    if health := new.get("health"):
        yield Part(Purpose.HEALTH, _("Health: {text}").format(text=health))
    if activity := new.get("activity"):
        yield daily(_("{today}, the whole class: {text}").format(today=scene.today, text=activity))
    if learning := new.get("learning"):
        said = _("{today}, the class learned: {text}").format(today=scene.today, text=learning)
        yield Part(Purpose.LEARNING, said)


def attendance_parts(scene: Scene, attendance: Attendance, arrived: str) -> Iterator[Part]:
    if scene.told_at:
        yield from correction(scene, attendance)
    elif attendance is Attendance.ABSENT:
        sentence = (
            _("{today}, {child} did not come to class and we had no word from the family. "
              "Please tell us why.")
            if scene.late
            else _("{today}, {child} is not in class and we have no word from the family. "
                   "Please tell us why.")
        )  # fmt: skip
        said = sentence.format(today=scene.today, child=scene.child)
        yield Part(Purpose.ATTENDANCE, said)
    else:
        yield Part(Purpose.ATTENDANCE, came(attendance, arrived), clause=True)


def correction(scene: Scene, attendance: Attendance) -> Iterator[Part]:
    """A wrong word about a child's presence is taken back in plain sight, with when it was said."""
    sentence = (
        _("A correction: the message of {time} was a mistake. {today}, {child} is in class. "
          "We are sorry.")
        if attendance.here
        else _("A correction: the message of {time} that {child} had come to class was a mistake. "
               "{today}, {child} {truth}. We are sorry.")
    )  # fmt: skip
    excused = attendance is Attendance.EXCUSED
    truth = _("is absent with notice") if excused else _("is not in class")
    said = sentence.format(time=scene.told_at, today=scene.today, child=scene.child, truth=truth)
    yield Part(Purpose.ATTENDANCE, said)


def came(attendance: Attendance, arrived: str) -> str:
    at = clock(arrived)
    if attendance is Attendance.EXCUSED:
        return _("is absent with notice")
    if attendance is Attendance.LATE:
        return _("came late, at {time}").format(time=at) if at else _("came late")
    return _("came to class at {time}").format(time=at) if at else _("came to class")


def daily(text: str, *, clause: bool = False) -> Part:
    return Part(Purpose.DAILY_LIFE, text, clause=clause)


MEALS = {
    Meal.ALL: lambda: _("ate all of lunch"),
    Meal.PART: lambda: _("ate about half of lunch"),
    Meal.LITTLE: lambda: _("ate little at lunch"),
    Meal.NONE: lambda: _("did not eat lunch"),
}
SMS_MEALS = {
    Meal.ALL: lambda: _("ate all"),
    Meal.PART: lambda: _("ate half"),
    Meal.LITTLE: lambda: _("ate little"),
    Meal.NONE: lambda: _("ate nothing"),
}


def slept(minutes: int) -> str:
    if not minutes:
        return _("did not nap")
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("napped {rest} minutes").format(rest=rest)
    if not rest:
        return _("napped {hours} h").format(hours=hours)
    return _("napped {hours} h {rest} minutes").format(hours=hours, rest=rest)


def sms_parts(scene: Scene, new: dict[str, Any]) -> Iterator[Part]:
    if attendance := new.get("attendance"):
        yield from sms_attendance(scene, Attendance(attendance))
    if lunch := new.get("lunch"):
        yield daily(SMS_MEALS[Meal(lunch)](), clause=True)
    if (nap := new.get("nap_minutes")) is not None:
        yield daily(
            _("slept {minutes} min").format(minutes=nap) if nap else _("no nap"), clause=True
        )
    if new.get("remark"):
        yield Part(Purpose.LEARNING, _("has a word from the teacher"), clause=True)


def sms_attendance(scene: Scene, attendance: Attendance) -> Iterator[Part]:
    if scene.told_at:
        truth = (
            _("is in class (a correction of the message of {time}, sorry)")
            if attendance.here
            else _("is absent (a correction: the message of {time} was wrong, sorry)")
        )
        yield Part(Purpose.ATTENDANCE, truth.format(time=scene.told_at), clause=True)
        return
    words = {
        Attendance.PRESENT: _("in class"),
        Attendance.LATE: _("in class, late"),
        Attendance.EXCUSED: _("absent with notice"),
        Attendance.ABSENT: _("absent, no notice yet"),
    }
    yield Part(Purpose.ATTENDANCE, words[attendance], clause=True)


def urgent_chat(scene: Scene, safety: str) -> Iterator[Part]:
    said = _("Teacher {teacher}: {text}").format(teacher=scene.teacher, text=safety)
    yield Part(Purpose.SAFETY, said)
    if scene.school_phone:
        ask = _("To talk to us now, please call {phone}.").format(phone=scene.school_phone)
        yield Part(Purpose.SAFETY, ask)


def call(scene: Scene) -> Part:
    sentence = (
        _("We need to talk about child {child}. Please call {phone}.")
        if scene.school_phone
        else _("We need to talk about child {child}. Please call the school.")
    )
    names = {"child": unaccented(scene.child), "phone": unaccented(scene.school_phone)}
    return Part(Purpose.SAFETY, sentence.format(**names))


def clock(told: str) -> str:
    """The time 07:20 as it is said: 7h20."""
    if not told:
        return ""
    hour, minute = told.split(":")
    return f"{int(hour)}h{minute}"


def spoken(day: date) -> str:
    """Thứ Hai 23/11."""
    names = (
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
        _("Sunday"),
    )  # fmt: skip
    return f"{names[day.weekday()]} {day.day}/{day.month}"
