"""The city as rows, drawn by chance that is always the same: the same day, the same city."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from billing.models import Subscription
from contactbook.classes.models import Classroom, Enrollment
from contactbook.clock import at
from contactbook.db import Base
from contactbook.demo import vietnamese
from contactbook.demo.families import BROTHER_OR_SISTER, EVERY_CLASS_HAS, Families, Family, Person
from contactbook.demo.plan import DEPARTMENT, OFFICES, SCHOOLS, Room, SchoolPlan
from contactbook.people.consent import Purpose
from contactbook.people.models import (
    Campus,
    ContactPoint,
    Guardian,
    Guardianship,
    OrgUnit,
    OrgUnitKind,
    OrgUnitPlace,
    School,
    SchoolPlace,
    Student,
)
from contactbook.people.names import folded, given_name, sort_key
from contactbook.people.staff import Duty, Staff, StaffRole
from contactbook.ports.channel import Channel

SEED = 530_2016
SEPTEMBER = 9
PLAN_VND = 20_000  # a month and child
WARDS_SINCE = date(2025, 7, 1)
TWO_TEACHERS = 25  # children from which on a class has two
ALLERGIES = (
    "Dị ứng tôm, cua", "Dị ứng sữa bò", "Dị ứng đậu phộng", "Dị ứng trứng gà", "Dị ứng hải sản",
    "Dị ứng mè", "Không uống được sữa có lactose",
)  # fmt: skip
REMARKS = (
    "Ông bà đón", "Bà ngoại đón các ngày thứ Hai, thứ Tư", "Thuận tay trái", "Ăn chậm, cần nhắc",
    "Hay khóc lúc mới vào lớp", "Đeo kính", "Đi xe đưa rước", "Ngủ cần gối ôm", "Ăn chay ngày rằm",
)  # fmt: skip


@dataclass(frozen=True)
class Agreement:
    """What one guardian signed, for her children here and on all her roads."""

    school_id: UUID
    guardian_id: UUID
    student_ids: list[UUID]
    channels: list[Channel]
    purposes: Purpose
    at: datetime


@dataclass
class City:
    """Rows by table, in the order in which they can be written, and what was signed."""

    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    agreements: list[Agreement] = field(default_factory=list)


def draw(on: date, password_hash: str) -> City:
    """The city in the school year of `on`."""
    since = date(on.year if on.month >= SEPTEMBER else on.year - 1, SEPTEMBER, 1)
    return Draw(since, password_hash).city()


class Draw:
    def __init__(self, since: date, password_hash: str) -> None:
        self.since, self.password_hash = since, password_hash
        self.signed_at = at(since, time(8))
        self.chance = random.Random(SEED)  # noqa: S311 a city, not a secret
        self.made = City()
        self.people: list[Person] = []  # of the school that is being drawn
        self.born = int(datetime(since.year, 9, 1, tzinfo=UTC).timestamp() * 1000)

    def city(self) -> City:
        units = self.offices()
        for plan in SCHOOLS:
            self.school(plan, units[plan.office])
        return self.made

    def key(self) -> UUID:
        """A UUIDv7 by our own chance: the same city has the same addresses of its pages."""
        self.born += 1
        words = self.chance.getrandbits(12), self.chance.getrandbits(62)
        return UUID(int=self.born << 80 | 7 << 76 | words[0] << 64 | 2 << 62 | words[1])

    def add(self, table: type[Base], **row: object) -> UUID:
        key = self.key()
        self.made.rows[table].append({"id": key, **row})
        return key

    def offices(self) -> dict[str, UUID]:
        code, name = DEPARTMENT
        top = self.add(OrgUnit, code=code, kind=OrgUnitKind.DEPARTMENT, name=name)
        self.staff("canbo.so", None, Duty.OFFICER, unit_id=top)
        units = {}
        for code, name in OFFICES.items():
            units[code] = self.add(OrgUnit, code=code, kind=OrgUnitKind.OFFICE, name=name)
            self.add(
                OrgUnitPlace, unit_id=units[code], parent_id=top, valid_from=WARDS_SINCE,
                valid_to=None,
            )  # fmt: skip
            user = f"canbo.{code.rpartition('-')[2].lower()}"
            self.staff(user, None, Duty.OFFICER, unit_id=units[code])
        return units

    def school(self, plan: SchoolPlan, office: UUID) -> None:
        school = self.add(
            School, code=plan.code, name=plan.name, sms_name=plan.sms_name, phone=plan.phone
        )
        self.add(
            SchoolPlace, school_id=school, unit_id=office, valid_from=WARDS_SINCE, valid_to=None
        )
        campus = self.add(Campus, school_id=school, name="Điểm chính", address="")
        self.staff(f"hieutruong.{plan.word}", school, Duty.PRINCIPAL, school_id=school)
        self.staff(f"ketoan.{plan.word}", school, Duty.ACCOUNTANT, school_id=school)
        families, known = Families(self.chance), list[Family]()
        for room in reversed(plan.rooms):  # the oldest first: brothers and sisters come later
            classroom, here = self.classroom(school, campus, plan, room), list[Family]()
            for number in range(room.children):
                here.append(self.family_of(families, known, number))
                self.child(school, classroom, room, here[-1])
            known += [family for family in here if len(family.children) == 1]
        self.agree(school)

    def family_of(self, families: Families, known: list[Family], number: int) -> Family:
        """A new family, or one that has a child here already."""
        if number < len(EVERY_CLASS_HAS):
            return families.family(EVERY_CLASS_HAS[number])
        if known and self.chance.random() < BROTHER_OR_SISTER:
            return known.pop(self.chance.randrange(len(known)))
        return families.family()

    def classroom(self, school: UUID, campus: UUID, plan: SchoolPlan, room: Room) -> UUID:
        classroom = self.add(
            Classroom, school_id=school, campus_id=campus, name=room.name,
            school_year=self.since.year + 1, age_group=room.age_group,
        )  # fmt: skip
        user = f"{folded(room.name).replace(' ', '')}.{plan.word}"
        self.staff(user, school, Duty.TEACHER, classroom_id=classroom)
        if room.children >= TWO_TEACHERS:
            second = user.replace(".", "-2.")
            self.staff(second, school, Duty.TEACHER, classroom_id=classroom)
        return classroom

    def staff(self, username: str, school: UUID | None, duty: Duty, **scope: UUID) -> None:
        family = vietnamese.family_name(self.chance)
        staff = self.add(
            Staff, school_id=school, username=username, password_hash=self.password_hash,
            full_name=f"{family} {self.chance.choice(vietnamese.MOTHERS)}",
        )  # fmt: skip
        nowhere = dict.fromkeys(("classroom_id", "school_id", "unit_id"))
        self.add(
            StaffRole, staff_id=staff, duty=duty, valid_from=self.since, valid_to=None,
            **(nowhere | scope),
        )  # fmt: skip

    def child(self, school: UUID, classroom: UUID, room: Room, family: Family) -> None:
        sex = self.chance.choice("fm")
        name = vietnamese.child(self.chance, family.surname, sex, family.mother)
        days = self.chance.randrange(334) + round(room.youngest * 30.44)
        number = len(self.made.rows[Student]) + 1
        child = self.add(
            Student, school_id=school, code=f"79{self.since.year % 100}{number:06d}",
            full_name=name, given_name=given_name(name), sort_key=sort_key(name),
            born_on=self.since - timedelta(days=days), sex=sex,
            allergy=self.sometimes(ALLERGIES, 0.05), remark=self.sometimes(REMARKS, 0.09),
        )  # fmt: skip
        self.add(
            Enrollment, school_id=school, student_id=child, classroom_id=classroom,
            valid_from=self.since, valid_to=None,
        )  # fmt: skip
        family.children.append(child)
        for person in family.people:
            self.bond(school, child, person)
        if family.subscribes:
            self.subscribe(school, child, family.people[0])

    def sometimes(self, words: tuple[str, ...], share: float) -> str:
        return self.chance.choice(words) if self.chance.random() < share else ""

    def bond(self, school: UUID, child: UUID, person: Person) -> None:
        person.children.append(child)
        if person.id is None:
            person.id = self.guardian(school, person)
        self.add(
            Guardianship, school_id=school, student_id=child, guardian_id=person.id,
            relation=person.relation, receives=person.receives, decides=person.decides,
            picks_up=not person.restricted, reads=not person.restricted,
            restricted=person.restricted, priority=person.priority, valid_from=self.since,
            valid_to=None,
        )  # fmt: skip

    def guardian(self, school: UUID, person: Person) -> UUID:
        guardian = self.add(
            Guardian, school_id=school, full_name=person.name, name_key=folded(person.name),
            phone=person.phone,
        )  # fmt: skip
        for rank, (channel, address) in enumerate(person.roads, start=1):
            self.add(
                ContactPoint, school_id=school, guardian_id=guardian, channel=channel.value,
                address=address, rank=rank, verified_at=self.signed_at if person.verified else None,
            )  # fmt: skip
        self.people.append(person)
        return guardian

    def subscribe(self, school: UUID, child: UUID, person: Person) -> None:
        self.add(
            Subscription, school_id=school, student_id=child, ordered_by=person.id,
            monthly_vnd=PLAN_VND, starts_on=self.since,
            paid_until=date(self.since.year + 1, 8, 31),
        )  # fmt: skip

    def agree(self, school: UUID) -> None:
        """Everybody signs once all her children are here; some sign nothing, some not all of it."""
        for person in self.people:
            if person.id and person.verified and person.roads and person.purposes:
                roads = [channel for channel, _ in person.roads]
                self.made.agreements.append(
                    Agreement(
                        school, person.id, person.children, roads, person.purposes, self.signed_at
                    )
                )
        self.people.clear()
