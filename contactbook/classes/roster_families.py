"""The people of a class list: who they are in the book, and where they are reached.

A person is a number and a name: a father may answer on the mother's telephone. A number without a
name ("Mẹ bé An", see people.roster_file) is whoever has that number, and gets her name later.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from contactbook.classes.roster_book import Book, Person, Point
from contactbook.classes.roster_children import accented, spelling
from contactbook.people.models import ContactPoint, Guardian
from contactbook.people.names import folded
from contactbook.people.roster_file import NAMELESS
from contactbook.people.roster_lines import GuardianLine, StudentLine
from contactbook.ports.channel import Channel

PARENT = {"mother": "mẹ", "father": "ba", "guardian": "người giám hộ"}
FIRST_EMAIL = 5  # before it there is room for the chats she may join
SMS = 99  # what costs money is tried last
NO_NAME = tuple(f"{folded(words)} " for words in NAMELESS.values())
Key = tuple[str, str]  # number, folded name


@dataclass
class People:
    """The guardians of a list, in the book; what is new about them, to be told with each child."""

    persons: dict[UUID, Person]  # of the book and of the list
    ids: dict[Key, UUID] = field(default_factory=dict)
    respelt: set[UUID] = field(default_factory=set)
    reached: set[tuple[UUID, str]] = field(default_factory=set)  # by a new address

    def of(self, line: GuardianLine) -> UUID:
        return self.ids[key_of(line)]


def key_of(line: GuardianLine) -> Key:
    return line.phone, folded(line.name)


def nameless(name_key: str) -> bool:
    return name_key.startswith(NO_NAME)


def met(book: Book, children: Iterable[StudentLine]) -> People:
    """Find or make everybody a list names, whatever the order of its lines."""
    lines = [guardian for child in children for guardian in child.guardians]
    people = People({person.id: person for person in book.people})
    identify(book, people, lines)
    emails: dict[UUID, dict[str, int]] = defaultdict(dict)
    for line in lines:
        hers = emails[people.of(line)]
        for place, email in enumerate(line.emails):
            hers[email] = min(place, hers.get(email, place))
    for person_id, places in emails.items():
        in_order = sorted(places, key=lambda email: (places[email], email))
        reach(book, people, person_id, in_order)
    return people


def identify(book: Book, people: People, lines: Iterable[GuardianLine]) -> None:
    spellings: dict[Key, set[str]] = defaultdict(set)
    listed: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        spellings[key_of(line)].add(line.name)
        listed[line.phone].add(folded(line.name))
    known: dict[str, list[Person]] = defaultdict(list)
    for person in book.people:  # oldest first: whoever joins now is passed over by the next list
        known[person.phone].append(person)
    for (phone, name_key), written in sorted(spellings.items()):
        one = known_as(name_key, known[phone], listed[phone])
        if one is None:
            one = join(book, phone, name_key, accented(written))
            people.persons[one.id] = one
        elif not nameless(name_key):
            respell(book, people, one, written)
        people.ids[phone, name_key] = one.id


def known_as(name_key: str, known: Sequence[Person], listed: set[str]) -> Person | None:
    """Who this is of those `known` under a number, which the list gives to everybody `listed`."""
    for person in known:
        if person.name_key == name_key:
            return person
    if nameless(name_key):
        return known[0] if known else None
    waiting = [person for person in known if nameless(person.name_key)]
    return waiting[0] if waiting and listed == {name_key} else None


def join(book: Book, phone: str, name_key: str, name: str) -> Person:
    made = book.add(Guardian, full_name=name, name_key=name_key, phone=phone)
    return Person(made, name, name_key, phone)


def respell(book: Book, people: People, person: Person, written: Collection[str]) -> None:
    name = spelling(person.full_name, written)
    if name != person.full_name:
        book.change(Guardian, person.id, full_name=name, name_key=folded(name))
        people.persons[person.id] = person._replace(full_name=name, name_key=folded(name))
        people.respelt.add(person.id)


def reach(book: Book, people: People, person_id: UUID, emails: Iterable[str]) -> None:
    """Addresses that are not there yet; one that was verified or ended stays as it is."""
    known = book.points[person_id]
    there = {(point.channel, point.address) for point in known}
    rank = max([FIRST_EMAIL - 1, *(p.rank for p in known if p.channel == Channel.EMAIL)])
    phone = people.persons[person_id].phone
    for email in emails:
        if (Channel.EMAIL, email) not in there:
            rank += 1
            point(book, people, Point(person_id, Channel.EMAIL, email, rank))
    if (Channel.SMS, phone) not in there:
        point(book, people, Point(person_id, Channel.SMS, phone, SMS))


def point(book: Book, people: People, new: Point) -> None:
    book.add(ContactPoint, **new._asdict(), verified_at=None, ended_at=None)
    people.reached.add((new.guardian_id, new.address))


def news(people: People, line: GuardianLine) -> Iterator[str]:
    """What is new about somebody whose child this is already."""
    person_id, who = people.of(line), called(line)
    if person_id in people.respelt:
        yield f"ghi lại tên {who}"
    if any((person_id, email) in people.reached for email in line.emails):
        yield f"thêm thư điện tử của {who}"
    if (person_id, line.phone) in people.reached:
        yield f"thêm số nhận tin nhắn của {who}"


def called(line: GuardianLine) -> str:
    return f"{PARENT[line.relation]} {line.name}"
