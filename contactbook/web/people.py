"""How pages name the people around a child."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from contactbook.people.models import Guardian, Guardianship, Relation
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


def asker(session: Session, student_id: UUID, guardian_id: UUID) -> str:
    """Who asked for something about a child: "mẹ Trần Thị Mai"."""
    ties = select(Guardianship.relation).where(
        Guardianship.student_id == student_id, Guardianship.guardian_id == guardian_id
    )
    found = session.scalars(ties.order_by(Guardianship.valid_from.desc())).first()
    name = session.get_one(Guardian, guardian_id).full_name
    return f"{relation(found or '')} {name}".strip()


def masked(channel: Channel, address: str) -> str:
    """An address as a teacher sees it: her own phone is no telephone book."""
    if channel is Channel.EMAIL:
        name, _at, host = address.partition("@")
        return f"{name[:SHOWN]}…@{host}"
    plain = domestic(address) if channel is Channel.SMS else address
    return f"{plain[:SHOWN]}…{plain[-SHOWN:]}"
