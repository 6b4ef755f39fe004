"""A child has one plan on a day, whoever ordered it; dated rows are compared with what is there."""

from datetime import date

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from billing.models import Subscription
from contactbook.db import Sessions, transaction
from contactbook.people.models import School
from tests.builders import bond, class_of, guardian, pupil, subscribe
from tests.contactbook.people.wall import refused


@pytest.mark.parametrize(
    ("since", "until", "taken"),
    [
        (date(2027, 5, 31), date(2027, 6, 30), False),  # both name the last day
        (date(2026, 8, 1), date(2026, 9, 1), False),
        (date(2026, 10, 1), date(2026, 10, 31), False),
        (date(2026, 1, 1), date(2028, 1, 1), False),
        (date(2027, 6, 1), date(2027, 6, 30), True),
        (date(2026, 8, 1), date(2026, 8, 31), True),
    ],
)
def test_a_child_has_one_plan_on_a_day(
    session: Session, since: date, until: date, *, taken: bool
) -> None:
    """Else each could cost as much as the cap allows, and the child twice as much."""
    world = class_of(session)
    child, mother, father = (pupil(session, world), guardian(session, world),
                             guardian(session, world, "Lê Văn Ba"))  # fmt: skip
    subscribe(session, world, child, mother)  # 2026-09-01 to 2027-05-31
    row = {
        "school_id": world.school.id, "student_id": child.id, "ordered_by": father.id,
        "monthly_vnd": 40_000, "starts_on": since, "paid_until": until,
    }  # fmt: skip
    if taken:
        session.execute(insert(Subscription).values(row))
        return
    with refused(session, "subscription has a row for these days already"):
        session.execute(insert(Subscription).values(row))
    session.execute(insert(Subscription).values(row | {"student_id": pupil(session, world).id}))


def test_a_plan_is_not_drawn_out_over_the_next_one(session: Session) -> None:
    world = class_of(session)
    child, mother = pupil(session, world), guardian(session, world)
    plan = subscribe(session, world, child, mother)
    session.execute(
        insert(Subscription).values(
            school_id=world.school.id, student_id=child.id, ordered_by=mother.id,
            monthly_vnd=40_000, starts_on=date(2027, 6, 1), paid_until=date(2027, 6, 30),
        )
    )  # fmt: skip
    longer = update(Subscription).where(Subscription.id == plan)
    with refused(session, "subscription has a row"):
        session.execute(longer.values(paid_until=date(2027, 6, 1)))
    session.execute(longer.values(paid_until=date(2027, 5, 30)))


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_dated_rows_are_not_written_from_an_old_picture(committed: Sessions, level: str) -> None:
    """A transaction with one snapshot waits for the other writer and still does not see its row."""
    with transaction(committed) as session:
        world = class_of(session)
        child, mother = pupil(session, world), guardian(session, world)
    late = committed()
    late.connection(execution_options={"isolation_level": level})
    late.execute(select(School.id)).all()  # the picture is taken
    with transaction(committed) as session:
        bond(session, world, child, mother)
    with pytest.raises(DBAPIError, match="read what is committed"):
        bond(late, world, child, mother)
    late.close()
