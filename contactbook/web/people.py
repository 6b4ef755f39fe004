"""How pages name the people around a child."""

from contactbook.people.models import Relation
from contactbook.people.phone import domestic
from contactbook.ports.channel import Channel
from contactbook.words import gettext as _

SHOWN = 3  # of a number or a name: enough to recognise it, too little to use it


def relation(word: str) -> str:
    known = {
        Relation.MOTHER: _("mother"),
        Relation.FATHER: _("father"),
        Relation.GUARDIAN: _("guardian"),
    }
    return known.get(Relation(word), word) if word else ""


def masked(channel: Channel, address: str) -> str:
    """An address as a teacher sees it: her own phone is no telephone book."""
    if channel is Channel.EMAIL:
        name, _at, host = address.partition("@")
        return f"{name[:SHOWN]}…@{host}"
    plain = domestic(address) if channel is Channel.SMS else address
    return f"{plain[:SHOWN]}…{plain[-SHOWN:]}"
