"""Taking back what a family was told: in plain sight, with when it was said, and sorry for it.

Each sentence has the purpose of the words it takes back: it reaches those who were told them.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import time
from typing import Any

from contactbook.delivery.message import Part
from contactbook.people.consent import Purpose
from contactbook.updates.models import Attendance
from contactbook.updates.phrases import Scene, came, clock, daily_phrase
from contactbook.words import gettext as _

PURPOSES = {
    "attendance": Purpose.ATTENDANCE,
    "lunch": Purpose.DAILY_LIFE,
    "nap_minutes": Purpose.DAILY_LIFE,
    "remark": Purpose.LEARNING,
    "health": Purpose.HEALTH,
    "activity": Purpose.DAILY_LIFE,
    "learning": Purpose.LEARNING,
}
TOPICS = {
    "attendance": lambda: _("the arrival"),
    "lunch": lambda: _("lunch"),
    "nap_minutes": lambda: _("the nap"),
}
BY_SMS = ("attendance", "lunch", "nap_minutes", "remark")  # the others never went by SMS


def retractions(scene: Scene, new: dict[str, Any]) -> Iterator[Part]:
    """Every word of the earlier messages that is no longer true, and what is true instead."""
    if "attendance" in scene.corrected:
        yield Part(Purpose.ATTENDANCE, attendance(scene, new))
    yield from meal_and_nap(scene, new)
    for name, (rewritten, withdrawn) in TEXTS.items():
        if name in scene.corrected:
            sentence = rewritten() if new[name] else withdrawn()
            yield Part(PURPOSES[name], said(scene, sentence, name, text=new[name]))
    if scene.corrected:
        yield Part(together(scene.corrected), _("We are sorry."))


def attendance(scene: Scene, new: dict[str, Any]) -> str:
    before = scene.corrected["attendance"]
    if new["attendance"] is None:
        return said(scene, a_withdrawal(), "attendance", what=TOPICS["attendance"]())
    now = Attendance(new["attendance"])
    if before.here and not now.here:
        truth = came(now, "") if now is Attendance.EXCUSED else _("is not in class")
        sentence = _("A correction: the message of {time} that {child} had come to class was a "
                     "mistake. {today}, {child} {truth}.")  # fmt: skip
        return said(scene, sentence, "attendance", truth=truth)
    truth = (
        _("is not in class, and we have no word from the family yet")
        if now is Attendance.ABSENT
        else came(now, new.get("arrived_at", ""))
    )
    what = _("the time of arrival") if before.here and now.here else TOPICS["attendance"]()
    return said(scene, a_correction(), "attendance", what=what, truth=truth)


def meal_and_nap(scene: Scene, new: dict[str, Any]) -> Iterator[Part]:
    """What one message said of both is taken back by one sentence."""
    names = [name for name in ("lunch", "nap_minutes") if name in scene.corrected]
    for at in dict.fromkeys(scene.corrected[name].at for name in names):
        of_it = [name for name in names if scene.corrected[name].at == at]
        right = [name for name in of_it if new[name] is not None]
        gone = [name for name in of_it if new[name] is None]
        truth = ", ".join(daily_phrase(name, new[name]) for name in right)
        for sentence, some in ((a_correction(), right), (a_withdrawal(), gone)):
            if some:
                what = _(" and ").join(TOPICS[name]() for name in some)
                yield Part(
                    Purpose.DAILY_LIFE, said(scene, sentence, some[0], what=what, truth=truth)
                )


def said(scene: Scene, sentence: str, name: str, **more: object) -> str:
    return sentence.format(
        time=hour(scene.corrected[name].at),
        today=scene.today,
        child=scene.child,
        teacher=scene.teacher,
        **more,
    )


def hour(at: time) -> str:
    return clock(f"{at:%H:%M}")


def together(names: Iterable[str]) -> int:
    """The purposes of these words: what is said once for all of them is said if one of them is."""
    purposes = 0
    for name in names:
        purposes |= PURPOSES[name]
    return purposes


def a_correction() -> str:
    return _("A correction: the message of {time} about {what} was a mistake. "
             "{today}, {child} {truth}.")  # fmt: skip


def a_withdrawal() -> str:
    return _("We take back the message of {time} about {what} of {child}: it was a mistake.")


TEXTS: dict[str, tuple[Callable[[], str], Callable[[], str]]] = {  # rewritten, withdrawn
    "remark": (
        lambda: _("A correction of the words of {time}. Teacher {teacher}: {text}"),
        lambda: _("We take back the words of {time} about {child}: they were a mistake."),
    ),
    "health": (
        lambda: _("A correction of the message of {time} about {child}'s health: {text}"),
        lambda: _("We take back the message of {time} about {child}'s health: it was a mistake."),
    ),
    "activity": (
        lambda: _("A correction of the message of {time} about the whole class: {text}"),
        lambda: _("We take back the message of {time} about the whole class: it was a mistake."),
    ),
    "learning": (
        lambda: _("A correction of the message of {time} about what the class learned: {text}"),
        lambda: _(
            "We take back the message of {time} about what the class learned: it was a mistake."
        ),
    ),
}


def taken_back_by_sms(scene: Scene) -> list[str]:
    return [name for name in BY_SMS if name in scene.corrected]


def sms_apology(scene: Scene) -> Iterator[Part]:
    """Which message the truth before it corrects; of several there is no room to name each."""
    names = taken_back_by_sms(scene)
    times = {scene.corrected[name].at for name in names}
    if times:
        told_at = hour(min(times)) if len(times) == 1 else _("earlier")
        sentence = _("This corrects the message of {time}, sorry.").format(time=told_at)
        yield Part(together(names), sentence)
