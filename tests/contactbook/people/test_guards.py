"""What the database refuses, whoever asks: no code path is needed for these, and none can pass."""

from datetime import date, time, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Table, insert, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from billing.fees import CAP_VND
from billing.models import Subscription
from contactbook.classes.models import Enrollment
from contactbook.clock import at
from contactbook.conversation.models import ChatMessage, Conversation, Kind, LinkCode
from contactbook.db import Sessions, transaction
from contactbook.delivery.accounts import Safe
from contactbook.delivery.entering import NewAccount, enter
from contactbook.delivery.models import Delivery, ReceiptLine
from contactbook.delivery.reading import Attachment, ReadingLink
from contactbook.delivery.trials import AccountTrial
from contactbook.people import family_access
from contactbook.people.models import (
    Campus,
    Guardianship,
    OrgUnit,
    OrgUnitKind,
    School,
    SchoolPlace,
)
from contactbook.people.seal import Sealer
from contactbook.people.staff import Duty, StaffRole
from contactbook.ports.channel import Channel
from contactbook.requests import absences, medicine
from contactbook.tables import metadata
from contactbook.updates import day
from contactbook.updates.models import Update
from contactbook.updates.notice_models import Notice, Whom
from tests.builders import (
    LONG_AGO,
    TODAY,
    Class,
    bond,
    class_of,
    family,
    guardian,
    numbers,
    pupil,
    subscribe,
)
from tests.conftest import NOON
from tests.contactbook.delivery.engine import mark, tell
from tests.contactbook.people.wall import page_of, refused

START = LONG_AGO.date()
SEALER = Sealer("a secret of thirty-two characters")
WALL = r"row-level security|permission denied|only grows"
WALLED = [table for table in metadata.sorted_tables if "school_id" in table.columns]


# Ledgers only grow


@pytest.mark.parametrize("ledger", ["consent", "audit", "receipt", "medication_dose"])
@pytest.mark.parametrize(
    "deed",
    ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"],
    ids=["update", "delete", "truncate"],
)
def test_a_ledger_only_grows(session: Session, ledger: str, deed: str) -> None:
    a_full_school(session)
    session.execute(insert(ReceiptLine).values(channel="zalo", heard="read"))
    with refused(session, f"{ledger} only grows"):
        session.execute(text(deed.format(ledger)))


# Dated rows do not overlap


dates = st.dates(date(2026, 9, 1), date(2026, 9, 20))
spans = st.tuples(dates, st.none() | dates).filter(lambda s: s[1] is None or s[1] > s[0])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(spans, min_size=2, max_size=4))
def test_a_child_is_in_one_class_on_a_day(
    session: Session, wanted: list[tuple[date, date | None]]
) -> None:
    world = class_of(session)
    child = pupil(session, world)
    session.execute(text("DELETE FROM enrollment WHERE student_id = :id"), {"id": child.id})
    kept: list[tuple[date, date | None]] = []
    for since, until in wanted:
        free = all(
            (b is not None and b <= since) or (until is not None and until <= a) for a, b in kept
        )
        try:
            with session.begin_nested():
                session.add(
                    Enrollment(
                        school_id=world.school.id, student_id=child.id,
                        classroom_id=world.classroom.id, valid_from=since, valid_to=until,
                    )
                )  # fmt: skip
            taken = True
        except IntegrityError:
            taken = False
        assert taken is free
        if taken:
            kept.append((since, until))


def test_a_row_that_ends_before_it_starts_is_refused(session: Session) -> None:
    world = class_of(session)
    child, mother = pupil(session, world), guardian(session, world)
    with refused(session, "ends_after_start"):
        bond(session, world, child, mother).valid_to = START
        session.flush()


def test_one_bond_at_a_time_between_a_child_and_a_guardian(session: Session) -> None:
    world = class_of(session)
    child, mother, father = (pupil(session, world), guardian(session, world),
                             guardian(session, world, "Lê Văn Ba"))  # fmt: skip
    bond(session, world, child, mother)
    bond(session, world, child, father)
    with refused(session, "guardianship has a row for these days already"):
        bond(session, world, child, mother)


def test_a_school_stands_below_one_office_on_a_day(session: Session) -> None:
    world = class_of(session)
    office = OrgUnit(code=f"P{next(numbers)}", kind=OrgUnitKind.OFFICE, name="Phường")
    session.add(office)
    session.flush()
    place = {"school_id": world.school.id, "unit_id": office.id}
    session.add(SchoolPlace(**place, valid_from=START, valid_to=TODAY))
    session.add(SchoolPlace(**place, valid_from=TODAY))
    session.flush()
    with refused(session, "school_place has a row"):
        session.add(SchoolPlace(**place, valid_from=TODAY + timedelta(days=9)))
        session.flush()


def test_two_clerks_at_once_do_not_put_a_child_into_two_classes(committed: Sessions) -> None:
    """Neither sees the other's row, which is not committed yet: the one waits for the other."""
    with transaction(committed) as session:
        world = class_of(session)
        child, mother = pupil(session, world), guardian(session, world)
    start, kept = Barrier(4), list[bool]()

    def clerk() -> None:
        start.wait()
        try:
            with transaction(committed) as session:
                bond(session, world, child, mother)
                session.execute(text("SELECT pg_sleep(0.05)"))
            kept.append(True)
        except IntegrityError:
            kept.append(False)

    clerks = [Thread(target=clerk) for _ in range(4)]
    for one in clerks:
        one.start()
    for one in clerks:
        one.join()
    assert sorted(kept) == [False, False, False, True]
    with transaction(committed) as session:
        assert len(session.scalars(select(Guardianship)).all()) == 1


# Money, and once


@pytest.mark.parametrize(
    ("price", "taken"),
    [(0, True), (CAP_VND, True), (CAP_VND + 1, False), (41_000, False), (-1, False)],
)
def test_no_student_is_charged_more_than_the_cap(
    session: Session, price: int, *, taken: bool
) -> None:
    assert CAP_VND == 40_000
    world = class_of(session)
    child, mother = pupil(session, world), guardian(session, world)
    subscription = subscribe(session, world, child, mother)
    change = {"price": price, "id": subscription}
    statement = text("UPDATE subscription SET monthly_vnd = :price WHERE id = :id")
    if taken:
        session.execute(statement, change)
        kept = session.get_one(Subscription, subscription, populate_existing=True)
        assert kept.monthly_vnd == price
    else:
        with refused(session, "cap"):
            session.execute(statement, change)


@pytest.mark.parametrize("about", ["a child", "no child"])
def test_nobody_is_told_the_same_twice_on_one_channel(session: Session, about: str) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world)
    told = tell(session, world)
    if about == "no child":
        session.execute(
            text("UPDATE delivery SET student_id = NULL WHERE update_id = :id"), {"id": told.id}
        )
    with refused(session, "duplicate key"):
        session.execute(
            text("""
                INSERT INTO delivery (month, school_id, update_id, student_id, guardian_id, channel,
                                      due_at, turn_at)
                SELECT month, school_id, update_id, student_id, guardian_id, channel, due_at,
                       turn_at
                FROM delivery WHERE update_id = :id
            """),
            {"id": told.id},
        )


@pytest.mark.parametrize(
    "wrong",
    ["status = 'lost'", "channel = 'pigeon'", "channel = NULL", "status = 'skipped', reason = ''"],
)
def test_a_delivery_is_always_one_of_the_things_it_can_be(session: Session, wrong: str) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world)
    told = tell(session, world)
    with refused(session, "violates check constraint"):
        session.execute(text(f"UPDATE delivery SET {wrong} WHERE update_id = :id"), {"id": told.id})


@pytest.mark.parametrize(
    "wrong",
    ["attendance = 'absent'", "attendance = NULL", "nap_minutes = 301", "nap_minutes = -1"],
)
def test_only_who_is_here_eats_and_sleeps(session: Session, wrong: str) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world)
    child = {"id": world.students[0].id}
    session.execute(
        text("UPDATE daily_record SET lunch = 'all', arrived_at = NULL WHERE student_id = :id"),
        child,
    )
    with refused(session, "violates check constraint"):
        session.execute(text(f"UPDATE daily_record SET {wrong} WHERE student_id = :id"), child)


def test_a_delivery_of_any_month_finds_a_partition(session: Session) -> None:
    world = class_of(session, "Nguyễn Gia An")
    mark(session, world)
    told = tell(session, world)
    for month in (date(2020, 1, 1), date(2040, 1, 1)):
        session.execute(
            text("UPDATE delivery SET month = :month WHERE update_id = :id"),
            {"id": told.id, "month": month},
        )
    rows = session.scalars(select(Delivery.month).where(Delivery.update_id == told.id)).all()
    assert rows == [date(2040, 1, 1)]


# The wall between schools


def a_full_school(session: Session) -> Class:
    """A school with a row in every table that has a wall. A new such table needs a line here."""
    world = class_of(session)
    kids, mother = family(session, world, Channel.ZALO, paid=True)
    session.add(Campus(school_id=world.school.id, name="Điểm chính"))
    office = OrgUnit(code=f"P{next(numbers)}", kind=OrgUnitKind.OFFICE, name="Phường")
    session.add(office)
    session.flush()
    session.add(SchoolPlace(school_id=world.school.id, unit_id=office.id, valid_from=START))
    session.add(
        StaffRole(
            staff_id=world.teacher.id, duty=Duty.PRINCIPAL, school_id=world.school.id,
            valid_from=START,
        )
    )  # fmt: skip
    SEALER.seal(session, mother.id, world.school.id, "đồng ý")
    day.say(
        session, school_id=world.school.id, classroom_id=world.classroom.id, on=TODAY,
        activity="Vẽ", learning="", staff_id=world.teacher.id, now=NOON,
    )  # fmt: skip
    mark(session, world)
    tell(session, world)
    ask_for_everything(session, world, kids[0].id, mother.id)
    open_her_page(session, mother.id)
    talk_with_her(session, world, mother.id)
    give_notice(session, world, mother.id)
    session.flush()
    return world


def talk_with_her(session: Session, world: Class, mother: UUID) -> None:
    """An account of the school's own, a chat over it with one message, and a code that links."""
    mine = {"school_id": world.school.id, "guardian_id": mother}
    new = NewAccount(Channel.TELEGRAM, "telegram", "bot", {}, [world.school.id])
    account = enter(session, Safe("a secret for tests"), new).id
    over = {"account_id": account, "channel": "telegram"}
    chat = Conversation(address="55", **over, **mine)
    code = LinkCode(code_sha256=uuid4().bytes, created_at=NOON, expires_at=NOON, **mine)
    asked = {"school_id": world.school.id, "staff_id": world.teacher.id, "asked_at": NOON}
    session.add_all([chat, code, AccountTrial(account_id=account, **asked)])
    session.flush()
    session.add(
        ChatMessage(
            conversation_id=chat.id, kind=Kind.HEARD, at=NOON, school_id=world.school.id, **over
        )
    )


def give_notice(session: Session, world: Class, mother: UUID) -> None:
    """A notice with a file, and a mother's own link to it."""
    told = session.scalars(select(Update).where(Update.school_id == world.school.id)).first()
    assert told
    of = {"school_id": world.school.id, "update_id": told.id}
    words = {"subject": "Nghỉ", "body": "Mai nghỉ", "whom": Whom.SCHOOL, "chosen": []}
    link = {"guardian_id": mother, "token_sha256": uuid4().bytes, "created_at": NOON}
    file = {"name": "lich.pdf", "media_type": "application/pdf", "data": b"%PDF"}
    session.add_all(
        [
            Notice(**of, **words),
            ReadingLink(**of, **link),
            Attachment(**of, **file, staff_id=world.teacher.id),
        ]
    )


def open_her_page(session: Session, mother: UUID) -> None:
    """A family's link, visit, code, wrong try and PIN."""
    url = family_access.family_link(session, mother, home="", now=NOON)
    token = family_access.open_visit(session, url.rpartition("/")[2], NOON)
    parent = family_access.visiting(session, token, NOON)
    assert parent
    family_access.new_code(session, parent, b"secret", NOON)
    assert not family_access.prove(session, parent, "", b"secret", NOON)
    family_access.set_pin(session, parent, "740193", NOON)


def ask_for_everything(session: Session, world: Class, child: UUID, mother: UUID) -> None:
    """A family's absence note, and a medication slip with a dose given."""
    hers: dict[str, Any] = {
        "school_id": world.school.id,
        "student_id": child,
        "guardian_id": mother,
    }
    absences.note(session, **hers, since=TODAY, until=TODAY, reason="", channel="zalo", now=NOON)
    slip = medicine.ask(
        session, **hers, drug="Siro ho", dose="5 ml", times=[time(12)], since=TODAY, until=TODAY,
        channel="zalo", now=NOON,
    )  # fmt: skip
    medicine.accept(session, slip_id=slip.id, staff_id=world.teacher.id, now=NOON)
    medicine.give(
        session, SEALER, slip_id=slip.id, due_at=at(TODAY, time(12)), staff_id=world.teacher.id,
        now=NOON,
    )  # fmt: skip


def schools_seen(session: Session, table: Table) -> set[UUID]:
    return set(session.scalars(select(table.c.school_id).distinct())) - {None}


def test_a_page_sees_its_own_school_and_no_other(session: Session) -> None:
    ours, theirs = a_full_school(session).school.id, a_full_school(session).school.id
    assert len(WALLED) > 15
    for table in WALLED:
        assert {ours, theirs} <= schools_seen(session, table), f"a_full_school: {table.name}"
    with page_of(session, ours):
        seen = {table.name: schools_seen(session, table) for table in WALLED}
        assert set(session.scalars(select(School.id))) == {ours}
    assert seen == {table.name: {ours} for table in WALLED}, "a table without a policy?"


@pytest.mark.parametrize("name", ["", str(UUID(int=0))], ids=["unset", "no such school"])
def test_a_page_without_a_school_sees_nothing(session: Session, name: str) -> None:
    a_full_school(session)
    with page_of(session, name):
        seen = {table.name: schools_seen(session, table) for table in WALLED}
        assert session.scalars(select(School.id)).all() == []
    assert seen == {table.name: set() for table in WALLED}


def test_a_page_cannot_write_into_another_school(session: Session) -> None:
    ours, theirs = a_full_school(session).school.id, a_full_school(session).school.id
    rows: dict[str, dict[str, Any]] = {}
    for table in WALLED:
        found = session.execute(select(table).where(table.c.school_id == theirs).limit(1)).one()
        rows[table.name] = {**found._mapping, **({"id": uuid4()} if "id" in table.c else {})}
    with page_of(session, ours):
        for table in WALLED:
            with refused(session, WALL):
                session.execute(insert(table).values(rows[table.name]))
            with refused(session, WALL):  # nor give one of our rows away
                away = table.update().where(table.c.school_id == ours).values(school_id=theirs)
                session.execute(away)


def test_a_teachers_role_is_seen_in_her_school_only(session: Session) -> None:
    ours, theirs = a_full_school(session), a_full_school(session)
    with page_of(session, ours.school.id):
        teachers = set(session.scalars(select(StaffRole.staff_id)))
    assert teachers == {ours.teacher.id}
    assert theirs.teacher.id not in teachers


def test_no_partition_is_a_way_around_the_wall(session: Session) -> None:
    ours = a_full_school(session)
    partitions = session.scalars(
        text("SELECT inhrelid::regclass::text FROM pg_inherits "
             "WHERE inhparent = 'delivery'::regclass")
    ).all()  # fmt: skip
    assert len(partitions) > 12
    with page_of(session, ours.school.id):
        for partition in partitions:
            with refused(session, "permission denied"):
                session.execute(text(f"SELECT FROM {partition}"))


def test_a_page_writes_consent_through_the_ledger_only(session: Session) -> None:
    ours = a_full_school(session)
    with page_of(session, ours.school.id):
        with refused(session, "permission denied"):
            session.execute(text("UPDATE consent_state SET purposes = 63"))
        session.execute(
            text("""
                INSERT INTO consent (school_id, guardian_id, student_id, channel, purpose, granted,
                                     text_version, text_sha256, method)
                SELECT school_id, guardian_id, student_id, 'email', 2, true, 'v', '', 'web'
                FROM consent_state LIMIT 1
            """)
        )
        kept = text("SELECT purposes FROM consent_state WHERE channel = 'email'")
        assert session.scalars(kept).all() == [2]
