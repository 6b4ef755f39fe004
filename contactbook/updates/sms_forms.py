"""The forms of all our SMS, as a school registers them: made from the words themselves.

Nothing is written twice: the real wording is filled with gaps instead of facts, in every way a day
can read and a family can have agreed to it. `python -m contactbook.updates.sms_forms` prints
docs/sms-templates.md.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from inspect import signature
from itertools import product
from typing import Any

from contactbook.delivery.message import Part, Words, compose, with_page
from contactbook.delivery.sms_notes import KINDS
from contactbook.people.consent import Purpose
from contactbook.ports.channel import Channel
from contactbook.updates.corrections import hour
from contactbook.updates.facts import Earlier
from contactbook.updates.models import Attendance, Meal
from contactbook.updates.notice_words import Said, notice_words
from contactbook.updates.phrases import Scene, spoken
from contactbook.updates.wording import sms, sms_parts, urgent_words
from contactbook.words import unaccented

# The longest that stands in each gap; names as a child is called, not as she is registered.
LENGTHS = {
    "SCHOOL": 30, "CHILD": 20, "CLASSROOM": 20, "PHONE": 16, "TIME": 5, "LINK": 60, "CODE": 8,
    "MINUTES": 3, "DAY": 5, "MONTH": 2, "WEEKDAY": 15,
}  # fmt: skip
GAP = re.compile(r"<([A-Z]+)>")
SCENE = Scene(
    child="<CHILD>",
    classroom="<CLASSROOM>",
    school="",
    school_sms="<SCHOOL>",
    school_phone="<PHONE>",
    teacher="",
    day=date(2026, 11, 23),
)
EVERY_PURPOSE = 127
TOLD_AT = time(7, 45)


def forms(school: str = "") -> dict[str, tuple[str, ...]]:
    """The texts to be registered, by the kind that `Outgoing.template` names.

    With the `school`'s own name in them, as it signs; else with a gap in its place.
    """
    notes = {
        kind: (text(**{name: f"<{name.upper()}>" for name in signature(text).parameters}),)
        for kind, text in KINDS.items()
    }
    news = {"daily": _daily(), "urgent": _urgent(), "notice": _notices()}
    written = {**{kind: tuple(texts) for kind, texts in news.items()}, **notes}
    return {
        kind: tuple(dict.fromkeys(_with_gaps(text.replace("<SCHOOL>", school or "<SCHOOL>"))
                                  for text in texts))
        for kind, texts in written.items()
    }  # fmt: skip


def _daily() -> Iterator[str]:
    """News and corrections, with a day's course or without."""
    for wrong, attendance, lunch in product(
        ((), ("attendance",), ("lunch",)), (*Attendance, None, ""), (Meal.ALL, "")
    ):
        new = {"attendance": attendance, "lunch": lunch}
        said = {name: value for name, value in new.items() if value != ""}
        # what was told and is not any more, or is corrected, was told before
        if set(wrong) <= said.keys() and (attendance is not None or "attendance" in wrong):
            earlier = dict.fromkeys(wrong, Earlier(None, TOLD_AT))
            yield from _read(_day(replace(SCENE, corrected=earlier), said))


def _urgent() -> Iterator[str]:
    for phone in ("<PHONE>", ""):
        yield from _read(_sms(urgent_words(replace(SCENE, school_phone=phone), "")))


def _notices() -> Iterator[str]:
    plain = Said(
        school="", school_sms="<SCHOOL>", school_phone="<PHONE>", subject="", body="", urgent=False
    )
    urgent = replace(plain, urgent=True)
    for said in (plain, urgent, replace(urgent, school_phone="")):
        yield from _read(with_page(_sms(notice_words(said)), "<LINK>"))


def _read(words: Words) -> Iterator[str]:
    """How the words read to families who agreed to other parts; the day's course is one gap."""
    for allowed in range(1, EVERY_PURPOSE + 1):
        parts = tuple(
            replace(part, text="<COURSE>") if course(part) else part
            for part in words.parts
            if part.purpose & allowed
        )
        if parts:
            yield compose(replace(words, parts=parts), allowed)


def course(part: Part) -> bool:
    """Lunch or nap; a sentence that corrects them is none."""
    return part.clause and part.purpose == Purpose.DAILY_LIFE


def _day(scene: Scene, new: dict[str, Any]) -> Words:
    return sms(scene, tuple(sms_parts(scene, new)))


def _sms(words: list[Words]) -> Words:
    return next(one for one in words if one.channel is Channel.SMS)


def _longest_course() -> int:
    """Of what stands in a day beside the attendance: lunch, nap, and that there is a word."""
    courses = (
        _day(SCENE, {"lunch": lunch, "nap_minutes": nap, "remark": "x"}).parts
        for lunch, nap in product(Meal, (0, 300))
    )
    return max(len(", ".join(part.text for part in parts)) for parts in courses)


def _with_gaps(text: str) -> str:
    """Turn "be <CHILD> nghi" into "be {P1,20} nghi"."""
    lengths = LENGTHS | {"COURSE": _longest_course()}
    numbers = iter(range(1, 100))
    dated = text.replace(unaccented(spoken(SCENE.day)), "<WEEKDAY>")
    dated = dated.replace(hour(TOLD_AT), "<TIME>")
    return GAP.sub(lambda gap: f"{{P{next(numbers)},{lengths[gap[1]]}}}", dated)


def page() -> str:
    """docs/sms-templates.md."""
    lines = [
        "# What a school registers for its SMS",
        "",
        "Written by `python -m contactbook.updates.sms_forms`, from the words that are sent; a",
        "test holds this page to them. `{P1,20}` is a gap of at most 20 characters.",
        "",
        "Every carrier registers the texts of a brandname before it carries them. Hand in these,",
        "with the school's own name in place of the first gap if the carrier wants that. Then give",
        "them to the account (the JSON at the end, or `CHANNELS_SMS_TEMPLATES`): a text of no",
        "registered form is stopped before it costs money, and the reason names its kind.",
        "",
        "No form holds a teacher's remark or a health detail: those never go by SMS.",
    ]
    found = forms()
    for kind, texts in found.items():
        lines += ["", f"## {kind}", "", *(f"    {text}" for text in texts)]
    listed = json.dumps(found, ensure_ascii=False, indent=1)
    return "\n".join([*lines, "", "## For the account", "", "```json", listed, "```", ""])


if __name__ == "__main__":
    sys.stdout.write(page())
