"""One line of a class list: a child and the people who may hear of it, or why it cannot be right.

A line is taken whole or set aside whole. Who counts as a guardian:

- name and mobile number: a guardian, known by both;
- a name without a number beside another guardian with one: left out, and said so, because half of
  all lists lack one parent's number and nobody is helped by losing the child over it;
- a name without a number and nobody else: set aside, for no one could be told about this child;
- a number without a name: a guardian who gets a name later ("Mẹ bé An", see roster_file);
- nothing at all: a child nobody has given a number for yet; that is how some lists begin.

A number or address in a column of nobody ("SĐT", "Email") belongs to the mother if the line has
one, else to the father, else to the guardian. It is never passed on to another person.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TypeVar

from openpyxl.utils.datetime import WINDOWS_EPOCH

from contactbook.people import roster_cells as cells
from contactbook.people.names import folded, person_name
from contactbook.people.phone import mobile
from contactbook.people.roster_cells import Sex, UnfitValue, told
from contactbook.people.roster_columns import BIRTH_DATES, Field
from contactbook.people.roster_lines import GuardianLine, Relation, StudentLine
from contactbook.people.roster_sheets import Cell
from contactbook.people.unfit import Unfit

T = TypeVar("T")

ON_SCREEN: dict[Relation, str] = {"mother": "mẹ", "father": "cha", "guardian": "người giám hộ"}
POINTING = {f for f in Field if f in BIRTH_DATES or f.endswith(("code", "phone", "email"))}
POINTER = re.compile(r"[\d@]")


@dataclass(frozen=True)
class Line:
    """The cells of one row, by what their columns say."""

    sheet: str
    row: int
    said: Mapping[Field, Cell]
    unmarked: Sex | None = None  # what a blank means where only the other sex is marked
    epoch: datetime = WINDOWS_EPOCH

    def told(self, what: Field) -> str:
        return told(self.said.get(what))

    def points_to_child(self, *, but: re.Pattern[str] | None = None) -> bool:
        """Whether there is a code, date, number or address: more than names and titles."""
        pointing = filter(POINTER.search, map(self.told, POINTING))
        return any(not but or not but.match(folded(written)) for written in pointing)


@dataclass
class Findings:
    """What is wrong with a line, and what it had to leave out; whole sentences."""

    wrong: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def attempt(self, read: Callable[[], T], *, subject: str = "") -> T | None:
        """What `read` gives, or None when it is unfit, which is then written down."""
        try:
            return read()
        except Unfit as unfit:
            self.wrong.append(unfit.about(subject or unfit.subject))
            return None


@dataclass
class Person:
    """A guardian while her line is being read."""

    relation: Relation
    name: str = ""
    phone: str = ""
    emails: tuple[str, ...] = ()
    unfit: bool = False  # something of hers is wrong already, and said

    @property
    def mentioned(self) -> bool:
        return bool(self.name or self.phone or self.unfit)


def read_child(line: Line, *, today: date) -> tuple[StudentLine | None, Findings]:
    """The child of this line, or None and what is wrong with it."""
    found = Findings()
    code = found.attempt(lambda: cells.code(line.said.get(Field.CODE)))
    name = found.attempt(lambda: person_name(_full_name(line)), subject="Họ tên trẻ")
    born_on = found.attempt(lambda: _birth_date(line, today))
    sex = found.attempt(lambda: _sex(line))
    guardians = tuple(_guardians(line, found))
    remark = found.attempt(lambda: cells.remark(line.said.get(Field.REMARK))) or ""
    allergy = found.attempt(lambda: cells.allergies(line.said.get(Field.ALLERGY), remark)) or ""
    if found.wrong or name is None or born_on is None:
        return None, found
    child = StudentLine(
        line.sheet, line.row, code, name, born_on, sex, united(guardians), remark, allergy
    )
    return child, found


def united(guardians: Iterable[GuardianLine]) -> tuple[GuardianLine, ...]:
    """Each person once, known by number and name; the first spelling stays, addresses add up."""
    people: dict[tuple[str, str], GuardianLine] = {}
    for line in guardians:
        known = people.setdefault((line.phone, folded(line.name)), line)
        emails = tuple(dict.fromkeys(known.emails + line.emails))
        people[line.phone, folded(line.name)] = replace(known, emails=emails)
    return tuple(people.values())


def _full_name(line: Line) -> str:
    given = line.told(Field.GIVEN_NAME)
    if len(given) < 2 or not given.replace(" ", "").isalpha():  # noqa: PLR2004 a mark, not a name
        given = ""
    return f"{line.told(Field.FAMILY_NAME)} {line.told(Field.NAME)} {given}"


def _birth_date(line: Line, today: date) -> date:
    written = [line.said[what] for what in sorted(BIRTH_DATES) if line.told(what)]
    if len(written) > 1:
        raise UnfitValue("Ngày sinh", "", "được ghi ở cả cột Nam lẫn cột Nữ")
    return cells.birth_date(written[0] if written else None, today=today, epoch=line.epoch)


def _sex(line: Line) -> Sex | None:
    """From a word, or from the column that is marked or holds the birth date."""
    if said := cells.sex(line.said.get(Field.SEX)):
        return said
    boy = line.told(Field.BOY) or line.told(Field.BORN_BOY)
    girl = line.told(Field.GIRL) or line.told(Field.BORN_GIRL)
    if boy and girl:
        raise UnfitValue("Giới tính", "", "được đánh dấu cả Nam lẫn Nữ")
    if boy or girl:
        return cells.SEXES.get(folded(boy or girl), "m" if boy else "f")
    return line.unmarked


def _guardians(line: Line, found: Findings) -> Iterator[GuardianLine]:
    people = [_person(line, relation, found) for relation in ON_SCREEN]
    _give_shared_phone(line, people, found)
    _give_shared_emails(line, people, found)
    reachable = [person for person in people if person.phone]
    for person in reachable:
        yield GuardianLine(person.name, person.phone, person.relation, person.emails)
    for person in people:
        if not person.phone and not person.unfit:
            _miss(person, found, alone=not reachable)


def _person(line: Line, relation: Relation, found: Findings) -> Person:
    who, before = ON_SCREEN[relation], len(found.wrong)
    person = Person(relation)
    if written := line.told(Field(f"{relation} name")):
        person.name = found.attempt(lambda: person_name(written), subject=f"Họ tên {who}") or ""
    person.phone = _phone(line, Field(f"{relation} phone"), found, f"Số điện thoại {who}")
    person.emails = _emails(line, Field(f"{relation} email"), found, f"Thư điện tử {who}")
    person.unfit = len(found.wrong) > before
    return person


def _phone(line: Line, what: Field, found: Findings, subject: str) -> str:
    if not line.told(what):
        return ""
    cell = line.said[what]
    written = cell if isinstance(cell, str | float) else line.told(what)
    return found.attempt(lambda: mobile(written), subject=subject) or ""


def _emails(line: Line, what: Field, found: Findings, subject: str) -> tuple[str, ...]:
    return found.attempt(lambda: cells.emails(line.said.get(what)), subject=subject) or ()


def _give_shared_phone(line: Line, people: list[Person], found: Findings) -> None:
    phone = _phone(line, Field.PHONE, found, "Số điện thoại")
    if not phone or any(person.phone == phone for person in people):
        return
    waiting = [person for person in people if person.name and not person.phone]
    if not waiting and not any(person.mentioned for person in people):
        waiting = [person for person in people if person.relation == "guardian"]
    if waiting:
        waiting[0].phone = phone
    else:
        found.left_out.append(f"Số điện thoại {line.told(Field.PHONE)} không rõ của ai.")


def _give_shared_emails(line: Line, people: list[Person], found: Findings) -> None:
    addresses = _emails(line, Field.EMAIL, found, "Thư điện tử")
    owner = next((person for person in people if person.mentioned), None)
    if owner:
        owner.emails = tuple(dict.fromkeys(owner.emails + addresses))
    elif addresses:
        found.left_out.append(f"Thư điện tử {', '.join(addresses)} không rõ của ai.")


def _miss(person: Person, found: Findings, *, alone: bool) -> None:
    """Somebody is named, or has an address, but no number that could tell us who it is."""
    who = ON_SCREEN[person.relation]
    if person.name and alone:
        found.wrong.append(f"Có tên {who} “{person.name}” nhưng chưa có số điện thoại.")
    elif person.name or person.emails:
        named = " ".join(filter(None, [who, person.name, *person.emails]))
        found.left_out.append(f"Chưa ghi {named} vì chưa có số điện thoại.")
