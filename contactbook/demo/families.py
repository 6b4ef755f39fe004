"""Families drawn by chance, as a school knows them: who belongs to a child, reached how."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from contactbook.demo import vietnamese
from contactbook.people.consent import ALL_PURPOSES, Purpose
from contactbook.people.models import Relation
from contactbook.people.names import folded
from contactbook.ports.channel import Channel

ZALO, TELEGRAM, EMAIL, SMS = Channel.ZALO, Channel.TELEGRAM, Channel.EMAIL, Channel.SMS

# Which roads a person gave, the preferred one first, and how many of a hundred gave these.
ROADS: dict[tuple[Channel, ...], int] = {
    (ZALO,): 44, (ZALO, SMS): 15, (ZALO, EMAIL): 7, (TELEGRAM,): 6, (TELEGRAM, ZALO): 5,
    (EMAIL,): 6, (EMAIL, ZALO): 3, (SMS,): 9, (SMS, ZALO): 2, (): 3,
}  # fmt: skip
EVERY_CLASS_HAS: tuple[tuple[Channel, ...], ...] = ((ZALO, SMS), (TELEGRAM,), (EMAIL,), (SMS,))
AGREED: dict[Purpose, int] = {
    ALL_PURPOSES: 84, ALL_PURPOSES & ~Purpose.PICTURES: 7, ALL_PURPOSES & ~Purpose.HEALTH: 5,
    Purpose(0): 4,
}  # fmt: skip
FATHER_KNOWN, FATHER_RECEIVES = 0.72, 0.6
GRANDPARENT_KNOWN, GRANDPARENT_RECEIVES = 0.14, 0.3
SEPARATED, RESTRICTED, BROTHER_OR_SISTER = 0.03, 0.15, 0.09  # restricted: of the separated
UNVERIFIED = 0.02  # written down by the office, never confirmed by the person
UNPAID = 0.06  # gave a number for SMS, and no plan was ordered
PREFIXES = ("90", "91", "93", "97", "98", "86", "70", "79", "33", "35", "37", "38", "82", "83")
TITLES = {"mother": "Chị", "father": "Anh", "grandmother": "Bà", "grandfather": "Ông"}


@dataclass
class Person:
    """A guardian and her rights; `purposes` is what she agreed to, on every road she gave."""

    title: str
    name: str
    relation: Relation
    phone: str
    roads: tuple[tuple[Channel, str], ...] = ()
    purposes: Purpose = ALL_PURPOSES
    verified: bool = True
    receives: bool = True
    decides: bool = True
    restricted: bool = False
    priority: int = 1
    id: UUID | None = None
    children: list[UUID] = field(default_factory=list)


@dataclass
class Family:
    surname: str
    mother: str  # her family name
    people: list[Person]  # her mother first
    subscribes: bool
    children: list[UUID] = field(default_factory=list)


@dataclass
class Families:
    """Draws families for one school; no number and no address comes twice."""

    chance: random.Random
    taken: set[str] = field(default_factory=set)

    def family(self, roads: tuple[Channel, ...] | None = None) -> Family:
        """A family; `roads` are her mother's when a class must have them."""
        surname, hers = vietnamese.family_name(self.chance), vietnamese.family_name(self.chance)
        mother = self.person("mother", f"{hers} {self.chance.choice(vietnamese.MOTHERS)}", roads)
        if roads:
            mother.purposes, mother.verified = ALL_PURPOSES, True
        people = [mother, *self.father(surname), *self.grandparent(surname, hers)]
        sms = any(channel is SMS for one in people for channel, _ in one.roads)
        subscribes = sms and (bool(roads) or self.chance.random() > UNPAID)
        return Family(surname, hers, people, subscribes)

    def father(self, surname: str) -> list[Person]:
        apart = self.chance.random() < SEPARATED
        if not apart and self.chance.random() > FATHER_KNOWN:
            return []
        father = self.person("father", f"{surname} {self.chance.choice(vietnamese.FATHERS)}")
        father.receives = apart or self.chance.random() < FATHER_RECEIVES
        father.restricted = apart and self.chance.random() < RESTRICTED
        father.priority = 1 if apart else 2  # two homes, neither before the other
        return [father]

    def grandparent(self, surname: str, hers: str) -> list[Person]:
        if self.chance.random() > GRANDPARENT_KNOWN:
            return []
        kind = self.chance.choice(("grandmother", "grandfather"))
        given = vietnamese.GRANDMOTHERS if kind == "grandmother" else vietnamese.GRANDFATHERS
        family = hers if kind == "grandmother" else surname
        old = self.person(kind, f"{family} {self.chance.choice(given)}")
        old.receives, old.decides, old.priority = (
            self.chance.random() < GRANDPARENT_RECEIVES,
            False,
            3,
        )
        return [old]

    def person(self, kind: str, name: str, roads: tuple[Channel, ...] | None = None) -> Person:
        phone = self.new(lambda: f"+84{self.chance.choice(PREFIXES)}{self.digits(7)}")
        chosen = self.chance.choices(list(ROADS), list(ROADS.values()))[0]
        return Person(
            title=TITLES[kind],
            name=name,
            relation=Relation(kind) if kind in ("mother", "father") else Relation.GUARDIAN,
            phone=phone,
            roads=tuple(
                (channel, self.address(channel, name, phone)) for channel in roads or chosen
            ),
            purposes=self.chance.choices(list(AGREED), list(AGREED.values()))[0],
            verified=self.chance.random() > UNVERIFIED,
        )

    def address(self, channel: Channel, name: str, phone: str) -> str:
        if channel is SMS:
            return phone
        if channel is ZALO:
            return self.new(lambda: f"{self.chance.randint(1, 8)}{self.digits(18)}")
        if channel is TELEGRAM:
            return self.new(lambda: f"{self.chance.randint(1, 9)}{self.digits(9)}")
        words = folded(name).split()
        box = f"{words[-1]}.{words[0]}"
        return self.new(lambda: f"{box}{self.digits(3)}@example.com")

    def digits(self, count: int) -> str:
        return "".join(self.chance.choices("0123456789", k=count))

    def new(self, draw: Callable[[], str]) -> str:
        """One that nobody has yet."""
        while (found := draw()) in self.taken:
            pass
        self.taken.add(found)
        return found
