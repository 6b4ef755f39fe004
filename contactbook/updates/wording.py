"""How an update reads on each channel: the child first, one fact at a time, nothing unasked.

Texts are in `locale/*/parents.po`. An SMS is a registered template with parameters, without marks:
no free remark, no health detail (design.md §4.9).
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from contactbook.delivery.message import Part, Words
from contactbook.people.consent import Purpose
from contactbook.ports.channel import Channel
from contactbook.updates.corrections import retractions, sms_apology, taken_back_by_sms
from contactbook.updates.facts import Earlier
from contactbook.updates.models import Attendance, Meal
from contactbook.updates.phrases import SMS_MEALS, Scene, came, daily, daily_phrase, spoken
from contactbook.words import gettext as _
from contactbook.words import unaccented


def day_words(scene: Scene, new: dict[str, Any]) -> list[Words]:
    """The words of one child's part of an update, on every channel there are words for."""
    rich = tuple(chat_parts(scene, new))
    briefly, short = without_clock(scene, new)
    return [*chats(scene, chat_head(scene), rich), sms(briefly, tuple(sms_parts(briefly, short)))]


def sameness(corrected: Mapping[str, Earlier], new: dict[str, Any]) -> Hashable:
    """Equal for two children whose families read the same but for the name and the minute."""
    scene = Scene("", "", "", "", "", "", date.min, corrected=corrected)
    whenever = {**new, "arrived_at": "00:00"} if "arrived_at" in new else new
    return tuple((one.channel, one.lead, one.parts) for one in day_words(scene, whenever))


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
    if taken_back_by_sms(scene):
        return _("child {child} {day} ").format(**names)
    return _("child {child} ({classroom}) {day} ").format(**names)


def chat_parts(scene: Scene, new: dict[str, Any]) -> Iterator[Part]:
    """First what is taken back, then what is new; of a word corrected no more is said."""
    yield from retractions(scene, new)
    fresh = {name: value for name, value in new.items() if name not in scene.corrected}
    if attendance := fresh.get("attendance"):
        yield from attendance_parts(scene, Attendance(attendance), new.get("arrived_at", ""))
    for name in ("lunch", "nap_minutes"):
        if fresh.get(name) is not None:
            yield daily(daily_phrase(name, fresh[name]), clause=True)
    if new.get("lunch") in (Meal.LITTLE, Meal.NONE) and not scene.late:
        yield daily(_("Please keep an eye on the meals this evening."))
    if remark := fresh.get("remark"):
        said = _("Teacher {teacher}: {text}").format(teacher=scene.teacher, text=remark)
        yield Part(Purpose.LEARNING, said)
    if health := fresh.get("health"):
        yield Part(Purpose.HEALTH, _("Health: {text}").format(text=health))
    if activity := fresh.get("activity"):
        yield daily(_("{today}, the whole class: {text}").format(today=scene.today, text=activity))
    if learning := fresh.get("learning"):
        said = _("{today}, the class learned: {text}").format(today=scene.today, text=learning)
        yield Part(Purpose.LEARNING, said)


def attendance_parts(scene: Scene, attendance: Attendance, arrived: str) -> Iterator[Part]:
    if attendance is Attendance.ABSENT:
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


def without_clock(scene: Scene, new: dict[str, Any]) -> tuple[Scene, dict[str, Any]]:
    """An SMS tells no arrival time: where only that was wrong, it said nothing wrong."""
    before = scene.corrected.get("attendance")
    if before is None or before.value != new["attendance"]:
        return scene, new
    left = {name: one for name, one in scene.corrected.items() if name != "attendance"}
    fresh = {name: value for name, value in new.items() if name != "attendance"}
    return replace(scene, corrected=left), fresh


def sms_parts(scene: Scene, new: dict[str, Any]) -> Iterator[Part]:
    """The truth of each word, also of one corrected; a sentence at the end says which those are."""
    if "attendance" in new:
        yield Part(Purpose.ATTENDANCE, sms_attendance(scene, new["attendance"]), clause=True)
    if "lunch" in new:
        lunch = new["lunch"]
        yield daily(SMS_MEALS[Meal(lunch)]() if lunch else _("lunch taken back"), clause=True)
    if "nap_minutes" in new:
        yield daily(sms_nap(new["nap_minutes"]), clause=True)
    if "remark" in new:
        yield Part(Purpose.LEARNING, sms_remark(scene, new["remark"]), clause=True)
    yield from sms_apology(scene)


def sms_attendance(scene: Scene, told: str | None) -> str:
    if told is None:
        return _("not marked yet (SMS)")
    attendance = Attendance(told)
    if attendance is Attendance.ABSENT and "attendance" in scene.corrected:
        return _("did not come")  # no room to ask for the reason
    words = {
        Attendance.PRESENT: _("in class"),
        Attendance.LATE: _("in class, late"),
        Attendance.EXCUSED: _("absent with notice"),
        Attendance.ABSENT: _("absent, no notice yet"),
    }
    return words[attendance]


def sms_nap(minutes: int | None) -> str:
    if minutes is None:
        return _("nap taken back")
    return _("slept {minutes} min").format(minutes=minutes) if minutes else _("no nap")


def sms_remark(scene: Scene, remark: str | None) -> str:
    if not remark:
        return _("teacher's word taken back")
    if "remark" in scene.corrected:
        return _("teacher's word rewritten")
    return _("has a word from the teacher")


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
