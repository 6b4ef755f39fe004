"""The SMS that are no news of a day: registered texts too, with the school's name first.

`KINDS` names them as `Outgoing.template` does; `sms_forms` lists them for the school to register.
"""

from collections.abc import Callable
from datetime import date

from contactbook.words import gettext as _
from contactbook.words import unaccented


def invitation(*, school: str, child: str, link: str) -> str:
    """What may go to a number that agreed to nothing yet: once."""
    text = _("{school}: the family of child {child} may get the contact book, if it wants: {link}")
    return _plain(text, school=school, child=child, link=link)


def code(*, school: str, code: str, minutes: int | str) -> str:
    """To a number whose owner is not known yet: it names no child."""
    text = _("{school}: your code is {code}, for {minutes} minutes. Give it to nobody.")
    return _plain(text, school=school, code=code, minutes=str(minutes))


def absence_noted(*, school: str, child: str, day: date | str) -> str:
    text = _("{school}: we have noted that child {child} is absent on {day}.")
    told = day if isinstance(day, str) else f"{day.day}/{day.month}"
    return _plain(text, school=school, child=child, day=told)


def measured(*, school: str, child: str, month: int | str, link: str) -> str:
    """That there is a result, never the result: no health detail goes by SMS."""
    text = _("{school}: child {child} was measured in month {month}. See: {link}")
    return _plain(text, school=school, child=child, month=str(month), link=link)


def stopped(*, school: str, child: str) -> str:
    text = _("{school}: no more messages about child {child} by SMS. Write NHAN LAI to go on.")
    return _plain(text, school=school, child=child)


def trial(*, school: str) -> str:
    """To somebody of the office, who tries a new account."""
    return _plain(_("{school}: a test message of the contact book."), school=school)


KINDS: dict[str, Callable[..., str]] = {
    "invitation": invitation,
    "code": code,
    "absence": absence_noted,
    "growth": measured,
    "stopped": stopped,
    "trial": trial,
}


def _plain(text: str, **facts: str) -> str:
    return unaccented(text.format(**facts))
