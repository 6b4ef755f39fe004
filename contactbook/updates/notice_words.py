"""How a notice reads on each channel. Texts are in `locale/*/parents.po`.

An SMS is a registered form without free words (design.md §4.9): it says that there is a notice,
and where to read it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from contactbook.delivery.message import PAGE, Part, Words
from contactbook.people.consent import Purpose
from contactbook.ports.channel import Channel
from contactbook.words import gettext as _
from contactbook.words import unaccented


@dataclass(frozen=True, slots=True)
class Said:
    """A notice as its families read it."""

    school: str
    school_sms: str
    school_phone: str
    subject: str
    body: str
    urgent: bool = False
    wants_confirmation: bool = False
    file_name: str = ""

    @property
    def purpose(self) -> Purpose:
        """An urgent one is for the children's safety and asks no consent (docs/decisions/0008)."""
        return Purpose.SAFETY if self.urgent else Purpose.NOTICES


def notice_words(said: Said) -> list[Words]:
    """On every channel there are words for; a template of Zalo's needs none of these."""
    return [*chats(said), sms(said)]


def chats(said: Said) -> Iterator[Words]:
    form = _("Urgent notice: {subject}") if said.urgent else _("Notice: {subject}")
    head = form.format(subject=said.subject)
    parts = tuple(Part(said.purpose, text) for text in sentences(said))
    for channel in Channel:
        if not channel.paid:
            yield Words(
                channel=channel, subject=head, head=head, parts=parts, foot=f"— {said.school}"
            )


def sentences(said: Said) -> Iterator[str]:
    yield said.body
    if said.urgent and said.school_phone:
        yield _("To talk to us now, please call {phone}.").format(phone=said.school_phone)
    if said.file_name:
        yield _("With it: {file}").format(file=said.file_name)
    if said.wants_confirmation:
        yield _("Please confirm that you have read this: {page}").format(page=PAGE)
    elif said.file_name:
        yield _("See it here: {page}").format(page=PAGE)


def sms(said: Said) -> Words:
    head = f"{unaccented(said.school_sms)}:"
    names = {"page": PAGE, "phone": unaccented(said.school_phone)}
    if not said.urgent:
        text = _("there is a new notice. Read it: {page}")
    elif said.school_phone:
        text = _("there is an urgent notice. Read it: {page} or call {phone}")
    else:
        text = _("there is an urgent notice. Read it: {page}")
    part = Part(said.purpose, text.format(**names))
    return Words(channel=Channel.SMS, head=head, parts=(part,), foot="")
