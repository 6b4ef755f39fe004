"""How an update reads on each channel: the child first, one fact at a time, nothing unasked.

Texts are in `locale/*/parents.po`. An SMS is a registered template with parameters, without marks:
no free remark, no health detail (design.md §4.9).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
    day: date
    told_at: str = ""


def day_words(scene: Scene, new: dict[str, Any], *, urgent: bool) -> list[Words]:
    """The words of one child's part of an update, on every channel there are words for."""
    safety = Purpose.SAFETY if urgent else Purpose(0)
    rich = tuple(replace(part, purpose=part.purpose | safety) for part in chat_parts(scene, new))
    spare = urgent_sms(scene) if urgent else sms_parts(scene, new)
    short = tuple(replace(part, purpose=part.purpose | safety) for part in spare)
    return [
        *(chat(channel, scene, rich, urgent=urgent) for channel in Channel if not channel.paid),
        Words(
            channel=Channel.SMS,
            head=f"{unaccented(scene.school_sms)}:",
            lead=sms_lead(scene),
            parts=short,
            foot="",
        ),
    ]


def sms_lead(scene: Scene) -> str:
    names = {"child": unaccented(scene.child), "classroom": unaccented(scene.classroom)}
    return _("child {child} ({classroom}) today ").format(**names)


def chat(channel: Channel, scene: Scene, parts: tuple[Part, ...], *, urgent: bool) -> Words:
    head = _("{child} – {classroom}, {day}").format(
        child=scene.child, classroom=scene.classroom, day=spoken(scene.day)
    )
    if urgent:
        head = _("Urgent") + " · " + head
    return Words(
        channel=channel,
        subject=head,
        head=head,
        lead=_("Today {child} ").format(child=scene.child),
        parts=parts,
        foot=f"— {scene.school}",
    )


def chat_parts(scene: Scene, new: dict[str, Any]) -> Iterator[Part]:
    if attendance := new.get("attendance"):
        yield from attendance_parts(scene, Attendance(attendance), new.get("arrived_at", ""))
    if lunch := new.get("lunch"):
        yield daily(MEALS[Meal(lunch)](), clause=True)
    if (nap := new.get("nap_minutes")) is not None:
        yield daily(slept(nap), clause=True)
    if new.get("lunch") in (Meal.LITTLE, Meal.NONE):
        yield daily(_("Please keep an eye on the meals this evening."))
    if remark := new.get("remark"):
        said = _("Teacher {teacher}: {text}").format(teacher=scene.teacher, text=remark)
        yield Part(Purpose.LEARNING, said)
    if health := new.get("health"):
        yield Part(Purpose.HEALTH, _("Health: {text}").format(text=health))
    if activity := new.get("activity"):
        yield daily(_("The whole class: {text}").format(text=activity))
    if learning := new.get("learning"):
        yield Part(Purpose.LEARNING, _("The class learned: {text}").format(text=learning))


def attendance_parts(scene: Scene, attendance: Attendance, arrived: str) -> Iterator[Part]:
    if scene.told_at:
        yield from correction(scene, attendance)
    elif attendance is Attendance.ABSENT:
        yield Part(
            Purpose.ATTENDANCE,
            _("{child} is not in class today and we have no word from the family. "
              "Please tell us why.").format(child=scene.child),
        )  # fmt: skip
    else:
        yield Part(Purpose.ATTENDANCE, came(attendance, arrived), clause=True)


def correction(scene: Scene, attendance: Attendance) -> Iterator[Part]:
    """A wrong word about a child's presence is taken back in plain sight, with when it was said."""
    sentence = (
        _("A correction: the message of {time} was a mistake. {child} is in class today. "
          "We are sorry.")
        if attendance.here
        else _("A correction: the message of {time} that {child} had come to class was a mistake. "
               "Today {child} {truth}. We are sorry.")
    )  # fmt: skip
    excused = attendance is Attendance.EXCUSED
    truth = _("is absent with notice") if excused else _("is not in class")
    said = sentence.format(time=scene.told_at, child=scene.child, truth=truth)
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
        word = _("The teacher has a word about child {child} for you at pick-up.")
        yield Part(Purpose.LEARNING, word.format(child=unaccented(scene.child)))


def sms_attendance(scene: Scene, attendance: Attendance) -> Iterator[Part]:
    if scene.told_at:
        yield Part(
            Purpose.ATTENDANCE,
            (_("correction, child {child} is in class, the message of {time} was wrong. Sorry.")
             if attendance.here else
             _("correction, child {child} is absent, the message of {time} was wrong. Sorry.")
             ).format(child=unaccented(scene.child), time=scene.told_at),
        )  # fmt: skip
        return
    words = {
        Attendance.PRESENT: _("in class"),
        Attendance.LATE: _("in class, late"),
        Attendance.EXCUSED: _("absent with notice"),
        Attendance.ABSENT: _("absent, no notice yet"),
    }
    yield Part(Purpose.ATTENDANCE, words[attendance], clause=True)


def urgent_sms(scene: Scene) -> Iterator[Part]:
    sentence = (
        _("We need to talk about child {child}. Please call {phone}.")
        if scene.school_phone
        else _("We need to talk about child {child}. Please call the school.")
    )
    names = {"child": unaccented(scene.child), "phone": unaccented(scene.school_phone)}
    yield Part(Purpose.ATTENDANCE, sentence.format(**names))


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
