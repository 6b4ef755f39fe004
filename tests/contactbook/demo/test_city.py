"""The city: as large as promised, believable, the same on the same day, and filled in once."""

import unicodedata
from collections import Counter
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.fees import CAP_VND
from billing.models import Subscription
from contactbook.classes.models import AgeGroup, Classroom, Enrollment
from contactbook.clock import school_day
from contactbook.demo import phones
from contactbook.demo.city import City, draw
from contactbook.demo.filling import fill
from contactbook.machine.errors import Refused
from contactbook.people.consent import Consent, ConsentState, Purpose
from contactbook.people.models import (
    ContactPoint,
    Guardian,
    Guardianship,
    OrgUnit,
    OrgUnitKind,
    School,
    Student,
)
from contactbook.people.names import person_name
from contactbook.people.phone import mobile
from contactbook.people.staff import Duty, Staff, StaffRole
from contactbook.ports.channel import Channel
from tests.builders import a_school
from tests.conftest import NOON

TODAY = school_day(NOON)


@pytest.fixture(scope="module")
def city() -> City:
    return draw(TODAY, "hash")


def test_it_has_the_promised_figures(city: City) -> None:
    kinds = Counter(row["kind"] for row in city.rows[OrgUnit])
    assert kinds == {OrgUnitKind.DEPARTMENT: 1, OrgUnitKind.OFFICE: 2}
    assert len(city.rows[School]) == 3
    assert len(city.rows[Classroom]) == 24
    assert len(city.rows[Student]) == 700
    assert {row["age_group"] for row in city.rows[Classroom]} == set(AgeGroup)


def test_everybody_of_the_staff_is_there(city: City) -> None:
    duties = Counter(row["duty"] for row in city.rows[StaffRole])
    assert duties[Duty.PRINCIPAL] == duties[Duty.ACCOUNTANT] == duties[Duty.OFFICER] == 3
    taught = Counter(row["classroom_id"] for row in city.rows[StaffRole] if row["classroom_id"])
    assert len(taught) == 24
    assert set(taught.values()) == {1, 2}
    names = [row["username"] for row in city.rows[Staff]]
    assert len(names) == len(set(names))


def test_the_same_day_is_the_same_city() -> None:
    assert draw(TODAY, "x") == draw(TODAY, "x")
    assert draw(date(2027, 6, 30), "x") == draw(TODAY, "x"), "it lasts for a school year"
    assert draw(date(2027, 9, 1), "x") != draw(TODAY, "x")


def test_names_and_numbers_are_such_as_a_class_list_may_hold(city: City) -> None:
    for table in (Student, Guardian, Staff):
        for row in city.rows[table]:
            assert person_name(row["full_name"]) == row["full_name"]
            assert unicodedata.is_normalized("NFC", row["full_name"])
    assert {mobile(row["phone"]) == row["phone"] for row in city.rows[Guardian]} == {True}
    assert len({row["full_name"] for row in city.rows[Student]}) > 550


def test_children_have_the_age_of_their_class(city: City) -> None:
    rooms = {row["id"]: row["age_group"] for row in city.rows[Classroom]}
    group = {row["student_id"]: rooms[row["classroom_id"]] for row in city.rows[Enrollment]}
    youngest = {"NT1": 6, "NT2": 13, "NT3": 25, "MG34": 36, "MG45": 48, "MG56": 60}
    for row in city.rows[Student]:
        months = (date(2026, 9, 1) - row["born_on"]).days / 30.44
        assert youngest[group[row["id"]]] - 0.1 <= months <= youngest[group[row["id"]]] + 11.1


def test_families_are_of_many_kinds(city: City) -> None:
    bonds = city.rows[Guardianship]
    families = Counter(row["guardian_id"] for row in bonds)
    assert sum(1 for children in families.values() if children > 1) > 20, "brothers and sisters"
    assert {str(row["relation"]) for row in bonds} == {"mother", "father", "guardian"}
    assert 0 < sum(row["restricted"] for row in bonds) < 20
    assert 0 < sum(not row["receives"] for row in bonds) < 400
    apart = [row for row in bonds if row["relation"] == "father" and row["priority"] == 1]
    assert len(apart) > 10, "two families of one child"
    assert 20 < sum(bool(row["allergy"]) for row in city.rows[Student]) < 80
    assert sum(bool(row["remark"]) for row in city.rows[Student]) > 20


def test_every_class_is_reached_on_all_four_channels(city: City) -> None:
    room = {row["student_id"]: row["classroom_id"] for row in city.rows[Enrollment]}
    paid = {row["student_id"] for row in city.rows[Subscription]}
    first = {
        row["guardian_id"]: row["channel"] for row in city.rows[ContactPoint] if row["rank"] == 1
    }
    reached: dict[object, set[str]] = {}
    for signed in city.agreements:
        for child in signed.student_ids:
            channel = first[signed.guardian_id]
            if channel != Channel.SMS or child in paid:
                reached.setdefault(room[child], set()).add(channel)
    spoken = frozenset(Channel) - {Channel.ZBS}  # it needs templates that Zalo has approved
    assert {frozenset(channels) for channels in reached.values()} == {spoken}
    assert len(reached) == 24
    assert max(row["monthly_vnd"] for row in city.rows[Subscription]) <= CAP_VND


def test_some_did_not_agree_and_some_not_to_everything(city: City) -> None:
    signed = {one.guardian_id for one in city.agreements}
    assert 10 < len({row["id"] for row in city.rows[Guardian]} - signed) < 200
    assert 10 < sum(Purpose.HEALTH not in one.purposes for one in city.agreements) < 150


def count(session: Session, *tables: type) -> list[int]:
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_filling_twice_changes_nothing(session: Session) -> None:
    tables = (School, Student, Guardian, ContactPoint, Consent, Staff, Subscription)
    assert fill(session, NOON)
    before = count(session, *tables)
    assert not fill(session, NOON)
    assert count(session, *tables) == before
    assert min(before) >= 3


def test_the_ledger_says_what_families_signed(session: Session) -> None:
    fill(session, NOON)
    city = draw(TODAY, "x")
    signed = {
        (one.guardian_id, child, channel.value): int(one.purposes)
        for one in city.agreements
        for child in one.student_ids
        for channel in one.channels
    }
    states = session.scalars(select(ConsentState))
    assert {(s.guardian_id, s.student_id, s.channel): s.purposes for s in states} == signed


def test_a_database_with_a_real_school_is_left_alone(session: Session) -> None:
    school = a_school(session)
    with pytest.raises(Refused, match=school.code):
        fill(session, NOON)
    assert count(session, School, Student) == [1, 0]


def test_every_phone_has_a_name_that_a_neighbour_would_use(session: Session) -> None:
    fill(session, NOON)
    cards = phones.cards(session)
    [points] = count(session, ContactPoint)
    assert len(cards) == points
    owners = {(card["name"], card["about"]) for card in cards}
    reachable = session.scalar(select(func.count(ContactPoint.guardian_id.distinct())))
    assert len(owners) == reachable, "one name and description is one person"
    titles = Counter(card["name"].partition(" ")[0] for card in cards)
    assert titles.keys() == {"Chị", "Anh", "Bà", "Ông"}
    mothers = [card["about"] for card in cards if card["about"].startswith("mẹ bé ")]
    assert any(about.endswith("(Lá 1, Hoa Mai)") for about in mothers)
