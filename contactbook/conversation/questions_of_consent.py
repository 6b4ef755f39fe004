"""How consent is asked, told more about, confirmed and taken back, in the book's words."""

from collections.abc import Sequence

from contactbook.conversation.known import Child
from contactbook.conversation.said import Reply
from contactbook.conversation.sayings import CHANNELS, both, menu, short, signed
from contactbook.ports.channel import Button, Channel
from contactbook.words import gettext as _
from contactbook.words import unaccented


def joining(children: Sequence[Child], channel: Channel) -> Reply:
    child = children[0]
    said = _(
        "{school} invites the family to get the contact book of {child} by {channel}. It is "
        "entirely voluntary and can be stopped at any time by writing NGUNG. Would you like news "
        "of learning and daily life of {child}?"
    ).format(**whom(children), channel=CHANNELS[channel])
    brief = _("news of child {child} by SMS, voluntary? Answer CO or KHONG. NGUNG stops it.")
    return Reply(
        said, asked("learning"), short(child, brief.format(child=both(c.name for c in children)))
    )


def health_too(children: Sequence[Child]) -> Reply:
    said = _(
        "Would you also like news of the health of {child} (weight and height, temperature, "
        "medicine)?"
    ).format(**whom(children))
    brief = _("word of the health of child {child}, too? Answer CO or KHONG.")
    child = children[0]
    return Reply(
        said, asked("health"), short(child, brief.format(child=both(c.name for c in children)))
    )


def more(what: str, children: Sequence[Child]) -> Reply:
    """What [Xem thêm] shows, with the question's buttons again."""
    learning = _(
        "Learning and daily life: whether {child} is in class, meals, sleep, what the class did "
        "and learned, the teacher's remarks, and the school's notices. "
    )
    health = _("Health: weight and height, temperature, medicine, and what was done. ")
    rules = _(
        "Only the school and you read it. You may take it back at any time (NGUNG) without giving "
        "a reason, and nothing changes for {child}. It costs nothing here."
    )
    said = (learning if what == "learning" else health) + rules
    return Reply(signed(children[0], said.format(**whom(children))), asked(what, shown=True))


def whom(children: Sequence[Child]) -> dict[str, str]:
    schools = dict.fromkeys(one.school for one in children)
    return {"child": both(one.name for one in children), "school": both(schools)}


def asked(what: str, *, shown: bool = False) -> tuple[Button, ...]:
    yes = Button(_("Yes"), f"yes:{what}"), Button(_("No"), f"no:{what}")
    return yes if shown else (*yes, Button(_("Tell me more"), f"more:{what}"))


def agreed(children: Sequence[Child], channel: Channel, *, anything: bool) -> Reply:
    names, child = both(one.name for one in children), children[0]
    if anything:
        said = _("Thank you. The school will send news of {child} by {channel}. NGUNG stops it.")
        brief = _("noted, news of child {child} comes by SMS. NGUNG stops it.")
    else:
        said = _("Understood: the school sends no news of {child} by {channel}. If you change your "
                 "mind, write NHAN LAI.")  # fmt: skip
        brief = _("noted, no news of child {child} by SMS. NHAN LAI to get it.")
    told = said.format(child=names, channel=CHANNELS[channel])
    buttons = menu() if anything else ()
    return Reply(signed(child, told), buttons, short(child, brief.format(child=names)))


def stopped(children: Sequence[Child], channel: Channel) -> Reply:
    said = _(
        "The family gets no more news of {child} by {channel}, from this moment on. In matters of "
        "the child's safety the school will call. To get news again, write NHAN LAI."
    )
    brief = _("no more SMS about child {child}. For safety the school calls. NHAN LAI resumes.")
    names, child = both(one.name for one in children), children[0]
    return Reply(
        signed(child, said.format(child=names, channel=CHANNELS[channel])),
        (Button(_("Undo"), "undo"),),
        short(child, brief.format(child=names)),
    )


def stopped_without_child(channel: Channel) -> Reply:
    said = _("You get no more news by {channel}, from this moment on.")
    text = said.format(channel=CHANNELS[channel])
    return Reply(text, (Button(_("Undo"), "undo"),), unaccented(text))


def undone(children: Sequence[Child], channel: Channel) -> Reply:
    names, child = both(one.name for one in children), children[0]
    said = _("Taken back: news of {child} comes by {channel} as before.")
    told = said.format(child=names, channel=CHANNELS[channel])
    return Reply(signed(child, told), sms=short(child, told))


def nothing_to_undo() -> Reply:
    said = _("There is nothing to take back any more. To get news again, write NHAN LAI.")
    return Reply(said, sms=unaccented(said))
