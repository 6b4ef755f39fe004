"""What is said while a chat is linked: to a stranger, and to a family whose chat it becomes."""

from collections.abc import Sequence

from contactbook.conversation.known import Child
from contactbook.conversation.said import Reply
from contactbook.conversation.sayings import CHANNELS, both, short
from contactbook.ports.channel import Button, Channel
from contactbook.words import gettext as _
from contactbook.words import unaccented


def hello(children: Sequence[Child], channel: Channel) -> Reply:
    """A chat that is linked shows whose it is."""
    named = both(
        _("{child} ({classroom}, {school})").format(
            child=one.name, classroom=one.classroom, school=one.school
        )
        for one in children
    )
    said = _(
        "This chat now belongs to the family of {children}. If that is wrong, choose “Leave”: "
        "nothing will come here."
    )
    brief = _("This number now gets news of child {children}. NGUNG stops it.")
    return Reply(
        said.format(children=named),
        (Button(_("Leave"), "do:stop"),) if channel is not Channel.SMS else (),
        short(children[0], brief.format(children=both(one.name for one in children))),
    )


def no_children(channel: Channel) -> Reply:
    said = _("At present no child of this school belongs to this {channel} address. "
             "Please ask the school office.")  # fmt: skip
    text = said.format(channel=CHANNELS[channel])
    return Reply(text, sms=unaccented(text))


def stranger(channel: Channel) -> Reply:
    said = _(
        "Hello. This is the contact book of the preschool.\n"  # the title of Zalo's form
        "To get news of your child here, share the phone number you gave to the school, or send "
        "the code from the school's slip. It is voluntary; the school never asks for money or "
        "passwords here."
    )
    brief = _("Contact book: please send the code on the school's slip, or ask the school.")
    asks = channel in (Channel.TELEGRAM, Channel.ZALO)
    buttons = (Button(_("Share my phone number")),) if asks else ()
    return Reply(said, buttons, unaccented(brief), asks_phone=asks)


def wrong_code() -> Reply:
    said = _("This code is not valid, or it has been used already. Please ask the school for a "
             "new one.")  # fmt: skip
    return Reply(said, sms=unaccented(said))


def too_many() -> Reply:
    said = _("There were too many wrong codes. Please try again in 15 minutes, or ask the school.")
    return Reply(said, sms=unaccented(said))


def not_her_own() -> Reply:
    said = _("This is another person's number. Please share your own with the button below.")
    return Reply(said, (Button(_("Share my phone number")),), asks_phone=True)


def unknown_phone() -> Reply:
    said = _(
        "This phone number is not on the school's list, so nothing was linked. The school has been "
        "told; please ask the class teacher to correct the number or for a code."
    )
    return Reply(said, sms=unaccented(said))


def shared_phone() -> Reply:
    said = _(
        "Two members of the family have this number at the school, so nothing was linked. Please "
        "ask the school for a code of your own."
    )
    return Reply(said, sms=unaccented(said))


def nothing_to_stop() -> Reply:
    said = _("Nothing is sent to this address.")
    return Reply(said, sms=unaccented(said))


def invitation(school_sms: str, child: str, code: str) -> str:
    """The SMS with a code, one segment: what it is for, and nothing to click."""
    said = _(
        "the contact book of child {child}: send code {code} to the school's Zalo or Telegram."
    )
    return unaccented(f"{school_sms}: {said.format(child=child, code=code)}")
