"""Every road to every person of a query, and how far along the conditions each one gets.

`plan` says in Python what is said here in SQL.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from contactbook.delivery.lane_models import Lane, SchoolLane
from contactbook.delivery.models import Wording
from contactbook.delivery.status import Skip
from contactbook.people.consent import ConsentState, Purpose
from contactbook.people.models import ContactPoint, Guardianship
from contactbook.ports.channel import CHEAPEST, Channel

PAID = [channel.value for channel in Channel if channel.paid]

NO_CONTACT, VERIFIED, WORDED, AGREED, AFFORDED, OPEN = range(6)  # how far a road gets
REASONS = {
    VERIFIED: Skip.NO_WORDS,
    WORDED: Skip.NO_CONSENT,
    AGREED: Skip.NOT_ENTITLED,
    AFFORDED: Skip.WINDOW,
}


def lane_of(road: Subquery) -> ColumnElement[UUID]:
    """Whose accounts send it: those of the school's own lane, else of the default one."""
    own = select(SchoolLane.lane_id).where(
        SchoolLane.school_id == road.c.school_id, SchoolLane.channel == road.c.channel
    )
    others = select(Lane.id).where(Lane.channel == road.c.channel, Lane.is_default)
    return func.coalesce(own.scalar_subquery(), others.scalar_subquery())


def agreed_as(channel: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[str]:
    """`Channel.agreed_as` of a column."""
    others = [one for one in Channel if one.agreed_as != one]
    return case(*((channel == one.value, one.agreed_as.value) for one in others), else_=channel)


def cheapness(channel: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[int]:
    """Of two roads she likes as well as the other the cheaper one goes first."""
    return case({one.value: place for place, one in enumerate(CHEAPEST)}, value=channel)


def roads_of(person: Subquery, paid: Select[UUID], now: datetime) -> Subquery:
    """Every verified address of every person, with how far along the conditions it gets.

    News about no child asks all of hers: whatever one of them opens is open. Each is a row here,
    and the best one counts; plain joins, so that the planner may look up 30 or hash 300,000.
    """
    consent, hers = aliased(ConsentState), aliased(Guardianship)
    plan = paid.subquery("plan")
    [has_plan] = plan.c
    about_none = person.c.student_id.is_(None)
    address = and_(
        ContactPoint.guardian_id == person.c.guardian_id,
        ContactPoint.verified_at.is_not(None),
        ContactPoint.ended_at.is_(None),
    )
    words = and_(
        Wording.update_id == person.c.update_id,
        Wording.channel == ContactPoint.channel,
        or_(Wording.student_id.is_(None), Wording.student_id == person.c.student_id),
    )
    agreed = and_(
        consent.guardian_id == person.c.guardian_id,
        consent.channel == agreed_as(ContactPoint.channel),
        or_(about_none, consent.student_id == person.c.student_id),
    )
    safety = and_(person.c.urgent, Wording.purposes.op("&")(int(Purpose.SAFETY)) != 0)
    is_in_time = ContactPoint.window_ends_at > now
    stage = case(
        (or_(person.c.restricted, ContactPoint.id.is_(None)), NO_CONTACT),
        (Wording.id.is_(None), VERIFIED),
        (and_(safety, or_(ContactPoint.window_ends_at.is_(None), is_in_time)), OPEN),
        (safety, AFFORDED),
        (func.coalesce(consent.purposes.op("&")(Wording.purposes), 0) == 0, WORDED),
        (and_(ContactPoint.channel.in_(PAID), has_plan.is_(None)), AGREED),
        (ContactPoint.window_ends_at <= now, AFFORDED),
        else_=OPEN,
    )
    return (
        select(
            person,
            ContactPoint.id.label("contact_point_id"),
            ContactPoint.channel,
            ContactPoint.rank,
            cheapness(ContactPoint.channel).label("cheapness"),
            Wording.id.label("wording_id"),
            stage.label("stage"),
        )
        .select_from(person)
        .outerjoin(ContactPoint, address)
        .outerjoin(Wording, words)
        .outerjoin(consent, agreed)
        .outerjoin(hers, and_(about_none, hers.guardian_id == person.c.guardian_id))
        .outerjoin(plan, has_plan == func.coalesce(person.c.student_id, hers.student_id))
        .subquery("roads")
    )
